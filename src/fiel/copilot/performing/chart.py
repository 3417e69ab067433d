"""Lines of returns over days in terminal cells: one sign for each line, the first one on top."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

#: Signs of lines in their order; they differ without colour too.
UNICODE_MARKS = ("●", "○", "×", "+")
ASCII_MARKS = ("*", "o", "x", "+")
HEIGHT = 10
WIDTH_MIN = 20


@dataclass(frozen=True, slots=True)
class Line:
    """Levels by day, ascending, on any scale: what counts is each over the first one."""

    name: str
    days: tuple[date, ...]
    levels: tuple[int | None, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """Rows of cells from the highest return to the lowest, and the return (a fraction) of each row."""

    rows: tuple[str, ...]
    returns: tuple[Fraction, ...]
    marks: tuple[tuple[str, str], ...]


def chart(
    lines: Sequence[Line], width: int, *, height: int = HEIGHT, ascii_only: bool = False
) -> Chart | None:
    """The lines over the days of the first one; `None` when there is nothing to draw.

    A column shows the last level on or before its day, as returns since the first day.
    """
    marks = ASCII_MARKS if ascii_only else UNICODE_MARKS
    days, shown = lines[0].days, lines[: len(marks)]
    if len(days) < 2 or width < WIDTH_MIN:
        return None
    columns = [days[column * (len(days) - 1) // (width - 1)] for column in range(width)]
    drawn = [_returns(line, columns, days[0]) for line in shown]
    known = [one for line in drawn for one in line if one is not None]
    if not known:
        return None
    high, low = max(known), min(known)
    if high == low:
        high, low = high + Fraction(1, 100), low - Fraction(1, 100)
    cells = [[" "] * width for _ in range(height)]
    zero = _row(Fraction(0), low, high, height)
    if 0 <= zero < height:
        cells[zero] = ["-" if ascii_only else "┈"] * width
    for line, mark in reversed(list(zip(drawn, marks, strict=False))):
        for column, value in enumerate(line):
            if value is not None:
                cells[_row(value, low, high, height)][column] = mark
    returns = tuple(high - (high - low) * row / (height - 1) for row in range(height))
    named = tuple((mark, line.name) for mark, line in zip(marks, shown, strict=False))
    return Chart(tuple("".join(row) for row in cells), returns, named)


def _row(value: Fraction, low: Fraction, high: Fraction, height: int) -> int:
    return round((high - value) * (height - 1) / (high - low))


def _returns(line: Line, columns: Sequence[date], start: date) -> list[Fraction | None]:
    """The return of each column since the start."""
    known = [(day, level) for day, level in zip(line.days, line.levels, strict=True) if level]
    days = [day for day, _ in known]
    if not known:
        return [None] * len(columns)
    base = known[max(bisect_right(days, start) - 1, 0)][1]
    places = [bisect_right(days, column) - 1 for column in columns]
    return [None if place < 0 else Fraction(known[place][1], base) - 1 for place in places]
