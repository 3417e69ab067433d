"""The consumer of `ALERTS`: each alert becomes one job per channel, in the transaction of the offsets."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from fiel.autobalance.alerting.config import AlertChannels
from fiel.autobalance.alerting.jobs import jobs_of
from fiel.autobalance.alerting.wire import ToldAlert, alert_of
from fiel.infra.bus.consuming import advance
from fiel.infra.bus.port import Batch, Partition, Record
from fiel.infra.jobs.relaying import as_outbox
from fiel.infra.storage import outbox
from fiel.infra.storage.database import Database, UnitOfWork
from fiel.infra.storage.inbox import Inbox, Received, Verdict, payload_hash
from fiel.infra.storage.offsets import Assignment
from fiel.kernel.clock import Clock
from fiel.kernel.errors import InvalidInput

GROUP = "autobalance-alerts"
_log = logging.getLogger("fiel.autobalance.alerts")


@dataclass(frozen=True, slots=True)
class AlertsRead:
    """What became of a batch: alerts that are told now, told before, and records that are none."""

    new: int
    known: int
    malformed: int


#: Told of every committed batch.
OnBatch = Callable[[AlertsRead], None]


@dataclass(frozen=True, slots=True)
class AlertsHandler:
    """Handles a batch of the consumer (`infra.bus.consuming.Handle`).

    A record that is no alert is logged, counted and passed over: there is nobody to wait for.
    """

    database: Database
    channels: AlertChannels
    clock: Clock
    on_batch: OnBatch | None = None

    def __call__(self, batch: Batch, places: Mapping[Partition, Assignment]) -> None:
        """All jobs of the batch and its offsets, or (`Unavailable`, `Conflict`) nothing."""
        alerts, malformed = _read(batch.records)

        def write(unit: UnitOfWork) -> int:
            # First, so that who lost the partition writes nothing.
            advance(unit.connection, batch, places)
            return self._hand_out(unit, alerts)

        new = self.database.transact(write)
        if self.on_batch is not None:
            self.on_batch(AlertsRead(new, len(alerts) - new, malformed))

    def _hand_out(self, unit: UnitOfWork, alerts: Sequence[ToldAlert]) -> int:
        """The jobs of alerts that were never seen, into the outbox; how many alerts."""
        now = self.clock.now()
        # By its id alone: the same alert told in other words, or at another time, is the same alert.
        received = [Received(told.id, payload_hash(told.id)) for told in alerts]
        verdicts = Inbox(GROUP).record(unit.connection, received, at=now)
        new = [told for told, verdict in zip(alerts, verdicts, strict=True) if verdict is Verdict.NEW]
        jobs = [job for told in new for job in jobs_of(told, self.channels)]
        outbox.append(unit.connection, [as_outbox(job) for job in jobs], at=now)
        return len(new)


def _read(records: Sequence[Record]) -> tuple[list[ToldAlert], int]:
    """The alerts among the records, and how many are none."""
    alerts: list[ToldAlert] = []
    for record in records:
        try:
            alerts.append(alert_of(record.value or b""))
        except InvalidInput as error:
            _log.error("no alert in %s at %d, passed over: %s", record.partition, record.offset, error)
    return alerts, len(records) - len(alerts)
