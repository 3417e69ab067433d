"""How often a host is asked: gap, number per period, and the pauses it asks for."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from itertools import pairwise

import pytest
from aiolimiter import AsyncLimiter
from hypothesis import given
from hypothesis import strategies as st
from tests.support.resilience import timing_of
from tests.support.virtual_time import VirtualClock, run

from fiel.infra.resilience.pace import Pace, PaceConfig
from fiel.infra.resilience.turned_away import TurnedAway
from fiel.kernel.errors import InvalidInput

SECOND = timedelta(seconds=1)
PATIENT = timedelta(hours=1)


def _instants(config: PaceConfig, arrivals: list[float]) -> list[float]:
    """When callers who arrive at these seconds get their turns."""

    async def story(clock: VirtualClock) -> list[float]:
        pace, turns = Pace(config, timing_of(clock)), list[float]()

        async def caller(arrival: float) -> None:
            await asyncio.sleep(arrival)
            await pace.turn()
            turns.append(clock.elapsed)

        await asyncio.gather(*(caller(arrival) for arrival in arrivals))
        return turns

    return run(story)


def test_a_gap_is_kept_between_calls() -> None:
    """Five at once, half a second apart, begin at 0, 0.5, 1, 1.5 and 2."""
    assert _instants(PaceConfig(gap=SECOND / 2), [0] * 5) == [0, 0.5, 1, 1.5, 2]


@given(
    st.lists(st.integers(0, 5_000).map(lambda number: number / 1_000), min_size=1, max_size=40),
    st.integers(1, 5),
    st.integers(0, 400),
)
def test_no_window_holds_more_than_its_calls(arrivals: list[float], calls: int, gap: int) -> None:
    """However callers arrive: never more than `calls` within a second, never closer than the gap."""
    config = PaceConfig(gap=timedelta(milliseconds=gap), calls=calls, period=SECOND, wait_max=PATIENT)

    turns = sorted(_instants(config, arrivals))

    assert len(turns) == len(arrivals)
    near = 1e-6
    assert all(later - first >= 1 - near for first, later in zip(turns, turns[calls:], strict=False))
    assert all(b - a >= gap / 1_000 - near for a, b in pairwise(turns))


def test_a_leaky_bucket_would_not_do() -> None:
    """Why it is not aiolimiter: of 5 a second it lets 9 through in the first second."""

    async def story(clock: VirtualClock) -> int:
        limiter, turns = AsyncLimiter(5, 1), list[float]()

        async def caller() -> None:
            await limiter.acquire()
            turns.append(clock.elapsed)

        await asyncio.gather(*(caller() for _ in range(20)))
        return sum(1 for at in turns if at < 1 - 1e-6)

    assert run(story) == 9


def test_a_wait_too_long_is_refused_at_once() -> None:
    """Of six callers a second apart with two seconds of patience, three do not wait at all."""

    async def story(clock: VirtualClock) -> None:
        pace = Pace(PaceConfig(gap=SECOND, wait_max=2 * SECOND), timing_of(clock))
        found = await asyncio.gather(*(pace.turn() for _ in range(6)), return_exceptions=True)
        refused = [one for one in found if isinstance(one, TurnedAway)]
        assert [one.code for one in refused] == ["paced_out"] * 3
        assert [one.again_in for one in refused] == [3.0] * 3
        assert (pace.refused, clock.elapsed) == (3, 2)

    run(story)


def test_a_pause_asked_for_pushes_everybody_back() -> None:
    """Retry-After of 10 s holds those who wait already and those who come; a shorter one changes nothing."""

    async def story(clock: VirtualClock) -> None:
        pace = Pace(PaceConfig(gap=SECOND), timing_of(clock))
        turns: list[float] = []

        async def caller() -> None:
            await pace.turn()
            turns.append(clock.elapsed)

        callers = [asyncio.create_task(caller()) for _ in range(3)]
        await asyncio.sleep(0.5)
        pace.hold(10 * SECOND)
        pace.hold(SECOND)
        assert pace.held_seconds == 10
        await asyncio.gather(*callers)
        assert turns == [0, 10.5, 11.5]

    run(story)


def test_a_pause_is_limited() -> None:
    """A service that asks for a year is asked again after the configured longest pause."""

    async def story(clock: VirtualClock) -> None:
        pace = Pace(PaceConfig(hold_max=60 * SECOND), timing_of(clock))
        pace.hold(timedelta(days=365))
        assert pace.held_seconds == 60
        with pytest.raises(TurnedAway, match="60"):
            await pace.turn()

    run(story)


def test_a_caller_who_leaves_gives_his_turn_back() -> None:
    """The last one in line leaves; who comes after gets his instant."""

    async def story(clock: VirtualClock) -> None:
        pace = Pace(PaceConfig(gap=10 * SECOND), timing_of(clock))
        await pace.turn()
        waiting = asyncio.create_task(pace.turn())
        await asyncio.sleep(1)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        await pace.turn()
        assert clock.elapsed == 10

    run(story)


def test_limits_are_checked() -> None:
    """No calls per period, or a negative gap, are refused."""
    with pytest.raises(InvalidInput, match="calls"):
        PaceConfig(calls=0)
    with pytest.raises(InvalidInput, match="gap"):
        PaceConfig(gap=-SECOND)
