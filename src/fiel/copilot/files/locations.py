"""On which line of a TOML text each key is, so that a problem can point at it.

A scanner of keys only: it knows headers, dotted and quoted keys, strings and brackets that span
lines. A key inside an inline table or an array is found at the line of the key that holds it.
It runs after the text was read as TOML, or up to the line of a syntax error.
"""

from __future__ import annotations

import re
from collections import Counter

Path = tuple[str, ...]

#: Deeper keys are found at the line of their ancestor; no sound document is as deep.
DEPTH_MAX = 48

_KEY_PART = re.compile(r"""\s*(?:"((?:[^"\\]|\\.)*)"|'([^']*)'|([A-Za-z0-9_-]+))\s*""")
#: What can change the state while skipping a value: quotes (three or one), a comment, brackets.
_TOKEN = re.compile(r'"""|\'\'\'|"(?:[^"\\\n]|\\.)*"|\'[^\'\n]*\'|#[^\n]*|[\[\]{}]')


class Locations:
    """The line of every key of a text, counted from 1; what repeats keeps its first line."""

    def __init__(self, text: str) -> None:
        self._lines: dict[Path, int] = {}
        self._given: set[Path] = set()
        self._repeated: dict[int, Path] = {}
        self._scan(text.split("\n"))

    def line(self, path: Path) -> int | None:
        """The line of a key, or of the nearest table that holds it; `None` when there is none."""
        for length in range(len(path), 0, -1):
            if path[:length] in self._lines:
                return self._lines[path[:length]]
        return None

    def repeated_at(self, line: int) -> Path | None:
        """The key that is given a second time on this line, if one is."""
        return self._repeated.get(line)

    def _scan(self, lines: list[str]) -> None:
        table: Path = ()
        tables_in_array: Counter[Path] = Counter()
        number = 0
        while number < len(lines):
            line = lines[number].strip()
            number += 1
            if line.startswith("[["):
                name, _ = _read_key(line, 2)
                table = (*name, str(tables_in_array[name]))
                tables_in_array[name] += 1
                self._record(table, number)
            elif line.startswith("["):
                table, _ = _read_key(line, 1)
                self._record(table, number)
            elif line and not line.startswith("#"):
                key, end = _read_key(line, 0)
                self._record((*table, *key), number)
                number = _end_of_value(lines, number, line[end:])

    def _record(self, path: Path, line: int) -> None:
        path = path[:DEPTH_MAX]
        if path in self._given:
            self._repeated[line] = path
        for length in range(1, len(path) + 1):
            self._lines.setdefault(path[:length], line)
        self._given.add(path)


def _read_key(line: str, start: int) -> tuple[Path, int]:
    parts: list[str] = []
    position = start
    while match := _KEY_PART.match(line, position):
        double, single, bare = match.groups()
        parts.append(_unescaped(double) if double is not None else (single or bare or ""))
        position = match.end()
        if not line.startswith(".", position):
            break
        position += 1
    return tuple(parts), position


def _unescaped(text: str) -> str:
    """Quotes and backslashes; other escapes are so rare in keys that only their line would be lost."""
    return text.replace('\\"', '"').replace("\\\\", "\\")


def _end_of_value(lines: list[str], number: int, rest: str) -> int:
    """The number of lines consumed when a value that starts in `rest` is over."""
    depth = 0
    quote: str | None = None
    while True:
        position = 0
        while position < len(rest):
            if quote is not None:
                end = rest.find(quote, position)
                if end < 0:
                    break
                position, quote = end + len(quote), None
                continue
            token = _TOKEN.search(rest, position)
            if token is None:
                break
            position = token.end()
            if token.group() in {'"""', "'''"}:
                quote = token.group()
            elif token.group() in {"[", "{"}:
                depth += 1
            elif token.group() in {"]", "}"}:
                depth -= 1
        if (quote is None and depth <= 0) or number >= len(lines):
            return number
        rest = lines[number]
        number += 1
