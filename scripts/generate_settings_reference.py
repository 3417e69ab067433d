"""Writes the table of docs/reference/settings.md from the code; --check only says if it is out of date."""

from __future__ import annotations

import re
import sys
from pathlib import Path

from fiel.settings.reference import SETTINGS

PAGE = Path(__file__).resolve().parents[1] / "docs/reference/settings.md"
_TABLE = re.compile(r"^\| Variable \|.*?\n\n", re.MULTILINE | re.DOTALL)


def table() -> str:
    """The table of all variables, in the order of their names."""
    lines = ["| Variable | What it decides | Default |", "|---|---|---|"]
    lines += [f"| `{each.name}` | {each.decides} | {each.default} |" for each in SETTINGS]
    return "\n".join(lines) + "\n\n"


def page(written: str) -> str:
    """The page with its table as the code has it; the text around stays."""
    return _TABLE.sub(lambda _found: table(), written, count=1)


def main() -> int:
    """Exit code 1 when the page was out of date and --check was given."""
    written = PAGE.read_text(encoding="utf-8")
    wanted = page(written)
    if wanted == written:
        return 0
    if "--check" in sys.argv:
        print(f"{PAGE.name} is out of date: run `make fmt`")
        return 1
    PAGE.write_text(wanted, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
