"""Yardsticks as levels by day, so that a rate, an index, a ticker and a mix are one thing: a price."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from decimal import Decimal, localcontext

from fiel.fixed_income.accrual.daily import daily_rate_from_daily_percent
from fiel.fixed_income.accrual.ipca import IpcaIndex, ProRata
from fiel.fixed_income.series import RateSeries
from fiel.kernel.calendars import BusinessCalendar
from fiel.kernel.decimals import DecimalInput, parse_decimal
from fiel.kernel.errors import InvalidInput, Refused
from fiel.kernel.rounding import finance_context, round_half_up
from fiel.performance.aligned import align
from fiel.performance.entries import PriceSeries

LEVEL_DECIMALS = 16
_ONE = 10**LEVEL_DECIMALS
_BUSINESS_DAYS_A_YEAR = 252


def rate_index(
    rates: RateSeries, start: date, end: date, calendar: BusinessCalendar, *, percent: DecimalInput = 100
) -> PriceSeries:
    """CDI or Selic from percent per business day (SGS 12, 11): 1 at `start` (any day), each factor T-16.

    The rate of a business day pays for it to the next one. `percent` of the rate (110 = 110 % of the CDI).
    Raises `Refused` naming the days without a rate.
    """
    part = parse_decimal(percent, field="percent", minimum=0, maximum=1_000)
    days = _days(start, end, calendar)
    level, levels = _ONE, [_ONE] * (1 if calendar.is_business_day(start) else 2)
    for rate in rates.between(start, end, calendar):
        with localcontext(finance_context()):
            growth = int((1 + daily_rate_from_daily_percent(rate) * part / 100) * _ONE)
        level = level * growth // _ONE
        levels.append(level)
    return PriceSeries(days, tuple(levels[: len(days)]), LEVEL_DECIMALS, rates.name)


def inflation_index(
    ipca: IpcaIndex,
    start: date,
    end: date,
    calendar: BusinessCalendar,
    *,
    spread: DecimalInput = 0,
    pro_rata: ProRata = ProRata.BUSINESS_DAYS,
) -> PriceSeries:
    """IPCA, or IPCA + `spread` % a year (252): 1 at `start`; a month's variation accrues over its own days.

    Parts of months are pro rata of the published index, or of the projection of `ipca` for an open month.
    Raises `Refused` for a month that is neither.
    """
    growth = 1 + parse_decimal(spread, field="spread", minimum=-50, maximum=1_000) / 100
    levels: list[int] = []
    opened, at_open = start, Decimal(1)
    with localcontext(finance_context()):
        daily = growth ** (Decimal(1) / _BUSINESS_DAYS_A_YEAR)
        real = Decimal(1)
        for day in _days(start, end, calendar):
            first = max(start, day.replace(day=1))
            if first != opened:
                at_open *= ipca.factor(opened, first, calendar, pro_rata=pro_rata, anniversary=1)
                opened = first
            inside = ipca.factor(opened, day, calendar, pro_rata=pro_rata, anniversary=1)
            levels.append(int(at_open * inside * real * _ONE))
            if calendar.is_business_day(day):
                real *= daily
    return PriceSeries(_days(start, end, calendar), tuple(levels), LEVEL_DECIMALS, ipca.numbers.name)


def _days(start: date, end: date, calendar: BusinessCalendar) -> tuple[date, ...]:
    """Both ends, whatever day they are, and the business days between them."""
    return tuple(sorted({start, *calendar.sessions(start, end), end}))


def mix(
    parts: Mapping[str, PriceSeries],
    weights: Mapping[str, DecimalInput],
    days: Sequence[date],
    rebalanced: Collection[date] = (),
) -> PriceSeries:
    """A basket over `days`: 1 on the first, at `weights` (fractions that sum to 1).

    It is put back to its weights after the close of each day in `rebalanced`.

    Raises `InvalidInput` for weights that do not sum to 1 or name no part, `Refused` for a part that has no
    level on the first day.
    """
    shares = {name: parse_decimal(weight, field=f"weights.{name}") for name, weight in weights.items()}
    if sum(shares.values()) != 1 or not shares.keys() <= parts.keys() or min(shares.values()) < 0:
        raise InvalidInput("weights", "weights of known parts, none below zero, sum to 1", field="weights")
    axis = tuple(days)
    levels = {name: align(parts[name], axis, {}, {}).units for name in shares}
    if missing := [name for name in sorted(shares) if not levels[name][0]]:
        raise Refused("level_missing", f"{missing[0]} has no level on {axis[0]}", field=f"parts.{missing[0]}")
    resets = frozenset(rebalanced)
    worth = Decimal(1)
    told: list[int] = []
    with localcontext(finance_context()):
        held = {name: share / levels[name][0] for name, share in shares.items()}
        for place, day in enumerate(axis):
            worth = sum((units * levels[name][place] for name, units in held.items()), Decimal(0))
            told.append(int(round_half_up(worth, LEVEL_DECIMALS) * _ONE))
            if day in resets:
                held = {name: worth * share / levels[name][place] for name, share in shares.items()}
    source = " + ".join(f"{share:%} {name}" for name, share in shares.items())
    return PriceSeries(axis, tuple(told), LEVEL_DECIMALS, source)
