"""The month's tax: exemption as a cliff, pools, losses, credits, DARF; from totals and from trades."""

from __future__ import annotations

from datetime import date

import pytest

from fiel.kernel.errors import InvalidInput, Refused
from fiel.portfolio.corporate_actions import Action, Amortisation, FractionAuction, Opening, Split
from fiel.tax.cost_basis import replay
from fiel.tax.dated_rows import Category, Pool
from fiel.tax.monthly import Carried, MonthlyOptions, MonthTax, ledger, month_tax
from fiel.tax.results import MonthResults, ResultsOptions, results_by_month
from tests.support.trading import D, bought, day, month, months_of, reais, sold


def losses(found: MonthTax) -> tuple[str, str, str]:
    """Carried after the month: common, day trade, FII."""
    pools = Pool.COMMON, Pool.DAY_TRADE, Pool.FII
    return tuple(f"{found.pool(pool).losses_after:f}" for pool in pools)  # type: ignore[return-value]


@pytest.mark.parametrize(
    ("sales", "tax", "exempt"), [("20000.00", "0", "1000"), ("20000.01", "150", "0"), ("0.01", "0", "1000")]
)
def test_the_exemption_is_a_cliff(sales: str, tax: str, exempt: str) -> None:
    """Sales of exactly R$ 20,000.00 are exempt; one cent more taxes the whole gain."""
    found = month_tax(month(stock=(sales, "1000")))
    assert (found.tax, found.exempt_gain) == (D(tax), D(exempt))
    assert found.is_exempt is (exempt != "0")


@pytest.mark.parametrize(
    ("category", "rate"),
    [*((name, "15") for name in ("etf", "bdr", "option", "forward", "future", "right")), ("fii", "20")],
)
def test_other_categories_have_no_exemption(category: str, rate: str) -> None:
    """R$ 100.00 gained on R$ 900.00 of sales pay their rate."""
    assert month_tax(month("2026-01", **{category: ("900", "100")})).tax == D(rate)


def test_an_exempt_gain_uses_no_loss_and_is_reported_apart() -> None:
    """Shares gain 800 under the limit while an ETF loses 300: the 300 are carried, the 800 exempt."""
    found = month_tax(month(stock=("15000", "800"), etf=("6000", "-300")))
    assert (found.tax, found.exempt_gain) == (D(0), D(800))
    assert losses(found) == ("300.00", "0.00", "0.00")


def test_a_loss_under_the_limit_is_carried_unless_the_switch_says_no() -> None:
    """R$ 500.00 lost on R$ 10,000.00 of sales."""
    lost = month(stock=("10000", "-500"))
    assert losses(month_tax(lost))[0] == "500.00"
    strict = month_tax(lost, options=MonthlyOptions(losses_under_limit_carry=False))
    assert losses(strict)[0] == "0.00"
    assert strict.lines[0].left_out == D(500)


def test_day_trades_count_for_the_limit_only_when_the_switch_says_so() -> None:
    """15,000 of swing sales and 10,000 of day trades: within the limit, or above it."""
    sold_both = month(stock=("15000", "1000"), day_trade=("10000", "0"))
    assert month_tax(sold_both).tax == 0
    assert month_tax(sold_both, options=MonthlyOptions(day_trades_count_for_limit=True)).tax == 150


def test_sold_rights_may_be_taken_for_small_goods() -> None:
    """15 % by default; exempt up to R$ 35,000.00 a month under the other reading."""
    small = MonthlyOptions(rights_are_small_assets=True)
    assert month_tax(month(right=("1000", "1000"))).tax == 150
    assert month_tax(month(right=("35000.00", "1000")), options=small).exempt_gain == 1000
    assert month_tax(month(right=("35000.01", "1000")), options=small).tax == 150


def test_pools_do_not_mix() -> None:
    """Losses of one pool help no gain of another; within the common pool they do."""
    found = month_tax(
        month(stock=("30000", "-1000"), option=("500", "400"), fii=("5000", "400"), day_trade=("0", "50"))
    )
    assert found.pool(Pool.COMMON).net == -600
    assert (found.pool(Pool.FII).tax, found.pool(Pool.DAY_TRADE).tax) == reais(80, 10)
    assert losses(found) == ("600.00", "0.00", "0.00")


def test_losses_are_used_later_and_never_expire() -> None:
    """3000 lost in 2020 meet 5000 gained in 2026: 2000 are taxed. Earlier gains stay taxed."""
    found = ledger(
        [
            month("2020-01", day_trade=("0", "1000")),
            month("2020-02", day_trade=("0", "-3000")),
            month("2026-02", day_trade=("0", "5000")),
        ]
    )
    assert (found[0].tax, found[1].tax, found[-1].tax) == reais(200, 0, 400)
    assert len(found) == 6 * 12 + 2
    assert found[-1].pool(Pool.DAY_TRADE).losses_used == 3000


def test_a_year_of_shares() -> None:
    """Exempt, a loss, a gain: (3000 - 2000) * 15 % less what brokers kept."""
    found = ledger(
        [
            month("2026-01", stock=("18000", "1500")),
            month("2026-02", stock=("25000", "-2000"), irrf=("1.25", "")),
            month("2026-03", stock=("30000", "3000"), irrf=("1.50", "")),
        ]
    )
    assert [one.darf for one in found] == [D("0.00"), D("0.00"), D("147.25")]
    assert [one.exempt_gain for one in found] == [1500, 0, 0]


def test_credits_lapse_with_the_year() -> None:
    """What December leaves is for the annual return, not for January."""
    found = ledger([month("2025-12", irrf=("40.00", "")), month("2026-01", stock=("30000", "1000"))])
    assert (found[0].credit_lapsed, found[0].credit_after) == reais(40, 0)
    assert (found[1].credit_used, found[1].due) == reais(0, 150)


def test_a_credit_above_the_tax_waits_within_the_year() -> None:
    """R$ 200.00 kept on R$ 150.00 of tax leave 50.00 for the next month."""
    found = ledger(
        [
            month("2026-01", stock=("30000", "1000"), irrf=("200.00", "")),
            month("2026-02", stock=("30000", "1000")),
        ]
    )
    assert [(one.credit_used, one.due) for one in found] == [reais(150, 0), reais(50, 100)]


def test_small_payments_wait_until_ten_reais() -> None:
    """8.00, nothing, 2.00: ten reais exactly are paid in March, over a year's end too."""
    found = ledger(
        [
            month("2025-11", etf=("1000", "53.33")),
            month("2025-12"),
            month("2026-01", etf=("1000", "13.33")),
        ]
    )
    assert [(one.darf, one.unpaid) for one in found] == [reais(0, 8), reais(0, 8), reais(10, 0)]
    assert (found[-1].due_date, found[-1].darf_code) == (date(2026, 2, 27), "6015")


def test_months_without_sales_are_in_the_ledger() -> None:
    """From the first to the last, and on to the month asked for."""
    found = ledger([month("2025-11", etf=("1", "-1")), month("2026-02")], until=date(2026, 4, 15))
    assert [f"{one.month:%Y-%m}" for one in found] == [
        *("2025-11", "2025-12", "2026-01", "2026-02", "2026-03", "2026-04")
    ]
    assert losses(found[-1])[0] == "1.00"


def test_months_come_once_and_in_order() -> None:
    """A month twice, or one that is not given by its first day, is refused."""
    with pytest.raises(InvalidInput, match="oldest first"):
        ledger([month("2026-01"), month("2026-01")])
    with pytest.raises(InvalidInput, match="first day"):
        month_tax(MonthResults(date(2026, 1, 2)))


def test_a_ledger_may_start_from_what_was_carried() -> None:
    """Losses, credits and an unpaid DARF of before this book."""
    start = Carried({Pool.COMMON: D("100")}, credit=D("3.00"), unpaid=D("4.00"))
    found = month_tax(month(etf=("1000", "200")), start)
    assert (found.tax, found.due, found.darf) == reais(15, 12, 16)


def test_from_trades_to_the_month() -> None:
    """Swing, day trade and FII in one month, each in its pool; what brokers keep is reckoned."""
    found = months_of(
        bought("01-05", 2000, "10.00"),
        bought("01-05", 100, "100.00", asset="HGLG11", category=Category.FII),
        sold("02-10", 2000, "13.00"),
        sold("02-11", 100, "104.00", asset="HGLG11", category=Category.FII),
        bought("02-12", 1000, "20.00", asset="VALE3"),
        sold("02-12", 1000, "21.00", asset="VALE3"),
    )
    assert len(found) == 1
    assert [found[0].pool(pool).tax for pool in (Pool.COMMON, Pool.DAY_TRADE, Pool.FII)] == [900, 200, 80]
    # 0.005 % of 26,000 + 10,400 is 1.82; 1 % of 1,000 is 10.00.
    assert found[0].withheld == D("11.82")
    assert found[0].due == D("1168.18")


def test_statements_replace_what_is_reckoned() -> None:
    """The broker's own figure of the month is taken as it is."""
    history = replay([bought("01-05", 2000, "10"), sold("01-10", 2000, "13")])
    told = ResultsOptions(withheld={date(2026, 1, 1): D("1.29")})
    assert results_by_month(history)[0].withheld == D("1.30")
    assert results_by_month(history, told)[0].withheld == D("1.29")


def test_a_fixed_income_etf_is_taxed_at_the_source_by_its_term() -> None:
    """R$ 100.00 gained with 400 days of repricing: 20.00 kept for good, nothing in the month."""
    history = replay(
        [
            bought("01-05", 10, "100", asset="IMAB11", category=Category.FIXED_INCOME_ETF),
            sold("02-05", 10, "110", asset="IMAB11", category=Category.FIXED_INCOME_ETF),
        ]
    )
    with pytest.raises(Refused, match="repricing term"):
        results_by_month(history)
    found = month_tax(results_by_month(history, ResultsOptions(repricing_days={"IMAB11": 400}))[0])
    assert (found.withheld_for_good, found.tax, found.withheld) == reais(20, 0, 0)


def test_gains_of_events_are_in_their_month() -> None:
    """The auction of a fraction is a small sale; an amortisation above the cost of a fund pays 20 %."""
    history = replay(
        [bought("01-05", 105, "10"), bought("01-05", 10, "10", asset="HGLG11", category=Category.FII)],
        [
            Split("s", day("02-02"), "PETR4", D(1), D(10)),
            FractionAuction("f", day("02-20"), "PETR4", D("61.20")),
            Amortisation("a", day("02-25"), "HGLG11", D(12)),
        ],
    )
    found = month_tax(results_by_month(history)[0])
    assert (found.stock_sales, found.exempt_gain) == (D("61.20"), D("11.20"))
    assert found.pool(Pool.FII).tax == 4
    apart = results_by_month(history, ResultsOptions(fractions_are_sales=False))[0]
    assert Category.STOCK not in apart.swing


def test_an_event_on_an_asset_of_unknown_category_is_refused() -> None:
    """Never taken for a share; naming its category settles it."""
    actions: list[Action] = [
        Opening("o", day("01-02"), "HGLG11", D(10), D(100)),
        Amortisation("a", day("02-25"), "HGLG11", D(12)),
    ]
    with pytest.raises(Refused, match="say what HGLG11 is"):
        results_by_month(replay([], actions))
    named = replay([], actions, categories={"HGLG11": Category.FII})
    assert results_by_month(named)[0].swing[Category.FII].gain == 20
