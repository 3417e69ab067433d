"""Size: a file of at most 400 lines, a function of at most 60, with a ratchet for what is larger.

The ratchet (`tests/tidy/ratchet.toml`) lists each exception with its size today. It may only
shrink: one that grew, one that shrank without being written down and one that is gone all fail.
"""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.tidy.rules.sources import parsed, python_files

FILE_LINES_MAX = 400
FUNCTION_LINES_MAX = 60


@dataclass(frozen=True, slots=True)
class Ratchet:
    """The exceptions: size in lines by path (`files`) and by `path::qualified.name` (`functions`)."""

    files: Mapping[str, int] = field(default_factory=dict)
    functions: Mapping[str, int] = field(default_factory=dict)


def read_ratchet(path: Path) -> Ratchet:
    """Read the exceptions from TOML."""
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    return Ratchet(table.get("files", {}), table.get("functions", {}))


def file_sizes(root: Path) -> dict[str, int]:
    """Lines of every Python file, by path."""
    return {
        path.relative_to(root).as_posix(): len(path.read_text(encoding="utf-8").splitlines())
        for path in python_files(root)
    }


def function_sizes(root: Path) -> dict[str, int]:
    """Lines of every function, by `path::qualified.name`; a nested one counts in its parent too."""
    sizes: dict[str, int] = {}
    for path in python_files(root):
        for name, node in _functions(parsed(path), ""):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            sizes[f"{path.relative_to(root).as_posix()}::{name}"] = lines
    return sizes


def too_large(root: Path, ratchet: Ratchet) -> list[str]:
    """What is over the limit and not excepted, and every exception that is not exact any more."""
    return [
        *_against(file_sizes(root), ratchet.files, FILE_LINES_MAX),
        *_against(function_sizes(root), ratchet.functions, FUNCTION_LINES_MAX),
    ]


def _against(sizes: Mapping[str, int], excepted: Mapping[str, int], limit: int) -> Iterator[str]:
    for name, size in sizes.items():
        if name not in excepted and size > limit:
            yield f"{name}: {size} lines, the limit is {limit}; split it"
    for name, allowed in excepted.items():
        size = sizes.get(name, 0)
        if size > allowed:
            yield f"{name}: grew from {allowed} to {size} lines; the ratchet only goes down"
        elif size <= limit:
            yield f"{name}: {size} lines, within the limit; take it out of the ratchet"
        elif size < allowed:
            yield f"{name}: shrank from {allowed} to {size} lines; write {size} into the ratchet"


def _functions(node: ast.AST, prefix: str) -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef]]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.expr):
            continue  # most of a tree, and no function is defined in one
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            name = f"{prefix}{child.name}"
            if not isinstance(child, ast.ClassDef):
                yield name, child
            yield from _functions(child, f"{name}.")
        else:
            yield from _functions(child, prefix)
