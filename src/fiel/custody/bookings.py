"""Facts of a whole file, or of a person's correction, in one transaction: all of them or none.

booked = Bookings(book, clock).book(facts, cash_mode=CashMode.EXTERNAL, beside=remember)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple

from fiel.custody.accounts import AccountKey, CashMode, PositionKey, Rejection
from fiel.custody.events import BookFact, BookIncome, Reverse
from fiel.custody.ledger.batch import Batch
from fiel.custody.ledger.journal import entry_id
from fiel.custody.names import read_currency, read_ticker, read_user_id
from fiel.custody.store.book import Book, BookUnit
from fiel.infra.storage.database import Session
from fiel.kernel.clock import Clock
from fiel.kernel.errors import InvalidInput, NotFound, Refused

#: One transaction: a file of the largest size that is read has fewer rows.
FACTS_MAX = 100_000


class Told(NamedTuple):
    """A fact and the account it is of."""

    account: AccountKey
    command: BookFact | BookIncome


class Booked(NamedTuple):
    """Journal entries by command, and what a person must look at."""

    entries: Mapping[str, str]
    alerts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Bookings:
    """Books what happened elsewhere. The clock says when we learned of it."""

    book: Book
    clock: Clock

    def book_all(
        self,
        told: Sequence[Told],
        modes: Mapping[AccountKey, CashMode] = MappingProxyType({}),
        beside: Callable[[Session, Booked], None] | None = None,
    ) -> Booked:
        """Every fact, in the order given, or none of them. Those booked before (by their command) are left.

        `modes` says where the cash of accounts that are new is kept (else here). `beside` runs in the same
        transaction, after them. Raises `InvalidInput` (too_many_facts; of a name), `Refused` naming the
        command, `Unavailable`.
        """
        if len(told) > FACTS_MAX:
            raise InvalidInput("too_many_facts", f"at most {FACTS_MAX} facts at a time", field="facts")
        named = [_named(each) for each in told]
        now = self.clock.now()

        def work(unit: BookUnit) -> Booked:
            users = {one.account.user_id for one in named}
            batch = unit.load_many(users, {key for one in named if (key := _position(one))})
            before = unit.entries_known([entry_id(one.command.command_id) for one in named])
            entries = _run(batch, named, modes, before)
            unit.save(batch, now)
            booked = Booked(entries, tuple(alert.message for alert in batch.alerts))
            if beside is not None:
                beside(unit.connection, booked)
            return booked

        return self.book.transact(work)

    def reverse(self, ids: Sequence[str], beside: Callable[[Session, Booked], None] | None = None) -> Booked:
        """Take entries back, all or none; one that was taken back before is left as it is.

        Raises `NotFound` (entry_unknown), `Refused` (entry_not_reversible, entry_reverses), `Unavailable`.
        """
        now = self.clock.now()

        def work(unit: BookUnit) -> Booked:
            batch, found = unit.load_entries(list(dict.fromkeys(ids)))
            missing = sorted(set(ids) - {entry.id for entry in found})
            if missing:
                raise NotFound("entry_unknown", f"the book has no entry {missing[0]}", field="ENTRY")
            done = unit.entries_known([entry_id(Reverse(entry, now).command_id) for entry in found])
            entries: dict[str, str] = {}
            for entry in found:
                command = Reverse(entry, now)
                own = entry_id(command.command_id)
                if own not in done:
                    key = AccountKey(entry.user_id, entry.currency)
                    _accepted(batch.run(key, command), entry.id)
                entries[entry.id] = own
            unit.save(batch, now)
            booked = Booked(entries, tuple(alert.message for alert in batch.alerts))
            if beside is not None:
                beside(unit.connection, booked)
            return booked

        return self.book.transact(work)


def _run(
    batch: Batch, told: Sequence[Told], modes: Mapping[AccountKey, CashMode], before: frozenset[str]
) -> dict[str, str]:
    entries: dict[str, str] = {}
    for account, command in told:
        entry = entry_id(command.command_id)
        if entry not in before and command.command_id not in entries:
            batch.open_account(account, modes.get(account, CashMode.TRACKED))
            _accepted(batch.run(account, command), command.command_id)
        entries[command.command_id] = entry
    return entries


def _named(told: Told) -> Told:
    """The same with names read as everywhere."""
    account = AccountKey(read_user_id(told.account.user_id), read_currency(told.account.currency))
    command = told.command
    if command.ticker is not None:
        read_ticker(command.ticker)
    return Told(account, command)


def _position(told: Told) -> PositionKey | None:
    return None if told.command.ticker is None else PositionKey(*told.account, told.command.ticker)


def _accepted(decision: object, name: str) -> None:
    if isinstance(decision, Rejection):
        raise Refused(decision.code, f"{decision.message} ({name})", field=decision.field or name)
