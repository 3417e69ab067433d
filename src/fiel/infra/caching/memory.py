"""The layer in this process: bounded in entries and bytes, the least recently used goes first."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from fiel.infra.caching.port import Entry, check_keys
from fiel.infra.resilience.timing import check_count
from fiel.kernel.clock import Clock

#: What an entry costs beside its key and body, roughly.
_OVERHEAD = 300


@dataclass(frozen=True, slots=True)
class MemoryConfig:
    """At most `entries`, and `bytes_max` with what each costs. Raises `InvalidInput` out of range."""

    entries: int = 20_000
    bytes_max: int = 64 * 2**20

    def __post_init__(self) -> None:
        check_count(self.entries, "entries", most=10_000_000)
        check_count(self.bytes_max, "bytes_max", least=_OVERHEAD, most=2**36)


class MemoryLayer:
    """A `Layer`. Never fails."""

    name = "memory"

    def __init__(self, config: MemoryConfig, clock: Clock) -> None:
        self.config, self._clock = config, clock
        self.bytes_used = 0
        self.hits = self.misses = self.evicted = 0
        self._entries: OrderedDict[str, Entry] = OrderedDict()

    def __len__(self) -> int:
        return len(self._entries)

    async def get(self, keys: Collection[str]) -> Mapping[str, Entry]:
        now = self._clock.now()
        found = {}
        for key in keys:
            entry = self._entries.get(key)
            if entry is None:
                self.misses += 1
            elif entry.keep_until <= now:
                self.misses += 1
                self._drop(key)
            else:
                self.hits += 1
                self._entries.move_to_end(key)
                found[key] = entry
        return found

    async def put(self, entries: Mapping[str, Entry]) -> None:
        check_keys(entries)
        now = self._clock.now()
        for key, entry in entries.items():
            self._drop(key)
            size = _size(key, entry)
            if entry.keep_until <= now or size > self.config.bytes_max:
                continue
            self._entries[key] = entry
            self.bytes_used += size
        while len(self._entries) > self.config.entries or self.bytes_used > self.config.bytes_max:
            self._drop(next(iter(self._entries)))
            self.evicted += 1

    async def forget(self, keys: Collection[str]) -> None:
        for key in keys:
            self._drop(key)

    async def close(self) -> None:
        self._entries.clear()
        self.bytes_used = 0

    def _drop(self, key: str) -> None:
        entry = self._entries.pop(key, None)
        if entry is not None:
            self.bytes_used -= _size(key, entry)


def _size(key: str, entry: Entry) -> int:
    return len(key) + len(entry.body) + _OVERHEAD
