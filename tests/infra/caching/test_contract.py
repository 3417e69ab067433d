"""What every layer does alike, whatever it is made of."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from tests.infra.caching.conftest import Open
from tests.support.resilience import HandClock
from tests.support.virtual_time import START

from fiel.infra.caching.port import Entry, Layer
from fiel.kernel.errors import InvalidInput

HOUR = timedelta(hours=1)


def entry(body: bytes = b"38.52", fresh: timedelta = HOUR, keep: timedelta = 24 * HOUR) -> Entry:
    """Fresh for an hour, kept for a day."""
    return Entry(body, START + fresh, START + keep)


def _with(open_layer: Open, story: Callable[[Layer, HandClock], Awaitable[None]]) -> None:
    async def main() -> None:
        clock = HandClock()
        layer = open_layer(clock.timing())
        await story(layer, clock)
        await layer.close()

    asyncio.run(main())


def test_what_was_put_is_got(open_layer: Open) -> None:
    """Many at once, any bytes, negative ones too; what was not put is not there."""
    entries = {
        "PETR4": entry(),
        "cdi": entry(bytes(range(256)) * 100),
        "XXXX9": Entry(b"", START + HOUR, START + HOUR, negative=True),
    }

    async def story(layer: Layer, _: HandClock) -> None:
        await layer.put(entries)
        assert await layer.get([*entries, "VALE3", "PETR4"]) == entries
        assert await layer.get([]) == {}
        await layer.put({})

    _with(open_layer, story)


def test_the_last_one_put_holds(open_layer: Open) -> None:
    """A second value takes the place of the first."""

    async def story(layer: Layer, _: HandClock) -> None:
        await layer.put({"PETR4": entry(b"1")})
        await layer.put({"PETR4": entry(b"2")})
        assert (await layer.get(["PETR4"]))["PETR4"].body == b"2"

    _with(open_layer, story)


def test_what_is_forgotten_is_gone(open_layer: Open) -> None:
    """Only those named; forgetting what is not there is no error."""

    async def story(layer: Layer, _: HandClock) -> None:
        await layer.put({"a": entry(), "b": entry()})
        await layer.forget(["a", "c"])
        await layer.forget([])
        assert set(await layer.get(["a", "b"])) == {"b"}

    _with(open_layer, story)


def test_a_stale_value_stays_until_its_end(open_layer: Open) -> None:
    """After its fresh hour it is there, with its instants; after a day it is not."""

    async def story(layer: Layer, clock: HandClock) -> None:
        await layer.put({"PETR4": entry()})
        clock.seconds = 2 * 3600
        assert await layer.get(["PETR4"]) == {"PETR4": entry()}
        clock.seconds = 24 * 3600
        assert await layer.get(["PETR4"]) == {}

    _with(open_layer, story)


def test_what_is_over_already_takes_away_what_was_there(open_layer: Open) -> None:
    """Putting an entry past its end leaves nothing under its key."""

    async def story(layer: Layer, _: HandClock) -> None:
        await layer.put({"PETR4": entry()})
        await layer.put({"PETR4": entry(b"old", -2 * HOUR, -HOUR)})
        assert await layer.get(["PETR4"]) == {}

    _with(open_layer, story)


@pytest.mark.parametrize("key", ["", "k" * 513])
def test_keys_are_checked(open_layer: Open, key: str) -> None:
    """An empty or overlong key is an error of the caller."""

    async def story(layer: Layer, _: HandClock) -> None:
        with pytest.raises(InvalidInput, match="key"):
            await layer.put({key: entry()})

    _with(open_layer, story)


def test_an_entry_is_kept_at_least_while_fresh() -> None:
    """Kept for less long than fresh is refused, and so is an instant without a zone."""
    with pytest.raises(InvalidInput, match="keep_until"):
        entry(keep=HOUR / 2)
    with pytest.raises(InvalidInput, match="fresh_until"):
        replace(entry(), fresh_until=START.replace(tzinfo=None))
