"""The IPCA factor of private credit."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from fiel.fixed_income.accrual.ipca import (
    IpcaIndex,
    Part,
    ProRata,
    index_from_variations,
    known_factor,
    parts,
    projected_factor,
)
from fiel.fixed_income.series import RateSeries
from fiel.kernel.errors import InvalidInput, Refused
from fiel.kernel.rounding import truncate
from tests.support.credit_papers import CALENDAR, index_numbers

#: December 2025 to March 2026.
INDEX = IpcaIndex(index_numbers("7000", "7035", "7091.28", "7105.46"))


def test_from_one_anniversary_to_another_whole_months_count() -> None:
    """15 January to 15 March takes January's and February's inflation."""
    factor = INDEX.factor(date(2026, 1, 15), date(2026, 3, 15), CALENDAR)
    assert factor == truncate(Decimal("1.00500000") * Decimal("1.00800000"), 8)


def test_a_part_of_a_month_is_counted_in_business_days_or_in_calendar_days() -> None:
    """From 15 January to 2 February 2026: 12 of 22 business days, 18 of 31 days."""
    start, end = date(2026, 1, 15), date(2026, 2, 2)
    assert parts(start, end, CALENDAR, ProRata.BUSINESS_DAYS) == (Part(date(2026, 1, 1), 12, 22),)
    assert parts(start, end, CALENDAR, ProRata.CALENDAR_DAYS) == (Part(date(2026, 1, 1), 18, 31),)
    business = INDEX.factor(start, end, CALENDAR)
    assert business == known_factor("7035", "7000", 12, 22)
    assert INDEX.factor(start, end, CALENDAR, pro_rata=ProRata.CALENDAR_DAYS) == known_factor(
        "7035", "7000", 18, 31
    )


def test_a_start_inside_a_month_takes_the_rest_of_it() -> None:
    """2 to 15 February is the rest of January's period; the two parts make the whole."""
    whole = parts(date(2026, 1, 15), date(2026, 2, 15), CALENDAR, ProRata.BUSINESS_DAYS)
    first = parts(date(2026, 1, 15), date(2026, 2, 2), CALENDAR, ProRata.BUSINESS_DAYS)
    rest = parts(date(2026, 2, 2), date(2026, 2, 15), CALENDAR, ProRata.BUSINESS_DAYS)
    assert first[0].passed + rest[0].passed == whole[0].passed == whole[0].total


def test_another_anniversary_moves_the_months() -> None:
    """With the 1st as anniversary, February's inflation is that of the period that starts on its 1st."""
    factor = INDEX.factor(date(2026, 2, 1), date(2026, 3, 1), CALENDAR, anniversary=1)
    assert factor == Decimal("1.00800000")


def test_an_unpublished_month_is_refused_unless_projected() -> None:
    """April is not there: without a projection nothing is assumed; with one, for one month only."""
    start, end = date(2026, 4, 15), date(2026, 5, 4)
    with pytest.raises(Refused, match="2026-04-01"):
        INDEX.factor(start, end, CALENDAR)
    projected = IpcaIndex(INDEX.numbers, Decimal("0.35"))
    found = parts(start, end, CALENDAR, ProRata.BUSINESS_DAYS)[0]
    assert projected.factor(start, end, CALENDAR) == projected_factor("0.35", found.passed, found.total)
    with pytest.raises(Refused, match="more than one month after"):
        projected.factor(start, date(2026, 6, 1), CALENDAR)


def test_a_flat_assumption_reaches_as_far_as_asked() -> None:
    """Twelve months at 0.5 % each, when that was said."""
    flat = IpcaIndex(INDEX.numbers, Decimal("0.5"), flat=True)
    factor = flat.factor(date(2026, 4, 15), date(2027, 4, 15), CALENDAR)
    assert abs(factor - Decimal("1.005") ** 12) < Decimal("0.00000002")


def test_a_hole_in_the_past_is_not_projected() -> None:
    """A projection is for the future; a month missing before the last one is an error."""
    holed = RateSeries.of("IPCA", {date(2025, 12, 1): "7000", date(2026, 2, 1): "7091.28"})
    with pytest.raises(Refused, match="2026-01-01"):
        IpcaIndex(holed, Decimal("0.3"), flat=True).factor(date(2026, 1, 15), date(2026, 2, 15), CALENDAR)


def test_a_projection_is_rounded_to_two_decimals_first() -> None:
    """0.345 is 0.35 before it is used."""
    assert projected_factor("0.345", 21, 21) == Decimal("1.00350000")


def test_nothing_passes_on_a_day_to_itself() -> None:
    """The factor of no time is one."""
    assert INDEX.factor(date(2026, 2, 2), date(2026, 2, 2), CALENDAR) == 1


def test_variations_make_index_numbers() -> None:
    """100, then 0.5 % and 0.8 % more; a missing month is refused."""
    monthly = RateSeries.of("SGS 433", {date(2026, 1, 1): "0.5", date(2026, 2, 1): "0.8"})
    numbers = index_from_variations("IPCA", monthly)
    assert [numbers.at(day) for day in numbers.days] == [100, Decimal("100.5"), Decimal("101.304")]
    with pytest.raises(Refused):
        index_from_variations("IPCA", RateSeries.of("x", {date(2026, 1, 1): 1, date(2026, 3, 1): 1}))


def test_impossible_parts_indices_and_dates_are_refused() -> None:
    """Each with a reason."""
    for passed, total in ((2, 1), (-1, 3), (0, 0)):
        with pytest.raises(InvalidInput, match="no part of a month"):
            known_factor("2", "1", passed, total)
    with pytest.raises(InvalidInput, match="above zero"):
        known_factor("0", "1")
    with pytest.raises(InvalidInput, match="swap"):
        INDEX.factor(date(2026, 3, 2), date(2026, 2, 2), CALENDAR)
    with pytest.raises(InvalidInput, match="1 to 28"):
        INDEX.factor(date(2026, 2, 2), date(2026, 3, 2), CALENDAR, anniversary=31)
