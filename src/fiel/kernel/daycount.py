"""Day counts: how much of a year lies between two dates. Start included, end excluded.

Fractions are Decimal to 50 digits (half-even); `exponent_252` is cut at 14 decimals (T-14), as the
market's formulas demand. Sources: Caderno de Fórmulas SELIC; ISDA 2006 definitions, 4.16.
"""

from __future__ import annotations

from calendar import isleap
from datetime import date, datetime
from decimal import Decimal, localcontext
from enum import StrEnum

from fiel.kernel.calendars.business import BusinessCalendar
from fiel.kernel.errors import InvalidInput
from fiel.kernel.rounding import finance_context

BUSINESS_DAYS_A_YEAR = 252
_T14 = 10**14


class DayCount(StrEnum):
    """The conventions by name."""

    BUSINESS_252 = "business/252"
    ACTUAL_365 = "actual/365"
    ACTUAL_360 = "actual/360"
    ACTUAL_ACTUAL = "actual/actual"
    THIRTY_360 = "30/360"
    THIRTY_E_360 = "30e/360"


def year_fraction(
    convention: DayCount, start: date, end: date, calendar: BusinessCalendar | None = None
) -> Decimal:
    """The fraction of a year from `start` to `end`. `calendar` is needed by business/252 only.

    Raises `InvalidInput` when `end` comes before `start` or the calendar is missing.
    """
    match convention:
        case DayCount.BUSINESS_252:
            if calendar is None:
                raise InvalidInput("calendar_missing", "business/252 counts the days of a calendar; give it")
            return business_252(calendar, start, end)
        case DayCount.ACTUAL_365:
            return actual_365(start, end)
        case DayCount.ACTUAL_360:
            return _ratio(actual_days(start, end), 360)
        case DayCount.ACTUAL_ACTUAL:
            return actual_actual(start, end)
        case DayCount.THIRTY_360:
            return _ratio(thirty_360_days(start, end), 360)
        case DayCount.THIRTY_E_360:
            return _ratio(thirty_e_360_days(start, end), 360)


def exponent_252(business_days: int) -> Decimal:
    """T-14(du/252): the exponent of every Brazilian fixed-income formula.

    Raises `InvalidInput` for a negative or fractional count.

    >>> exponent_252(1)
    Decimal('0.00396825396825')
    """
    if type(business_days) is not int or business_days < 0:
        raise InvalidInput("business_days_count", "business days are a whole number, zero or more")
    # Integers, because a quotient rounded first and cut afterwards could gain a digit.
    cut = business_days * _T14 // BUSINESS_DAYS_A_YEAR
    with localcontext(finance_context()):
        return Decimal(cut).scaleb(-14)


def business_252(calendar: BusinessCalendar, start: date, end: date) -> Decimal:
    """du/252, not truncated (see `exponent_252`)."""
    _in_order(start, end)
    return _ratio(calendar.business_days_between(start, end), BUSINESS_DAYS_A_YEAR)


def actual_365(start: date, end: date) -> Decimal:
    """Calendar days over 365, leap years or not (XIRR)."""
    return _ratio(actual_days(start, end), 365)


def actual_actual(start: date, end: date) -> Decimal:
    """Calendar days over the length of the year in which each falls (ISDA)."""
    _in_order(start, end)
    fraction = Decimal(0)
    with localcontext(finance_context()):
        for year in range(start.year, end.year + 1):
            first = max(start, date(year, 1, 1))
            # The last year ends at `end`; stepping to 1 January of year 10000 would not exist.
            days = (end - first).days if year == end.year else (date(year + 1, 1, 1) - first).days
            fraction += Decimal(days) / (366 if isleap(year) else 365)
    return fraction


def actual_days(start: date, end: date) -> int:
    """Calendar days from `start` to `end`."""
    _in_order(start, end)
    return (end - start).days


def thirty_360_days(start: date, end: date) -> int:
    """Days of 30-day months (ISDA 4.16 f, bond basis).

    An end on the 31st counts as the 30th when the start is on the 30th or 31st.
    """
    _in_order(start, end)
    first = min(start.day, 30)
    last = 30 if end.day == 31 and first == 30 else end.day
    return _months_of_30(start, end) + last - first


def thirty_e_360_days(start: date, end: date) -> int:
    """Days of 30-day months (ISDA 4.16 g, Eurobond basis): every 31st counts as the 30th."""
    _in_order(start, end)
    return _months_of_30(start, end) + min(end.day, 30) - min(start.day, 30)


def _months_of_30(start: date, end: date) -> int:
    return 360 * (end.year - start.year) + 30 * (end.month - start.month)


def _ratio(days: int, year: int) -> Decimal:
    with localcontext(finance_context()):
        return Decimal(days) / year


def _in_order(start: date, end: date) -> None:
    if isinstance(start, datetime) or isinstance(end, datetime):
        raise InvalidInput(
            "date_expected", "a day count needs dates, not instants; say which dates are meant"
        )
    if end < start:
        raise InvalidInput("dates_reversed", f"the end {end} comes before the start {start}; swap them")
