"""Holdings times quotes, seen through the tree of targets: what each node is worth and how far it is off.

The whole is what is invested, plus the cash when the tree has a cash leaf. What is held outside the
tree hangs under the root as `untargeted:ASSET` with a target of 0, so that nothing is left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from fiel.kernel.errors import Refused
from fiel.portfolio.positions import Position
from fiel.portfolio.quotes import Quote
from fiel.portfolio.targets import HUNDRED, PlacedNode, TargetNode, placed

UNTARGETED = "untargeted:"
ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class ValuedNode:
    """A node with its worth. `value` in money; the rest are fractions.

    `weight` is of the whole and `weight_of_parent` of the parent's value; both are `None` when what
    they divide by is zero, since no share of nothing exists. `deviation` = weight - target and
    `deviation_of_parent` likewise.
    """

    id: str
    label: str
    depth: int
    parent: str | None
    asset: str | None
    is_cash: bool
    value: Decimal
    target: Decimal
    target_of_parent: Decimal
    weight: Decimal | None
    weight_of_parent: Decimal | None

    @property
    def deviation(self) -> Decimal | None:
        """How far the weight is from the target, of the whole; above zero = too much."""
        return None if self.weight is None else self.weight - self.target

    @property
    def deviation_of_parent(self) -> Decimal | None:
        """How far the weight is from the target, of the parent; above zero = too much."""
        return None if self.weight_of_parent is None else self.weight_of_parent - self.target_of_parent


@dataclass(frozen=True, slots=True)
class Valuation:
    """A portfolio at one instant. `whole` and `cash` in money; `nodes` parents first.

    `oldest` is the time of the oldest quote used, or `None` when none was needed.
    """

    whole: Decimal
    cash: Decimal
    cash_counts: bool
    nodes: tuple[ValuedNode, ...]
    oldest: datetime | None

    def node(self, node_id: str) -> ValuedNode:
        """The node with this id; `KeyError` if there is none."""
        for node in self.nodes:
            if node.id == node_id:
                return node
        raise KeyError(node_id)


def value_tree(
    targets: TargetNode, positions: Iterable[Position], quotes: Mapping[str, Quote], cash: Decimal = ZERO
) -> Valuation:
    """Value a sound tree (see `targets.problems_of`) from what is held and its quotes.

    Raises `Refused` (`price_missing`) for anything held without a quote: unknown is never zero.
    """
    held: dict[str, Decimal] = {}
    for position in positions:
        held[position.asset] = held.get(position.asset, ZERO) + position.quantity
    worth = {asset: _worth(asset, quantity, quotes) for asset, quantity in held.items() if quantity}
    nodes = placed(_with_untargeted(targets, worth))
    values = _values(nodes, worth, cash)
    whole = values[targets.id]
    moments = [quotes[asset].as_of for asset in worth]
    return Valuation(
        whole,
        cash,
        any(place.node.cash for place in nodes),
        tuple(_valued(place, values, whole) for place in nodes),
        min(moments) if moments else None,
    )


def _worth(asset: str, quantity: Decimal, quotes: Mapping[str, Quote]) -> Decimal:
    quote = quotes.get(asset)
    if quote is None:
        raise Refused(
            "price_missing",
            f"{asset} is held but has no price; the whole would be wrong without it",
            field=f"quotes.{asset}",
        )
    return quantity * quote.price


def _with_untargeted(targets: TargetNode, worth: Mapping[str, Decimal]) -> TargetNode:
    targeted = {node.asset for node in targets.walk()}
    extra = tuple(
        TargetNode(f"{UNTARGETED}{asset}", ZERO, asset=asset, label=asset)
        for asset in sorted(worth)
        if asset not in targeted
    )
    return TargetNode(
        targets.id, children=(*targets.children, *extra), band=targets.band, label=targets.label
    )


def _values(nodes: list[PlacedNode], worth: Mapping[str, Decimal], cash: Decimal) -> dict[str, Decimal]:
    values = dict.fromkeys((place.id for place in nodes), ZERO)
    for place in reversed(nodes):
        if place.node.cash:
            values[place.id] += cash
        elif place.node.asset is not None:
            values[place.id] += worth.get(place.node.asset, ZERO)
        if place.parent is not None:
            values[place.parent] += values[place.id]
    return values


def _valued(place: PlacedNode, values: Mapping[str, Decimal], whole: Decimal) -> ValuedNode:
    value = values[place.id]
    above = whole if place.parent is None else values[place.parent]
    weight = place.node.weight
    return ValuedNode(
        place.id,
        place.node.name,
        place.depth,
        place.parent,
        place.node.asset,
        place.node.cash,
        value,
        place.share,
        Decimal(1) if weight is None else weight / HUNDRED,
        value / whole if whole else None,
        value / above if above else None,
    )
