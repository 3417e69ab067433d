"""The hand-worked cases: our own, and the wider set of examples next to the repository when it is there."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

OWN = Path(__file__).parent / "cases"
EXTRA = Path(__file__).parents[4] / "shared" / "oracles" / "rebalancing" / "examples"


def answered_cases() -> dict[str, dict[str, Any]]:
    """Every case that has an optimum, by id."""
    return {case["id"]: case for case in _read() if "optimum" in case}


def refused_cases() -> dict[str, dict[str, Any]]:
    """Every case that an engine must refuse, by id."""
    return {case["id"]: case for case in _read() if case.get("expect") == "refuse"}


def _read() -> Iterator[dict[str, Any]]:
    for folder in (OWN, EXTRA):
        for path in sorted(folder.glob("*.json")):
            yield json.loads(path.read_text(encoding="utf-8"))
