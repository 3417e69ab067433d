"""From the custody book to a report: stories whose every number can be counted by hand."""

from __future__ import annotations

from decimal import Decimal

import pytest

from fiel.copilot.performing.desk import PerformanceView
from fiel.custody.events import FactKind
from fiel.income.values import IncomeKind
from fiel.kernel.errors import Refused
from fiel.market.values import ShareKind
from fiel.performance.aligned import DoubtKind
from fiel.performance.xirr import OneRate
from tests.copilot.performing.books import (
    WALLET,
    Wallet,
    amounts,
    at,
    codes,
    day,
    flat,
    named,
    sessions,
    whole,
)

D = Decimal
FIRST, LAST = "01-05", "01-30"


def doubts(view: PerformanceView) -> dict[str, DoubtKind]:
    """The kinds of doubts by subject."""
    return {one.subject: one.kind for one in view.report.doubts}


def test_every_line_of_the_identity_to_the_cent(ana: Wallet) -> None:
    """Deposit, buy with a fee, income with tax withheld, a cost, a tax, a withdrawal, a price that rises."""
    ana.deposits(FIRST, "1000.00")
    ana.trades("01-06", "PETR4", "10", "30.00", fee="1.25")
    ana.is_paid("01-12", "PETR4", "17.00", withheld="3.00", kind=IncomeKind.JCP)
    ana.tells(FactKind.FEE, "01-13", amount="-2.00")
    ana.tells(FactKind.TAX, "01-14", amount="-0.50")
    ana.tells(FactKind.WITHDRAWAL, "01-15", amount="-100.00")
    ana.closes("PETR4", flat(FIRST, "01-20", "30.00") | flat("01-21", LAST, "33.00"))
    told = whole(ana.view())
    assert (told.initial, told.contributions, told.withdrawals) == amounts(0, 1000, 100)
    assert (told.price_gain, told.income) == amounts(30, 20)
    assert (told.fees, told.taxes, told.currency) == amounts(D("3.25"), D("3.50"), 0)
    assert told.final == D("943.25")


def test_a_period_starts_from_the_worth_of_the_day_before(ana: Wallet) -> None:
    """What was there before the month is its start, not put in."""
    ana.deposits("2025-12-01", "500.00")
    ana.trades("2025-12-02", "PETR4", "10", "30.00")
    ana.closes("PETR4", flat("2025-12-01", "2025-12-30", "30.00") | flat("01-02", LAST, "36.00"))
    view = ana.view("ytd")
    assert (whole(view).initial, whole(view).contributions, whole(view).final) == amounts(500, 0, 560)
    assert view.report.portfolio.time_weighted == D("0.12")
    assert (view.first, view.until) == (day("01-01"), day("01-30"))


def test_a_booking_taken_back_never_was(ana: Wallet) -> None:
    """A deposit, a trade and income, each reversed: as if nobody had told them."""
    ana.deposits(FIRST, "1000.00")
    ana.takes_back(ana.deposits("01-06", "77.00"))
    ana.takes_back(ana.trades("01-07", "PETR4", "10", "30.00", fee="1.00"))
    ana.takes_back(ana.is_paid("01-08", "PETR4", "17.00", withheld="3.00"))
    ana.takes_back(ana.is_paid("01-08", "PETR4", "5.00", kind=IncomeKind.AMORTISATION))
    told = whole(ana.view())
    assert (told.contributions, told.withdrawals, told.income, told.fees, told.taxes) == amounts(
        1000, 0, 0, 0, 0
    )
    assert told.final == 1000


def test_income_booked_and_booked_back_by_hand(ana: Wallet) -> None:
    """The same amount below zero takes the first one along; another amount is a cost."""
    ana.deposits(FIRST, "1000.00")
    ana.is_paid("01-08", "PETR4", "17.00", withheld="3.00")
    ana.is_paid("01-09", "PETR4", "-17.00", withheld="-3.00")
    assert (whole(ana.view()).income, whole(ana.view()).final) == amounts(0, 1000)
    ana.is_paid("01-12", "PETR4", "-4.00")
    assert (whole(ana.view()).fees, whole(ana.view()).final) == amounts(4, 996)


def test_a_corrected_fill_is_as_if_told_so_at_once(ana: Wallet) -> None:
    """The broker changes a price and takes another fill back, days later: their days stay their own."""
    ana.deposits(FIRST, "1000.00")
    ana.fills("01-06", 1, "PETR4", 10, "30.00")
    ana.fills("01-07", 2, "PETR4", 5, "30.00")
    ana.opened.custody.correct_fill(1, WALLET, 10 * 10**9, 31 * 10**9, key="a")
    ana.opened.custody.correct_fill(2, WALLET, 5 * 10**9, None, key="b")
    ana.closes("PETR4", flat(FIRST, LAST, "31.00"))
    view = ana.view()
    assert (whole(view).price_gain, whole(view).final) == amounts(0, 1000)
    asset = named(view.report.assets, "PETR4")
    assert (asset.contributions, asset.final) == amounts(310, 310)


def test_a_split_that_the_book_has(ana: Wallet) -> None:
    """Told days after the first session: neither a gain nor a loss in between, nor a doubt."""
    ana.deposits(FIRST, "1000.00")
    ana.trades("01-06", "PETR4", "10", "30.00")
    ana.market_tells("01-12", "PETR4", "2")
    ana.tells(FactKind.SPLIT, "01-16", "PETR4", "10")
    ana.closes("PETR4", flat(FIRST, LAST, "15.00"))
    view = ana.view()
    assert (whole(view).price_gain, whole(view).final) == amounts(0, 1000)
    assert view.report.drawdown.peak is None
    assert "split_of_market" not in codes(view)


def test_a_split_that_only_the_market_tells(ana: Wallet) -> None:
    """Applied to what was held on its first session, and said; whole shares stay whole."""
    ana.deposits(FIRST, "1000.00")
    ana.trades("01-06", "PETR4", "25", "3.00")
    ana.market_tells("01-12", "PETR4", "0.1", ShareKind.REVERSE_SPLIT)
    ana.closes("PETR4", flat(FIRST, LAST, "30.00"))
    view = ana.view()
    assert whole(view).final == 925 + 60
    assert view.report.drawdown.trough == day("01-13")
    assert "split_of_market" in codes(view)


def test_a_source_that_does_not_divide_is_seen(ana: Wallet) -> None:
    """Closes that fall by the factor on the first session are as traded already."""
    ana.deposits(FIRST, "1000.00")
    ana.trades("01-06", "PETR4", "10", "30.00")
    ana.market_tells("01-12", "PETR4", "2")
    ana.closes("PETR4", flat(FIRST, "01-12", "30.00") | flat("01-13", LAST, "15.50"))
    view = ana.view()
    assert (whole(view).price_gain, whole(view).final) == amounts(10, 1010)
    assert view.report.drawdown.peak is None


def test_a_split_that_only_the_book_has(ana: Wallet) -> None:
    """Divided closes are multiplied again before it, by the ratio that the book shows."""
    ana.deposits(FIRST, "1000.00")
    ana.trades("01-06", "PETR4", "10", "30.00")
    ana.tells(FactKind.SPLIT, "01-13", "PETR4", "10")
    ana.closes("PETR4", flat(FIRST, LAST, "15.00"))
    view = ana.view()
    assert (whole(view).price_gain, whole(view).final) == amounts(0, 1000)
    assert view.report.drawdown.peak is None


def test_bonus_shares_are_no_money(ana: Wallet) -> None:
    """Ten percent more for the same worth; the cost that the company declares moves nothing."""
    ana.deposits(FIRST, "1000.00")
    ana.trades("01-06", "ITSA4", "100", "10.00")
    ana.market_tells("01-12", "ITSA4", "1.1", ShareKind.BONUS)
    ana.tells(FactKind.BONUS, "01-20", "ITSA4", "10", cost="50.00")
    ana.closes("ITSA4", flat(FIRST, LAST, "9.090909091"))
    told = whole(ana.view())
    assert (told.contributions, told.final, told.price_gain) == amounts(1000, 1000, 0)


def test_shares_move_to_a_broker(ana: Wallet) -> None:
    """A flow of both accounts, none of the whole; a leg without its other one came from outside."""
    ana.deposits(FIRST, "1000.00")
    ana.trades("01-06", "PETR4", "10", "30.00")
    ana.moves("01-12", "PETR4", "4", "clear")
    ana.closes("PETR4", flat(FIRST, LAST, "30.00"))
    view = ana.view()
    assert (whole(view).contributions, whole(view).withdrawals, whole(view).final) == amounts(1000, 0, 1000)
    assert named(view.report.accounts, "ana").withdrawals == 120
    assert named(view.report.accounts, "ana/clear").contributions == 120
    ana.tells(FactKind.MOVE, "01-13", "PETR4", "1", name="alone#in", account="clear")
    assert whole(ana.view()).contributions == 1030


def test_an_account_whose_cash_is_elsewhere(ana: Wallet) -> None:
    """A buy is money that comes in, a sale and a dividend money that goes out: its cash stays zero."""
    ana.trades("01-06", "PETR4", "10", "30.00", fee="1.00", account="clear")
    ana.trades("01-13", "PETR4", "-5", "40.00", fee="2.00", account="clear")
    ana.is_paid("01-14", "PETR4", "9.00", withheld="1.00", account="clear")
    ana.closes("PETR4", flat(FIRST, "01-12", "30.00") | flat("01-13", LAST, "40.00"))
    view = ana.view()
    told = whole(view)
    assert (told.contributions, told.withdrawals) == amounts(301, 198 + 9)
    assert (told.final, told.price_gain, told.income, told.fees, told.taxes) == amounts(200, 100, 10, 3, 1)
    assert named(view.report.assets, "cash:BRL").final == 0
    assert "cash_below_zero" not in codes(view)


def test_one_asset_pays_another_without_money_from_outside(ana: Wallet) -> None:
    """Sold and bought on one day at a broker: no flow; a day trade was capital at work."""
    ana.trades("01-06", "PETR4", "10", "30.00", account="clear")
    ana.trades("01-13", "PETR4", "-10", "30.00", account="clear")
    ana.trades("01-13", "VALE3", "5", "60.00", account="clear")
    for symbol, price in (("PETR4", "30.00"), ("VALE3", "60.00")):
        ana.closes(symbol, flat(FIRST, LAST, price))
    assert (whole(ana.view()).contributions, whole(ana.view()).withdrawals) == amounts(300, 0)
    ana.trades("01-14", "PETR4", "10", "30.00", account="clear")
    ana.trades("01-14", "PETR4", "-10", "31.00", account="clear")
    assert (whole(ana.view()).contributions, whole(ana.view()).withdrawals) == amounts(600, 310)


def test_two_accounts_add_up(ana: Wallet) -> None:
    """Worth, gain and points of the accounts are those of the whole."""
    ana.deposits(FIRST, "1000.00")
    ana.trades("01-06", "PETR4", "10", "30.00")
    ana.trades("01-07", "VALE3", "5", "60.00", account="clear")
    ana.closes("PETR4", flat(FIRST, "01-12", "30.00") | flat("01-13", LAST, "33.33"))
    ana.closes("VALE3", flat(FIRST, "01-12", "60.00") | flat("01-13", LAST, "51.11"))
    for period in ("all", "2026-01-08..2026-01-30"):
        view = ana.view(period)
        assert sum(row.identity.final for row in view.report.accounts) == whole(view).final
        assert sum(one.gain for one in view.account_shares) == whole(view).gain
        for shares in (view.account_shares, view.report.asset_shares, view.report.class_shares):
            assert sum(one.points for one in shares) == round(view.report.portfolio.time_weighted, 10)


def test_what_comes_from_outside_comes_at_the_price_of_its_day(ana: Wallet) -> None:
    """Not at its cost, unless there is no price; then that is said. What leaves leaves at the price."""
    ana.tells(FactKind.OPENING, FIRST, "PETR4", "10", cost="100.00")
    ana.tells(FactKind.OPENING, FIRST, "CDB1", "1", cost="1234.56")
    ana.closes("PETR4", flat(FIRST, LAST, "30.00"))
    view = ana.view()
    assert whole(view).contributions == 300 + D("1234.56")
    assert "came_at_cost" in codes(view)
    assert doubts(view)["CDB1"] is DoubtKind.PRICE_OF_TRADE
    ana.tells(FactKind.DELIVERY, "01-20", "PETR4", "-4")
    assert whole(ana.view()).withdrawals == 120


def test_a_new_ticker_is_no_flow_of_the_whole(ana: Wallet) -> None:
    """The worth goes over; by the new name's price where the old one has none left."""
    ana.deposits(FIRST, "1000.00")
    ana.trades("01-06", "KROT3", "10", "30.00")
    ana.renames("01-13", "KROT3", "COGN3")
    ana.closes("COGN3", flat("01-13", LAST, "32.00"))
    view = ana.view()
    assert (whole(view).final, whole(view).price_gain) == amounts(1020, 20)
    assert (named(view.report.assets, "KROT3").gain, named(view.report.assets, "COGN3").gain) == amounts(
        20, 0
    )
    assert named(view.report.assets, "COGN3").final == 320


def test_a_merger_and_a_spin_off(ana: Wallet) -> None:
    """What came is worth what left; a parent that stays gives the child its worth."""
    ana.deposits(FIRST, "1000.00")
    ana.trades("01-06", "AAAA3", "10", "30.00")
    ana.closes("AAAA3", flat(FIRST, "01-12", "30.00") | flat("01-13", LAST, "25.00"))
    ana.closes("BBBB3", flat("01-13", LAST, "10.00"))
    for number, (ticker, quantity, cost) in enumerate(
        [("AAAA3", "-10", "-300.00"), ("AAAA3", "10", "250.00"), ("BBBB3", "5", "50.00")], 1
    ):
        ana.tells(FactKind.CONVERSION, "01-13", ticker, quantity, cost=cost, name=f"spin#{number}")
    view = ana.view()
    assert (whole(view).final, whole(view).gain) == amounts(1000, 0)
    assert named(view.report.assets, "AAAA3").withdrawals == 50
    ana.closes("CCCC3", flat("01-20", LAST, "50.00"))
    for number, (ticker, quantity, cost) in enumerate(
        [("AAAA3", "-10", "-250.00"), ("CCCC3", "5", "250.00")], 1
    ):
        ana.tells(FactKind.CONVERSION, "01-20", ticker, quantity, cost=cost, name=f"merge#{number}")
    merged = ana.view()
    assert (whole(merged).final, whole(merged).gain) == amounts(1000, 0)
    assert named(merged.report.assets, "CCCC3").contributions == 250


def test_a_fraction_is_sold_for_what_its_auction_brought(ana: Wallet) -> None:
    """It leaves first and is paid later: no loss in between; without money yet it is gone."""
    ana.deposits(FIRST, "1000.00")
    ana.trades("01-06", "PETR4", "10.5", "30.00")
    ana.tells(FactKind.FRACTION, "01-13", "PETR4", "-0.5")
    ana.closes("PETR4", flat(FIRST, LAST, "30.00"))
    assert whole(ana.view()).final == 985
    ana.tells(FactKind.FRACTION_SALE, "01-20", "PETR4", amount="14.80")
    view = ana.view()
    assert (whole(view).final, whole(view).price_gain) == (D("999.80"), D("-0.20"))
    assert view.report.drawdown.trough == day("01-20")


def test_capital_given_back_is_no_income(ana: Wallet) -> None:
    """Money out of the asset; taken back by hand it goes in again. Rights sold are a gain of the asset."""
    ana.deposits(FIRST, "1000.00")
    ana.trades("01-06", "XPML11", "10", "100.00")
    ana.is_paid("01-13", "XPML11", "50.00", kind=IncomeKind.AMORTISATION)
    ana.closes("XPML11", flat(FIRST, "01-12", "100.00") | flat("01-13", LAST, "95.00"))
    assert (whole(ana.view()).income, whole(ana.view()).gain) == amounts(0, 0)
    ana.is_paid("01-14", "XPML11", "-20.00", kind=IncomeKind.AMORTISATION)
    assert named(ana.view().report.assets, "XPML11").contributions == 1020
    ana.tells(FactKind.RIGHTS_SALE, "01-15", "XPML12", amount="7.00")
    view = ana.view()
    assert (whole(view).gain, named(view.report.assets, "XPML12").gain) == amounts(-13, 7)


def test_missing_prices_are_said_with_their_days(ana: Wallet) -> None:
    """A session without a close carries the last one; an asset without any is worth its last trade."""
    ana.deposits(FIRST, "1000.00")
    ana.trades("01-06", "PETR4", "10", "30.00")
    ana.trades("01-06", "VALE3", "5", "60.00")
    prices = flat(FIRST, LAST, "31.00")
    del prices[day("01-14")]
    ana.closes("PETR4", prices)
    view = ana.view()
    assert whole(view).final == 1010
    told = {one.subject: one for one in view.report.doubts}
    assert (told["PETR4"].kind, told["PETR4"].days) == (DoubtKind.PRICE_CARRIED, (day("01-14"),))
    assert told["VALE3"].kind is DoubtKind.PRICE_OF_TRADE
    (remark,) = [one for one in view.remarks if one.code == "closes_missing"]
    assert dict(remark.values) == {"assets": "VALE3"}


def test_two_sources_are_never_mixed(ana: Wallet) -> None:
    """The one that goes furthest tells all, and is named with the day it was read."""
    ana.deposits(FIRST, "1000.00")
    ana.trades("01-06", "PETR4", "10", "30.00")
    ana.closes("PETR4", flat(FIRST, "01-20", "60.00"), source="hg")
    ana.closes("PETR4", flat(FIRST, LAST, "30.00"), source="brapi")
    view = ana.view()
    assert whole(view).final == 1000
    assert view.sources == ("brapi, 2026-01-30",)


def test_foreign_money_needs_its_rate(ana: Wallet) -> None:
    """Refused with the command while there is none; then the currency has a line of its own."""
    ana.deposits(FIRST, "100.00", currency="USD")
    with pytest.raises(Refused, match="fiel market sync --series usd_ptax --since") as refusal:
        ana.view()
    assert refusal.value.code == "rates_missing"
    days = sessions(FIRST, LAST)
    ana.series("usd_ptax", {days[3]: "5.00"})
    with pytest.raises(Refused):
        ana.view()
    ana.series("usd_ptax", dict.fromkeys(days, "5.00") | {days[-1]: "5.50"})
    told = whole(ana.view())
    assert (told.contributions, told.currency, told.final) == amounts(500, 50, 550)
    ana.deposits("01-06", "10.00", currency="EUR")
    view = ana.view()
    assert whole(view).final == 550
    assert "foreign_left_out" in codes(view)


def test_cash_below_zero_is_said(ana: Wallet) -> None:
    """Deposits that nobody told: the first day and how deep."""
    ana.deposits(FIRST, "100.00")
    ana.trades("01-06", "PETR4", "10", "30.00")
    (remark,) = [one for one in ana.view().remarks if one.code == "cash_below_zero"]
    assert (remark.day, dict(remark.values)["amount"]) == (day("01-06"), "-200.00")


def test_days_are_those_of_sao_paulo(ana: Wallet) -> None:
    """One in the morning of the sixth, in UTC, is the fifth."""
    ana.tells(FactKind.DEPOSIT, "01-06", amount="10.00", hour=at("01-06").time().replace(hour=1))
    assert ana.view().first == day("01-05")


def test_what_is_dated_later_does_not_count_yet(ana: Wallet) -> None:
    """A deposit told for next month is not there today, nor its split."""
    ana.deposits(FIRST, "10.00")
    ana.deposits("02-10", "5.00")
    ana.market_tells("02-10", "PETR4", "2")
    assert whole(ana.view()).final == 10
    assert ana.view().until == day(LAST)


def test_nothing_happened_yet(ana: Wallet) -> None:
    """Refused, and told so."""
    with pytest.raises(Refused, match="nothing has happened"):
        ana.view()


def test_both_returns_beside_each_other(ana: Wallet) -> None:
    """Money that came before the rise earned more than the quota a year; the effects explain it all."""
    ana.deposits(FIRST, "100.00")
    ana.trades("01-06", "PETR4", "10", "10.00")
    ana.deposits("01-20", "1000.00")
    ana.trades("01-20", "PETR4", "100", "10.00")
    ana.closes("PETR4", flat(FIRST, "01-26", "10.00") | flat("01-27", LAST, "11.00"))
    view = ana.view()
    both = view.report.two_returns
    assert both is not None
    assert isinstance(both.money_weighted, OneRate)
    assert both.difference == both.money_weighted.rate - both.time_weighted > 0
    assert view.report.portfolio.time_weighted == D("0.1")
