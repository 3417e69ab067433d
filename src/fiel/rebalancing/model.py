"""The problem flattened once, in canonical order, for everything that computes on it.

Assets are sorted by id and the children of every node by the least asset id below them, so that
the same portfolio written in another order is the same model, to the bit. An asset held outside
the tree becomes a leaf `untargeted:ID` under the root with target 0. `whole` (W) counts cash and
the flow exactly once: W = sum(price * quantity) + cash + flow, before costs.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, localcontext

from fiel.portfolio.targets import HUNDRED, Band, TargetNode
from fiel.rebalancing.problem import AssetLine, Destination, Metric, Problem
from fiel.rebalancing.refusals import refuse_if_unanswerable

UNTARGETED = "untargeted:"
PRECISION = 60
#: Weights below this count as this in the relative metric, so that a target of 0 stays finite.
RELATIVE_WEIGHT_MIN = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class ModelNode:
    """A node of the flattened tree; `parent` and `asset` are indices, `share` and `slack` fractions of W.

    `weight` is lambda in the objective. `slack` is the half-width inside which the error of this
    node counts (almost) nothing: 0 when the destination is the target itself.
    """

    index: int
    id: str
    label: str
    depth: int
    parent: int
    share: Decimal
    parent_share: Decimal
    weight: Decimal
    asset: int
    is_cash: bool
    band: Band
    slack: Decimal


@dataclass(frozen=True, slots=True)
class Model:
    """A checked problem, flattened. `nodes` are parents first; node 0 is the root (parent -1)."""

    problem: Problem
    whole: Decimal
    assets: tuple[AssetLine, ...]
    prices: tuple[Decimal, ...]
    nodes: tuple[ModelNode, ...]
    leaf_of_asset: tuple[int, ...]
    cash_leaf: int
    ignored: tuple[AssetLine, ...]

    def path_to_root(self, node: int) -> list[int]:
        """Indices from `node` up to the root, both included."""
        path = [node]
        while self.nodes[path[-1]].parent >= 0:
            path.append(self.nodes[path[-1]].parent)
        return path

    def target(self, node: int) -> Decimal:
        """The node's target in money."""
        return self.nodes[node].share * self.whole

    def values(self, quantities: list[Decimal], cash: Decimal) -> list[Decimal]:
        """The value of every node in money, given the quantity of each asset (model order) and the cash."""
        values = [Decimal(0)] * len(self.nodes)
        for node in reversed(self.nodes):
            if node.asset >= 0:
                values[node.index] += self.prices[node.asset] * quantities[node.asset]
            elif node.is_cash:
                values[node.index] += cash
            if node.parent >= 0:
                values[node.parent] += values[node.index]
        return values


def build(problem: Problem) -> Model:
    """Check a problem and flatten it.

    Raises `Refused` or `InvalidInput`, naming the asset or node, when no honest answer exists.
    """
    refuse_if_unanswerable(problem)
    # The caller's own precision must not reach the shares and the whole.
    with localcontext() as context:
        context.prec = PRECISION
        return _build(problem)


def _build(problem: Problem) -> Model:
    assets = tuple(sorted((a for a in problem.assets if not a.ignored), key=lambda a: a.id))
    prices = tuple(a.price for a in assets if a.price is not None)
    index_of = {a.id: i for i, a in enumerate(assets)}
    whole = sum((p * a.quantity for p, a in zip(prices, assets, strict=True)), problem.cash + problem.flow)
    targeted = {n.asset for n in problem.targets.walk() if n.asset is not None}
    extra = tuple(
        TargetNode(f"{UNTARGETED}{a.id}", Decimal(0), asset=a.id, label=a.name or a.id)
        for a in assets
        if a.id not in targeted
    )
    root = TargetNode(
        problem.targets.id, children=(*problem.targets.children, *extra), band=problem.targets.band
    )
    nodes = _flatten(root, problem, index_of)
    leaf_of_asset = [-1] * len(assets)
    cash_leaf = -1
    for node in nodes:
        if node.asset >= 0:
            leaf_of_asset[node.asset] = node.index
        if node.is_cash:
            cash_leaf = node.index
    return Model(
        problem,
        whole,
        assets,
        prices,
        nodes,
        tuple(leaf_of_asset),
        cash_leaf,
        tuple(a for a in problem.assets if a.ignored),
    )


def _flatten(root: TargetNode, problem: Problem, index_of: dict[str, int]) -> tuple[ModelNode, ...]:
    nodes: list[ModelNode] = []

    def visit(node: TargetNode, depth: int, parent: int, share: Decimal, parent_share: Decimal) -> None:
        index = len(nodes)
        band = node.band if node.band is not None else problem.strategy.band
        nodes.append(
            ModelNode(
                index,
                node.id,
                node.name,
                depth,
                parent,
                share,
                parent_share,
                _weight(problem, depth, share),
                index_of[node.asset] if node.asset is not None else -1,
                node.cash,
                band,
                _slack(problem, band, share) if parent >= 0 else Decimal(0),
            )
        )
        for child in sorted(node.children, key=_first_asset):
            visit(child, depth + 1, index, share * (child.weight or Decimal(0)) / HUNDRED, share)

    visit(root, 0, -1, Decimal(1), Decimal(1))
    return tuple(nodes)


def _first_asset(node: TargetNode) -> tuple[str, str]:
    return min(((n.asset or "", n.id) for n in node.walk() if n.is_leaf), default=("", node.id))


def _weight(problem: Problem, depth: int, share: Decimal) -> Decimal:
    multipliers = problem.objective.level_multipliers
    multiplier = multipliers[min(depth, len(multipliers) - 1)] if multipliers else Decimal(1)
    if problem.objective.metric is Metric.RELATIVE:
        return multiplier / max(share, RELATIVE_WEIGHT_MIN)
    return multiplier


def _slack(problem: Problem, band: Band, share: Decimal) -> Decimal:
    match problem.strategy.destination:
        case Destination.TARGET:
            return Decimal(0)
        case Destination.EDGE:
            return band.limit(share) or Decimal(0)
        case Destination.TOLERANCE:
            return problem.strategy.tolerance.limit(share) or Decimal(0)
