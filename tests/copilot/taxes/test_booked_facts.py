"""Facts that files told: splits, bonuses, conversions, fractions, and several accounts of one wallet."""

from __future__ import annotations

from datetime import time
from decimal import Decimal

import pytest

from fiel.copilot.taxes.told import Told
from fiel.custody.events import FactKind
from fiel.custody.queries import Snapshot
from fiel.market.values import ShareKind
from fiel.portfolio.holdings import Holding
from fiel.tax.dated_rows import Category
from tests.copilot.taxes.wallets import Wallet

D = Decimal


def held(ana: Wallet, on: str) -> dict[str, Holding]:
    """The holdings by asset at the end of a day."""
    return {each.holding.asset: each.holding for each in ana.positions(on).held}


def codes(ana: Wallet, on: str) -> set[str]:
    """What is said beside the positions."""
    return {each.code for each in ana.positions(on).remarks}


def amounts(holding: Holding) -> tuple[Decimal, Decimal | None]:
    """Units and cost."""
    return holding.quantity, holding.cost


def test_one_average_over_all_brokers(ana: Wallet) -> None:
    """Bought at two brokers, sold at one of them: the cost of what is sold is the average of both."""
    ana.trades("01-05", "PETR4", "100", "30.00", "clear")
    ana.trades("01-06", "PETR4", "100", "40.00", "xp")
    ana.trades("02-05", "PETR4", "-100", "50.00", "clear")
    assert amounts(held(ana, "02-05")["PETR4"]) == (D(100), D(3500))
    (line,) = ana.month("2026-02").tax.lines
    assert line.gain == D(1500)


def test_day_trades_are_of_one_broker(ana: Wallet) -> None:
    """Bought at one and sold at another on one day is no day trade; at the same one it is."""
    ana.trades("01-05", "PETR4", "100", "30.00", "clear")
    ana.trades("01-05", "PETR4", "-100", "31.00", "xp")
    assert [line.is_day_trade for line in ana.month("2026-01").tax.lines] == [False]
    ana.trades("02-05", "VALE3", "100", "30.00", "clear")
    ana.trades("02-05", "VALE3", "-100", "31.00", "clear")
    assert [line.is_day_trade for line in ana.month("2026-02").tax.lines] == [True]


def test_a_split_that_only_the_book_tells(ana: Wallet) -> None:
    """The units of all accounts, the cost as it was; what was sold since costs half per unit."""
    ana.trades("01-05", "PETR4", "100", "30.00", "clear")
    ana.trades("01-05", "PETR4", "50", "30.00", "xp")
    ana.tells(FactKind.SPLIT, "02-02", "PETR4", "100", account="clear")
    ana.tells(FactKind.SPLIT, "02-04", "PETR4", "50", account="xp")
    ana.trades("02-10", "PETR4", "-100", "20.00", "clear")
    assert held(ana, "02-02")["PETR4"].quantity == D(300)
    assert amounts(held(ana, "02-10")["PETR4"]) == (D(200), D(3000))


def test_a_split_that_market_and_book_tell_counts_once(ana: Wallet) -> None:
    """Booked days after its first session: the market's day counts, and nothing has to be said."""
    ana.trades("01-05", "PETR4", "100", "30.00", "clear")
    ana.market_tells("02-05", "PETR4", "2")
    ana.trades("02-09", "PETR4", "10", "15.00", "clear")
    ana.tells(FactKind.SPLIT, "02-12", "PETR4", "100", account="clear")
    assert held(ana, "02-05")["PETR4"].quantity == D(100)
    assert held(ana, "02-06")["PETR4"].quantity == D(200)
    assert amounts(held(ana, "02-12")["PETR4"]) == (D(210), D(3150))
    assert "event_differs" not in codes(ana, "03-01")


def test_a_split_booked_before_the_market_tells_its_day(ana: Wallet) -> None:
    """The market's day counts, unless units moved in between."""
    ana.trades("01-05", "PETR4", "100", "30.00", "clear")
    ana.market_tells("02-12", "PETR4", "2")
    ana.tells(FactKind.SPLIT, "02-05", "PETR4", "100", account="clear")
    assert (held(ana, "02-12")["PETR4"].quantity, held(ana, "02-13")["PETR4"].quantity) == (D(100), D(200))
    ana.trades("02-06", "PETR4", "-150", "20.00", "clear")
    assert held(ana, "02-06")["PETR4"].quantity == D(50)
    assert amounts(held(ana, "03-01")["PETR4"]) == (D(50), D(750))


def test_an_account_that_booked_nothing_splits_with_the_market(ana: Wallet) -> None:
    """One broker's file tells the split, the other's does not: both accounts have it."""
    ana.trades("01-05", "PETR4", "100", "30.00", "clear")
    ana.trades("01-05", "PETR4", "50", "30.00", "xp")
    ana.market_tells("02-05", "PETR4", "2")
    ana.tells(FactKind.SPLIT, "02-09", "PETR4", "100", account="clear")
    assert amounts(held(ana, "03-01")["PETR4"]) == (D(300), D(4500))


def test_two_accounts_that_call_one_event_by_two_names(ana: Wallet) -> None:
    """A split in one file and a bonus in the other: the market's ratio is not the second's once more."""
    ana.trades("01-05", "PETR4", "100", "30.00", "clear")
    ana.trades("01-05", "PETR4", "50", "30.00", "xp")
    ana.market_tells("02-05", "PETR4", "2")
    ana.tells(FactKind.SPLIT, "02-09", "PETR4", "100", account="clear")
    ana.tells(FactKind.BONUS, "02-10", "PETR4", "50", account="xp")
    assert held(ana, "03-01")["PETR4"].quantity == D(300)


def test_a_split_booked_otherwise_than_the_market_tells(ana: Wallet) -> None:
    """The book counts, on its day, and it is said; the market's is not applied beside it."""
    ana.trades("01-05", "PETR4", "100", "30.00")
    ana.market_tells("02-05", "PETR4", "3")
    ana.tells(FactKind.SPLIT, "02-09", "PETR4", "100")
    assert held(ana, "02-06")["PETR4"].quantity == D(100)
    assert amounts(held(ana, "02-09")["PETR4"]) == (D(200), D(3000))
    assert "event_differs" in codes(ana, "02-09")


def test_an_event_far_from_the_markets_is_another(ana: Wallet) -> None:
    """Twenty-one days after it, both count."""
    ana.trades("01-05", "PETR4", "100", "30.00")
    ana.market_tells("02-05", "PETR4", "2")
    ana.tells(FactKind.SPLIT, "02-27", "PETR4", "200")
    assert held(ana, "02-27")["PETR4"].quantity == D(400)


def test_a_bonus_brings_its_declared_cost(ana: Wallet) -> None:
    """It joins the cost, is exempt income of the year, and the market's has nothing to say any more."""
    ana.trades("01-05", "ITSA4", "105", "10.00")
    ana.market_tells("02-10", "ITSA4", "1.1", ShareKind.BONUS)
    ana.tells(FactKind.BONUS, "02-13", "ITSA4", "10", cost="123.40")
    after = held(ana, "02-13")["ITSA4"]
    assert (after.quantity, after.cost, after.fraction) == (D(115), D("1173.40"), D("0.5"))
    assert "bonus_without_cost" not in codes(ana, "03-01")
    bonus = [row for row in ana.year(2026).summary.income if row.kind.value == "bonus_shares"]
    assert [round(row.amount, 2) for row in bonus] == [D("123.40")]


def test_a_fraction_waits_and_is_sold(ana: Wallet) -> None:
    """It leaves with its share of the cost; the auction's money less that is the gain, as of a sale."""
    ana.trades("01-05", "PETR4", "101", "30.00")
    ana.tells(FactKind.SPLIT, "02-02", "PETR4", "50.5")
    ana.tells(FactKind.FRACTION, "02-03", "PETR4", "-0.5")
    waiting = held(ana, "02-03")["PETR4"]
    assert (waiting.quantity, waiting.fraction, waiting.fraction_cost) == (D(151), D("0.5"), D(10))
    ana.tells(FactKind.FRACTION_SALE, "03-10", "PETR4", amount="12.50")
    assert held(ana, "03-10")["PETR4"].fraction == D(0)
    (line,) = ana.month("2026-03").tax.lines
    assert (line.sales, line.gain) == (D("12.50"), D("2.50"))


def test_a_fraction_that_the_market_left_does_not_wait_twice(ana: Wallet) -> None:
    """The file tells the fraction and its money, but not the split: the market's split left it already."""
    ana.trades("01-05", "PETR4", "101", "30.00")
    ana.market_tells("02-05", "PETR4", "1.5")
    ana.tells(FactKind.FRACTION, "02-10", "PETR4", "-0.5")
    ana.tells(FactKind.FRACTION_SALE, "03-10", "PETR4", amount="12.50")
    after = held(ana, "03-10")["PETR4"]
    assert (after.quantity, after.cost, after.fraction) == (D(151), D(3020), D(0))
    (line,) = ana.month("2026-03").tax.lines
    assert line.gain == D("2.50")


def test_a_merger(ana: Wallet) -> None:
    """All of one asset is the other, at the cost it had, in all accounts."""
    for label, stem in (("clear", "m1"), ("xp", "m2")):
        ana.trades("01-05", "HGTX3", "100", "30.00", label)
        ana.tells(
            FactKind.CONVERSION, "02-02", "HGTX3", "-100", cost="-3000", account=label, name=f"{stem}#1"
        )
        ana.tells(FactKind.CONVERSION, "02-02", "SOMA3", "150", cost="3000", account=label, name=f"{stem}#2")
    found = held(ana, "02-02")
    assert set(found) == {"SOMA3"}
    assert amounts(found["SOMA3"]) == (D(300), D(6000))


def test_a_spin_off(ana: Wallet) -> None:
    """The child takes the part of the cost that the legs tell; the parent keeps its units."""
    ana.trades("01-05", "PCAR3", "100", "30.00")
    ana.tells(FactKind.CONVERSION, "02-02", "PCAR3", "-100", cost="-3000", name="s#1")
    ana.tells(FactKind.CONVERSION, "02-02", "PCAR3", "100", cost="2100", name="s#2")
    ana.tells(FactKind.CONVERSION, "02-02", "ASAI3", "33", cost="900", name="s#3")
    found = held(ana, "02-02")
    assert (amounts(found["PCAR3"]), amounts(found["ASAI3"])) == ((D(100), D(2100)), (D(33), D(900)))


def test_rights_are_exercised(ana: Wallet) -> None:
    """What the rights cost joins the shares, one for one; those left stay."""
    ana.tells(FactKind.BONUS, "01-05", "PETR1", "30", cost="30")
    ana.tells(FactKind.CONVERSION, "02-02", "PETR1", "-20", cost="-20", name="e#1")
    ana.tells(FactKind.CONVERSION, "02-02", "PETR4", "20", cost="520", name="e#2")
    found = held(ana, "02-02")
    assert (amounts(found["PETR1"]), amounts(found["PETR4"])) == ((D(10), D(10)), (D(20), D(520)))


def test_legs_of_no_known_shape_move_what_they_tell(ana: Wallet) -> None:
    """Two for one in part: what goes takes its share, what comes brings what was told."""
    ana.trades("01-05", "AAAA3", "100", "10.00")
    ana.tells(FactKind.CONVERSION, "02-02", "AAAA3", "-40", cost="-400", name="x#1")
    ana.tells(FactKind.CONVERSION, "02-02", "BBBB3", "20", cost="400", name="x#2")
    found = held(ana, "02-02")
    assert (amounts(found["AAAA3"]), amounts(found["BBBB3"])) == ((D(60), D(600)), (D(20), D(400)))


def test_rights_that_were_sold_are_a_gain(ana: Wallet) -> None:
    """All of the money, taxed at 15 % without the exemption of shares."""
    ana.trades("01-05", "PETR4", "100", "30.00")
    ana.tells(FactKind.RIGHTS_SALE, "02-02", "PETR4", amount="80.00")
    (line,) = ana.month("2026-02").tax.lines
    assert (line.category, line.gain, line.exempt) == (Category.RIGHT, D(80), D(0))
    assert amounts(held(ana, "02-02")["PETR4"]) == (D(100), D(3000))


def test_rights_that_were_held_give_their_cost(ana: Wallet) -> None:
    """Bought for 30, sold for 80; nothing else tells that they left."""
    ana.trades("01-05", "PETR1", "30", "1.00")
    ana.tells(FactKind.RIGHTS_SALE, "02-02", "PETR1", amount="80.00")
    (line,) = ana.month("2026-02").tax.lines
    assert (line.category, line.gain) == (Category.RIGHT, D(50))
    assert held(ana, "02-02") == {}


def test_shares_that_change_their_account_stay_the_same(ana: Wallet) -> None:
    """No sale, no remark, the same cost; the average of the other account is no matter."""
    ana.trades("01-05", "PETR4", "100", "30.00", "clear")
    ana.trades("01-06", "PETR4", "100", "40.00", "xp")
    legs = {"clear": ("-60", "out"), "xp": ("60", "in")}
    for label, (units, word) in legs.items():
        ana.tells(FactKind.MOVE, "02-02", "PETR4", units, cost="1800", account=label, name=f"m#{word}")
    assert amounts(held(ana, "02-02")["PETR4"]) == (D(200), D(7000))
    assert "left_without_sale" not in codes(ana, "02-02")


def test_what_was_taken_back_counts_for_nothing(ana: Wallet) -> None:
    """A split, a fraction's money and capital that were wrong leave no trace."""
    ana.trades("01-05", "PETR4", "100", "30.00")
    wrong = [
        ana.tells(FactKind.SPLIT, "02-02", "PETR4", "100"),
        ana.tells(FactKind.FRACTION_SALE, "02-03", "PETR4", amount="12.50"),
    ]
    for entry in wrong:
        ana.takes_back(entry)
    assert amounts(held(ana, "03-01")["PETR4"]) == (D(100), D(3000))
    assert ana.month("2026-02").tax.lines == ()


def test_an_event_of_nothing_is_said(ana: Wallet) -> None:
    """A split of what the book never had: its units are there at no cost, with a remark."""
    ana.tells(FactKind.SPLIT, "02-02", "PETR4", "100")
    assert amounts(held(ana, "02-02")["PETR4"]) == (D(100), D(0))
    assert "change_on_nothing" in codes(ana, "02-02")


def test_what_leaves_on_a_split_day_is_new_units(ana: Wallet) -> None:
    """They leave after the split, on its day."""
    ana.trades("01-05", "PETR4", "100", "30.00")
    ana.tells(FactKind.SPLIT, "02-02", "PETR4", "100")
    ana.tells(FactKind.DELIVERY, "02-02", "PETR4", "-50", at=time(19))
    assert amounts(held(ana, "02-02")["PETR4"]) == (D(150), D(2250))


def test_fees_and_taxes_of_an_asset_are_no_cost(ana: Wallet) -> None:
    """They are booked by themselves and stay out of the cost."""
    ana.trades("01-05", "PETR4", "100", "30.00")
    ana.tells(FactKind.FEE, "01-05", "PETR4", amount="-9.90")
    ana.tells(FactKind.TAX, "01-05", "PETR4", amount="-0.15")
    assert amounts(held(ana, "01-05")["PETR4"]) == (D(100), D(3000))


def test_lots_by_age_through_a_booked_split(ana: Wallet) -> None:
    """Each lot splits and keeps its day."""
    ana.trades("01-05", "PETR4", "100", "30.00")
    ana.trades("01-20", "PETR4", "100", "40.00")
    ana.tells(FactKind.SPLIT, "02-02", "PETR4", "200")
    (row,) = ana.positions("02-02", by_age=True).held
    assert [(lot.quantity, lot.cost) for lot in row.lots] == [(D(200), D(3000)), (D(200), D(4000))]


def test_a_category_that_was_remembered(ana: Wallet) -> None:
    """Said once with the wish to keep it, it counts later; what is said now goes before it."""
    ana.brings("01-05", "XPML11", "100", "1000.00")
    ana.sells("02-10", "XPML11", 100, "11.00")
    ana.remembers({"XPML11": "fii"})
    (line,) = ana.month("2026-02").tax.lines
    assert line.category is Category.FII
    (line,) = ana.month("2026-02", Told(words={"XPML11": "etf"})).tax.lines
    assert line.category is Category.ETF
    ana.remembers({"XPML11": "stock"})
    assert ana.month("2026-02").tax.lines[0].category is Category.STOCK


@pytest.mark.parametrize("account", ["", "clear"])
def test_the_book_and_the_tax_hold_the_same(ana: Wallet, account: str) -> None:
    """A year of events without the market: quantity and cost of both agree to the cent."""
    ana.trades("01-05", "PETR4", "100", "30.07", account)
    ana.tells(FactKind.OPENING, "01-06", "PETR4", "37", cost="999.99", account=account)
    ana.tells(FactKind.SPLIT, "02-02", "PETR4", "68.5", account=account)
    ana.tells(FactKind.FRACTION, "02-03", "PETR4", "-0.5", account=account)
    ana.tells(FactKind.BONUS, "03-02", "PETR4", "20", cost="313.13", account=account)
    ana.trades("04-06", "PETR4", "-33", "25.00", account)
    ana.tells(FactKind.DELIVERY, "05-04", "PETR4", "-12", account=account)
    with ana.opened.database.reading() as connection:
        (position,) = Snapshot(connection).positions(ana.account(account).user_id)
    mine = held(ana, "06-01")["PETR4"]
    assert D(position.quantity) / 10**9 == mine.quantity
    assert abs(D(position.cost) / 100 - (mine.cost or D(0))) <= D("0.02")
