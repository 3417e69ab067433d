"""Figures carried with the package: what works with no network, and what a fallback may say, with its age.

Each series and symbol lies in its own compressed file of `fiel.market/data` (see `recorded_format`).
Prices keep the scale in which they were collected: splits and bonus shares known then are inside them,
and two symbols may have different scales; `recorded_source` names both.
"""

from __future__ import annotations

import lzma
from bisect import bisect_right
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from functools import cache, lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable

from fiel.kernel.clock import in_utc
from fiel.kernel.errors import Corrupt, NotFound
from fiel.kernel.rounding import Rounding, round_to
from fiel.market.providers.recorded_format import (
    Recording,
    read_events,
    read_prices,
    read_series,
    symbols_with_events,
)
from fiel.market.values import Bar, EventsReading, Observation, PriceHistory, QuoteReading, SeriesReading
from fiel.market.wire import Provider

#: When the closing auction is surely over, in Brasilia (UTC-3; there is no summer time since 2019).
CLOSING_TIME = time(18, 0)
BRASILIA = timezone(timedelta(hours=-3))
TEXT_BYTES_MAX = 2_000_000


@dataclass(frozen=True, slots=True)
class Coverage:
    """The first and the last recorded day."""

    first: date
    last: date


def recorded_symbols() -> tuple[str, ...]:
    """The symbols with recorded prices, in order."""
    return _names("prices")


def recorded_series_keys() -> tuple[str, ...]:
    """The series with recorded rows, in order."""
    return _names("series")


def recorded_event_symbols() -> tuple[str, ...]:
    """The symbols with recorded cash events, in order; their years are 2009 to August 2024."""
    return symbols_with_events(_text("events"))


def recorded_series(key: str) -> SeriesReading:
    """All recorded rows of a series, in the unit of the catalogue. Raises `NotFound`."""
    return SeriesReading(key, _series(key)[1])


def recorded_history(symbol: str) -> PriceHistory:
    """All recorded sessions of a symbol, in the scale of its file. Raises `NotFound`."""
    return PriceHistory(symbol, _prices(symbol)[1], requested=symbol)


def recorded_source(name: str) -> Recording:
    """Unit, scale and source of a recorded series or symbol. Raises `NotFound`."""
    return _series(name)[0] if name in recorded_series_keys() else _prices(name)[0]


def recorded_coverage(name: str) -> Coverage:
    """First and last day recorded of a series or symbol. Raises `NotFound`."""
    rows: tuple[Bar, ...] | tuple[Observation, ...]
    rows = _series(name)[1] if name in recorded_series_keys() else _prices(name)[1]
    return Coverage(rows[0].day, rows[-1].day)


def recorded_quote(symbol: str, at: datetime) -> QuoteReading | None:
    """The closing price of the last recorded session that was over at `at`; `None` before the first one.

    `as_of` is the close of that session: look at its age, the recording ends somewhere. Raises `NotFound`.
    """
    bars = _prices(symbol)[1]
    index = bisect_right(bars, in_utc(at, field="at"), key=lambda bar: closing_instant(bar.day)) - 1
    if index < 0:
        return None
    bar, before = bars[index], bars[index - 1] if index else None
    change = bar.close - before.close if before else None
    return QuoteReading(
        symbol,
        bar.close,
        "BRL",
        closing_instant(bar.day),
        requested=symbol,
        previous_close=before.close if before else None,
        open=bar.open,
        high=bar.high,
        low=bar.low,
        volume=bar.volume,
        change=change,
        change_percent=_percent(change, before),
    )


def recorded_events(symbol: str) -> EventsReading:
    """Recorded dividends and JCP of a symbol (2009 to August 2024), gross per share, in the number of shares
    of their day: not adjusted for later splits. Raises `NotFound` when nothing is recorded of the symbol."""
    cash = read_events(_text("events"), symbol, source=Provider.RECORDED)
    if cash is None:
        raise NotFound(
            "events_not_recorded", f"no dividends of {symbol} are recorded; ask a provider", field=symbol
        )
    return EventsReading(symbol, cash, requested=symbol)


def closing_instant(day: date) -> datetime:
    """The instant of the closing price of a session, in UTC."""
    return in_utc(datetime.combine(day, CLOSING_TIME, BRASILIA))


def _percent(change: Decimal | None, before: Bar | None) -> Decimal | None:
    if change is None or before is None:
        return None
    return round_to(100 * change / before.close, 4, Rounding.HALF_EVEN)


# Parsed figures are immutable; these keep the files that were asked for, at most all of the package's.
@lru_cache(maxsize=64)
def _prices(symbol: str) -> tuple[Recording, tuple[Bar, ...]]:
    if symbol not in recorded_symbols():
        known = ", ".join(recorded_symbols())
        raise NotFound("price_not_recorded", f"no prices of {symbol} are recorded; recorded are {known}")
    return read_prices(_text("prices", symbol), symbol)


@lru_cache(maxsize=64)
def _series(key: str) -> tuple[Recording, tuple[Observation, ...]]:
    if key not in recorded_series_keys():
        known = ", ".join(recorded_series_keys())
        raise NotFound("series_not_recorded", f"series {key} is not recorded; recorded are {known}")
    return read_series(_text("series", key), key)


@cache
def _names(folder: str) -> tuple[str, ...]:
    entries = (entry.name for entry in _folder().joinpath(folder).iterdir())
    return tuple(sorted(name.removesuffix(".xz") for name in entries if name.endswith(".xz")))


def _folder() -> Traversable:
    return files("fiel.market").joinpath("data")


@lru_cache(maxsize=2)
def _text(*names: str) -> str:
    """The one place that reads files."""
    name = "/".join(names)
    compressed = _folder().joinpath(*names[:-1], f"{names[-1]}.xz").read_bytes()
    reader = lzma.LZMADecompressor()
    try:
        content = reader.decompress(compressed, max_length=TEXT_BYTES_MAX)
    except lzma.LZMAError as error:
        raise Corrupt("recorded_corrupt", f"the recorded file {name} cannot be read", field=name) from error
    if not reader.eof:
        raise Corrupt("recorded_corrupt", f"the recorded file {name} is too long or cut", field=name)
    return content.decode()
