"""The port: what every event bus does, whatever carries it.

A topic is a log in partitions. The key of a message is its unit of order: messages of one key are in one
partition, in the order in which they were published. A group's consumers share the partitions out;
each partition has one consumer at a time, which reads on from the place that the *consumer's database*
has stored. The bus's own note of that place is only a hint.

Synchronous on purpose: handlers are transactions of a synchronous core, and a consumer is one thread
that polls and one that works (`consuming`). A bus may be used by many threads; a subscription by one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from fiel.infra.bus.faults import OffsetOutOfRange
from fiel.kernel.errors import InvalidInput

#: Fits under the request limits that brokers come with, several times over.
BODY_BYTES_MAX = 16 * 1024 * 1024
KEY_BYTES_MAX = 1_024
HEADERS_MAX = 32
HEADER_BYTES_MAX = 4_096
RECORDS_MAX = 10_000
PARTITIONS_MAX = 1_000
_NAME = re.compile(r"(?!\.{1,2}$)[A-Za-z0-9._-]{1,200}")

Headers: TypeAlias = tuple[tuple[str, bytes], ...]


@dataclass(frozen=True, slots=True)
class Message:
    """What to publish. No key: any partition, no order. No body: a Kafka tombstone.

    Raises `InvalidInput` for a malformed topic, or a key, body or headers beyond their limits (bytes).
    """

    topic: str
    key: bytes | None
    body: bytes | None
    headers: Headers = ()

    def __post_init__(self) -> None:
        checked_name(self.topic, field="topic")
        _within(self.key, KEY_BYTES_MAX, "key")
        _within(self.body, BODY_BYTES_MAX, "body")
        if len(self.headers) > HEADERS_MAX:
            raise InvalidInput("too_many_headers", f"at most {HEADERS_MAX} headers", field="headers")
        for name, content in self.headers:
            _within(content, HEADER_BYTES_MAX, f"headers.{name}")


@dataclass(frozen=True, slots=True, order=True)
class Partition:
    """One partition of a topic, counted from 0."""

    topic: str
    number: int

    def __str__(self) -> str:
        return f"{self.topic}/{self.number}"


@dataclass(frozen=True, slots=True)
class Record:
    """A message as it stands in the log, bytes as they came. `timestamp_ms`: since 1970 UTC, if known."""

    partition: Partition
    offset: int
    key: bytes | None
    value: bytes | None
    timestamp_ms: int | None = None
    headers: Headers = ()


@dataclass(frozen=True, slots=True)
class Batch:
    """The records of one poll; those of one partition in the order of their offsets."""

    records: tuple[Record, ...] = ()

    def __len__(self) -> int:
        return len(self.records)

    @property
    def next_offsets(self) -> dict[Partition, int]:
        """For each partition in the batch, the place after its last record."""
        return {record.partition: record.offset + 1 for record in self.records}

    def only(self, partitions: Collection[Partition]) -> Batch:
        """The records of these partitions."""
        return Batch(tuple(record for record in self.records if record.partition in partitions))

    def halves(self) -> tuple[Batch, Batch]:
        """The first and the second half; the first is to be handled before the second."""
        middle = len(self.records) // 2
        return Batch(self.records[:middle]), Batch(self.records[middle:])


@dataclass(frozen=True, slots=True)
class Lag:
    """Where a consumer stands in a partition: the next offset it reads, and the one after the last."""

    next_offset: int
    end_offset: int

    @property
    def behind(self) -> int:
        """How many offsets are still to be read."""
        return max(self.end_offset - self.next_offset, 0)


#: Given partitions, answers where to read on: the first offset not handled, or `None` for the beginning.
#: May raise (a database that is away): the partitions then stay unread, and the next poll asks again.
OnAssigned: TypeAlias = Callable[[Sequence[Partition]], Mapping[Partition, "int | None"]]
#: Told that partitions are no longer ours: given back, or lost. Must not raise.
OnRevoked: TypeAlias = Callable[[Sequence[Partition]], None]


class Subscription(Protocol):
    """One consumer of a group. For one thread; polling keeps it in the group."""

    def poll(self, max_records: int, timeout_s: float) -> Batch:
        """The next records, as soon as there are any, after at most `timeout_s`; each is given once.

        Partitions that were assigned since are taken up first. Memory is bounded: what is not polled
        stays on the bus. Raises `OffsetOutOfRange`, `NotFound` (topic_unknown), `Unavailable`, and what
        `on_assigned` raises.
        """

    def keep_alive(self) -> None:
        """Stay in the group while a handler works: as a poll with every partition paused, gives nothing."""

    def commit_hint(self, next_offsets: Mapping[Partition, int]) -> None:
        """Tell the bus, for its own tools, what the database has stored. Never fails, never waits."""

    def seek(self, partition: Partition, offset: int) -> None:
        """Read on from `offset`. Raises `NotFound` for a partition that is not ours."""

    def pause(self, partitions: Iterable[Partition]) -> None:
        """Read no more of these partitions until `resume`."""

    def resume(self, partitions: Iterable[Partition]) -> None:
        """Read these partitions again, from where they stopped."""

    def assigned(self) -> frozenset[Partition]:
        """The partitions that are being read."""

    def lag(self, timeout_s: float = 5.0) -> Mapping[Partition, Lag]:
        """How far behind each assigned partition is. Raises `Unavailable`."""

    def close(self) -> None:
        """Leave the group, so that others take over at once. A second call does nothing."""


class EventBus(Protocol):
    """A bus. Open until `close`; its methods may be called by many threads."""

    def ensure_topic(self, topic: str, partitions: int) -> None:
        """Make a topic if it is not there; one that is there stays as it is. Raises `Unavailable`."""

    def topic_identity(self, topic: str) -> str:
        """What tells a topic from another one of the same name. Raises `NotFound`, `Unavailable`."""

    def publish(self, messages: Sequence[Message]) -> None:
        """Append messages, in their order per key, and wait until all are durable.

        Raises `NotPublished`, which names those that were not acknowledged.
        """

    def subscribe(
        self, topics: Sequence[str], group: str, *, on_assigned: OnAssigned, on_revoked: OnRevoked
    ) -> Subscription:
        """Join a group. Raises `NotFound` (topic_unknown), `Unavailable`."""

    def close(self) -> None:
        """Give back what is held; subscriptions are closed by who made them."""


def start_at(partition: Partition, stored: int | None, low: int, high: int) -> int:
    """Where to read on in a partition that has `low` up to, not including, `high`.

    Raises `OffsetOutOfRange` when the stored place is not in there: nothing is skipped in silence.
    """
    if stored is None:
        return low
    if not low <= stored <= high:
        raise OffsetOutOfRange(partition.topic, partition.number, stored, low, high)
    return stored


def checked_name(name: str, *, field: str) -> str:
    """A topic's or group's name. Raises `InvalidInput` (name_malformed)."""
    if not _NAME.fullmatch(name):
        raise InvalidInput(
            "name_malformed", "use 1 to 200 letters, digits, dots, hyphens and underscores", field=field
        )
    return name


def checked_poll(max_records: int, timeout_s: float) -> None:
    """Raises `InvalidInput` for a batch size out of 1 to `RECORDS_MAX`, or a negative time."""
    if not 1 <= max_records <= RECORDS_MAX:
        raise InvalidInput("batch_size", f"poll 1 to {RECORDS_MAX} records", field="max_records")
    if timeout_s < 0:
        raise InvalidInput("timeout_negative", "a time-out is zero or more seconds", field="timeout_s")


def _within(content: bytes | None, limit: int, name: str) -> None:
    if content is not None and len(content) > limit:
        raise InvalidInput("message_too_large", f"at most {limit} bytes, not {len(content)}", field=name)
