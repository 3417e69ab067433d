"""The pipeline under drawn troubles: whatever services do, these laws hold."""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.examples import examples
from tests.support.resilience import ILL, UNKNOWN, WRONG, Shelf, good, timing_of
from tests.support.virtual_time import VirtualClock, run

from fiel.infra.resilience.attempts import Attempt, How, Request, Result, Source
from fiel.infra.resilience.breaker import BreakerConfig
from fiel.infra.resilience.concurrency import GateConfig
from fiel.infra.resilience.host_breakers import HostBreakersConfig
from fiel.infra.resilience.hosts import HostConfig
from fiel.infra.resilience.pace import PaceConfig
from fiel.infra.resilience.pipeline import Pipeline, PipelineConfig
from fiel.infra.resilience.quota import MemoryQuotaStore, QuotaConfig, Quotas
from fiel.infra.resilience.retry import RetryConfig
from fiel.kernel.errors import Unavailable

SECOND = timedelta(seconds=1)
BUDGET, AT_ONCE, ATTEMPTS, WITHIN, TIMEOUT = 60, 2, 3, 20, 5
HOST = HostConfig(
    gate=GateConfig(at_once=AT_ONCE, queue_max=10),
    pace=PaceConfig(gap=SECOND / 10, calls=20, period=10 * SECOND),
    retry=RetryConfig(attempts=ATTEMPTS, first=SECOND / 2),
    timeout=TIMEOUT * SECOND,
)
BREAKER = BreakerConfig(failures=3, open_first=2 * SECOND, open_longest=10 * SECOND)


@dataclass
class Troubled:
    """A host of whose answers a drawn share is trouble."""

    chance: random.Random
    ill: float
    begun: list[float] = field(default_factory=list)
    under_way: int = 0
    most: int = 0

    async def ask(self, clock: VirtualClock) -> Attempt[str]:
        self.begun.append(clock.elapsed)
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        try:
            await asyncio.sleep(self.chance.choice([0, 0.1, 1, 4]))
            if self.chance.random() >= self.ill:
                return good("right")
            trouble = self.chance.randrange(7)
            if trouble == 0:
                await asyncio.sleep(3600)
            if trouble == 1:
                raise Unavailable("upstream_down", "reset")
            if trouble == 2:
                raise ZeroDivisionError
            if trouble == 3:
                return Attempt(
                    taken=False, retry=True, reason="rate_limited", wait=SECOND * self.chance.choice([1, 60])
                )
            return (ILL, UNKNOWN, WRONG)[trouble - 4]
        finally:
            self.under_way -= 1


@dataclass(frozen=True)
class Served:
    """One request, when it was made and answered, and what it got."""

    key: str
    begun: float
    ended: float
    result: Result[str]


async def _day(clock: VirtualClock, seed: int, ill: float) -> tuple[list[Served], list[Troubled], Pipeline]:
    """Two hundred requests of ten keys over ten minutes to two hosts; some callers leave."""
    chance, timing, shelf = random.Random(seed), timing_of(clock, seed), Shelf()
    quotas = Quotas({"paid": QuotaConfig(month=BUDGET)}, MemoryQuotaStore(), timing)
    breakers = HostBreakersConfig(BREAKER, BREAKER)
    pipeline = Pipeline(
        PipelineConfig(default=HOST, breakers=breakers, within=WITHIN * SECOND), timing, quotas
    )
    hosts = [Troubled(chance, ill), Troubled(chance, ill)]

    async def caller(number: int) -> Served:
        await asyncio.sleep(chance.random() * 600)
        key = f"k{number % 10}"
        sources = (
            Source("first", "first", lambda: hosts[0].ask(clock), key, "paid"),
            Source("second", "second", lambda: hosts[1].ask(clock), key),
        )
        begun = clock.elapsed
        result = await pipeline.get(Request(key, sources, shelf, renew=True))
        return Served(key, begun, clock.elapsed, result)

    callers = [asyncio.create_task(caller(number)) for number in range(200)]
    for leaver in chance.sample(callers, 20):
        asyncio.get_running_loop().call_later(chance.random() * 620, leaver.cancel)
    found = await asyncio.gather(*callers, return_exceptions=True)
    assert all(isinstance(one, Served | asyncio.CancelledError) for one in found), found
    return [one for one in found if isinstance(one, Served)], hosts, pipeline


def _check_answers(served: list[Served]) -> None:
    for one in served:
        assert one.result.value in ("right", None)
        assert (one.result.value is None) == (one.result.how in (How.NONE, How.ABSENT))
        assert one.ended - one.begun <= WITHIN + 1e-6
        for name in ("first", "second"):
            assert sum(1 for step in one.result.trail if step.source == name and step.attempt) <= ATTEMPTS + 1
    for key in {one.key for one in served}:
        of_key = [one for one in served if one.key == key]
        had = min((one.ended for one in of_key if one.result.value), default=float("inf"))
        assert all(one.result.value for one in of_key if one.begun > had)


def _check_limits(hosts: list[Troubled]) -> None:
    assert len(hosts[0].begun) <= BUDGET
    for host in hosts:
        assert host.most <= AT_ONCE
        assert all(b - a >= 0.1 - 1e-6 for a, b in pairwise(host.begun))
        assert all(b - a >= 10 - 1e-6 for a, b in zip(host.begun, host.begun[20:], strict=False))
        assert host.under_way == 0


@settings(max_examples=examples(40))
@given(st.integers(0, 10**6), st.sampled_from([0.0, 0.2, 0.5, 0.9, 1.0]))
def test_whatever_services_do(seed: int, ill: float) -> None:
    """Only taken values, in time, always after a first one; no limit is passed; nothing is left under way."""

    async def story(clock: VirtualClock) -> None:
        served, hosts, pipeline = await _day(clock, seed, ill)

        _check_answers(served)
        _check_limits(hosts)
        seen = pipeline.snapshot()
        assert seen.keys_under_way == 0
        assert all(host["under_way"] == host["in_line"] == 0 for host in seen.hosts.values())
        assert not [one for host in seen.breakers.values() for one in host.values() if one.probing]

    run(story)
