"""Comparing returns."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fiel.fixed_income.returns import (
    annualised,
    daily_percent_of_cdi,
    decompose,
    exempt_equivalent,
    over_cdi,
    percent_of_cdi,
    real_return,
    taxed_equivalent,
    taxed_equivalent_rate,
)
from fiel.kernel.errors import InvalidInput, Refused

PERCENTS = st.decimals("0.01", 200, places=4)
TAXES = st.sampled_from(["22.5", "20", "17.5", "15"])


def test_a_return_is_taken_apart_into_inflation_and_real() -> None:
    """An NTN-B in the first quarter of 2025 (published): 4.06 % of which 1.96 % inflation."""
    found = decompose("3716.65", "3867.52", "4387.86", "4474.04", 2)
    assert (found.total, found.inflation) == (Decimal("4.06"), Decimal("1.96"))


@given(PERCENTS, PERCENTS)
def test_real_and_inflation_make_the_total_again(total: Decimal, inflation: Decimal) -> None:
    """(1+real)(1+inflation) = 1+total, within the decimals kept."""
    real = real_return(total, inflation, 12)
    assert abs((1 + real / 100) * (1 + inflation / 100) - (1 + total / 100)) < Decimal("1e-12")


@given(PERCENTS)
def test_the_cdi_itself_is_one_hundred_percent_of_it(cdi: Decimal) -> None:
    """By the period and by the day."""
    assert percent_of_cdi(cdi, cdi) == daily_percent_of_cdi(cdi, cdi, 252) == 100
    assert over_cdi(cdi, cdi) == 0


def test_the_daily_percentage_is_the_published_one() -> None:
    """11.8746 % against 11.725 % a year: 101.20718007994287 % (PYield's documentation)."""
    found = daily_percent_of_cdi("11.8746", "11.725", 252, 14)
    assert abs(found - Decimal("101.20718007994287")) < Decimal("1e-10")


def test_over_long_terms_the_percentage_of_the_period_flatters() -> None:
    """110 % a day over ten years is far more than 110 % of the period."""
    assert percent_of_cdi("287.9", "240") > daily_percent_of_cdi("287.9", "240", 2520)


@pytest.mark.parametrize(("total", "cdi"), [("-1", "2"), ("1", "0"), ("1", "-0.5")])
def test_a_percentage_that_says_nothing_is_refused(total: str, cdi: str) -> None:
    """With a loss, or with no CDI; the difference still exists."""
    with pytest.raises(Refused, match="difference"):
        percent_of_cdi(total, cdi)
    with pytest.raises(Refused):
        daily_percent_of_cdi(total, cdi, 21)
    assert over_cdi(total, cdi) != 0


@given(PERCENTS, TAXES)
def test_taxed_and_exempt_equivalents_undo_each_other(percent: Decimal, tax: str) -> None:
    """An LCI as a CDB as an LCI."""
    assert abs(exempt_equivalent(taxed_equivalent(percent, tax, 12), tax, 8) - percent) < Decimal("1e-7")


def test_an_lci_of_ninety_percent_is_a_cdb_of_almost_a_hundred_and_six() -> None:
    """Above two years the tax is 15 %."""
    assert taxed_equivalent("90", "15") == Decimal("105.8824")
    assert exempt_equivalent("110", "17.5") == Decimal("90.75")


@given(st.decimals(1, 30, places=2), TAXES, st.integers(21, 2520))
def test_the_exact_equivalent_leaves_the_same_money(rate: Decimal, tax: str, days: int) -> None:
    """What is left of the taxed paper after tax is what the exempt one pays."""
    taxed = taxed_equivalent_rate(rate, tax, days, 15)
    exponent = Decimal(days) / 252
    gross = (1 + taxed / 100) ** exponent - 1
    assert abs(gross * (1 - Decimal(tax) / 100) - ((1 + rate / 100) ** exponent - 1)) < Decimal("1e-9")


def test_a_year_is_252_business_days() -> None:
    """One percent in a month of 21 days."""
    assert annualised("1", 21) == Decimal("12.6825")
    assert annualised("7.5", 252) == Decimal("7.5")


def test_no_days_no_prices_and_full_taxes_are_refused() -> None:
    """Each has no answer."""
    with pytest.raises(InvalidInput):
        annualised("1", 0)
    with pytest.raises(InvalidInput):
        daily_percent_of_cdi("1", "1", 0)
    with pytest.raises(InvalidInput):
        taxed_equivalent_rate("1", "15", 0)
    with pytest.raises(InvalidInput, match="start_price"):
        decompose("0", "1", "1", "1")
    with pytest.raises(InvalidInput, match="tax"):
        taxed_equivalent("90", "100")
