"""What custody needs done beside its commands and its stream, as chores.

In the order in which they stop: those that write the book, then the relay (what they wrote can still
go out), then the look at the numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from fiel.bootstrap import OpenCustody, Outlets
from fiel.bootstrap.names import SAID
from fiel.custody.metrics import CustodyMetrics, Waiting
from fiel.custody.receiving import BATCH_MAX
from fiel.custody.sealing import TURN, Sealer
from fiel.entrypoints.worker.chores import Chore
from fiel.infra.bus.faults import TopicReplaced
from fiel.infra.bus.port import EventBus
from fiel.infra.sampled import Sampled
from fiel.infra.storage import outbox, schema
from fiel.infra.storage.database import Database
from fiel.infra.storage.relay import Relay
from fiel.infra.system import RandomIds
from fiel.kernel.errors import NotFound, Unavailable

#: Partitions of the topics that we make where they are missing.
PARTITIONS = 8


def chores(
    opened: OpenCustody, outlets: Outlets, metrics: CustodyMetrics, topics: Sequence[str] = ()
) -> list[Chore]:
    """All of them; `topics` are watched for being made anew."""
    sealer = Sealer(opened.database, opened.custody.clock)
    looked = Sampled(lambda: _look(opened, sealer, metrics), 4.0)
    listed = [
        Chore("expirer", lambda: _expire(opened), 1.0, rest=1),
        # A seal may come late, an order may not: at most a fifth of the time.
        Chore("sealer", lambda: sealer.turn() >= TURN, 2.0, rest=4),
        Chore("relay", Relaying(opened.database, outlets).turn, 0.5, rest=0.5, to_end=True),
        Chore("gauges", looked, 5.0),
        Chore("schema", lambda: _require_schema(opened), 30.0),
    ]
    if topics:
        listed.append(Chore("topics", _Watching(outlets.bus, topics).turn, 10.0))
    metrics.chores([chore.name for chore in listed])
    return listed


def _expire(opened: OpenCustody) -> bool:
    return opened.custody.receiver.expire().verdicts.total() >= BATCH_MAX


def _look(opened: OpenCustody, sealer: Sealer, metrics: CustodyMetrics) -> bool:
    with opened.queries.snapshot() as book:
        seen = Waiting(
            book.overview(), outbox.backlog(book.connection), sealer.waiting(), opened.custody.clock.now()
        )
    metrics.waiting(seen)
    return False


def _require_schema(opened: OpenCustody) -> bool:
    schema.require_current(opened.database)
    return False


@dataclass(slots=True)
class Relaying:
    """The outbox to the bus and the queue. Topics that are missing are made before the first message goes.

    One outbox for all rooms, so one list of topics for all who relay it, and jobs go with the rest.
    """

    database: Database
    outlets: Outlets
    ready: bool = False

    def turn(self) -> bool:
        """One batch. Raises `Unavailable` while nothing can be published."""
        if not self.ready:
            for topic in SAID:
                self.outlets.bus.ensure_topic(topic, PARTITIONS)
            self.ready = True
        relay = Relay(self.database, self.outlets.publish, RandomIds("relay"))
        done = relay.turn()
        if done.failed and not done.published:
            raise Unavailable("not_published", f"{done.failed} messages could not be published; they wait")
        return done.claimed >= relay.policy.batch


@dataclass(slots=True)
class _Watching:
    """Notices that a topic was deleted and made anew while it is being read."""

    bus: EventBus
    topics: Sequence[str]
    known: dict[str, str] = field(default_factory=dict)

    def turn(self) -> bool:
        """Raises `TopicReplaced`. A topic that is not there is the consumer's to wait for."""
        for topic in self.topics:
            try:
                found = self.bus.topic_identity(topic)
            except NotFound:
                continue
            stored = self.known.setdefault(topic, found)
            if stored != found:
                raise TopicReplaced(topic, stored, found)
        return False
