"""How far each node is from its target, and which nodes are out of their band.

A node is out when |x_v / V0 - w_v| > limit, with limit = min(absolute, relative * w_v); exactly at the
limit is inside. V0 is the invested value, plus the cash when the tree has a cash leaf. On the basis
"parent", x_v is measured against its parent's value and w_v is its weight in the parent.
Comparisons are made in money, without a division, so an edge is an edge.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from fiel.portfolio.targets import HUNDRED
from fiel.rebalancing.evaluation import Evaluation, evaluate, exact
from fiel.rebalancing.model import Model, ModelNode
from fiel.rebalancing.plan import Drift, NodeState
from fiel.rebalancing.problem import Basis

ZERO = Decimal(0)


class Direction(StrEnum):
    """On which side of its band a node is out."""

    ABOVE = "above"
    BELOW = "below"


@dataclass(frozen=True, slots=True)
class OutOfBand:
    """A node outside its band; `actual`, `target`, `limit` are fractions of the basis (whole or parent)."""

    node: str
    label: str
    actual: Decimal
    target: Decimal
    limit: Decimal
    direction: Direction


@dataclass(frozen=True, slots=True)
class NodeBand:
    """The band of one node: `weight` and `limit` are fractions of `base`, a node (0 = the whole)."""

    node: int
    base: int
    weight: Decimal
    limit: Decimal


def bands(model: Model) -> tuple[NodeBand, ...]:
    """The bands in force, parents first: none for the root, none for classes when only leaves count."""
    strategy = model.problem.strategy
    by_parent = strategy.basis is Basis.PARENT
    in_parent = _weights_in_parent(model) if by_parent else {}
    found = []
    with exact():
        for node in model.nodes[1:]:
            if strategy.leaves_only and not _is_leaf(node):
                continue
            weight = in_parent.get(node.id, ZERO) if by_parent else node.share
            limit = node.band.limit(weight)
            if limit is not None:
                found.append(NodeBand(node.index, node.parent if by_parent else 0, weight, limit))
    return tuple(found)


def out_of_band(model: Model, values: Sequence[Decimal] | None = None) -> tuple[OutOfBand, ...]:
    """The nodes outside their band, parents first; of the holdings as they are, or of given node `values`.

    An empty base holds 0 % of everything: each node with a target beyond its limit is out.
    """
    found = []
    with exact():
        if values is None:
            values = _values_now(model)
        for band in bands(model):
            base = values[band.base]
            error = values[band.node] - band.weight * base if base else -band.weight
            if abs(error) > band.limit * (base or 1):
                node = model.nodes[band.node]
                actual = values[band.node] / base if base else ZERO
                side = Direction.ABOVE if error > 0 else Direction.BELOW
                found.append(OutOfBand(node.id, node.label, actual, band.weight, band.limit, side))
    return tuple(found)


def node_states(model: Model, before: Evaluation, after: Evaluation) -> tuple[NodeState, ...]:
    """Every node before and after the orders, parents first, as fractions of the final whole W.

    `before` is the evaluation of no orders, so the flow has arrived and nothing is bought yet. A band
    measured against the parent is told at the parent's target size.
    """
    with exact():
        width = {band.node: band.limit * model.nodes[band.base].share for band in bands(model)}
        return tuple(
            NodeState(
                node.id,
                node.label,
                node.depth,
                model.nodes[node.parent].id if node.parent >= 0 else None,
                model.assets[node.asset].id if node.asset >= 0 else None,
                node.is_cash,
                node.share,
                value_before / model.whole,
                value_after / model.whole,
                value_before,
                value_after,
                width.get(node.index),
            )
            for node, value_before, value_after in zip(
                model.nodes, before.node_values, after.node_values, strict=True
            )
        )


def drift(model: Model, before: Evaluation, after: Evaluation) -> Drift:
    """The three measures of drift, before and after the orders, all as fractions of W."""
    with exact():
        return Drift(
            before.tracking,
            after.tracking,
            _largest(model, before),
            _largest(model, after),
            _half_sum(model, before),
            _half_sum(model, after),
        )


def before_orders(model: Model) -> Evaluation:
    """The evaluation of no orders: the portfolio with the flow in and the month's tax so far set aside."""
    return evaluate(model, [0] * len(model.assets))


def _is_leaf(node: ModelNode) -> bool:
    return node.asset >= 0 or node.is_cash


def _values_now(model: Model) -> list[Decimal]:
    return model.values([a.quantity for a in model.assets], model.problem.cash + model.problem.flow)


def _weights_in_parent(model: Model) -> dict[str, Decimal]:
    """Node id -> its own weight, a fraction of its parent; assets outside the tree are not listed (0)."""
    nodes = model.problem.targets.walk()
    return {node.id: (node.weight or ZERO) / HUNDRED for node in nodes}


def _errors(model: Model, evaluation: Evaluation, *, leaves_only: bool) -> list[Decimal]:
    return [
        abs(value - node.share * model.whole) / model.whole
        for node, value in zip(model.nodes, evaluation.node_values, strict=True)
        if _is_leaf(node) or not leaves_only
    ]


def _largest(model: Model, evaluation: Evaluation) -> Decimal:
    return max(_errors(model, evaluation, leaves_only=False))


def _half_sum(model: Model, evaluation: Evaluation) -> Decimal:
    return sum(_errors(model, evaluation, leaves_only=True), ZERO) / 2
