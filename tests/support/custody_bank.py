"""Custody on a real database, with a clock to set, a fuse to blow, and the whole book to look at."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import MetaData, Table, select

from fiel.custody import tables as custody_tables
from fiel.custody.accounts import Account, AccountKey, Position, PositionKey
from fiel.custody.ledger import Record, check
from fiel.custody.messages import Message
from fiel.custody.order_events.event import LogPlace
from fiel.custody.queries import Queries, Snapshot
from fiel.custody.receiving import Progress, Received
from fiel.custody.reservations import Order, Policy
from fiel.custody.service import Custody
from fiel.custody.store import Book
from fiel.custody.wallet_events import WalletEvents
from fiel.infra.storage import offsets
from fiel.infra.storage import tables as infra_tables
from fiel.infra.storage.database import Database
from fiel.kernel.ids import SequentialIds
from tests.support.custody_faults import Fuse
from tests.support.custody_homes import Home

START = datetime(2026, 5, 4, 13, 0, tzinfo=UTC)
TOPIC = "order-events-v1"
E9 = 10**9
BRL = "BRL"

#: What a second run of the same work may number otherwise; ids and order are compared instead.
_VOLATILE: dict[str, set[str]] = {"outbox": {"id"}, "consumer_offsets": {"epoch"}}
#: In the record already, by id.
_RECORDED = {"accounts", "orders", "positions", "lots", "journal", "postings", "wallet_transactions"}


@dataclass(slots=True)
class SetClock:
    """The clock on the wall, with somebody's hand on it."""

    instant: datetime = START

    def now(self) -> datetime:
        return self.instant

    def move(self, **by: float) -> None:
        """`move(hours=-1)`."""
        self.instant += timedelta(**by)


@dataclass(slots=True)
class Bank:
    """Custody, and everything a story needs of it. Users have an account once they deposited."""

    home: Home
    policy: Policy = field(default_factory=Policy)
    wire: WalletEvents = field(default_factory=WalletEvents)
    patient: bool = False
    clock: SetClock = field(default_factory=SetClock)
    fuse: Fuse = field(default_factory=Fuse)
    database: Database = field(init=False)
    custody: Custody = field(init=False)
    lives: int = 0

    def __post_init__(self) -> None:
        self._open()

    def _open(self) -> None:
        self.lives += 1
        self.database = self.home.open(self.fuse, patient=self.patient)
        book = Book(self.database, self.policy, self.wire)
        self.custody = Custody(book, self.clock, SequentialIds(f"life{self.lives}"))

    def restart(self, home: Home | None = None) -> None:
        """The process is gone; another one opens the book (or the copy of it that is left)."""
        self.database.close()
        self.home = home or self.home
        self._open()

    def close(self) -> None:
        """Nobody has the book open."""
        self.database.close()

    def send(self, *messages: Mapping[str, Any] | bytes, progress: tuple[Progress, ...] = ()) -> Received:
        """Messages in one batch."""
        return self.custody.receive([Message(encoded(message)) for message in messages], progress)

    def send_from(self, messages: list[bytes], mine: offsets.Assignment) -> Received:
        """The messages that follow the assignment's offset, with the offset moved in the same transaction."""
        first = mine.next_offset or 0
        placed = [
            Message(value, LogPlace(TOPIC, mine.partition, first + number))
            for number, value in enumerate(messages)
        ]
        return self.custody.receive(placed, (Progress(mine, first + len(messages)),))

    def send_at(self, message: bytes, offset: int) -> Received:
        """One message with its place in the log, read from there by nobody in particular."""
        return self.custody.receive([Message(message, LogPlace(TOPIC, 0, offset))])

    def receive_at(self, messages: list[Message], mine: offsets.Assignment, upto: int) -> Received:
        """Messages that have their place already; the offset moves with them."""
        return self.custody.receive(messages, (Progress(mine, upto),))

    def assigned(self, partition: int = 0) -> offsets.Assignment:
        """The partition is given to whoever asks."""
        return self.database.transact(
            lambda unit: offsets.assign(unit.connection, "custody", TOPIC, partition)
        )

    def stored_offset(self, partition: int = 0) -> int:
        """Where the partition stands in the database."""
        with self.database.reading() as connection:
            return offsets.position(connection, "custody", TOPIC, partition) or 0

    def look(self, question: Callable[[Snapshot], Any]) -> Any:
        """An answer from one snapshot."""
        with Queries(self.database).snapshot() as snapshot:
            return question(snapshot)

    def account(self, user: str = "ana", currency: str = BRL) -> Account:
        found: Account = self.look(lambda book: book.account(AccountKey(user, currency)))
        return found

    def order(self, order_id: int = 1) -> Order:
        found: list[Order] = self.look(lambda book: book.orders())
        return next(order for order in found if order.order_id == order_id)

    def position(self, ticker: str = "PETR4", user: str = "ana") -> Position:
        key = PositionKey(user, BRL, ticker)
        held = self.look(lambda book: book.positions(user, closed=True))
        return next((each for each in held if each.key == key), Position(*key))

    def wallet(self, user: str = "ana") -> list[tuple[str, int]]:
        """The wallet transactions as (type, minor units)."""
        rows = self.look(lambda book: book.transactions(AccountKey(user, BRL)))
        return [(row.type.value, row.amount) for row in rows]

    def alerts(self) -> list[str]:
        """The codes of the alerts, sorted."""
        return sorted(alert.code for alert in self.look(lambda book: book.alerts()))

    def dead(self) -> list[str]:
        """The codes of the open dead letters, sorted."""
        return sorted(letter.rejection.code for letter in self.look(lambda book: book.dead_letters()))

    def waiting(self) -> list[str]:
        """The parked events."""
        return [parked.event.event_id for parked in self.look(lambda book: book.parked())]

    def told(self, topic: str) -> list[dict[str, Any]]:
        """The bodies of what the outbox holds for a topic, in order."""
        outbox = infra_tables.outbox
        asked = select(outbox.c.body).where(outbox.c.topic == topic).order_by(outbox.c.id)
        with self.database.reading() as connection:
            return [json.loads(body) for body in connection.execute(asked).scalars()]

    def record(self) -> Record:
        found: Record = self.look(lambda book: book.record())
        return found

    def adds_up(self) -> None:
        """The independent checker finds nothing."""
        assert check(self.record()) == []

    def image(self) -> bytes:
        """All rows of the book and of its messaging, in one spelling: two equal images, one state."""
        with Queries(self.database).snapshot() as snapshot:
            parts = _record_lines(snapshot.record())
            for catalogue in (custody_tables.METADATA, infra_tables.METADATA):
                parts += _table_lines(snapshot, catalogue)
        return "\n".join(parts).encode()


def encoded(message: Mapping[str, Any] | bytes) -> bytes:
    """A message as the log carries it."""
    return message if isinstance(message, bytes) else json.dumps(message).encode()


def _record_lines(record: Record) -> list[str]:
    rows = (
        record.accounts,
        record.orders,
        record.positions,
        record.lots,
        record.entries,
        record.postings,
        record.transactions,
    )
    return [line for kind in rows for line in sorted(map(repr, kind))]


def _table_lines(snapshot: Snapshot, catalogue: MetaData) -> list[str]:
    # Asked of the driver: a simulation looks hundreds of times, and the way through SQLAlchemy is long.
    cursor = snapshot.connection.connection.cursor()
    lines = []
    for table in sorted(catalogue.tables.values(), key=lambda table: table.name):
        if table.name not in _RECORDED:
            cursor.execute(_whole(table))
            lines += [f"{table.name} {row!r}" for row in cursor.fetchall()]
    cursor.close()
    return lines


def _whole(table: Table) -> str:
    """All rows in the order of their key, without what may differ."""
    left_out = _VOLATILE.get(table.name, set())
    kept = ", ".join(f'"{column.name}"' for column in table.columns if column.name not in left_out)
    key = ", ".join(f'"{column.name}"' for column in table.primary_key.columns)
    return f'SELECT {kept} FROM "{table.name}" ORDER BY {key}'  # noqa: S608 -- our own names
