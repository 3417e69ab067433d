"""Comparing what was read with the expectations beside public sample files, when those are at hand."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from pathlib import Path

_PLACES = (Path(__file__).parents[4] / "shared", Path(__file__).parents[3] / "shared")
#: Members that explain the sample to its readers, and are no part of what the file says.
_EXPLANATIONS = frozenset({"note", "same_rows_as", "traps"})


def samples() -> Path | None:
    """The folder of sample files, or `None` where the repository stands alone."""
    folders = (place / "fixtures" / "imports" for place in _PLACES)
    return next((folder for folder in folders if (folder / "expected.json").is_file()), None)


def expected_files(*folders: str) -> dict[str, Mapping[str, object]]:
    """What is expected of the files of these folders, by path; empty without the samples."""
    root = samples()
    if root is None:
        return {}
    document = json.loads((root / "expected.json").read_text(encoding="utf-8"))
    return {path: entry for path, entry in document["files"].items() if path.split("/")[0] in folders}


def differences(found: object, expected: object, place: str = "") -> Iterator[str]:
    """Every place where `found` lacks or contradicts what is expected. Lists must be equally long.

    Numbers as text compare by value; `null` means that nothing is said; members that are not expected are
    allowed; `absent ...` in words is told by its first word.
    """
    if isinstance(expected, Mapping):
        inside = found if isinstance(found, Mapping) else {}
        for name, value in expected.items():
            if name not in _EXPLANATIONS:
                yield from differences(inside.get(name), value, f"{place}.{name}")
    elif isinstance(expected, list):
        listed = found if isinstance(found, list) else []
        if len(listed) != len(expected):
            yield f"{place}: {len(listed)} entries, expected {len(expected)}: {listed}"
        for ours, theirs in zip(listed, expected, strict=False):
            label = theirs.get("row", "") if isinstance(theirs, Mapping) else ""
            yield from differences(ours, theirs, f"{place}[row {label}]")
    elif not _same(found, expected):
        yield f"{place}: {found!r}, expected {expected!r}"


def _same(found: object, expected: object) -> bool:
    if found == expected or (expected is None and found in (None, [])):
        return True
    if not isinstance(found, str) or not isinstance(expected, str):
        return False
    try:
        return Decimal(found) == Decimal(expected)
    except InvalidOperation:
        return expected.split(" ")[0] == found == "absent"
