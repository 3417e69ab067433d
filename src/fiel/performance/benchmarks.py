"""What the same money would have become elsewhere, and the returns that are told beside each other."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from fiel.fixed_income.returns import daily_percent_of_cdi, over_cdi, percent_of_cdi, real_return
from fiel.kernel.errors import Refused
from fiel.performance.aligned import Aligned, Doubt, DoubtKind, align
from fiel.performance.entries import PriceSeries
from fiel.performance.quotas import fraction_of
from fiel.performance.report import Report
from fiel.performance.risk import Drawdown, MonthReturn, Volatility, drawdown, months, volatility
from fiel.performance.xirr import RateOutcome, rates_of_units

#: Cents are kept with 12 more digits between flows.
_FINE = 10**12
_HUNDRED = Decimal(100)


@dataclass(frozen=True, slots=True)
class Benchmark:
    """The report's flows put into a yardstick instead, each at its level at the close of the flow's day.

    `value` in BRL at the end of the period; below zero, or `ran_out_on` set, when the withdrawals were more
    than it could pay. Returns are fractions: `time_weighted` of the period (A-12).
    """

    name: str
    source: str
    value: Decimal
    time_weighted: Decimal
    money_weighted: RateOutcome
    ran_out_on: date | None
    drawdown: Drawdown
    volatility: Volatility | None
    months: tuple[MonthReturn, ...]
    doubt: Doubt | None


@dataclass(frozen=True, slots=True)
class AgainstCdi:
    """A return beside the CDI's, in percent: (a) of the period, (b) of the daily equivalents, and the spread.

    `of_period` and `of_days` are `None` where a percentage says nothing (the CDI not above zero, a loss);
    `spread` is (1+R)/(1+CDI) - 1 and always there.
    """

    of_period: Decimal | None
    of_days: Decimal | None
    spread: Decimal


def same_flows(name: str, index: PriceSeries, told: Report) -> Benchmark:
    """The report's initial worth and flows in `index`, to the end of the period.

    An index that begins later serves a book that begins no sooner: its first level is that of the start.
    Raises `Refused` when it has no level above zero by the first money.
    """
    whole = told.portfolio
    cents = int(whole.identity.initial.scaleb(2))
    first = told.days[0] if cents or not whole.flows else whole.flows[0][0]
    levels = _levels(name, index, told.days, first)
    worth, at, ran_out = cents * _FINE, levels.units[0], None
    dated = [(told.period.after, -cents)]
    for day, inn, out in whole.flows:
        level = levels.units[bisect_right(told.days, day) - 1]
        worth = worth * level // at + (inn - out) * _FINE
        at = level
        dated.append((day, out - inn))
        if worth < 0 and ran_out is None:
            ran_out = day
    final = (2 * worth * levels.units[-1] // at + _FINE) // (2 * _FINE)
    days, amounts = zip(*dated, (told.period.until, final), strict=True)
    return Benchmark(
        name,
        index.source,
        Decimal(final).scaleb(-2),
        fraction_of(levels.units[-1], levels.units[0]),
        rates_of_units(days, amounts),
        ran_out,
        drawdown(told.days, levels.units),
        volatility(levels.units) if len(levels.units) > 2 and min(levels.units) > 0 else None,
        months(told.days, levels.units),
        _doubt(name, told, levels.carried),
    )


def against_cdi(total: Decimal, cdi: Decimal, business_days: int) -> AgainstCdi:
    """Two returns of one period, as fractions, beside each other, A-4 (the spread A-8), in percent.

    >>> against_cdi(Decimal("0.055"), Decimal("0.05"), 126).of_period
    Decimal('110.0000')
    """
    made, yardstick = total * _HUNDRED, cdi * _HUNDRED
    spread = over_cdi(made, yardstick)
    try:
        of_period = percent_of_cdi(made, yardstick)
        of_days = daily_percent_of_cdi(made, yardstick, business_days)
    except Refused:
        return AgainstCdi(None, None, spread)
    return AgainstCdi(of_period, of_days, spread)


def real(total: Decimal, inflation: Decimal) -> Decimal:
    """What is left of a return after inflation, both fractions of one period: (1+R)/(1+pi) - 1, A-10.

    >>> real(Decimal("0.1025"), Decimal("0.05"))
    Decimal('0.0500000000')
    """
    return real_return(total * _HUNDRED, inflation * _HUNDRED).scaleb(-2)


def _levels(name: str, index: PriceSeries, days: tuple[date, ...], first: date) -> Aligned:
    """Levels of the days; those before the first one known are like it, if no money was there yet."""
    levels = align(index, days, {}, {})
    known = next((place for place, unit in enumerate(levels.units) if unit), None)
    if known is None or days[known] > first:
        raise Refused("level_missing", f"{name} has no level on {first}", field=f"benchmarks.{name}")
    units = [levels.units[known]] * known + levels.units[known:]
    return Aligned(units, levels.decimals, levels.carried, levels.of_trade, levels.unknown)


def _doubt(name: str, told: Report, carried: frozenset[int]) -> Doubt | None:
    """Days of the report on which the yardstick's last level was carried."""
    days = tuple(told.days[place] for place in sorted(carried) if place)
    return Doubt(DoubtKind.PRICE_CARRIED, name, days) if days else None
