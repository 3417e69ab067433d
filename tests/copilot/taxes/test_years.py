"""The forms of the annual return from the custody book."""

from __future__ import annotations

from decimal import Decimal

import pytest

from fiel.copilot.taxes.told import read_told
from fiel.kernel.errors import Refused
from fiel.tax.annual import IncomeKind
from tests.copilot.taxes.wallets import Wallet

D = Decimal


def test_goods_at_cost_on_both_year_ends(ana: Wallet) -> None:
    """What was held before and is held now, at cost, under its code; what was sold stands at zero."""
    ana.brings("2025-06-05", "PETR4", "100", "3000.00")
    ana.buys("2025-06-05", "VALE3", 100, "60.00")
    ana.sells("2026-02-10", "VALE3", 100, "70.00")
    ana.buys("2026-03-10", "PETR4", 100, "40.00")
    rows = [
        (row.group, row.code, row.asset, row.quantity_before, row.cost_before, row.quantity, row.cost)
        for row in ana.year(2026).summary.goods
    ]
    assert rows == [
        ("03", "01", "PETR4", D(100), D(3000), D(200), D(7000)),
        ("03", "01", "VALE3", D(100), D(6000), D(0), D(0)),
    ]


def test_a_fiagro_has_a_code_of_its_own(ana: Wallet) -> None:
    """Its code is not that of FIIs; without a word nobody knows what is held, and that is refused."""
    ana.buys("01-05", "KNCA11", 100, "100.00")
    with pytest.raises(Refused, match="KNCA11"):
        ana.year(2026)
    (row,) = ana.year(2026, read_told(["KNCA11=fiagro"])).summary.goods
    assert (row.group, row.code) == ("07", "02")


def test_income_of_the_year(ana: Wallet) -> None:
    """Dividends gross and exempt, JCP net and taxed at source; other years and capital are not there."""
    ana.brings("2025-01-06", "ITUB4", "100", "3000.00")
    ana.is_paid("2025-12-30", "ITUB4", "dividend", "7.00")
    ana.is_paid("2026-03-02", "ITUB4", "dividend", "100.00")
    ana.is_paid("2026-06-02", "ITUB4", "dividend", "50.00")
    ana.is_paid("2026-06-02", "ITUB4", "jcp", "85.00", "15.00")
    rows = {row.kind: (row.payer, row.amount, row.withheld) for row in ana.year(2026).summary.income}
    assert rows == {
        IncomeKind.DIVIDEND: ("ITUB4", D(150), D(0)),
        IncomeKind.JCP: ("ITUB4", D(85), D(15)),
    }


def test_income_that_has_no_form_here(ana: Wallet) -> None:
    """Dividends of BDRs are foreign income: left out, and said in their own year only."""
    ana.brings("2025-01-06", "AAPL34", "100", "3000.00")
    ana.is_paid("2026-03-02", "AAPL34", "dividend", "7.00")
    view = ana.year(2026)
    assert view.summary.income == ()
    assert "income_left_out" in {each.code for each in view.remarks}
    assert "income_left_out" not in {each.code for each in ana.year(2025).remarks}


def test_results_month_by_month(ana: Wallet) -> None:
    """From the first sale on, every month up to today; the loss of the year before is carried in."""
    ana.buys("2025-10-06", "VALE3", 2000, "60.00")
    ana.sells("2025-12-10", "VALE3", 1000, "50.00")
    ana.sells("2026-03-10", "VALE3", 1000, "80.00")
    view = ana.year(2026)
    rows = {row.month.month: row for row in view.summary.variable}
    assert (sorted(rows), view.is_open) == (list(range(1, 12)), True)
    assert (rows[2].loss_common, rows[3].common, rows[3].loss_common) == (D(10000), D(20000), D(0))
    assert (rows[3].tax, rows[3].darf) == (D(1500), D(1496))


def test_the_exempt_gain_is_income(ana: Wallet) -> None:
    """What the limit left without tax is declared."""
    ana.buys("01-05", "PETR4", 100, "30.00")
    ana.sells("02-10", "PETR4", 100, "40.00")
    (row,) = ana.year(2026).summary.income
    assert (row.kind, row.amount) == (IncomeKind.EXEMPT_STOCK_GAIN, D(1000))


def test_a_year_without_sales_has_no_results(ana: Wallet) -> None:
    """An empty book makes empty forms."""
    view = ana.year(2025)
    assert (view.summary.variable, view.summary.goods, view.is_open) == ((), (), False)
