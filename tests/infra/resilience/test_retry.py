"""Trying again: only when it can help, and within its limits."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.resilience import ILL, UNKNOWN, Service, good
from tests.support.virtual_time import VirtualClock, run

from fiel.infra.resilience.attempts import Attempt
from fiel.infra.resilience.retry import RetryConfig, retrying
from fiel.infra.resilience.timing import Timing
from fiel.kernel.errors import InvalidInput

SECOND = timedelta(seconds=1)


def _begun(service: Service, config: RetryConfig, chance: float = 0.5) -> tuple[list[float], Attempt[str]]:
    """The seconds at which attempts began, and what came of them."""

    async def story(clock: VirtualClock) -> tuple[list[float], Attempt[str]]:
        begun: list[float] = []

        async def call(number: int) -> Attempt[str]:
            begun.append(clock.elapsed)
            assert number == len(begun)
            return await service()

        timing = Timing(clock, lambda: clock.elapsed, clock.pause, lambda: chance)
        return begun, await retrying(call, config, timing)

    return run(story)


def test_pauses_double_up_to_the_longest() -> None:
    """With the jitter in the middle: half of 1, 2, 4, 4 seconds."""
    config = RetryConfig(attempts=5, first=SECOND, longest=4 * SECOND, total=60 * SECOND)
    begun, last = _begun(Service([ILL]), config)
    assert begun == [0, 0.5, 1.5, 3.5, 5.5]
    assert last == ILL


def test_it_stops_at_the_first_that_is_taken() -> None:
    """The third attempt is good: three calls."""
    begun, last = _begun(Service([ILL, ILL, good()]), RetryConfig(attempts=5))
    assert (len(begun), last.value) == (3, "good")


def test_what_another_call_cannot_better_is_not_tried_again() -> None:
    """An unknown name stays unknown."""
    begun, last = _begun(Service([UNKNOWN, good()]), RetryConfig(attempts=5))
    assert (len(begun), last.reason) == (1, "not_found")


def test_a_short_pause_asked_for_is_kept() -> None:
    """Two seconds asked for are waited, though the jitter would have been shorter."""
    asked: Attempt[str] = Attempt(taken=False, retry=True, reason="rate_limited", wait=2 * SECOND)
    begun, last = _begun(Service([asked, good()]), RetryConfig())
    assert begun == [0, 2]
    assert last.taken


def test_a_long_pause_asked_for_ends_the_attempts() -> None:
    """An hour is not waited; the caller learns of it at once."""
    asked: Attempt[str] = Attempt(taken=False, retry=True, reason="rate_limited", wait=timedelta(hours=1))
    begun, last = _begun(Service([asked, good()]), RetryConfig())
    assert (begun, last.reason) == ([0], "rate_limited")


@given(
    st.integers(1, 8),
    st.integers(1, 2_000),
    st.integers(0, 30_000),
    st.integers(0, 3_000),
    st.integers(0, 10**6),
)
def test_budgets_are_never_exceeded(attempts: int, first: int, total: int, lasts: int, seed: int) -> None:
    """Never more attempts than allowed, and none begins after the total time."""
    milliseconds = timedelta(milliseconds=1)
    config = RetryConfig(
        attempts=attempts, first=first * milliseconds, longest=10 * SECOND, total=total * milliseconds
    )
    begun, _ = _begun(Service([ILL], seconds=lasts / 1_000), config, random.Random(seed).random())
    assert 1 <= len(begun) <= attempts
    assert begun[-1] <= total / 1_000 + 1e-6 or len(begun) == 1


@given(st.integers(1, 60), st.floats(0, 1, exclude_max=True), st.none() | st.integers(0, 20))
def test_a_pause_is_between_what_was_asked_and_the_longest(
    failed: int, chance: float, asked: int | None
) -> None:
    """Full jitter, never shorter than asked for, never longer than both limits."""
    config = RetryConfig()
    pause = config.pause(failed, chance, None if asked is None else asked * SECOND)
    if asked is not None and asked > 10:
        assert pause is None
    else:
        assert pause is not None
        assert (asked or 0) <= pause <= 10


def test_limits_are_checked() -> None:
    """No attempts, or a longest pause below the first, are refused."""
    with pytest.raises(InvalidInput, match="attempts"):
        RetryConfig(attempts=0)
    with pytest.raises(InvalidInput, match="longest"):
        RetryConfig(first=5 * SECOND, longest=SECOND)
