"""Facts of a whole file, or of a person's correction, in one transaction: all of them or none.

booked = Bookings(book, clock).book_all([Told(account, fact)], modes, beside=remember)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType
from typing import NamedTuple

from fiel.custody.accounts import AccountKey, CashMode, PositionKey, Rejection
from fiel.custody.events import BookedEntry, BookFact, BookIncome, Reverse
from fiel.custody.ledger.batch import Batch
from fiel.custody.ledger.facts import reversed_entry
from fiel.custody.ledger.journal import entry_id
from fiel.custody.names import read_currency, read_ticker, read_user_id
from fiel.custody.store.book import Book, BookUnit
from fiel.infra.storage.database import Session
from fiel.kernel.clock import Clock, in_utc
from fiel.kernel.errors import Conflict, InvalidInput, NotFound, Refused

#: One transaction: a file of the largest size that is read has fewer rows.
FACTS_MAX = 100_000
#: A command's name: a file's digest, a row and a stem are far below.
COMMAND_MAX = 300


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
        *,
        reversing: Sequence[str] = (),
    ) -> Booked:
        """Every fact, in the order given, or none of them. Those booked before (by their command) are left.

        A command taken back before is left, too: to book it again, name it anew. `modes` says where the
        cash of accounts that are new is kept (else here). The entries named in `reversing` are taken back
        first, as `reverse` does. `beside` runs in the same transaction, after all, and again when the
        transaction is. Raises `InvalidInput` (too_many_facts; of a name or time), `Refused` naming field
        and command, `Conflict` (command_reused by another account), what `reverse` raises.
        """
        _few(told, "facts")
        _few(reversing, "entries")
        named = [_named(each) for each in told]
        kept = {_account(key): mode for key, mode in modes.items()}
        now = self.clock.now()

        def work(unit: BookUnit) -> Booked:
            users = {one.account.user_id for one in named}
            touched = {key for one in named if (key := _position(one))}
            batch, found = unit.load_entries(list(dict.fromkeys(reversing)), users, touched)
            undone = _take_back(batch, unit, found, reversing, now)
            before = unit.entries_known([entry_id(one.command.command_id) for one in named])
            entries = undone | _run(batch, named, kept, before)
            unit.save(batch, now)
            booked = Booked(entries, tuple(alert.message for alert in batch.alerts))
            if beside is not None:
                beside(unit.connection, booked)
            return booked

        return self.book.transact(work)

    def reverse(self, ids: Sequence[str], beside: Callable[[Session, Booked], None] | None = None) -> Booked:
        """Take entries back, all or none; one that was taken back before is left as it is.

        Raises `InvalidInput` (too_many_entries), `NotFound` (entry_unknown), `Refused` (entry_not_reversible,
        entry_reverses), `Unavailable`.
        """
        return self.book_all((), beside=beside, reversing=ids)


def _take_back(
    batch: Batch, unit: BookUnit, found: Sequence[BookedEntry], asked: Sequence[str], now: datetime
) -> dict[str, str]:
    """The opposite of each entry, once; gives back its name by that of the entry."""
    missing = sorted(set(asked) - {entry.id for entry in found})
    if missing:
        raise NotFound("entry_unknown", f"the book has no entry {missing[0]}", field="ENTRY")
    commands = [Reverse(entry, now) for entry in found]
    done = unit.entries_known([entry_id(command.command_id) for command in commands])
    entries: dict[str, str] = {}
    for command in commands:
        own, entry = entry_id(command.command_id), command.entry
        if own not in done:
            _accepted(batch.run(AccountKey(entry.user_id, entry.currency), command), entry.id)
        entries[entry.id] = own
    return entries


def _run(
    batch: Batch, told: Sequence[Told], modes: Mapping[AccountKey, CashMode], before: Mapping[str, AccountKey]
) -> dict[str, str]:
    entries: dict[str, str] = {}
    owners = dict(before)
    for account, command in told:
        name = command.command_id
        entry = entry_id(name)
        if owners.setdefault(entry, account) != account:
            whose = "/".join(owners[entry])
            raise Conflict("command_reused", f"{name} was booked for {whose}", field="command_id")
        if entry not in before and name not in entries:
            batch.open_account(account, modes.get(account, CashMode.TRACKED))
            _accepted(batch.run(account, command), name)
        entries[name] = entry
    return entries


def _named(told: Told) -> Told:
    """The same with names and times read as everywhere."""
    command = told.command
    name = command.command_id
    if not 0 < len(name) <= COMMAND_MAX or not name.isprintable():
        text = f"a command is named by 1 to {COMMAND_MAX} printable characters"
        raise InvalidInput("command_malformed", text, field="command_id")
    if reversed_entry(name) is not None:
        text = f"{name} would be taken for a reversal; name it otherwise"
        raise InvalidInput("command_malformed", text, field="command_id")
    if command.occurred_at is not None:
        in_utc(command.occurred_at, field="occurred_at")
    if command.ticker is not None and (ticker := read_ticker(command.ticker)) != command.ticker:
        command = replace(command, ticker=ticker)
    return Told(_account(told.account), command)


def _account(key: AccountKey) -> AccountKey:
    return AccountKey(read_user_id(key.user_id), read_currency(key.currency))


def _position(told: Told) -> PositionKey | None:
    return None if told.command.ticker is None else PositionKey(*told.account, told.command.ticker)


def _few(asked: Sequence[object], field: str) -> None:
    if len(asked) > FACTS_MAX:
        raise InvalidInput(f"too_many_{field}", f"at most {FACTS_MAX} {field} at a time", field=field)


def _accepted(decision: object, name: str) -> None:
    if isinstance(decision, Rejection):
        raise Refused(decision.code, f"{decision.message} ({name})", field=decision.field or name)
