"""Pages: one title each, and every relative link and anchor leads somewhere."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

from tests.tidy.rules.sources import markdown_files, place

_FENCE = re.compile(r"^\s*(```+|~~~+)")
_HEADING = re.compile(r"^(#{1,6})\s+(.*?)\s*(?:\{#([\w-]+)\})?\s*$")
_LINK = re.compile(r"!?\[[^\]]*\]\(\s*<?([^)\s>]+)>?[^)]*\)")
_OUTSIDE = re.compile(r"^[a-z][a-z0-9+.-]*:", re.IGNORECASE)


def titles(root: Path) -> list[str]:
    """Pages that do not have exactly one heading of the first level."""
    found = []
    for path in markdown_files(root):
        count = sum(1 for _, line in _prose(path) if line.startswith("# "))
        if count != 1:
            found.append(f"{place(root, path)}: {count} titles, a page has one")
    return found


def broken_links(root: Path) -> list[str]:
    """Relative links to a file or an anchor that is not there, or to a file outside the repository."""
    found = []
    for path in markdown_files(root):
        for number, line in _prose(path):
            for match in _LINK.finditer(_without_code(line)):
                problem = _problem(root, path, match.group(1))
                if problem:
                    found.append(f"{place(root, path, number)}: {match.group(1)}: {problem}")
    return found


def anchors(path: Path) -> set[str]:
    """The anchors of a page, as the site makes them from its headings."""
    found: set[str] = set()
    for _, line in _prose(path):
        if heading := _HEADING.match(line):
            slug = heading.group(3) or slug_of(heading.group(2))
            count = 1
            unique = slug
            while unique in found:
                unique = f"{slug}_{count}"
                count += 1
            found.add(unique)
    return found


def slug_of(heading: str) -> str:
    """The anchor of a heading: lower case, words joined by hyphens, no other sign."""
    ascii_only = unicodedata.normalize("NFKD", heading).encode("ascii", "ignore").decode("ascii")
    plain = re.sub(r"[^\w\s-]", "", ascii_only).strip().lower()
    return re.sub(r"[-\s]+", "-", plain)


def _problem(root: Path, page: Path, link: str) -> str | None:
    if _OUTSIDE.match(link):
        return None
    name, _, anchor = link.partition("#")
    target = (page.parent / name).resolve() if name else page
    if not target.is_relative_to(root.resolve()):
        return "leads outside the repository"
    if not target.exists():
        return "no such file"
    if anchor and target.suffix == ".md" and anchor not in anchors(target):
        return "no such heading"
    return None


def _prose(path: Path) -> list[tuple[int, str]]:
    """The numbered lines outside fenced blocks."""
    lines = []
    fence = ""
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        mark = _FENCE.match(line)
        if mark and not fence:
            fence = mark.group(1)
        elif mark and mark.group(1).startswith(fence):
            fence = ""
        elif not fence:
            lines.append((number, line))
    return lines


def _without_code(line: str) -> str:
    return re.sub(r"`[^`]*`", "", line)
