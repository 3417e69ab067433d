"""Layers to be tested alike: in memory, and on a real Redis."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from fiel.infra.caching.memory import MemoryConfig, MemoryLayer
from fiel.infra.caching.port import Layer
from fiel.infra.caching.redis import RedisConfig, RedisLayer
from fiel.infra.resilience.timing import Timing

#: Opens a layer with these times; to be called on the loop that uses it.
Open = Callable[[Timing], Layer]


@pytest.fixture(params=["memory", "redis"])
def open_layer(request: pytest.FixtureRequest) -> Open:
    """Opens the layer of this parameter."""
    if request.param == "memory":
        return lambda timing: MemoryLayer(MemoryConfig(), timing.clock)
    url: str = request.getfixturevalue("redis_database")
    return lambda timing: RedisLayer(url, RedisConfig(), timing)
