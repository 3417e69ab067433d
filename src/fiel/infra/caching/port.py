"""What a layer of a cache does. It knows bytes and instants; what they mean is the caller's envelope."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from fiel.kernel.clock import in_utc
from fiel.kernel.errors import InvalidInput

KEY_MAX = 512


@dataclass(frozen=True, slots=True)
class Entry:
    """A value: as good as new until `fresh_until`, kept until `keep_until` for who has nothing better.

    `negative`: it is known that there is nothing; `body` then says why, or is empty. Instants are kept in
    UTC. Raises `InvalidInput`.
    """

    body: bytes
    fresh_until: datetime
    keep_until: datetime
    negative: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "fresh_until", in_utc(self.fresh_until, field="fresh_until"))
        object.__setattr__(self, "keep_until", in_utc(self.keep_until, field="keep_until"))
        if self.keep_until < self.fresh_until:
            raise InvalidInput("cache_kept_too_short", "kept at least while fresh", field="keep_until")


class Layer(Protocol):
    """Entries by key. A failing layer is an empty one: it reports, and raises nothing.

    What is past `keep_until` is not found. Keys have 1 to 512 characters; an entry larger than the layer
    takes is not kept, and an older one under its key is forgotten.
    """

    @property
    def name(self) -> str:
        """For people: `memory`, `redis`."""

    async def get(self, keys: Collection[str]) -> Mapping[str, Entry]:
        """Those that are there."""

    async def put(self, entries: Mapping[str, Entry]) -> None:
        """Keep them, in place of what was under their keys."""

    async def forget(self, keys: Collection[str]) -> None:
        """They are gone, whether they were there or not."""

    async def close(self) -> None:
        """Give back connections."""


def check_keys(keys: Collection[str]) -> None:
    """Raises `InvalidInput` (cache_key_malformed) for an empty or overlong key."""
    for key in keys:
        if not 1 <= len(key) <= KEY_MAX:
            raise InvalidInput("cache_key_malformed", f"a key has 1 to {KEY_MAX} characters", field="key")
