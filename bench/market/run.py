"""`make bench-market`: what a quote costs from each layer, beside a direct call and beside cashews alone.

    python bench/market/run.py [--rounds 7] [--write]

Redis is that of `scripts/services up`, or of FIEL_TEST_REDIS_URL. The simulated services listen on loopback.
Without Redis or without cashews their rows say so, and the others are measured.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

from bench.machine import describe, noise  # noqa: E402
from bench.table import Row, as_markdown, as_text  # noqa: E402
from bench.timing import Times, duration  # noqa: E402
from fiel.bootstrap.market import OpenMarket, open_market  # noqa: E402
from fiel.infra.caching.layered import Layered  # noqa: E402
from fiel.infra.caching.memory import MemoryConfig, MemoryLayer  # noqa: E402
from fiel.infra.caching.redis import RedisConfig, RedisLayer  # noqa: E402
from fiel.infra.resilience.concurrency import Gate, GateConfig  # noqa: E402
from fiel.infra.resilience.host_breakers import HostBreakers, HostBreakersConfig  # noqa: E402
from fiel.infra.resilience.pace import Pace, PaceConfig  # noqa: E402
from fiel.infra.resilience.timing import Timing, system_timing  # noqa: E402
from fiel.market.config import MarketConfig, default_providers  # noqa: E402
from fiel.market.providers import brapi_quotes  # noqa: E402
from fiel.market.quote_shelf import quote_key  # noqa: E402
from fiel.market.simulator.server import running  # noqa: E402
from fiel.market.simulator.truth import Truth  # noqa: E402
from fiel.market.simulator.upstream import Upstream  # noqa: E402
from fiel.market.transport import HttpTransport  # noqa: E402
from fiel.settings import Settings  # noqa: E402

PAGE = ROOT / "docs" / "benchmarks-market.md"
SYMBOL = "PETR4"
#: In the middle of a recorded session.
NOON = datetime(2026, 7, 24, 15, 0, tzinfo=UTC)
GOAL = "<= 50 us"
Work = Callable[[], Awaitable[object]]


class NoonClock:
    """The machine's time, moved to a recorded session."""

    def __init__(self) -> None:
        self._begun = time.perf_counter()

    def now(self) -> datetime:
        return NOON + timedelta(seconds=time.perf_counter() - self._begun)


@dataclass(slots=True)
class Bench:
    """What is measured on, and how often."""

    opened: OpenMarket
    timing: Timing
    base_urls: Mapping[Any, str]
    redis_url: str
    rounds: int

    async def rows(self) -> list[Row]:
        """All sections."""
        direct = await self._direct()
        rows = [_row("a quote", "direct call to the simulator over HTTP", direct)]
        rows += [await self._memory(direct), await self._raw(direct)]
        rows += [await self._redis(direct), await self._sql(direct)]
        rows += await self._cashews()
        return rows + await self._overheads()

    async def _direct(self) -> Times:
        transport = HttpTransport(default_providers(base_urls=self.base_urls), self.timing.clock)
        ask = brapi_quotes.ask_quotes([SYMBOL])

        async def call() -> object:
            return brapi_quotes.read_quotes(await transport.fetch(ask), [SYMBOL])

        try:
            return await measured(call, 100, self.rounds)
        finally:
            await transport.close()

    async def _memory(self, direct: Times) -> Row:
        quotes = self.opened.quotes
        await quotes.get(SYMBOL)
        times = await measured(lambda: quotes.get(SYMBOL), 2_000, self.rounds)
        return _row("a quote", "memory hit, through the service", times, GOAL, direct)

    async def _raw(self, direct: Times) -> Row:
        layers, keys = self.opened.layers, [f"fiel:market:{quote_key(SYMBOL)}"]
        times = await measured(lambda: layers.look(keys), 5_000, self.rounds)
        return _row("a quote", "memory hit, the layers alone", times, GOAL, direct)

    async def _redis(self, direct: Times) -> Row:
        """Memory forgets before each request; Redis has it."""
        what = "Redis hit, through the service"
        if not self.redis_url:
            return Row("a quote", what, "no Redis here")
        memory = MemoryLayer(MemoryConfig(), self.timing.clock)
        config = RedisConfig(prefix=f"fiel:bench:{os.getpid()}:")
        shared = RedisLayer(self.redis_url, config, self.timing)
        key = f"fiel:market:{quote_key(SYMBOL)}"
        quotes = self._with([memory, shared])

        async def call() -> object:
            await memory.forget([key])
            return await quotes.get(SYMBOL)

        await call()
        try:
            return _row("a quote", what, await measured(call, 300, self.rounds), "", direct)
        finally:
            await shared.forget([key])
            await shared.close()

    async def _sql(self, direct: Times) -> Row:
        """Memory forgets before each request, and there is no Redis; the database has it."""
        memory = MemoryLayer(MemoryConfig(), self.timing.clock)
        quotes = self._with([memory])
        key = f"fiel:market:{quote_key(SYMBOL)}"

        async def call() -> object:
            await memory.forget([key])
            return await quotes.get(SYMBOL)

        times = await measured(call, 200, self.rounds)
        return _row("a quote", "SQL hit (SQLite), through the service", times, "", direct)

    def _with(self, layers: list[Any]) -> Any:
        """The service on other caches."""
        quotes = self.opened.quotes
        shelf = replace(quotes.shelf, layers=Layered(layers, self.timing.clock))
        return replace(quotes, shelf=shelf)

    async def _cashews(self) -> list[Row]:
        """The same bytes from cashews alone: no envelope, no age, no labels."""
        try:
            from cashews import Cache  # type: ignore[import-not-found, unused-ignore]
        except ModuleNotFoundError:
            return [Row("cashews alone", "memory and Redis", "cashews is not installed")]
        layers, key = self.opened.layers, f"fiel:market:{quote_key(SYMBOL)}"
        body = (await layers.look([key]))[key].entry.body
        rows = [await self._beside("memory hit", Cache(), "mem://", body, layers, 3_000)]
        if self.redis_url:
            config = RedisConfig(prefix=f"fiel:bench:{os.getpid()}:")
            shared = Layered([RedisLayer(self.redis_url, config, self.timing)], self.timing.clock)
            await shared.put({key: (await layers.look([key]))[key].entry})
            rows.append(await self._beside("Redis hit", Cache(), self.redis_url, body, shared, 300))
            await shared.forget([key])
            await shared.close()
        return rows

    async def _beside(self, what: str, cache: Any, url: str, body: bytes, layers: Layered, times: int) -> Row:
        key = f"fiel:market:{quote_key(SYMBOL)}"
        cache.setup(url)
        mine = f"fiel:bench:cashews:{os.getpid()}"
        await cache.set(mine, body, expire=600)
        ours: list[float] = []
        theirs: list[float] = []
        for _ in range(self.rounds):
            ours += (await measured(lambda: layers.look([key]), times, 1)).samples
            theirs += (await measured(lambda: cache.get(mine), times, 1)).samples
        await cache.delete(mine)
        await cache.close()
        return _row(
            "cashews alone",
            f"{what}, the layers alone",
            Times(tuple(ours)),
            "",
            Times(tuple(theirs)),
            "cashews",
        )

    async def _overheads(self) -> list[Row]:
        """What each piece adds to a call that goes through."""
        breakers = HostBreakers(HostBreakersConfig(), self.timing)
        gate = Gate(GateConfig())
        pace = Pace(PaceConfig(calls=100_000, period=timedelta(milliseconds=10)), self.timing)

        async def through_breakers() -> None:
            with breakers.enter("host", SYMBOL) as passage:
                passage.report(failed=False)

        async def through_gate() -> None:
            async with gate.seat():
                pass

        pieces: list[tuple[str, Work]] = [
            ("breakers of host and topic", through_breakers),
            ("concurrency limiter", through_gate),
            ("rate limiter", pace.turn),
        ]
        return [
            _row("overhead a call", what, await measured(work, 3_000, self.rounds)) for what, work in pieces
        ]


async def measured(work: Work, times: int, rounds: int) -> Times:
    """Seconds of one run, for each round of `times` runs."""
    await work()
    samples = []
    for _ in range(rounds):
        start = time.perf_counter()
        for _ in range(times):
            await work()
        samples.append((time.perf_counter() - start) / times)
    return Times(tuple(samples))


def _row(
    section: str,
    what: str,
    ours: Times,
    goal: str = "",
    theirs: Times | None = None,
    named: str = "direct call",
) -> Row:
    if theirs is None:
        return Row(section, what, duration(ours.median), ours.spread, goal)
    told = f"{duration(theirs.median)} ({theirs.spread})"
    ratio = f"{ours.median / theirs.median:.3g}"
    return Row(section, what, duration(ours.median), ours.spread, goal, named, told, ratio)


@asynccontextmanager
async def opened_bench(folder: Path, redis_url: str, rounds: int) -> Any:
    """The product as its users have it, on simulated services over HTTP."""
    clock = NoonClock()
    timing = replace(system_timing(), clock=clock)
    async with running(Upstream(Truth.of(7), clock), port=0) as base_urls:
        providers = default_providers(base_urls=base_urls)
        settings = Settings(folder, f"sqlite:///{folder / 'bench.db'}", market=MarketConfig(providers))
        async with open_market(settings, timing=timing) as opened:
            yield Bench(opened, timing, base_urls, redis_url, rounds)


async def _measure(redis_url: str, rounds: int) -> list[Row]:
    with tempfile.TemporaryDirectory(prefix="fiel-bench-") as folder:
        async with opened_bench(Path(folder), redis_url, rounds) as bench:
            return list(await bench.rows())


def main(arguments: list[str] | None = None) -> int:
    """Measure, print, and with `--write` keep the table in the docs."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--write", action="store_true", help=f"write {PAGE.relative_to(ROOT)}")
    given = parser.parse_args(arguments)
    before = noise()
    rows = asyncio.run(_measure(_redis_address(), given.rounds))
    head = _heading(given.rounds, (before, noise()))
    print("\n".join(head), as_text(rows), sep="\n\n")
    if given.write:
        PAGE.write_text(_page(head, rows), encoding="utf-8")
    return 0


def _redis_address() -> str:
    """Where Redis answers; empty when it does not."""
    import redis

    url = os.environ.get("FIEL_TEST_REDIS_URL", "redis://127.0.0.1:19379/0")
    try:
        with redis.Redis.from_url(url, socket_timeout=1, socket_connect_timeout=1) as client:
            client.ping()
    except redis.RedisError:
        return ""
    return url


def _heading(rounds: int, noises: tuple[str, str]) -> list[str]:
    machine = describe()
    return [
        f"{time.strftime('%Y-%m-%d')} on {machine.processor}, {machine.cores} cores, {machine.system}",
        f"{rounds} rounds, medians of the time of one request, one after the other",
        f"noise before: {noises[0]}",
        f"noise after: {noises[1]}",
        f"load average of the last minute: {os.getloadavg()[0]:.1f}",
    ]


def _page(head: list[str], rows: list[Row]) -> str:
    lines = "\n".join(f"- {line}" for line in head)
    return f"""# Benchmarks of market data

Made by `python bench/market/run.py --write`, which is `make bench-market` that keeps its table.

{lines}

{as_markdown(rows)}

## How to read it

- A **direct call** asks the simulated BRAPI over HTTP on loopback and reads its answer; a service on the
  internet takes a hundred times as long. The ratio is ours to that call: 0.1 is ten times as fast.
- **Through the service** is `Quotes.get`: the quote with its unit, age, source and quality. For the Redis and
  SQL rows the nearer layers forget the symbol before each request, and are filled again by it.
- **cashews alone** keeps the same bytes, and knows neither age nor labels; its ratio is ours to cashews.
- Other work on the machine moves all times: trust the ratios, not the microseconds.

## How often services are called

`pytest tests/market/chaos/test_call_counts.py` counts on simulated time, and fails above these numbers:

| what | calls |
|---|---|
| 1,000 requests for one quote at once | 1 (and 1 to HG to confirm a first price) |
| a day of 50 tickers, from an empty database | 500 to BRAPI (a thirtieth of its month), 50 to HG |
| a second sync of 30 years of CDI, a minute later | 0 |
| the same a day later, for the rows that may be revised | 1 |

`pytest tests/market/chaos/test_chaos_day.py` plays 50 days of faults (`-m nightly`: 1,000) of 50 symbols and
8 series: none of them may serve a number that is not the truth of its instant.
"""


if __name__ == "__main__":
    raise SystemExit(main())
