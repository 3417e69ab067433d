"""The embedded log: topics, partitions and records as rows, on SQLite and PostgreSQL.

Offsets have no gaps and are visible in order: the row of the partition gives them out, and it stays
locked until the appending transaction commits.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, Row, Table, and_, delete, func, insert, or_, select, update

from fiel.infra.bus.partitioning import partition_of
from fiel.infra.bus.port import PARTITIONS_MAX, Headers, Message, Partition, Record, checked_name
from fiel.infra.storage.instants import database_now
from fiel.infra.storage.tables import event_log, event_partitions, event_topics
from fiel.infra.storage.upserts import insert_into
from fiel.kernel.errors import InvalidInput, NotFound


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a partition holds: from `low` up to, not including, `high`."""

    low: int
    high: int


def create_topic(connection: Connection, topic: str, partitions: int, identity: str) -> None:
    """Make a topic; one that is there stays as it is. Raises `InvalidInput`."""
    if not 1 <= partitions <= PARTITIONS_MAX:
        raise InvalidInput("partitions", f"a topic has 1 to {PARTITIONS_MAX}", field="partitions")
    row = {"topic": checked_name(topic, field="topic"), "partitions": partitions, "identity": identity}
    made = insert_into(event_topics, connection).values(**row).on_conflict_do_nothing()
    if connection.execute(made.returning(event_topics.c.topic)).first() is not None:
        rows = [{"topic": topic, "partition": number} for number in range(partitions)]
        connection.execute(insert(event_partitions), rows)


def delete_topic(connection: Connection, topic: str) -> None:
    """Remove a topic with everything in it; what consumers stored of it stays, and will not fit anew."""
    for table in (event_log, event_partitions, event_topics):
        connection.execute(delete(table).where(table.c.topic == topic))


def identity_of(connection: Connection, topic: str) -> str:
    """Raises `NotFound` (topic_unknown)."""
    found = connection.execute(
        select(event_topics.c.identity).where(event_topics.c.topic == topic)
    ).scalar_one_or_none()
    if found is None:
        raise unknown_topic(topic)
    return str(found)


def partitions_of(connection: Connection, topics: Sequence[str]) -> dict[str, int]:
    """How many partitions each topic has; those that are unknown are left out."""
    wanted = select(event_topics.c.topic, event_topics.c.partitions)
    rows = connection.execute(wanted.where(event_topics.c.topic.in_(sorted(set(topics)))))
    return {row.topic: row.partitions for row in rows}


def append(connection: Connection, messages: Sequence[Message], *, keyless: int = 0) -> None:
    """Add messages in their order, in the caller's transaction; readers see them when it commits.

    A message without a key goes to partition `keyless` modulo the topic's partitions.
    Raises `NotFound` (topic_unknown).
    """
    counts = partitions_of(connection, [each.topic for each in messages])
    placed: dict[Partition, list[Message]] = {}
    for each in messages:
        if each.topic not in counts:
            raise unknown_topic(each.topic)
        number = keyless if each.key is None else partition_of(each.key, counts[each.topic])
        placed.setdefault(Partition(each.topic, number % counts[each.topic]), []).append(each)
    now = database_now(connection)
    # Sorted, so that two who append to the same partitions wait for each other and never deadlock.
    for partition, theirs in sorted(placed.items()):
        first = _numbers(connection, partition, len(theirs))
        rows = [_row(partition, first + place, each, now) for place, each in enumerate(theirs)]
        connection.execute(insert(event_log), rows)


def bounds_of(connection: Connection, partitions: Sequence[Partition]) -> dict[Partition, Bounds]:
    """What each partition holds now. A partition that is gone is left out."""
    if not partitions:
        return {}
    rows = connection.execute(select(event_partitions).where(_any_of(event_partitions, partitions)))
    return {Partition(row.topic, row.partition): Bounds(row.low_offset, row.next_offset) for row in rows}


def read(
    connection: Connection, partition: Partition, start: int, *, max_records: int, max_bytes: int
) -> list[Record]:
    """The records from `start`: as many as fit both limits, but at least one if there is one."""
    log = event_log.c
    mine = and_(log.topic == partition.topic, log.partition == partition.number)
    ahead = (
        select(log.log_offset, log.size)
        .where(mine, log.log_offset >= start)
        .order_by(log.log_offset)
        .limit(max_records)
        .subquery()
    )
    so_far = func.sum(ahead.c.size).over(order_by=ahead.c.log_offset).label("so_far")
    summed = select(ahead.c.log_offset, ahead.c.size, so_far).subquery()
    last = connection.execute(
        select(func.max(summed.c.log_offset)).where(
            or_(summed.c.so_far <= max_bytes, summed.c.so_far == summed.c.size)
        )
    ).scalar_one()
    if last is None:
        return []
    wanted = select(event_log).where(mine, log.log_offset >= start, log.log_offset <= last)
    return [_record(partition, row) for row in connection.execute(wanted.order_by(log.log_offset))]


def trim(connection: Connection, partition: Partition, below: int) -> int:
    """Retention: forget the records before `below`; how many went. Consumers that needed them will stop."""
    mine = _any_of(event_partitions, [partition])
    below = min(below, bounds_of(connection, [partition])[partition].high)
    connection.execute(
        update(event_partitions).where(mine, event_partitions.c.low_offset < below).values(low_offset=below)
    )
    gone = delete(event_log).where(_any_of(event_log, [partition]), event_log.c.log_offset < below)
    return connection.execute(gone).rowcount


def unknown_topic(topic: str) -> NotFound:
    """The error for a topic that nobody made."""
    return NotFound("topic_unknown", f"the topic {topic} does not exist; create it first", field="topic")


def _numbers(connection: Connection, partition: Partition, count: int) -> int:
    """The first of `count` offsets of a partition, which is locked until the transaction ends."""
    taken = (
        update(event_partitions)
        .where(_any_of(event_partitions, [partition]))
        .values(next_offset=event_partitions.c.next_offset + count)
        .returning(event_partitions.c.next_offset)
    )
    following = connection.execute(taken).scalar_one_or_none()
    if following is None:
        raise unknown_topic(partition.topic)
    return int(following) - count


def _any_of(table: Table, partitions: Sequence[Partition]) -> ColumnElement[bool]:
    """Rows of these partitions (at least one), topic by topic."""
    numbers: dict[str, list[int]] = {}
    for each in partitions:
        numbers.setdefault(each.topic, []).append(each.number)
    return or_(
        *(and_(table.c.topic == topic, table.c.partition.in_(wanted)) for topic, wanted in numbers.items())
    )


def _row(partition: Partition, offset: int, message: Message, now: int) -> Mapping[str, object]:
    headers = json.dumps([[name, content.hex()] for name, content in message.headers])
    return {
        "topic": partition.topic,
        "partition": partition.number,
        "log_offset": offset,
        "key": message.key,
        "body": message.body,
        "headers": headers if message.headers else None,
        "size": len(message.key or b"") + len(message.body or b"") + len(headers),
        "appended_at": now,
    }


def _record(partition: Partition, row: Row[tuple[object, ...]]) -> Record:
    headers: Headers = ()
    if row.headers is not None:
        headers = tuple((name, bytes.fromhex(content)) for name, content in json.loads(row.headers))
    return Record(partition, row.log_offset, row.key, row.body, row.appended_at // 1000, headers)
