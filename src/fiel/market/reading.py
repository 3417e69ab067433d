"""From an address and its answer to a verdict: the reader of that endpoint, then the sanitizer.

The service itself knows which reader it wants; this is for those who only have a URL: tests of recorded
answers, and people who look into one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from types import MappingProxyType
from typing import TypeVar

from fiel.market.judgement import Judgement, then
from fiel.market.providers import b3_listed, brapi_lists, brapi_quotes, hg_events, hg_indicators, hg_quotes
from fiel.market.providers.addresses import Address, address_of
from fiel.market.providers.bodies import load_json
from fiel.market.providers.brapi_quotes import Wanted
from fiel.market.providers.hg_envelopes import first_version, plain_symbol, second_version
from fiel.market.reading_series import read_series_address
from fiel.market.sanitizer.batches import check_batch, latest_instant
from fiel.market.sanitizer.context import Context
from fiel.market.sanitizer.events import check_events
from fiel.market.symbols import BatchReading, SymbolReading
from fiel.market.values import EventsReading
from fiel.market.verdicts import Outcome, Verdict
from fiel.market.wire import Answer, Provider

Value = TypeVar("Value")

_TICKER = re.compile(r"[A-Z0-9]{4}[0-9]{1,2}")


def read_url(
    provider: str,
    url: str,
    answer: Answer,
    *,
    today: date,
    now: datetime | None = None,
    payers: Collection[str] = (),
) -> Verdict[object]:
    """What is thought of `answer` to `url`. `today` bounds what may be true; `now`, when known, ages it.

    Without `now`, the service's own `requestedAt` is taken, else the latest instant that the answer names:
    then nothing of it is old. `payers`: symbols that are known to have paid, so that no payment at all
    is odd.
    """
    address = address_of(provider, url)
    belief = _Belief(today, now, frozenset(payers), _narrowed(address))
    if address.provider is Provider.BRAPI and not _is_macro(address):
        return _brapi(address, answer, belief)
    if address.provider is Provider.HG:
        return _hg(address, answer, belief)
    if address.provider is Provider.B3 and "GetListed" in address.path:
        return _b3(address, answer, belief)
    return read_series_address(address, answer, today=today)


@dataclass(frozen=True, slots=True)
class _Belief:
    """What is known besides the answer."""

    today: date
    now: datetime | None
    payers: frozenset[str]
    narrowed: bool


def _narrowed(address: Address) -> bool:
    """Whether only some of the events were asked: none of them may be right."""
    return bool(address.value("startDate", "endDate", "start_date", "end_date", "days_ago", "date"))


def _is_macro(address: Address) -> bool:
    return address.path.rstrip("/").lower() in ("/api/v2/macro", "/api/v2/inflation", "/api/v2/prime-rate")


def _brapi(address: Address, answer: Answer, belief: _Belief) -> Verdict[object]:
    path = address.path.rstrip("/")
    simple = _SIMPLE.get(path.lower())
    if simple is not None:
        return simple(answer, address)
    if path.lower().startswith("/api/quote/"):
        names = path[len("/api/quote/") :].upper()
        requested = tuple(name.strip() for name in names.split(",") if name.strip())
        history = bool(address.value("range", "startDate"))
        events = address.value("dividends").lower() == "true"
        wanted = Wanted(history=history, events=events)
    elif path.lower().startswith(("/api/v2/stocks/", "/api/v2/fii/")):
        requested = address.symbols("symbols", "tickers")
        what = path.rpartition("/")[2].lower()
        wanted = _STOCKS.get(what, Wanted(quote=False, generic=True))
    else:
        return _whatever(answer)
    read = brapi_quotes.read_quotes(answer, requested, wanted)
    return _checked(read, belief)


_STOCKS: Mapping[str, Wanted] = MappingProxyType(
    {
        "quote": Wanted(),
        "historical": Wanted(quote=False, history=True),
        "dividends": Wanted(quote=False, events=True),
    }
)
_SIMPLE: Mapping[str, Callable[[Answer, Address], Verdict[object]]] = MappingProxyType(
    {
        "/api/quote/list": lambda answer, _: _widened(brapi_lists.read_list(answer)),
        "/api/available": lambda answer, _: _widened(brapi_lists.read_list(answer)),
        "/api/v2/currency": lambda answer, address: _widened(
            brapi_lists.read_currency(answer, address.symbols("currency"))
        ),
        "/api/v2/user/usage": lambda answer, _: _widened(brapi_lists.read_usage(answer)),
    }
)


def _hg(address: Address, answer: Answer, belief: _Belief) -> Verdict[object]:
    path = address.path.rstrip("/").lower()
    requested = tuple(
        plain_symbol(name) for name in address.symbols("symbol", "tickers", "symbols", "ticker")
    )
    if path.endswith("/stock_price"):
        return _checked(hg_quotes.read_prices(answer, requested), belief)
    if path.endswith("/dividends"):
        return _checked(hg_events.read_dividends(answer, requested), belief)
    if path.endswith("/splits"):
        return _checked(hg_events.read_splits(answer, requested), belief)
    if path.endswith(("/history", "/historical")):
        return _checked(hg_events.read_history(answer, requested), belief)
    if path.endswith(("/quotations", "/finance")):
        return _widened(hg_quotes.read_quotations(answer))
    if path.endswith("/indicators"):
        named = address.symbols("tickers", "symbols", "ticker")
        return _widened(hg_indicators.read_indicator(answer, named[0] if named else ""))
    return _hg_other(path, answer)


def _hg_other(path: str, answer: Answer) -> Verdict[object]:
    """Endpoints without a reader: their errors come inside status 200 all the same."""
    if path.endswith("/ibovespa"):
        body = load_json(answer).value
        if isinstance(body, dict) and body.get("valid_key") is not False and body.get("results"):
            return _whatever(answer)
    judgement = Judgement()
    read: Verdict[object] = (
        _widened(second_version(answer, judgement))
        if path.startswith("/v2/")
        else _widened(first_version(answer, judgement))
    )
    return read if read.value is None else judgement.verdict(read.value)


def _b3(address: Address, answer: Answer, belief: _Belief) -> Verdict[object]:
    context = Context(belief.now or _end_of(belief.today), pays=False)

    def check(reading: EventsReading) -> Verdict[EventsReading]:
        return check_events(reading, context)

    named = address.path.rpartition("/")[2].upper()
    symbol = named if _TICKER.fullmatch(named) else ""
    if "GetListedCashDividends" in address.path:
        return _widened(then(b3_listed.read_cash_dividends(answer, symbol), check))
    return _widened(then(b3_listed.read_supplement(answer, symbol), check))


def _checked(read: Verdict[BatchReading], belief: _Belief) -> Verdict[object]:
    bound = _end_of(belief.today)

    def pays(reading: SymbolReading) -> bool | None:
        # Rows that were left out are no empty lists.
        if read.outcome is Outcome.PARTIAL or belief.narrowed:
            return False
        return True if reading.symbol in belief.payers else None

    def check(batch: BatchReading) -> Verdict[BatchReading]:
        def context(reading: SymbolReading) -> Context:
            told = batch.told_at if batch.told_at is not None and batch.told_at <= bound else None
            latest = latest_instant(reading)
            own = min(latest, bound) if latest is not None else bound
            return Context(belief.now or told or own, pays=pays(reading))

        return check_batch(batch, context)

    return _widened(then(read, check))


def _whatever(answer: Answer) -> Verdict[object]:
    """Endpoints without a reader of their own: only the form is judged."""
    return _widened(load_json(answer))


def _widened(verdict: Verdict[Value]) -> Verdict[object]:
    return Verdict(
        verdict.outcome, verdict.kind, verdict.value, verdict.reaction, verdict.findings, verdict.wait
    )


def _end_of(day: date) -> datetime:
    return datetime.combine(day, time(23, 59), UTC)
