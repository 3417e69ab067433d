"""From trades to gains: the average over brokers, day trades, events found late, short sales."""

from __future__ import annotations

import pytest

from fiel.kernel.errors import Conflict, InvalidInput, Refused
from fiel.portfolio.corporate_actions import (
    Action,
    FractionAuction,
    Opening,
    Renamed,
    RightsExercised,
    RightsIssued,
    Split,
)
from fiel.tax.cost_basis import holdings_on, replay
from fiel.tax.dated_rows import Category
from fiel.tax.trades import Side, pair_day
from tests.support.trading import D, bought, day, sold, trade


def test_the_average_is_over_all_brokers_and_a_sale_leaves_it() -> None:
    """100 at 10 here and 100 at 12 there average 11; selling 150 gains 2 each and leaves 50 at 11."""
    history = replay(
        [bought("01-05", 100, "10"), bought("01-08", 100, "12", broker="B"), sold("01-10", 150, "13")]
    )
    assert history.sales[0].gain == D(300)
    assert history.holdings["PETR4"].average_cost == D(11)


def test_two_sales_of_a_day_share_what_one_would_cost() -> None:
    """Three units that cost 10.00 in all, sold one by one: the costs sum to what was paid."""
    history = replay([bought("01-05", 3, "3.33", fees="0.01"), *(sold("01-06", 1, "4") for _ in range(3))])
    assert [round(sale.cost or D(0), 4) for sale in history.sales] == [D("3.3333")] * 3
    assert sum((sale.cost or D(0)) for sale in history.sales) == 10


def test_fees_raise_the_cost_and_lower_the_proceeds() -> None:
    """Bought for 3209.60 with fees, half sold for 1794.60 net: a gain of 189.80."""
    history = replay(
        [
            bought("01-05", 100, "10.00", fees="3.00"),
            bought("01-06", 200, "11.00", fees="6.60"),
            sold("01-07", 150, "12.00", fees="5.40"),
        ]
    )
    assert history.sales[0].gain == D("189.80")
    assert history.sales[0].sale_value == D("1800.00")
    assert history.holdings["PETR4"].cost == D("1604.80")


def test_a_day_trade_does_not_touch_the_average() -> None:
    """100 bought and sold on one day at one broker are a pair; the old 100 stay at 10."""
    history = replay(
        [
            bought("01-05", 100, "10"),
            bought("01-06", 100, "20", fees="1"),
            sold("01-06", 100, "21", fees="1"),
        ]
    )
    assert [(pair.quantity, pair.gain) for pair in history.day_trades] == [(D(100), D(98))]
    assert history.sales == ()
    assert history.holdings["PETR4"].average_cost == D(10)


def test_what_is_sold_beyond_the_pair_uses_the_average() -> None:
    """150 sold and 100 bought on a day: 100 are a pair, 50 come from the old ones at 10."""
    history = replay([bought("01-05", 100, "10"), sold("01-06", 150, "22"), bought("01-06", 100, "20")])
    assert [pair.gain for pair in history.day_trades] == [D(200)]
    assert [(sale.quantity, sale.gain) for sale in history.sales] == [(D(50), D(600))]


def test_pairs_take_the_first_trades_of_the_day() -> None:
    """Bought at 10 then 12, sold at 13: the pair is with the first, and the rest keeps its own fees."""
    paired = pair_day(
        [bought("01-05", 100, "10"), bought("01-05", 100, "12", fees="4"), sold("01-05", 150, "13")]
    )
    assert paired.pair is not None
    assert (paired.pair.bought, paired.pair.sold) == (D(1600), D(1950))
    assert [(piece.quantity, piece.value, piece.fees) for piece in paired.left] == [(D(50), D(600), D(2))]


def test_two_brokers_on_one_day_are_no_day_trade() -> None:
    """Bought at one and sold at the other: the purchase comes first, into the average."""
    history = replay([sold("01-05", 100, "12", broker="B"), bought("01-05", 100, "10", broker="A")])
    assert history.day_trades == ()
    assert [sale.gain for sale in history.sales] == [D(200)]


def test_a_split_learned_late_corrects_what_was_sold_since() -> None:
    """Without it the sale of 150 is impossible; with it the gain is right, and it counts once."""
    trades = [bought("01-05", 100, "10"), sold("03-10", 150, "6")]
    split = Split("s", day("02-02"), "PETR4", D(2))
    with pytest.raises(Refused, match="corporate action is missing"):
        replay(trades)
    history = replay(trades, [split, split])
    assert history.sales[0].gain == D(150)
    assert history.holdings["PETR4"].quantity == D(50)


def test_an_event_takes_effect_before_the_trades_of_its_day() -> None:
    """Sold on the first day of the new units."""
    history = replay(
        [bought("01-05", 100, "10"), sold("02-02", 200, "6")], [Split("s", day("02-02"), "PETR4", D(2))]
    )
    assert history.sales[0].gain == D(200)


def test_a_new_ticker_keeps_cost_and_category() -> None:
    """Bought as one, sold as the other, and holdings on a day before know the old name."""
    trades = [
        bought("01-05", 10, "100", asset="XPLG11", category=Category.FII),
        sold("03-05", 4, "110", asset="NOVO11", category=Category.FII),
    ]
    renamed = [Renamed("r", day("02-02"), "XPLG11", "NOVO11")]
    history = replay(trades, renamed)
    assert history.sales[0].gain == D(40)
    assert history.categories["NOVO11"] is Category.FII
    assert set(holdings_on(trades, renamed, day("01-31"))) == {"XPLG11"}


def test_rights_of_shares_are_rights_and_become_shares() -> None:
    """Issued, sold in part at zero cost, exercised, converted."""
    actions: list[Action] = [
        RightsIssued("1", day("02-02"), "PETR4", "PETR1", D(30)),
        RightsExercised("2", day("02-20"), "PETR1", "PETR9", D(10), D(9)),
    ]
    trades = [
        bought("01-05", 100, "10"),
        sold("02-10", 20, "0.50", asset="PETR1", category=Category.RIGHT),
    ]
    history = replay(trades, actions)
    assert [sale.gain for sale in history.sales] == [D("10.00")]
    assert history.categories["PETR1"] is Category.RIGHT
    assert history.categories["PETR9"] is Category.STOCK


def test_the_gain_on_an_unknown_cost_is_refused_not_guessed() -> None:
    """A transferred position without its average."""
    opening = Opening("o", day("01-02"), "PETR4", D(100), None)
    history = replay([sold("01-10", 10, "13")], [opening])
    with pytest.raises(Refused, match="needs what it cost"):
        _ = history.sales[0].gain


def test_short_sales_are_refused_unless_they_are_on() -> None:
    """Sold on the 5th at 12, covered on the 8th at 10: the sale counts when made, the gain when covered."""
    trades = [sold("01-05", 100, "12", fees="1"), bought("01-08", 100, "10", fees="1")]
    with pytest.raises(Refused, match="0 were held"):
        replay(trades)
    history = replay(trades, short_selling=True)
    assert [(sale.sale_value, sale.gain) for sale in history.sales] == [(D(1200), D(0)), (D(0), D(198))]
    assert history.holdings == {}


def test_a_cover_that_buys_more_opens_a_long_position() -> None:
    """Of 150 bought, 100 cover and 50 stay with their share of the cost."""
    history = replay([sold("01-05", 100, "12"), bought("01-08", 150, "10", fees="3")], short_selling=True)
    assert history.sales[1].gain == D(198)
    assert (history.holdings["PETR4"].quantity, history.holdings["PETR4"].cost) == (D(50), D(501))


def test_a_sale_through_zero_closes_the_long_and_opens_the_short() -> None:
    """Of 150 sold, 100 gain and 50 are short."""
    history = replay([bought("01-05", 100, "10"), sold("01-06", 150, "12")], short_selling=True)
    assert [(sale.quantity, sale.gain) for sale in history.sales] == [(D(100), D(200)), (D(50), D(0))]
    assert (history.holdings["PETR4"].quantity, history.holdings["PETR4"].cost) == (D(-50), D(-600))


def test_the_auction_of_a_fraction_is_in_the_history() -> None:
    """Its outcome names the asset and the money."""
    actions: list[Action] = [
        Split("s", day("02-02"), "PETR4", D(1), D(10)),
        FractionAuction("f", day("02-20"), "PETR4", D("61.20")),
    ]
    history = replay([bought("01-05", 105, "10")], actions)
    assert [(one.asset, one.proceeds) for one in history.outcomes] == [("PETR4", D("61.20"))]


def test_a_trade_given_twice_is_refused() -> None:
    """By its id."""
    one = bought("01-05", 100, "10")
    with pytest.raises(Conflict, match="given twice"):
        replay([one, one])


@pytest.mark.parametrize(
    ("quantity", "price", "fees", "code"),
    [
        ("0", "1", "0", "quantity_out_of_range"),
        ("-1", "1", "0", "quantity_out_of_range"),
        ("1", "-1", "0", "price_out_of_range"),
        ("1", "1", "-1", "fees_out_of_range"),
        ("1", "NaN", "0", "price_out_of_range"),
        ("1", "1e16", "0", "price_out_of_range"),
        ("1", "0.1234567891", "0", "too_many_decimals"),
    ],
)
def test_odd_numbers_of_a_trade_are_refused(quantity: str, price: str, fees: str, code: str) -> None:
    """Zero, negative, huge or endless ones, each by the name of its field."""
    with pytest.raises(InvalidInput) as refused:
        trade(Side.BUY, "01-05", quantity, price, fees=fees)
    assert refused.value.code == code
