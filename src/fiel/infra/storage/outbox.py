"""The outbox: messages written in the transaction that makes them true, published afterwards.

Order is kept per topic and key in the order of the rows. Two transactions that write for one key must
exclude each other before they append (they hold the lock of that key's row, such as the account):
row numbers are given before the commit, so without that lock a later commit could carry a lower number.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, delete, exists, func, literal_column, select, text, update
from sqlalchemy import Row as SqlRow

from fiel.infra import tracing
from fiel.infra.storage.bulk import Row, Shape, insert
from fiel.infra.storage.instants import database_now
from fiel.infra.storage.tables import outbox
from fiel.infra.storage.types import micros_of, storable_text
from fiel.kernel.errors import InvalidInput

#: Any number of our own: relays claim one at a time, or two could share out one key.
_CLAIM_LOCK = 7_263_519_841
_ERROR_LENGTH_MAX = 500
#: A message to publish.
_COLUMNS = (outbox.c.message_id, outbox.c.topic, outbox.c.key, outbox.c.body, outbox.c.created_at)
ROW = Shape.of(outbox, _COLUMNS)
#: The same, with the trace that it belongs to.
_TRACED = Shape.of(outbox, (*_COLUMNS, outbox.c.trace))
#: Both of a message whose id is unique in a table of its room (`guarded`).
_GUARDED = Shape.of(outbox, (*_COLUMNS, outbox.c.guarded))
_GUARDED_TRACED = Shape.of(outbox, (*_COLUMNS, outbox.c.guarded, outbox.c.trace))
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class OutboxMessage:
    """A message to publish: unique id, topic, ordering key, body as it goes on the wire.

    `trace`: the work that it came from, as a traceparent; known of messages that were claimed.
    """

    message_id: str
    topic: str
    key: str
    body: str
    trace: str | None = field(default=None, compare=False)

    def __post_init__(self) -> None:
        for name in ("message_id", "topic", "key", "body"):
            storable_text(getattr(self, name), field=name)
        if not self.message_id or not self.topic:
            raise InvalidInput("message_field_missing", "a message needs an id and a topic")


@dataclass(frozen=True, slots=True)
class Claimed:
    """A message that a relay may publish now; `attempts` counts this one."""

    id: int
    attempts: int
    message: OutboxMessage


@dataclass(frozen=True, slots=True)
class Backlog:
    """What waits to be published: how many, since when, and how many failed at least once."""

    pending: int
    oldest: datetime | None
    failing: int


def append(connection: Connection, messages: Sequence[OutboxMessage], *, at: datetime) -> None:
    """Add messages in their order. Raises `Conflict` (constraint_broken, by the unit) for a used id."""
    rows = [(each.message_id, each.topic, each.key, each.body) for each in messages]
    append_checked(connection, rows, at=at)


def append_checked(
    connection: Connection, rows: Sequence[tuple[str, str, str, str]], *, at: datetime
) -> None:
    """The same for a stream: (message id, topic, key, body) that the caller made storable. In their order."""
    # Row numbers are given in the order of the rows, by either engine.
    insert(connection, row_shape(), rows_at(rows, at))


def row_shape() -> Shape:
    """The columns of what `rows_at` gives: the trace among them only while traces are on."""
    return _TRACED if tracing.is_on() else ROW


def guarded_shape() -> Shape:
    """The columns of what `guarded_rows_at` gives."""
    return _GUARDED_TRACED if tracing.is_on() else _GUARDED


def rows_at(rows: Iterable[tuple[str, str, str, str]], at: datetime) -> list[Row]:
    """The same as rows of `row_shape()`, to be written in bulk."""
    return _rows(rows, (micros_of(at),))


def guarded_rows_at(rows: Iterable[tuple[str, str, str, str]], at: datetime) -> list[Row]:
    """The same as rows of `guarded_shape()`: their ids are those of rows that are written with them, and
    unique there.
    """
    return _rows(rows, (micros_of(at), 1))


def _rows(rows: Iterable[tuple[str, str, str, str]], tail: Row) -> list[Row]:
    if tracing.is_on():
        tail = (*tail, tracing.carried())
    return [(*row, *tail) for row in rows]


def backlog(connection: Connection) -> Backlog:
    """What waits to be published, for metrics and alerts."""
    failing = func.count().filter(outbox.c.last_error.is_not(None))
    row = connection.execute(
        select(func.count(), func.min(outbox.c.created_at), failing).select_from(outbox)
    ).one()
    return Backlog(row[0], row[1], row[2])


def claim(connection: Connection, token: str, *, limit: int, lease: timedelta) -> list[Claimed]:
    """Take up to `limit` messages for `lease` (database clock), first come first.

    A key of which any message is claimed by another, or waits after a failure, is left alone whole.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _CLAIM_LOCK})
    now = database_now(connection)
    other = outbox.alias("other")
    blocked = exists().where(
        other.c.topic == outbox.c.topic,
        other.c.key == outbox.c.key,
        other.c.not_before > now,
        other.c.not_before > literal_column("0"),  # the index of such rows is found by these words
    )
    free = select(outbox).where(~blocked).order_by(outbox.c.id).limit(limit)
    rows = connection.execute(free).all()
    taken = update(outbox).where(outbox.c.id.in_([row.id for row in rows]))
    connection.execute(
        taken.values(claim=token, not_before=now + lease // _MICROSECOND, attempts=outbox.c.attempts + 1)
    )
    return [
        Claimed(
            row.id, row.attempts + 1, OutboxMessage(row.message_id, row.topic, row.key, row.body, row.trace)
        )
        for row in rows
    ]


def _message(row: SqlRow[Any]) -> OutboxMessage:
    return OutboxMessage(row.message_id, row.topic, row.key, row.body, row.trace)


def remove_published(connection: Connection, token: str, ids: Collection[int]) -> None:
    """Take out what was published, unless the claim was lost meanwhile (then it is published again)."""
    connection.execute(delete(outbox).where(outbox.c.claim == token, outbox.c.id.in_(ids)))


def give_back(connection: Connection, token: str, ids: Collection[int]) -> None:
    """Free messages that were claimed and not tried."""
    mine = update(outbox).where(outbox.c.claim == token, outbox.c.id.in_(ids))
    connection.execute(mine.values(claim=None, not_before=0, attempts=outbox.c.attempts - 1))


def put_off(
    connection: Connection, token: str, failures: Mapping[int, str], waits: Mapping[int, timedelta]
) -> None:
    """Free messages that failed, each for after its wait; `failures` says why, by row."""
    now = database_now(connection)
    for row, reason in failures.items():
        mine = update(outbox).where(outbox.c.claim == token, outbox.c.id == row)
        told = storable_text(reason.replace("\x00", "?")[:_ERROR_LENGTH_MAX])
        connection.execute(
            mine.values(claim=None, not_before=now + waits[row] // _MICROSECOND, last_error=told)
        )
