"""Recorded figures in place of services: nothing is asked of anybody, and everything says its age."""

from __future__ import annotations

from datetime import date

from fiel.infra.resilience.attempts import Event, How, Step
from fiel.kernel.calendars import b3
from fiel.kernel.clock import Clock
from fiel.kernel.errors import NotFound
from fiel.market.catalogue import series_spec
from fiel.market.providers.recorded import (
    closing_instant,
    recorded_event_symbols,
    recorded_events,
    recorded_quote,
    recorded_series,
    recorded_series_keys,
    recorded_symbols,
)
from fiel.market.quotes import QuoteAnswer, read_symbol
from fiel.market.reconciling import reconcile
from fiel.market.sanitizer.context import local_day
from fiel.market.series_answer import SeriesAnswer
from fiel.market.store.series import StoredRow
from fiel.market.symbol_events import SymbolEvents
from fiel.market.values import Quality, Served
from fiel.market.wire import Provider


def recorded_answer(symbol: str, clock: Clock) -> QuoteAnswer:
    """The last recorded close of a symbol, as a stale value. Raises `NotFound` naming those recorded."""
    name, now = read_symbol(symbol), clock.now()
    reading = recorded_quote(name, now) if name in recorded_symbols() else None
    if reading is None or reading.as_of is None:
        raise NotFound(
            "symbol_not_recorded",
            f"{name} is not recorded; recorded are {', '.join(recorded_symbols())}",
            field="symbol",
        )
    source = Provider.RECORDED.value
    served = Served(reading, reading.unit, reading.as_of, reading.as_of, source, Quality.STALE)
    return QuoteAnswer(name, served, How.STALE, (Step(source, Event.TAKEN, now, "recorded"),))


def recorded_rows(key: str, first: date, last: date, clock: Clock) -> SeriesAnswer:
    """The recorded rows of a series, as stale ones. Raises `NotFound` naming the known series."""
    spec = series_spec(key)
    today = local_day(clock.now())
    found = recorded_series(key).rows if key in recorded_series_keys() else ()
    source = Provider.RECORDED.value
    rows = tuple(
        StoredRow(row, source, closing_instant(row.day)) for row in found if first <= row.day <= last
    )
    return SeriesAnswer(spec, first, last, rows, Quality.STALE, today)


def recorded_symbol_events(symbol: str) -> SymbolEvents:
    """The recorded dividends of a symbol (2009 to August 2024), told by one source, if there are any.

    Raises `InvalidInput` for a malformed symbol.
    """
    name = read_symbol(symbol)
    if name not in recorded_event_symbols():
        return SymbolEvents(name)
    return SymbolEvents(name, reconcile([recorded_events(name)], b3(), order=(Provider.RECORDED.value,)))
