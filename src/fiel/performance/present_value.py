"""Sums of dated amounts under a yearly growth, in whole numbers: the machine under `xirr`.

A growth is told by its logarithm y = ln(1 + r), as a whole number of 2^-64. Amounts are whole numbers of any
unit. The sum for y >= 0 is the worth on the first day, for y < 0 the worth on the last one: both have the
same sign and neither can overflow, because every weight is at most 1. Weights are kept to 2^-128, cut down,
so a sum of n terms is good to n * 2^-128 of their total.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Context, Decimal
from itertools import pairwise

#: Scale of logarithms, and bits of a weight.
LOG_BITS = 64
LOG_ONE = 1 << LOG_BITS
WEIGHT_BITS = 128
_ONE = 1 << WEIGHT_BITS
_DIGITS = 60
DAYS_A_YEAR = 365


@dataclass(frozen=True, slots=True)
class Sums:
    """At one growth: what is positive, what is negative, and both weighted by days; none is below zero."""

    positive: int
    negative: int
    positive_days: int
    negative_days: int

    @property
    def net(self) -> int:
        return self.positive - self.negative


@dataclass(frozen=True, slots=True)
class Terms:
    """Amounts by days since the first one, ascending, none of them zero. At least two."""

    days: tuple[int, ...]
    amounts: tuple[int, ...]

    def steps(self, *, backwards: bool) -> list[tuple[int, int]]:
        """(days since the amount before, amount * 2^128) in the order of Horner's rule, last one first."""
        days, amounts = self.days, self.amounts
        if backwards:
            last = days[-1]
            days, amounts = tuple(last - day for day in reversed(days)), tuple(reversed(amounts))
        gaps = [0, *(later - day for day, later in pairwise(days))]
        return [(gap, amount << WEIGHT_BITS) for gap, amount in zip(gaps, amounts, strict=True)][::-1]

    def gathered(self, count: int) -> Terms | None:
        """About `count` amounts in the place of many, each amid its own; `None` when few are left."""
        width = self.days[-1] // count + 1
        by_part: dict[int, list[int]] = {}
        for day, amount in zip(self.days, self.amounts, strict=True):
            part = by_part.setdefault(day // width, [0, 0, 0])
            part[0] += amount
            part[1] += day
            part[2] += 1
        kept = [(days // many, amount) for amount, days, many in by_part.values() if amount]
        if len(kept) < 2:
            return None
        first = kept[0][0]
        return Terms(tuple(day - first for day, _ in kept), tuple(amount for _, amount in kept))


class PresentValue:
    """The worth of the terms as a function of y. Keeps their order for both directions."""

    __slots__ = ("_backwards", "_forwards", "_slack", "terms")

    def __init__(self, terms: Terms) -> None:
        self.terms = terms
        self._forwards = terms.steps(backwards=False)
        self._backwards = terms.steps(backwards=True)
        self._slack = 4 * len(terms.days) * max(abs(amount) for amount in terms.amounts)

    def at(self, log: int) -> int:
        """The net sum, scaled by 2^128."""
        weights, total = _Weights.of(abs(log)), 0
        steps = self._steps(log)
        for gap, amount in steps[:-1]:
            total = (total + amount) * weights[gap] >> WEIGHT_BITS
        return total + steps[-1][1]

    def stays_on_one_side(self, log: int) -> bool:
        """True when at this growth the investor always owes, or always is owed, until the end.

        Then a root at `log` is the only one there is: a higher growth moves every balance away from zero and
        a lower one towards it (the condition of Soper, 1959).
        """
        weights, total = _Weights.of(abs(log)), 0
        steps = self._steps(log)
        sign = -1 if steps[-1][1] > 0 else 1
        for gap, amount in steps[:-1]:
            total += amount
            if sign * total < -self._slack:
                return False
            total = total * weights[gap] >> WEIGHT_BITS
        return True

    def sums(self, log: int) -> Sums:
        """The four sums at a growth, for bounds over a stretch of growths."""
        weights = _Weights.of(abs(log))
        days, weight, totals = 0, _ONE, [0, 0, 0, 0]
        for gap, amount in reversed(self._steps(log)):
            if gap:
                days += gap
                weight = weight * weights[gap] >> WEIGHT_BITS
            worth = abs(amount) * weight >> WEIGHT_BITS
            side = amount < 0
            totals[side] += worth
            totals[2 + side] += worth * days
        return Sums(*totals)

    def _steps(self, log: int) -> list[tuple[int, int]]:
        return self._forwards if log >= 0 else self._backwards


class _Weights(dict[int, int]):
    """The weight of a number of days, worked out once each."""

    @classmethod
    def of(cls, log: int) -> _Weights:
        """Weights at e^(-log); `log` is not negative."""
        work = Context(prec=_DIGITS)
        per_day = work.exp(work.divide(Decimal(-log), Decimal(LOG_ONE * DAYS_A_YEAR)))
        return cls({1: int(work.multiply(per_day, Decimal(_ONE)))})

    def __missing__(self, days: int) -> int:
        half = self[days // 2]
        weight = half * half >> WEIGHT_BITS
        if days % 2:
            weight = weight * self[1] >> WEIGHT_BITS
        self[days] = weight
        return weight


def growth_of(log: int) -> Decimal:
    """1 + r of a logarithm, to 60 digits."""
    work = Context(prec=_DIGITS)
    return work.exp(work.divide(Decimal(log), Decimal(LOG_ONE)))
