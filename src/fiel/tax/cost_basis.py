"""From trades and corporate actions to what each sale gained, by weighted average cost over all brokers.

Everything is derived again from the beginning, so an event that is learned of late corrects the sales
after it. Within a day: corporate actions first; then, asset by asset, the day trades of each broker are
taken out; then what is left was bought before it was sold, whatever the broker. Source: IN RFB 1585/2015
art. 58 and 65; buying before selling within a day over brokers is this program's reading.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, localcontext
from types import MappingProxyType

from fiel.kernel.errors import Conflict, Refused
from fiel.kernel.rounding import finance_context
from fiel.portfolio.corporate_actions import (
    Action,
    Outcome,
    RightsExercised,
    RightsIssued,
    apply_action,
    in_order,
)
from fiel.portfolio.holdings import Holding, share_of
from fiel.tax.dated_rows import Category
from fiel.tax.trades import DayPair, Paired, Piece, Side, Trade, pair_day

_ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Realised:
    """One sale, or the cover of a short one. Reais: `proceeds` gross, `fees`, `cost` (`None` = unknown).

    `sale_value` is what counts as sold in the month; it is zero when a short sale, counted when it was
    made, is covered.
    """

    id: str
    day: date
    asset: str
    category: Category
    broker: str
    quantity: Decimal
    sale_value: Decimal
    proceeds: Decimal
    fees: Decimal
    cost: Decimal | None

    @property
    def gain(self) -> Decimal:
        """Net of fees, unrounded. Raises `Refused` (`average_cost_missing`) when the cost is unknown."""
        if self.cost is None:
            raise Refused(
                "average_cost_missing",
                f"the gain on {self.asset} sold on {self.day} needs what it cost; give its opening cost",
                field=f"positions.{self.asset}.average_cost",
            )
        with localcontext(finance_context()):
            return self.proceeds - self.fees - self.cost


@dataclass(frozen=True, slots=True)
class Premium:
    """An option premium in reais outside day trades: received above zero, paid below."""

    day: date
    broker: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class History:
    """What came of the trades: sales, day trades, events and what is held at the end, by asset."""

    sales: tuple[Realised, ...] = ()
    day_trades: tuple[DayPair, ...] = ()
    outcomes: tuple[Outcome, ...] = ()
    premiums: tuple[Premium, ...] = ()
    holdings: Mapping[str, Holding] = field(default_factory=lambda: MappingProxyType({}))
    categories: Mapping[str, Category] = field(default_factory=lambda: MappingProxyType({}))


def replay(
    trades: Iterable[Trade],
    actions: Iterable[Action] = (),
    *,
    until: date | None = None,
    short_selling: bool = False,
    categories: Mapping[str, Category] = MappingProxyType({}),
) -> History:
    """The history up to and with the day `until`.

    `categories` names assets that were never traded, such as the shares of a spin-off. The order of trades
    counts only within one day, asset and broker. Raises `Conflict` (`trade_twice`) for an id given twice,
    `Refused` (`quantity_not_held`) when more is sold than held and `short_selling` is off.

    >>> def trade(id: str, day: int, side: Side, quantity: str, price: str) -> Trade:
    ...     made = Decimal(quantity), Decimal(price)
    ...     return Trade(id, date(2026, 1, day), "INVE3", Category.STOCK, side, *made)
    >>> buys = [trade("a", 5, Side.BUY, "100", "10.00"), trade("b", 8, Side.BUY, "100", "12.00")]
    >>> replay([*buys, trade("c", 10, Side.SELL, "200", "13.00")]).sales[0].gain
    Decimal('400.00')
    """
    run = _Run(short_selling, dict(categories))
    by_day = _by_day(trades)
    events: dict[date, list[Action]] = defaultdict(list)
    for action in in_order(actions):
        events[action.day].append(action)
    with localcontext(finance_context()):
        for day in sorted(by_day.keys() | events.keys()):
            if until is not None and day > until:
                break
            for action in events.get(day, ()):
                run.act(action)
            run.trade(by_day.get(day, ()))
    return run.history()


def _by_day(trades: Iterable[Trade]) -> dict[date, list[Trade]]:
    seen: set[str] = set()
    by_day: dict[date, list[Trade]] = defaultdict(list)
    for trade in trades:
        if trade.id in seen:
            raise Conflict("trade_twice", f"the trade {trade.id} was given twice", field=f"trades.{trade.id}")
        seen.add(trade.id)
        by_day[trade.day].append(trade)
    return by_day


class _Run:
    """The holdings as the days go by, and what was realised on the way."""

    def __init__(self, short_selling: bool, categories: dict[str, Category]) -> None:
        self._short = short_selling
        self._holdings: dict[str, Holding] = {}
        self._categories = categories
        self._right_of: dict[str, Category] = {}
        self._sales: list[Realised] = []
        self._pairs: list[DayPair] = []
        self._outcomes: list[Outcome] = []
        self._premiums: list[Premium] = []

    def act(self, action: Action) -> None:
        """One corporate action, and the category of an asset that it makes."""
        applied = apply_action(self._holdings, action)
        for holding in applied.changed:
            self._holdings[holding.asset] = holding
            if holding.asset not in self._categories and action.asset in self._categories:
                self._categories[holding.asset] = self._category_made(action)
        if isinstance(action, RightsIssued) and action.asset in self._categories:
            self._right_of[action.right] = self._categories[action.asset]
        self._outcomes.extend(applied.outcomes)

    def _category_made(self, action: Action) -> Category:
        """Rights of shares are a category of their own; exercised, they are what they came from."""
        source = self._categories[action.asset]
        if isinstance(action, RightsIssued) and source is not Category.FII:
            return Category.RIGHT
        if isinstance(action, RightsExercised) and source is Category.RIGHT:
            return self._right_of.get(action.asset, Category.STOCK)
        return source

    def trade(self, trades: Sequence[Trade]) -> None:
        """All trades of one day, assets in alphabetical order."""
        assets: dict[str, dict[str, list[Trade]]] = defaultdict(lambda: defaultdict(list))
        for trade in sorted(trades, key=lambda one: one.sequence):
            assets[trade.asset][trade.broker].append(trade)
            self._categories[trade.asset] = trade.category
        for asset in sorted(assets):
            brokers = [pair_day(assets[asset][broker]) for broker in sorted(assets[asset])]
            self._pairs.extend(paired.pair for paired in brokers if paired.pair)
            self._settle(asset, brokers)

    def _settle(self, asset: str, brokers: Sequence[Paired]) -> None:
        pieces = [piece for paired in brokers for piece in paired.left]
        self._premiums.extend(_premiums(pieces))
        held = self._holdings.get(asset, Holding(asset))
        for piece in pieces:
            if piece.trade.side is Side.BUY:
                held = self._buy(held, piece)
        self._holdings[asset] = self._sell(held, [one for one in pieces if one.trade.side is Side.SELL])

    def _buy(self, held: Holding, piece: Piece) -> Holding:
        covered = min(piece.quantity, -held.quantity) if held.quantity < 0 else _ZERO
        paid = piece.value + piece.fees
        if not covered:
            return held.plus(piece.quantity, paid)
        share = share_of(paid, covered, piece.quantity)
        received = held.cost_of(-covered)
        proceeds = _ZERO if received is None else -received
        cost = None if received is None else share
        self._sales.append(_realised(piece, covered, _ZERO, proceeds, _ZERO, cost))
        after = held.minus(-covered)
        return after if covered == piece.quantity else after.plus(piece.quantity - covered, paid - share)

    def _sell(self, held: Holding, pieces: Sequence[Piece]) -> Holding:
        """All sales of the day at one average: what they take is cut off the running total."""
        start, gone, taken = held, _ZERO, _ZERO
        for piece in pieces:
            closing = min(piece.quantity, max(start.quantity - gone, _ZERO))
            if closing < piece.quantity and not self._short:
                raise _not_held(piece, start.quantity - gone)
            if closing:
                gone += closing
                total = start.cost_of(gone)
                cost = None if total is None else total - taken
                taken = _ZERO if total is None else total
                self._sales.append(_closed(piece, closing, cost))
                held = start.minus(gone)
            if closing < piece.quantity:
                held = self._short_sale(held, piece, piece.quantity - closing)
        return held

    def _short_sale(self, held: Holding, piece: Piece, quantity: Decimal) -> Holding:
        value = quantity * piece.trade.price
        fees = piece.fees - share_of(piece.fees, piece.quantity - quantity, piece.quantity)
        self._sales.append(_realised(piece, quantity, value, _ZERO, _ZERO, _ZERO))
        return held.plus(-quantity, fees - value)

    def history(self) -> History:
        """All of it, with the assets of which nothing is left out."""
        left = {name: one for name, one in sorted(self._holdings.items()) if one.quantity or one.fraction}
        return History(
            tuple(self._sales),
            tuple(self._pairs),
            tuple(self._outcomes),
            tuple(self._premiums),
            MappingProxyType(left),
            MappingProxyType(dict(sorted(self._categories.items()))),
        )


def _closed(piece: Piece, quantity: Decimal, cost: Decimal | None) -> Realised:
    value = quantity * piece.trade.price
    fees = share_of(piece.fees, quantity, piece.quantity)
    return _realised(piece, quantity, value, value, fees, cost)


def _realised(
    piece: Piece, quantity: Decimal, sale: Decimal, proceeds: Decimal, fees: Decimal, cost: Decimal | None
) -> Realised:
    made = piece.trade
    return Realised(
        *(made.id, made.day, made.asset, made.category, made.broker),
        *(quantity, sale, proceeds, fees, cost),
    )


def _premiums(pieces: Iterable[Piece]) -> Iterator[Premium]:
    for piece in pieces:
        if piece.trade.category is Category.OPTION:
            amount = piece.value if piece.trade.side is Side.SELL else -piece.value
            yield Premium(piece.trade.day, piece.trade.broker, amount)


def _not_held(piece: Piece, held: Decimal) -> Refused:
    made = piece.trade
    return Refused(
        "quantity_not_held",
        f"{piece.quantity} {made.asset} were sold on {made.day} and {max(held, _ZERO)} were held; "
        "a purchase, an opening balance or a corporate action is missing",
        field=f"trades.{made.id}.quantity",
        details={"held": str(max(held, _ZERO)), "missing": str(piece.quantity - held)},
    )


def holdings_on(
    trades: Iterable[Trade],
    actions: Iterable[Action],
    day: date,
    *,
    short_selling: bool = False,
) -> Mapping[str, Holding]:
    """What was held at the end of a day, by asset."""
    return replay(trades, actions, until=day, short_selling=short_selling).holdings
