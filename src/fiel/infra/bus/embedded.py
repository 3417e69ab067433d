"""The embedded bus: a durable log in the database that is there anyway. No broker, same guarantees.

A publish is a transaction; consumers of any process share the partitions by leases. A consumer in the
same process is woken by a publish, one in another process looks every `EmbeddedPace.look_s`.
"""

from __future__ import annotations

import itertools
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Connection

from fiel.infra import system
from fiel.infra.bus import embedded_log
from fiel.infra.bus.embedded_seats import Member
from fiel.infra.bus.embedded_subscription import EmbeddedSubscription
from fiel.infra.bus.faults import NotPublished
from fiel.infra.bus.port import Message, OnAssigned, OnRevoked, Partition, Subscription, checked_name
from fiel.infra.storage.database import Database, UnitOfWork
from fiel.kernel.errors import InvalidInput, Unavailable
from fiel.kernel.ids import IdSource


@dataclass(frozen=True, slots=True)
class EmbeddedPace:
    """How often to look for records of other processes, and for how long a dead consumer keeps its share.

    `fetch_bytes_max` bounds what one poll brings into memory (one record above it still comes alone).
    """

    look_s: float = 0.1
    lease: timedelta = timedelta(seconds=15)
    fetch_bytes_max: int = 8 * 1024 * 1024

    def __post_init__(self) -> None:
        if self.look_s <= 0 or self.fetch_bytes_max < 1:
            raise InvalidInput("pace_not_positive", "times and sizes of a pace are above zero")
        if self.lease < timedelta(milliseconds=100):
            raise InvalidInput("lease_too_short", "a lease lasts 0.1 seconds or more", field="lease")


class Bell:
    """Wakes the consumers of this process when something was appended."""

    __slots__ = ("_changed", "_rings")

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._rings = 0

    def ring(self) -> None:
        """Something is new."""
        with self._changed:
            self._rings += 1
            self._changed.notify_all()

    def heard(self) -> int:
        """How often it rang so far; ask before looking, so that a ring in between is not missed."""
        with self._changed:
            return self._rings

    def wait(self, heard: int, timeout_s: float) -> None:
        """Until it rings again after `heard`, or the time has passed."""
        with self._changed:
            self._changed.wait_for(lambda: self._rings != heard, timeout_s)


class EmbeddedBus:
    """An `EventBus` in a database of the current schema; the database is closed by who opened it."""

    def __init__(
        self, database: Database, ids: IdSource | None = None, pace: EmbeddedPace | None = None
    ) -> None:
        self._database, self._pace = database, pace or EmbeddedPace()
        self._ids: IdSource = ids or system.RandomIds("bus")
        self._bell = Bell()
        self._keyless = itertools.count()

    def ensure_topic(self, topic: str, partitions: int) -> None:
        """See `EventBus.ensure_topic`. Raises `InvalidInput` too."""
        identity = self._ids.next_id()
        self._database.transact(
            lambda unit: embedded_log.create_topic(unit.connection, topic, partitions, identity)
        )

    def delete_topic(self, topic: str) -> None:
        """Remove a topic with all its records, for good."""
        self._database.transact(lambda unit: embedded_log.delete_topic(unit.connection, topic))

    def topic_identity(self, topic: str) -> str:
        """See `EventBus.topic_identity`."""
        with self._database.reading() as connection:
            return embedded_log.identity_of(connection, topic)

    def publish(self, messages: Sequence[Message]) -> None:
        """See `EventBus.publish`: one transaction. A message of an unknown topic fails, the others go."""
        if not messages:
            return
        try:
            failures = self._database.transact(lambda unit: self._append_known(unit, messages))
        except Unavailable as error:
            raise NotPublished(dict.fromkeys(range(len(messages)), error.message), len(messages)) from error
        self._bell.ring()
        if failures:
            raise NotPublished(failures, len(messages))

    def append(self, connection: Connection, messages: Sequence[Message]) -> None:
        """Publish in the caller's transaction, which makes an outbox needless; call `wake` after the commit.

        Raises `NotFound` (topic_unknown): roll back.
        """
        embedded_log.append(connection, messages, keyless=next(self._keyless))

    def wake(self) -> None:
        """Let the consumers of this process look now."""
        self._bell.ring()

    def trim(self, partition: Partition, below: int) -> int:
        """Retention: forget the records before offset `below`; how many went."""
        return self._database.transact(lambda unit: embedded_log.trim(unit.connection, partition, below))

    def subscribe(
        self, topics: Sequence[str], group: str, *, on_assigned: OnAssigned, on_revoked: OnRevoked
    ) -> Subscription:
        """See `EventBus.subscribe`."""
        with self._database.reading() as connection:
            counts = embedded_log.partitions_of(connection, topics)
        for topic in topics:
            if topic not in counts:
                raise embedded_log.unknown_topic(topic)
        member = Member(checked_name(group, field="group"), self._ids.next_id(), self._pace.lease)
        return EmbeddedSubscription(
            self._database,
            member,
            counts,
            self._bell,
            on_assigned,
            on_revoked,
            look_s=self._pace.look_s,
            fetch_bytes_max=self._pace.fetch_bytes_max,
        )

    def close(self) -> None:
        """Nothing is held."""

    def _append_known(self, unit: UnitOfWork, messages: Sequence[Message]) -> dict[int, str]:
        known = embedded_log.partitions_of(unit.connection, [each.topic for each in messages])
        self.append(unit.connection, [each for each in messages if each.topic in known])
        return {
            place: embedded_log.unknown_topic(each.topic).message
            for place, each in enumerate(messages)
            if each.topic not in known
        }
