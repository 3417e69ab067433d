"""Drafts as single payments of one kind, and announced payments in the place of those that they are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from fiel.income.forecast.history import Paid
from fiel.income.forecast.methods import Draft
from fiel.income.forecast.season import YEAR
from fiel.income.values import IncomeKind

#: An announced payment is the forecast one when their com dates are at most this far apart.
SAME_SLOT_DAYS = 45


@dataclass(frozen=True, slots=True)
class Line:
    """One kind of a draft, on an ordinal day."""

    day: int
    kind: IncomeKind
    amount: Decimal
    draft: Draft


def lines_of(drafts: Sequence[Draft], origin: int, years: int = 1) -> tuple[Line, ...]:
    """Each draft by kind, in the proportions of the occasion that it is like, again in each of `years`."""
    return tuple(
        Line(origin + draft.offset + YEAR * year, kind, times * amount, draft)
        for year in range(years)
        for draft in drafts
        for times in (draft.amount / draft.like.total,)
        for kind, amount in draft.like.kinds
    )


def without_announced(lines: Sequence[Line], ahead: Iterable[Paid]) -> tuple[Line, ...]:
    """The lines that no announced payment is. The nearest pairs first, each line and each day of a kind once.

    A day of a kind is one announcement, however many instalments it has.
    """
    told = sorted({(each.day, each.kind) for each in ahead})
    pairs = sorted(
        (abs(day - line.day), one, index)
        for one, (day, kind) in enumerate(told)
        for index, line in enumerate(lines)
        if line.kind is kind and abs(day - line.day) <= SAME_SLOT_DAYS
    )
    settled: set[int] = set()
    gone: set[int] = set()
    for _, one, index in pairs:
        if one not in settled and index not in gone:
            settled.add(one)
            gone.add(index)
    return tuple(line for index, line in enumerate(lines) if index not in gone)
