"""Scenes on both engines."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.autobalance.desks import home
from tests.support.autobalance.scenes import Scene
from tests.support.custody_homes import Home

__all__ = ["home"]


@pytest.fixture
def open_scene(home: Home, tmp_path: Path) -> Iterator[Callable[..., Scene]]:
    """Opens a scene on the book, with its own rules; closed at the end."""
    opened: list[Scene] = []

    def open_one(**settings: Any) -> Scene:
        opened.append(Scene(home, tmp_path, **settings))
        return opened[-1]

    yield open_one
    for scene in opened:
        scene.close()


@pytest.fixture
def scene(open_scene: Callable[..., Scene]) -> Scene:
    """A scene where nobody is enrolled yet."""
    return open_scene()
