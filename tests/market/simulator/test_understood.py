"""What the simulator says is understood by the readers of the services, and is the truth."""

from __future__ import annotations

import asyncio
from datetime import date

import pytest

from fiel.market.catalogue import catalogue
from fiel.market.providers import bcb_sgs, brapi_lists, brapi_quotes, hg_events, hg_quotes
from fiel.market.providers.recorded import recorded_series_keys, recorded_source
from fiel.market.simulator.series import TOLD
from fiel.market.verdicts import Outcome
from fiel.market.windows import Window
from fiel.market.wire import Answer, Ask
from tests.support.simulated import NOON, TRUTH, simulated, transport_of

SYMBOLS = ("PETR4", "HGLG11", "FIAA3")
SPAN = Window(date(2026, 4, 1), date(2026, 7, 24))


def _answer(ask: Ask) -> Answer:
    return asyncio.run(transport_of(simulated()).fetch(ask))


def test_the_simulated_series_are_those_of_the_catalogue() -> None:
    """The same keys, codes, decimals and hours of publication; recorded ones in the same unit."""
    specs = catalogue()
    assert set(TOLD) == set(specs)
    for key, told in TOLD.items():
        spec = specs[key]
        assert (told.code, told.decimals) == (spec.code, spec.decimals), key
        assert (told.ahead.days > 0, told.periods) == (spec.ahead, spec.periodicity == "periods"), key
    for key in recorded_series_keys():
        assert recorded_source(key).unit == specs[key].unit


@pytest.mark.parametrize("key", sorted(TOLD))
@pytest.mark.parametrize("csv", [False, True])
def test_series_are_read_as_they_are(key: str, *, csv: bool) -> None:
    """Every series, in JSON and in CSV."""
    spec = catalogue()[key]
    verdict = bcb_sgs.read_sgs(_answer(bcb_sgs.ask_range(spec, SPAN, csv=csv)), spec)
    assert verdict.value is not None
    assert verdict.value.rows == TRUTH.published(key, SPAN.first, SPAN.last, NOON)
    assert all(spec.plausible(row.day, row.value) for row in verdict.value.rows)


@pytest.mark.parametrize("symbol", SYMBOLS)
def test_quotes_of_two_services_are_read_as_they_are(symbol: str) -> None:
    """The price and the instant it is of."""
    truth = TRUTH.quote(symbol, NOON)
    brapi = brapi_quotes.read_quotes(_answer(brapi_quotes.ask_quotes([symbol])), [symbol])
    second = brapi_quotes.read_quotes(_answer(brapi_quotes.ask_stocks("quote", [symbol])), [symbol])
    other = hg_quotes.read_prices(_answer(hg_quotes.ask_prices([symbol])), [symbol])
    for verdict in (brapi, second, other):
        assert verdict.outcome is Outcome.ACCEPT
        assert verdict.value is not None
        (reading,) = verdict.value.symbols
        assert reading.quote is not None
        assert (reading.quote.symbol, reading.quote.price) == (symbol, truth.price)
        assert reading.quote.as_of == truth.as_of


def test_histories_and_dividends_are_read_as_they_are() -> None:
    """Of both services, the sessions and every payment."""
    ask = brapi_quotes.ask_quotes(["PETR4"], range_="1mo", events=True)
    brapi = brapi_quotes.read_quotes(_answer(ask), ["PETR4"], brapi_quotes.Wanted(history=True, events=True))
    assert brapi.value is not None
    (reading,) = brapi.value.symbols
    bars = TRUTH.history("PETR4", date(2026, 6, 23), date(2026, 7, 24), NOON)
    assert reading.history is not None
    assert [(bar.day, bar.close) for bar in reading.history.bars] == [(bar.day, bar.close) for bar in bars]
    truth = TRUTH.events("PETR4", NOON).cash
    paid = sorted((e.com_date or date.min, e.rate, e.kind) for e in truth)
    other = hg_events.read_dividends(_answer(hg_events.ask_events("dividends", ["PETR4"])), ["PETR4"])
    assert other.value is not None
    for events in (reading.events, other.value.symbols[0].events):
        assert events is not None
        assert sorted((e.com_date or date.min, e.rate, e.kind) for e in events.cash) == paid


def test_lists_and_usage_are_read() -> None:
    """Every symbol, and what is left of the plan."""
    listing = brapi_lists.read_list(_answer(brapi_lists.ask_list()))
    assert listing.taken
    usage = brapi_lists.read_usage(_answer(brapi_lists.ask_usage()))
    assert usage.taken
