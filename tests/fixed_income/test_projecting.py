"""Payments to come: their days, what they consist of, and what is known of them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fiel.fixed_income.credit.curve import unit_price
from fiel.fixed_income.credit.schedule import AmortisationBase, periodic
from fiel.fixed_income.credit.terms import Floating, IpcaPlus, Kind, Prefixed
from fiel.fixed_income.outlook import Forward, Vnas
from fiel.fixed_income.projecting import flows, total
from fiel.fixed_income.titles import Title
from fiel.fixed_income.treasury import Lft, Ltn, NtnB, NtnB1, NtnBPrincipal, NtnC, NtnF, Plan
from fiel.kernel.errors import InvalidInput, Refused
from fiel.kernel.rounding import truncate
from tests.support.credit_papers import CALENDAR, START, paper
from tests.support.federal_outlooks import TODAY, looking_ahead

RATES = looking_ahead()
LATER = date(2028, 1, 3)
TITLES: list[Title] = [
    paper(Floating(percent=Decimal(110))),
    paper(IpcaPlus(Decimal(7)), periodic(START, LATER, 6, amortisations={date(2027, 1, 3): 40})),
    Ltn(date(2029, 1, 1)),
    NtnF(date(2031, 1, 1)),
    NtnB(date(2030, 8, 15)),
    NtnBPrincipal(date(2029, 5, 15)),
    NtnC(date(2031, 1, 1)),
    Lft(date(2029, 3, 1)),
    NtnB1(Plan.EDUCATION, date(2030, 1, 15)),
]


@pytest.mark.parametrize("title", TITLES, ids=lambda title: type(title).__name__)
def test_payments_come_in_order_on_business_days(title: Title) -> None:
    """Never before the day asked for, never on a day without business, never before the nominal date."""
    found = flows(title, 3, RATES, TODAY)
    assert found
    assert [flow.day for flow in found] == sorted(flow.day for flow in found)
    assert all(flow.day >= TODAY and flow.day >= flow.nominal_day for flow in found)
    assert all(CALENDAR.is_business_day(flow.day) for flow in found)
    assert all(flow.gross > 0 and flow.paid == truncate(flow.gross, 2) for flow in found)


@given(st.sampled_from(TITLES), st.decimals("0.01", 10**6, places=2), st.decimals("0.01", 10**6, places=2))
def test_splitting_a_holding_changes_no_total(title: Title, one: Decimal, other: Decimal) -> None:
    """Amounts are exact before cents: two holdings pay what one of their sum pays, payment by payment."""
    first, second = (flows(title, units, RATES, TODAY) for units in (one, other))
    whole = flows(title, one + other, RATES, TODAY)
    assert [a.gross + b.gross for a, b in zip(first, second, strict=True)] == [f.gross for f in whole]
    cents = Decimal("0.01")
    assert all(f.paid - a.paid - b.paid in (0, cents) for a, b, f in zip(first, second, whole, strict=True))


@pytest.mark.parametrize(
    "title",
    [
        paper(Floating(percent=Decimal(110))),
        paper(Floating(spread=Decimal("1.5"))),
        paper(Prefixed(Decimal(13))),
        paper(IpcaPlus(Decimal(7))),
    ],
)
def test_the_curve_at_maturity_equals_the_payout(title: Title) -> None:
    """A bullet grown to the maturity of its twin that lives a day longer is what it pays."""
    assert not isinstance(title, Ltn)
    longer = paper(title.remuneration, periodic(START, date(2027, 1, 5), 120))  # type: ignore[union-attr]
    (flow,) = flows(title, 1, RATES, TODAY)
    assert flow.gross == unit_price(longer, flow.day, RATES.market).price


def test_fixed_payments_are_known_and_the_others_say_what_they_rest_on() -> None:
    """An NTN-F is certain to its end; a CDB at the CDI is not, and names the assumption."""
    assert all(flow.is_known for flow in flows(NtnF(date(2031, 1, 1)), 1, RATES, TODAY))
    (flow,) = flows(paper(), 1, RATES, TODAY)
    assert flow.assumption == "flat at the last rates"
    assert not flow.is_known


def test_a_payment_whose_rates_are_published_is_known() -> None:
    """A quarter that ended before the series did; the next one is projected."""
    held = paper(schedule=periodic(START, date(2027, 1, 4), 3))
    found = flows(held, 1, RATES, START)
    assert [flow.is_known for flow in found] == [True, True, True, False, False]


def test_coupons_of_an_ntnb_are_known_as_far_as_the_index_is() -> None:
    """June's IPCA is published: the VNA of 15 July is certain, that of 15 August is not."""
    july, august = (NtnB(date(2027, month, 15)) for month in (7, 8))
    assert flows(july, 1, RATES, date(2026, 7, 1))[0].is_known
    assert not flows(august, 1, RATES, date(2026, 8, 1))[0].is_known


@pytest.mark.parametrize(("day", "known"), [(15, [7]), (16, [])])
def test_ipca_papers_are_known_as_far_as_the_index_is(day: int, known: list[int]) -> None:
    """The month that ends on 15 July is June's, published; a day later some of July's is needed."""
    held = paper(IpcaPlus(Decimal(7)), periodic(START, date(2026, 9, day), 1))
    found = flows(held, 1, RATES, date(2026, 7, 15))
    assert [flow.nominal_day.month for flow in found if flow.is_known] == known


def test_an_ntnb_pays_coupons_and_its_nominal_value() -> None:
    """Published VNA of 15 June 2026; 0.02956301 of the VNA of each day, and at maturity the VNA itself."""
    first, last = flows(NtnB(date(2026, 12, 15)), 1, RATES, date(2026, 6, 15))
    assert (first.day, first.gross) == (date(2026, 6, 15), Decimal("139.887918"))
    assert last.principal == 1000
    vna = last.principal + last.indexation
    assert last.interest == truncate(vna * Decimal("0.02956301"), 6)
    assert Decimal("1.02") < vna / Decimal("4731.856412") < Decimal("1.03")


def test_an_ntnc_of_2031_pays_twelve_percent() -> None:
    """A coupon of 0.05830052 of the VNA; the ordinary series pay 6 %."""
    coupons = [flows(NtnC(date(year, 1, 1)), 1, RATES, TODAY)[0].gross for year in (2031, 2030)]
    assert Decimal("1.972") < coupons[0] / coupons[1] < Decimal("1.973")


def test_educa_pays_sixty_parts_of_its_nominal_value() -> None:
    """Equal parts of the base, whose cuts the last one makes good; the index on top of each."""
    found = flows(NtnB1(Plan.EDUCATION, date(2030, 1, 15)), 1, RATES, TODAY)
    assert len(found) == 60
    assert sum(flow.principal for flow in found) == 1000
    assert found[0].principal == Decimal("16.666666")
    assert all(early.gross < late.gross for early, late in pairwise(found))


def test_amortisations_give_back_principal_and_index() -> None:
    """40 % of the principal and 40 % of what the IPCA added, and all of it by the end."""
    held = paper(IpcaPlus(Decimal(7)), periodic(START, LATER, 6, amortisations={date(2027, 1, 3): 40}))
    found = flows(held, 10, RATES, TODAY)
    assert [flow.principal for flow in found if flow.principal] == [4000, 6000]
    assert all(flow.indexation > 0 for flow in found if flow.principal)
    assert all(flow.indexation == 0 for flow in found if not flow.principal)


def test_amortisations_of_the_original_value_are_shares_of_it() -> None:
    """Twice 30 % of what was lent."""
    table = {date(2027, 1, 3): 30, date(2027, 7, 3): 30}
    held = paper(
        Prefixed(Decimal(12)),
        periodic(START, LATER, 6, amortisations=table, base=AmortisationBase.ORIGINAL),
        kind=Kind.DEBENTURE,
    )
    assert [flow.principal for flow in flows(held, 1, RATES, TODAY) if flow.principal] == [300, 300, 400]


def test_capitalised_interest_comes_back_as_interest() -> None:
    """Only what was lent is principal; on a paper without index nothing is indexation."""
    held = paper(Prefixed(Decimal(12)), periodic(START, LATER, 6, grace_until=date(2026, 7, 3)))
    found = flows(held, 1, RATES, START)
    assert [flow.principal for flow in found if flow.principal] == [1000]
    assert all(flow.indexation == 0 for flow in found)
    assert found[-1].interest > 100


def test_a_higher_forward_pays_more() -> None:
    """The user's curve drives what is not known, and its name is shown."""
    step = Forward("twenty percent", cdi=((date(2026, 9, 1), Decimal(20)),))
    (flat,) = flows(paper(), 1, RATES, TODAY)
    (higher,) = flows(paper(), 1, looking_ahead(step), TODAY)
    assert higher.gross > flat.gross
    assert higher.assumption == "twenty percent"


def test_what_is_missing_is_named() -> None:
    """No VNA, nothing held, a title beyond the horizon, a VNA of another day of the month."""
    bare = looking_ahead(vnas=Vnas())
    for bond in (NtnB(date(2030, 8, 15)), NtnC(date(2030, 1, 1)), Lft(date(2029, 3, 1))):
        with pytest.raises(Refused, match="VNA"):
            flows(bond, 1, bare, TODAY)
    with pytest.raises(InvalidInput, match="nothing is held"):
        flows(Ltn(date(2029, 1, 1)), 0, RATES, TODAY)
    with pytest.raises(Refused, match="IPCA"):
        flows(NtnB(date(2080, 8, 15)), 1, RATES, TODAY)
    with pytest.raises(InvalidInput, match="day 1 of a month"):
        flows(NtnC(date(2030, 1, 1)), 1, looking_ahead(vnas=Vnas(ntnc=RATES.vnas.ntnb)), TODAY)


def test_after_the_maturity_nothing_comes() -> None:
    """Neither of a bond nor of a paper."""
    assert flows(Ltn(date(2026, 1, 1)), 1, RATES, TODAY) == ()
    assert flows(NtnF(date(2026, 1, 1)), 1, RATES, TODAY) == ()
    assert total(flows(paper(schedule=periodic(START, date(2026, 7, 2), 6)), 1, RATES, TODAY)) == 0
