"""What a holding is worth, what the FGC covers of it, and when money can be had."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fiel.fixed_income.credit.curve import unit_price
from fiel.fixed_income.guarantee import Access, fgc_cover, liquidity
from fiel.fixed_income.treasury import Lft, Ltn, NtnB, NtnB1, NtnBPrincipal, NtnC, NtnF, Plan
from fiel.fixed_income.valuing import Basis, bond_price, curve_value, curve_value_of_bond, market_value
from fiel.kernel.errors import InvalidInput
from fiel.kernel.rounding import truncate
from tests.support.credit_papers import CALENDAR, market, paper

SETTLEMENT = date(2026, 2, 6)
BONDS = [
    Ltn(date(2029, 1, 1)),
    NtnF(date(2031, 1, 1)),
    NtnB(date(2035, 5, 15)),
    NtnBPrincipal(date(2035, 5, 15)),
    NtnC(date(2031, 1, 1)),
    Lft(date(2029, 3, 1)),
    NtnB1(Plan.RETIREMENT, date(2030, 1, 15)),
]


def test_a_holding_on_its_curve_is_cut_once() -> None:
    """The unit price has eight decimals; the value of 12.5 units is cut to cents at the end."""
    day = date(2026, 6, 1)
    found = curve_value(paper(), "12.5", day, market())
    assert found.unit == unit_price(paper(), day, market()).price
    assert found.gross == truncate(found.unit * Decimal("12.5"), 2)
    assert found.basis is Basis.CURVE


@pytest.mark.parametrize("bond", BONDS, ids=lambda bond: type(bond).__name__)
@given(st.decimals(0, 30, places=4), st.decimals("0.01", 5, places=4))
def test_a_price_falls_when_the_rate_rises(bond: Ltn, rate: Decimal, more: Decimal) -> None:
    """Every kind of federal bond."""
    low = bond_price(bond, SETTLEMENT, rate, "4596.158793")
    assert bond_price(bond, SETTLEMENT, rate + more, "4596.158793") < low


def test_a_bond_at_its_own_rate_and_at_the_markets() -> None:
    """ANBIMA's PU of the LTN of April 2026 on 2026-02-06, and the same from its indicative rate."""
    by_rate = curve_value_of_bond(Ltn(date(2026, 4, 1)), "1.5", SETTLEMENT, "14.714")
    by_price = market_value("1.5", "980.580760", SETTLEMENT)
    assert by_rate.unit == by_price.unit
    assert by_rate.gross == by_price.gross == Decimal("1470.87")
    assert (by_rate.basis, by_price.basis) == (Basis.CURVE, Basis.MARKET)


def test_an_indexed_bond_needs_its_nominal_value() -> None:
    """Without a VNA there is a quotation and no price."""
    with pytest.raises(InvalidInput, match="give its VNA"):
        bond_price(Lft(date(2029, 3, 1)), SETTLEMENT, "0.1")


def test_rendas_price_is_the_sum_of_its_parts() -> None:
    """At a rate of zero, all of the nominal value; the rate of a price leads back to it."""
    bond = NtnB1(Plan.EDUCATION, date(2030, 1, 15))
    assert bond.quotation(SETTLEMENT, 0) == Decimal("100.0000")
    price = bond.pu(SETTLEMENT, "7.35", "4596.158793")
    assert bond.rate_pct(SETTLEMENT, price, "4596.158793") == Decimal("7.35")
    with pytest.raises(InvalidInput, match="15th"):
        NtnB1(Plan.EDUCATION, date(2030, 1, 1))
    with pytest.raises(InvalidInput, match="before maturity"):
        bond.quotation(date(2034, 12, 15), 7)


def test_the_fgc_covers_up_to_its_limit_per_group() -> None:
    """R$ 250,000 of one conglomerate, all of a small one; the largest is shown first."""
    cover = fgc_cover({"small": "1000.50", "big": "300000"})
    assert [(c.group, c.covered, c.uncovered) for c in cover.groups] == [
        ("big", Decimal(250_000), Decimal(50_000)),
        ("small", Decimal("1000.5"), Decimal(0)),
    ]
    assert cover.covered_if_all_fail == Decimal("251000.5")


def test_the_ceiling_of_four_years_limits_all_groups_together() -> None:
    """Six groups at the limit: a million; what was paid already leaves less."""
    groups = {str(at): 250_000 for at in range(6)}
    assert fgc_cover(groups).covered_if_all_fail == 1_000_000
    after = fgc_cover(groups, 900_000)
    assert after.ceiling_left == after.covered_if_all_fail == 100_000
    assert after.groups[0].covered == 100_000


def test_when_money_can_be_had() -> None:
    """Bonds at the market next day, daily liquidity on the curve from its day, else at maturity."""
    saturday, monday = date(2026, 3, 7), date(2026, 3, 9)
    bond = liquidity(Lft(date(2029, 3, 1)), saturday, CALENDAR)
    assert (bond.access, bond.earliest) == (Access.MARKET, monday)
    daily = liquidity(paper(), saturday, CALENDAR, redeemable_from=date(2026, 1, 2))
    assert (daily.access, daily.earliest) == (Access.REDEMPTION, monday)
    closed = liquidity(paper(), saturday, CALENDAR)
    assert (closed.access, closed.earliest) == (Access.NONE, date(2027, 1, 4))
