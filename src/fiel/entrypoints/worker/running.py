"""A worker as a process: opens what it needs, runs until a signal or a fault, closes in order."""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass, field

from prometheus_client import CollectorRegistry

from fiel.bootstrap import OpenCustody, Outlets, open_custody, open_outlets
from fiel.custody.metrics import CustodyMetrics
from fiel.entrypoints.worker import housekeeping
from fiel.entrypoints.worker.custody import CustodyWorker, WorkerSettings
from fiel.entrypoints.worker.exposing import exposed
from fiel.entrypoints.worker.patience import opened_in_time
from fiel.entrypoints.worker.stopping import asked_to_stop
from fiel.infra import system
from fiel.settings import Settings

_log = logging.getLogger("fiel.worker")


@dataclass(frozen=True, slots=True)
class Listening:
    """Where metrics are served; without a port nowhere."""

    host: str = "127.0.0.1"
    port: int | None = None


@dataclass(slots=True)
class _Asked:
    """What a signal does: before there is a worker, and with one."""

    stopping: threading.Event = field(default_factory=threading.Event)
    worker: CustodyWorker | None = None

    def stop(self) -> None:
        self.stopping.set()
        if self.worker is not None:
            self.worker.stop()


def run_custody_worker(
    settings: Settings,
    database_url: str | None = None,
    reading: WorkerSettings | None = None,
    listening: Listening | None = None,
) -> None:
    """Until SIGTERM or SIGINT. Raises what `CustodyWorker.run` raises, and `Unavailable` when the others
    are not there within a minute. Call it from the main thread.
    """
    asked, where = _Asked(), listening or Listening()
    metrics = CustodyMetrics(CollectorRegistry())
    with asked_to_stop(asked.stop), exposed(metrics.registry, where.host, where.port) as url:
        opened = opened_in_time(lambda: open_custody(settings, database_url), asked.stopping)
        if opened is None:
            return
        with opened:
            outlets = open_outlets(settings, opened.database)
            try:
                _run(settings, opened, outlets, metrics, reading or WorkerSettings(), asked, url)
            finally:
                outlets.close()


def _run(
    settings: Settings,
    opened: OpenCustody,
    outlets: Outlets,
    metrics: CustodyMetrics,
    reading: WorkerSettings,
    asked: _Asked,
    url: str | None,
) -> None:
    if not settings.outside.kafka:
        # Nobody else would make it.
        outlets.bus.ensure_topic(reading.topic, housekeeping.PARTITIONS)
    chores = housekeeping.chores(opened, outlets, metrics, [reading.topic])
    asked.worker = CustodyWorker(opened, outlets.bus, metrics, chores, reading, asked.stopping)
    _log.info(
        "started: %s as %s from %s into %s%s",
        reading.topic,
        reading.group,
        settings.outside.kafka or "the embedded log",
        opened.database.shown,
        f", metrics at {url}" if url else "",
    )
    system.settle_memory()
    asked.worker.run()
