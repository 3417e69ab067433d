"""How a process tells alerts, put together once: from the bus into jobs, from jobs to people."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from fiel.autobalance.alerting.assembly import senders_of
from fiel.autobalance.alerting.config import AlertChannels
from fiel.autobalance.alerting.consumer import GROUP, AlertsHandler, OnBatch
from fiel.autobalance.alerting.jobs import KIND, AlertMetrics, Telling
from fiel.autobalance.parts import Parts
from fiel.autobalance.topics import ALERTS
from fiel.bootstrap import Outlets
from fiel.entrypoints.worker.chores import JOIN_S
from fiel.entrypoints.worker.streams import Stream
from fiel.infra.bus.consuming import Consumer, Pace
from fiel.infra.jobs.port import Pace as JobPace
from fiel.kernel.errors import FielError

_READING = Pace(max_records=100, poll_s=0.2)
_SENDING = JobPace(in_hand=4, threads=1)


@dataclass(frozen=True, slots=True)
class Alerting:
    """`outlets` and `parts` stay their owner's."""

    parts: Parts
    channels: AlertChannels
    outlets: Outlets

    def stream(self) -> Stream:
        """Hands alerts out as jobs, for as long as a process runs."""
        return Stream(GROUP, lambda trouble: self.consumer(on_trouble=trouble))

    def consumer(
        self,
        on_batch: OnBatch | None = None,
        *,
        on_trouble: Callable[[FielError], None] | None = None,
    ) -> Consumer:
        """What hands them out; its caller closes it."""
        database = self.parts.database
        handler = AlertsHandler(database, self.channels, self.parts.clock, on_batch)
        return Consumer(
            self.outlets.bus, database, [ALERTS], GROUP, handler, pace=_READING, on_trouble=on_trouble
        )

    @contextmanager
    def sent(self, metrics: AlertMetrics | None = None) -> Iterator[None]:
        """Inside the block jobs are done, in a thread of its own."""
        senders = senders_of(self.channels, self.parts.clock)
        telling = Telling(self.parts.database, self.channels, senders, self.parts.clock, metrics)
        worker = self.outlets.jobs.worker({KIND: telling}, pace=_SENDING)
        thread = threading.Thread(target=worker.run, name="alerts", daemon=True)
        thread.start()
        try:
            yield
        finally:
            worker.stop()
            thread.join(JOIN_S)

    def waiting(self) -> int:
        """Jobs that nobody has in hand. Raises `Unavailable`."""
        return self.outlets.jobs.depth(KIND)
