"""Figures at hand put into the store: those recorded in the package, and closes of a file of one's own.

For machines without a network, examples and installations with a feed of their own. Nothing is asked of
anybody; each source keeps its own scale, and final rows of the central bank stay as they are.
"""

from __future__ import annotations

import csv
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from fiel.kernel.calendars import b3
from fiel.kernel.clock import Clock
from fiel.kernel.decimals import parse_decimal
from fiel.kernel.errors import InvalidInput
from fiel.kernel.months import parse_day
from fiel.market.catalogue import series_spec
from fiel.market.providers.recorded import (
    recorded_event_symbols,
    recorded_events,
    recorded_history,
    recorded_series,
    recorded_series_keys,
    recorded_symbols,
)
from fiel.market.quotes import read_symbol
from fiel.market.reconciling import reconcile
from fiel.market.series_book import SeriesBook, Telling
from fiel.market.store.events import StoredEvents
from fiel.market.store.symbols import StoredSymbols
from fiel.market.symbol_events import cash_row
from fiel.market.values import Bar
from fiel.market.wire import Provider

#: Lines of a file of closes: a hundred symbols over twenty years.
LINES_MAX = 600_000
_COLUMNS = ("symbol", "date", "close")
_PRICE_DIGITS = 9


@dataclass(frozen=True, slots=True)
class Loaded:
    """How many sessions, payments and rows were put into the store, by symbol and series."""

    sessions: Mapping[str, int] = field(default_factory=dict)
    payments: Mapping[str, int] = field(default_factory=dict)
    rows: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Loader:
    """Puts figures at hand into the stores."""

    symbols: StoredSymbols
    events: StoredEvents
    series: SeriesBook
    clock: Clock

    async def recorded(
        self, symbols: Collection[str] | None = None, keys: Collection[str] | None = None
    ) -> Loaded:
        """What the package has of these symbols and series; of all with `None`.

        Raises `NotFound` (price_not_recorded, series_not_recorded) before anything is written.
        """
        names = recorded_symbols() if symbols is None else tuple(map(read_symbol, symbols))
        wanted = recorded_series_keys() if keys is None else tuple(keys)
        histories = {name: recorded_history(name).bars for name in names}
        series = {key: recorded_series(key).rows for key in wanted}
        now, source = self.clock.now(), Provider.RECORDED.value
        payments = {}
        for name, bars in histories.items():
            self.symbols.replace_bars(name, source, bars, at=now)
            if name in recorded_event_symbols():
                told = reconcile([recorded_events(name)], b3(), order=(source,))
                payments[name] = self.events.save(name, [cash_row(each) for each in told], at=now)
        written = {}
        for key, rows in series.items():
            kept = await self.series.keep(Telling(series_spec(key), rows, source, now))
            written[key] = kept.written
        return Loaded({name: len(bars) for name, bars in histories.items()}, payments, written)

    def closes(self, told: Mapping[str, Sequence[Bar]], source: str) -> Loaded:
        """Closes of a file, in place of what this source told of these symbols before."""
        now = self.clock.now()
        for symbol, bars in told.items():
            self.symbols.replace_bars(symbol, source, bars, at=now)
        return Loaded({symbol: len(bars) for symbol, bars in told.items()})


def read_closes(text: str, name: str) -> dict[str, list[Bar]]:
    """Closes of a file with the columns `symbol,date,close`, a point for the decimals, days as 2026-08-06.

    Sessions come oldest first. Raises `InvalidInput` (closes_malformed, of a number, a day or a symbol)
    naming the line; nothing is read then.

    >>> read_closes("symbol,date,close\\nPETR4,2026-08-06,38.50\\n", "closes.csv")["PETR4"][0].close
    Decimal('38.5')
    """
    lines = csv.reader(text.splitlines())
    head = tuple(cell.strip().lower() for cell in next(lines, ()))
    if head != _COLUMNS:
        raise InvalidInput(
            "closes_malformed", f"the first line must be: {','.join(_COLUMNS)}", field=f"{name}:1"
        )
    found: dict[str, dict[date, Bar]] = {}
    for number, cells in enumerate(lines, start=2):
        if not cells:
            continue
        place = f"{name}:{number}"
        if number > LINES_MAX or len(cells) != len(_COLUMNS):
            what = f"at most {LINES_MAX} lines" if number > LINES_MAX else "three cells in each line"
            raise InvalidInput("closes_malformed", f"{what}, please", field=place)
        symbol, day = read_symbol(cells[0].strip()), parse_day(cells[1].strip(), place)
        sessions = found.setdefault(symbol, {})
        if day in sessions:
            raise InvalidInput("closes_malformed", f"{symbol} {day} stands here twice", field=place)
        sessions[day] = Bar(day, _close(cells[2].strip(), place))
    return {symbol: [sessions[day] for day in sorted(sessions)] for symbol, sessions in found.items()}


def _close(text: str, place: str) -> Decimal:
    price = parse_decimal(text, field=place, decimals_max=_PRICE_DIGITS, integer_digits_max=_PRICE_DIGITS)
    if price <= 0:
        raise InvalidInput("closes_malformed", "a close is above zero", field=place)
    return price
