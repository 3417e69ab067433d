"""Prices that were published, to the last digit, and back from them to the rates.

Figures: STN auction methodology (May 2008 examples), STN auction results (October 2025, June 2026),
ANBIMA's price file of 2026-02-06, worked examples in the PYield documentation.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from fiel.fixed_income.treasury import Lft, Ltn, NtnB, NtnC, NtnF
from fiel.fixed_income.treasury import ntnb as ntnb_rules
from fiel.fixed_income.treasury import ntnf as ntnf_rules
from fiel.fixed_income.treasury.vna import vna_projected

LTN = [
    ("2008-05-21", "2010-07-01", "14.3600", "753.315323"),
    ("2024-07-05", "2030-01-01", "12.1450", "535.279902"),
    ("2025-10-24", "2026-10-01", "14.1350", "884.468769"),
    ("2025-10-24", "2029-07-01", "13.3695", "632.793136"),
    ("2026-02-06", "2026-04-01", "14.714", "980.580760"),
    ("2026-02-06", "2032-01-01", "13.4954", "476.413959"),
]
NTNF = [
    ("2024-07-01", "2027-01-01", "10", "999.931303"),
    ("2024-07-05", "2035-01-01", "11.9210", "895.359254"),
    ("2025-10-24", "2031-01-01", "13.6670", "907.118807"),
    ("2026-02-06", "2029-01-01", "12.8245", "949.198871"),
    ("2026-02-06", "2037-01-01", "13.7418", "813.918283"),
]
NTNB = [
    ("2024-05-31", "2035-05-15", "6.1490", "4299.160173", "4271.864805"),
    ("2026-02-06", "2026-08-15", "10.25", "4596.158793", "4635.285892"),
    ("2026-02-06", "2035-05-15", "7.5841", "4596.158793", "4209.369049"),
    ("2026-02-06", "2060-08-15", "7.2148", "4596.158793", "4056.794962"),
]
NTNC = [
    ("2008-05-21", "2011-03-01", "4.9877", "2126.473734", "2207.556177"),
    ("2025-03-21", "2031-01-01", "6.7626", "6598.913723", "8347.348705"),
]
LFT = [
    ("2024-07-24", "2030-09-01", "0.1717", "15785.324502", "15621.867466"),
    ("2026-02-06", "2026-09-01", "-0.0306", "18346.789005", "18349.926305"),
    ("2026-02-06", "2031-12-01", "0.103", "18346.789005", "18238.120973"),
    ("2026-06-17", "2032-06-01", "0.1098", "19232.655455", "19108.181708"),
]
DAY = date.fromisoformat


@pytest.mark.parametrize(("settlement", "maturity", "rate", "pu"), LTN)
def test_ltn_prices_and_rates_are_the_published_ones(
    settlement: str, maturity: str, rate: str, pu: str
) -> None:
    """An LTN's price comes out of its rate, and its rate out of the price, to the last digit."""
    bond = Ltn(DAY(maturity))
    assert bond.pu(DAY(settlement), rate) == Decimal(pu)
    assert bond.rate_pct(DAY(settlement), pu) == Decimal(rate)


@pytest.mark.parametrize(("settlement", "maturity", "rate", "pu"), NTNF)
def test_ntnf_prices_and_rates_are_the_published_ones(
    settlement: str, maturity: str, rate: str, pu: str
) -> None:
    """An NTN-F's price comes out of its rate, and its rate out of the price, to the last digit."""
    bond = NtnF(DAY(maturity))
    assert bond.pu(DAY(settlement), rate) == Decimal(pu)
    assert bond.rate_pct(DAY(settlement), pu) == Decimal(rate)


@pytest.mark.parametrize(("settlement", "maturity", "rate", "vna", "pu"), NTNB)
def test_ntnb_prices_and_rates_are_the_published_ones(
    settlement: str, maturity: str, rate: str, vna: str, pu: str
) -> None:
    """An NTN-B's price comes out of its rate, and its rate out of the price, to the last digit."""
    bond = NtnB(DAY(maturity))
    assert bond.pu(DAY(settlement), rate, vna) == Decimal(pu)
    assert bond.rate_pct(DAY(settlement), pu, vna) == Decimal(rate)


@pytest.mark.parametrize(("settlement", "maturity", "rate", "vna", "pu"), NTNC)
def test_ntnc_prices_and_rates_are_the_published_ones(
    settlement: str, maturity: str, rate: str, vna: str, pu: str
) -> None:
    """Both coupons of the NTN-C: 6 % for the ordinary series and 12 % for January 2031."""
    bond = NtnC(DAY(maturity))
    assert bond.pu(DAY(settlement), rate, vna) == Decimal(pu)
    assert bond.rate_pct(DAY(settlement), pu, vna) == Decimal(rate)


@pytest.mark.parametrize(("settlement", "maturity", "rate", "vna", "pu"), LFT)
def test_lft_prices_are_the_published_ones(
    settlement: str, maturity: str, rate: str, vna: str, pu: str
) -> None:
    """An LFT's price comes out of its rate, premium (negative) or discount, to the last digit."""
    bond = Lft(DAY(maturity))
    assert bond.pu(DAY(settlement), rate, vna) == Decimal(pu)
    # Several rates share a quotation of four decimals: the one found must have the very same price.
    assert bond.pu(DAY(settlement), bond.rate_pct(DAY(settlement), pu, vna), vna) == Decimal(pu)


def test_the_lowest_rate_stands_for_all_that_share_a_quotation() -> None:
    """Seven months before maturity 168 rates share a price and two of them have four decimals."""
    bond, settlement = Lft(date(2025, 3, 1)), date(2024, 7, 24)
    found = bond.rate_pct(settlement, "15774.132706", "15785.324502")
    assert found == Decimal("0.115963")
    assert bond.quotation(settlement, found) == bond.quotation(settlement, "0.116") == Decimal("99.9291")
    assert bond.quotation(settlement, found - Decimal("0.000001")) == Decimal("99.9292")


def test_each_flow_of_the_treasurys_own_example() -> None:
    """Every present value and business day of the NTN-B worked out by STN on 2008-05-21."""
    bond, settlement = NtnB(date(2010, 8, 15)), date(2008, 5, 21)
    rows = [
        (str(f.day), str(f.cash), f.business_days, str(f.present_value))
        for f in bond.flows(settlement, "8.29")
    ]
    assert rows == [
        ("2008-08-15", "2.956301", 61, "2.8998535976"),
        ("2009-02-15", "2.956301", 190, "2.7840057610"),
        ("2009-08-15", "2.956301", 314, "2.6770128972"),
        ("2010-02-15", "2.956301", 439, "2.5733184988"),
        ("2010-08-15", "102.956301", 564, "86.1471473965"),
    ]
    assert bond.quotation(settlement, "8.29") == Decimal("97.0813")
    vna = vna_projected("1726.926459", "0.46", 6, 31)
    assert bond.pu(settlement, "8.29", vna) == Decimal("1678.012540")


def test_coupons_paid_and_priced() -> None:
    """NTN-B pays on the VNA; NTN-F prices five decimals and pays six; NTN-C of 2031 pays 12 %."""
    assert ntnb_rules.coupon_payment("1726.926459") == Decimal("51.053144")
    assert ntnf_rules.pricing_coupon() == Decimal("48.80885")
    assert ntnf_rules.coupon_payment() == Decimal("48.808850")
    assert NtnC(date(2031, 1, 1)).coupon_payment("1000") == Decimal("58.300520")
    assert NtnC(date(2021, 4, 1)).coupon_payment("1000") == Decimal("29.563010")


def test_settling_on_a_coupon_day_leaves_the_coupon_to_the_seller() -> None:
    """On 2024-05-15 the NTN-B of May 2025 has two coupons left, and the published quotation."""
    bond = NtnB(date(2025, 5, 15))
    assert len(bond.flows(date(2024, 5, 15), "10")) == 2
    assert len(bond.flows(date(2024, 5, 14), "10")) == 3
    assert bond.quotation(date(2024, 5, 15), "10") == Decimal("96.4454")


def test_the_holiday_list_is_that_of_the_trade() -> None:
    """A bond settled on 26 December 2023 but traded on the 22nd does not know of the new holiday."""
    bond, settlement = Ltn(date(2030, 1, 1)), date(2023, 12, 26)
    new, old = bond.business_days(settlement), bond.business_days(settlement, date(2023, 12, 22))
    assert old - new == 5
    assert bond.pu(settlement, "10", date(2023, 12, 22)) < bond.pu(settlement, "10")
