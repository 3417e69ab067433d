"""XIRR: the yearly rate at which dated flows are worth nothing together, over 365 calendar days.

    sum CF_i * (1 + r)^(-days_i/365) = 0

Convention: Microsoft's XIRR. There may be one rate, none, or several, and each answer has its type: `rates`.
All rates from -99.9999999999 % to 10^14 % a year are looked at, and the search is a proof (`roots`): a rate
that is not listed does not exist there.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import TypeAlias

from fiel.kernel.decimals import DecimalInput, decimals_of, parse_decimal
from fiel.kernel.errors import InvalidInput, Refused
from fiel.kernel.rounding import exact_context, round_half_up
from fiel.performance.present_value import PresentValue, Terms, growth_of
from fiel.performance.roots import TooHard, roots

FLOWS_MAX = 50_000
DECIMALS = 12
_PLAIN_MAX = 10**18


class NoRateReason(StrEnum):
    """Why no rate can be told."""

    #: Flows on fewer than two days: nothing had time to grow.
    TOO_FEW_DAYS = "too_few_days"
    #: Only put in, or only got back.
    ONE_SIGN = "one_sign"
    #: At every rate the flows are worth more than nothing, or at every rate less.
    NO_CROSSING = "no_crossing"
    #: A rate exists, below -99.9999999999 % or above 10^14 % a year.
    OUT_OF_RANGE = "out_of_range"
    #: The search hit its limit; it never does on flows of people.
    NOT_DECIDED = "not_decided"


@dataclass(frozen=True, slots=True)
class OneRate:
    """The only rate, a fraction per year (0.1 = 10 %), A-12."""

    rate: Decimal


@dataclass(frozen=True, slots=True)
class SeveralRates:
    """All the rates, ascending, fractions per year, A-12. None of them is the truth: use the TWR."""

    rates: tuple[Decimal, ...]


@dataclass(frozen=True, slots=True)
class NoRate:
    """No rate makes the flows worth zero."""

    reason: NoRateReason


RateOutcome: TypeAlias = OneRate | SeveralRates | NoRate

_REFUSALS = {
    NoRateReason.ONE_SIGN: "all flows have the same sign; put in is negative, got back is positive",
    NoRateReason.NO_CROSSING: "no rate makes these flows worth zero",
    NoRateReason.OUT_OF_RANGE: "no rate from -99.9999999999 % to 10^14 % a year makes these flows worth zero",
    NoRateReason.NOT_DECIDED: "no rate could be told within the limit of the search",
}


def rates(flows: Iterable[tuple[date, DecimalInput]]) -> RateOutcome:
    """All yearly rates of dated flows: `OneRate`, `SeveralRates` or `NoRate` with its reason.

    Money put in is negative, money got back positive, in any order; several flows on a day are added.
    Raises `InvalidInput` for a float, a datetime or more than 50000 flows.

    >>> year = [date(2025, 1, 1), date(2026, 1, 1), date(2027, 1, 1)]
    >>> rates([(year[0], -1000), (year[1], 1100)])
    OneRate(rate=Decimal('0.100000000000'))
    >>> rates([(year[0], -100), (year[1], 230), (year[2], -132)])
    SeveralRates(rates=(Decimal('0.100000000000'), Decimal('0.200000000000')))
    >>> rates([(year[0], -100), (year[1], -5)])
    NoRate(reason=<NoRateReason.ONE_SIGN: 'one_sign'>)
    """
    days, amounts = _read(flows)
    decimals = max((decimals_of(one) for one in amounts if isinstance(one, Decimal)), default=0)
    scale, exact = 10**decimals, exact_context()
    units = [int(exact.scaleb(one, decimals)) if isinstance(one, Decimal) else one * scale for one in amounts]
    return rates_of_units(days, units)


def rates_of_units(days: Sequence[date], amounts: Sequence[int]) -> RateOutcome:
    """`rates` of amounts in whole units (such as cents), each on its day; neither is checked."""
    by_day: dict[int, int] = {}
    for day, amount in zip(days, amounts, strict=True):
        ordinal = day.toordinal()
        by_day[ordinal] = by_day.get(ordinal, 0) + amount
    kept = sorted(ordinal for ordinal, amount in by_day.items() if amount)
    if len(kept) < 2:
        return NoRate(NoRateReason.TOO_FEW_DAYS)
    worth = tuple(by_day[ordinal] for ordinal in kept)
    if min(worth) > 0 or max(worth) < 0:
        return NoRate(NoRateReason.ONE_SIGN)
    return _outcome(Terms(tuple(ordinal - kept[0] for ordinal in kept), worth))


def xirr(flows: Iterable[tuple[date, DecimalInput]], *, decimals: int = DECIMALS) -> Decimal:
    """The only yearly rate as a fraction (0.3733...), A-`decimals` (at most 12), of dated flows.

    Like `rates`, but raises instead: `InvalidInput` for fewer than two days, `Refused` when no rate exists
    or several do.

    >>> xirr([(date(2025, 1, 1), -1000), (date(2026, 1, 1), 1100)], decimals=6)
    Decimal('0.100000')
    """
    if type(decimals) is not int or not 0 <= decimals <= DECIMALS:
        raise InvalidInput("decimals_out_of_range", "decimals go from 0 to 12", field="decimals")
    outcome = rates(flows)
    if isinstance(outcome, OneRate):
        return round_half_up(outcome.rate, decimals)
    if isinstance(outcome, SeveralRates):
        count = len(outcome.rates)
        raise Refused("rate_is_ambiguous", f"{count} rates fit these flows; use the return of quotas (TWR)")
    if outcome.reason is NoRateReason.TOO_FEW_DAYS:
        raise InvalidInput("too_few_flows", "a rate needs flows on at least two days", field="flows")
    raise Refused("rate_does_not_exist", _REFUSALS[outcome.reason])


def _outcome(terms: Terms) -> RateOutcome:
    try:
        found = [round_half_up(growth_of(log) - 1, DECIMALS) for log in roots(PresentValue(terms))]
    except TooHard:
        return NoRate(NoRateReason.NOT_DECIDED)
    if len(found) == 1:
        return OneRate(found[0])
    if found:
        return SeveralRates(tuple(found))
    # With ends of different sign there is a root somewhere, only not where it was looked for.
    crosses = (terms.amounts[0] > 0) != (terms.amounts[-1] > 0)
    return NoRate(NoRateReason.OUT_OF_RANGE if crosses else NoRateReason.NO_CROSSING)


def _read(flows: Iterable[tuple[date, DecimalInput]]) -> tuple[list[date], list[Decimal | int]]:
    """Days and exact amounts, checked."""
    days: list[date] = []
    amounts: list[Decimal | int] = []
    for count, (day, amount) in enumerate(flows):
        if count >= FLOWS_MAX:
            raise InvalidInput(
                "too_many_flows", f"at most {FLOWS_MAX} flows; add up those of a day", field="flows"
            )
        if isinstance(day, datetime) or not isinstance(day, date):
            raise InvalidInput("date_expected", "each flow has a date", field=f"flows[{count}]")
        days.append(day)
        # Whole numbers need no reading, and there may be many.
        if type(amount) is int and abs(amount) < _PLAIN_MAX:
            amounts.append(amount)
        else:
            amounts.append(parse_decimal(amount, field=f"flows[{count}]"))
    return days, amounts
