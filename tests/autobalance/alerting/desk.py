"""The way of an alert, whole: outbox, relay, bus, consumer, outbox, relay, queue, worker."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from fiel.autobalance.alerting.config import AlertChannels, Channel
from fiel.autobalance.alerting.consumer import GROUP, AlertsHandler, AlertsRead
from fiel.autobalance.alerting.jobs import KIND, Telling
from fiel.autobalance.alerting.sending import Sender
from fiel.autobalance.alerting.texts import Notice
from fiel.autobalance.alerting.wire import ToldAlert, alert_message
from fiel.autobalance.topics import ALERTS
from fiel.infra.bus.consuming import Consumer, Pace
from fiel.infra.bus.embedded import EmbeddedBus, EmbeddedPace
from fiel.infra.bus.port import Message
from fiel.infra.bus.relaying import as_message, publishing_to
from fiel.infra.jobs.backoff import Backoff
from fiel.infra.jobs.embedded import EmbeddedJobs
from fiel.infra.jobs.embedded_worker import EmbeddedPace as JobsPace
from fiel.infra.jobs.port import GiveUp, Job, RetryLater, Worker
from fiel.infra.jobs.port import Pace as WorkerPace
from fiel.infra.jobs.relaying import by_topic, job_of, publishing_jobs
from fiel.infra.storage import outbox
from fiel.infra.storage.database import Database
from fiel.infra.storage.relay import Relay
from fiel.infra.system import RandomIds
from tests.autobalance.alerting.samples import SetClock

HOOK = AlertChannels("https://hooks.example/x")
BACKOFF = Backoff(timedelta(milliseconds=20), timedelta(milliseconds=80))


@dataclass
class Kept:
    """A channel that keeps what it is sent; `fails` are raised first, one by one."""

    notices: list[Notice] = field(default_factory=list)
    fails: list[RetryLater | GiveUp] = field(default_factory=list)

    def send(self, notice: Notice) -> None:
        if self.fails:
            raise self.fails.pop(0)
        self.notices.append(notice)


@dataclass
class Counted:
    """What metrics were told."""

    sent: list[tuple[str, bool]] = field(default_factory=list)

    def on_sent(self, channel: str, ok: bool) -> None:
        self.sent.append((channel, ok))


class Desk:
    """One database with bus and queue, channels that keep what they are sent, a clock to set."""

    def __init__(self, database: Database, *, partitions: int = 1) -> None:
        self.database, self.clock = database, SetClock()
        self.bus = EmbeddedBus(database, pace=EmbeddedPace(look_s=0.02, lease=timedelta(seconds=1)))
        self.bus.ensure_topic(ALERTS, partitions)
        self.queue = EmbeddedJobs(database, RandomIds("job"), JobsPace(look_s=0.02))
        publish = by_topic(publishing_jobs(self.queue), publishing_to(self.bus))
        self.relay = Relay(database, publish, RandomIds("relay"))
        self.log, self.hook, self.counted = Kept(), Kept(), Counted()
        self.read: list[AlertsRead] = []

    def consumer(self, channels: AlertChannels = HOOK) -> Consumer:
        """A member of the group."""
        handler = AlertsHandler(self.database, channels, self.clock, self.read.append)
        return Consumer(self.bus, self.database, [ALERTS], GROUP, handler, pace=Pace(poll_s=0.05))

    def journal(self, alerts: Sequence[ToldAlert]) -> None:
        """Into the outbox, as the journal does."""
        with self.database.unit_of_work() as unit:
            messages = [alert_message(each.alert, each.at) for each in alerts]
            outbox.append(unit.connection, messages, at=self.clock.now())

    def tell(self, alerts: Sequence[ToldAlert]) -> None:
        """On the bus at once, as a relay does."""
        self.bus.publish([as_message(alert_message(each.alert, each.at)) for each in alerts])

    def publish(self, *bodies: bytes | None) -> None:
        """Anything on the topic."""
        self.bus.publish([Message(ALERTS, b"ana", body) for body in bodies])

    def jobs(self) -> list[Job]:
        """The jobs that wait in the outbox, in their order; they are taken out of it."""
        taken: list[Job] = []

        def publish(messages: Sequence[outbox.OutboxMessage]) -> dict[int, str]:
            taken.extend(map(job_of, messages))
            return {}

        Relay(self.database, publish, RandomIds("taker")).drain()
        return taken

    def telling(self, channels: AlertChannels = HOOK, **senders: Sender) -> Telling:
        """What a worker does."""
        all_senders: dict[Channel, Sender] = {Channel.LOG: self.log, Channel.WEBHOOK: self.hook}
        all_senders |= {Channel(name): sender for name, sender in senders.items()}
        return Telling(self.database, channels, all_senders, self.clock, self.counted)

    def worker(self, telling: Telling) -> Worker:
        """A worker that tries again soon."""
        return self.queue.worker({KIND: telling}, pace=WorkerPace(backoff=BACKOFF))


def turned(*consumers: Consumer) -> None:
    """Let consumers take turns until none has anything to do, and leave."""
    quiet = 0
    while quiet < 3:
        quiet = 0 if sum(each.turn() for each in consumers) else quiet + 1
    for each in consumers:
        each.close()
