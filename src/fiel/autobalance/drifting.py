"""How far a portfolio is from its model, node by node, to be shown to people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from fiel.autobalance.model_text import BalanceModel
from fiel.autobalance.registry.judging import beyond, template_of
from fiel.portfolio.targets import PlacedNode, placed
from fiel.rebalancing.evaluation import exact
from fiel.rebalancing.problem import Strategy

_Band = tuple[int, Decimal, Decimal]


@dataclass(frozen=True, slots=True)
class DriftRow:
    """One node. `target` and `actual` are fractions of the whole, `value` in money; `limit` is the half-width
    of its band, a fraction of the whole (or of its parent, as the strategy measures), `None` without one.
    """

    id: str
    label: str
    depth: int
    asset: str | None
    target: Decimal
    actual: Decimal
    value: Decimal
    limit: Decimal | None
    is_out: bool


@dataclass(frozen=True, slots=True)
class Drifted:
    """All nodes in the order of the tree, and `whole` in money."""

    rows: tuple[DriftRow, ...]
    whole: Decimal


def drifted(
    model: BalanceModel,
    strategy: Strategy,
    quantities: Mapping[str, int],
    cash: int,
    currency: str,
    prices: Mapping[str, Decimal],
) -> Drifted | None:
    """The nodes at prices (money per unit): `quantities` in billionths, `cash` in minor units.

    `None` when a price that matters is missing.
    """
    template = template_of(model, strategy)
    values = template.node_values(quantities, cash, currency, prices)
    if values is None:
        return None
    # The template has its nodes in an order of its own.
    index = {node.id: node.index for node in template.model.nodes}
    bands = {node: (base, weight, limit) for node, base, weight, limit in template.limits}
    with exact():
        rows = [
            _row(place, values, index[place.id], bands.get(index[place.id]))
            for place in placed(model.tree)
            if place.depth
        ]
    return Drifted(tuple(rows), values[0])


def _row(place: PlacedNode, values: list[Decimal], index: int, band: _Band | None) -> DriftRow:
    """To be called in the exact context."""
    value, whole = values[index], values[0]
    limit, is_out = None, False
    if band is not None:
        limit, is_out = band[2], beyond(values, index, *band)
    actual = value / whole if whole else Decimal(0)
    node = place.node
    return DriftRow(
        node.id, node.name, place.depth - 1, node.asset, place.share, actual, value, limit, is_out
    )
