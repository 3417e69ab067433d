"""Facts in few words, on a stored book: shares are whole here, money is in cents, days count from MARCH."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from fiel.custody.accounts import Account, AccountKey, CashMode
from fiel.custody.bookings import Booked, Bookings, Told
from fiel.custody.events import BookedEntry, BookFact, BookIncome, FactKind
from fiel.custody.export import write_export
from fiel.custody.ledger.journal import JournalEntry
from fiel.custody.sealing import Sealer, Verifier
from fiel.custody.store import Book
from fiel.income.values import IncomeKind
from fiel.infra.storage.database import Session
from tests.support.custody_bank import E9, START, Bank

MARCH = datetime(2026, 3, 2, 15, tzinfo=UTC)
ANA, BOB, EVA = (AccountKey(user, "BRL") for user in ("ana", "bob", "eva"))
ELSEWHERE = {EVA: CashMode.EXTERNAL}

#: A posting: (account of the book, asset, amount).
Line = tuple[str, str, int]


def fact(
    kind: FactKind | str,
    command: str = "",
    *,
    of: AccountKey = ANA,
    day: float = 0,
    ticker: str | None = "PETR4",
    shares: float = 0,
    **numbers: Any,
) -> Told:
    """A fact of ana, named by its kind unless told otherwise. `shares` are exact in half ones."""
    kind = FactKind(kind)
    quantity = int(shares * 2) * (E9 // 2)
    at = MARCH + timedelta(days=day)
    told = {"ticker": ticker, "quantity": quantity} | numbers
    return Told(of, BookFact(command or kind.value, kind, START, at, **told))


def cash(kind: FactKind | str, amount: int, command: str = "", **other: Any) -> Told:
    """Money without a ticker."""
    return fact(kind, command, **({"ticker": None} | other), amount=amount)


def bought(shares: float, cents: int, command: str, *, fee: int = 0, **other: Any) -> Told:
    """A buy (or, with shares below zero, a sale) for so much in all."""
    amount = -cents if shares > 0 else cents
    return fact("trade", command, shares=shares, amount=amount, fee=fee, **other)


def paid(
    kind: IncomeKind | str,
    amount: int,
    command: str,
    *,
    withheld: int = 0,
    day: float = 0,
    ticker: str = "PETR4",
    of: AccountKey = ANA,
) -> Told:
    """Income of an asset."""
    at = MARCH + timedelta(days=day)
    return Told(of, BookIncome(command, ticker, IncomeKind(kind), amount, START, at, withheld))


@dataclass(slots=True)
class Teller:
    """Books facts into a bank, and looks at what became of them."""

    bank: Bank

    @property
    def bookings(self) -> Bookings:
        """Those of the bank's present life."""
        bank = self.bank
        return Bookings(Book(bank.database, bank.policy, bank.wire), bank.clock)

    def tell(self, *told: Told, beside: Callable[[Session, Booked], None] | None = None) -> Booked:
        """Facts in one transaction. The money of eva is elsewhere."""
        return self.bookings.book_all(told, ELSEWHERE, beside)

    def undo(self, *commands: str) -> Booked:
        """Takes back the entries of the commands."""
        return self.bookings.reverse([self.entry(command).id for command in commands])

    def entry(self, command: str) -> JournalEntry:
        """The journal entry of a command."""
        found = [each for each in self.bank.record().entries if each.cause.split(":")[-1] == command]
        assert len(found) == 1, (command, [each.cause for each in self.bank.record().entries])
        return found[0]

    def booked(self, user: str = "ana") -> list[BookedEntry]:
        """What moved money or shares of a user."""
        found: list[BookedEntry] = self.bank.look(lambda book: book.entries_of([user]))
        return found

    def postings(self, entry_id: str) -> set[Line]:
        """The lines of an entry."""
        lines = [each for each in self.bank.record().postings if each.entry_id == entry_id]
        found = {(line.account.value, line.asset, line.amount) for line in lines}
        assert len(found) == len(lines)
        return found

    def held(self, ticker: str = "PETR4", user: str = "ana") -> tuple[float, int, int]:
        """(shares, cost, realised profit) of a position."""
        position = self.bank.position(ticker, user)
        return position.quantity / E9, position.cost, position.realised

    def sealed(self) -> None:
        """The chain over the journal holds."""
        Sealer(self.bank.database, self.bank.clock).drain()
        found = Verifier(self.bank.database).verify()
        assert (found.broken, found.unsealed) == (None, 0)

    def agrees(self) -> None:
        """The checker finds nothing, and the entries sum to accounts and positions."""
        self.bank.adds_up()
        accounts: Sequence[Account] = self.bank.look(lambda book: book.accounts())
        positions = self.bank.look(lambda book: book.positions())
        for account in accounts:
            mine = [each for each in self.booked(account.user_id) if each.currency == account.currency]
            if account.cash_mode is CashMode.TRACKED:
                assert sum(each.gross - each.fee for each in mine) == account.balance
            shares: dict[str, int] = {}
            for each in mine:
                if each.quantity:
                    assert each.ticker is not None
                    shares[each.ticker] = shares.get(each.ticker, 0) + each.quantity
            mine_now = {each.ticker: each.quantity for each in positions if each[:2] == account.key}
            assert {ticker: units for ticker, units in shares.items() if units} == mine_now

    def exported(self) -> dict[str, Any]:
        """The export, read."""
        pieces: list[str] = []
        self.bank.look(lambda book: write_export(book, pieces.append))
        found: dict[str, Any] = json.loads("".join(pieces))
        return found
