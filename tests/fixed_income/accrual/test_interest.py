"""Spread over the CDI and prefixed rates."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fiel.fixed_income.accrual.interest import (
    annual_rate_of,
    grown,
    interest,
    interest_factor,
    prefixed_factor,
    prefixed_value,
    spread_factor,
)
from fiel.kernel.errors import InvalidInput

RATES = st.decimals(0, 60, places=4)


@pytest.mark.parametrize(
    ("rate", "days", "factor"),
    [("3.9", 125, "1.019158754"), ("1.75", 123, "1.008503741"), ("9.3128", 127, "1.045897117")],
)
def test_the_spread_factor_has_nine_decimals(rate: str, days: int, factor: str) -> None:
    """Published by the trustees of PTPN13, TGMA22 and CAET12."""
    assert str(spread_factor(rate, days)) == factor


def test_cdi_and_spread_make_the_published_interest() -> None:
    """TGMA22, 15 June 2014: 10000 reais earned 586.6465."""
    factor = interest_factor("1.04973795", "1.008503741")
    assert factor == Decimal("1.05866465")
    assert interest("10000", factor) == Decimal("586.6465")


@given(RATES, st.integers(1, 2520))
def test_the_rate_of_a_factor_is_the_rate_that_made_it(rate: Decimal, days: int) -> None:
    """To two decimals: a factor of nine decimals over a single day knows no more."""
    found = annual_rate_of(prefixed_factor(rate, days), days)
    assert abs(found - rate) < Decimal("0.0003")


@given(RATES, RATES, st.integers(1, 2520))
def test_a_higher_rate_never_pays_less(one: Decimal, other: Decimal, days: int) -> None:
    """Value grows with the rate."""
    low, high = sorted((one, other))
    assert prefixed_value(1000, low, days) <= prefixed_value(1000, high, days)


def test_a_large_principal_keeps_its_cents() -> None:
    """One year at 12 % is exactly a tenth and a fifth more, on a billion too."""
    assert prefixed_value(10**9, 12, 252, 2) == Decimal("1120000000.00")
    assert str(prefixed_value(10000, "12.5", 378, 2)) == "11932.42"


def test_values_are_cut_and_not_rounded() -> None:
    """The ninth decimal is dropped."""
    assert grown("1", "1.999999999") == Decimal("1.99999999")


@pytest.mark.parametrize("days", [-1, 100_801])
def test_business_days_have_limits(days: int) -> None:
    """Neither negative nor four hundred years."""
    with pytest.raises(InvalidInput, match="business_days"):
        spread_factor("1", days)


def test_a_rate_needs_a_day_and_a_factor() -> None:
    """No rate comes from no time or from nothing."""
    with pytest.raises(InvalidInput):
        annual_rate_of("1.1", 0)
    with pytest.raises(InvalidInput):
        annual_rate_of("0", 1)
    with pytest.raises(InvalidInput):
        interest(1000.0, "1.1")  # type: ignore[arg-type]
