"""The year's tables: goods at cost, exempt and taxed income, the months, and their CSV."""

from __future__ import annotations

import csv
from datetime import date

import pytest

from fiel.kernel.errors import Refused
from fiel.portfolio.corporate_actions import Action, Bonus
from fiel.portfolio.holdings import Holding
from fiel.tax.annual import (
    Form,
    GoodKind,
    IncomeKind,
    Owned,
    Received,
    YearSummary,
    from_outcomes,
    owned,
    year_summary,
)
from fiel.tax.cost_basis import holdings_on, replay
from fiel.tax.csv_text import csv_tables
from fiel.tax.dated_rows import Category
from fiel.tax.monthly import ledger
from fiel.tax.results import ResultsOptions, results_by_month
from tests.support.trading import D, bought, day, month, sold

TRADES = [
    bought("2025-06-02", 100, "10.00", fees="0.30"),
    bought("2025-07-01", 10, "100.00", asset="HGLG11", category=Category.FII),
    bought("02-02", 5, "50.00", asset="IVVB11", category=Category.ETF),
    sold("03-10", 50, "12.00"),
    sold("04-10", 10, "110.00", asset="HGLG11", category=Category.FII),
]
BONUS: list[Action] = [Bonus("b", day("05-04"), "PETR4", D(10), D("6.00"))]


def summary() -> YearSummary:
    history = replay(TRADES, BONUS)
    goods = owned(
        holdings_on(TRADES, BONUS, date(2025, 12, 31)),
        holdings_on(TRADES, BONUS, date(2026, 12, 31)),
        history.categories,
    )
    paper = Owned("CDB Banco X", GoodKind.TAXED_PAPER, D(0), D(0), D(1), D("5000.00"))
    received = [
        *from_outcomes(history.outcomes),
        Received(IncomeKind.DIVIDEND, "Petrobras", day("03-02"), D("120.00")),
        Received(IncomeKind.DIVIDEND, "Petrobras", day("09-02"), D("80.00")),
        Received(IncomeKind.DIVIDEND, "Grande SA", day("04-02"), D("60000.00"), D("6000.00")),
        Received(IncomeKind.JCP, "Itau", day("03-02"), D("100.00"), D("17.50")),
        Received(IncomeKind.FUND_INCOME, "HGLG11", day("02-13"), D("8.00")),
        Received(IncomeKind.SAVINGS, "Caixa", day("2025-02-13"), D("8.00")),
    ]
    return year_summary(2026, ledger(results_by_month(history)), [*goods, paper], received)


def test_goods_stand_at_cost_on_both_days() -> None:
    """Sold ones with nothing after, new ones with nothing before; groups and codes of the form."""
    rows = [(row.group, row.code, row.asset, row.cost_before, row.cost) for row in summary().goods]
    assert rows == [
        ("03", "01", "PETR4", D("1000.30"), D("530.15")),
        ("04", "02", "CDB Banco X", D(0), D("5000.00")),
        ("07", "03", "HGLG11", D("1000.00"), D("0.00")),
        ("07", "09", "IVVB11", D("0.00"), D("250.00")),
    ]
    assert summary().goods[0].quantity == 55


def test_income_is_summed_by_form_kind_and_payer() -> None:
    """Exempt gross, taxed net; a taxed dividend is to be checked; another year's income is left out."""
    rows = {(row.form, row.code, row.kind, row.payer): row.amount for row in summary().income}
    assert rows == {
        (Form.EXEMPT, "09", IncomeKind.DIVIDEND, "Petrobras"): D("200.00"),
        (Form.EXEMPT, "18", IncomeKind.BONUS_SHARES, "PETR4"): D("30.00"),
        (Form.EXEMPT, "20", IncomeKind.EXEMPT_STOCK_GAIN, ""): D("99.85"),
        (Form.EXEMPT, "99", IncomeKind.FUND_INCOME, "HGLG11"): D("8.00"),
        (Form.EXCLUSIVE, "10", IncomeKind.JCP, "Itau"): D("82.50"),
        (Form.TO_CHECK, "", IncomeKind.DIVIDEND, "Grande SA"): D("60000.00"),
    }


def test_the_months_of_variable_income() -> None:
    """March and April, with the tax on the fund."""
    rows = summary().variable
    assert [f"{row.month:%m}" for row in rows] == ["03", "04"]
    assert (rows[1].fii, rows[1].tax, rows[1].darf) == (D("100.00"), D("20.00"), D("20.00"))


def test_a_fixed_income_etf_is_income_taxed_at_the_source() -> None:
    """Its net gain stands under code 06."""
    kind = Category.FIXED_INCOME_ETF
    trades = [
        bought("01-05", 10, "100", asset="IMAB11", category=kind),
        sold("02-05", 10, "110", asset="IMAB11", category=kind),
    ]
    months = ledger(results_by_month(replay(trades), ResultsOptions(repricing_days={"IMAB11": 800})))
    rows = year_summary(2026, months).income
    assert [(row.form, row.code, row.amount, row.withheld) for row in rows] == [
        (Form.EXCLUSIVE, "06", D("85.00"), D("15.00"))
    ]


def test_fiagros_are_named_and_short_positions_are_no_goods() -> None:
    """A Fiagro has its own code; what was sold short is a debt; without a category there is no row."""
    held = {"AGRO11": Holding("AGRO11", D(5), D(50)), "PETR4": Holding("PETR4", D(-5), D(-50))}
    kinds = {"AGRO11": Category.FII, "PETR4": Category.STOCK}
    rows = owned({}, held, kinds, fiagros=frozenset({"AGRO11"}))
    assert [(row.asset, row.kind) for row in rows] == [("AGRO11", GoodKind.FIAGRO)]
    with pytest.raises(Refused, match="say what AGRO11 is"):
        owned({}, held, {})


def test_the_csv_reads_back() -> None:
    """Every table has its heading, plain numbers and the note; commas and quotes survive."""
    goods = [Owned('Banco "X", CDB', GoodKind.TAXED_PAPER, D(0), None, D(1), D("1E+3"))]
    tables = csv_tables(year_summary(2026, [], goods))
    assert set(tables) == {
        *("bens_e_direitos", "rendimentos_isentos", "tributacao_exclusiva", "a_conferir", "renda_variavel")
    }
    lines = tables["bens_e_direitos"].splitlines()
    rows = list(csv.reader(lines[:-1]))
    assert rows[1] == ["04", "02", 'Banco "X", CDB', "0", "", "1", "1000"]
    assert "not tax advice" in lines[-1]


@pytest.mark.parametrize("start", ["=", "+", "-", "@"])
def test_no_cell_is_a_formula(start: str) -> None:
    """A name that a spreadsheet would execute gets an apostrophe."""
    income = [Received(IncomeKind.JCP, f"{start}1+1", day("01-05"), D("10.00"), D("1.75"))]
    text = csv_tables(year_summary(2026, [], (), income))["tributacao_exclusiva"]
    assert f"'{start}1+1" in text


def test_years_before_the_forms_of_today_are_refused() -> None:
    """The codes of 2020 were others."""
    with pytest.raises(Refused, match="2020"):
        year_summary(2020, ledger([month("2020-01", stock=("1000", "10"))]))
