"""The auto-balancer as a process: ticks, the book's news and requests in, sagas run, alerts told.

Any number may run. Requests are shared out by the group; ticks go to everybody, and each process watches
its shard of the portfolios.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from prometheus_client import CollectorRegistry, ProcessCollector

from fiel.autobalance.alerting.marks import MARKS
from fiel.autobalance.hosting import HostPace, SagaHost
from fiel.autobalance.journal_async import AsyncJournal
from fiel.autobalance.parts import Parts
from fiel.autobalance.runner import Runner
from fiel.autobalance.saga.model import Saga
from fiel.autobalance.topics import ALERTS, PRICE_TICKS, REBALANCE_REQUESTS
from fiel.autobalance.watching import Shard, TicksHandler, WalletEventsHandler, Watcher, publish_requests
from fiel.autobalance.wire import Request
from fiel.autobalance.working import RequestDesk, RequestsHandler, Taken
from fiel.bootstrap import Outlets, open_outlets
from fiel.bootstrap.autobalance import OpenAutobalance, OpenBroker, open_autobalance, open_broker
from fiel.custody.topics import WALLET_EVENTS
from fiel.entrypoints.worker import housekeeping
from fiel.entrypoints.worker.alerting import Alerting
from fiel.entrypoints.worker.autobalance_metrics import AutobalanceCollector, Tally
from fiel.entrypoints.worker.chores import Chore, Chores
from fiel.entrypoints.worker.exposing import exposed
from fiel.entrypoints.worker.patience import opened_in_time
from fiel.entrypoints.worker.running import Listening
from fiel.entrypoints.worker.stopping import asked_to_stop
from fiel.entrypoints.worker.streams import Stream, Streams
from fiel.entrypoints.worker.warming import compile_first
from fiel.infra.bus.consuming import Consumer, Handle, Pace
from fiel.infra.storage import job_runs
from fiel.infra.system import RandomIds
from fiel.kernel.errors import FielError
from fiel.settings import Settings

_log = logging.getLogger("fiel.worker")
#: The group that shares the requests out, one per broker: what is not of its broker a worker passes over.
GROUP = "autobalance"
REFRESH_S, DUE_S, DATES_S, FORGET_S = 2.0, 15.0, 900.0, 3600.0
MARKS_KEPT = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class AutobalanceWork:
    """Which shard of the portfolios to watch (`None`: watch nobody, only do requests), and how many
    requests to plan at a time.
    """

    shard: Shard | None = field(default_factory=Shard)
    batch: int = 200


@dataclass(slots=True)
class _Asked:
    stopping: threading.Event = field(default_factory=threading.Event)
    fault: FielError | None = None

    def stop(self) -> None:
        self.stopping.set()

    def end(self, error: FielError) -> None:
        self.fault = self.fault or error
        self.stopping.set()


def run_autobalance_worker(
    settings: Settings,
    database_url: str | None = None,
    work: AutobalanceWork | None = None,
    listening: Listening | None = None,
) -> None:
    """Until SIGTERM or SIGINT: batches in hand are finished, running sagas get some seconds to end, the rest
    is given back to the others. Raises `Unavailable` when the others are not there within a minute, and
    damage that was found. Call it from the main thread.
    """
    asked, where, tally = _Asked(), listening or Listening(), Tally()
    metrics = CollectorRegistry()
    ProcessCollector(registry=metrics)
    with asked_to_stop(asked.stop), exposed(metrics, where.host, where.port) as url:
        compile_first(asked.stopping)
        config, broker_kind = settings.autobalance.config, settings.autobalance.broker.kind.value
        opened = opened_in_time(
            lambda: open_autobalance(settings, database_url, config=config, broker=broker_kind),
            asked.stopping,
        )
        if opened is None:
            return
        with opened:
            metrics.register(AutobalanceCollector(opened.parts, tally))
            outlets, broker = (
                open_outlets(settings, opened.parts.database),
                open_broker(settings, opened.parts),
            )
            try:
                process = _Process(settings, opened, outlets, broker, work or AutobalanceWork(), asked, tally)
                process.run(url)
            finally:
                outlets.close()
    if asked.fault is not None:
        raise asked.fault


def saga_host(parts: Parts, broker: OpenBroker, on_end: Callable[[Saga], None]) -> SagaHost:
    """A host, not started yet, of the sagas of one process."""
    config = parts.config
    journal = AsyncJournal(parts.journal, config.holder or RandomIds("worker").next_id())
    return SagaHost(
        Runner(
            journal,
            broker.broker,
            parts.clock,
            config.patience,
            line=asyncio.Semaphore(config.calls_at_once),
        ),
        journal,
        HostPace.of(config),
        on_end,
        at_end=broker.close,
    )


@dataclass
class _Process:
    settings: Settings
    opened: OpenAutobalance
    outlets: Outlets
    broker: OpenBroker
    work: AutobalanceWork
    asked: _Asked
    tally: Tally

    def run(self, url: str | None) -> None:
        self._topics()
        host = saga_host(self.opened.parts, self.broker, self._ended)
        watcher = self._watcher()
        self.tally.running = host.running
        streams = Streams(self._streams(host, watcher), self.asked.end)
        chores = Chores(self._chores(watcher), on_fatal=self.asked.end)
        host.start()
        chores.start()
        with self._alerting.sent(self.tally):
            streams.start()
            _log.info(
                "started: the auto-balancer on %s through %s%s",
                self.opened.parts.database.shown,
                self.settings.autobalance.broker.kind,
                f", metrics at {url}" if url else "",
            )
            self.asked.stopping.wait()
            streams.stop()
            host.stop()
        chores.stop()
        _log.info("stopped: %d batches begun, %d ended here", self.tally.begun, self.tally.ended.total())

    @property
    def _alerting(self) -> Alerting:
        return Alerting(self.opened.parts, self.settings.autobalance.alerts, self.outlets)

    def _topics(self) -> None:
        for topic in (PRICE_TICKS, WALLET_EVENTS, REBALANCE_REQUESTS, ALERTS):
            self.outlets.bus.ensure_topic(topic, housekeeping.PARTITIONS)

    def _ended(self, saga: Saga) -> None:
        self.tally.ended[saga.status] += 1
        _log.info("batch %s of %s is %s", saga.id, saga.portfolio, saga.status)

    def _watcher(self) -> Watcher | None:
        if self.work.shard is None:
            return None
        watcher = self.opened.parts.watcher(self.work.shard)
        _log.info("watching %d portfolios (shard %s)", watcher.rebuild(), self.work.shard)
        return watcher

    def _streams(self, host: SagaHost, watcher: Watcher | None) -> list[Stream]:
        parts, database = self.opened.parts, self.opened.parts.database
        group = f"{GROUP}-{self.settings.autobalance.broker.kind}"
        desk = RequestDesk(parts.planner, host, parts.enrolments)
        found = [
            self._stream(
                REBALANCE_REQUESTS, group, RequestsHandler(desk, database, self._taken), self.work.batch
            ),
            self._alerting.stream(),
        ]
        if watcher is not None:
            ticks = TicksHandler(watcher, self.outlets.bus, database, self._ticked)
            found.append(self._stream(PRICE_TICKS, f"{group}-ticks-{watcher.shard}", ticks, 500))
            news = WalletEventsHandler(watcher, database)
            found.append(self._stream(WALLET_EVENTS, f"{group}-book-{watcher.shard}", news, 500))
        return found

    def _stream(self, topic: str, group: str, handle: Handle, batch: int) -> Stream:
        bus, database = self.outlets.bus, self.opened.parts.database
        pace = Pace(max_records=batch, poll_s=0.2)
        return Stream(
            group,
            lambda trouble: Consumer(bus, database, [topic], group, handle, pace=pace, on_trouble=trouble),
        )

    def _chores(self, watcher: Watcher | None) -> list[Chore]:
        parts = self.opened.parts
        relaying = housekeeping.Relaying(parts.database, self.outlets)
        chores = [
            Chore("relay", relaying.turn, 0.1, rest=0.2, to_end=True),
            Chore("marks", self._forget, FORGET_S),
        ]
        if watcher is not None:
            chores.append(Chore("enrolments", lambda: _refreshed(watcher), REFRESH_S))
            chores.append(Chore("due", lambda: self._ask(watcher, watcher.due), DUE_S))
            chores.append(Chore("dates", lambda: self._ask(watcher, watcher.on_dates), DATES_S))
        return chores

    def _ask(self, watcher: Watcher, who: Callable[[], list[Request]]) -> bool:
        """Whoever is out of band and quiet, or whose date may have come: asked for without a tick."""
        publish_requests(self.outlets.bus, watcher, who())
        return False

    def _forget(self) -> bool:
        parts = self.opened.parts
        before = parts.clock.now() - MARKS_KEPT
        parts.database.transact(lambda unit: job_runs.forget(unit.connection, MARKS, before=before))
        return False

    def _ticked(self, ticks: int, requests: int) -> None:
        self.tally.ticks += ticks
        self.tally.requests += requests

    def _taken(self, taken: Taken) -> None:
        self.tally.begun += taken.begun
        self.tally.not_begun.update(taken.not_begun)


def _refreshed(watcher: Watcher) -> bool:
    watcher.refresh()
    return False
