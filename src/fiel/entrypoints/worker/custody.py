"""The custody worker: order events into the book, and beside it everything that the book needs done.

One process, one member of the group. The main thread polls, another handles; the chores have theirs.
What can pass by itself is waited for; what cannot ends the process with an alert in the book.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping
from dataclasses import dataclass

from fiel.bootstrap import OpenCustody
from fiel.custody.consumer import GROUP, OrderEventsHandler, alert_stopped, polled
from fiel.custody.metrics import CustodyMetrics
from fiel.custody.receiving import Received
from fiel.custody.topics import ORDER_EVENTS
from fiel.entrypoints.worker.chores import Chore, Chores
from fiel.entrypoints.worker.troubles import Troubles
from fiel.infra import system
from fiel.infra.bus.consuming import Consumer, Pace
from fiel.infra.bus.port import Batch, EventBus, Partition
from fiel.infra.storage.offsets import Assignment
from fiel.kernel.errors import FielError, NotFound, Unavailable

_log = logging.getLogger("fiel.worker")
LAG_EVERY_S, PROGRESS_EVERY_S = 5.0, 60.0
LAG_TIMEOUT_S = 1.0
#: A topic that is not there yet is looked for this often.
TOPIC_EVERY_S = 1.0


@dataclass(frozen=True, slots=True)
class WorkerSettings:
    """What to read, as whom, and at most how many records in one transaction."""

    topic: str = ORDER_EVENTS
    group: str = GROUP
    batch: int = 500


class CustodyWorker:
    """`run` until `stop`, from any thread or signal handler."""

    def __init__(
        self,
        opened: OpenCustody,
        bus: EventBus,
        metrics: CustodyMetrics,
        chores: list[Chore],
        settings: WorkerSettings,
        stopping: threading.Event,
    ) -> None:
        self._opened, self._bus, self._metrics, self._settings = opened, bus, metrics, settings
        self._stopping = stopping
        self._trouble = Troubles(metrics.trouble)
        self._chores = Chores(chores, on_fatal=self._end, on_failure=metrics.failed)
        self._consumer: Consumer | None = None
        self._handle = OrderEventsHandler(opened.custody, self._note)
        self._started = 0.0
        self._fault: FielError | None = None
        self._ours: frozenset[Partition] = frozenset()
        self._done, self._done_before = 0, 0
        self._next_lag = 0.0
        self._next_progress = system.elapsed_seconds() + PROGRESS_EVERY_S

    def stop(self) -> None:
        """The batch in hand is finished and committed, the group left, the chores ended."""
        self._stopping.set()
        if self._consumer is not None:
            self._consumer.stop()

    def run(self) -> None:
        """Raises what ended it: damage, a place that is not in the log, another schema, a defect."""
        self._chores.start()
        try:
            while not self._stopping.is_set():
                self._turn()
        except FielError as error:
            self._fault = self._fault or error
        finally:
            self._leave()
            if self._fault is not None:
                self._alert(self._fault)
            self._chores.stop()
            _log.info("stopped after %d records", self._done)
        if self._fault is not None:
            raise self._fault

    def _turn(self) -> None:
        consumer = self._consumer or self._join()
        try:
            consumer.turn()
        except NotFound as error:
            # The topic may come; if it comes anew, its identity will not fit and that ends us.
            self._trouble(error)
            self._leave()
            self._stopping.wait(TOPIC_EVERY_S)
            return
        self._look(consumer)

    def _join(self) -> Consumer:
        settings = self._settings
        self._consumer = Consumer(
            self._bus,
            self._opened.database,
            [settings.topic],
            settings.group,
            self._timed,
            pace=Pace(max_records=polled(settings.batch)),
            on_trouble=self._trouble,
        )
        if self._stopping.is_set():
            self._consumer.stop()
        return self._consumer

    def _leave(self) -> None:
        consumer, self._consumer = self._consumer, None
        if consumer is not None:
            consumer.close()
        self._ours = frozenset()

    def _timed(self, batch: Batch, places: Mapping[Partition, Assignment]) -> None:
        self._started = system.elapsed_seconds()
        self._handle(batch, places)

    def _note(self, records: int, received: Received) -> None:
        """A batch was committed."""
        self._metrics.batch(records, system.elapsed_seconds() - self._started, received)
        self._done += records
        if letters := received.dead_letters:
            first = letters[0]
            _log.warning("%d dead letters, the first %s: %s", len(letters), first.id, first.rejection.message)
        if received.alerts:
            _log.warning("%d alerts; `fiel custody alerts` lists them", received.alerts)

    def _look(self, consumer: Consumer) -> None:
        """Between two batches: the partitions that are ours, how far behind we are, how much was done."""
        now = system.elapsed_seconds()
        ours = frozenset(consumer.assigned())
        if ours != self._ours:
            self._ours, self._next_lag = ours, 0.0
            _log.info("reading %s", ", ".join(map(str, sorted(ours))) or "no partition")
        if now >= self._next_lag:
            self._next_lag = now + LAG_EVERY_S
            self._measure_lag(consumer)
        if now >= self._next_progress:
            self._next_progress = now + PROGRESS_EVERY_S
            if self._done > self._done_before:
                _log.info("%d records handled, %d in all", self._done - self._done_before, self._done)
            self._done_before = self._done

    def _measure_lag(self, consumer: Consumer) -> None:
        subscription = consumer.subscription
        if subscription is None:
            return
        try:
            behind = subscription.lag(LAG_TIMEOUT_S)
        except (Unavailable, NotFound):
            # The next poll tells it.
            return
        self._metrics.lag((each.topic, each.number, lag.behind) for each, lag in behind.items())

    def _end(self, error: FielError) -> None:
        """A chore found what nobody should go on after."""
        self._fault = self._fault or error
        self.stop()

    def _alert(self, error: FielError) -> None:
        _log.error("stops: %s [%s]", error, error.code)
        try:
            alert_stopped(self._opened.custody, self._settings.group, error)
        except FielError as untold:
            _log.warning("the alert could not be written: %s [%s]", untold, untold.code)
