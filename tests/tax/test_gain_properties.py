"""What must hold of any trades: order, splitting, signs, and every real accounted for."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from fiel.tax.cost_basis import History, replay
from fiel.tax.dated_rows import Category, Pool
from fiel.tax.fifo import fifo_lots
from fiel.tax.monthly import MonthlyOptions, MonthTax, ledger
from fiel.tax.results import results_by_month
from fiel.tax.trades import Side, Trade
from tests.support.trading import D, trade

ASSETS = {"PETR4": Category.STOCK, "VALE3": Category.STOCK, "BOVA11": Category.ETF, "HGLG11": Category.FII}
DAYS = ("01-05", "01-06", "01-30", "02-02", "02-03", "03-02")


@st.composite
def one_trade(draw: st.DrawFn) -> Trade:
    asset = draw(st.sampled_from(sorted(ASSETS)))
    price = draw(st.decimals("0.01", "500", places=2))
    fees = draw(st.decimals(0, 9, places=2))
    return trade(
        draw(st.sampled_from(Side)),
        draw(st.sampled_from(DAYS)),
        draw(st.integers(1, 900)),
        str(price),
        asset=asset,
        category=ASSETS[asset],
        fees=str(fees),
        broker=draw(st.sampled_from("AB")),
    )


def _kept(trades: list[Trade]) -> list[Trade]:
    """Without the sales that would leave less than nothing at the end of their day."""
    chosen: list[Trade] = []
    for day in sorted({one.day for one in trades}):
        for one in sorted((one for one in trades if one.day == day), key=lambda one: one.side):
            held = sum(
                (each.quantity if each.side is Side.BUY else -each.quantity)
                for each in chosen
                if each.asset == one.asset
            )
            if one.side is Side.BUY or one.quantity <= held:
                chosen.append(one)
    return chosen


TRADES = st.lists(one_trade(), min_size=1, max_size=14).map(_kept)
OPTIONS = st.builds(MonthlyOptions, st.booleans(), st.booleans(), st.booleans())


def months(trades: list[Trade], options: MonthlyOptions | None = None) -> tuple[MonthTax, ...]:
    return ledger(results_by_month(replay(trades)), options=options)


@given(TRADES, st.integers(0, 99))
def test_the_order_of_trades_of_different_assets_changes_nothing(trades: list[Trade], seed: int) -> None:
    """Assets are shuffled against each other; each keeps its own order within the day."""
    names = sorted(ASSETS)
    Random(seed).shuffle(names)
    moved = sorted(trades, key=lambda one: names.index(one.asset))
    assert replay(moved) == replay(trades)
    assert months(moved) == months(trades)


@given(TRADES, st.data())
def test_splitting_a_sale_in_two_changes_no_tax(trades: list[Trade], data: st.DataObject) -> None:
    """Half the units with half the fees, right after each other: gains and tax to the last digit."""
    sales = [one for one in trades if one.side is Side.SELL and one.quantity % 2 == 0]
    if not sales:
        return
    whole = data.draw(st.sampled_from(sales))
    half = replace(whole, quantity=whole.quantity / 2, fees=whole.fees / 2)
    at = trades.index(whole)
    halves = [*trades[:at], half, replace(half, id="other half"), *trades[at + 1 :]]
    assert months(halves) == months(trades)
    assert replay(halves).holdings == replay(trades).holdings


@given(TRADES, OPTIONS)
def test_tax_and_pools_are_never_negative(trades: list[Trade], options: MonthlyOptions) -> None:
    """Nor credits, nor what is to pay; what is used is never more than there was."""
    for month in months(trades, options):
        assert min(month.tax, month.due, month.darf, month.unpaid, month.credit_after) >= 0
        for line in month.pools:
            assert min(line.tax, line.taxable, line.losses_after, line.losses_used) >= 0
            assert line.losses_used <= line.losses_before


@given(TRADES, OPTIONS)
def test_every_gain_and_loss_goes_somewhere(trades: list[Trade], options: MonthlyOptions) -> None:
    """Over the ledger: gains are exempt, taxed, or meet a loss; losses are used, carried or left out."""
    found = months(trades, options)
    if not found:
        return
    gains = sum(line.gain for month in found for line in month.lines)
    exempt = sum(month.exempt_gain for month in found)
    left_out = sum(line.left_out for month in found for line in month.lines)
    taxed = sum(line.taxable for month in found for line in month.pools)
    carried = sum(found[-1].pool(pool).losses_after for pool in Pool if pool is not Pool.WITHHELD)
    assert gains == exempt + taxed - carried - left_out


@given(TRADES)
def test_money_in_is_money_out(trades: list[Trade]) -> None:
    """What was paid is what sales and day trades cost and what is still held, to the last digit."""
    history = replay(trades)
    paid = sum(one.quantity * one.price + one.fees for one in trades if one.side is Side.BUY)
    used = sum(((sale.cost or D(0)) for sale in history.sales), D(0))
    used += sum(pair.bought + pair.fees_bought for pair in history.day_trades)
    assert paid == used + sum((one.cost or D(0)) for one in history.holdings.values())
    assert all(one.quantity >= 0 for one in history.holdings.values())


@given(st.lists(one_trade(), min_size=1, max_size=14))
def test_short_selling_keeps_every_real_too(trades: list[Trade]) -> None:
    """Any trades at all: cash in and out is gains and what is held, long or short."""
    history = replay(trades, short_selling=True)
    cash = sum(
        (one.quantity * one.price if one.side is Side.SELL else -one.quantity * one.price) - one.fees
        for one in trades
    )
    assert cash == _gains(history) - sum((one.cost or D(0)) for one in history.holdings.values())


def _gains(history: History) -> Decimal:
    return sum((sale.gain for sale in history.sales), D(0)) + sum(
        (pair.gain for pair in history.day_trades), D(0)
    )


@given(TRADES)
def test_lots_and_average_agree_on_units_and_on_the_whole(trades: list[Trade]) -> None:
    """By age or by average, the same units are held, and gains and costs sum to the same."""
    lots, history = fifo_lots(trades), replay(trades)
    held = {asset: sum(lot.quantity for lot in own) for asset, own in lots.held.items()}
    assert held == {asset: one.quantity for asset, one in history.holdings.items()}
    by_age = sum(sale.gain or D(0) for sale in lots.sales) - sum(
        lot.cost or D(0) for own in lots.held.values() for lot in own
    )
    by_average = sum((sale.gain for sale in history.sales), D(0)) - sum(
        one.cost or D(0) for one in history.holdings.values()
    )
    assert abs(by_age - by_average) < D("0.000001")
