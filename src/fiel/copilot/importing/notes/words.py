"""Characters at places become words and lines; text drawn twice to look bold counts once.

Distances are points (1/72 inch) from the top left of the page.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

_LINE_TOLERANCE = 2.5
_WORD_GAP = 1.5
_TWICE = 1.0
_TWICE_SHARE = 0.6
"""Two equal letters nearer than this share of their width (at most a point) are one, drawn twice."""


@dataclass(frozen=True, slots=True)
class Word:
    """Text from `left` to `right` at height `top`; a single character at first."""

    text: str
    left: float
    right: float
    top: float


@dataclass(frozen=True, slots=True)
class Line:
    """Words at one height, from left to right."""

    words: tuple[Word, ...]

    @property
    def text(self) -> str:
        return " ".join(word.text for word in self.words)


Page = tuple[Line, ...]


def lines_of(characters: Iterable[Word]) -> Page:
    """The lines of a page, from its characters in any order.

    >>> lines_of([Word("B", 15, 20, 9), Word("a", 30, 34, 9.5), Word("A", 10, 15, 9)])[0].text
    'AB a'
    """
    return tuple(line for row in _rows(characters) if (line := Line(tuple(_words(row)))).words)


def _rows(characters: Iterable[Word]) -> Iterator[list[Word]]:
    row: list[Word] = []
    for one in sorted(characters, key=lambda one: (one.top, one.left)):
        if row and one.top - row[0].top > _LINE_TOLERANCE:
            yield row
            row = []
        row.append(one)
    if row:
        yield row


def _words(row: list[Word]) -> Iterator[Word]:
    kept: list[Word] = []
    for one in _once(sorted(row, key=lambda one: one.left)):
        if kept and (one.text.isspace() or one.left > kept[-1].right + _WORD_GAP):
            yield _joined(kept)
            kept = []
        if not one.text.isspace():
            kept.append(one)
    if kept:
        yield _joined(kept)


def _once(row: list[Word]) -> Iterator[Word]:
    """Without the second drawing of a letter, which stands a little beside the first."""
    recent: list[Word] = []
    for one in row:
        near = min(_TWICE, _TWICE_SHARE * (one.right - one.left))
        recent = [other for other in recent if one.left - other.left <= _TWICE]
        if not any(
            other.text == one.text and one.left - other.left <= near and abs(one.top - other.top) <= _TWICE
            for other in recent
        ):
            recent.append(one)
            yield one


def _joined(characters: list[Word]) -> Word:
    return Word(
        "".join(one.text for one in characters),
        characters[0].left,
        max(one.right for one in characters),
        characters[0].top,
    )
