"""Jobs, waits and verdicts by themselves: limits, growth, what an exception means."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fiel.infra.jobs.backoff import Backoff
from fiel.infra.jobs.port import ATTEMPTS_USED_UP, LOST_IN_HAND, GiveUp, Job, Pace, RetryLater
from fiel.infra.jobs.verdicts import Again, Dead, Done, attempt, spent
from fiel.kernel.errors import Conflict, FielError, InvalidInput

BACKOFF = Backoff(timedelta(seconds=1), timedelta(seconds=10), jitter_percent=25)


def _raising(error: Exception) -> object:
    def handle(job: Job) -> None:
        raise error

    return attempt(handle, Job("j", "sums", max_attempts=3, attempt=2), BACKOFF)


@given(failures=st.integers(1, 200), job_id=st.text(min_size=1))
def test_waits_double_up_to_the_longest_and_jitter_only_shortens_them(failures: int, job_id: str) -> None:
    """The base doubles; the wait of a job lies within the jitter below it, and is the same each time."""
    base = BACKOFF.base(failures)
    assert base.total_seconds() == min(2 ** (failures - 1), 10)
    wait = BACKOFF.wait(job_id, failures)
    assert base * 0.75 <= wait <= base
    assert wait == BACKOFF.wait(job_id, failures)


def test_waits_grow_from_one_failure_to_the_next() -> None:
    """With a jitter below a half, the doubling always wins."""
    waits = [BACKOFF.wait("j", failures) for failures in (1, 2, 3, 4)]
    assert waits == sorted(set(waits))
    assert BACKOFF.steps() == tuple(timedelta(seconds=s) for s in (1, 2, 4, 8, 10))


def test_jobs_that_failed_together_come_back_apart() -> None:
    """A hundred jobs of one outage do not all come back at the same instant."""
    assert len({BACKOFF.wait(f"j{n}", 1) for n in range(100)}) > 90


def test_what_a_handler_raises_decides_what_becomes_of_the_job() -> None:
    """Another attempt after the back-off or the wait that was asked for; given up: dead, with its code."""
    wait = BACKOFF.wait("j", 2)
    assert _raising(ValueError("no")) == Again(wait, "ValueError: no")
    assert _raising(Conflict("in_use", "busy")) == Again(wait, "in_use: busy")
    assert _raising(RetryLater()) == Again(wait, "RetryLater")
    assert _raising(RetryLater("soon", after=timedelta(0))) == Again(timedelta(0), "RetryLater: soon")
    assert _raising(GiveUp("no_wallet", "7")) == Dead("no_wallet", "7")
    assert _raising(ValueError("\x00\ud800" + "x" * 900)) == Again(wait, "ValueError: ??" + "x" * 486)
    assert attempt(lambda _: None, Job("j", "sums"), BACKOFF) == Done()


def test_the_last_attempt_is_the_last() -> None:
    """A failure of attempt 3 of 3 is death, also when it asks for more; a fourth start is refused."""

    def handle(job: Job) -> None:
        raise RetryLater("once more", after=timedelta(0))

    last = Job("j", "sums", max_attempts=3, attempt=3)
    assert attempt(handle, last, BACKOFF) == Dead(ATTEMPTS_USED_UP, "RetryLater: once more")
    assert spent(last) is None
    died = spent(Job("j", "sums", max_attempts=3, attempt=4))
    assert died is not None
    assert died.reason == LOST_IN_HAND


@pytest.mark.parametrize(
    ("make", "field"),
    [
        (lambda: Job("", "sums"), "id"),
        (lambda: Job("j" * 129, "sums"), "id"),
        (lambda: Job("j\x00", "sums"), "id"),
        (lambda: Job("j", "Sums"), "kind"),
        (lambda: Job("j", "a.dead"), "kind"),
        (lambda: Job("j", "sums", "\u00e9" * (512 * 1024 + 1)), "payload"),
        (lambda: Job("j", "sums", key="k" * 257), "key"),
        (lambda: Job("j", "sums", run_after=datetime(2026, 1, 2)), "run_after"),  # noqa: DTZ001
        (lambda: Job("j", "sums", max_attempts=0), "max_attempts"),
        (lambda: Job("j", "sums", max_attempts=101), "max_attempts"),
        (lambda: Job("j", "sums", attempt=-1), "attempt"),
        (lambda: Pace(in_hand=0), "in_hand"),
        (lambda: Pace(threads=65), "threads"),
        (lambda: Backoff(jitter_percent=91), "jitter_percent"),
        (lambda: Backoff(timedelta(seconds=2), timedelta(seconds=1)), None),
        (lambda: RetryLater(after=timedelta(seconds=-1)), "after"),
    ],
)
def test_what_is_out_of_range_is_refused_by_name(make: object, field: str | None) -> None:
    """Each limit, one step beyond it."""
    assert callable(make)
    with pytest.raises(InvalidInput) as refused:
        make()
    assert isinstance(refused.value, FielError)
    assert refused.value.field == field
