"""Rate series: what is not there is refused."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from fiel.fixed_income.series import RateSeries
from fiel.kernel.errors import InvalidInput, Refused
from tests.support.credit_papers import CALENDAR

WEEK = RateSeries.of("CDI", {date(2026, 3, 2): "14.65", date(2026, 3, 3): "14.65", date(2026, 3, 5): "14.40"})


def test_a_day_that_is_not_there_is_refused_and_not_zero() -> None:
    """The refusal names the series, the day and what is known."""
    known = r"CDI has no value for 2026-03-04 \(it goes from 2026-03-02 to 2026-03-05"
    with pytest.raises(Refused, match=known):
        WEEK.at(date(2026, 3, 4))


def test_a_period_names_the_days_it_lacks() -> None:
    """All business days of a period are needed; the end is not one of them."""
    assert [str(rate) for rate in WEEK.between(date(2026, 3, 2), date(2026, 3, 4), CALENDAR)] == ["14.65"] * 2
    with pytest.raises(Refused) as refused:
        WEEK.between(date(2026, 3, 2), date(2026, 3, 7), CALENDAR)
    assert refused.value.details == {"missing": "2", "first": "2026-03-04"}


def test_a_weekend_needs_no_rate() -> None:
    """From Saturday to Monday there is nothing to look up."""
    assert WEEK.between(date(2026, 3, 7), date(2026, 3, 9), CALENDAR) == ()


def test_what_holds_until_changed_holds_only_so_long() -> None:
    """A target of the second is in force on the fourth, and too old when only one day is allowed."""
    assert str(WEEK.in_force(date(2026, 3, 4), max_age_days=1)) == "14.65"
    with pytest.raises(Refused):
        WEEK.in_force(date(2026, 3, 8), max_age_days=2)
    with pytest.raises(Refused):
        WEEK.in_force(date(2026, 3, 1), max_age_days=2)


def test_two_numbers_for_one_day_are_refused() -> None:
    """The same number twice is harmless, two numbers are a question."""
    day = date(2026, 3, 2)
    assert len(RateSeries.of("CDI", [(day, "1.0"), (day, "1")])) == 1
    with pytest.raises(InvalidInput, match="two values"):
        RateSeries.of("CDI", [(day, "1"), (day, "2")])


def test_floats_datetimes_and_reversed_dates_are_refused() -> None:
    """Nothing that could lose a digit or a day goes in."""
    with pytest.raises(InvalidInput):
        RateSeries.of("CDI", {date(2026, 3, 2): 14.65})  # type: ignore[arg-type]
    with pytest.raises(InvalidInput):
        WEEK.at(datetime(2026, 3, 2))  # noqa: DTZ001 - a datetime is what must be refused
    with pytest.raises(InvalidInput, match="swap"):
        WEEK.between(date(2026, 3, 5), date(2026, 3, 2), CALENDAR)


def test_an_empty_series_says_so() -> None:
    """Its first and last day do not exist."""
    with pytest.raises(Refused, match="no values"):
        _ = RateSeries.of("CDI", {}).last_day


def test_a_number_on_a_closed_day_is_pointed_out() -> None:
    """A published series once had a rate on 7 September, Independence Day: nothing accrues by it."""
    series = RateSeries.of(
        "CDI", {date(2020, 9, 4): "1.90", date(2020, 9, 7): "1.90", date(2020, 9, 8): "1.90"}
    )
    assert series.on_closed_days(CALENDAR) == (date(2020, 9, 7),)
    assert len(series.between(date(2020, 9, 4), date(2020, 9, 9), CALENDAR)) == 2
