"""Where a consumer stands, kept in the transaction of what it did; and who may move it.

Every assignment of a partition raises its epoch. A consumer that lost the partition without noticing
(a long pause, a rebalance) still has the old epoch: its next `advance` fails and its transaction rolls
back whole. The bus's own commit is a hint; on assignment the consumer seeks to `next_offset`.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, and_, select, update

from fiel.infra.storage.bulk import Asked, ask
from fiel.infra.storage.tables import consumer_offsets as table
from fiel.infra.storage.upserts import insert_into
from fiel.kernel.errors import Conflict, Corrupt, InvalidInput

_ADVANCE = (
    "UPDATE consumer_offsets SET next_offset = ? WHERE consumer = ? AND topic = ? AND partition = ? "
    "AND epoch = ? AND (next_offset IS NULL OR next_offset <= ?) RETURNING epoch"
)
_ADVANCE_POSTGRES = _ADVANCE.replace("?", "%s")


@dataclass(frozen=True, slots=True)
class Assignment:
    """A partition given to one consumer; `next_offset` is the first not handled, `None` when none was."""

    consumer: str
    topic: str
    partition: int
    epoch: int
    next_offset: int | None


def assign(connection: Connection, consumer: str, topic: str, partition: int) -> Assignment:
    """Take a partition over, with an epoch above every earlier one. Commit before reading from it."""
    taken = insert_into(table, connection).values(
        consumer=consumer, topic=topic, partition=partition, epoch=1, next_offset=None
    )
    row = connection.execute(
        taken.on_conflict_do_update(
            index_elements=[table.c.consumer, table.c.topic, table.c.partition],
            set_={"epoch": table.c.epoch + 1},
        ).returning(table.c.epoch, table.c.next_offset)
    ).one()
    return Assignment(consumer, topic, partition, row.epoch, row.next_offset)


def advance(connection: Connection, mine: Assignment, next_offset: int) -> None:
    """Move on to `next_offset`, inside the transaction of what was handled up to it.

    Raises `Conflict` (epoch_lost) when another consumer has the partition now, `Corrupt`
    (offset_went_back) when the offset would move backwards; roll back in both cases.
    """
    ask_to_advance(connection, mine, next_offset).confirm()


@dataclass(frozen=True, slots=True)
class Advancing:
    """An `advance` that was sent, perhaps together with other statements, and not answered yet."""

    asked: Asked
    mine: Assignment
    next_offset: int

    def answer(self) -> bool:
        """Wait for the answer: whether the partition moved. Once; before `together` ends."""
        return bool(self.asked.rows())

    def refused(self) -> Conflict | Corrupt:
        """Why it did not; asks, so nothing may be under way."""
        return _refused(self.asked.connection, self.mine, self.next_offset)

    def stands(self) -> bool:
        """Whether it did not move because it is there or further on already, and still ours. Asks."""
        epoch, upto = _row_of(self.asked.connection, self.mine) or (None, None)
        return epoch == self.mine.epoch and upto is not None and upto >= self.next_offset

    def confirm(self) -> None:
        """Wait for the answer, and raise as `advance` does."""
        if not self.answer():
            raise self.refused()


def ask_to_advance(connection: Connection, mine: Assignment, next_offset: int) -> Advancing:
    """Send an `advance`. Raises `InvalidInput` for an offset below zero."""
    if next_offset < 0:
        raise InvalidInput("offset_negative", "an offset is zero or more", field="next_offset")
    statement = _ADVANCE if connection.dialect.name == "sqlite" else _ADVANCE_POSTGRES
    given = (next_offset, mine.consumer, mine.topic, mine.partition, mine.epoch, next_offset)
    return Advancing(ask(connection, statement, given), mine, next_offset)


def rewind(connection: Connection, consumer: str, topic: str, partition: int, next_offset: int) -> Assignment:
    """An operator's decision: put the partition at any offset. Whoever is reading it loses it."""
    assigned = assign(connection, consumer, topic, partition)
    connection.execute(update(table).where(_partition_of(assigned)).values(next_offset=next_offset))
    return Assignment(consumer, topic, partition, assigned.epoch, next_offset)


def position(connection: Connection, consumer: str, topic: str, partition: int) -> int | None:
    """The first offset not handled, or `None` when nothing was yet."""
    asked = Assignment(consumer, topic, partition, 0, None)
    return connection.execute(select(table.c.next_offset).where(_partition_of(asked))).scalar_one_or_none()


def _row_of(connection: Connection, mine: Assignment) -> tuple[int, int | None] | None:
    """The epoch and the offset of a partition as they are stored."""
    asked = select(table.c.epoch, table.c.next_offset).where(_partition_of(mine))
    row = connection.execute(asked).first()
    return None if row is None else (row.epoch, row.next_offset)


def _partition_of(mine: Assignment) -> ColumnElement[bool]:
    return and_(
        table.c.consumer == mine.consumer,
        table.c.topic == mine.topic,
        table.c.partition == mine.partition,
    )


def _refused(connection: Connection, mine: Assignment, next_offset: int) -> Conflict | Corrupt:
    epoch, upto = _row_of(connection, mine) or (None, None)
    where = f"{mine.topic}/{mine.partition} of {mine.consumer}"
    if epoch == mine.epoch:
        return Corrupt(
            "offset_went_back",
            f"{where} stands at {upto} and was to go back to {next_offset}; was the topic made anew?",
        )
    return Conflict(
        "epoch_lost",
        f"{where} was given to another consumer; roll back and wait for a new assignment",
        details={"mine": str(mine.epoch), "theirs": "-" if epoch is None else str(epoch)},
    )
