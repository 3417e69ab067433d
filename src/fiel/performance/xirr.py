"""XIRR: the yearly rate at which dated flows are worth nothing together, over 365 calendar days.

    sum CF_i * (1 + r)^(-days_i/365) = 0

Solved in Decimal by bisection on the discount of one day, v = (1+r)^(-1/365): the sum is a polynomial
in v with whole powers. Convention: Microsoft's XIRR. The root is good to 12 decimals.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal, localcontext
from itertools import pairwise

from fiel.kernel.decimals import DecimalInput, parse_decimal
from fiel.kernel.errors import InvalidInput, Refused
from fiel.kernel.rounding import finance_context, round_half_up

FLOWS_MAX = 5_000
#: Rates looked at: -99.9999 % to 1,000,000 % a year.
_LOWEST = Decimal("-0.999999")
_HIGHEST = Decimal(10_000)
_STEPS = 64
_HALVINGS = 80


def xirr(flows: Iterable[tuple[date, DecimalInput]], *, decimals: int = 12) -> Decimal:
    """The yearly rate as a fraction (0.3733...), A-`decimals` (at most 12), of dated flows.

    Money put in is negative, money got back positive; several flows on a day are added. Raises
    `InvalidInput` for fewer than two days or more than 5000 flows, `Refused` when all flows have one
    sign (no rate exists), no rate lies between -99.9999 % and 1,000,000 %, or several do.

    >>> xirr([(date(2025, 1, 1), -1000), (date(2026, 1, 1), 1100)], decimals=6)
    Decimal('0.100000')
    """
    if type(decimals) is not int or not 0 <= decimals <= 12:
        raise InvalidInput("decimals_out_of_range", "decimals go from 0 to 12", field="decimals")
    terms = _terms(flows)
    with localcontext(finance_context()):
        low, high = _bracket(terms)
        low_sign = _value(terms, low) > 0
        for _ in range(_HALVINGS):
            middle = (low + high) / 2
            if (_value(terms, middle) > 0) == low_sign:
                low = middle
            else:
                high = middle
        return round_half_up(((low + high) / 2) ** -365 - 1, decimals)


def _terms(flows: Iterable[tuple[date, DecimalInput]]) -> list[tuple[int, Decimal]]:
    """Amounts by days since the first flow, in order, zeros left out."""
    by_day: dict[date, Decimal] = {}
    for count, (day, amount) in enumerate(flows):
        if count >= FLOWS_MAX:
            raise InvalidInput(
                "too_many_flows", f"at most {FLOWS_MAX} flows; add up those of a day", field="flows"
            )
        if isinstance(day, datetime) or not isinstance(day, date):
            raise InvalidInput("date_expected", "each flow has a date", field=f"flows[{count}]")
        number = parse_decimal(amount, field=f"flows[{count}]")
        with localcontext(finance_context()):
            by_day[day] = by_day.get(day, Decimal(0)) + number
    days = sorted(day for day, amount in by_day.items() if amount)
    if len(days) < 2:
        raise InvalidInput("too_few_flows", "a rate needs flows on at least two days", field="flows")
    if all(by_day[day] > 0 for day in days) or all(by_day[day] < 0 for day in days):
        raise Refused(
            "rate_does_not_exist", "all flows have the same sign; put in is negative, got back is positive"
        )
    return [((day - days[0]).days, by_day[day]) for day in days]


def _bracket(terms: list[tuple[int, Decimal]]) -> tuple[Decimal, Decimal]:
    """Two day discounts between which the value changes its sign exactly once."""
    grid = [(logarithm / -365).exp() for logarithm in _logarithms(terms)]
    signs = [_value(terms, discount) > 0 for discount in grid]
    found = [
        pair for pair, sides in zip(pairwise(grid), pairwise(signs), strict=True) if sides[0] != sides[1]
    ]
    if not found:
        raise Refused(
            "rate_does_not_exist",
            "no rate from -99.9999 % to 1,000,000 % a year makes these flows worth zero",
        )
    if len(found) > 1:
        raise Refused(
            "rate_is_ambiguous", f"{len(found)} rates fit these flows; use the return of quotas (TWR) instead"
        )
    return found[0]


def _logarithms(terms: list[tuple[int, Decimal]]) -> list[Decimal]:
    """ln(1+r) of the rates looked at, ascending.

    Flows that change their sign once have one root (Descartes), which a coarse grid finds. Others are
    searched in steps of one percent from -50 % to +200 % too; closer roots look like none or like one.
    """
    low, high = (1 + _LOWEST).ln(), (1 + _HIGHEST).ln()
    coarse = {low + (high - low) * step / _STEPS for step in range(_STEPS + 1)}
    if sum((one > 0) != (other > 0) for (_, one), (_, other) in pairwise(terms)) == 1:
        return sorted(coarse)
    return sorted(coarse | {Decimal(step) / 100 for step in range(-69, 111)})


def _value(terms: list[tuple[int, Decimal]], discount: Decimal) -> Decimal:
    """The flows' worth, by Horner's rule from the last day to the first."""
    total = Decimal(0)
    later = terms[-1][0]
    for days, amount in reversed(terms):
        total = total * discount ** (later - days) + amount
        later = days
    return total
