"""The loop on which the resilience tests run: time passes only when nothing else is left to do."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime, timedelta

import pytest
from tests.support.virtual_time import START, OutOfTime, VirtualClock, run


def test_a_day_passes_without_waiting() -> None:
    """Sleeping a day moves the clock by exactly one day."""

    async def story(clock: VirtualClock) -> datetime:
        await asyncio.sleep(86_400)
        return clock.now()

    assert run(story) == START + timedelta(days=1)


def test_timers_fire_in_order() -> None:
    """Sleepers wake in the order of their instants, whatever the order they began in."""

    async def story(clock: VirtualClock) -> list[float]:
        woken: list[float] = []

        async def sleeper(seconds: float) -> None:
            await asyncio.sleep(seconds)
            woken.append(clock.elapsed)

        await asyncio.gather(*(sleeper(seconds) for seconds in (3.5, 0.25, 60, 1)))
        return woken

    assert run(story) == [0.25, 1, 3.5, 60]


def test_time_outs_are_simulated_too() -> None:
    """`asyncio.timeout` fires at its simulated instant."""

    async def story(clock: VirtualClock) -> float:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(30):
                await asyncio.Event().wait()
        return clock.elapsed

    assert run(story) == 30


def test_the_start_is_kept_in_utc() -> None:
    """A start in another zone is the same instant in UTC."""

    async def story(clock: VirtualClock) -> datetime:
        return clock.now()

    start = datetime.fromisoformat("2026-03-01T10:00:00-03:00")
    assert run(story, start) == datetime(2026, 3, 1, 13, tzinfo=UTC)
    assert run(story, start).utcoffset() == timedelta()


def test_a_story_past_its_limit_is_stopped() -> None:
    """The limit of simulated time ends a story that would go on."""

    async def story(clock: VirtualClock) -> None:
        while True:
            await asyncio.sleep(60)

    with pytest.raises(OutOfTime, match="simulated seconds have passed"):
        run(story, limit=timedelta(hours=1))


def test_a_story_that_turns_in_place_is_stopped() -> None:
    """The limit of turns ends a task that never lets time pass."""

    async def story(clock: VirtualClock) -> None:
        while True:
            await asyncio.sleep(0)

    with pytest.raises(OutOfTime, match="turns"):
        run(story, turns_max=1_000)


def test_what_a_thread_does_takes_no_simulated_time() -> None:
    """Work given to a thread is done before the next timer, and its error comes out where it is awaited."""

    async def story(clock: VirtualClock) -> float:
        alarm = asyncio.create_task(asyncio.sleep(1))
        for _ in range(100):
            await asyncio.to_thread(time.sleep, 0.0005)
        with pytest.raises(ValueError, match="invalid literal"):
            await asyncio.to_thread(int, "no number")
        assert not alarm.done()
        return clock.elapsed

    assert run(story) == 0
