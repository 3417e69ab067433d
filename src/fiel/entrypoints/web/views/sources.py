"""What `/fontes` shows: whether today's figures can be trusted, and what trying again will ask for.

Nothing is asked of anybody to show it; `retried` asks, and tells how it went.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from fiel.custody.ports import LastPrice, NoPrice
from fiel.entrypoints.web.views.ages import Age, age_of
from fiel.infra.resilience.breaker import State
from fiel.kernel.errors import FielError, InvalidInput
from fiel.market.catalogue import series_spec
from fiel.market.health import MarketHealth, ProviderHealth, QuoteHealth, SeriesHealth
from fiel.market.sanitizer.context import local_day
from fiel.market.wire import Provider

#: Asked for by one click: the page waits for the answer.
SYMBOLS_MAX, SERIES_MAX = 10, 3
REFUSED_SHOWN = 50
#: Every report of performance rests on these.
_ALWAYS = ("cdi", "ipca")
_LOOK_BACK = timedelta(days=400)
_QUOTES = (Provider.BRAPI.value, Provider.HG.value)


class Situation(StrEnum):
    """How a service is, the worst first."""

    BLOCKED = "blocked"
    FAILING = "failing"
    PROBING = "probing"
    OUT_OF_QUOTA = "out_of_quota"
    UNUSED = "unused"
    OK = "ok"


@dataclass(frozen=True, slots=True)
class ProviderRow:
    """One service. `until`: when it is tried again, while blocked; `affected`: assets or series that wait for
    it or came from another; `refused`: answers of it that were not believed and are kept."""

    health: ProviderHealth
    situation: Situation
    until: datetime | None
    affected: tuple[str, ...]
    refused: int


@dataclass(frozen=True, slots=True)
class SeriesRow:
    """One series; `first_missing` is where a retry begins."""

    health: SeriesHealth
    first_missing: date

    @property
    def is_used(self) -> bool:
        """Whether figures rest on it."""
        return self.health.rows > 0 or self.health.series in _ALWAYS


@dataclass(frozen=True, slots=True)
class QuoteRow:
    """One asset of the wallet and the age of its price."""

    health: QuoteHealth
    age: Age

    @property
    def is_doubtful(self) -> bool:
        """Whether its price is missing or old."""
        return self.age.level in ("none", "stale")


@dataclass(frozen=True, slots=True)
class RefusedValue:
    """Something that a source told and that was not believed; `times` it was seen, `last_at` the last."""

    provider: str
    topic: str
    kind: str
    detail: str
    times: int
    last_at: datetime


@dataclass(frozen=True, slots=True)
class SourcesPage:
    """Everything on the page; `quotes` are the assets that the wallet holds."""

    at: datetime
    is_away: bool
    is_offline: bool
    providers: tuple[ProviderRow, ...]
    series: tuple[SeriesRow, ...]
    quotes: tuple[QuoteRow, ...]
    refused: tuple[RefusedValue, ...]

    @property
    def old_prices(self) -> tuple[QuoteRow, ...]:
        """Assets whose price is missing or old."""
        return tuple(one for one in self.quotes if one.is_doubtful)

    @property
    def old_series(self) -> tuple[SeriesRow, ...]:
        """Series in use that lack a row that is due."""
        return tuple(one for one in self.series if one.health.stale and one.is_used)

    @property
    def used(self) -> tuple[SeriesRow, ...]:
        """Series of which rows are kept, and those that every report rests on."""
        return tuple(one for one in self.series if one.is_used)

    @property
    def unused(self) -> tuple[SeriesRow, ...]:
        """Series of which nothing is kept, and nothing was asked."""
        return tuple(one for one in self.series if not one.is_used)

    @property
    def troubled(self) -> tuple[ProviderRow, ...]:
        """Services that do not answer as they should."""
        good = (Situation.OK, Situation.UNUSED)
        return tuple(one for one in self.providers if one.situation not in good)


def sources_page(
    health: MarketHealth, closes: Mapping[str, LastPrice | NoPrice] | None = None, *, offline: bool
) -> SourcesPage:
    """The page as of the health's instant; `closes`: last prices of assets that have no quote."""
    known = closes or {}
    quotes = tuple(
        _quote(one, known.get(one.symbol), health.at)
        for one in sorted(health.quotes, key=lambda one: one.symbol)
    )
    series = tuple(SeriesRow(one, _first_missing(one, health.at)) for one in health.series)
    providers = [_provider(one, health, quotes, series) for one in health.providers]
    return SourcesPage(
        health.at,
        health.away,
        offline,
        tuple(sorted(providers, key=lambda one: list(Situation).index(one.situation))),
        tuple(sorted(series, key=lambda one: (not one.health.stale, one.health.series))),
        tuple(sorted(quotes, key=lambda one: not one.is_doubtful)),
        tuple(
            RefusedValue(one.provider, one.topic, one.kind, one.detail, one.times, one.last_at)
            for one in health.quarantine
        ),
    )


def _quote(one: QuoteHealth, close: LastPrice | NoPrice | None, now: datetime) -> QuoteRow:
    if one.as_of is None and isinstance(close, LastPrice) and close.as_of is not None:
        age = max(now - close.as_of, timedelta())
        one = QuoteHealth(one.symbol, close.as_of, age, close.source)
    return QuoteRow(one, age_of(one.as_of, now, one.source))


def _first_missing(one: SeriesHealth, now: datetime) -> date:
    if one.missing:
        return one.missing[0]
    return one.last or max(series_spec(one.series).first_day, local_day(now) - _LOOK_BACK)


def _provider(
    one: ProviderHealth, health: MarketHealth, quotes: Sequence[QuoteRow], series: Sequence[SeriesRow]
) -> ProviderRow:
    situation = situation_of(one)
    affected: tuple[str, ...] = ()
    if situation not in (Situation.OK, Situation.UNUSED):
        if one.provider in _QUOTES:
            affected = tuple(row.health.symbol for row in quotes if row.is_doubtful or row.health.fallback)
        elif one.provider == Provider.SGS.value:
            affected = tuple(row.health.series for row in series if row.health.stale and row.is_used)
    refused = sum(each.times for each in health.quarantine if each.provider == one.provider)
    return ProviderRow(one, situation, one.breaker.next_probe_at, affected, refused)


def situation_of(one: ProviderHealth) -> Situation:
    """By its breaker, then its budget, then how it went last.

    >>> from fiel.infra.resilience.breaker import Snapshot
    >>> situation_of(ProviderHealth("brapi", Snapshot(State.OPEN, 5))).value
    'blocked'
    """
    if one.breaker.state is State.OPEN:
        return Situation.BLOCKED
    if one.breaker.state is State.HALF_OPEN:
        return Situation.PROBING
    if any(used >= most for used, most in one.quota.values()):
        return Situation.OUT_OF_QUOTA
    if one.last_failure_at is not None and (
        one.last_success_at is None or one.last_failure_at > one.last_success_at
    ):
        return Situation.FAILING
    return Situation.OK if one.last_success_at is not None else Situation.UNUSED


@dataclass(frozen=True, slots=True)
class Retry:
    """What a click asks for: some symbols or some series."""

    symbols: tuple[str, ...] = ()
    series: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Tried:
    """How it went with one symbol or series. `code`: came, nothing_new or failed; `detail` says why."""

    name: str
    code: str
    source: str = ""
    rows: int = 0
    detail: str = ""


def read_retry(symbols: Collection[str], series: Collection[str], held: Collection[str]) -> Retry:
    """Only what the wallet holds and what is in the catalogue, and not too much at once.

    Raises `InvalidInput` (nothing_to_try, too_much_at_once), `NotFound` (series_unknown).
    """
    found = Retry(
        tuple(dict.fromkeys(each for each in symbols if each in held)),
        tuple(dict.fromkeys(series_spec(each).key for each in series)),
    )
    if not found.symbols and not found.series:
        raise InvalidInput("nothing_to_try", "choose an asset of the wallet or a series", field="ativo")
    if len(found.symbols) > SYMBOLS_MAX or len(found.series) > SERIES_MAX:
        raise InvalidInput(
            "too_much_at_once", f"at most {SYMBOLS_MAX} assets or {SERIES_MAX} series at once", field="ativo"
        )
    return found


def retried(retry: Retry, firsts: dict[str, date]) -> Callable[[Any], Awaitable[tuple[Tried, ...]]]:
    """The question for the market's room: asks for each in turn, and tells how it went."""

    async def ask(market: Any) -> tuple[Tried, ...]:
        found = [await _symbol(market, each) for each in retry.symbols]
        found += [await _series(market, each, firsts[each]) for each in retry.series]
        return tuple(found)

    return ask


async def _symbol(market: Any, symbol: str) -> Tried:
    try:
        answer = await market.quotes.get(symbol, renew=True)
    except FielError as error:
        return Tried(symbol, "failed", detail=error.message)
    reason = next((step.detail or step.reason for step in reversed(answer.trail) if step.reason), "")
    if answer.served is None:
        return Tried(symbol, "failed", detail=reason)
    is_new = answer.how.value in ("first", "fallback")
    return Tried(symbol, "came" if is_new else "nothing_new", answer.served.source, 1, reason)


async def _series(market: Any, key: str, first: date) -> Tried:
    try:
        report = await market.rates.sync([key], first)
    except FielError as error:
        return Tried(key, "failed", detail=error.message)
    if report.failed:
        return Tried(key, "failed", report.failed[0].source, report.rows, report.failed[0].failed)
    source = next((step.source for step in report.steps if step.source), "")
    return Tried(key, "came" if report.rows else "nothing_new", source, report.rows)
