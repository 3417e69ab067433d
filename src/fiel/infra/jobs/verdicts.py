"""What becomes of a job after an attempt: the same rules for every adapter."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TypeAlias

from fiel.infra import tracing
from fiel.infra.about import about
from fiel.infra.jobs.backoff import Backoff
from fiel.infra.jobs.port import (
    ATTEMPTS_USED_UP,
    DETAIL_LENGTH_MAX,
    LOST_IN_HAND,
    GiveUp,
    Handle,
    Job,
    RetryLater,
)
from fiel.kernel.errors import FielError


@dataclass(frozen=True, slots=True)
class Done:
    """The job is done."""


@dataclass(frozen=True, slots=True)
class Again:
    """Another attempt, after `wait`."""

    wait: timedelta
    detail: str


@dataclass(frozen=True, slots=True)
class Dead:
    """No further attempt."""

    reason: str
    detail: str


Verdict: TypeAlias = Done | Again | Dead


def attempt(handle: Handle, job: Job, backoff: Backoff) -> Verdict:
    """Handle the job and judge; never raises an `Exception`."""
    try:
        with (
            about({"job": f"{job.kind}/{job.id}"}),
            tracing.span(f"job {job.kind}", kind="consumer", parent=job.trace, attempt=job.attempt),
        ):
            handle(job)
    except GiveUp as error:
        return Dead(storable(error.code), storable(str(error)))
    except RetryLater as error:
        wait = backoff.wait(job.id, job.attempt) if error.after is None else error.after
        return _again(job, wait, _told(error))
    except Exception as error:  # noqa: BLE001 (whatever a handler raises is an attempt that failed)
        return _again(job, backoff.wait(job.id, job.attempt), _told(error))
    return Done()


def spent(job: Job) -> Dead | None:
    """The verdict on a job taken in hand once more than it may be: its workers died with it."""
    if job.attempt <= job.max_attempts:
        return None
    return Dead(LOST_IN_HAND, f"its worker died, and all of its {job.max_attempts} attempts are used up")


def _again(job: Job, wait: timedelta, detail: str) -> Again | Dead:
    return Dead(ATTEMPTS_USED_UP, detail) if job.attempt >= job.max_attempts else Again(wait, detail)


def _told(error: Exception) -> str:
    """The error in one bounded text that every store can hold."""
    kind = error.code if isinstance(error, FielError) else type(error).__name__
    text = f"{kind}: {error}" if str(error) else kind
    return storable(text)


def storable(text: str) -> str:
    """The text, bounded, without what a database refuses."""
    return text.replace("\x00", "?").encode("utf-8", "replace").decode()[:DETAIL_LENGTH_MAX]
