"""The one table: ours, theirs, the ratio and the noise; as text and as Markdown."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

HEADERS = ("what", "ours", "range", "goal", "theirs", "theirs took", "ratio")


@dataclass(frozen=True, slots=True)
class Row:
    """One measurement. `goal` is what we set out to reach; `theirs` empty when nobody does the same."""

    section: str
    what: str
    ours: str
    spread: str = ""
    goal: str = ""
    theirs: str = ""
    theirs_took: str = ""
    ratio: str = ""

    def cells(self) -> tuple[str, ...]:
        return (self.what, self.ours, self.spread, self.goal, self.theirs, self.theirs_took, self.ratio)


def as_text(rows: Iterable[Row]) -> str:
    """Columns aligned with spaces, a heading for each section."""
    rows = list(rows)
    widths = [max(len(c) for c in column) for column in zip(HEADERS, *(r.cells() for r in rows), strict=True)]
    lines = ["  ".join(h.ljust(w) for h, w in zip(HEADERS, widths, strict=True)).rstrip()]
    section = ""
    for row in rows:
        if row.section != section:
            section = row.section
            lines += ["", f"-- {section}"]
        lines.append("  ".join(c.ljust(w) for c, w in zip(row.cells(), widths, strict=True)).rstrip())
    return "\n".join(lines)


def as_markdown(rows: Iterable[Row]) -> str:
    """One Markdown table, the section as its first column."""
    lines = [
        "| section | " + " | ".join(HEADERS) + " |",
        "|---" * (len(HEADERS) + 1) + "|",
    ]
    section = ""
    for row in rows:
        name = row.section if row.section != section else ""
        section = row.section
        cells = (cell.replace("|", "\\|") for cell in (name, *row.cells()))
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)
