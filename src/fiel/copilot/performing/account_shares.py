"""What each account added to the return, in parts that add up to it exactly, as those of assets do."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

from fiel.kernel.rounding import round_half_up
from fiel.performance.attribution import POINT_DECIMALS, Share, shared_out, turns_of, weighted_gain
from fiel.performance.book import Book
from fiel.performance.levels import Level
from fiel.performance.periods import Period
from fiel.performance.report import quota_series


def account_shares(book: Book, period: Period) -> tuple[Share, ...]:
    """By account, in the order of their names; the class of each is its own name."""
    _, made = quota_series(book, period, Level.PORTFOLIO, Level.PORTFOLIO.value)
    first, turns = book.place_of(period.after), turns_of(made)
    last = first + len(made.weights)
    own: defaultdict[int, list[tuple[int, int, int]]] = defaultdict(list)
    for leg in book.legs:
        own[leg.cell].append((leg.place, leg.inn, leg.out))
    points: defaultdict[str, int] = defaultdict(int)
    gains: defaultdict[str, int] = defaultdict(int)
    for cell in book.cells:
        points[cell.account] += weighted_gain(cell, own[cell.index], made.weights, turns, first)
        gains[cell.account] += cell.values[last] - (cell.values[first] if first >= 0 else 0)
        gains[cell.account] += sum(out - inn for place, inn, out in own[cell.index] if first < place <= last)
    names = sorted(points)
    told = shared_out([points[name] for name in names], round_half_up(made.total_return, POINT_DECIMALS))
    return tuple(
        Share(name, name, Decimal(gains[name]).scaleb(-2), part)
        for name, part in zip(names, told, strict=True)
    )
