"""The days of a wallet, one after the other: what each event does to what is held then.

Only quantities are followed here, and only so far as events need them: costs are `tax.cost_basis`'s matter,
which replays the same trades and actions. Within a day actions come before trades, as there.
"""

from __future__ import annotations

from bisect import insort
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal, localcontext
from typing import NamedTuple, TypeVar

from fiel.copilot.taxes.categories import is_right
from fiel.copilot.taxes.changes import (
    Change,
    Quantities,
    agrees,
    conversion_actions,
    ratio_of,
    share_action,
)
from fiel.copilot.taxes.facts import MoneyFact
from fiel.copilot.taxes.remarks import Remark, remark
from fiel.custody.events import FactKind
from fiel.kernel.rounding import finance_context
from fiel.portfolio.corporate_actions import (
    Action,
    Amortisation,
    Bonus,
    FractionAuction,
    Left,
    Opening,
    Renamed,
    Split,
    apply_action,
    in_order,
)
from fiel.portfolio.holdings import Holding
from fiel.tax.trades import Side, Trade

_ZERO = Decimal(0)
_ONE_DAY = timedelta(days=1)
#: What the forms and categories call rights that were sold and never held.
RIGHT_OF = ":right"
_T = TypeVar("_T")


class Moved(NamedTuple):
    """A lot that is no trade: units (below zero when they leave), and an amount in reais."""

    id: str
    user: str
    day: date
    asset: str
    quantity: Decimal
    amount: Decimal
    waits: bool = False


@dataclass(slots=True)
class Days:
    """What is to come, and what was made of it. `market`: events that nobody booked."""

    remarks: list[Remark]
    market: list[Action] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    coming: list[tuple[Opening, Trade, str]] = field(default_factory=list)
    renames: list[Renamed] = field(default_factory=list)
    traded: list[tuple[Trade, str]] = field(default_factory=list)
    leaving: list[Moved] = field(default_factory=list)
    shifts: list[Moved] = field(default_factory=list)
    returns: list[Moved] = field(default_factory=list)
    money: list[MoneyFact] = field(default_factory=list)
    trades: list[Trade] = field(default_factory=list)
    actions: list[Action] = field(default_factory=list)
    settled: set[tuple[str, date]] = field(default_factory=set)
    rights: dict[str, str] = field(default_factory=dict)

    def run(self) -> None:
        """Fills `trades` and `actions`, in order of their days."""
        _Walk(self).run()


class _Walk:
    """One run through the days."""

    def __init__(self, told: Days) -> None:
        self._told = told
        self._units = Quantities()
        self._held: dict[str, Holding] = {}
        self._coming = _by_day(told.coming, lambda one: one[0].day)
        self._traded = _by_day(told.traded, lambda one: one[0].day)
        self._shifts = _by_day(told.shifts, lambda one: one.day)
        self._renames = _by_day(told.renames, lambda one: one.day)
        self._market = _by_day(told.market, lambda one: one.day)
        self._changes = _by_day(told.changes, _first_day)
        self._leaving = _by_day(told.leaving, lambda one: one.day)
        self._returns = _by_day(told.returns, lambda one: one.day)
        self._money = _by_day(told.money, lambda one: one.day)
        self._put_off: set[str] = set()
        self._days = sorted(
            {
                *(*self._coming, *self._traded, *self._shifts, *self._renames, *self._market),
                *(*self._changes, *self._leaving, *self._returns, *self._money),
            }
        )

    def run(self) -> None:
        """Day by day; what is put off makes later days."""
        at = 0
        with localcontext(finance_context()):
            while at < len(self._days):
                self._day(self._days[at])
                at += 1

    def _day(self, day: date) -> None:
        """Actions in the order of `corporate_actions.ORDER`, then trades."""
        events = in_order(self._market[day])
        bought = self._open(day, events)
        for shift in self._shifts[day]:
            self._units.add(shift.asset, shift.user, shift.quantity)
        for renamed in self._renames[day]:
            self._act(renamed)
            self._units.rename(renamed.asset, renamed.into)
        for event in events:
            self._act(event)
            if isinstance(event, Split | Bonus):
                self._units.scale(event.asset, ratio_of(event))
        for change in sorted(self._changes[day], key=lambda one: _RANK[one.kind]):
            self._change(change, day)
        for given in self._returns[day]:
            self._give_back(given)
        for lot in self._leaving[day]:
            self._leave(lot, day)
        for fact in self._money[day]:
            self._sell_rest(fact)
        for trade, user in (*bought, *self._traded[day]):
            self._trade(trade, user)

    def _open(self, day: date, events: Iterable[Action]) -> list[tuple[Trade, str]]:
        """On the first day of a split units that come are new ones: bought, as an opening comes before it."""
        split, bought = {one.asset for one in events}, []
        for opening, trade, user in self._coming[day]:
            if opening.asset in split:
                bought.append((trade, user))
            else:
                self._act(opening)
                self._units.add(opening.asset, user, opening.quantity)
        return bought

    def _change(self, change: Change, day: date) -> None:
        """At the market's day where the book agrees with it then; else at the book's."""
        market = change.market
        if change.kind is FactKind.CONVERSION:
            totals = {leg.asset: self._quantity(leg.asset) for leg in change.legs}
            self._book(change, conversion_actions(change, day, totals))
        elif market is None:
            self._share(change, day, agreed=False)
        elif change.id in self._put_off or agrees(change, self._units):
            later = max(day, market.day)
            if later > day and not self._touched(change.asset, day, later):
                self._put_off.add(change.id)
                self._put(self._changes, change, later)
            else:
                self._share(change, day, agreed=True)
        elif day < change.day:
            self._put(self._changes, change, change.day)
        else:
            ratio = f"{ratio_of(market).normalize():f}"
            values = {"asset": change.asset, "quantity": f"{change.quantity.normalize():f}", "ratio": ratio}
            self._told.remarks.append(remark("event_differs", day, **values, told=market.day))
            self._share(change, day, agreed=False)

    def _share(self, change: Change, day: date, *, agreed: bool) -> None:
        if change.market is not None and (change.cost or not agreed):
            self._told.settled.add((change.asset, change.market.day))
        total = self._quantity(change.asset)
        if total <= 0:
            self._told.remarks.append(remark("change_on_nothing", day, asset=change.asset))
        action = share_action(change, day, total, self._units, agreed=agreed)
        if agreed and change.market is not None:
            but = change.users | change.others
            self._units.scale(change.asset, ratio_of(change.market), but)
        self._book(change, [action])

    def _book(self, change: Change, actions: Iterable[Action]) -> None:
        for action in actions:
            self._act(action)
        for leg in change.legs:
            self._units.add(leg.asset, leg.user, leg.quantity)

    def _give_back(self, lot: Moved) -> None:
        """Capital lowers the cost; taken back (below zero) it raises it again."""
        asset, day, amount = lot.asset, lot.day, lot.amount
        if amount < 0:
            self._act(Opening(lot.id, day, asset, _ZERO, -amount))
            return
        held = self._quantity(asset)
        if held <= 0:
            self._told.remarks.append(remark("capital_of_nothing", day, asset=asset, amount=f"{amount:f}"))
            return
        self._act(Amortisation(lot.id, day, asset, amount / held))

    def _leave(self, lot: Moved, day: date) -> None:
        """Units that leave without a sale, at the average cost; after the day's trades when it needs them."""
        quantity = -lot.quantity
        is_late = day > lot.day
        if lot.waits and self._waits_already(lot.asset, quantity):
            return
        if self._quantity(lot.asset) < quantity and not is_late and self._is_traded(lot.asset, day):
            self._put(self._leaving, lot, day + _ONE_DAY)
            return
        self._act(Left(lot.id, day, lot.asset, quantity, lot.waits))
        self._units.add(lot.asset, lot.user, lot.quantity)
        if not lot.waits:
            self._told.remarks.append(
                remark("left_without_sale", lot.day, asset=lot.asset, quantity=f"{quantity:f}")
            )

    def _waits_already(self, asset: str, quantity: Decimal) -> bool:
        """Whether an event of the market, which nobody booked, left the fraction that a file tells."""
        held = self._holding(asset)
        return held.fraction >= quantity and held.quantity == held.quantity.to_integral_value()

    def _sell_rest(self, fact: MoneyFact) -> None:
        """An auction sells what waits. Rights that were sold: those held when nothing else takes them off."""
        asset = fact.asset
        if fact.kind is FactKind.RIGHTS_SALE:
            held = self._quantity(asset)
            if held > 0 and is_right(asset) and not self._leaves_later(asset, fact.day):
                self._act(Left(f"{fact.id}/rights", fact.day, asset, held, waits=True))
            else:
                asset = f"{asset}{RIGHT_OF}"
                self._told.rights[asset] = fact.asset
        self._act(FractionAuction(fact.id, fact.day, asset, fact.amount))

    def _trade(self, trade: Trade, user: str) -> None:
        units = trade.quantity if trade.side is Side.BUY else -trade.quantity
        self._told.trades.append(trade)
        held = self._holding(trade.asset)
        self._held[trade.asset] = Holding(held.asset, held.quantity + units, _ZERO, held.fraction)
        self._units.add(trade.asset, user, units)

    def _act(self, action: Action) -> None:
        self._told.actions.append(action)
        for holding in apply_action(self._held, action).changed:
            self._held[holding.asset] = holding

    def _put(self, days: defaultdict[date, list[_T]], one: _T, day: date) -> None:
        days[day].append(one)
        if day not in self._days:
            insort(self._days, day)

    def _holding(self, asset: str) -> Holding:
        return self._held.get(asset, Holding(asset))

    def _quantity(self, asset: str) -> Decimal:
        return self._holding(asset).quantity

    def _is_traded(self, asset: str, day: date) -> bool:
        return any(trade.asset == asset for trade, _ in self._traded[day])

    def _leaves_later(self, asset: str, day: date) -> bool:
        """Whether something booked takes units of an asset off on the day or later."""
        if any(one.asset == asset and one.day >= day for one in self._told.leaving):
            return True
        sold = [(one.asset, one.day) for one, _ in self._told.traded if one.side is Side.SELL]
        legs = [(leg.asset, leg.day) for each in self._told.changes for leg in each.legs if leg.quantity < 0]
        return any(each == asset and at >= day for each, at in (*sold, *legs))

    def _touched(self, asset: str, first: date, end: date) -> bool:
        """Whether units came or went from `first` on, before `end`."""
        moved = [(one.asset, one.day) for one in (*self._told.shifts, *self._told.leaving)]
        came = [(one.asset, one.day) for one, _, _ in self._told.coming]
        traded = [(one.asset, one.day) for one, _ in self._told.traded]
        return any(each == asset and first <= day < end for each, day in (*moved, *came, *traded))


#: Names, then exchanges, then units: as actions of one day are applied.
_RANK = {FactKind.CONVERSION: 0, FactKind.SPLIT: 1, FactKind.BONUS: 2}


def _first_day(change: Change) -> date:
    return change.day if change.market is None else min(change.day, change.market.day)


def _by_day(things: Iterable[_T], day_of: Callable[[_T], date]) -> defaultdict[date, list[_T]]:
    found: defaultdict[date, list[_T]] = defaultdict(list)
    for one in things:
        found[day_of(one)].append(one)
    return found
