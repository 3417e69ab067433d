"""The contract of brokers, at every adapter."""

from __future__ import annotations

import asyncio

import pytest

from tests.autobalance.brokers.contract import EVERYWHERE, WITH_FAULTS, Story
from tests.support.autobalance.brokers import STANDS

#: Nothing on paper can be made to fail.
_FAULTY = tuple(name for name in STANDS if name != "paper")


@pytest.mark.parametrize("story", EVERYWHERE, ids=lambda story: story.__name__)
@pytest.mark.parametrize("name", STANDS)
def test_every_broker(name: str, story: Story) -> None:
    """What the port promises holds at each adapter."""
    _play(name, story)


@pytest.mark.parametrize("story", WITH_FAULTS, ids=lambda story: story.__name__)
@pytest.mark.parametrize("name", _FAULTY)
def test_brokers_with_faults(name: str, story: Story) -> None:
    """What goes wrong at a broker is told as what is known of it, and no more."""
    _play(name, story)


def _play(name: str, story: Story) -> None:
    async def played() -> None:
        async with STANDS[name]() as stand:
            await story(stand)

    asyncio.run(played())
