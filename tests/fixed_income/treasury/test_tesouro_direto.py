"""The retail window: prices as displayed, the least purchase and the custody fee, by date.

Figures: Tesouro Direto prices of October 2019; the notice of 2024-11-18; B3's fee examples of 2020.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fiel.fixed_income.treasury import Ltn, NtnBPrincipal
from fiel.fixed_income.treasury.tesouro_direto import (
    CustodyTerms,
    custody_fee,
    custody_terms,
    display_price,
    financial_value,
    minimum_investment,
)
from fiel.fixed_income.treasury.vna import vna_projected
from fiel.kernel.errors import InvalidInput, Refused

cents = st.integers(100, 10**7).map(lambda units: Decimal(units).scaleb(-2))


def test_prices_on_the_site_are_cut_not_rounded() -> None:
    """The two prices of October 2019: 899.174104 shows 899.17, and 2919.947234 shows 2919.94."""
    fixed = Ltn(date(2022, 1, 1)).pu(date(2019, 10, 23), "4.99", date(2019, 10, 22))
    assert (fixed, display_price(fixed)) == (Decimal("899.174104"), Decimal("899.17"))
    vna = vna_projected("3237.814470", "0.08", 10, 31)
    indexed = NtnBPrincipal(date(2024, 8, 15)).pu(date(2019, 10, 25), "2.19", vna)
    assert (vna, display_price(indexed)) == (Decimal("3238.649808"), Decimal("2919.94"))


@pytest.mark.parametrize(
    ("on", "price", "fraction", "value"),
    [
        ("2024-11-18", "767.46", "0.01", "7.67"),
        ("2024-11-17", "767.46", "0.04", "30.69"),
        ("2019-10-24", "732.87", "0.05", "36.64"),
        ("2019-10-24", "2006.08", "0.02", "40.12"),
        ("2019-10-24", "10369.42", "0.01", "103.69"),
        ("2019-10-24", "1268.53", "0.03", "38.05"),
        ("2019-10-24", "1000.00", "0.03", "30.00"),
    ],
)
def test_the_least_purchase_by_date(on: str, price: str, fraction: str, value: str) -> None:
    """0.01 bond since 2024-11-18; before it, the least multiple worth R$ 30 (which itself is enough)."""
    least = minimum_investment(date.fromisoformat(on), price)
    assert (least.fraction, least.value) == (Decimal(fraction), Decimal(value))


@given(price=cents)
def test_before_2024_one_step_less_was_not_enough(price: Decimal) -> None:
    """The old minimum is worth R$ 30 or more, and a hundredth of a bond less is not."""
    least = minimum_investment(date(2020, 1, 2), price)
    assert least.fraction * price >= 30
    assert (least.fraction - Decimal("0.01")) * price < 30


def test_a_quantity_costs_its_cut_product() -> None:
    """3.21 bonds at 899.174104 cost 2886.34, and a third decimal of quantity is refused."""
    assert financial_value("3.21", "899.174104") == Decimal("2886.34")
    with pytest.raises(InvalidInput, match="decimals"):
        financial_value("3.215", "899.17")


@pytest.mark.parametrize(("value", "fee"), [("11000", "2.50"), ("30000", "50.00"), ("10000", "0.00")])
def test_a_year_of_custody_of_tesouro_selic(value: str, fee: str) -> None:
    """B3's examples of 2020: only what exceeds R$ 10,000 pays."""
    assert custody_fee(value, "0.25", "10000") == Decimal(fee)


def test_the_fee_is_by_the_day() -> None:
    """73 days are a fifth of the year; less than a cent is nothing."""
    assert custody_fee("10000", "0.20", days=73) == Decimal("4.00")
    assert custody_fee("10", "0.20", days=1) == 0


@pytest.mark.parametrize(
    ("on", "is_selic", "terms"),
    [
        (date(2020, 7, 31), True, ("0.25", 0, False)),
        (date(2020, 8, 1), True, ("0.25", 10_000, False)),
        (date(2020, 8, 1), False, ("0.25", 0, False)),
        (date(2022, 1, 1), False, ("0.20", 0, False)),
        (date(2024, 12, 30), True, ("0.20", 10_000, False)),
        (date(2024, 12, 31), True, ("0.20", 10_000, True)),
    ],
)
def test_the_terms_of_custody_by_date(on: date, is_selic: bool, terms: tuple[str, int, bool]) -> None:
    """The rate fell in 2022; Selic is exempt since August 2020; events alone pay since the end of 2024."""
    rate, exempt, on_events = terms
    expected = CustodyTerms(Decimal(rate), Decimal(exempt), on_events)
    assert custody_terms(on, is_selic=is_selic) == expected


def test_what_is_not_known_is_refused() -> None:
    """No fee is made up for 2018, and no purchase for a price that is no price."""
    with pytest.raises(Refused, match="from 2019"):
        custody_terms(date(2018, 12, 31), is_selic=False)
    with pytest.raises(Refused, match="no price of a bond"):
        minimum_investment(date(2019, 10, 24), "0.0001")
