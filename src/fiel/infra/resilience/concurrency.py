"""At most so many calls at once, and a queue that is bounded in length and in time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

from fiel.infra.resilience.timing import check_count, check_duration
from fiel.infra.resilience.turned_away import TurnedAway


@dataclass(frozen=True, slots=True)
class GateConfig:
    """`at_once` calls; up to `queue_max` wait, each at most `wait_max`. Raises `InvalidInput`."""

    at_once: int = 4
    queue_max: int = 1_000
    wait_max: timedelta = timedelta(seconds=30)

    def __post_init__(self) -> None:
        check_count(self.at_once, "at_once", most=1_000)
        check_count(self.queue_max, "queue_max", least=0)
        check_duration(self.wait_max, "wait_max", shortest=timedelta(), longest=timedelta(hours=1))


class Gate:
    """Seats of one host, given in the order of asking."""

    def __init__(self, config: GateConfig) -> None:
        self.config = config
        self.seated = self.queued = self.refused = 0
        self._seats = asyncio.Semaphore(config.at_once)

    @asynccontextmanager
    async def seat(self) -> AsyncIterator[None]:
        """Hold a seat. Raises `TurnedAway` (queue_full, queue_slow)."""
        await self._sit()
        self.seated += 1
        try:
            yield
        finally:
            self.seated -= 1
            self._seats.release()

    async def _sit(self) -> None:
        if not self._seats.locked():
            await self._seats.acquire()
            return
        if self.queued >= self.config.queue_max:
            self.refused += 1
            raise TurnedAway("queue_full", f"{self.queued} calls wait already")
        self.queued += 1
        try:
            async with asyncio.timeout(self.config.wait_max.total_seconds()):
                await self._seats.acquire()
        except TimeoutError:
            self.refused += 1
            raise TurnedAway("queue_slow", f"no seat within {self.config.wait_max}") from None
        finally:
            self.queued -= 1
