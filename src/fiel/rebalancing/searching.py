"""Runs the kernels on a layout: makes the work space, calls, and reads the lots back."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import product

from fiel.rebalancing.kernels import cost_relax, cost_search, laminar, lots
from fiel.rebalancing.kernels.arrays import Arrays, FloatArray
from fiel.rebalancing.layout import Groups, Layout

STACK_MAX = 4000


@dataclass(frozen=True, slots=True)
class Found:
    """What a kernel found: lots per leaf, its own objective, the bound it proved, nodes visited."""

    lots: tuple[int, ...]
    objective: float
    bound: float
    node_count: int
    feasible: bool


def search_lots(layout: Layout, *, tighten: float, nodes_max: int, arrays: Arrays) -> Found:
    """Exact search without costs. `tighten` is taken from the budget (0, or a hair to survive rounding)."""
    n = len(layout.sequence)
    leaves, nodes = layout.leaf_count, layout.node_count
    low, high = _bounds(layout)
    weight = layout.leaf_weight
    searched = set(layout.sequence)
    sequence = arrays.ints(layout.sequence)
    leaf_parent = arrays.ints(layout.leaf_parent)
    leaf_target, leaf_weight = arrays.floats(layout.leaf_target), arrays.floats(weight)
    node_weight = arrays.floats(layout.node_weight)
    curvature = arrays.zeros(n)
    lots.curvatures(
        n, sequence, leaf_parent, leaf_weight, node_weight, arrays.ints(layout.node_parent), nodes,
        arrays.floats(_compliance(layout, low, high)), arrays.zeros(nodes), curvature,
    )  # fmt: skip
    best, result = arrays.int_zeros(leaves), arrays.zeros(8)
    leaf_value = arrays.zeros(leaves)
    first = arrays.ints(layout.leaf_start)
    relaxed = (
        leaf_target, arrays.floats(0.5 / w for w in weight), arrays.floats(low), arrays.floats(high),
        leaf_value, arrays.floats(layout.node_target),
    )  # fmt: skip
    stiffness = arrays.floats(2.0 * w for w in layout.node_weight)
    tree = (arrays.ints(layout.leaf_end), arrays.ints(layout.child_start), arrays.ints(layout.child_end))
    fixed, price, total, slope = (arrays.zeros(nodes) for _ in range(4))
    work, trail = arrays.zeros(laminar.WORK * nodes), arrays.int_zeros(laminar.TRAIL * nodes)
    budget, spend_all = _budget(layout, tighten)
    lots.search(
        n, nodes, budget, spend_all, nodes_max, sequence,
        arrays.ints(1 if layout.twin_of[k] >= 0 else 0 for k in layout.sequence),
        arrays.ints(k for k in layout.by_name if k in searched),
        arrays.floats(layout.held), arrays.floats(layout.unit),
        arrays.ints(span.least for span in layout.ranges), arrays.ints(span.most for span in layout.ranges),
        leaf_parent, leaf_target, leaf_weight, *relaxed[1:], node_weight, stiffness, *tree, first, fixed,
        price, total, slope, work, trail,
        curvature, arrays.int_zeros(n), arrays.int_zeros(n), arrays.zeros(n), arrays.zeros(n),
        arrays.zeros(n), arrays.zeros(n), arrays.zeros(n + 1), arrays.zeros(n + 1), arrays.zeros(n + 1),
        arrays.int_zeros(leaves), best, result,
    )  # fmt: skip
    chosen = [int(best[k]) for k in range(leaves)]
    feasible = result[lots.FOUND] > 0.5
    if feasible and any(layout.fine):
        for v in range(nodes):
            first[v], fixed[v] = layout.leaf_start[v], 0.0
        relaxation = partial(
            laminar.relax,
            budget, spend_all, *relaxed, stiffness, *tree, first, fixed, price, total, slope, work, trail,
        )  # fmt: skip
        worth = partial(
            lots.tracking, leaf_target, leaf_weight, leaf_value, relaxed[-1], node_weight, tree[0], first,
            total, nodes,
        )  # fmt: skip
        _round_fine(layout, relaxation, worth, relaxed[2:5], chosen)
    return Found(
        tuple(chosen),
        float(result[lots.OBJECTIVE]),
        float(result[lots.BOUND]),
        int(result[lots.NODES]),
        feasible,
    )


def _compliance(layout: Layout, low: list[float], high: list[float]) -> list[float]:
    """Per node: the sum of 1/lambda of the leaves that are free and never fixed."""
    compliance = [0.0] * layout.node_count
    searched = set(layout.sequence)
    for k, weight in enumerate(layout.leaf_weight):
        if k not in searched and low[k] < high[k]:
            compliance[layout.leaf_parent[k]] += 1.0 / weight
    return compliance


def _bounds(layout: Layout) -> tuple[list[float], list[float]]:
    low = [h + u * s.least for h, u, s in zip(layout.held, layout.unit, layout.ranges, strict=True)]
    high = [h + u * s.most for h, u, s in zip(layout.held, layout.unit, layout.ranges, strict=True)]
    if layout.cash_leaf >= 0:
        low[layout.cash_leaf] = layout.minimum_cash
        high[layout.cash_leaf] = laminar.INFINITE
    return low, high


def _budget(layout: Layout, tighten: float) -> tuple[float, int]:
    if layout.cash_leaf >= 0:
        return 1.0, 1
    return layout.budget - tighten, 0


def _round_fine(
    layout: Layout,
    relaxation: Callable[[], int],
    worth: Callable[[], float],
    reach: tuple[FloatArray, FloatArray, FloatArray],
    chosen: list[int],
) -> None:
    """Lots too fine to branch on, coarsest first: the better neighbour, the finer ones giving way.

    What one asset's rounding leaves or takes thus goes to finer lots, and only the finest leave a rest.
    """
    low, high, leaf_value = reach

    def settle(k: int, count: int) -> None:
        low[k] = high[k] = layout.held[k] + layout.unit[k] * count

    for k in layout.sequence:
        settle(k, chosen[k])
    fine = [k for k, is_fine in enumerate(layout.fine) if is_fine]
    for k in sorted(fine, key=lambda k: (-layout.unit[k], layout.leaf_asset[k])):
        relaxation()
        span = layout.ranges[k]
        below = math.floor((leaf_value[k] - layout.held[k]) / layout.unit[k])
        tried = []
        for count in (below, below + 1):
            count = min(max(count, span.least), span.most)
            settle(k, count)
            tried.append((worth() if relaxation() else math.inf, count))
        # Neither can be paid: fewer lots are nearer to what can, and the rest is settled in Decimal.
        chosen[k] = min(tried)[1]
        settle(k, chosen[k])


def _lots_within_cap(layout: Layout, groups: Groups, leaf: int, group: int) -> int:
    """How many lots of an asset alone can be sold in a month that stays exempt."""
    return math.floor((groups.exempt[group] - groups.sales[group]) / layout.unit[leaf] + 1e-9)


def search_with_costs(
    layout: Layout,
    groups: Groups,
    leaf_group: Sequence[int],
    gain_share: Sequence[float],
    tiers: Sequence[tuple[float, float, float]],
    *,
    kappa: float,
    tighten: float,
    nodes_max: int,
    arrays: Arrays,
) -> Found:
    """Search with fees, minimum orders, taxes and destination bands."""
    leaves, nodes, count = layout.leaf_count, layout.node_count, len(groups.ids)
    low, high = _bounds(layout)
    stack_size = min(400 + 40 * leaves, STACK_MAX)
    starts = list(product(*groups.states))
    stack_lo, stack_hi = arrays.int_zeros(stack_size * leaves), arrays.int_zeros(stack_size * leaves)
    stack_state = arrays.int_zeros(stack_size * count)
    stack_multiplier = arrays.zeros(stack_size * count)
    for row, states in enumerate(starts):
        for k, span in enumerate(layout.ranges):
            least = span.least
            if leaf_group[k] >= 0 and states[leaf_group[k]] == cost_relax.EXEMPT:
                least = max(least, -_lots_within_cap(layout, groups, k, leaf_group[k]))
            stack_lo[row * leaves + k], stack_hi[row * leaves + k] = least, span.most
        for g, state in enumerate(states):
            stack_state[row * count + g] = state
            stack_multiplier[row * count + g] = 1.0 if state == cost_relax.TAXED else 0.0
    has_cash_leaf = layout.cash_leaf >= 0
    unit = [u if span.least < span.most else 0.0 for u, span in zip(layout.unit, layout.ranges, strict=True)]
    best, result = arrays.int_zeros(leaves), arrays.zeros(8)
    cost_search.search(
        nodes_max, len(starts), stack_size, leaves, nodes, count,
        layout.budget - tighten, 1.0 - tighten if has_cash_leaf else layout.budget - tighten,
        -kappa if has_cash_leaf else 0.0, kappa, layout.cash_leaf, layout.minimum_cash,
        sum(1 for u in unit if u > 0.0), arrays.ints(k for k in layout.by_name if unit[k] > 0.0),
        arrays.ints(layout.twin_of),
        arrays.ints(s.least for s in layout.ranges), arrays.ints(s.most for s in layout.ranges),
        arrays.ints(s.order_least for s in layout.ranges),
        arrays.floats(layout.held), arrays.floats(unit), arrays.floats(gain_share), arrays.ints(leaf_group),
        arrays.floats(groups.rate),
        arrays.floats(e - s if e >= 0 else -1.0 for e, s in zip(groups.exempt, groups.sales, strict=True)),
        arrays.floats(groups.exempt), arrays.floats(groups.sales), arrays.floats(groups.taxable),
        len(tiers), arrays.floats(t[0] for t in tiers), arrays.floats(t[1] for t in tiers),
        arrays.floats(t[2] for t in tiers),
        arrays.floats(layout.leaf_target), arrays.floats(layout.leaf_weight),
        arrays.floats(layout.leaf_slack), arrays.ints(layout.leaf_parent),
        arrays.floats(layout.node_target), arrays.floats(layout.node_weight),
        arrays.floats(layout.node_slack), arrays.ints(layout.node_parent), arrays.ints(layout.leaf_start),
        arrays.ints(layout.leaf_end), arrays.ints(layout.child_start), arrays.ints(layout.child_end),
        arrays.floats(low), arrays.floats(high), arrays.zeros(leaves), arrays.zeros(leaves),
        arrays.zeros(leaves), arrays.zeros(leaves), arrays.zeros(leaves), arrays.zeros(nodes),
        arrays.zeros(nodes), arrays.zeros(nodes), arrays.zeros(laminar.WORK * nodes),
        arrays.int_zeros(laminar.TRAIL * nodes), arrays.zeros(nodes), arrays.zeros(nodes),
        arrays.zeros(leaves), arrays.zeros(count), arrays.zeros(2 * count), arrays.zeros(2 * count),
        arrays.zeros(count), arrays.zeros(count), arrays.zeros(leaves), arrays.zeros(leaves),
        arrays.zeros(nodes), arrays.zeros(count), arrays.zeros(count), arrays.zeros(8),
        arrays.int_zeros(leaves), arrays.int_zeros(leaves), arrays.int_zeros(count),
        stack_lo, stack_hi, stack_state, stack_multiplier, arrays.zeros(stack_size),
        arrays.zeros(stack_size), arrays.int_zeros(leaves), best, result,
    )  # fmt: skip
    return Found(
        tuple(int(best[k]) for k in range(leaves)),
        float(result[lots.OBJECTIVE]),
        float(result[lots.BOUND]),
        int(result[lots.NODES]),
        result[lots.FOUND] > 0.5,
    )
