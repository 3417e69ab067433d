"""The real services every test may ask for by fixture, how much is drawn, and who runs what."""

from __future__ import annotations

import gc
from typing import Any

import pytest

from tests.support import distribution
from tests.support.examples import register_profiles
from tests.support.memory_folder import live_in_memory

register_profiles()
live_in_memory()

pytest_plugins = ["tests.services.plugin", "tests.support.book_templates"]


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """`--dist loadgroup`: files stay together."""
    return distribution.scheduler(config, log) if config.getvalue("dist") == "loadgroup" else None


def pytest_collection_finish() -> None:
    """Ten thousand tests and all that they import stay: nobody need look through them for garbage."""
    gc.collect()
    gc.freeze()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """No costly fixture is made by two workers; among several workers the longest tests go first."""
    found = (distribution.misplaced(each.nodeid, getattr(each, "fixturenames", ())) for each in items)
    if wrong := [line for line in found if line]:
        raise pytest.UsageError(*wrong)
    if hasattr(config, "workerinput"):
        items.sort(key=lambda item: distribution.urgency(item.nodeid))
