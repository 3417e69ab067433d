"""Savings accounts under both rules."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fiel.fixed_income.savings import (
    additional_percent,
    anniversaries,
    first_anniversary_base,
    month_total,
    monthly_credits,
)
from fiel.fixed_income.series import RateSeries
from fiel.kernel.errors import InvalidInput, Refused

NEW = date(2012, 5, 4)
TARGET = RateSeries.of("Selic target", {date(2025, 12, 11): "15", date(2026, 2, 1): "8.5"})
TR = RateSeries.of("TR", {date(2026, 1, 10): "0.17", date(2026, 2, 10): "0", date(2026, 3, 10): "0.10"})


@pytest.mark.parametrize(
    ("target", "additional"),
    [("7.25", "0.4134"), ("8.50", "0.4828"), ("2.00", "0.1159"), ("8.51", "0.5000"), ("15", "0.5000")],
)
def test_the_new_rule_follows_the_target_up_to_its_limit(target: str, additional: str) -> None:
    """Up to 8.5 % a year 70 % of the target, above it half a percent. Published: Valor, 2012-10-10."""
    assert str(additional_percent(target, NEW)) == additional


def test_older_deposits_keep_half_a_percent() -> None:
    """A deposit of the day before the new rule earns 0.5 whatever the target."""
    assert additional_percent("2", date(2012, 5, 3)) == Decimal("0.5")


@pytest.mark.parametrize(("tr", "total"), [("0.0468", "0.5470"), ("0.0536", "0.5539"), ("0", "0.5000")])
def test_the_total_is_the_table_of_the_central_bank(tr: str, total: str) -> None:
    """Published by the Central Bank for 1 and 3 May 2012."""
    assert str(month_total(tr, "0.5")) == total


@given(st.dates(date(2012, 5, 4), date(2090, 1, 1)))
def test_anniversaries_never_fall_after_the_28th(deposited: date) -> None:
    """The last days of a month count as the first of the next; credits are a month apart."""
    base = first_anniversary_base(deposited)
    found = anniversaries(deposited, date(deposited.year + 3, 1, 1))
    assert base.day <= 28
    assert 0 <= (base - deposited).days <= 3
    assert {day.day for day in found} == {base.day}
    assert all(27 < (later - earlier).days < 32 for earlier, later in pairwise(found))


def test_interest_comes_on_the_anniversary_only_and_on_the_balance_before() -> None:
    """R$ 1000 of 10 January: 0.6709 % in February at a target of 15 %, then 0.4828 % at 8.5 %."""
    day = date(2026, 1, 10)
    assert monthly_credits("1000.00", day, date(2026, 2, 9), TR, TARGET) == ()
    first, second = monthly_credits("1000.00", day, date(2026, 3, 10), TR, TARGET)
    assert (first.day, first.percent, first.interest) == (
        date(2026, 2, 10),
        Decimal("0.6709"),
        Decimal("6.71"),
    )
    assert (second.percent, second.interest) == (Decimal("0.4828"), Decimal("4.86"))
    assert second.balance == Decimal("1011.57")


def test_a_missing_tr_or_an_old_target_is_refused() -> None:
    """Nothing is assumed to be zero, and a target of long ago is no target."""
    with pytest.raises(Refused, match="TR"):
        monthly_credits("1000", date(2026, 1, 11), date(2026, 3, 1), TR, TARGET)
    old = RateSeries.of("Selic target", {date(2025, 1, 2): "12"})
    with pytest.raises(Refused, match="Selic target"):
        monthly_credits("1000", date(2026, 1, 10), date(2026, 3, 1), TR, old)


def test_reversed_dates_and_fractions_of_a_cent_are_refused() -> None:
    """A balance has cents."""
    with pytest.raises(InvalidInput, match="swap"):
        monthly_credits("1000", date(2026, 1, 10), date(2026, 1, 9), TR, TARGET)
    with pytest.raises(InvalidInput, match="amount"):
        monthly_credits("1000.001", date(2026, 1, 10), date(2026, 3, 1), TR, TARGET)
