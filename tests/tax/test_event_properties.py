"""Any sequence of trades and corporate actions: every real is accounted for and nothing is below zero."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from fiel.portfolio.corporate_actions import (
    Action,
    Amortisation,
    Bonus,
    FractionAuction,
    Merger,
    OutcomeKind,
    Renamed,
    SpinOff,
    Split,
)
from fiel.tax.cost_basis import History, replay
from fiel.tax.dated_rows import Category
from fiel.tax.monthly import ledger
from fiel.tax.results import results_by_month
from fiel.tax.trades import Side, Trade
from tests.support.trading import D, bought, sold

ASSETS = ("AAAA3", "BBBB3", "CCCC3")
START = date(2026, 1, 5)
NUMBER = st.decimals("0.5", "20", places=1)


@dataclass(frozen=True)
class Story:
    """Trades and events that can happen one after the other."""

    trades: list[Trade]
    actions: list[Action]

    def history(self) -> History:
        """All of it; an asset that only an event names is a share too."""
        return replay(self.trades, self.actions, categories=dict.fromkeys(ASSETS, Category.STOCK))


@st.composite
def stories(draw: st.DrawFn) -> Story:
    """A day each: a purchase, a sale of part of what is held by then, or an event."""
    trades: list[Trade] = []
    actions: list[Action] = []
    for index in range(draw(st.integers(1, 12))):
        on = START + timedelta(days=7 * index)
        asset = draw(st.sampled_from(ASSETS))
        price = str(draw(st.decimals("0.01", "300", places=2)))
        held = replay(trades, actions).holdings.get(asset)
        step = draw(st.sampled_from(["buy", "sell", "event"]))
        if step == "event":
            actions.append(draw(events(f"e{index}", on, asset)))
        elif step == "sell" and held and held.quantity >= 1:
            part = draw(st.integers(1, int(held.quantity)))
            trades.append(sold(on.isoformat(), part, price, asset=asset, fees="0.37"))
        else:
            trades.append(bought(on.isoformat(), draw(st.integers(1, 500)), price, asset=asset, fees="0.41"))
    return Story(trades, actions)


@st.composite
def events(draw: st.DrawFn, id_: str, on: date, asset: str) -> Action:
    """One event of any kind, with likely numbers."""
    number, other = draw(NUMBER), draw(st.sampled_from([one for one in ASSETS if one != asset]))
    likely: list[Action] = [
        Split(id_, on, asset, number, D(3)),
        Bonus(id_, on, asset, number, D("7.13")),
        Amortisation(id_, on, asset, number),
        Renamed(id_, on, asset, other),
        SpinOff(id_, on, asset, other, number, D("12.5")),
        Merger(id_, on, asset, other, number, D(2), cash=D("31.07"), cash_cost_percent=D(10)),
        FractionAuction(id_, on, asset, number),
    ]
    return draw(st.sampled_from(likely))


def _paid(story: Story) -> Decimal:
    return sum((one.quantity * one.price + one.fees for one in story.trades if one.side is Side.BUY), D(0))


@given(stories())
def test_what_was_paid_is_used_up_or_still_held(story: Story) -> None:
    """Purchases and declared bonus values are the costs of sales, of events and of what is left."""
    history = story.history()
    bonus = sum((one.proceeds for one in history.outcomes if one.kind is OutcomeKind.BONUS), D(0))
    # The fraction of a bonus has its declared cost too, though only whole shares are income.
    used = sum((sale.cost or D(0) for sale in history.sales), D(0))
    used += sum((one.cost or D(0) for one in history.outcomes), D(0))
    left = sum(((one.cost or D(0)) + (one.fraction_cost or D(0)) for one in history.holdings.values()), D(0))
    assert used + left - _paid(story) - bonus == _declared_for_fractions(story)


def _declared_for_fractions(story: Story) -> Decimal:
    """What bonuses added for fractions: seen in the holding the day each takes effect."""
    found = D(0)
    for action in story.actions:
        if isinstance(action, Bonus):
            held = replay(story.trades, story.actions, until=action.day - timedelta(days=1)).holdings
            if action.asset in held and held[action.asset].quantity:
                fresh = held[action.asset].quantity * action.percent / 100
                found += (fresh - int(fresh)) * action.declared_cost
    return found


@given(stories())
def test_units_are_never_negative_and_events_count_once(story: Story) -> None:
    """Fractions stay below what waits for an auction; the same events twice give the same history."""
    history = story.history()
    assert all(one.quantity >= 0 and one.fraction >= 0 for one in history.holdings.values())
    assert all((one.cost or D(0)) >= 0 for one in history.holdings.values())
    twice = Story(story.trades, [*story.actions, *reversed(story.actions)])
    assert twice.history() == history


@given(stories())
def test_the_months_of_any_story_have_no_negative_tax(story: Story) -> None:
    """Gains of events and sales together."""
    months = ledger(results_by_month(story.history()))
    assert all(min(month.tax, month.due, month.darf, month.unpaid) >= 0 for month in months)
    assert all(line.losses_after >= 0 for month in months for line in month.pools)
