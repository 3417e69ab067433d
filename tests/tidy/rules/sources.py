"""Which files the rules look at, and their syntax trees."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

#: Folders with Python of ours, relative to the root of the repository.
CODE_FOLDERS = ("src", "tests", "bench", "scripts")
#: Never ours: what tools write.
GENERATED = {"__pycache__", ".venv", ".tools", "site", "node_modules"}


def repository() -> Path:
    """The root of this repository."""
    return Path(__file__).resolve().parents[3]


def python_files(root: Path, folders: tuple[str, ...] = CODE_FOLDERS) -> list[Path]:
    """Every Python file under the folders, sorted."""
    return [path for folder in folders for path in _files(root / folder) if path.suffix == ".py"]


def code_paths(root: Path) -> list[Path]:
    """Every file and folder of code, whatever its suffix, sorted."""
    return [path for folder in CODE_FOLDERS for path in _files(root / folder)]


def markdown_files(root: Path) -> list[Path]:
    """The pages: those at the root and those under docs/, sorted."""
    return sorted(root.glob("*.md")) + [p for p in _files(root / "docs") if p.suffix == ".md"]


def parsed(path: Path) -> ast.Module:
    """The syntax tree of a file."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def place(root: Path, path: Path, line: int = 0) -> str:
    """Where a finding is, as editors understand it."""
    name = path.relative_to(root).as_posix()
    return f"{name}:{line}" if line else name


def _files(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not GENERATED.intersection(path.parts):
            yield path
