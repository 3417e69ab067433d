"""Names that say nothing: a file called utils is where things go that nobody thought about."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from tests.tidy.rules.sources import code_paths, parsed, place, python_files

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
        f"{place(root, path, node.lineno)}: class {node.name}: {word!r} says nothing; name what it does"
        for path in python_files(root)
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.ClassDef) and (word := _empty_word(node.name))
    ]


def _empty_word(name: str) -> str | None:
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower().split("_")
    return next((word for word in words if word in EMPTY_WORDS), None)
