"""Which tests share an xdist worker, and which go first: a file stays together, the longest ones begin.

pytest-xdist 3.8 hands groups over at the end of a test's name; pytest 9.2 no longer lets it change names,
and each worker made the costly set-ups of a group again. So the names alone decide here.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

#: Files of long tests without set-ups in common: each test on its own, on whichever worker is free.
SPREAD = (
    "tests/autobalance/simulation/test_simulation.py",
    "tests/custody/test_simulation.py",
    "tests/docs/test_pages.py",
)
#: All that drives Chromium: one browser, and no event loop beside Playwright's.
CHROMIUM = "chromium"
_DRIVES_CHROMIUM = re.compile(r"tests/web/test_\w*journeys?\.py")
#: The longest early, so that no worker is alone with one of them at the end; those that mostly wait (for
#: servers that were killed) between those that mostly reckon, so that neither are all under way at once.
FIRST = (
    "tests/custody/kills/test_kills.py",
    CHROMIUM,
    "tests/http_interface/test_schema.py",
    "tests/autobalance/kills/test_kills.py",
    "tests/market/chaos/test_chaos_day.py",
    "tests/services/test_doctor.py",
    "tests/autobalance/simulation/test_simulation.py",
    "tests/services/test_lifecycle.py",
    "tests/custody/test_simulation.py",
    "tests/copilot/income/test_kills.py",
    "tests/autobalance/scenarios/test_leases.py",
    "tests/infra/bus/test_kafka_restart.py",
    "tests/docs/test_pages.py",
    "tests/infra/jobs/test_chaos.py",
    "tests/market/chaos/test_call_counts.py",
    "tests/market/chaos/test_killed_services.py",
    "tests/custody/facts/test_taking_back.py",
    "tests/services/test_plugin.py",
    "tests/autobalance/saga/test_crashes.py",
    "tests/services/test_script.py",
    "tests/entrypoints/test_keeping.py",
)
#: Fixtures that are too costly, or too jealous, for two workers.
ALONE = {"private_services": "starts services of its own", "browser": "drives the one browser"}


def unit_of(name: str) -> str:
    """What is handed to one worker as a whole: the test, its file, or a group of files."""
    file = name.partition("::")[0]
    if _DRIVES_CHROMIUM.fullmatch(file):
        return CHROMIUM
    return name if file in SPREAD else file


def urgency(name: str) -> int:
    """The place of a test in the queue; equal ones keep their order."""
    unit, file = unit_of(name), name.partition("::")[0]
    for place in (unit, file):
        if place in FIRST:
            return FIRST.index(place)
    return len(FIRST)


def misplaced(name: str, fixtures: Sequence[str]) -> str:
    """Why a test would not keep to one worker; empty when it does."""
    for fixture, why in ALONE.items():
        alone = unit_of(name) == CHROMIUM if fixture == "browser" else unit_of(name) != name
        if fixture in fixtures and not alone:
            return f"{name} {why}: see tests/support/distribution.py"
    return ""


def scheduler(config: Any, log: Any) -> Any:
    """xdist's distribution by groups, with our groups."""
    from xdist.scheduler import LoadGroupScheduling  # type: ignore[import-untyped, unused-ignore]

    class ByUnit(LoadGroupScheduling):  # type: ignore[misc, unused-ignore]
        """Units instead of marks."""

        def _split_scope(self, nodeid: str) -> str:
            return unit_of(nodeid)

    # In our order: by itself xdist begins with the units that have the most tests, and the longest have few.
    config.option.loadscopereorder = False
    return ByUnit(config, log)
