"""Lots by age beside the average: what each sale took, and what events do to lots."""

from __future__ import annotations

import pytest

from fiel.kernel.errors import Refused
from fiel.portfolio.corporate_actions import (
    Action,
    Bonus,
    FractionAuction,
    Left,
    Opening,
    Renamed,
    RightsExercised,
    RightsIssued,
    Split,
)
from fiel.tax.cost_basis import replay
from fiel.tax.fifo import fifo_lots
from tests.support.trading import D, bought, day, reais, sold


def test_the_oldest_lots_leave_first() -> None:
    """Of 100 at 10 and 100 at 12, a sale of 150 at 13 gains 300 and 50; the average says 300 in all."""
    trades = [bought("01-05", 100, "10"), bought("01-08", 100, "12"), sold("01-10", 150, "13", fees="3")]
    lots = fifo_lots(trades)
    assert [(sale.bought_on, sale.gain) for sale in lots.sales] == [
        (day("01-05"), D(298)),
        (day("01-08"), D(49)),
    ]
    assert [(lot.quantity, lot.cost) for lot in lots.held["PETR4"]] == [reais(50, 600)]
    assert replay(trades).sales[0].gain == 297


def test_day_trades_leave_the_lots_alone() -> None:
    """The pair is out before, as for the average."""
    trades = [bought("01-05", 100, "10"), bought("01-06", 50, "20"), sold("01-06", 50, "21")]
    lots = fifo_lots(trades)
    assert lots.sales == ()
    assert [lot.day for lot in lots.held["PETR4"]] == [day("01-05")]


def test_lots_keep_their_age_through_splits_bonuses_and_new_names() -> None:
    """Two lots, doubled, 10 % more at 1.00 each, renamed: units and cost by lot."""
    actions: list[Action] = [
        Split("s", day("02-02"), "PETR4", D(2)),
        Bonus("b", day("03-02"), "PETR4", D(10), D(1)),
        Renamed("r", day("04-01"), "PETR4", "NOVA3"),
    ]
    lots = fifo_lots([bought("01-05", 100, "10"), bought("01-08", 50, "12")], actions)
    assert [(lot.day, lot.quantity, lot.cost) for lot in lots.held["NOVA3"]] == [
        (day("01-05"), D(220), D(1020)),
        (day("01-08"), D(110), D(610)),
    ]
    assert set(lots.held) == {"NOVA3"}


def test_what_leaves_without_a_sale_is_the_oldest() -> None:
    """Nobody sold it: no gain. What waits for its auction stays in the lots until then."""
    trades = [bought("01-05", 100, "10"), bought("01-08", 50, "12")]
    actions: list[Action] = [
        Left("l", day("02-02"), "PETR4", D(120)),
        Left("w", day("02-03"), "PETR4", D("0.5"), waits=True),
    ]
    lots = fifo_lots(trades, actions)
    assert [(lot.day, lot.quantity, lot.cost) for lot in lots.held["PETR4"]] == [
        (day("01-08"), D(30), D(360))
    ]
    assert lots.sales == ()


def test_an_auction_takes_the_fraction_from_the_oldest_lot() -> None:
    """105 units grouped 10:1 leave ten and a half, then ten."""
    actions: list[Action] = [
        Split("s", day("02-02"), "PETR4", D(1), D(10)),
        FractionAuction("f", day("02-20"), "PETR4", D("61.20")),
    ]
    lots = fifo_lots([bought("01-05", 105, "10")], actions)
    assert [lot.quantity for lot in lots.held["PETR4"]] == [D(10)]


def test_rights_are_a_lot_of_their_own() -> None:
    """Issued whole over all lots, exercised into the receipt at the price paid."""
    actions: list[Action] = [
        Opening("o", day("01-02"), "PETR4", D(15), None),
        RightsIssued("1", day("02-02"), "PETR4", "PETR1", D(10)),
        RightsExercised("2", day("02-20"), "PETR1", "PETR9", D(10), D(9)),
    ]
    lots = fifo_lots([bought("01-05", 95, "10")], actions)
    assert [(lot.quantity, lot.cost) for lot in lots.held["PETR9"]] == [reais(10, 90)]
    assert [(lot.quantity, lot.cost) for lot in lots.held["PETR1"]] == [reais(1, 0)]


def test_an_opening_of_unknown_cost_has_unknown_gains() -> None:
    """Never zero; and nothing more can be sold than is there."""
    opening = [Opening("o", day("01-02"), "PETR4", D(10), None)]
    assert fifo_lots([sold("01-10", 5, "13")], opening).sales[0].gain is None
    with pytest.raises(Refused, match="more were sold"):
        fifo_lots([sold("01-10", 15, "13")], opening)


def test_lots_of_a_day_in_between() -> None:
    """Later trades are not seen."""
    trades = [bought("01-05", 100, "10"), sold("02-10", 100, "13")]
    assert fifo_lots(trades, until=day("01-31")).held["PETR4"][0].quantity == 100
