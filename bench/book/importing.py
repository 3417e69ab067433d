"""Importing 10,000 rows from a file of B3's layout: read, compared with the book, booked; and once more."""

from __future__ import annotations

import random
import tempfile
import time
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

from bench.table import Row
from bench.timing import Times, duration
from fiel.copilot.booking.desk import BookingDesk
from fiel.copilot.importing.reading import read_file
from fiel.copilot.taxes.desk import TaxDesk
from fiel.custody.bookings import Bookings
from fiel.custody.store import Book
from fiel.infra.storage.database import Database
from fiel.infra.storage.schema import open_database
from fiel.infra.system import SystemClock
from fiel.kernel.calendars import b3

IMPORT_GOAL = 5.0
_HEAD = (
    "Data do Negócio;Tipo de Movimentação;Mercado;Prazo/Vencimento;Instituição;Código de Negociação;"
    "Quantidade;Preço;Valor"
)


def trades_file(rows: int, seed: int = 5) -> bytes:
    """Trades of 100 assets over 20 years in B3's layout, latest first; never sold what is not held."""
    sessions = b3().sessions(date(2005, 1, 3), date(2025, 12, 30))
    drawn, held, lines = random.Random(seed), dict[str, int](), list[str]()
    for number in range(rows):
        day = sessions[number * len(sessions) // rows]
        asset = f"AB{chr(65 + number % 10)}{chr(65 + number // 10 % 10)}3"
        quantity, cents = drawn.randint(1, 300), drawn.randint(500, 9_000)
        is_sale = held.get(asset, 0) > quantity and drawn.random() < 0.35
        held[asset] = held.get(asset, 0) + (-quantity if is_sale else quantity)
        price, value = (f"{each // 100},{each % 100:02d}" for each in (cents, cents * quantity))
        side = "Venda" if is_sale else "Compra"
        head = f"{day:%d/%m/%Y};{side};Mercado à Vista;-;CORRETORA EXEMPLO S.A."
        lines.append(f"{head};{asset};{quantity};{price};{value}")
    return "\n".join([_HEAD, *reversed(lines)]).encode()


def booking_desk(database: Database) -> BookingDesk:
    """What books files into a database, in the zone of the exchange."""
    clock = SystemClock()
    return BookingDesk(database, Bookings(Book(database), clock), clock, ZoneInfo("America/Sao_Paulo"))


def import_rows(rounds: int, rows: int = 10_000) -> list[Row]:
    """Processor seconds of an import into a new book, of the same file again, and of the positions."""
    data = trades_file(rows)
    first, again, positions = [], [], []
    for _ in range(rounds):
        with tempfile.TemporaryDirectory() as folder:
            database = open_database(f"sqlite:///{Path(folder) / 'book.db'}")
            desk = booking_desk(database)
            start = time.process_time()
            booked = desk.accept("ana", [read_file("negociacao.csv", data)]).rows
            first.append(time.process_time() - start)
            start = time.process_time()
            repeated = desk.accept("ana", [read_file("negociacao.csv", data)]).rows
            again.append(time.process_time() - start)
            if (booked, repeated) != (rows, 0):
                raise AssertionError((booked, repeated))
            start = time.process_time()
            TaxDesk(database).positions("ana", date(2026, 1, 1))
            positions.append(time.process_time() - start)
            database.close()
    goal = f"<= {IMPORT_GOAL:g} s"
    return [
        _row(f"{rows} trades: read, compared, booked (SQLite)", first, goal),
        _row("the same file again: nothing new", again, goal),
        _row("positions and average costs from the book", positions, "<= 1 s"),
    ]


def _row(what: str, samples: list[float], goal: str) -> Row:
    taken = Times(tuple(samples))
    return Row("import", what, duration(taken.median), taken.spread, goal)
