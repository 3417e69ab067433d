"""The quote service composed on simulated services, a virtual clock and a real database file."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import TypeVar

from fiel.bootstrap.market import OpenMarket, open_market
from fiel.infra.resilience.timing import Timing
from fiel.market.simulator.in_process import SimulatedTransport
from fiel.market.simulator.plans import parse_plan
from fiel.market.simulator.truth import Truth
from fiel.market.simulator.upstream import Upstream
from fiel.settings import Settings
from tests.support.simulated import NOON, TRUTH
from tests.support.virtual_time import VirtualClock, run

T = TypeVar("T")


class Stage:
    """A market that is open, the services behind it, and the clock of both."""

    def __init__(self, market: OpenMarket, upstream: Upstream, clock: VirtualClock) -> None:
        self.market, self.upstream, self.clock = market, upstream, clock

    async def wait(self, time: timedelta) -> None:
        """Let simulated time pass."""
        await asyncio.sleep(time.total_seconds())

    def faults(self, *rules: str, seed: int = 1) -> None:
        """What goes wrong from now on."""
        self.upstream.plan = parse_plan(rules, seed=seed)

    @property
    def calls(self) -> int:
        """Calls of all services so far."""
        return sum(self.upstream.calls.values())


def on_stage(
    folder: Path,
    story: Callable[[Stage], Awaitable[T]],
    *faults: str,
    start: datetime = NOON,
    truth: Truth = TRUTH,
    database: str | None = None,
    **changes: object,
) -> T:
    """What the story returns, told on simulated time from `start`."""
    settings = Settings.read({}, folder, "linux")
    if changes:
        settings = replace(settings, **changes)  # type: ignore[arg-type]

    async def main(clock: VirtualClock) -> T:
        upstream = Upstream(truth, clock, parse_plan(faults, seed=1))

        async def pause(time: timedelta) -> None:
            await asyncio.sleep(time.total_seconds())

        timing = Timing(clock, lambda: clock.elapsed, clock.pause, Random(1).random)
        url = database or f"sqlite:///{folder / 'fiel.db'}"
        async with open_market(
            settings, url, transport=SimulatedTransport(upstream, pause), timing=timing
        ) as market:
            return await story(Stage(market, upstream, clock))

    return run(main, start)
