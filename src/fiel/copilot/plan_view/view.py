"""A plan as rows to show: names beside ids, money to the cent that adds up, weights in percent.

Text, HTML and the command line all draw this one view, so that they can never disagree.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from fiel.copilot.plan_view.adding_up import DISPLAY_ROUNDING, parts_adding_up, rounded
from fiel.rebalancing.plan import NodeState, NotTraded, Order, OrderReason, Side, SkipReason, Solution
from fiel.rebalancing.problem import AssetLine

_ZERO = Decimal(0)
_HUNDRED = Decimal(100)
_MARKS = "¹²³⁴⁵⁶⁷⁸⁹"


@dataclass(frozen=True, slots=True)
class MoneySummary:
    """Where the money goes, in cents that add up.

    `cash_before + flow + sells - buys - fees - tax == cash_left`, exactly. `rounding` names the rule;
    `was_rounded` tells whether any exact amount had more than two decimals.
    """

    cash_before: Decimal
    flow: Decimal
    sells: Decimal
    buys: Decimal
    fees: Decimal
    tax: Decimal
    cash_left: Decimal
    was_rounded: bool
    rounding: str = DISPLAY_ROUNDING


@dataclass(frozen=True, slots=True)
class OrderRow:
    """One order to show. `value` and `fee` are in cents and sum to the summary's; `price` is exact."""

    asset: str
    name: str
    side: Side
    quantity: Decimal
    lots: Decimal
    lot: Decimal
    price: Decimal
    value: Decimal
    fee: Decimal
    as_of: datetime | None
    source: str | None
    mark: str
    reason: OrderReason | None


@dataclass(frozen=True, slots=True)
class NodeRow:
    """One node to show: percent of the whole, two decimals, half-even."""

    id: str
    label: str
    depth: int
    asset: str | None
    is_cash: bool
    is_leaf: bool
    target: Decimal
    before: Decimal
    after: Decimal
    band: Decimal | None
    value_before: Decimal
    value_after: Decimal
    is_outside_band: bool

    @property
    def deviation(self) -> Decimal:
        """After minus target, in percentage points."""
        return self.after - self.target


@dataclass(frozen=True, slots=True)
class SkipRow:
    """One asset without an order, and why."""

    asset: str
    name: str
    code: NotTraded
    deficit: Decimal
    facts: Mapping[str, Decimal]


@dataclass(frozen=True, slots=True)
class PriceNote:
    """Assets whose prices have the same time and source; `mark` is the footnote sign in the tables."""

    mark: str
    as_of: datetime | None
    source: str | None
    assets: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PlanView:
    """Everything that is shown of a plan."""

    solution: Solution
    orders: tuple[OrderRow, ...]
    nodes: tuple[NodeRow, ...]
    skips: tuple[SkipRow, ...]
    money: MoneySummary
    prices: tuple[PriceNote, ...]

    @property
    def currency(self) -> str:
        return self.solution.currency

    @property
    def has_fees(self) -> bool:
        return self.money.fees != 0


def view_of(solution: Solution, assets: Sequence[AssetLine]) -> PlanView:
    """The view of a solution, with names, lots, price times and sources taken from the asset lines.

    Raises `Corrupt` when the solution's money does not add up.
    """
    lines = {line.id: line for line in assets}
    money = summary_of(solution)
    prices = _price_notes(assets)
    return PlanView(
        solution,
        _order_rows(solution, lines, money, prices),
        _node_rows(solution.nodes),
        tuple(_skip_row(skip, lines) for skip in solution.skipped),
        money,
        prices,
    )


def printable(text: str) -> str:
    """`text` without control characters, so that a name in a file cannot drive the terminal."""
    return "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in text)


def summary_of(solution: Solution) -> MoneySummary:
    """The money of a plan in cents; see `MoneySummary` for the identity that holds."""
    exact = (
        solution.cash_before,
        solution.flow,
        _total(solution.orders, Side.SELL),
        -_total(solution.orders, Side.BUY),
        -solution.fees,
        -solution.tax,
    )
    cash_left = rounded(solution.residual_cash)
    shown = parts_adding_up(exact, cash_left)
    cash, flow, sells, buys, fees, tax = shown
    was_rounded = cash_left != solution.residual_cash or list(exact) != shown
    return MoneySummary(
        cash, flow, sells, _positive(buys), _positive(fees), _positive(tax), cash_left, was_rounded
    )


def _positive(outflow: Decimal) -> Decimal:
    return -outflow if outflow else outflow.copy_abs()


def _total(orders: Sequence[Order], side: Side) -> Decimal:
    return sum((order.value for order in orders if order.side is side), _ZERO)


def _order_rows(
    solution: Solution, lines: Mapping[str, AssetLine], money: MoneySummary, prices: Sequence[PriceNote]
) -> tuple[OrderRow, ...]:
    values = _shown_values(solution.orders, money)
    fees = parts_adding_up([order.fee for order in solution.orders], money.fees) if solution.orders else []
    reasons = {reason.asset: reason for reason in solution.reasons}
    marks = {asset: note.mark for note in prices for asset in note.assets}
    return tuple(
        OrderRow(
            order.asset,
            printable(lines[order.asset].name or order.asset),
            order.side,
            order.quantity,
            order.quantity / lines[order.asset].lot,
            lines[order.asset].lot,
            order.price,
            values[order.asset],
            fee,
            lines[order.asset].as_of,
            lines[order.asset].source,
            marks.get(order.asset, ""),
            reasons.get(order.asset),
        )
        for order, fee in zip(solution.orders, fees, strict=True)
    )


def _shown_values(orders: Sequence[Order], money: MoneySummary) -> dict[str, Decimal]:
    shown: dict[str, Decimal] = {}
    for side, total in ((Side.BUY, money.buys), (Side.SELL, money.sells)):
        chosen = [order for order in orders if order.side is side]
        parts = parts_adding_up([order.value for order in chosen], total) if chosen else []
        shown |= {order.asset: part for order, part in zip(chosen, parts, strict=True)}
    return shown


def _node_rows(nodes: Sequence[NodeState]) -> tuple[NodeRow, ...]:
    parents = {node.parent for node in nodes}
    return tuple(
        NodeRow(
            n.id,
            printable(n.label),
            n.depth,
            n.asset,
            n.is_cash,
            n.id not in parents,
            _percent(n.target),
            _percent(n.before),
            _percent(n.after),
            None if n.band is None else n.band * _HUNDRED,
            rounded(n.value_before),
            rounded(n.value_after),
            n.band is not None and abs(n.after - n.target) > n.band,
        )
        for n in nodes
    )


def _percent(fraction: Decimal) -> Decimal:
    """Percent to two decimals. Not made to add up: an asset without an order must read the same twice."""
    return rounded(fraction * _HUNDRED)


def _skip_row(skip: SkipReason, lines: Mapping[str, AssetLine]) -> SkipRow:
    line = lines.get(skip.asset)
    name = printable((line.name if line else None) or skip.asset)
    return SkipRow(skip.asset, name, skip.code, skip.deficit, dict(skip.facts))


def _price_notes(assets: Sequence[AssetLine]) -> tuple[PriceNote, ...]:
    """Prices grouped by time and source, the largest group first and, when it is alone, without a mark."""
    groups: dict[tuple[datetime | None, str | None], list[str]] = {}
    for line in sorted(assets, key=lambda line: line.id):
        if line.price is not None and not line.ignored:
            groups.setdefault((line.as_of, line.source), []).append(line.id)
    ordered = sorted(groups.items(), key=lambda item: -len(item[1]))
    return tuple(
        PriceNote(_mark(number, len(ordered)), as_of, printable(source) if source else None, tuple(ids))
        for number, ((as_of, source), ids) in enumerate(ordered)
    )


def _mark(number: int, groups: int) -> str:
    if groups == 1:
        return ""
    return _MARKS[number] if number < len(_MARKS) else f"({number + 1})"
