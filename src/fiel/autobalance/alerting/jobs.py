"""One job per alert and channel: done by any number of workers, told once.

A job sends, then marks (`marks`). A worker that dies in between has it sent again: a channel has no way to
ask what it got. Jobs of a channel have one key, so that with the embedded queue they go out one after the
other; while a channel is down they wait behind the first. Beyond the limit an alert is held over, and one
job after the hour tells how many more there were.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol, TypeAlias, TypeVar

from fiel.autobalance.alerting import texts
from fiel.autobalance.alerting.config import AlertChannels, Channel
from fiel.autobalance.alerting.marks import Marks, end_of, rest_id
from fiel.autobalance.alerting.sending import Sender
from fiel.autobalance.alerting.texts import Notice
from fiel.autobalance.alerting.wire import ToldAlert, fields_of, of_fields
from fiel.infra.jobs.port import ATTEMPTS_MAX, GiveUp, Job, RetryLater
from fiel.infra.jobs.relaying import as_outbox
from fiel.infra.storage import outbox
from fiel.infra.storage.database import Database, UnitOfWork
from fiel.kernel.clock import Clock
from fiel.kernel.errors import InvalidInput
from fiel.kernel.ids import deterministic_id

KIND = "autobalance-alert"
#: With the queue's back-off of up to a quarter of an hour this is a day; then it is a dead letter, kept.
ATTEMPTS = ATTEMPTS_MAX
#: So that whoever is late with the hour's last alert is not too late.
_SLACK = timedelta(minutes=1)

Result = TypeVar("Result")
Senders: TypeAlias = Mapping[Channel, Sender]


class AlertMetrics(Protocol):
    """Told of each attempt to send. Must not raise."""

    def on_sent(self, channel: str, ok: bool) -> None:
        """A message went out, or did not."""


@dataclass(frozen=True, slots=True)
class Rest:
    """What was held over in an hour."""

    hour: str


@dataclass(frozen=True, slots=True)
class Errand:
    """What a job is about: an alert for a channel, or what was held over for it."""

    channel: Channel
    about: ToldAlert | Rest

    def job(self) -> Job:
        """The job; its id is the same however often it is handed out."""
        about = self.about
        if isinstance(about, Rest):
            rest = {"channel": self.channel.value, "rest": about.hour}
            # No key: waiting for the end of the hour, it would hold up all that is behind it.
            return Job(
                rest_id(self.channel, about.hour),
                KIND,
                json.dumps(rest),
                run_after=end_of(about.hour) + _SLACK,
                max_attempts=ATTEMPTS,
            )
        body = {"channel": self.channel.value, "alert": fields_of(about)}
        name = deterministic_id("alert_job", about.id, self.channel.value)
        return Job(
            name, KIND, json.dumps(body, ensure_ascii=False), self.channel.value, max_attempts=ATTEMPTS
        )

    @classmethod
    def of(cls, job: Job) -> Errand:
        """The way back. Raises `GiveUp`: a job that cannot be read will never be."""
        try:
            body = json.loads(job.payload)
            channel = Channel(body["channel"])
            if "rest" in body:
                end_of(body["rest"])
                return cls(channel, Rest(body["rest"]))
            return cls(channel, of_fields(body["alert"]))
        except (ValueError, KeyError, TypeError, RecursionError, InvalidInput) as error:
            raise GiveUp("job_malformed", f"no alert in {job.payload[:80]!r}") from error


def jobs_of(told: ToldAlert, channels: Iterable[Channel]) -> list[Job]:
    """One job for each channel."""
    return [Errand(channel, told).job() for channel in channels]


@dataclass(frozen=True, slots=True)
class Telling:
    """Does the jobs (a `Handle` for `KIND`). What the senders need lies behind them."""

    database: Database
    channels: AlertChannels
    senders: Senders
    clock: Clock
    metrics: AlertMetrics | None = None

    def __call__(self, job: Job) -> None:
        """Send, unless it was. Raises `RetryLater`, `GiveUp`, `Unavailable` (the database)."""
        errand = Errand.of(job)
        sender = self.senders.get(errand.channel)
        if sender is None:
            raise GiveUp("channel_not_configured", f"{errand.channel} is not configured; replay it then")
        notice = self._due(errand)
        if notice is None:
            return
        self._send(errand.channel, sender, notice)
        self._transact(errand.channel, lambda marks, _: marks.sent(notice.id))

    def _due(self, errand: Errand) -> Notice | None:
        """What to send now: nothing when it was told, or is held over from now on."""
        about = errand.about
        if isinstance(about, Rest):
            return self._transact(errand.channel, lambda marks, _: self._of_rest(marks, about))
        return self._transact(errand.channel, lambda marks, unit: self._of_alert(marks, unit, about))

    def _of_alert(self, marks: Marks, unit: UnitOfWork, told: ToldAlert) -> Notice | None:
        if marks.told(told.id):
            return None
        if marks.channel is Channel.LOG or not marks.is_full(self.channels.per_hour):
            return texts.of_alert(told, self.channels.lang, self.channels.zone)
        hour = marks.hold(told.id, told.alert.portfolio)
        if hour is not None:
            job = Errand(marks.channel, Rest(hour)).job()
            outbox.append(unit.connection, [as_outbox(job)], at=marks.now)
        return None

    def _of_rest(self, marks: Marks, rest: Rest) -> Notice | None:
        notice_id = rest_id(marks.channel, rest.hour)
        count, portfolios = marks.held(rest.hour, texts.NAMED_MAX)
        if count == 0 or marks.told(notice_id):
            return None
        return texts.of_rest(notice_id, count, portfolios, self.channels.lang)

    def _send(self, channel: Channel, sender: Sender, notice: Notice) -> None:
        try:
            sender.send(notice)
        except (RetryLater, GiveUp):
            self._tell(channel, ok=False)
            raise
        self._tell(channel, ok=True)

    def _tell(self, channel: Channel, *, ok: bool) -> None:
        if self.metrics is not None:
            self.metrics.on_sent(channel.value, ok)

    def _transact(self, channel: Channel, work: Callable[[Marks, UnitOfWork], Result]) -> Result:
        now: datetime = self.clock.now()
        return self.database.transact(lambda unit: work(Marks(unit.connection, channel, now), unit))
