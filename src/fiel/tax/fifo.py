"""First in, first out lots beside the average, for information: Brazilian tax knows the average only."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal, localcontext
from types import MappingProxyType

from fiel.kernel.errors import Refused
from fiel.kernel.rounding import finance_context
from fiel.portfolio.corporate_actions import (
    Action,
    Bonus,
    FractionAuction,
    Left,
    Merger,
    Opening,
    RightsExercised,
    RightsIssued,
    SpinOff,
    Split,
    apply_action,
    in_order,
)
from fiel.portfolio.holdings import Holding, sum_costs
from fiel.tax.trades import Piece, Side, Trade, pair_day

_ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Lot:
    """What was bought on `day` and is still held: `quantity` in units, `cost` in reais (`None` = unknown)."""

    asset: str
    day: date
    quantity: Decimal
    cost: Decimal | None


@dataclass(frozen=True, slots=True)
class LotSale:
    """What a sale took of one lot: `proceeds` net of the sale's fees, in reais."""

    trade: str
    day: date
    bought_on: date
    asset: str
    quantity: Decimal
    proceeds: Decimal
    cost: Decimal | None

    @property
    def gain(self) -> Decimal | None:
        """A loss when negative; `None` when the lot's cost is unknown."""
        with localcontext(finance_context()):
            return None if self.cost is None else self.proceeds - self.cost


@dataclass(frozen=True, slots=True)
class Lots:
    """What is held at the end, oldest first by asset, and what the sales took."""

    held: Mapping[str, tuple[Lot, ...]]
    sales: tuple[LotSale, ...]


def fifo_lots(trades: Iterable[Trade], actions: Iterable[Action] = (), *, until: date | None = None) -> Lots:
    """The lots after trades and corporate actions; day trades are taken out first, as for the average.

    An event acts on each lot, which keeps its day; fractions stay in the lots until their auction takes
    them from the oldest. Raises `Refused` (`quantity_not_held`) when more is sold than held: short sales
    have no lots.
    """
    run = _Run()
    by_day: dict[date, list[Trade]] = defaultdict(list)
    events: dict[date, list[Action]] = defaultdict(list)
    for trade in trades:
        by_day[trade.day].append(trade)
    for action in in_order(actions):
        events[action.day].append(action)
    with localcontext(finance_context()):
        for day in sorted(by_day.keys() | events.keys()):
            if until is None or day <= until:
                for action in events.get(day, ()):
                    run.act(action)
                run.trade(by_day.get(day, []))
    held = {asset: tuple(lots) for asset, lots in sorted(run.lots.items()) if lots}
    return Lots(MappingProxyType(held), tuple(run.sales))


class _Run:
    """The lots as the days go by."""

    def __init__(self) -> None:
        self.lots: dict[str, list[Lot]] = defaultdict(list)
        self.sales: list[LotSale] = []

    def trade(self, trades: list[Trade]) -> None:
        groups: dict[tuple[str, str], list[Trade]] = defaultdict(list)
        for trade in sorted(trades, key=lambda one: one.sequence):
            groups[trade.asset, trade.broker].append(trade)
        left = [piece for key in sorted(groups) for piece in pair_day(groups[key]).left]
        for piece in left:
            if piece.trade.side is Side.BUY:
                made = piece.trade
                cost = piece.value + piece.fees
                self.lots[made.asset].append(Lot(made.asset, made.day, piece.quantity, cost))
        for piece in left:
            if piece.trade.side is Side.SELL:
                self._sell(piece)

    def _sell(self, piece: Piece) -> None:
        made, received = piece.trade, piece.value - piece.fees
        remaining = piece.quantity
        for lot in self._take(made.asset, piece.quantity, f"trades.{made.id}.quantity"):
            share = received if lot.quantity == remaining else received * lot.quantity / remaining
            remaining, received = remaining - lot.quantity, received - share
            sold = LotSale(made.id, made.day, lot.day, made.asset, lot.quantity, share, lot.cost)
            self.sales.append(sold)

    def _take(self, asset: str, quantity: Decimal, field: str) -> list[Lot]:
        """The oldest lots up to so many units, which leave."""
        taken: list[Lot] = []
        while quantity > 0:
            if not self.lots[asset]:
                raise Refused(
                    "quantity_not_held", f"{quantity} {asset} more were sold than held", field=field
                )
            first = self.lots[asset][0]
            part = min(first.quantity, quantity)
            cost = Holding(asset, first.quantity, first.cost).cost_of(part)
            taken.append(replace(first, quantity=part, cost=cost))
            quantity -= part
            if part == first.quantity:
                self.lots[asset].pop(0)
            else:
                rest = None if first.cost is None or cost is None else first.cost - cost
                self.lots[asset][0] = replace(first, quantity=first.quantity - part, cost=rest)
        return taken

    def act(self, action: Action) -> None:
        """One event on every lot of its asset; what needs a quantity takes it from the oldest."""
        if isinstance(action, Opening):
            self.lots[action.asset].append(Lot(action.asset, action.day, action.quantity, action.cost))
        elif isinstance(action, RightsExercised):
            lots = self._take(action.asset, action.quantity, f"actions.{action.id}.quantity")
            paid = sum_costs(_ZERO, action.quantity * action.price)
            for lot in lots:
                paid = sum_costs(paid, lot.cost)
            self.lots[action.into].append(Lot(action.into, action.day, action.quantity, paid))
        elif isinstance(action, FractionAuction):
            fraction = sum((lot.quantity for lot in self.lots[action.asset]), _ZERO) % 1
            self._take(action.asset, fraction, f"actions.{action.id}.quantity")
        elif isinstance(action, Left):
            # What waits for its auction stays in the lots until then.
            if not action.waits:
                self._take(action.asset, action.quantity, f"actions.{action.id}.quantity")
        elif isinstance(action, RightsIssued):
            self._issue(action)
        else:
            self._each(_in_parts(action))

    def _issue(self, action: RightsIssued) -> None:
        held = sum((lot.quantity for lot in self.lots[action.asset]), _ZERO)
        book = {action.asset: Holding(action.asset, held, None)}
        for one in apply_action(book, action).changed:
            self.lots[one.asset].append(Lot(one.asset, action.day, one.quantity, one.cost))

    def _each(self, action: Action) -> None:
        before, self.lots[action.asset] = self.lots[action.asset], []
        for lot in before:
            held = Holding(lot.asset, lot.quantity, lot.cost)
            changed = {one.asset: one for one in apply_action({lot.asset: held}, action).changed}
            for one in {lot.asset: held, **changed}.values():
                if one.quantity:
                    self.lots[one.asset].append(Lot(one.asset, lot.day, one.quantity, one.cost))
        for lots in self.lots.values():
            lots.sort(key=lambda lot: lot.day)


def _in_parts(action: Action) -> Action:
    """The event without cutting to whole units, which only the whole holding has."""
    if isinstance(action, Split):
        return replace(action, whole=False, quantity_after=None)
    if isinstance(action, Bonus | SpinOff | Merger):
        return replace(action, whole=False)
    return action
