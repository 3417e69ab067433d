"""The port: what every job queue does, whatever carries it.

A job is done by one of any number of workers, at least once: a worker that dies has its jobs handled by
another. A handler's effect happens once when its transaction begins with
`job_runs.first_run(connection, job.kind, job.id, at=...)` and does nothing when that says `False`.

| the handler                   | then                                                                    |
|-------------------------------|-------------------------------------------------------------------------|
| returns                       | the job is done                                                         |
| raises `RetryLater(after)`    | again after `after`, or after the back-off when none is given           |
| raises `GiveUp(code, ...)`    | dead letter at once                                                     |
| raises anything else          | again after the back-off (doubling, with jitter)                        |
| dies with its process         | again, as soon as the queue misses the worker                           |

Each of these starts is an attempt; when `max_attempts` are used up the job is a dead letter, kept with its
reason until it is replayed or discarded. What a worker takes in hand and gives back unstarted is none.

Synchronous on purpose: handlers are transactions of a synchronous core and run in the worker's threads.
A queue may be used by many threads; `Worker.run` blocks the thread that calls it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol, TypeAlias

from fiel.infra.jobs.backoff import Backoff
from fiel.infra.storage.types import storable_text
from fiel.kernel.clock import in_utc
from fiel.kernel.errors import FielError, InvalidInput

ID_BYTES_MAX = 128
KEY_BYTES_MAX = 256
PAYLOAD_BYTES_MAX = 1024 * 1024
ATTEMPTS_MAX = 100
IN_HAND_MAX = 1_000
THREADS_MAX = 64
LISTED_MAX = 1_000
DETAIL_LENGTH_MAX = 500
_KIND = re.compile(r"[a-z][a-z0-9-]{0,62}")

#: Reasons of dead letters that no handler gave.
LOST_IN_HAND = "lost_in_hand"
ATTEMPTS_USED_UP = "attempts_used_up"
MALFORMED = "malformed"


@dataclass(frozen=True, slots=True)
class Job:
    """A job. `id` is its own within `kind` for ever; `payload` is text, JSON as a rule.

    `key`: the embedded queue handles jobs of one kind and key one after the other in the order in which
    they were enqueued; RabbitMQ promises no order. `run_after`: not before. `attempt` is the number of
    the present attempt, from 1; 0 while the job waits. `trace`: the work it came from, where the queue
    can carry it. Raises `InvalidInput` naming the field.
    """

    id: str
    kind: str
    payload: str = ""
    key: str | None = None
    run_after: datetime | None = None
    max_attempts: int = 10
    attempt: int = 0
    trace: str | None = field(default=None, compare=False)

    def __post_init__(self) -> None:
        checked_kind(self.kind)
        _within(self.id, ID_BYTES_MAX, "id", least=1)
        _within(self.payload, PAYLOAD_BYTES_MAX, "payload")
        if self.key is not None:
            _within(self.key, KEY_BYTES_MAX, "key")
        if self.run_after is not None:
            object.__setattr__(self, "run_after", in_utc(self.run_after, field="run_after"))
        if not 1 <= self.max_attempts <= ATTEMPTS_MAX:
            raise InvalidInput("attempts_out_of_range", f"give 1 to {ATTEMPTS_MAX}", field="max_attempts")
        if self.attempt < 0:
            raise InvalidInput("attempts_out_of_range", "an attempt is zero or more", field="attempt")


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A job that nobody could do. `reason` is a stable code, `detail` words, `job.attempt` how many tries.

    `died_at` is `None` when the broker that buried it did not say.
    """

    job: Job
    reason: str
    detail: str
    died_at: datetime | None


class RetryLater(Exception):
    """Raised by a handler: this attempt did not work out, try again (after `after`, if given)."""

    def __init__(self, detail: str = "", *, after: timedelta | None = None) -> None:
        super().__init__(detail)
        if after is not None and after < timedelta(0):
            raise InvalidInput("wait_negative", "wait zero or more", field="after")
        self.after = after


class GiveUp(Exception):
    """Raised by a handler: no attempt will ever work out. `code` becomes the reason of the dead letter."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(detail)
        self.code = code


@dataclass(frozen=True, slots=True)
class Pace:
    """How much a worker takes: `in_hand` jobs of each kind at most, not yet done; `threads` handlers at once.

    What is in hand and not started waits in the worker, and is given back when it stops.
    """

    in_hand: int = 8
    threads: int = 4
    backoff: Backoff = field(default_factory=Backoff)

    def __post_init__(self) -> None:
        if not 1 <= self.in_hand <= IN_HAND_MAX:
            raise InvalidInput("in_hand_out_of_range", f"give 1 to {IN_HAND_MAX}", field="in_hand")
        if not 1 <= self.threads <= THREADS_MAX:
            raise InvalidInput("threads_out_of_range", f"give 1 to {THREADS_MAX}", field="threads")


#: Does one job. Called from the worker's threads, several at once.
Handle: TypeAlias = Callable[[Job], None]
#: Told of what passes by itself (an outage, a claim that was lost), for logs and metrics. Must not raise.
OnTrouble: TypeAlias = Callable[[FielError], None]


class Worker(Protocol):
    """Takes jobs and has them handled. Each is used for one `run`."""

    def run(self) -> None:
        """Work until `stop`: handlers that have begun are waited for, the rest in hand is given back.

        Outages of the queue are told and waited out. Raises only what is a defect.
        """

    def stop(self) -> None:
        """Ask `run` to end; from any thread or signal handler. A second call does nothing."""


class DeadLetters(Protocol):
    """The dead letters of one queue; all methods raise `Unavailable`."""

    def list(self, kind: str, *, limit: int = 100) -> Sequence[DeadLetter]:
        """The oldest ones, up to `limit` (at most `LISTED_MAX`)."""

    def show(self, kind: str, job_id: str) -> DeadLetter:
        """One of them. Raises `NotFound` (dead_letter_unknown)."""

    def replay(self, kind: str, job_id: str) -> None:
        """Have it handled again, with all its attempts, after what waits now. Raises `NotFound`."""

    def discard(self, kind: str, job_id: str) -> None:
        """Throw it away for good. Raises `NotFound`."""


class JobQueue(Protocol):
    """A queue. Open until `close`; its methods may be called by many threads."""

    @property
    def dead_letters(self) -> DeadLetters:
        """The jobs that nobody could do."""

    def enqueue(self, jobs: Sequence[Job]) -> None:
        """Add jobs and wait until all are durable; the first of an id in `jobs` counts.

        Raises `NotEnqueued`, which names those that may not have been taken.
        """

    def worker(
        self, handlers: Mapping[str, Handle], *, pace: Pace | None = None, on_trouble: OnTrouble | None = None
    ) -> Worker:
        """A worker for the kinds in `handlers`. Raises `InvalidInput` for a malformed kind, or none."""

    def depth(self, kind: str) -> int:
        """How many jobs wait to be handled, those in hand or put off not counted. Raises `Unavailable`."""

    def close(self) -> None:
        """Give back what is held; stop the workers first."""


def checked_kind(kind: str) -> str:
    """A kind's name. Raises `InvalidInput` (name_malformed)."""
    if not _KIND.fullmatch(kind):
        raise InvalidInput(
            "name_malformed",
            "use 1 to 63 lower-case letters, digits and hyphens, a letter first",
            field="kind",
        )
    return kind


def checked_handlers(handlers: Mapping[str, Handle]) -> dict[str, Handle]:
    """The handlers by kind. Raises `InvalidInput` for a malformed kind, or none."""
    if not handlers:
        raise InvalidInput("handlers_missing", "a worker needs a handler for one kind at least")
    return {checked_kind(kind): handle for kind, handle in handlers.items()}


def checked_limit(limit: int) -> int:
    """How many to list. Raises `InvalidInput` beyond 1 to `LISTED_MAX`."""
    if not 1 <= limit <= LISTED_MAX:
        raise InvalidInput("limit_out_of_range", f"list 1 to {LISTED_MAX}", field="limit")
    return limit


def distinct(jobs: Sequence[Job]) -> list[Job]:
    """The first job of each kind and id."""
    first: dict[tuple[str, str], Job] = {}
    for job in jobs:
        first.setdefault((job.kind, job.id), job)
    return list(first.values())


def _within(content: str, most: int, name: str, *, least: int = 0) -> None:
    size = len(storable_text(content, field=name).encode())
    if not least <= size <= most:
        raise InvalidInput("text_size", f"{least} to {most} bytes of UTF-8, not {size}", field=name)
