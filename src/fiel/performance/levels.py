"""The whole, and its parts by class, account and asset: what is in each and what flowed across its border."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from fiel.performance.book import Book
from fiel.performance.cells import OUTSIDE, Cell, Leg


class Level(StrEnum):
    """By what the cells of a book are put together."""

    PORTFOLIO = "portfolio"
    CLASS = "class"
    ACCOUNT = "account"
    ASSET = "asset"


@dataclass(frozen=True, slots=True, repr=False)
class Group:
    """Cells told together. `flows`: (in, out) across the border in cents of BRL, by place of the axis."""

    level: Level
    name: str
    cells: tuple[Cell, ...]
    flows: dict[int, tuple[int, int]]

    def worths(self) -> list[int]:
        """The worth of every day of the axis, in cents of BRL."""
        return summed([cell.values for cell in self.cells])


def summed(worths: Sequence[Sequence[int]]) -> list[int]:
    """Day by day."""
    return list(map(sum, zip(*worths, strict=True))) if len(worths) > 1 else list(worths[0])


def groups(book: Book, level: Level) -> list[Group]:
    """The parts of a book at one level, in the order of their names; the portfolio is one."""
    members: dict[str, list[Cell]] = {}
    for cell in book.cells:
        members.setdefault(_name(cell, level), []).append(cell)
    names = sorted(members)
    number = {name: at for at, name in enumerate(names)}
    group_of = [number[_name(cell, level)] for cell in book.cells]
    flows = _flows(book.legs, group_of, len(names))
    return [Group(level, name, tuple(members[name]), flows[at]) for at, name in enumerate(names)]


def _name(cell: Cell, level: Level) -> str:
    if level is Level.PORTFOLIO:
        return "portfolio"
    if level is Level.CLASS:
        return cell.asset_class
    return cell.account if level is Level.ACCOUNT else cell.asset


def _flows(legs: Iterable[Leg], group_of: Sequence[int], count: int) -> list[dict[int, tuple[int, int]]]:
    """What crossed the border of each group, by place."""
    crossed: list[dict[int, list[tuple[int, int, int]]]] = [{} for _ in range(count)]
    for place, cell, counter, inn, out in legs:
        group = group_of[cell]
        if counter != OUTSIDE and group_of[counter] == group:
            continue
        days = crossed[group]
        if place in days:
            days[place].append((cell, inn, out))
        else:
            days[place] = [(cell, inn, out)]
    return [{place: _joined(flows) for place, flows in days.items()} for days in crossed]


def _joined(flows: Sequence[tuple[int, int, int]]) -> tuple[int, int]:
    """The flow of a day over (cell, in, out): what left one cell to enter another is no flow of both.

    What came into a cell and left it again the same day (a day trade) stays: it was capital at work there.
    """
    if len(flows) == 1:
        return flows[0][1:]
    by_cell: dict[int, tuple[int, int]] = {}
    for cell, inn, out in flows:
        before = by_cell.get(cell, (0, 0))
        by_cell[cell] = (before[0] + inn, before[1] + out)
    turned = net = 0
    for inn, out in by_cell.values():
        turned += min(inn, out)
        net += inn - out
    return (turned + max(net, 0), turned + max(-net, 0))
