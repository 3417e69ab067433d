"""Daily CDI and Selic and their accumulation, to the last digit."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fiel.fixed_income.accrual.daily import (
    DailyRates,
    accumulate,
    accumulated_percent,
    annual_from_daily_rate,
    daily_percent,
    daily_rate,
    daily_rate_from_daily_percent,
    rate_factor,
)
from fiel.fixed_income.series import RateSeries
from fiel.kernel.errors import InvalidInput, Refused
from fiel.kernel.rounding import truncate
from tests.support.credit_papers import CALENDAR, START, flat_rates, flat_series

RATES = st.decimals(0, 60, places=2)


@pytest.mark.parametrize(
    ("rate", "tdi"), [("6.89", "0.00026444"), ("16.62", "0.00061031"), ("16.74", "0.00061439"), ("0", "0E-8")]
)
def test_the_daily_rate_has_eight_decimals(rate: str, tdi: str) -> None:
    """Published: B3's DI methodology as tested by a public script; TOTVS's manual."""
    assert str(daily_rate(rate)) == tdi


@given(RATES)
def test_the_rate_of_the_central_bank_and_the_yearly_one_are_the_same(rate: Decimal) -> None:
    """What SGS 12 would show for a yearly rate leads back to it."""
    tdi = daily_rate_from_daily_percent(daily_percent(rate))
    assert tdi == daily_rate(rate)
    assert annual_from_daily_rate(tdi) == rate


@pytest.mark.parametrize(
    ("rate", "days", "factor"), [("6.89", 22, "1.00583386"), ("6.39", 122, "1.03044173")]
)
def test_a_flat_rate_accumulates_to_the_published_factor(rate: str, days: int, factor: str) -> None:
    """Published by the same script's tests."""
    assert str(rate_factor([daily_rate(rate)] * days)) == factor


def test_every_day_of_a_percent_of_cdi_is_cut_at_sixteen_decimals() -> None:
    """By hand: 1.00040851^... at 130 %, two days, cut after each product."""
    first, second = (1 + daily_rate(rate) * Decimal("1.3") for rate in ("10.84", "10.81"))
    assert accumulate([daily_rate("10.84"), daily_rate("10.81")], "130") == truncate(first * second, 16)
    assert str(rate_factor([daily_rate("12.15")] * 126 + [daily_rate("13.15")] * 126, "120")) == "1.15363636"


def test_percent_of_cdi_is_not_percent_of_the_accumulated_return() -> None:
    """120 % a day makes more than 120 % of the period."""
    tdis = [daily_rate("14.90")] * 252
    assert rate_factor(tdis, 120) - 1 > (rate_factor(tdis) - 1) * Decimal("1.2")


def test_tables_of_the_month_use_the_product_without_roundings() -> None:
    """November 2022 at 13.65 %, 20 business days: 1.0207 % (published)."""
    assert str(accumulated_percent([daily_rate("13.65")] * 20)) == "1.0207"


@given(st.lists(RATES, min_size=1, max_size=40), st.integers(0, 40), st.integers(0, 40))
def test_rates_by_date_accumulate_as_the_plain_list_does(rates: list[Decimal], one: int, other: int) -> None:
    """Any stretch of the series gives the factor of its own days."""
    days = CALENDAR.sessions(START, CALENDAR.add_business_days(START, len(rates)))
    daily = DailyRates.from_annual(RateSeries.of("CDI", zip(days, rates, strict=True)), CALENDAR)
    first, last = sorted((min(one, len(rates)), min(other, len(rates))))
    start, end = CALENDAR.add_business_days(START, first), CALENDAR.add_business_days(START, last)
    stretch = [daily_rate(rate) for rate in rates[first:last]]
    assert daily.accumulate(start, end, 110) == accumulate(stretch, 110)


def test_both_series_of_the_central_bank_make_the_same_factor() -> None:
    """From percents per day and from percents per year."""
    yearly = flat_series("13.65", end=date(2026, 6, 1))
    daily = RateSeries.of("SGS 12", ((day, daily_percent(yearly.at(day))) for day in yearly.days))
    there, here = DailyRates.from_annual(yearly, CALENDAR), DailyRates.from_daily_percent(daily, CALENDAR)
    assert there.factor(START, date(2026, 6, 1)) == here.factor(START, date(2026, 6, 1))


def test_a_hole_is_refused_when_a_period_needs_it() -> None:
    """A missing Tuesday spoils the week and not the week after."""
    hole = date(2026, 3, 3)
    days = [day for day in CALENDAR.sessions(date(2026, 3, 2), date(2026, 3, 16)) if day != hole]
    rates = DailyRates.from_annual(RateSeries.of("CDI", ((day, "14.65") for day in days)), CALENDAR)
    assert rates.factor(date(2026, 3, 9), date(2026, 3, 16)) > 1
    with pytest.raises(Refused, match="no rate for 2026-03-03"):
        rates.factor(date(2026, 3, 2), date(2026, 3, 9))


@pytest.mark.parametrize(
    ("start", "end"),
    [
        (date(2025, 12, 30), date(2026, 1, 5)),
        (date(2027, 12, 30), date(2028, 1, 10)),
        (date(2025, 12, 1), date(2025, 12, 3)),
        (date(2029, 12, 1), date(2029, 12, 5)),
    ],
)
def test_days_before_and_after_the_series_are_refused(start: date, end: date) -> None:
    """No period reaches outside what is known."""
    with pytest.raises(Refused, match="no rate for"):
        flat_rates().factor(start, end)


def test_a_stated_assumption_extends_the_series_and_says_so() -> None:
    """Beyond the last rate the assumed one is used; what was known does not change."""
    known = flat_rates("14.90", end=date(2026, 3, 2))
    assumed = known.extended(date(2026, 6, 1), "10")
    assert assumed.factor(START, date(2026, 3, 2)) == known.factor(START, date(2026, 3, 2))
    assert assumed.rates(date(2026, 5, 28), date(2026, 5, 29)) == (daily_rate("10"),)
    assert "assumed from 2026-03-02" in assumed.name
    assert known.extended(date(2026, 2, 1), "10") is known


@pytest.mark.parametrize("percent", ["-1", "1000.1", "99.12345"])
def test_percents_out_of_reason_are_refused(percent: str) -> None:
    """Percent of the rate: 0 to 1000 with four decimals."""
    with pytest.raises(InvalidInput):
        rate_factor([daily_rate("10")], percent)


def test_floats_negative_rates_and_reversed_dates_are_refused() -> None:
    """Each names its field."""
    with pytest.raises(InvalidInput, match="rate"):
        daily_rate(13.65)  # type: ignore[arg-type]
    with pytest.raises(InvalidInput):
        daily_rate("-1")
    with pytest.raises(InvalidInput, match="swap"):
        flat_rates().factor(date(2026, 3, 2), date(2026, 2, 2))
