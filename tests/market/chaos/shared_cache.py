"""A cache that other processes would share, as `RedisLayer` is seen from outside: away, hanging, or back
with what it had before."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from fiel.infra.caching.port import Entry
from fiel.kernel.clock import Clock

#: What an operation on a Redis that hangs costs, before it counts as empty.
_HANGS_FOR = 0.2


class Trouble(StrEnum):
    """What is the matter with it."""

    DOWN = "down"
    HANGS = "hangs"
    EMPTIED = "emptied"


@dataclass(frozen=True, slots=True)
class Spell:
    """Some trouble between two instants."""

    trouble: Trouble
    since: datetime
    until: datetime


@dataclass(slots=True)
class SharedCache:
    """A `Layer` in a dict. While it is away nothing is found and nothing is kept, nor forgotten."""

    clock: Clock
    spells: Sequence[Spell] = ()
    held: dict[str, Entry] = field(default_factory=dict)
    name: str = "redis"
    troubled: int = 0

    async def get(self, keys: Collection[str]) -> Mapping[str, Entry]:
        if await self._away():
            return {}
        now = self.clock.now()
        return {key: self.held[key] for key in keys if key in self.held and self.held[key].keep_until > now}

    async def put(self, entries: Mapping[str, Entry]) -> None:
        if not await self._away():
            self.held.update(entries)

    async def forget(self, keys: Collection[str]) -> None:
        if not await self._away():
            for key in keys:
                self.held.pop(key, None)

    async def close(self) -> None:
        """Nothing is held open."""

    async def _away(self) -> bool:
        now = self.clock.now()
        trouble = next((each.trouble for each in self.spells if each.since <= now < each.until), None)
        self.troubled += trouble is not None
        if trouble is Trouble.HANGS:
            await asyncio.sleep(_HANGS_FOR)
        if trouble is Trouble.EMPTIED:
            self.held.clear()
        return trouble in (Trouble.DOWN, Trouble.HANGS)


def spells_of(seed: int, begin: datetime, end: datetime) -> tuple[Spell, ...]:
    """A few spells of trouble, drawn from a seed."""
    chance = random.Random(f"shared cache {seed}")
    minutes = int((end - begin).total_seconds() // 60)
    found = []
    for trouble in Trouble:
        for _ in range(chance.randint(1, 3)):
            since = begin + timedelta(minutes=chance.randint(0, minutes))
            found.append(Spell(trouble, since, since + timedelta(minutes=chance.randint(5, 150))))
    return tuple(found)
