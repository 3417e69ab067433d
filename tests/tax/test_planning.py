"""What a plan is told of the month so far: it never makes a sale look cheaper than it is."""

from __future__ import annotations

import pytest

from fiel.kernel.errors import InvalidInput
from fiel.portfolio.instruments import BR_ETF_BDR, BR_FII, BR_STOCK, TAX_GROUP_FACTS
from fiel.rebalancing.problem import TaxGroup
from fiel.tax.dated_rows import Category, Pool, category_rule, pool_rate, stock_limit
from fiel.tax.monthly import ledger
from fiel.tax.planning import groups_so_far, losses_carried, remaining_exemption
from tests.support.trading import D, day, month

LEDGER = ledger(
    [
        month("2026-01", stock=("30000", "-1000"), fii=("5000", "-200")),
        month(
            "2026-02", stock=("12000.50", "900"), etf=("3000", "-50"), fii=("100", "30"), day_trade=("9", "9")
        ),
    ]
)


def test_the_exemption_left_is_the_limit_less_what_was_sold() -> None:
    """7,999.50 in February, all of it in March, nothing in January, which passed it."""
    assert remaining_exemption(LEDGER, day("02-15")) == D("7999.50")
    assert remaining_exemption(LEDGER, day("03-01")) == D("20000.00")
    assert remaining_exemption(LEDGER, day("01-31")) == 0


def test_losses_are_those_with_which_the_month_began() -> None:
    """January's for February; and for March what February left, its own ETF loss added."""
    assert losses_carried(LEDGER, day("02-15"))[Pool.COMMON] == 1000
    march = losses_carried(LEDGER, day("03-10"))
    assert (march[Pool.COMMON], march[Pool.FII]) == (D(1050), D(170))
    assert losses_carried((), day("03-10")) == {}
    assert losses_carried(LEDGER, day("2025-12-10")) == {}


def test_the_groups_are_what_the_engine_takes() -> None:
    """Each becomes a tax group of a plan; day trades are in none, and the exempt limit stays whole."""
    groups = groups_so_far(LEDGER, day("02-15"))
    rates = {facts.id: facts.rate for facts in TAX_GROUP_FACTS}
    made = {
        name: TaxGroup(name, rates[name], one.exempt_sales, one.loss_carry, one.sales_so_far, one.gain_so_far)
        for name, one in groups.items()
    }
    assert made[BR_STOCK] == TaxGroup(BR_STOCK, D("0.15"), D("20000.00"), D(1000), D("12000.50"), D(900))
    assert made[BR_ETF_BDR] == TaxGroup(BR_ETF_BDR, D("0.15"), None, D(0), D(3000), D(-50))
    assert made[BR_FII] == TaxGroup(BR_FII, D("0.20"), None, D(200), D(100), D(30))


def test_a_loss_of_the_common_pool_goes_to_one_group_only() -> None:
    """To shares, or to funds of shares and BDRs when asked; never to both, nor to FIIs."""
    groups = groups_so_far(LEDGER, day("02-15"), common_losses_to=BR_ETF_BDR)
    assert (groups[BR_STOCK].loss_carry, groups[BR_ETF_BDR].loss_carry) == (D(0), D(1000))
    with pytest.raises(InvalidInput, match="br_stock"):
        groups_so_far(LEDGER, day("02-15"), common_losses_to=BR_FII)


def test_the_engines_facts_and_the_tables_agree() -> None:
    """One law, written down in two rooms: rates and limit are the same."""
    categories = {BR_STOCK: Category.STOCK, BR_ETF_BDR: Category.ETF, BR_FII: Category.FII}
    on = day("06-01")
    for facts in TAX_GROUP_FACTS:
        rule = category_rule(categories[facts.id], on)
        assert facts.rate == pool_rate(rule.pool, on)
        assert facts.exempt_sales == (stock_limit(on) if rule.has_exemption else None)
