"""The memory layer stays within its bounds."""

from __future__ import annotations

import asyncio

from hypothesis import given
from hypothesis import strategies as st
from tests.infra.caching.test_contract import entry
from tests.support.resilience import HandClock

from fiel.infra.caching.memory import MemoryConfig, MemoryLayer


def test_the_least_recently_used_goes_first() -> None:
    """Room for three: the one that was asked for stays, the oldest other one goes."""

    async def story() -> None:
        layer = MemoryLayer(MemoryConfig(entries=3), HandClock())
        await layer.put({"a": entry(), "b": entry(), "c": entry()})
        await layer.get(["a"])
        await layer.put({"d": entry()})
        assert set(await layer.get(["a", "b", "c", "d"])) == {"a", "c", "d"}
        assert (layer.evicted, layer.hits, layer.misses) == (1, 4, 1)

    asyncio.run(story())


@given(st.lists(st.tuples(st.sampled_from("abcdefgh"), st.integers(0, 1_500)), max_size=60))
def test_bytes_are_bounded_and_counted(writes: list[tuple[str, int]]) -> None:
    """Whatever is put, the bytes held stay within the bound, and none are left after forgetting all."""

    async def story() -> None:
        layer = MemoryLayer(MemoryConfig(bytes_max=3_000), HandClock())
        for key, size in writes:
            await layer.put({key: entry(bytes(size))})
            assert layer.bytes_used <= 3_000
        await layer.forget("abcdefgh")
        assert (layer.bytes_used, len(layer)) == (0, 0)

    asyncio.run(story())


def test_an_entry_larger_than_all_leaves_the_others() -> None:
    """It is not kept, the old one under its key is gone, and nothing else is evicted for it."""

    async def story() -> None:
        layer = MemoryLayer(MemoryConfig(bytes_max=3_000), HandClock())
        await layer.put({"a": entry(), "b": entry()})
        await layer.put({"a": entry(bytes(5_000))})
        assert set(await layer.get(["a", "b"])) == {"b"}

    asyncio.run(story())
