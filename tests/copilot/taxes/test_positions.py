"""Quantity and average cost from the custody book: what came, left, was renamed, split or given back."""

from __future__ import annotations

from datetime import time
from decimal import Decimal

from fiel.copilot.taxes.remarks import Remark
from fiel.market.values import ShareKind
from fiel.portfolio.holdings import Holding
from tests.copilot.taxes.wallets import Wallet, day

D = Decimal


def held(ana: Wallet, on: str) -> dict[str, Holding]:
    """The holdings by asset at the end of a day."""
    return {each.holding.asset: each.holding for each in ana.positions(on).held}


def codes(remarks: tuple[Remark, ...]) -> set[str]:
    """What is said beside the numbers."""
    return {each.code for each in remarks}


def test_average_cost_as_of_a_day(ana: Wallet) -> None:
    """Purchases move the average, sales leave it; later ones do not count yet."""
    ana.brings("01-05", "PETR4", "100", "3000.00")
    ana.buys("01-10", "PETR4", 100, "36.00")
    ana.sells("02-10", "PETR4", 50, "40.00")
    ana.buys("03-10", "PETR4", 50, "50.00")
    assert held(ana, "01-05")["PETR4"].average_cost == D(30)
    assert (held(ana, "02-10")["PETR4"].quantity, held(ana, "02-10")["PETR4"].cost) == (D(150), D(4950))
    assert held(ana, "03-10")["PETR4"].cost == D(7450)
    assert held(ana, "01-04") == {}


def test_days_are_those_of_sao_paulo(ana: Wallet) -> None:
    """One in the morning of the first, in UTC, is the last day of the month before."""
    ana.brings("02-01", "PETR4", "100", "3000.00", at=time(1))
    assert held(ana, "01-31")["PETR4"].quantity == D(100)
    assert held(ana, "01-30") == {}


def test_a_split_on_its_first_session(ana: Wallet) -> None:
    """The com date is a Friday: units double on Monday, and the cost stays."""
    ana.brings("01-05", "BBAS3", "101", "5050.00")
    ana.market_tells("04-10", "BBAS3", "2")
    assert held(ana, "04-12")["BBAS3"].quantity == D(101)
    assert (held(ana, "04-13")["BBAS3"].quantity, held(ana, "04-13")["BBAS3"].cost) == (D(202), D(5050))


def test_shares_that_come_on_the_day_of_a_split(ana: Wallet) -> None:
    """They are new units already: the split is not theirs."""
    ana.brings("01-05", "BBAS3", "100", "5000.00")
    ana.market_tells("04-10", "BBAS3", "2")
    ana.brings("04-13", "BBAS3", "10", "250.01")
    assert (held(ana, "04-13")["BBAS3"].quantity, held(ana, "04-13")["BBAS3"].cost) == (D(210), D("5250.01"))


def test_bonus_shares_come_at_no_cost_and_say_so(ana: Wallet) -> None:
    """10 % more units for the same cost, and a remark; before the wallet's first day there is none."""
    ana.market_tells("2025-03-10", "ITSA4", "1.05", ShareKind.BONUS)
    ana.brings("01-05", "ITSA4", "105", "1050.00")
    assert "bonus_without_cost" not in codes(ana.positions("01-06").remarks)
    ana.market_tells("02-10", "ITSA4", "1.1", ShareKind.BONUS)
    after = held(ana, "02-11")["ITSA4"]
    assert (after.quantity, after.fraction, after.cost) == (D(115), D("0.5"), D(1050))
    assert "bonus_without_cost" in codes(ana.positions("02-11").remarks)
    assert "bonus_without_cost" not in codes(ana.positions("02-10").remarks)


def test_an_event_without_a_factor_is_said(ana: Wallet) -> None:
    """It changes nothing and is named."""
    ana.brings("01-05", "EMBR3", "100", "5000.00")
    ana.market_tells("02-10", "EMBR3", "1.3", ShareKind.OTHER)
    assert held(ana, "03-01")["EMBR3"].quantity == D(100)
    assert "event_left_out" in codes(ana.positions("03-01").remarks)


def test_a_renamed_position(ana: Wallet) -> None:
    """All of it under the new name, units of an earlier split included; its sale knows the cost."""
    ana.brings("01-05", "KROT3", "100", "1000.00")
    ana.market_tells("02-10", "KROT3", "2")
    ana.renames("03-10", "KROT3", "COGN3")
    found = held(ana, "03-10")
    assert set(found) == {"COGN3"}
    assert (found["COGN3"].quantity, found["COGN3"].cost) == (D(200), D(1000))


def test_what_leaves_takes_its_part_of_the_cost(ana: Wallet) -> None:
    """No sale: the average stays as it was and no month has a gain. After a split too."""
    ana.brings("01-05", "VALE3", "100", "6000.00")
    ana.market_tells("02-10", "VALE3", "2")
    ana.loses("03-10", "VALE3", 50)
    left = held(ana, "03-10")["VALE3"]
    assert (left.quantity, left.cost, left.average_cost) == (D(150), D(4500), D(30))
    assert ana.month("2026-03").tax.lines == ()
    assert "left_without_sale" in codes(ana.positions("03-10").remarks)


def test_what_comes_and_leaves_on_one_day(ana: Wallet) -> None:
    """Bought in the morning, gone in the evening: it leaves after the day's trades."""
    ana.buys("03-10", "VALE3", 100, "60.00")
    ana.loses("03-10", "VALE3", 40)
    assert (held(ana, "03-11")["VALE3"].quantity, held(ana, "03-11")["VALE3"].cost) == (D(60), D(3600))


def test_capital_given_back_lowers_the_cost(ana: Wallet) -> None:
    """An amortisation is no income; what exceeds the cost is a gain of the month; on nothing it is said."""
    ana.brings("01-05", "XPML11", "100", "1000.00")
    ana.is_paid("02-10", "XPML11", "amortisation", "250.00")
    ana.is_paid("02-11", "XPML11", "fii_income", "1.00")
    assert held(ana, "02-10")["XPML11"].cost == D(750)
    ana.is_paid("03-10", "XPML11", "amortisation", "800.00")
    assert held(ana, "03-10")["XPML11"].cost == D(0)
    (line,) = ana.month("2026-03").tax.lines
    assert (line.gain, line.category.value) == (D(50), "fii")
    ana.is_paid("03-10", "HGLG11", "amortisation", "5.00")
    assert "capital_of_nothing" in codes(ana.positions("03-10").remarks)


def test_capital_taken_back_raises_the_cost_again(ana: Wallet) -> None:
    """A booking that was wrong and is booked against."""
    ana.brings("01-05", "XPML11", "100", "1000.00")
    ana.is_paid("02-10", "XPML11", "amortisation", "250.00")
    ana.is_paid("02-11", "XPML11", "amortisation", "-250.00")
    assert held(ana, "02-11")["XPML11"].cost == D(1000)


def test_lots_by_age(ana: Wallet) -> None:
    """The oldest are sold first, and leave first; the average beside them knows no age."""
    ana.buys("01-05", "PETR4", 100, "30.00")
    ana.buys("02-05", "PETR4", 100, "40.00")
    ana.sells("03-05", "PETR4", 50, "50.00")
    ana.loses("04-06", "PETR4", 20)
    (row,) = ana.positions("04-06", by_age=True).held
    lots = [(lot.day, lot.quantity, lot.cost) for lot in row.lots]
    assert lots == [(day("01-05"), D(30), D(900)), (day("02-05"), D(100), D(4000))]
    assert (row.holding.quantity, row.holding.average_cost) == (D(130), D(35))
    assert ana.positions("04-06").held[0].lots == ()


def test_other_currencies_are_left_out_and_said(ana: Wallet) -> None:
    """Dollars are no matter of this tax."""
    ana.brings("01-05", "AAPL", "10", "1500.00", "USD")
    view = ana.positions("01-05")
    assert (view.held, "foreign_left_out" in codes(view.remarks)) == ((), True)


def test_units_without_cost_are_said(ana: Wallet) -> None:
    """They may be a split that the market tells too."""
    ana.brings("01-05", "PETR4", "10", "0")
    assert "brought_without_cost" in codes(ana.positions("01-05").remarks)


def test_assets_whose_events_nobody_asked_for(ana: Wallet) -> None:
    """A split would not be seen, and that is said until something is kept of the asset."""
    ana.brings("01-05", "PETR4", "10", "100.00")
    assert "events_unasked" in codes(ana.positions("01-05").remarks)
    ana.market_tells("2020-02-10", "PETR4", "2")
    assert "events_unasked" not in codes(ana.positions("01-05").remarks)
