"""The tax of a month from the custody book: what the investor would otherwise do by hand."""

from __future__ import annotations

from decimal import Decimal

import pytest

from fiel.copilot.taxes.told import Told, read_told
from fiel.kernel.errors import InvalidInput, Refused
from fiel.market.values import ShareKind
from fiel.tax.dated_rows import Pool
from tests.copilot.taxes.wallets import Wallet

D = Decimal


def test_the_limit_is_a_cliff(ana: Wallet) -> None:
    """R$ 20,000.00 sold is exempt and leaves nothing; one cent more taxes the whole gain of the month."""
    ana.buys("01-05", "PETR4", 3000, "10.00")
    ana.sells("02-10", "PETR4", 1000, "20.00")
    exempt = ana.month("2026-02")
    assert (exempt.tax.exempt_gain, exempt.exemption_left, exempt.tax.darf) == (D(10000), D(0), D(0))
    ana.sells("03-10", "PETR4", 999, "20.00")
    ana.sells("03-11", "PETR4", 1, "20.01")
    taxed = ana.month("2026-03").tax
    assert (taxed.stock_sales, taxed.exempt_gain) == (D("20000.01"), D(0))
    assert (taxed.tax, taxed.withheld) == (D(1500), D(0))
    ana.sells("04-10", "PETR4", 500, "20.00")
    assert ana.month("2026-04").exemption_left == D(10000)


def test_a_loss_is_carried_and_used(ana: Wallet) -> None:
    """A loss of one month lowers the tax of a later one, with quiet months between."""
    ana.buys("01-05", "VALE3", 2000, "60.00")
    ana.sells("01-20", "VALE3", 1000, "55.00")
    ana.sells("04-20", "VALE3", 1000, "70.00")
    assert ana.month("2026-03").tax.pool(Pool.COMMON).losses_after == D(5000)
    line = ana.month("2026-04").tax.pool(Pool.COMMON)
    assert (line.losses_before, line.losses_used, line.losses_after) == (D(5000), D(5000), D(0))
    assert (line.taxable, line.tax) == (D(5000), D(750))


def test_losses_from_before_the_book(ana: Wallet) -> None:
    """What the investor says was lost before counts in the first month."""
    ana.buys("01-05", "VALE3", 1000, "60.00")
    ana.sells("01-20", "VALE3", 1000, "70.00")
    told = read_told(losses=["common=4000.00"])
    assert ana.month("2026-01", told).tax.tax == D(900)
    assert ana.month("2026-01").tax.tax == D(1500)


def test_a_split_between_purchase_and_sale(ana: Wallet) -> None:
    """The market tells of the split, after the sale even: the cost of the sale is that of the new units."""
    ana.buys("01-05", "BBAS3", 1000, "50.00")
    ana.sells("05-20", "BBAS3", 1000, "30.00")
    assert ana.month("2026-05").tax.pool(Pool.COMMON).net == D(-20000)
    ana.market_tells("04-15", "BBAS3", "2")
    assert ana.month("2026-05").tax.pool(Pool.COMMON).net == D(5000)


def test_a_grouping_told_as_a_fraction(ana: Wallet) -> None:
    """Three old for one new, told as 0.3333, leaves whole shares."""
    ana.buys("01-05", "OIBR3", 300, "1.00")
    ana.market_tells("02-10", "OIBR3", "0.3333", ShareKind.REVERSE_SPLIT)
    (held,) = ana.positions("02-11").held
    assert (held.holding.quantity, held.holding.cost, held.holding.fraction) == (D(100), D(300), D(0))


def test_day_trades_pay_apart(ana: Wallet) -> None:
    """Bought and sold in one day: 20 %, whatever was sold; 1 % was kept back; the average is left alone."""
    ana.brings("01-05", "ITUB4", "100", "3000.00")
    ana.buys("02-10", "ITUB4", 200, "31.00")
    ana.sells("02-10", "ITUB4", 200, "32.00")
    tax = ana.month("2026-02").tax
    assert [(line.is_day_trade, line.sales, line.gain) for line in tax.lines] == [(True, D(6400), D(200))]
    assert (tax.tax, tax.withheld, tax.due, tax.stock_sales) == (D(40), D(2), D(38), D(0))
    (held,) = ana.positions("02-10").held
    assert (held.holding.quantity, held.holding.average_cost) == (D(100), D(30))


def test_odd_lots_are_the_same_asset(ana: Wallet) -> None:
    """PETR4F is PETR4: one average, one limit."""
    ana.buys("01-05", "PETR4", 100, "30.00")
    ana.buys("01-06", "PETR4F", 50, "36.00")
    ana.sells("02-10", "PETR4F", 75, "40.00")
    (line,) = ana.month("2026-02").tax.lines
    assert (line.sales, line.gain) == (D(3000), D(600))


def test_a_small_darf_waits(ana: Wallet) -> None:
    """Below R$ 10.00 nothing is paid; the next month's tax takes it along."""
    told = read_told(["XPML11=fii"])
    ana.buys("01-05", "XPML11", 100, "100.00")
    ana.sells("02-10", "XPML11", 10, "104.00")
    ana.sells("03-10", "XPML11", 10, "110.00")
    first, second = (ana.month(text, told).tax for text in ("2026-02", "2026-03"))
    assert (first.tax, first.darf, first.unpaid) == (D(8), D(0), D(8))
    assert (second.darf, second.darf_code, second.due_date.isoformat()) == (D(28), "6015", "2026-04-30")


def test_what_nothing_tells_is_asked_for(ana: Wallet) -> None:
    """A ticker that ends in 11 may be anything: the refusal names it, once something of it was sold."""
    ana.buys("01-05", "BOVA11", 100, "100.00")
    assert ana.month("2026-01").tax.tax == 0
    ana.sells("02-10", "BOVA11", 100, "110.00")
    with pytest.raises(Refused) as refused:
        ana.month("2026-02")
    assert (refused.value.code, refused.value.field) == ("category_missing", "--category")
    assert "--category BOVA11=" in refused.value.message
    assert ana.month("2026-02", read_told(["bova11=etf"])).tax.tax == D(150)


@pytest.mark.parametrize(
    ("kind", "gain_tax", "exempt"), [("fii_income", D(200), D(0)), ("dividend", D(0), D(1000))]
)
def test_what_it_pays_tells_what_it_is(ana: Wallet, kind: str, gain_tax: Decimal, exempt: Decimal) -> None:
    """Income of FIIs in the book makes it a FII, dividends a unit of shares, which is exempt here."""
    ana.buys("01-05", "ABCD11", 100, "100.00")
    ana.is_paid("01-20", "ABCD11", kind, "10.00")
    ana.sells("02-10", "ABCD11", 100, "110.00")
    tax = ana.month("2026-02").tax
    assert (tax.tax, tax.exempt_gain) == (gain_tax, exempt)


def test_what_is_outside_pays_nothing_here(ana: Wallet) -> None:
    """An asset that the investor says is no matter of the month is left out, unknown ones are not."""
    ana.buys("01-05", "CDB-X", 10, "1000.00")
    ana.sells("02-10", "CDB-X", 10, "1100.00")
    assert ana.month("2026-02", read_told(["CDB-X=outside"])).tax.lines == ()


def test_an_etf_of_fixed_income_needs_its_term(ana: Wallet) -> None:
    """Its tax stays with the broker, at the rate of the fund's term."""
    ana.buys("01-05", "IMAB11", 100, "100.00")
    ana.sells("02-10", "IMAB11", 100, "110.00")
    with pytest.raises(Refused, match="repricing"):
        ana.month("2026-02", read_told(["IMAB11=fixed_income_etf"]))
    told = read_told(["IMAB11=fixed_income_etf"], ["IMAB11=1800"])
    tax = ana.month("2026-02", told).tax
    assert (tax.withheld_for_good, tax.due) == (D(150), D(0))


def test_more_sold_than_held_is_refused(ana: Wallet) -> None:
    """Something is missing in the book; the tax of another month, before it, is still told."""
    ana.buys("01-05", "PETR4", 100, "30.00")
    ana.sells("02-10", "PETR4", 150, "30.00")
    with pytest.raises(Refused) as refused:
        ana.month("2026-02")
    assert refused.value.code == "quantity_not_held"
    assert ana.month("2026-01").tax.tax == 0


def test_laws_are_named(ana: Wallet) -> None:
    """Each month says which rows of the law it used."""
    ana.buys("01-05", "PETR4", 1000, "30.00")
    ana.sells("02-10", "PETR4", 1000, "40.00")
    laws = {law.subject: law.source for law in ana.month("2026-02").laws}
    assert set(laws) == {"category.stock", "limit", "rate.common", "withheld", "darf"}
    assert laws["limit"].startswith("Lei 11.033/2004 art. 3")
    assert {law.subject for law in ana.month("2026-03").laws} == {"darf"}


@pytest.mark.parametrize("year", [2004, 2027])
def test_years_that_nobody_can_reckon(ana: Wallet, year: int) -> None:
    """Before the rules that are known, and after today."""
    with pytest.raises(InvalidInput) as refused:
        ana.month(f"{year}-01")
    assert refused.value.code == "year_outside"


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"categories": ["XPML11"]}, "pair_malformed"),
        ({"categories": ["XPML11=fundo"]}, "category_unknown"),
        ({"categories": ["XPML11=fii", "XPML11=etf"]}, "pair_twice"),
        ({"repricing": ["IMAB11=-1"]}, "number_below_minimum"),
        ({"losses": ["withheld=1"]}, "pool_unknown"),
        ({"losses": ["fii=1.001"]}, "too_many_decimals"),
    ],
)
def test_what_is_told_is_checked(given: dict[str, list[str]], code: str) -> None:
    """Every option names itself when it cannot be read."""
    with pytest.raises(InvalidInput) as refused:
        read_told(**given)
    assert refused.value.code == code


def test_nothing_told() -> None:
    """Without options nothing is said of anything."""
    assert read_told() == Told()
    assert read_told(["KNCA11=fiagro"]).fiagros == {"KNCA11"}
