"""A bus with the database of its consumers, and a handler whose effects can be counted.

The times are short: a dead consumer is missed after one or two seconds.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import text

from fiel.infra.bus.consuming import Consumer, Handle, Pace
from fiel.infra.bus.embedded import EmbeddedBus, EmbeddedPace
from fiel.infra.bus.port import Batch, EventBus, Message, Partition
from fiel.infra.storage import offsets
from fiel.infra.storage.database import Database, UnitOfWork
from fiel.infra.storage.offsets import Assignment

LEASE_S = 2.0
TURNS_MAX = 400
#: A second effect of one record breaks the key.
_EFFECTS = (
    "CREATE TABLE effects (topic TEXT, part BIGINT, place BIGINT, message_key TEXT, body TEXT, "
    "worker TEXT, PRIMARY KEY (topic, part, place))"
)
_RECORD = text("INSERT INTO effects VALUES (:topic, :part, :place, :key, :body, :worker)")
PACE = Pace(poll_s=0.1, patience_s=0.3, keep_alive_s=0.1, first_pause_s=0.02, longest_pause_s=0.1)


@dataclass(frozen=True)
class Effect:
    """What handling one record left in the database."""

    key: str
    body: str
    worker: str


@dataclass(frozen=True)
class Stage:
    """One bus, one database, and names that no other test uses."""

    kind: str
    bus: EventBus
    database: Database
    prefix: str
    #: Where the bus is, for another process.
    address: str

    def topic(self, name: str, partitions: int) -> str:
        """A new topic."""
        self.bus.ensure_topic(self.prefix + name, partitions)
        return self.prefix + name

    @property
    def group(self) -> str:
        """The group of the test."""
        return self.prefix + "group"

    def consumer(self, topic: str, handle: Handle, *, pace: Pace = PACE) -> Consumer:
        """A member of the group."""
        return Consumer(self.bus, self.database, [topic], self.group, handle, pace=pace)

    def handler(self, worker: str = "w") -> Handle:
        """Writes an effect for each record, and the offsets, in one transaction."""
        return effects_in(self.database, worker)

    def effects(self) -> list[Effect]:
        """All effects, partition by partition in the order of the log."""
        with self.database.reading() as connection:
            rows = connection.execute(
                text("SELECT message_key, body, worker FROM effects ORDER BY topic, part, place")
            )
            return [Effect(*row) for row in rows]

    def bodies(self, key: str) -> list[str]:
        """The bodies of one key, in the order of the log."""
        return [effect.body for effect in self.effects() if effect.key == key]

    def stored(self, topic: str, partition: int = 0) -> int | None:
        """The offset in the database."""
        with self.database.reading() as connection:
            return offsets.position(connection, self.group, topic, partition)


def effects_in(database: Database, worker: str) -> Handle:
    """See `Stage.handler`."""

    def handle(batch: Batch, places: Mapping[Partition, Assignment]) -> None:
        def write(unit: UnitOfWork) -> None:
            rows = [
                {
                    "topic": each.partition.topic,
                    "part": each.partition.number,
                    "place": each.offset,
                    "key": (each.key or b"").decode(),
                    "body": (each.value or b"").decode(),
                    "worker": worker,
                }
                for each in batch.records
            ]
            unit.connection.execute(_RECORD, rows)
            for partition, following in batch.next_offsets.items():
                offsets.advance(unit.connection, places[partition], following)

        database.transact(write)

    return handle


def make_effects_table(database: Database) -> None:
    """The table that `effects_in` writes."""
    with database.unit_of_work() as unit:
        unit.connection.execute(text(_EFFECTS))


def open_bus(kind: str, address: str, database: Database) -> EventBus:
    """The bus of a kind; `address` is Kafka's."""
    if kind != "kafka":
        return EmbeddedBus(database, pace=EmbeddedPace(look_s=0.05, lease=timedelta(seconds=LEASE_S)))
    from fiel.infra.bus.kafka import KafkaBus, KafkaSettings

    return KafkaBus(
        KafkaSettings(
            address,
            session_timeout_s=2 * LEASE_S,
            max_poll_interval_s=2 * LEASE_S,
            heartbeat_s=0.1,
            fetched_queue_kib=1024,
            fetch_kib=512,
        )
    )


def messages(topic: str, count: int, *, keys: int = 1, start: int = 0) -> list[Message]:
    """Messages numbered in their bodies, keys in turn: k0, k1..."""
    return [
        Message(topic, f"k{number % keys}".encode(), str(number).encode())
        for number in range(start, start + count)
    ]


def turn_until(consumer: Consumer, done: Callable[[], bool], *others: Consumer) -> None:
    """Let consumers take turns until something is so."""
    for _ in range(TURNS_MAX):
        if done():
            return
        for each in (consumer, *others):
            each.turn()
    raise AssertionError(f"not so after {TURNS_MAX} turns")
