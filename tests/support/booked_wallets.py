"""A wallet whose files are booked: in files of few words, and with the whole book to look at afterwards."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from fiel.copilot.booking.desk import Accepted, BookingDesk
from fiel.copilot.booking.preparing import Prepared
from fiel.copilot.booking.sorting import Said
from fiel.copilot.importing.reading import read_file
from fiel.copilot.importing.rows import ReadFile
from fiel.copilot.store.booked import BookedFile, BookedRow, files_of, rows_of
from fiel.copilot.store.remembered import TICKER, remembered_of
from fiel.custody.bookings import Booked, Bookings
from fiel.custody.store import Book
from tests.support.custody_bank import E9, Bank

ZONE = ZoneInfo("America/Sao_Paulo")
NOW = datetime(2026, 5, 4, 15, tzinfo=UTC)
WALLET = "ana"


@dataclass(slots=True)
class BookedWallet:
    """Books files for ana, who has nothing before. `bookings` can be replaced by one that fails."""

    bank: Bank
    bookings: Bookings | None = None
    desk: BookingDesk = field(init=False)

    def __post_init__(self) -> None:
        bank = self.bank
        bank.clock.instant = NOW
        made = self.bookings or Bookings(Book(bank.database, bank.policy, bank.wire), bank.clock)
        self.desk = BookingDesk(bank.database, made, bank.clock, ZONE)

    def accept(self, *files: ReadFile, short: bool = False, **said: Any) -> Accepted:
        """Book files together; what a person says of them by name."""
        return self.desk.accept(WALLET, files, Said(**said), allow_short=short)

    def new(self, *files: ReadFile, short: bool = False, **said: Any) -> int:
        """Book files together; how many rows were new."""
        return self.accept(*files, short=short, **said).rows

    def prepare(self, *files: ReadFile, **said: Any) -> Prepared:
        """What would be booked."""
        return self.desk.prepare(WALLET, files, Said(**said))

    def take_back(self, *rows: BookedRow) -> Booked:
        """Take rows back."""
        return self.desk.take_back(WALLET, [row.id for row in rows])

    def rows(self, *, everything: bool = False) -> list[BookedRow]:
        """The rows that count, or all that were ever booked."""
        with self.bank.database.reading() as connection:
            found = rows_of(connection, WALLET)
        return [row for row in found if everything or row.reversed_at is None]

    def files(self) -> list[BookedFile]:
        """The files that were booked."""
        with self.bank.database.reading() as connection:
            return files_of(connection, WALLET)

    def tickers(self) -> dict[str, str]:
        """What is remembered of names on notes."""
        with self.bank.database.reading() as connection:
            return remembered_of(connection, WALLET, TICKER)

    def held(self) -> dict[str, str]:
        """`account asset`: `quantity for cost` (of whole cents), of all accounts in all currencies."""
        return {
            f"{each.user_id} {each.ticker}": f"{Decimal(each.quantity) / E9:f} for {each.cost / 100:.2f}"
            for each in self.bank.look(lambda book: book.positions())
        }

    def quantities(self) -> dict[str, Decimal]:
        """By asset, over all accounts."""
        found: dict[str, Decimal] = {}
        for each in self.bank.look(lambda book: book.positions()):
            found[each.ticker] = found.get(each.ticker, Decimal(0)) + Decimal(each.quantity) / E9
        return found

    def cash(self) -> dict[str, str]:
        """`account currency`: balance in units, with how the cash is kept."""
        return {
            f"{each.user_id} {each.currency}": f"{each.balance / 100:.2f} {each.cash_mode.value}"
            for each in self.bank.look(lambda book: book.accounts())
        }

    def income(self) -> list[tuple[str | None, int, int]]:
        """(asset, net, withheld) of every payment booked and not taken back, in cents."""
        users = [each.user_id for each in self.bank.look(lambda book: book.accounts())]
        found = self.bank.look(lambda book: book.entries_of(users)) if users else []
        return sorted(
            (each.ticker, each.gross, each.withheld)
            for each in found
            if ":" in each.cause and each.cause.startswith("income:")
        )

    def image(self) -> bytes:
        """Every row of the database that custody or the booking of files writes."""
        rows = "\n".join(map(repr, [*self.rows(everything=True), *self.files(), self.tickers()]))
        return self.bank.image() + rows.encode()

    def adds_up(self) -> None:
        """The independent checker finds nothing."""
        self.bank.adds_up()


def read(data: bytes | str, name: str = "file") -> ReadFile:
    """A file, recognised and read."""
    return read_file(name, data.encode() if isinstance(data, str) else data)


def own(*entries: dict[str, Any], institution: str = "CLEAR") -> ReadFile:
    """Our own document: any kind in few words."""
    told = [{"institution": institution} | entry for entry in entries]
    return read(json.dumps({"format": "fiel-entries", "version": 1, "entries": told}))


def entry(kind: str, date: str, ticker: str | None = None, **numbers: str) -> dict[str, Any]:
    """One entry of our own document."""
    return {"kind": kind, "date": date} | ({"ticker": ticker} if ticker else {}) | numbers
