"""Variables of the environment: each one the package names is on a page, and the page names no others."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.tidy.rules.sources import parsed, place, python_files

PAGE = "docs/reference/settings.md"
#: Of tests and of the scripts beside the package, documented with them.
_ELSEWHERE = re.compile(r"FIEL_(?:TEST|SERVICES)_|FIEL_REQUIRE_SERVICES$")
_VARIABLE = re.compile(r"\bFIEL_[A-Z0-9_]*[A-Z0-9]\b")


def settings_on_the_page(root: Path) -> list[str]:
    """Variables that the code names and the table does not, or the table names and the code does not."""
    page = root / PAGE
    text = page.read_text(encoding="utf-8") if page.exists() else ""
    listed = set(re.findall(r"^\| `(FIEL_\w+)` \|", text, re.MULTILINE))
    named: dict[str, str] = {}
    for path in python_files(root, ("src",)):
        for line, name in _variables(parsed(path)):
            named.setdefault(name, place(root, path, line))
    findings = [f"{where}: {name} is not in the table of {PAGE}" for name, where in named.items()]
    return [finding for finding in findings if finding.split()[1] not in listed] + [
        f"{PAGE}: {name} is not in the code any more" for name in sorted(listed - named.keys())
    ]


def _variables(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Names in any string: constants, help texts, docstrings. Prefixes of a settings class count whole."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            for name in _VARIABLE.findall(node.value):
                if not _ELSEWHERE.match(name):
                    yield node.lineno, name
