"""Redis and PostgreSQL killed while quotes are asked for: it goes on, labelled, and comes back."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from fiel.bootstrap.market import OpenMarket, open_market
from fiel.infra.caching.redis import RedisConfig, RedisLayer
from fiel.infra.resilience.timing import Timing
from fiel.infra.storage.database import Database
from fiel.infra.storage.schema import upgrade
from fiel.infra.system import elapsed_seconds
from fiel.market.simulator.faults import Plan
from fiel.market.simulator.in_process import SimulatedTransport
from fiel.market.simulator.plans import parse_plan
from fiel.market.simulator.upstream import Upstream
from fiel.market.values import Quality
from fiel.settings import Outside, Settings
from tests.services.running import Services
from tests.support.simulated import NOON, TRUTH

SYMBOLS = ("PETR4", "VALE3")
#: Far beyond what coming back takes, even on a busy machine.
PATIENCE_SECONDS = 120


@dataclass(slots=True)
class NoonClock:
    """The machine's time, moved to the middle of a recorded session."""

    begun: float = field(default_factory=elapsed_seconds)

    def now(self) -> datetime:
        return NOON + timedelta(seconds=elapsed_seconds() - self.begun)


@dataclass(slots=True)
class Loop:
    """Asks again and again, and keeps what it was given."""

    opened: OpenMarket
    clock: NoonClock
    qualities: Counter[Quality] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    async def turn(self, times: int, *, renew: bool = False) -> None:
        """A few requests for every symbol."""
        for _ in range(times):
            answers = await self.opened.quotes.many(SYMBOLS, renew=renew)
            for symbol, answer in answers.items():
                served = answer.served
                assert served is not None, answer.trail
                self.qualities[served.quality] += 1
                right = TRUTH.quote(symbol, served.as_of).price
                if served.value.price != right or served.as_of > self.clock.now():
                    self.wrong.append(f"{symbol}: {served}, right is {right}")
            await asyncio.sleep(0.02)


@pytest.fixture
def addresses(private_services: Services) -> dict[str, str]:
    """PostgreSQL with the schema, and Redis."""
    found = private_services.up("postgres", "redis")
    database = Database.at(found["FIEL_TEST_POSTGRES_URL"])
    upgrade(database)
    database.close()
    return found


async def eventually(look: Callable[[], bool], loop: Loop) -> None:
    """Asking goes on until it is so."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not await asyncio.to_thread(look):
            await loop.turn(1, renew=True)
            await asyncio.sleep(0.5)


def test_quotes_go_on_while_redis_and_postgresql_are_killed(
    addresses: dict[str, str], private_services: Services
) -> None:
    """Every request is answered, rightly and with its label; what was lost is written when both are back."""
    clock = NoonClock()
    timing = Timing(clock, elapsed_seconds, asyncio.sleep, random.Random(1).random)
    settings = Settings(
        Path(),
        addresses["FIEL_TEST_POSTGRES_URL"],
        outside=Outside(redis_url=addresses["FIEL_TEST_REDIS_URL"]),
    )
    upstream = Upstream(TRUTH, clock, Plan())
    transport = SimulatedTransport(upstream, lambda time: asyncio.sleep(time.total_seconds()))

    async def story() -> None:
        async with open_market(settings, transport=transport, timing=timing) as opened:
            loop = Loop(opened, clock)
            await loop.turn(3, renew=True)
            assert opened.quotes.writes_lost == 0
            await asyncio.to_thread(private_services.kill9, "redis")
            await loop.turn(4)
            await loop.turn(2, renew=True)
            lost = opened.quotes.writes_lost
            assert lost > 0, "prices for the other rooms cannot be written"
            await asyncio.to_thread(private_services.kill9, "postgres")
            await loop.turn(4)
            await loop.turn(1, renew=True)
            upstream.plan = parse_plan(["*:x10:rate=1"])
            await loop.turn(1, renew=True)
            upstream.plan = parse_plan(["*:503:rate=1"])
            await loop.turn(1, renew=True)
            assert loop.qualities[Quality.STALE] >= len(SYMBOLS)
            upstream.plan = Plan()
            await asyncio.to_thread(private_services.restart, "redis", "postgres")
            back = clock.now()
            await eventually(lambda: _written(opened, back), loop)
            await loop.turn(2)
            assert not loop.wrong
            assert set(loop.qualities) == {Quality.FRESH, Quality.CACHED, Quality.STALE}

    asyncio.run(story())
    asyncio.run(_found_in_redis(addresses["FIEL_TEST_REDIS_URL"], timing))


def _written(opened: OpenMarket, since: datetime) -> bool:
    held = opened.symbols.quotes(SYMBOLS)
    return all(symbol in held and held[symbol].fetched_at > since for symbol in SYMBOLS)


async def _found_in_redis(url: str, timing: Timing) -> None:
    """Another process finds there what was read since."""
    layer = RedisLayer(url, RedisConfig(), timing)
    keys = [f"fiel:market:quote:{symbol}" for symbol in SYMBOLS]
    assert set(await layer.get(keys)) == set(keys)
    await layer.close()
