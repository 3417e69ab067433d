"""A job queue of any kind, handlers that write down what they saw, and workers in threads.

The times are short: a dead worker is missed after a second or so, a second attempt comes at once.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta

from fiel.infra import system
from fiel.infra.jobs.backoff import Backoff
from fiel.infra.jobs.embedded import EmbeddedJobs
from fiel.infra.jobs.embedded_worker import EmbeddedPace
from fiel.infra.jobs.port import Handle, Job, JobQueue, Pace, Worker
from fiel.infra.storage.database import Database
from fiel.infra.system import RandomIds, SystemClock
from fiel.kernel.errors import FielError

KIND = "sums"
BACKOFF = Backoff(timedelta(milliseconds=40), timedelta(milliseconds=320))
_PATIENCE_S = 60.0
_LOOK_S = 0.02


def eventually(true: Callable[[], object], wanted: str = "it") -> None:
    """Wait until something is so; the patience only keeps a broken program from hanging."""
    end = system.elapsed_seconds() + _PATIENCE_S
    while not true():
        assert system.elapsed_seconds() < end, f"{wanted} did not come about"
        system.pause(_LOOK_S)


@dataclass
class Seen:
    """What handlers saw: (id, attempt) in the order in which they began."""

    begun: list[tuple[str, int]] = field(default_factory=list)
    done: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def handle(self, job: Job) -> None:
        """Notes a job, and is done with it."""
        self.noting(lambda _: None)(job)

    def noting(self, handle: Handle) -> Handle:
        """A handler that notes a job before and, if it did not fail, after it is handled."""

        def noted(job: Job) -> None:
            with self.lock:
                self.begun.append((job.id, job.attempt))
            handle(job)
            with self.lock:
                self.done.append(job.id)

        return noted

    def attempts(self, job_id: str) -> list[int]:
        """The attempts of one job."""
        return [attempt for seen, attempt in self.begun if seen == job_id]


@dataclass
class Troubles:
    """What a worker told."""

    told: list[FielError] = field(default_factory=list)

    @property
    def codes(self) -> list[str]:
        """The codes."""
        return [error.code for error in self.told]


@dataclass(frozen=True)
class Stage:
    """A queue, and where it is for another process."""

    kind: str
    queue: JobQueue
    address: str

    def worker(self, handle: Handle, *, in_hand: int = 8, threads: int = 4) -> Worker:
        """A worker of `KIND`."""
        return self.queue.worker({KIND: handle}, pace=Pace(in_hand, threads, BACKOFF))

    @contextmanager
    def working(self, handle: Handle, *, in_hand: int = 8, threads: int = 4) -> Iterator[Worker]:
        """The same, at work until the end of the block."""
        with at_work(self.worker(handle, in_hand=in_hand, threads=threads)) as worker:
            yield worker


@contextmanager
def at_work(worker: Worker) -> Iterator[Worker]:
    """A worker in a thread; stopped at the end, and what it raised is raised."""
    raised: list[BaseException] = []

    def run() -> None:
        try:
            worker.run()
        except BaseException as error:  # noqa: BLE001 (raised again in the test's own thread)
            raised.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield worker
    finally:
        worker.stop()
        thread.join(_PATIENCE_S)
    assert not thread.is_alive(), "the worker does not stop"
    if raised:
        raise raised[0]


def numbered(count: int, *, start: int = 0) -> list[Job]:
    """Jobs j0, j1..."""
    return [Job(f"j{number}", KIND, str(number)) for number in range(start, start + count)]


def open_queue(kind: str, address: str) -> JobQueue:
    """The queue of a kind: `address` is the URL of the database or of the broker."""
    if kind == "rabbitmq":
        from fiel.infra.jobs.rabbit import RabbitJobs, RabbitSettings

        settings = RabbitSettings(address, waits=BACKOFF, first_pause_s=0.1, longest_pause_s=0.5, look_s=1.0)
        return RabbitJobs(settings, SystemClock())
    return EmbeddedJobs(Database.at(address), RandomIds("claim"), embedded_pace())


def embedded_pace() -> EmbeddedPace:
    """Looks often; a dead worker is missed after a second and a half."""
    return EmbeddedPace(look_s=0.05, outage_s=0.1, lease=timedelta(seconds=1.5))


def close_queue(queue: JobQueue) -> None:
    """Close a queue, with its database."""
    queue.close()
    if isinstance(queue, EmbeddedJobs):
        queue.database.close()


@contextmanager
def closing_queue(queue: JobQueue) -> Iterator[None]:
    """Closed whatever happens: what one failure leaves open is another test's warning."""
    try:
        yield
    finally:
        close_queue(queue)
