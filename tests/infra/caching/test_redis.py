"""Redis as a layer: foreign values, large ones, and a Redis that dies, hangs and comes back."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable
from datetime import timedelta

from tests.infra.caching.test_contract import entry
from tests.services.running import Services
from tests.support.raw_server import listening
from tests.support.resilience import HandClock

from fiel.infra.caching.port import Entry
from fiel.infra.caching.redis import RedisConfig, RedisLayer
from fiel.infra.resilience.breaker import State

Reports = list[tuple[str, Exception]]
Story = Callable[[RedisLayer, HandClock, Reports], Awaitable[None]]
CONFIG = RedisConfig(
    timeout=timedelta(milliseconds=250), alone_first=timedelta(seconds=5), alone_longest=timedelta(seconds=10)
)


def _story(url: str, story: Story, config: RedisConfig = CONFIG) -> None:
    """A layer whose pauses are measured by hand; its time-outs are real."""

    async def main() -> None:
        clock, reports = HandClock(), Reports()
        layer = RedisLayer(url, config, clock.timing(), report=lambda *report: reports.append(report))
        try:
            await story(layer, clock, reports)
        finally:
            await layer.close()

    asyncio.run(main())


async def _ask(url: str, *command: bytes | str) -> object:
    from redis.asyncio import Redis

    async with Redis.from_url(url) as client:
        answer: object = await client.execute_command(*command)  # type: ignore[no-untyped-call]
        return answer


def test_a_value_of_another_writer_is_not_found(redis_database: str) -> None:
    """A text and a hash under our keys: the first counts as foreign, neither is served, others are."""

    async def story(layer: RedisLayer, clock: HandClock, reports: Reports) -> None:
        await _ask(redis_database, "SET", "fiel:cache:text", '{"price": 1}')
        await _ask(redis_database, "HSET", "fiel:cache:hash", "price", "1")
        await layer.put({"ours": entry()})
        assert set(await layer.get(["text", "hash", "ours"])) == {"ours"}
        assert (layer.foreign, layer.failures, reports) == (1, 0, [])

    _story(redis_database, story)


def test_redis_forgets_in_its_time(redis_database: str) -> None:
    """Each key is given its end, by duration."""

    async def story(layer: RedisLayer, clock: HandClock, reports: Reports) -> None:
        await layer.put({"a": entry()})
        left = await _ask(redis_database, "PTTL", "fiel:cache:a")
        assert isinstance(left, int)
        assert 86_000_000 < left <= 86_400_000

    _story(redis_database, story)


def test_a_large_entry_is_not_kept(redis_database: str) -> None:
    """Over the limit: not written, and the old one under its key is gone."""

    async def story(layer: RedisLayer, clock: HandClock, reports: Reports) -> None:
        await layer.put({"a": entry(b"small")})
        await layer.put({"a": entry(bytes(1_001))})
        assert await layer.get(["a"]) == {}

    _story(redis_database, story, RedisConfig(entry_max=1_000))


def test_nobody_there_is_a_miss_that_is_reported_once() -> None:
    """A port where nobody listens: the first call reports, the others do not even try; the password stays."""

    async def story(layer: RedisLayer, clock: HandClock, reports: Reports) -> None:
        for _ in range(50):
            assert await layer.get(["a"]) == {}
            await layer.put({"a": entry()})
        assert [operation for operation, _ in reports] == ["get"]
        assert "s3cret" not in f"{reports!r} {layer!r}"
        assert (layer.failures, layer.skipped) == (1, 99)

    _story("redis://:s3cret@127.0.0.1:1/0", story)


def test_a_killed_redis_is_left_alone_and_used_again(private_services: Services) -> None:
    """kill -9 under traffic: misses without errors; after its restart and our pause it is used again."""
    url = private_services.up("redis")["FIEL_TEST_REDIS_URL"]

    async def story(layer: RedisLayer, clock: HandClock, reports: Reports) -> None:
        await layer.put({"a": entry()})
        assert set(await layer.get(["a"])) == {"a"}
        await asyncio.to_thread(private_services.kill9, "redis")
        assert await layer.get(["a"]) == {}
        await layer.put({"a": entry()})
        await layer.forget(["a"])
        assert (len(reports), layer.snapshot().state) == (1, State.OPEN)
        await asyncio.to_thread(private_services.restart, "redis")
        assert await layer.get(["a"]) == {}, "left alone still"
        clock.seconds += 5
        await layer.put({"b": entry(b"again")})
        assert (await layer.get(["b"]))["b"].body == b"again"
        assert layer.snapshot().state is State.CLOSED

    _story(url, story)


def test_a_hung_redis_costs_one_time_out(private_services: Services) -> None:
    """SIGSTOP: 20 readers wait one time-out, later ones none; its late answers are given to nobody else."""
    url = private_services.up("redis")["FIEL_TEST_REDIS_URL"]

    async def story(layer: RedisLayer, clock: HandClock, reports: Reports) -> None:
        await layer.put({f"k{number}": entry(b"%d" % number) for number in range(20)})
        info = await _ask(url, "INFO", "server")
        assert isinstance(info, dict)
        pid = int(info["process_id"])
        os.kill(pid, signal.SIGSTOP)
        try:
            found = await asyncio.gather(*(layer.get([f"k{number}"]) for number in range(20)))
            assert found == [{}] * 20
            tried = layer.failures
            for _ in range(1_000):
                assert await layer.get(["k1"]) == {}
            assert (layer.failures, layer.skipped) == (tried, 1_000)
            clock.seconds += 5
            found = await asyncio.gather(*(layer.get([f"k{number}"]) for number in range(20)))
            assert layer.failures == tried + 1, "one probe, the others go on without"
        finally:
            os.kill(pid, signal.SIGCONT)
        clock.seconds += 10
        for number in range(20):
            key = f"k{number}"
            assert await layer.get([key]) == {key: entry(b"%d" % number)}

    _story(url, story)


def test_many_slow_steps_are_one_time_out() -> None:
    """A server that takes nearly the time-out for each greeting is given up after one, not after four."""

    async def slow(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while asked := await reader.read(65_536):
            await asyncio.sleep(0.15)
            writer.write(b"+OK\r\n" * asked.count(b"*"))

    async def main() -> None:
        async with listening(slow) as port, asyncio.timeout(10):
            clock, reports = HandClock(), Reports()
            url = f"redis://127.0.0.1:{port}/0"
            layer = RedisLayer(url, CONFIG, clock.timing(), report=lambda *report: reports.append(report))
            await layer.forget(["a"])
            await layer.close()
            assert (layer.failures, len(reports)) == (1, 1)

    asyncio.run(main())


def test_entries_survive_a_new_layer(redis_database: str) -> None:
    """What one process put another finds."""

    async def put(layer: RedisLayer, clock: HandClock, reports: Reports) -> None:
        await layer.put({"a": entry()})

    async def get(layer: RedisLayer, clock: HandClock, reports: Reports) -> None:
        found: dict[str, Entry] = dict(await layer.get(["a"]))
        assert found == {"a": entry()}

    _story(redis_database, put)
    _story(redis_database, get)
