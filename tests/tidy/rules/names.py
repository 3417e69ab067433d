"""Names that say nothing: a file called utils is where things go that nobody thought about."""

from __future__ import annotations

import re
from pathlib import Path

from tests.tidy.rules.sources import code_paths, place, python_files

_CLASS = re.compile(r"^\s*class\s+(\w+)")
EMPTY_WORDS = frozenset({"util", "utils", "helper", "helpers", "manager", "common", "misc"})


def empty_names(root: Path) -> list[str]:
    """Files, folders and classes whose name has a word that says nothing."""
    return [*_paths(root), *_classes(root)]


def _paths(root: Path) -> list[str]:
    found = []
    for path in code_paths(root):
        for part in path.relative_to(root).parts:
            word = _empty_word(Path(part).stem)
            if word:
                found.append(f"{place(root, path)}: {word!r} says nothing; name what it does")
    return found


def _classes(root: Path) -> list[str]:
    return [
        f"{place(root, path, number)}: class {match[1]}: {word!r} says nothing; name what it does"
        for path in python_files(root)
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if (match := _CLASS.match(line)) and (word := _empty_word(match[1]))
    ]


def _empty_word(name: str) -> str | None:
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower().split("_")
    return next((word for word in words if word in EMPTY_WORDS), None)
