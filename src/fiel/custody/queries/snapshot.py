"""Custody's reads: what the book says now. Every answer comes from one snapshot of the database.

Amounts are whole minor units, quantities billionths, as in the book; the edges turn them into text.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, Column, ColumnElement, Connection, Select, Table, func, select, type_coerce

from fiel.custody import tables
from fiel.custody.accounts import Account, AccountKey, Lot, Position
from fiel.custody.events import BookedEntry, Parked
from fiel.custody.ledger.checker import Record
from fiel.custody.ledger.journal import WalletTransaction
from fiel.custody.messages import DeadLetterRow, DeadLetterStatus
from fiel.custody.queries.income import IncomeReceipt, receipts
from fiel.custody.reservations import OPEN, Order
from fiel.custody.store import dead_letters, entries, rows
from fiel.infra.storage.database import Database
from fiel.infra.storage.types import stored
from fiel.kernel.clock import in_utc
from fiel.kernel.errors import InvalidInput, NotFound

PAGE_MAX = 1000


@dataclass(frozen=True, slots=True)
class Overview:
    """Counts for metrics and for a person who looks in."""

    accounts: int
    open_orders: int
    shortfalls: int
    parked: int
    oldest_parked: datetime | None
    dead_letters: int
    alerts: int


@dataclass(frozen=True, slots=True)
class StoredAlert:
    """An alert as it is kept."""

    id: str
    code: str
    user_id: str
    order_id: int | None
    event_id: str
    message: str
    recorded_at: datetime
    acknowledged_at: datetime | None


class Holding(NamedTuple):
    """What a user has of a ticker, and how much of it orders hold: billionths."""

    user_id: str
    currency: str
    ticker: str
    quantity: int
    reserved: int


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The book at one instant of the database; every read of it agrees with every other."""

    connection: Connection

    def accounts(self, user_id: str | None = None) -> list[Account]:
        """The accounts of a user (of everybody without one), by user and currency."""
        asked = _of_user(tables.accounts, user_id)
        found = self.stored_rows(asked.order_by(tables.accounts.c.user_id, tables.accounts.c.currency))
        return [rows.account_of(row) for row in found]

    def account(self, key: AccountKey) -> Account:
        """Raises `NotFound` (account_unknown)."""
        for account in self.accounts(key.user_id):
            if account.key == key:
                return account
        raise NotFound(
            "account_unknown",
            f"{key.user_id} has no account in {key.currency}; a first deposit opens it",
            field="userId",
        )

    def updated_at(self, key: AccountKey) -> datetime:
        """When the account's row last changed. Raises `NotFound`."""
        held = tables.accounts.c
        asked = select(held.updated_at).where(held.user_id == key.user_id, held.currency == key.currency)
        found: datetime | None = self.connection.execute(asked).scalar_one_or_none()
        if found is None:
            raise NotFound(
                "account_unknown", f"{key.user_id} has no account in {key.currency}", field="userId"
            )
        return found

    def positions(self, user_id: str | None = None, *, closed: bool = False) -> list[Position]:
        """Positions by user, currency and ticker; `closed` shows those of quantity zero too."""
        held = tables.positions.c
        asked = _of_user(tables.positions, user_id)
        if not closed:
            asked = asked.where((held.quantity != 0) | (held.reserved != 0))
        found = self.stored_rows(asked.order_by(held.user_id, held.currency, held.ticker))
        return [rows.position_of(row) for row in found]

    def accounts_of(self, user_ids: Collection[str]) -> dict[str, list[Account]]:
        """The accounts of up to 1,000 users, by currency; each user is in the answer.

        Raises `InvalidInput` (too_many_users).
        """
        found: dict[str, list[Account]] = {user: [] for user in _few(user_ids)}
        held = tables.accounts.c
        asked = select(*stored(tables.accounts)).where(held.user_id.in_(sorted(found)))
        for row in self.stored_rows(asked.order_by(held.user_id, held.currency)):
            found[row[0]].append(rows.account_of(row))
        return found

    def positions_of(self, user_ids: Collection[str]) -> dict[str, list[Position]]:
        """What up to 1,000 users hold (or have reserved), by currency and ticker; each user is in the answer.

        Raises `InvalidInput` (too_many_users).
        """
        found: dict[str, list[Position]] = {user: [] for user in _few(user_ids)}
        held = tables.positions.c
        asked = select(*stored(tables.positions)).where(held.user_id.in_(sorted(found)))
        asked = asked.where((held.quantity != 0) | (held.reserved != 0))
        for row in self.stored_rows(asked.order_by(held.user_id, held.currency, held.ticker)):
            found[row[0]].append(rows.position_of(row))
        return found

    def holdings_of(self, user_ids: Collection[str]) -> list[Holding]:
        """The same without cost and history, as one list in no order: for whoever plans by the thousand.

        Raises `InvalidInput` (too_many_users).
        """
        held = tables.positions.c
        columns = (held.user_id, held.currency, held.ticker, *_numbers(held.quantity, held.reserved))
        asked = select(*columns).where(held.user_id.in_(sorted(set(_few(user_ids)))))
        asked = asked.where((held.quantity != 0) | (held.reserved != 0))
        return list(map(Holding._make, self.connection.execute(asked).all()))

    def orders(self, user_id: str | None = None, *, open_only: bool = False) -> list[Order]:
        """Orders with their fills, by number."""
        held = tables.orders.c
        asked = _of_user(tables.orders, user_id)
        if open_only:
            asked = asked.where(held.status.in_(sorted(status.value for status in OPEN)))
        lots: dict[int, list[Lot]] = {}
        for lot in self.lots(user_id):
            lots.setdefault(lot.order_id, []).append(lot)
        return [
            rows.order_of(row, tuple(lots.get(row[0], ())) if row[14] else ())
            for row in self.stored_rows(asked.order_by(held.order_id))
        ]

    def lots(self, user_id: str | None = None) -> list[Lot]:
        """Lots by order and cumulative quantity; moves (of no order) first."""
        held = tables.lots.c
        found = self.stored_rows(_of_user(tables.lots, user_id).order_by(held.order_id, held.upto, held.id))
        return [rows.lot_of(row) for row in found]

    def user_ids(self, after: str = "", limit: int = PAGE_MAX) -> list[str]:
        """A page of everybody who has an account, in the database's order: those that follow `after`.

        The last one of a page is the `after` of the next; a page that is not full is the last.
        """
        held = tables.accounts.c.user_id
        asked = select(held).distinct().order_by(held).limit(min(limit, PAGE_MAX))
        if after:
            asked = asked.where(held > after)
        return list(self.connection.execute(asked).scalars())

    def lots_of(self, user_ids: Collection[str]) -> dict[str, list[Lot]]:
        """The lots of up to 1,000 users (each of them is in the answer) in order of execution.

        Lots of capital returned move no shares: their quantity is zero. Lots that were taken back, and
        executions that were, are left out. Raises `InvalidInput` (too_many_users).
        """
        found: dict[str, list[Lot]] = {user: [] for user in _few(user_ids)}
        asked = select(*stored(tables.lots)).where(tables.lots.c.user_id.in_(sorted(found)))
        for row in self.stored_rows(asked):
            lot = rows.lot_of(row)
            if lot.quantity or lot.gross:
                found[lot.user_id].append(lot)
        for lots in found.values():
            lots.sort(key=lambda lot: lot.sort_key)
        return found

    def lots_together(self, user_ids: Collection[str]) -> list[Lot]:
        """The same in one list, user after user."""
        return [lot for lots in self.lots_of(user_ids).values() for lot in lots]

    def income_received(self, user_id: str, since: datetime | None = None) -> list[IncomeReceipt]:
        """What assets paid to a user at `since` or later, by occurrence. Nothing for a user unknown."""
        return self.income_of([user_id], since)[user_id]

    def income_of(
        self, user_ids: Collection[str], since: datetime | None = None
    ) -> dict[str, list[IncomeReceipt]]:
        """The same for up to 1,000 users, each of which is in the answer.

        Raises `InvalidInput` (too_many_users, or a time without a zone).
        """
        start = None if since is None else in_utc(since, field="since")
        found: dict[str, list[IncomeReceipt]] = {user: [] for user in _few(user_ids)}
        for receipt in receipts(self.connection, found, start):
            found[receipt.user_id].append(receipt)
        return found

    def entries_of(self, user_ids: Collection[str]) -> list[BookedEntry]:
        """Whatever moved money or shares of up to 1,000 users, by user, occurrence and number; without
        lots, and without what only held money for orders. Raises `InvalidInput` (too_many_users).
        """
        return entries.entries_of(self.connection, _few(user_ids))

    def entries_named(self, ids: Collection[str]) -> dict[str, BookedEntry]:
        """The entries of these names that there are, each with its lot if it has one of its own."""
        return entries.entries_by_id(self.connection, ids)

    def transactions(
        self, key: AccountKey, *, after: int = 0, limit: int = PAGE_MAX, newest_first: bool = False
    ) -> list[WalletTransaction]:
        """A page of an account's transactions: those numbered above `after` (newest first: below it)."""
        held = tables.wallet_transactions.c
        asked = _with_entry().where(held.user_id == key.user_id, held.currency == key.currency)
        if newest_first:
            asked = asked.where(held.sequence < after) if after else asked
            asked = asked.order_by(held.sequence.desc())
        else:
            asked = asked.where(held.sequence > after).order_by(held.sequence)
        return [_transaction(row) for row in self.stored_rows(asked.limit(min(limit, PAGE_MAX)))]

    def parked(self, limit: int = 100_000) -> list[Parked]:
        """Events that wait, by order and event."""
        held = tables.parked_events.c
        asked = select(*stored(tables.parked_events)).order_by(held.order_id, held.event_id).limit(limit)
        return [rows.parked_of(row) for row in self.stored_rows(asked)]

    def dead_letters(
        self, status: DeadLetterStatus | None = DeadLetterStatus.OPEN, limit: int = 100_000
    ) -> list[DeadLetterRow]:
        """Dead letters by time and id; `None` for those of every status."""
        held = tables.dead_letters.c
        asked = select(tables.dead_letters)
        if status is not None:
            asked = asked.where(held.status == status.value)
        asked = asked.order_by(held.recorded_at, held.id).limit(limit)
        return [dead_letters.letter_of(row) for row in self.connection.execute(asked).mappings()]

    def dead_letter(self, letter_id: str) -> DeadLetterRow:
        """Raises `NotFound` (dead_letter_unknown)."""
        asked = select(tables.dead_letters).where(tables.dead_letters.c.id == letter_id)
        row = self.connection.execute(asked).mappings().first()
        if row is None:
            raise NotFound("dead_letter_unknown", f"there is no dead letter {letter_id}", field="id")
        return dead_letters.letter_of(row)

    def alerts(self, limit: int = 1000) -> list[StoredAlert]:
        """Alerts, newest first."""
        held = tables.alerts.c
        asked = select(tables.alerts).order_by(held.recorded_at.desc(), held.id).limit(limit)
        return [StoredAlert(**row) for row in self.connection.execute(asked).mappings()]

    def record(self) -> Record:
        """All of the book, for the checker."""
        entries = {
            row[0]: row
            for row in self.stored_rows(select(*stored(tables.journal)).order_by(tables.journal.c.seq))
        }
        return Record(
            accounts=self.accounts(),
            orders=self.orders(),
            positions=self.positions(closed=True),
            lots=self.lots(),
            entries=[rows.entry_of(row) for row in entries.values()],
            postings=[
                rows.posting_of(row, entries.get(row[0]))
                for row in self.stored_rows(select(*stored(tables.postings)))
            ],
            transactions=[_transaction(row) for row in self.stored_rows(_with_entry())],
        )

    def overview(self) -> Overview:
        """The counts."""
        accounts, orders = tables.accounts.c, tables.orders.c
        open_orders = orders.status.in_(sorted(status.value for status in OPEN))
        parked = tables.parked_events.c
        letters = tables.dead_letters.c.status == DeadLetterStatus.OPEN.value
        asked = select(func.count(), func.min(parked.parked_at)).select_from(tables.parked_events)
        waiting = self.connection.execute(asked).one()
        return Overview(
            accounts=self._count(tables.accounts),
            open_orders=self._count(tables.orders, open_orders),
            shortfalls=self._count(tables.accounts, accounts.balance < accounts.blocked),
            parked=waiting[0],
            oldest_parked=waiting[1],
            dead_letters=self._count(tables.dead_letters, letters),
            alerts=self._count(tables.alerts, tables.alerts.c.acknowledged_at.is_(None)),
        )

    def last_entry(self) -> int:
        """The number of the last journal entry; 0 for an empty book. Found by its key."""
        return int(self.connection.execute(select(func.max(tables.journal.c.seq))).scalar_one() or 0)

    def version(self) -> str:
        """Another text whenever an entry was booked or a last price changed."""
        prices = tables.latest_prices.c
        asked = select(func.max(prices.as_of), func.count(), func.sum(type_coerce(prices.price, BigInteger)))
        latest, count, total = self.connection.execute(asked).one()
        last = self.connection.execute(select(func.max(tables.journal.c.seq))).scalar_one()
        return f"{last}|{latest}|{count}|{total}"

    def _count(self, table: Table, *conditions: Any) -> int:
        return int(
            self.connection.execute(select(func.count()).select_from(table).where(*conditions)).scalar_one()
        )

    def stored_rows(self, asked: Select[Any]) -> Iterator[tuple[Any, ...]]:
        """Rows of a question about `stored` columns: instants in microseconds."""
        return map(tuple, self.connection.execute(asked))


@dataclass(frozen=True, slots=True)
class Queries:
    """Opens snapshots: `with queries.snapshot() as book: book.account(key)`."""

    database: Database

    @contextmanager
    def snapshot(self) -> Iterator[Snapshot]:
        """One instant of the book, for as long as the block lasts."""
        with self.database.reading() as connection:
            yield Snapshot(connection)


def _few(user_ids: Collection[str]) -> Collection[str]:
    if len(user_ids) > PAGE_MAX:
        raise InvalidInput(
            "too_many_users", f"ask for at most {PAGE_MAX} users at a time; see user_ids", field="user_ids"
        )
    return user_ids


def _of_user(table: Table, user_id: str | None) -> Select[Any]:
    asked = select(*stored(table))
    return asked if user_id is None else asked.where(table.c.user_id == user_id)


def _numbers(*columns: Column[Any]) -> tuple[ColumnElement[int], ...]:
    """Whole numbers as they are stored, without the cost of turning each into itself."""
    return tuple(type_coerce(column, BigInteger) for column in columns)


def _with_entry() -> Select[Any]:
    """Transactions with the id of their journal entry in the last place."""
    held, journal = tables.wallet_transactions, tables.journal
    return select(*stored(held), journal.c.id).join(journal, journal.c.seq == held.c.entry_seq)


def _transaction(row: tuple[Any, ...]) -> WalletTransaction:
    return rows.transaction_of(row[:-1], row[-1])
