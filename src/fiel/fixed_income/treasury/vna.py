"""The updated nominal value (VNA) of the indexed bonds: on the index's day, between days, projected.

Two conventions exist between two anniversaries. Auctions and Tesouro Direto count calendar days;
ANBIMA's indicative prices count business days. Sources: STN auction methodology; ANBIMA's price file
of 2026-02-06, which only business days reproduce.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal, localcontext
from enum import StrEnum

from fiel.fixed_income.treasury.discounting import check_positive, check_rate
from fiel.kernel.calendars import anbima
from fiel.kernel.daycount import exponent_252
from fiel.kernel.decimals import DecimalInput, parse_decimal
from fiel.kernel.errors import InvalidInput
from fiel.kernel.rounding import finance_context, round_half_up, truncate

BASE_VALUE = Decimal(1000)
#: IPCA of June 2000, IBGE SIDRA table 1737 (December 1993 = 100): the NTN-B's base of 2000-07-15.
IPCA_BASE = Decimal("1614.62")
_INDEX_DECIMALS = 16
_T14 = 10**14
_DAYS_MAX = 20_000
#: Index days: the 15th (IPCA, NTN-B) and the 1st (IGP-M, NTN-C).
_ANNIVERSARIES = (1, 15)
_PROJECTION_MIN, _PROJECTION_MAX = Decimal(-10), Decimal(100)


class ProRata(StrEnum):
    """Which days are counted between two anniversaries."""

    CALENDAR = "calendar days"
    BUSINESS = "business days"


def vna_from_index(index: DecimalInput, base_index: DecimalInput = IPCA_BASE) -> Decimal:
    """VNA in BRL on an anniversary: `T-6(1000 * T-16(I / I_base))`.

    `index` is that of the month before; the value holds even when the day is not a business day.

    >>> vna_from_index("7403.29")
    Decimal('4585.159356')
    """
    with localcontext(finance_context()):
        ratio = check_positive(index, "index") / check_positive(base_index, "base_index")
        return truncate(BASE_VALUE * truncate(ratio, _INDEX_DECIMALS), 6)


def vna_pro_rata(
    vna: DecimalInput, index: DecimalInput, next_index: DecimalInput, elapsed: int, total: int
) -> Decimal:
    """VNA between two anniversaries, both indices known: `T-6(VNA * T-16(I_next/I)^T-14(d/D))`.

    `vna` is that of the anniversary before, `index` its index; `elapsed` of `total` days have passed.

    >>> vna_pro_rata("4570.078408", "7378.94", "7403.29", 15, 31)
    Decimal('4577.369436')
    """
    with localcontext(finance_context()):
        ratio = check_positive(next_index, "next_index") / check_positive(index, "index")
        growth = truncate(ratio, _INDEX_DECIMALS)
        return _grown(vna, growth, _share(elapsed, total))


def vna_projected(vna: DecimalInput, projection_pct: DecimalInput, elapsed: int, total: int) -> Decimal:
    """VNA between two anniversaries, index not known yet: `T-6(VNA * (1 + A-2(proj))^T-14(d/D))`.

    `projection_pct` is ANBIMA's projection of the month's index, in percent.

    >>> vna_projected("1726.926459", "0.46", 6, 31)
    Decimal('1728.461136')
    """
    projection = round_half_up(
        parse_decimal(
            projection_pct, field="projection_pct", minimum=_PROJECTION_MIN, maximum=_PROJECTION_MAX
        ),
        2,
    )
    with localcontext(finance_context()):
        return _grown(vna, 1 + projection / 100, _share(elapsed, total))


def days_between_anniversaries(
    anniversary: date, day: date, pro_rata: ProRata = ProRata.CALENDAR, known_on: date | None = None
) -> tuple[int, int]:
    """Days from an anniversary to `day`, and to the next anniversary.

    Raises `InvalidInput` unless the anniversary falls on the 1st or 15th and `day` within its month.

    >>> days_between_anniversaries(date(2008, 5, 15), date(2008, 5, 21))
    (6, 31)
    """
    _check_day("anniversary", anniversary)
    _check_day("day", day)
    if anniversary.day not in _ANNIVERSARIES:
        raise InvalidInput(
            "not_an_anniversary", f"{anniversary} is neither the 1st nor the 15th", field="anniversary"
        )
    following = next_anniversary(anniversary)
    if not anniversary <= day <= following:
        raise InvalidInput(
            "day_outside_month", f"{day} must lie between {anniversary} and {following}", field="day"
        )
    if pro_rata is ProRata.CALENDAR:
        return (day - anniversary).days, (following - anniversary).days
    calendar = anbima(day if known_on is None else known_on)
    return (
        calendar.business_days_between(anniversary, day),
        calendar.business_days_between(anniversary, following),
    )


def next_anniversary(day: date) -> date:
    """The same day of the next month.

    >>> next_anniversary(date(2025, 12, 15))
    datetime.date(2026, 1, 15)
    """
    return day.replace(year=day.year + 1, month=1) if day.month == 12 else day.replace(month=day.month + 1)


def last_anniversary(day: date, day_of_month: int = 15) -> date:
    """The anniversary on or before a day.

    >>> last_anniversary(date(2026, 1, 3))
    datetime.date(2025, 12, 15)
    """
    if day_of_month not in _ANNIVERSARIES:
        raise InvalidInput("not_an_anniversary", "index days are the 1st and the 15th", field="day_of_month")
    if day.day >= day_of_month:
        return day.replace(day=day_of_month)
    if day.month == 1:
        return date(day.year - 1, 12, day_of_month)
    return date(day.year, day.month - 1, day_of_month)


def selic_daily(rate_pct: DecimalInput) -> Decimal:
    """The Selic rate of one day per one: `A-8((1 + Selic/100)^(1/252) - 1)`.

    >>> selic_daily("14.40")
    Decimal('0.00053400')
    """
    rate = check_rate(rate_pct)
    with localcontext(finance_context()):
        return round_half_up((1 + rate / 100) ** (1 / Decimal(252)) - 1, 8)


def selic_factor(rates_pct: Mapping[date, DecimalInput]) -> Decimal:
    """The product of (1 + daily Selic) to 50 digits, in the order of the days; not cut in between.

    Each rate pays from its day to the next business day. Raises `InvalidInput` beyond 20,000 days.
    Source: STN auction methodology, LFT.

    >>> selic_factor({date(2026, 6, 18): "14.15"})
    Decimal('1.00052531')
    """
    if len(rates_pct) > _DAYS_MAX:
        raise InvalidInput("too_many_days", f"at most {_DAYS_MAX} days of rates", field="rates_pct")
    factor = Decimal(1)
    with localcontext(finance_context()):
        for _, rate in sorted(rates_pct.items()):
            factor *= 1 + selic_daily(rate)
    return factor


def lft_vna(vna: DecimalInput, rates_pct: Mapping[date, DecimalInput]) -> Decimal:
    """The LFT's VNA after the days given: `T-6(VNA * product of (1 + daily Selic))`.

    Start from an official VNA and give all days at once: chaining cut values drifts down by half a
    millionth a day. The central bank published 19253.034195 here: its start was not cut.

    >>> lft_vna("19242.925693", {date(2026, 6, 18): "14.15"})
    Decimal('19253.034194')
    """
    with localcontext(finance_context()):
        return truncate(check_positive(vna, "vna") * selic_factor(rates_pct), 6)


def lft_vna_projected(vna: DecimalInput, selic_target_pct: DecimalInput, business_days: int = 1) -> Decimal:
    """The LFT's VNA carried to settlement by the target: `T-6(VNA * (1 + target)^T-14(du/252))`.

    `selic_target_pct` in percent per year. Source: STN auction methodology, LFT. A year at 10 % is 10 %:

    >>> lft_vna_projected("19242.925693", "10", 252)
    Decimal('21167.218262')
    """
    growth = check_rate(selic_target_pct)
    with localcontext(finance_context()):
        return _grown(vna, 1 + growth / 100, exponent_252(business_days))


def _grown(vna: DecimalInput, growth: Decimal, exponent: Decimal) -> Decimal:
    with localcontext(finance_context()):
        return truncate(truncate(check_positive(vna, "vna"), 6) * growth**exponent, 6)


def _share(elapsed: int, total: int) -> Decimal:
    """T-14(d/D). Integers, because a quotient rounded first and cut afterwards could gain a digit."""
    if type(elapsed) is not int or type(total) is not int or not 0 <= elapsed <= total or not total:
        raise InvalidInput(
            "days_out_of_range",
            "the days passed must be whole, from zero to the days in all",
            field="elapsed",
        )
    with localcontext(finance_context()):
        return Decimal(elapsed * _T14 // total).scaleb(-14)


def _check_day(field: str, day: date) -> None:
    if isinstance(day, datetime) or not isinstance(day, date):
        raise InvalidInput("date_expected", f"a date is expected, not {type(day).__name__}", field=field)
