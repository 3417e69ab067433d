"""Long tables of `/rentabilidade` by year: the newest in full, each older one a row that can be opened."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from fiel.entrypoints.web.views.performance import Lines, PerformancePage, YearRow
from fiel.kernel.errors import NotFound

#: Tables of at most so many rows stay whole.
POINTS_WHOLE, MOVES_WHOLE, YEARS_WHOLE = 60, 24, 5


@dataclass(frozen=True, slots=True)
class PointRow:
    """A point of every line, in percent; with `year`, it stands for all of that year: its last one."""

    day: date
    values: tuple[Decimal | None, ...]
    year: int | None = None


@dataclass(frozen=True, slots=True)
class MoveRow:
    """Money in (above zero) or out on a day, BRL; with `year`, the sum of `count` moves of that year."""

    day: date
    amount: Decimal
    count: int = 1
    year: int | None = None


@dataclass(frozen=True, slots=True)
class Folded:
    """What the page shows at once. `years`: those whose months are shown, `old_years` those that are not."""

    points: tuple[PointRow, ...]
    moves: tuple[MoveRow, ...]
    years: tuple[YearRow, ...]
    old_years: tuple[YearRow, ...]


@dataclass(frozen=True, slots=True)
class OneYear:
    """All of one year; `months` is `None` where no month of it was reckoned."""

    year: int
    points: tuple[PointRow, ...]
    moves: tuple[MoveRow, ...]
    months: YearRow | None


def folded(page: PerformancePage) -> Folded:
    """The tables of a page, with the old years folded where the table is long."""
    points, moves = points_of(page.lines), moves_of(page.lines)
    if len(points) > POINTS_WHOLE:
        points = _fold_points(points)
    if len(moves) > MOVES_WHOLE:
        moves = _fold_moves(moves)
    cut = max(0, len(page.years) - YEARS_WHOLE)
    return Folded(points, moves, page.years[cut:], page.years[:cut])


def one_year(page: PerformancePage, year: int) -> OneYear:
    """What is folded under a year. Raises `NotFound` (year_unknown) for one without any point."""
    points = tuple(one for one in points_of(page.lines) if one.day.year == year)
    if not points:
        raise NotFound("year_unknown", "the period has no such year", field="ano")
    moves = tuple(one for one in moves_of(page.lines) if one.day.year == year)
    return OneYear(year, points, moves, next((one for one in page.years if one.year == year), None))


def points_of(lines: Lines) -> tuple[PointRow, ...]:
    """The points of all lines, oldest first."""
    return tuple(
        PointRow(day, tuple(one.values[place] for one in lines.series))
        for place, day in enumerate(lines.days)
    )


def moves_of(lines: Lines) -> tuple[MoveRow, ...]:
    """Every day with money in or out, oldest first."""
    return tuple(MoveRow(day, amount) for day, amount in lines.moves)


def _fold_points(points: Sequence[PointRow]) -> tuple[PointRow, ...]:
    newest = points[-1].day.year
    last = {one.day.year: one for one in points if one.day.year < newest}
    kept = [one for one in points if one.day.year == newest]
    return (*(PointRow(one.day, one.values, year) for year, one in last.items()), *kept)


def _fold_moves(moves: Sequence[MoveRow]) -> tuple[MoveRow, ...]:
    newest = moves[-1].day.year
    by_year: dict[int, list[MoveRow]] = {}
    for one in moves:
        if one.day.year < newest:
            by_year.setdefault(one.day.year, []).append(one)
    old = [
        MoveRow(rows[-1].day, sum((one.amount for one in rows), Decimal(0)), len(rows), year)
        for year, rows in by_year.items()
    ]
    return (*old, *(one for one in moves if one.day.year == newest))
