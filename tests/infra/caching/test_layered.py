"""Several layers as one: nearest first, upper ones filled, stale values kept for who has nothing better."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping
from datetime import timedelta

import pytest
from tests.infra.caching.test_contract import HOUR, entry
from tests.support.resilience import HandClock

from fiel.infra.caching.layered import Layered
from fiel.infra.caching.memory import MemoryConfig, MemoryLayer
from fiel.infra.caching.packing import pack, unpack
from fiel.infra.caching.port import Entry
from fiel.kernel.errors import InvalidInput


class Spied(MemoryLayer):
    """Notes which keys it was asked for."""

    def __init__(self, name: str, clock: HandClock) -> None:
        super().__init__(MemoryConfig(), clock)
        self.name = name
        self.asked: list[list[str]] = []

    async def get(self, keys: Collection[str]) -> Mapping[str, Entry]:
        self.asked.append(list(keys))
        return await super().get(keys)


def _story(main: Callable[[Layered, list[Spied], HandClock], Awaitable[None]]) -> None:
    async def story() -> None:
        clock = HandClock()
        layers = [Spied(name, clock) for name in ("memory", "redis", "sql")]
        await main(Layered(layers, clock), layers, clock)

    asyncio.run(story())


def test_a_write_goes_through_and_the_nearest_answers() -> None:
    """All three hold it; only memory is asked."""

    async def main(cache: Layered, layers: list[Spied], clock: HandClock) -> None:
        await cache.put({"PETR4": entry()})
        found = (await cache.look(["PETR4"]))["PETR4"]
        assert (found.layer, found.fresh, found.entry) == ("memory", True, entry())
        assert [layer.asked for layer in layers] == [[["PETR4"]], [], []]
        assert [len(layer) for layer in layers] == [1, 1, 1]

    _story(main)


def test_what_a_farther_layer_has_fills_the_nearer_ones() -> None:
    """After a restart memory is empty: SQL answers once, then memory."""

    async def main(cache: Layered, layers: list[Spied], clock: HandClock) -> None:
        await layers[2].put({"cdi": entry()})
        assert (await cache.look(["cdi", "selic"]))["cdi"].layer == "sql"
        found = await cache.look(["cdi"])
        assert found["cdi"].layer == "memory"
        assert [len(layer.asked) for layer in layers] == [2, 1, 1]

    _story(main)


def test_a_fresh_value_below_beats_a_stale_one_above() -> None:
    """Another process renewed it in Redis: that one is served, and put above."""

    async def main(cache: Layered, layers: list[Spied], clock: HandClock) -> None:
        await layers[0].put({"PETR4": entry(b"old")})
        await layers[1].put({"PETR4": entry(b"new", 3 * HOUR)})
        clock.seconds = 2 * 3600
        found = (await cache.look(["PETR4"]))["PETR4"]
        assert (found.entry.body, found.layer, found.fresh) == (b"new", "redis", True)
        assert (await cache.look(["PETR4"]))["PETR4"].layer == "memory"

    _story(main)


def test_of_stale_ones_the_younger_is_served_as_stale() -> None:
    """Nobody has it fresh: the one that was fresh for longer, marked; the older one does not cover it."""

    async def main(cache: Layered, layers: list[Spied], clock: HandClock) -> None:
        await layers[0].put({"PETR4": entry(b"younger", 2 * HOUR)})
        await layers[1].put({"PETR4": entry(b"older", HOUR)})
        clock.seconds = 5 * 3600
        found = (await cache.look(["PETR4"]))["PETR4"]
        assert (found.entry.body, found.fresh) == (b"younger", False)

    _story(main)


def test_what_is_forgotten_comes_back_from_no_layer() -> None:
    """Gone from all three."""

    async def main(cache: Layered, layers: list[Spied], clock: HandClock) -> None:
        await cache.put({"PETR4": entry()})
        await cache.forget(["PETR4"])
        assert await cache.look(["PETR4"]) == {}

    _story(main)


def test_a_negative_entry_is_found_as_such() -> None:
    """That there is nothing is an answer, for its short time."""

    async def main(cache: Layered, layers: list[Spied], clock: HandClock) -> None:
        minutes = timedelta(minutes=5)
        nothing = Entry(b"not_found", clock.now() + minutes, clock.now() + minutes, negative=True)
        await cache.put({"XXXX9": nothing})
        assert (await cache.look(["XXXX9"]))["XXXX9"].entry.negative
        clock.seconds = 300
        assert await cache.look(["XXXX9"]) == {}

    _story(main)


def test_a_cache_without_layers_is_refused() -> None:
    """At least one is needed."""
    with pytest.raises(InvalidInput, match="layers"):
        Layered([], HandClock())


def test_packed_entries_come_back_and_others_do_not() -> None:
    """Any cut, another mark or a foreign text is not an entry."""
    packed = pack(entry())
    assert unpack(packed) == entry()
    assert all(unpack(packed[:length]) is None for length in range(len(packed)))
    assert unpack(packed + b"x") is None
    assert unpack(b"xx" + packed[2:]) is None
    assert unpack(b'{"price": "38.52", "as_of": "2026-01-02"}') is None
