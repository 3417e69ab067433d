"""Fractions of a year."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fiel.kernel.calendars import anbima
from fiel.kernel.daycount import (
    DayCount,
    actual_actual,
    exponent_252,
    thirty_360_days,
    thirty_e_360_days,
    year_fraction,
)
from fiel.kernel.errors import InvalidInput
from tests.kernel.strategies import days

NEW = anbima(date(2026, 1, 2))


@pytest.mark.parametrize(
    ("count", "expected"),
    [
        (0, "0E-14"),
        (1, "0.00396825396825"),
        (252, "1.00000000000000"),
        (507, "2.01190476190476"),
        (5040, "20.00000000000000"),
    ],
)
def test_the_exponent_is_cut_at_fourteen_decimals(count: int, expected: str) -> None:
    """Known exponents of du/252, with all their decimals."""
    assert str(exponent_252(count)) == expected


@given(st.integers(0, 50_000))
def test_the_exponent_is_the_exact_quotient_cut(count: int) -> None:
    """The exponent is at most du/252 and less than 1e-14 below it."""
    missing = Fraction(count, 252) - Fraction(exponent_252(count))

    assert 0 <= missing < Fraction(1, 10**14)


@pytest.mark.parametrize("bad", [-1, 1.0, True, "1"])
def test_an_exponent_needs_a_count_of_days(bad: object) -> None:
    """Negative, fractional and non-numeric counts are refused."""
    with pytest.raises(InvalidInput):
        exponent_252(bad)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("convention", "start", "end", "expected"),
    [
        (DayCount.BUSINESS_252, "2026-01-02", "2027-01-01", Fraction(249, 252)),
        (DayCount.ACTUAL_365, "2024-01-01", "2025-01-01", Fraction(366, 365)),
        (DayCount.ACTUAL_360, "2026-01-01", "2026-01-31", Fraction(30, 360)),
        (DayCount.ACTUAL_ACTUAL, "2023-11-01", "2024-05-01", Fraction(61, 365) + Fraction(121, 366)),
        (DayCount.ACTUAL_ACTUAL, "2024-01-01", "2025-01-01", Fraction(1)),
        (DayCount.THIRTY_360, "2026-01-31", "2026-03-31", Fraction(60, 360)),
        (DayCount.THIRTY_360, "2026-01-15", "2026-03-31", Fraction(76, 360)),
        (DayCount.THIRTY_E_360, "2026-01-15", "2026-03-31", Fraction(75, 360)),
        (DayCount.THIRTY_E_360, "2026-02-28", "2026-08-31", Fraction(182, 360)),
    ],
)
def test_known_fractions(convention: DayCount, start: str, end: str, expected: Fraction) -> None:
    """One worked example per convention, exact to 49 digits."""
    fraction = year_fraction(convention, date.fromisoformat(start), date.fromisoformat(end), NEW)

    assert abs(Fraction(fraction) - expected) < Fraction(1, 10**49)


@given(st.sampled_from(list(DayCount)), days(), days())
def test_a_fraction_is_never_negative_and_grows_with_time(
    convention: DayCount, one: date, other: date
) -> None:
    """From a date to itself is zero, and every convention is within a few days of the calendar's years."""
    start, end = min(one, other), max(one, other)
    fraction = year_fraction(convention, start, end, NEW)

    assert year_fraction(convention, start, start, NEW) == 0
    assert fraction >= 0
    years = Decimal((end - start).days) / Decimal("365.25")
    assert abs(fraction - years) <= Decimal("0.05") + years * Decimal("0.02")


@given(days(), days(), days())
def test_actual_actual_adds_up(a: date, b: date, c: date) -> None:
    """The fraction of a whole is the sum of the fractions of its parts."""
    first, middle, last = sorted((a, b, c))
    parts = actual_actual(first, middle) + actual_actual(middle, last)

    assert abs(parts - actual_actual(first, last)) < Decimal("1e-24")


@given(days(), days())
def test_thirty_day_months_differ_by_a_day_at_most(one: date, other: date) -> None:
    """The two 30/360 conventions agree but for an end on the 31st."""
    start, end = min(one, other), max(one, other)
    difference = thirty_360_days(start, end) - thirty_e_360_days(start, end)

    assert difference == (1 if end.day == 31 and start.day < 30 else 0)


@pytest.mark.parametrize("convention", list(DayCount))
def test_reversed_dates_and_instants_are_refused(convention: DayCount) -> None:
    """An end before the start, and a datetime for a date, are errors in every convention."""
    with pytest.raises(InvalidInput) as caught:
        year_fraction(convention, date(2026, 1, 2), date(2026, 1, 1), NEW)
    assert caught.value.code == "dates_reversed"
    instant = datetime(2026, 1, 2)  # noqa: DTZ001 - naive on purpose
    with pytest.raises(InvalidInput):
        year_fraction(convention, instant, date(2026, 1, 3), NEW)


def test_business_252_needs_its_calendar() -> None:
    """Without a calendar, business days cannot be counted."""
    with pytest.raises(InvalidInput) as caught:
        year_fraction(DayCount.BUSINESS_252, date(2026, 1, 2), date(2026, 1, 5))
    assert caught.value.code == "calendar_missing"
