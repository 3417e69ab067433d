"""The layer that processes share. A Redis that is down or hangs costs one short time-out, then nothing.

After a failure the layer counts as empty for a while, growing; then one call tries it again while all others
go on without. Values that this code did not write are not found.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, TypeVar

from fiel.infra.caching.packing import pack, unpack
from fiel.infra.caching.port import Entry, check_keys
from fiel.infra.resilience.breaker import Breaker, BreakerConfig, Snapshot
from fiel.infra.resilience.timing import Timing, check_count, check_duration
from fiel.infra.resilience.turned_away import TurnedAway
from fiel.kernel.errors import InvalidInput

if TYPE_CHECKING:
    from redis.asyncio import Redis

Answer = TypeVar("Answer")
_KEY = "redis"
_SHORTEST_KEPT = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class RedisConfig:
    """`prefix` goes before every key. `timeout` is for a whole operation, `connections` at once.

    Left alone for `alone_first` after a failure, doubling up to `alone_longest`. Entries over `entry_max`
    bytes are not kept. Raises `InvalidInput` out of range.
    """

    prefix: str = "fiel:cache:"
    timeout: timedelta = timedelta(milliseconds=200)
    alone_first: timedelta = timedelta(seconds=5)
    alone_longest: timedelta = timedelta(minutes=1)
    connections: int = 16
    entry_max: int = 2**20

    def __post_init__(self) -> None:
        if not 1 <= len(self.prefix) <= 100:
            raise InvalidInput("cache_prefix_malformed", "1 to 100 characters", field="prefix")
        check_duration(self.timeout, "timeout", longest=timedelta(seconds=10))
        check_duration(self.alone_first, "alone_first")
        check_duration(self.alone_longest, "alone_longest", shortest=self.alone_first)
        check_count(self.connections, "connections", most=1_000)
        check_count(self.entry_max, "entry_max", most=2**29)


class RedisLayer:
    """A `Layer` on Redis, for one event loop. `report` hears of each failure: the operation and the error.

    `url` may hold a password; it is in no message of ours.
    """

    name = "redis"

    def __init__(
        self,
        url: str,
        config: RedisConfig,
        timing: Timing,
        *,
        report: Callable[[str, Exception], None] | None = None,
    ) -> None:
        self.config, self._url, self._timing, self._report = config, url, timing, report
        self.hits = self.misses = self.failures = self.skipped = self.foreign = 0
        self._client: Redis | None = None
        alone = BreakerConfig(
            failures=1,
            open_first=config.alone_first,
            open_longest=config.alone_longest,
            probe_longest=config.timeout * 2,
        )
        self._breaker: Breaker[str] = Breaker(alone, timing)

    def snapshot(self) -> Snapshot:
        """Whether Redis is used now, and when it will be tried again."""
        return self._breaker.snapshot(_KEY)

    async def get(self, keys: Collection[str]) -> Mapping[str, Entry]:
        wanted = list(dict.fromkeys(keys))
        if not wanted:
            return {}

        async def ask(client: Redis) -> list[Any]:
            return list(await client.mget([self.config.prefix + key for key in wanted]))

        packed = await self._try("get", ask) or []
        now = self._timing.clock.now()
        found = {}
        for key, value in zip(wanted, packed, strict=False):
            if value is None:
                continue
            entry = unpack(value)
            if entry is None:
                self.foreign += 1
            elif entry.keep_until > now:
                found[key] = entry
        self.hits += len(found)
        self.misses += len(wanted) - len(found)
        return found

    async def put(self, entries: Mapping[str, Entry]) -> None:
        check_keys(entries)
        now = self._timing.clock.now()

        async def ask(client: Redis) -> None:
            async with client.pipeline(transaction=False) as pipeline:
                for key, entry in entries.items():
                    left = entry.keep_until - now
                    name = self.config.prefix + key
                    # By how long it lasts, not until when: the clocks of two machines differ.
                    if left >= _SHORTEST_KEPT and len(entry.body) <= self.config.entry_max:
                        pipeline.set(name, pack(entry), px=left)
                    else:
                        pipeline.delete(name)
                await pipeline.execute()

        if entries:
            await self._try("put", ask)

    async def forget(self, keys: Collection[str]) -> None:
        names = [self.config.prefix + key for key in keys]

        async def ask(client: Redis) -> None:
            await client.delete(*names)

        if names:
            await self._try("forget", ask)

    async def close(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()

    async def _try(self, operation: str, ask: Callable[[Redis], Awaitable[Answer]]) -> Answer | None:
        """What Redis says; `None` when it fails or is left alone."""
        from redis.exceptions import RedisError

        try:
            permit = self._breaker.enter(_KEY)
        except TurnedAway:
            self.skipped += 1
            return None
        try:
            async with asyncio.timeout(self.config.timeout.total_seconds()):
                answer = await ask(self._connected())
        except (RedisError, OSError, TimeoutError) as error:
            self.failures += 1
            permit.report(failed=True)
            if self._report is not None:
                self._report(operation, error)
            return None
        else:
            permit.report(failed=False)
            return answer
        finally:
            permit.close()

    def _connected(self) -> Redis:
        if self._client is None:
            self._client = _client(self._url, self.config)
        return self._client


def _client(url: str, config: RedisConfig) -> Any:
    """A client whose every step has the time-out that the whole operation has."""
    from redis.asyncio import BlockingConnectionPool, Redis

    seconds = config.timeout.total_seconds()
    pool = BlockingConnectionPool.from_url(
        url,
        max_connections=config.connections,
        timeout=seconds,
        socket_timeout=seconds,
        socket_connect_timeout=seconds,
        decode_responses=False,
    )
    return Redis.from_pool(pool)
