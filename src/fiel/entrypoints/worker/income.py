"""`fiel worker income` and `fiel scheduler`: the day's jobs, handed out and done.

A worker takes jobs from the queue; a scheduler looks every half minute whether the day of some zone has
begun. Both may run any number of times: a page of jobs is marked once, a wallet's day is done once.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta

from prometheus_client import CollectorRegistry, ProcessCollector
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from fiel.bootstrap import OpenIncome, open_income
from fiel.copilot.income.jobs import KIND, SCHEDULE, HandedOut, handling
from fiel.entrypoints.worker.chores import JOIN_S, Chore, Chores
from fiel.entrypoints.worker.exposing import exposed
from fiel.entrypoints.worker.patience import opened_in_time
from fiel.entrypoints.worker.running import Listening
from fiel.entrypoints.worker.stopping import asked_to_stop
from fiel.entrypoints.worker.troubles import Troubles
from fiel.infra.jobs.port import Job, Pace, Worker
from fiel.infra.storage import job_runs
from fiel.kernel.errors import FielError
from fiel.settings import Settings

_log = logging.getLogger("fiel.worker")
LOOK_EVERY_S, FORGET_EVERY_S = 30.0, 3600.0
#: How long marks of finished schedules are kept.
MARKS_KEPT = timedelta(days=40)


@dataclass(slots=True)
class Tally:
    """What this process did."""

    done: int = 0
    failed: int = 0
    handed_out: int = 0
    troubles: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, *, done: int = 0, failed: int = 0, handed_out: int = 0, troubles: int = 0) -> None:
        """Handlers run in several threads."""
        with self.lock:
            self.done += done
            self.failed += failed
            self.handed_out += handed_out
            self.troubles += troubles


@dataclass(slots=True)
class _Asked:
    """What a signal does: before there is a worker, and with one."""

    stopping: threading.Event = field(default_factory=threading.Event)
    worker: Worker | None = None
    fault: FielError | None = None

    def stop(self) -> None:
        self.stopping.set()
        if self.worker is not None:
            self.worker.stop()

    def end(self, error: FielError) -> None:
        """A chore found what nobody should go on after."""
        self.fault = self.fault or error
        self.stop()


def run_income_worker(
    settings: Settings,
    database_url: str | None = None,
    listening: Listening | None = None,
    *,
    pace: Pace | None = None,
) -> None:
    """Do jobs until SIGTERM or SIGINT: those in hand are finished, the rest is given back.

    Raises `Unavailable` when the others are not there within a minute. Call it from the main thread.
    """

    def work(opened: OpenIncome, asked: _Asked, tally: Tally) -> None:
        asked.worker = opened.jobs.worker(
            {KIND: _counted(opened, tally)}, pace=pace, on_trouble=_troubles(tally)
        )
        if not asked.stopping.is_set():
            asked.worker.run()

    _run(settings, database_url, listening, "income worker", work)


def run_scheduler(
    settings: Settings, database_url: str | None = None, listening: Listening | None = None
) -> None:
    """Hand out each day's jobs until SIGTERM or SIGINT. Raises and is called like `run_income_worker`."""

    def work(opened: OpenIncome, asked: _Asked, tally: Tally) -> None:
        chores = Chores(_scheduling(opened, asked.stopping, tally), on_fatal=asked.end)
        chores.start()
        asked.stopping.wait()
        chores.stop()

    _run(settings, database_url, listening, "scheduler", work)


@contextmanager
def income_beside(opened: OpenIncome, on_fatal: Callable[[FielError], None]) -> Iterator[None]:
    """Inside the block this process hands out the day's jobs and does them, in threads of its own.

    For the one process of a laptop; a fleet has `fiel scheduler` and `fiel worker income`.
    """
    stopping, tally = threading.Event(), Tally()
    worker = opened.jobs.worker(
        {KIND: _counted(opened, tally)}, pace=Pace(in_hand=2, threads=1), on_trouble=_troubles(tally)
    )
    thread = threading.Thread(target=worker.run, name="income-worker", daemon=True)
    chores = Chores(_scheduling(opened, stopping, tally), on_fatal=on_fatal)
    chores.start()
    thread.start()
    try:
        yield
    finally:
        stopping.set()
        worker.stop()
        chores.stop()
        thread.join(JOIN_S)


def _scheduling(opened: OpenIncome, stopping: threading.Event, tally: Tally) -> list[Chore]:
    def look() -> bool:
        for each in opened.schedule.turn(stopping.is_set):
            tally.add(handed_out=each.jobs)
            _log.info("%s in %s: %d wallets handed out", each.day, each.zone, each.jobs)
        return False

    return [
        Chore("schedule", look, LOOK_EVERY_S),
        Chore("marks", lambda: _forget(opened), FORGET_EVERY_S),
    ]


def hand_out_once(settings: Settings, database_url: str | None = None) -> list[HandedOut]:
    """Hand out what is due now. Raises what `open_income` raises, `NotEnqueued`, `Unavailable`."""
    with open_income(settings, database_url) as opened:
        return opened.schedule.turn()


def _run(
    settings: Settings,
    database_url: str | None,
    listening: Listening | None,
    name: str,
    work: Callable[[OpenIncome, _Asked, Tally], None],
) -> None:
    asked, where, tally = _Asked(), listening or Listening(), Tally()
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    with asked_to_stop(asked.stop), exposed(registry, where.host, where.port) as url:
        opened = opened_in_time(lambda: open_income(settings, database_url), asked.stopping)
        if opened is None:
            return
        with opened:
            registry.register(IncomeCollector(opened, tally))
            _log.info(
                "started: %s on %s%s", name, opened.database.shown, f", metrics at {url}" if url else ""
            )
            work(opened, asked, tally)
            _log.info("stopped: %d wallets done, %d handed out", tally.done, tally.handed_out)
    if asked.fault is not None:
        raise asked.fault


def _counted(opened: OpenIncome, tally: Tally) -> Callable[[Job], None]:
    handle = handling(opened.desk.reconcile_day, opened.clock)

    def counted(job: Job) -> None:
        try:
            handle(job)
        except BaseException:
            tally.add(failed=1)
            raise
        tally.add(done=1)

    return counted


def _troubles(tally: Tally) -> Troubles:
    return Troubles(lambda _code: tally.add(troubles=1))


def _forget(opened: OpenIncome) -> bool:
    before = opened.clock.now() - MARKS_KEPT
    opened.database.transact(lambda unit: job_runs.forget(unit.connection, SCHEDULE, before=before))
    return False


class IncomeCollector(Collector):
    """The process in numbers for Prometheus; all names begin with `fiel_income_`."""

    def __init__(self, opened: OpenIncome, tally: Tally) -> None:
        self._opened, self._tally = opened, tally

    def collect(self) -> list[Metric]:
        """The present numbers; the queue's are left out while it does not answer."""
        tally = self._tally
        metrics: list[Metric] = [
            CounterMetricFamily("fiel_income_wallets_done", "Wallets reconciled here.", value=tally.done),
            CounterMetricFamily("fiel_income_jobs_failed", "Attempts that failed here.", value=tally.failed),
            CounterMetricFamily("fiel_income_handed_out", "Jobs handed out here.", value=tally.handed_out),
            CounterMetricFamily("fiel_income_troubles", "What passed by itself.", value=tally.troubles),
        ]
        try:
            waiting = self._opened.jobs.depth(KIND)
        except FielError:
            return metrics
        return [*metrics, GaugeMetricFamily("fiel_income_jobs_waiting", "Jobs that wait.", value=waiting)]
