"""Seats of a host: how many at once, how long the line, how long the wait."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from tests.support.virtual_time import VirtualClock, run

from fiel.infra.resilience.concurrency import Gate, GateConfig
from fiel.infra.resilience.turned_away import TurnedAway
from fiel.kernel.errors import InvalidInput


async def _visit(gate: Gate, clock: VirtualClock, seen: list[tuple[float, int]]) -> str:
    try:
        async with gate.seat():
            seen.append((clock.elapsed, gate.seated))
            await asyncio.sleep(1)
            return "served"
    except TurnedAway as refusal:
        return refusal.code


def test_at_most_so_many_sit_in_the_order_of_asking() -> None:
    """Seven visitors on two seats take four rounds, never more than two at once."""

    async def story(clock: VirtualClock) -> None:
        gate, seen = Gate(GateConfig(at_once=2)), []  # type: ignore[var-annotated]
        await asyncio.gather(*(_visit(gate, clock, seen) for _ in range(7)))
        assert [at for at, _ in seen] == [0, 0, 1, 1, 2, 2, 3]
        assert max(seated for _, seated in seen) == 2
        assert (gate.seated, gate.queued) == (0, 0)

    run(story)


def test_a_full_line_refuses_at_once_and_a_slow_one_in_time() -> None:
    """One sits, two wait and give up after half a second, the fourth is refused on the spot."""

    async def story(clock: VirtualClock) -> None:
        gate = Gate(GateConfig(at_once=1, queue_max=2, wait_max=timedelta(seconds=0.5)))
        found = await asyncio.gather(*(_visit(gate, clock, []) for _ in range(4)))
        assert found == ["served", "queue_slow", "queue_slow", "queue_full"]
        assert (gate.refused, gate.queued) == (3, 0)

    run(story)


def test_a_seat_comes_back_from_a_cancelled_or_failed_visitor() -> None:
    """Neither a cancellation (sitting or waiting) nor an error keeps a seat."""

    async def story(clock: VirtualClock) -> None:
        gate = Gate(GateConfig(at_once=1))
        sitting, waiting = (asyncio.create_task(_visit(gate, clock, [])) for _ in range(2))
        await asyncio.sleep(0.1)
        waiting.cancel()
        sitting.cancel()
        await asyncio.gather(sitting, waiting, return_exceptions=True)
        with pytest.raises(ZeroDivisionError):
            async with gate.seat():
                raise ZeroDivisionError
        begun = clock.elapsed
        assert await _visit(gate, clock, []) == "served"
        assert clock.elapsed == begun + 1

    run(story)


def test_limits_are_checked() -> None:
    """A gate without seats is refused by name."""
    with pytest.raises(InvalidInput, match="at_once"):
        GateConfig(at_once=0)
