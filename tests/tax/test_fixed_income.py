"""IOF, then income tax, on the yield of fixed income."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fiel.fixed_income.credit.schedule import periodic
from fiel.fixed_income.credit.terms import IpcaPlus, Kind, Prefixed
from fiel.fixed_income.projecting import flows
from fiel.fixed_income.treasury import Lft, Ltn, NtnB1, NtnF, Plan
from fiel.kernel.errors import InvalidInput, Refused
from fiel.tax.fixed_income import (
    TaxKind,
    custody_on_events,
    iof_percent,
    ir_rate,
    net_flows,
    net_value,
    redemption_tax,
    tax_kind,
)
from tests.support.credit_papers import START, paper
from tests.support.federal_outlooks import TODAY, looking_ahead

RATES = looking_ahead()
MONEY = st.decimals(-(10**6), 10**6, places=2)


@pytest.mark.parametrize(
    ("days", "rate"),
    [(0, "22.5"), (180, "22.5"), (181, "20"), (360, "20"), (361, "17.5"), (720, "17.5"), (721, "15")],
)
def test_the_rate_falls_with_the_days(days: int, rate: str) -> None:
    """Lei 11.033/2004, art. 1: the edges of each band."""
    assert ir_rate(days) == Decimal(rate)


def test_iof_ends_on_the_thirtieth_day() -> None:
    """Decreto 6.306/2007: 96 % on the first day, 3 % on the 29th, falling every day."""
    table = [iof_percent(day) for day in range(1, 31)]
    assert [table[day - 1] for day in (1, 10, 29, 30)] == [96, 66, 3, 0]
    assert table == sorted(table, reverse=True)
    assert len(set(table)) == 30
    assert iof_percent(0) == 96


def test_rules_that_are_not_known_are_refused() -> None:
    """Before the laws that are carried here, and for days that are none."""
    with pytest.raises(Refused, match="income tax"):
        ir_rate(10, date(2004, 12, 31))
    with pytest.raises(Refused, match="IOF"):
        iof_percent(10, date(2007, 12, 16))
    with pytest.raises(InvalidInput, match="calendar days"):
        ir_rate(-1)


def test_iof_comes_first() -> None:
    """R$ 120.40 after 29 days: 3 % IOF, then 22.5 % of what is left."""
    found = redemption_tax("120.40", 29)
    assert (found.iof, found.ir, found.net_yield) == (Decimal("3.61"), Decimal("26.28"), Decimal("90.51"))
    assert found.total == Decimal("29.89")


@given(MONEY, st.integers(0, 1500), st.sampled_from(list(TaxKind)))
def test_tax_never_takes_more_than_the_yield(made: Decimal, days: int, kind: TaxKind) -> None:
    """Never below zero, nothing of a loss, nothing of an exempt yield."""
    found = redemption_tax(made, days, kind)
    assert 0 <= found.total <= max(made, Decimal(0))
    assert found.net_yield == made - found.iof - found.ir
    if made <= 0 or kind is TaxKind.EXEMPT:
        assert found.total == 0


@given(st.decimals(0, 10**6, places=2), st.integers(0, 1499))
def test_waiting_never_costs_more(made: Decimal, days: int) -> None:
    """One day later the same yield pays as much or less."""
    assert redemption_tax(made, days + 1).total <= redemption_tax(made, days).total


def test_a_value_if_it_were_sold_today() -> None:
    """R$ 100 of yield after 182 days: 20 %; an LCI keeps it all; before the purchase there is no answer."""
    bought, sold = date(2026, 1, 5), date(2026, 7, 6)
    found = net_value("1100", "1000", bought, sold)
    assert (found.days, found.net) == (182, Decimal("1080.00"))
    assert net_value("1100", "1000", bought, sold, TaxKind.EXEMPT).net == 1100
    assert net_value("900", "1000", bought, sold).net == 900
    with pytest.raises(InvalidInput, match="before the purchase"):
        net_value("1100", "1000", sold, bought)


def test_kinds_of_titles() -> None:
    """LCIs and incentivised debentures are exempt, CDBs, common debentures and the Tesouro are not."""
    kinds = [Kind.LCI, Kind.INCENTIVISED_DEBENTURE, Kind.CDB, Kind.DEBENTURE, Kind.COMMERCIAL_NOTE]
    told = [tax_kind(paper(kind=kind)) for kind in kinds]
    assert told == [TaxKind.EXEMPT, TaxKind.EXEMPT, TaxKind.TAXED, TaxKind.TAXED, TaxKind.TAXED]
    assert tax_kind(Ltn(date(2029, 1, 1))) is TaxKind.TAXED


def test_each_coupon_has_the_rate_of_its_days() -> None:
    """An NTN-F bought at par: the coupons pay 22.5, 20, 17.5 and then 15 percent, the principal nothing."""
    bond, bought = NtnF(date(2029, 1, 1)), date(2026, 8, 3)
    payments = flows(bond, 1, RATES, bought)
    net = net_flows(payments, bought, "1000.00", TaxKind.TAXED)
    assert [str(found.tax.ir_pct) for found in net] == ["22.5", "20", "17.5", "17.5", "15"]
    assert [found.cost for found in net] == [0, 0, 0, 0, 1000]
    assert net[0].tax.ir == Decimal("10.98")
    assert net[-1].tax.gross_yield == Decimal("48.80")
    assert net[0].net == Decimal("37.82")


def test_an_amortisation_is_taxed_beyond_its_share_of_the_cost() -> None:
    """At par and without index it is free; bought for less, each part gives its share of the gain."""
    schedule = periodic(START, date(2028, 1, 3), 12, amortisations={date(2027, 1, 3): 50})
    held = paper(Prefixed(Decimal(0)), schedule, kind=Kind.DEBENTURE)
    payments = flows(held, 1, RATES, TODAY)
    at_par, cheaper = (net_flows(payments, TODAY, cost, TaxKind.TAXED) for cost in ("1000", "900.01"))
    assert [found.tax.total for found in at_par] == [0, 0]
    assert [found.tax.gross_yield for found in cheaper] == [Decimal("49.99"), Decimal("50.00")]
    assert sum(found.cost for found in cheaper) == Decimal("900.01")


def test_what_the_index_added_is_yield() -> None:
    """Bought at issue, an IPCA paper's amortisation is more than its share of the cost by the index."""
    schedule = periodic(START, date(2028, 1, 3), 12, amortisations={date(2027, 1, 3): 50})
    payments = flows(paper(IpcaPlus(Decimal(6)), schedule), 1, RATES, TODAY)
    first, _ = net_flows(payments, START, "1000", TaxKind.TAXED)
    assert first.cost == 500
    assert first.tax.gross_yield == payments[0].paid - 500
    assert first.tax.gross_yield > payments[0].interest


def test_a_bullet_bought_dear_is_taxed_on_what_it_made() -> None:
    """Not on all its interest: gross less cost, and nothing when that is a loss."""
    payments = flows(paper(), 1, RATES, TODAY)
    (dear,) = net_flows(payments, TODAY, "1100.00", TaxKind.TAXED)
    assert dear.tax.gross_yield == payments[0].paid - 1100
    (lost,) = net_flows(payments, TODAY, "2000.00", TaxKind.TAXED)
    assert lost.net == payments[0].paid


def test_exempt_payments_are_net_as_they_are() -> None:
    """An LCI's interest is what arrives."""
    payments = flows(paper(kind=Kind.LCI), 1, RATES, TODAY)
    (found,) = net_flows(payments, TODAY, "1000", TaxKind.EXEMPT)
    assert found.net == payments[0].paid


def test_custody_is_taken_from_each_payment() -> None:
    """0.20 % a year since the last charge, on what the position is worth; Selic only above R$ 10,000."""
    bond = NtnF(date(2028, 1, 1))
    payments = flows(bond, 10, RATES, TODAY)
    fees = custody_on_events(bond, payments, "9000", TODAY)
    days = [(payments[0].day - TODAY).days, (payments[1].day - payments[0].day).days]
    assert [fees[0], fees[1]] == [Decimal(9000 * 20 * d * 10 // 365 // 1000) / 100 for d in days]
    net = net_flows(payments, TODAY, "9000", TaxKind.TAXED, fees)
    assert net[0].net == payments[0].paid - net[0].tax.total - fees[0]
    selic = Lft(date(2029, 3, 1))
    assert list(custody_on_events(selic, flows(selic, 1, RATES, TODAY), "10000", TODAY)) == [0]


def test_custody_that_is_not_known_is_refused() -> None:
    """RendA+ has a table of its own; before the last day of 2024 it was taken twice a year."""
    with pytest.raises(Refused, match="RendA"):
        custody_on_events(NtnB1(Plan.RETIREMENT, date(2030, 1, 15)), (), "1", TODAY)
    with pytest.raises(Refused, match="January and July"):
        custody_on_events(Ltn(date(2029, 1, 1)), (), "1", date(2024, 6, 1))
    with pytest.raises(InvalidInput, match="one fee"):
        net_flows(flows(paper(), 1, RATES, TODAY), TODAY, "1", TaxKind.TAXED, (Decimal(1),) * 3)


def test_a_payment_before_the_purchase_is_refused() -> None:
    """Flows from before do not belong to the holding."""
    payments = flows(paper(), 1, RATES, TODAY)
    with pytest.raises(InvalidInput, match="before the purchase"):
        net_flows(payments, payments[0].day + timedelta(days=1), "1000", TaxKind.TAXED)
