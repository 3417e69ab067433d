"""How rough the way was: drawdowns, volatility, months."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Context, Decimal, localcontext
from itertools import pairwise

from fiel.kernel.errors import InvalidInput, Refused
from fiel.kernel.rounding import finance_context, round_half_up
from fiel.performance.quotas import BUSINESS_DAYS_A_YEAR, QUOTA_ONE, RETURN_DECIMALS, fraction_of

#: Logarithms of daily returns: far beyond the 12 decimals that are told.
_LOG_DIGITS = 30
#: Up to a move of a fifth or so the series is quicker than a logarithm.
_NEAR = QUOTA_ONE // 10


@dataclass(frozen=True, slots=True)
class Drawdown:
    """The deepest fall: `depth` from -1 to 0 (a fraction), the day of the peak, of the trough, and the first
    day back at the peak, `None` while it is not reached. All days are `None` when it never fell."""

    depth: Decimal
    peak: date | None
    trough: date | None
    recovered: date | None


@dataclass(frozen=True, slots=True)
class Volatility:
    """Sample standard deviation of daily logarithmic returns (fractions, A-12).

    `yearly` is `daily` times the root of 252; `downside` counts days below the mean only. `days` returns.
    """

    daily: Decimal
    yearly: Decimal
    downside: Decimal
    days: int

    def over_period(self) -> tuple[Decimal, Decimal]:
        """Deviation and downside deviation scaled to the whole period (times the root of its days), A-12."""
        with localcontext(finance_context()):
            root = Decimal(self.days).sqrt()
            return round_half_up(self.daily * root, 12), round_half_up(self.downside * root, 12)


@dataclass(frozen=True, slots=True)
class MonthReturn:
    """The return of quotas of a calendar month (a fraction, A-12); a first or last month may be a part."""

    year: int
    month: int
    value: Decimal


def drawdown(days: Sequence[date], quotas: Sequence[int]) -> Drawdown:
    """The deepest fall of quotas (any scale, not below zero), one for each day.

    >>> week = [date(2026, 1, day) for day in range(5, 10)]
    >>> drawdown(week, [100, 120, 90, 100, 120]).recovered
    datetime.date(2026, 1, 9)
    """
    if not quotas or len(days) != len(quotas):
        raise InvalidInput("quotas_uneven", "give one quota for each day", field="quotas")
    peak = at_peak = 0
    worst = (0, 0, 0)
    worst_low, worst_high = 1, 1
    for place, quota in enumerate(quotas):
        if quota >= peak:
            peak, at_peak = quota, place
        elif quota * worst_high < worst_low * peak:
            worst_low, worst_high, worst = quota, peak, (at_peak, place, peak)
    if worst_low == worst_high:
        return Drawdown(Decimal(0), None, None, None)
    start, trough, height = worst
    back = next((days[at] for at in range(trough, len(quotas)) if quotas[at] >= height), None)
    return Drawdown(fraction_of(worst_low, worst_high), days[start], days[trough], back)


def volatility(quotas: Sequence[int]) -> Volatility:
    """Of quotas of consecutive sessions. Raises `Refused` for fewer than two returns, or a quota of zero."""
    if len(quotas) < 3:
        raise Refused("too_few_days", "a deviation needs at least two daily returns", field="quotas")
    if min(quotas) <= 0:
        raise Refused("lost_everything", "after a loss of everything there is no return", field="quotas")
    unit = Decimal(QUOTA_ONE)
    returns = [_log(one, other) for one, other in pairwise(quotas)]
    count, total = len(returns), sum(returns)
    # Deviations times the count are whole numbers.
    apart = [count * made - total for made in returns]
    below = sum(one * one for one in apart if one < 0)
    with localcontext(finance_context()):
        scale = count * unit
        daily = (Decimal(sum(one * one for one in apart)) / (count - 1)).sqrt() / scale
        downside = (Decimal(below) / (count - 1)).sqrt() / scale
        yearly = daily * Decimal(BUSINESS_DAYS_A_YEAR).sqrt()
        return Volatility(
            daily=round_half_up(daily, RETURN_DECIMALS),
            yearly=round_half_up(yearly, RETURN_DECIMALS),
            downside=round_half_up(downside, RETURN_DECIMALS),
            days=count,
        )


def _log(one: int, other: int) -> int:
    """ln(other/one) times 10^24: 2 * (z + z^3/3 + z^5/5 ...) with z = (other-one)/(other+one)."""
    z = (other - one) * QUOTA_ONE // (other + one)
    if abs(z) > _NEAR:
        work = Context(prec=_LOG_DIGITS)
        quotient = work.divide(Decimal(other), Decimal(one))
        return int(work.multiply(work.ln(quotient), Decimal(QUOTA_ONE)))
    square = z * z // QUOTA_ONE
    total = term = z
    step = 3
    while square and abs(term) > 1:
        term = term * square // QUOTA_ONE
        total += term // step
        step += 2
    return 2 * total


def months(days: Sequence[date], quotas: Sequence[int]) -> tuple[MonthReturn, ...]:
    """The return of each calendar month from the last quota before it; the first quota is the reference."""
    found: list[MonthReturn] = []
    opened = quotas[0]
    for place in range(1, len(days)):
        day = days[place]
        following = days[place + 1] if place + 1 < len(days) else None
        if following is None or (following.year, following.month) != (day.year, day.month):
            value = fraction_of(quotas[place], opened) if opened else Decimal(0)
            found.append(MonthReturn(day.year, day.month, value))
            opened = quotas[place]
    return tuple(found)
