"""What source text may not hold: unfinished work, patches by path, money from floats, long lines."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.tidy.rules.sources import code_paths, markdown_files, parsed, place, python_files

LINE_LENGTH_MAX = 110
# Written in two halves, so that this file passes its own rule.
UNFINISHED = re.compile(r"\b(" + "|".join(["TO" + "DO", "FIX" + "ME", "XX" + "X"]) + r")\b")
MONEY_TYPES = frozenset({"Money", "Price", "Quantity", "Percent", "Rate", "Decimal"})
_PATCHING = re.compile(r"\b(patch|setattr|delattr)\b")
#: A literal of a float: with a point, or with an exponent.
_FLOAT = re.compile(r"\d\.|\.\d|\d[eE][-+]?\d")
_TEXT_SUFFIXES = frozenset({".py", ".md", ".toml", ".sh", ""})


def unfinished(root: Path) -> list[str]:
    """Markers of unfinished work, in code and pages."""
    pages = [*code_paths(root), *markdown_files(root)]
    return [
        f"{place(root, path, number)}: {match.group()}: finish it, or open an issue"
        for path in pages
        if path.suffix in _TEXT_SUFFIXES
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if (match := UNFINISHED.search(line))
    ]


def long_lines(root: Path) -> list[str]:
    """Lines of code over the limit, in files that ruff does not read too."""
    code = [path for path in code_paths(root) if path.suffix in {".py", ".sh", ""}]
    return [
        f"{place(root, path, number)}: {len(line)} columns, the limit is {LINE_LENGTH_MAX}"
        for path in code
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if len(line) > LINE_LENGTH_MAX and "noqa: E501" not in line
    ]


def patches_by_path(root: Path) -> list[str]:
    """`patch("a.b")` and `monkeypatch.setattr("a.b", ...)`: a needed patch is a missing seam."""
    return [
        f"{place(root, path, call.lineno)}: patched by import path; pass the thing in instead"
        for path in python_files(root)
        # Parsing takes most of the time, and few files can have one.
        if _PATCHING.search(path.read_text(encoding="utf-8"))
        for call in _calls(path)
        if _patches(call) and call.args and _is_text(call.args[0])
    ]


def money_from_floats(root: Path) -> list[str]:
    """`Money(0.1)`: a float has already lost the cent. Tests may, to see it refused."""
    return [
        f"{place(root, path, call.lineno)}: {_name(call.func)} from a float literal; write it as text"
        for path in python_files(root, ("src", "bench", "scripts"))
        if _FLOAT.search(path.read_text(encoding="utf-8"))
        for call in _calls(path)
        if MONEY_TYPES.intersection(_name(call.func).split("."))
        and any(isinstance(a, ast.Constant) and isinstance(a.value, float) for a in call.args)
    ]


def tests_without_docstring(root: Path) -> list[str]:
    """Test functions without a docstring of one line: it says which behaviour breaks when they fail."""
    found = []
    for path in python_files(root, ("tests",)):
        for node in ast.walk(parsed(path)):
            if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                continue
            if not node.name.startswith("test") or not path.name.startswith("test_"):
                continue
            docstring = ast.get_docstring(node)
            if not docstring or "\n" in docstring.strip():
                found.append(f"{place(root, path, node.lineno)}: {node.name} needs a docstring of one line")
    return found


def _calls(path: Path) -> Iterator[ast.Call]:
    return (node for node in ast.walk(parsed(path)) if isinstance(node, ast.Call))


def _patches(call: ast.Call) -> bool:
    parts = _name(call.func).split(".")
    if parts[-1] in {"setattr", "delattr"}:
        return "monkeypatch" in parts[:-1]
    return parts[-1] == "patch"


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _name(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return f"{_name(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""
