"""The report of a saved book: everything read from SQLite, closes as traded, valued and reported."""

from __future__ import annotations

import random
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

from bench.book.importing import booking_desk, trades_file
from bench.table import Row
from bench.timing import Times, duration
from fiel.copilot.importing.reading import read_file
from fiel.copilot.performing.asked import read_yardstick
from fiel.copilot.performing.desk import PerformanceDesk
from fiel.infra.storage.database import Database
from fiel.infra.storage.schema import open_database
from fiel.kernel.calendars import anbima, b3
from fiel.market.store.series import StoredSeries
from fiel.market.store.symbols import StoredSymbols
from fiel.market.values import Bar, Observation

FIRST, LAST = date(2005, 1, 3), date(2025, 12, 30)
NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)


def saved_rows(rounds: int, rows: int = 10_000) -> list[Row]:
    """Processor seconds of a full report from a saved book of 100 assets over 20 years."""
    with tempfile.TemporaryDirectory() as folder:
        database = open_database(f"sqlite:///{Path(folder) / 'book.db'}")
        sessions = _fill(database, rows)
        desk = PerformanceDesk(database)
        whole = "2005-01-03..2025-12-30"
        samples = []
        for _ in range(rounds + 1):
            start = time.process_time()
            desk.view("ana", whole, [read_yardstick("cdi")], NOW)
            samples.append(time.process_time() - start)
        database.close()
    taken = Times(tuple(samples[1:]))
    what = f"full, from the saved book (SQLite), {100 * len(sessions):,} closes read, beside the CDI"
    return [Row("report", what, duration(taken.median), taken.spread, "<= 1 s")]


def _fill(database: Database, rows: int) -> Sequence[date]:
    """Trades, closes of every session, and the CDI."""
    booking_desk(database).accept("ana", [read_file("negociacao.csv", trades_file(rows))])
    drawn, sessions = random.Random(3), b3().sessions(FIRST, LAST)
    symbols = StoredSymbols(database)
    for number in range(100):
        symbol = f"AB{chr(65 + number % 10)}{chr(65 + number // 10 % 10)}3"
        cents = drawn.randint(500, 9_000)
        bars = []
        for day in sessions:
            cents = max(100, cents + drawn.randint(-60, 61))
            bars.append(Bar(day, Decimal(cents).scaleb(-2)))
        symbols.replace_bars(symbol, "drawn", bars, at=NOW)
    days = anbima(LAST).sessions(FIRST, LAST)
    rates = [Observation(day, Decimal("0.043739")) for day in days]
    StoredSeries(database).save("cdi", rates, source="drawn", at=NOW, span=None)
    months = [date(year, month, 1) for year in range(2004, 2026) for month in range(1, 13)]
    inflation = [Observation(month, Decimal("0.45")) for month in months]
    StoredSeries(database).save("ipca", inflation, source="drawn", at=NOW, span=None)
    return sessions
