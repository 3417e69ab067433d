"""Several layers as one: the nearest first, and what a farther one has is put into the nearer ones.

Fresh wins over stale wherever it is; of two stale ones the one that was fresh for longer. Every write goes
through all layers, the nearest first: a slow one behind it holds up its writer, not those who read.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from fiel.infra.caching.port import Entry, Layer, check_keys
from fiel.kernel.clock import Clock
from fiel.kernel.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class Found:
    """An entry, the layer that had it, and whether it is still as good as new."""

    entry: Entry
    layer: str
    fresh: bool


class Layered:
    """Layers, the nearest first: memory, Redis, and the caller's own behind them."""

    def __init__(self, layers: Sequence[Layer], clock: Clock) -> None:
        if not layers:
            raise InvalidInput("no_layers", "a cache has at least one layer", field="layers")
        self._layers, self._clock = tuple(layers), clock

    async def look(self, keys: Collection[str]) -> Mapping[str, Found]:
        """The best of each that any layer has. A layer is asked only for what no nearer one has fresh."""
        check_keys(keys)
        now = self._clock.now()
        best: dict[str, Found] = {}
        wanted = list(dict.fromkeys(keys))
        for depth, layer in enumerate(self._layers):
            if not wanted:
                break
            better = {}
            for key, entry in (await layer.get(wanted)).items():
                held = best.get(key)
                if held is None or entry.fresh_until > held.entry.fresh_until:
                    better[key] = entry
                    best[key] = Found(entry, layer.name, entry.fresh_until > now)
            if better:
                for nearer in self._layers[:depth]:
                    await nearer.put(better)
            wanted = [key for key in wanted if key not in best or not best[key].fresh]
        return best

    async def put(self, entries: Mapping[str, Entry]) -> None:
        """Through all layers."""
        check_keys(entries)
        for layer in self._layers:
            await layer.put(entries)

    async def forget(self, keys: Collection[str]) -> None:
        """From all layers, the farthest first: a nearer one must not be filled from it again."""
        for layer in reversed(self._layers):
            await layer.forget(keys)

    async def close(self) -> None:
        for layer in self._layers:
            await layer.close()
