"""The smallest contribution that restores balance by buying only, with fractional lots and no fees.

Why it is exact. Let V be the value of the root after the contribution (all assets, plus the cash when it
is a leaf). With nothing sold, a node can hold between a floor and a ceiling, both functions of V:

    leaf     floor = max(held, low * V)             ceiling = high * V, min(held, ...) if not to grow
    class    floor = max(sum of floors, low * V)    ceiling = min(sum of ceilings, high * V)

with low/high = weight -/+ limit (0 and 1 without a band). Sums of intervals are intervals, so a plan
exists exactly when floor <= ceiling at every node and the root's interval holds V. Floors are convex in
V (max and sum of lines) and ceilings concave, so each gap floor - ceiling is convex and the feasible V
form one interval. Its left end is found from below: at an infeasible V the tangent of a violated gap
underestimates the gap, hence nothing before the tangent's zero is feasible and V may jump there; a gap
that does not fall never closes again. The gaps have finitely many pieces, so the walk ends on the exact
left end, in rational numbers. On the basis "parent" the same argument runs class by class, bottom up:
each class has an interval of values that it can take with its children in band.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import ROUND_CEILING, Decimal
from fractions import Fraction
from typing import NamedTuple

from fiel.rebalancing.drift import NodeBand, bands, before_orders
from fiel.rebalancing.evaluation import Evaluation, exact
from fiel.rebalancing.model import Model, ModelNode
from fiel.rebalancing.plan import BalanceHint
from fiel.rebalancing.problem import Basis

CENT = Decimal("0.01")
NONE = Fraction(0)


class Line(NamedTuple):
    """A line just after a point: its value there and its slope. Tuple order is order just after the point."""

    value: Fraction
    slope: Fraction

    def times(self, factor: Fraction) -> Line:
        return Line(self.value * factor, self.slope * factor)

    def minus(self, other: Line) -> Line:
        return Line(self.value - other.value, self.slope - other.slope)


Gaps = Callable[[Line], Iterable[Line]]


class Reach(NamedTuple):
    """The values that a node can take without a sale; `high` is `None` when nothing bounds it."""

    low: Fraction
    high: Fraction | None


def balance_hint(model: Model, before: Evaluation | None = None) -> BalanceHint:
    """How much to contribute, in all (in place of the problem's flow), to balance without selling.

    Money, rounded up to the cent. Cash at hand is spent first, except the minimum cash and the month's tax
    so far. `exact` brings every node to its target weight, `within_bands` into its band (`None` without
    bands). When no contribution can, it is `None` and `blocking` names the leaves that would have to be
    sold: held without a target, or too large for one that may not grow (may not be bought, or has a
    maximum weight below its target). `before` is the evaluation of no orders, if at hand.
    """
    before = before if before is not None else before_orders(model)
    with exact():
        kept_from_cash = before.residual_cash - model.problem.flow
        invested = sum(
            (before.node_values[node.index] for node in model.nodes if node.asset >= 0), Decimal(0)
        )
    available = Fraction(invested) + Fraction(kept_from_cash)
    blocking = _blocking(model, before)
    whole = None if blocking else _balanced_whole(model, before)
    in_band = _whole_within_bands(model, before, available)
    return BalanceHint(
        _contribution(model, whole, available), _contribution(model, in_band, available), blocking
    )


def _contribution(model: Model, whole: Fraction | None, available: Fraction) -> Decimal | None:
    if whole is None:
        return None
    kept = NONE if model.cash_leaf >= 0 else Fraction(model.problem.minimum_cash)
    missing = max(NONE, whole + kept - available)
    with exact():
        return (Decimal(missing.numerator) / missing.denominator).quantize(CENT, ROUND_CEILING)


def _leaves(model: Model) -> list[ModelNode]:
    return [node for node in model.nodes if node.asset >= 0]


def _may_grow(model: Model, node: ModelNode) -> bool:
    asset = model.assets[node.asset]
    return asset.can_buy and (asset.maximum_weight is None or asset.maximum_weight >= node.share)


def _blocking(model: Model, before: Evaluation) -> tuple[str, ...]:
    """The leaves that no contribution can bring to their target, in model order."""
    sizes = {
        node.index: Fraction(before.node_values[node.index]) / Fraction(node.share)
        for node in _leaves(model)
        if node.share > 0
    }
    fixed = [sizes[n.index] for n in _leaves(model) if n.index in sizes and not _may_grow(model, n)]
    ceiling = min(fixed) if fixed else None
    return tuple(
        node.id
        for node in _leaves(model)
        if (node.share == 0 and before.node_values[node.index] > 0)
        or (ceiling is not None and sizes.get(node.index, NONE) > ceiling)
    )


def _balanced_whole(model: Model, before: Evaluation) -> Fraction:
    """The least whole at which no leaf is above its target; classes follow, being sums of their leaves."""
    sizes = [
        Fraction(before.node_values[node.index]) / Fraction(node.share)
        for node in _leaves(model)
        if node.share > 0
    ]
    if model.cash_leaf >= 0 and model.nodes[model.cash_leaf].share > 0:
        sizes.append(Fraction(model.problem.minimum_cash) / Fraction(model.nodes[model.cash_leaf].share))
    return max(sizes, default=NONE)


def _whole_within_bands(model: Model, before: Evaluation, available: Fraction) -> Fraction | None:
    """The least value of the root with every node in its band and nothing sold; `None` without bands."""
    in_force = {band.node: band for band in bands(model)}
    if not in_force:
        return None
    held = [
        Fraction(model.problem.minimum_cash if node.is_cash else before.node_values[node.index])
        for node in model.nodes
    ]
    # Cash that is a leaf is part of the whole, so the whole cannot be less than what is there already.
    start = available if model.cash_leaf >= 0 else sum((held[n.index] for n in _leaves(model)), NONE)
    if model.problem.strategy.basis is Basis.PORTFOLIO:
        return _first_closed(lambda whole: _gaps_of_tree(model, held, in_force, whole), start)
    reach = _reach_by_parent(model, held, in_force)
    if reach is None or (reach.high is not None and reach.high < start):
        return None
    return reach.low


def _edges(band: NodeBand | None) -> tuple[Fraction, Fraction]:
    if band is None:
        return NONE, Fraction(1)
    weight, limit = Fraction(band.weight), Fraction(band.limit)
    return weight - limit, weight + limit


def _gaps_of_tree(
    model: Model, held: list[Fraction], in_force: dict[int, NodeBand], whole: Line
) -> list[Line]:
    """Floor - ceiling of every node when the root is worth `whole`; feasible when none is positive."""
    zero = Line(NONE, NONE)
    floors, ceilings = [zero] * len(model.nodes), [zero] * len(model.nodes)
    gaps = []
    for node in reversed(model.nodes):
        low, high = _edges(in_force.get(node.index))
        floor, ceiling = floors[node.index], ceilings[node.index]
        if node.asset >= 0 or node.is_cash:
            floor = Line(held[node.index], NONE)
            ceiling = floor if node.asset >= 0 and not _may_grow(model, node) else whole
        if node.parent < 0:
            low = high = Fraction(1)
        floor, ceiling = max(floor, whole.times(low)), min(ceiling, whole.times(high))
        gaps.append(floor.minus(ceiling))
        if node.parent >= 0:
            above = floors[node.parent]
            floors[node.parent] = Line(above.value + floor.value, above.slope + floor.slope)
            above = ceilings[node.parent]
            ceilings[node.parent] = Line(above.value + ceiling.value, above.slope + ceiling.slope)
    return gaps


def _reach_by_parent(model: Model, held: list[Fraction], in_force: dict[int, NodeBand]) -> Reach | None:
    """The values that the root can take with every node in band of its parent; `None` if there is none."""
    children: list[list[tuple[Reach, Fraction, Fraction]]] = [[] for _ in model.nodes]
    for node in reversed(model.nodes):
        if node.asset >= 0 or node.is_cash:
            fixed = node.asset >= 0 and not _may_grow(model, node)
            reach: Reach | None = Reach(held[node.index], held[node.index] if fixed else None)
        else:
            reach = _reach_of_class(children[node.index])
        if reach is None or node.parent < 0:
            return reach
        children[node.parent].append((reach, *_edges(in_force.get(node.index))))
    return None


def _reach_of_class(children: list[tuple[Reach, Fraction, Fraction]]) -> Reach | None:
    def gaps(own: Line) -> list[Line]:
        found, floors, ceilings = [], Line(NONE, NONE), Line(NONE, NONE)
        for reach, low, high in children:
            floor = max(Line(reach.low, NONE), own.times(low))
            ceiling = own.times(high)
            if reach.high is not None:
                ceiling = min(ceiling, Line(reach.high, NONE))
            found.append(floor.minus(ceiling))
            floors = Line(floors.value + floor.value, floors.slope + floor.slope)
            ceilings = Line(ceilings.value + ceiling.value, ceilings.slope + ceiling.slope)
        return [*found, floors.minus(own), own.minus(ceilings)]

    lowest = _first_closed(gaps, sum((reach.low for reach, _, _ in children), NONE))
    if lowest is None or all(reach.high is None for reach, _, _ in children):
        return None if lowest is None else Reach(lowest, None)
    beyond = _beyond_every_bend(children, lowest)
    last = gaps(Line(beyond, Fraction(1)))
    if all(gap.value <= 0 for gap in last):
        # From here on all gaps are straight lines, so the first rising one to reach 0 ends the interval.
        ends = [beyond - gap.value / gap.slope for gap in last if gap.slope > 0]
        return Reach(lowest, min(ends, default=None))
    # The right end is the left end of the mirror image: walk down from beyond the last bend.
    highest = _first_closed(lambda mirrored: gaps(mirrored.times(Fraction(-1))), -beyond)
    return Reach(lowest, lowest if highest is None else -highest)


def _beyond_every_bend(children: list[tuple[Reach, Fraction, Fraction]], lowest: Fraction) -> Fraction:
    bends = [
        level / edge
        for reach, *edges in children
        for level in (reach.low, reach.high)
        if level is not None
        for edge in edges
        if edge > 0
    ]
    return max([lowest, *bends]) + 1


def _first_closed(gaps: Gaps, start: Fraction) -> Fraction | None:
    """The least point from `start` on at which no (convex, piecewise linear) gap is positive."""
    point = start
    while True:
        jumps = [NONE]
        for gap in gaps(Line(point, Fraction(1))):
            if gap.value > 0:
                if gap.slope >= 0:
                    return None
                jumps.append(gap.value / -gap.slope)
        if jumps == [NONE]:
            return point
        point += max(jumps)
