"""Whole lots without costs: depth-first branch and bound on the laminar relaxation. Exact.

One asset is fixed per level, the largest lot first; its candidates are tried nearest to the
relaxed value first, in both directions (Schnorr and Euchner's order). The bound is convex in the
candidate, so a direction ends at its first candidate that cannot win. Before the relaxation is
solved again, the parent's solution gives a bound for nothing: moving one asset by delta from the
relaxed optimum costs gradient * delta + curvature * delta^2 as long as the others' bounds allow
(`follow`), and never less than the same with the curvature seen when everything gives way freely.

Stopping at a node cap leaves the best plan so far and a bound that is still proven.
"""

from __future__ import annotations

import math

from fiel.rebalancing.jit import jit
from fiel.rebalancing.kernels.arrays import FloatArray, IntArray, scratch
from fiel.rebalancing.kernels.follow import FIELDS, FLOW, bound_beside, follow
from fiel.rebalancing.kernels.laminar import BUDGET_TOLERANCE, INFINITE, relax, relax_again
from fiel.rebalancing.kernels.lots_end import (
    BOUND,
    FOUND,
    NODES,
    OBJECTIVE,
    TIE,
    TIE_SCALE,
    better_tie,
    finish,
    limit_of,
    take_if_better,
    tracking_of_classes,
)
from fiel.rebalancing.kernels.pair import ABOVE, PAIR, START, answer_to, lay_paths, pose, value_of

__all__ = [
    "BOUND",
    "FOUND",
    "NODES",
    "OBJECTIVE",
    "TIE",
    "TIE_SCALE",
    "better_tie",
    "curvatures",
    "search",
    "tracking",
]


@jit
def curvatures(
    depth_count: int,
    sequence: IntArray,
    leaf_parent: IntArray,
    leaf_weight: FloatArray,
    node_weight: FloatArray,
    node_parent: IntArray,
    node_count: int,
    compliance: FloatArray,
    rigidity: FloatArray,
    curvature: FloatArray,
) -> None:
    """Per level: the least curvature seen by its asset when all later ones give way freely.

    `compliance` holds, on entry, the sum of 1/lambda of the leaves that are never fixed, per node.
    """
    for v in range(node_count - 1, 0, -1):
        compliance[node_parent[v]] += compliance[v] / (1.0 + node_weight[v] * compliance[v])
    for level in range(depth_count - 1, -1, -1):
        leaf = sequence[level]
        own = 1.0 / leaf_weight[leaf]
        v = leaf_parent[leaf]
        added = own
        while v >= 0:
            before = compliance[v] / (1.0 + node_weight[v] * compliance[v])
            compliance[v] += added
            added = compliance[v] / (1.0 + node_weight[v] * compliance[v]) - before
            v = node_parent[v]
        rigidity[0] = node_weight[0]
        for v in range(1, node_count):
            outer = rigidity[node_parent[v]]
            rest = compliance[node_parent[v]] - compliance[v] / (1.0 + node_weight[v] * compliance[v])
            rest = max(rest, 0.0)
            rigidity[v] = node_weight[v] + outer / (1.0 + outer * rest)
        outer = rigidity[leaf_parent[leaf]]
        rest = max(compliance[leaf_parent[leaf]] - own, 0.0)
        curvature[level] = leaf_weight[leaf] + outer / (1.0 + outer * rest)


@jit
def tracking(
    leaf_target: FloatArray,
    leaf_weight: FloatArray,
    leaf_value: FloatArray,
    node_target: FloatArray,
    node_weight: FloatArray,
    leaf_end: IntArray,
    first: IntArray,
    total: FloatArray,
    node_count: int,
) -> float:
    """The squared errors of the free leaves and of all inner nodes at the settled values."""
    value = 0.0
    for v in range(node_count):
        for k in range(first[v], leaf_end[v]):
            e = leaf_value[k] - leaf_target[k]
            value += leaf_weight[k] * e * e
        e = total[v] - node_target[v]
        value += node_weight[v] * e * e
    return value


@jit
def open_bound(
    level: int,
    sequence: IntArray,
    down: IntArray,
    up: IntArray,
    lots_min: IntArray,
    lots_max: IntArray,
    held: FloatArray,
    unit: FloatArray,
    star: FloatArray,
    bound: FloatArray,
    gradient: FloatArray,
    curvature: FloatArray,
    pieces: FloatArray,
    best: float,
) -> float:
    """What is proven when the search stops early: the least bound of all that was not looked at."""
    least = best
    for d in range(level + 1):
        k = sequence[d]
        if down[d] >= lots_min[k]:
            delta = held[k] + unit[k] * down[d] - star[d]
            least = min(least, bound_beside(d, delta, bound[d], gradient[d], curvature[d], pieces))
        if up[d] <= lots_max[k]:
            delta = held[k] + unit[k] * up[d] - star[d]
            least = min(least, bound_beside(d, delta, bound[d], gradient[d], curvature[d], pieces))
    return least


@jit
def search(
    depth_count: int,
    node_count: int,
    budget: float,
    spend_all: int,
    nodes_max: int,
    sequence: IntArray,
    twin: IntArray,
    by_name: IntArray,
    held: FloatArray,
    unit: FloatArray,
    lots_min: IntArray,
    lots_max: IntArray,
    leaf_parent: IntArray,
    leaf_target: FloatArray,
    leaf_weight: FloatArray,
    leaf_ease: FloatArray,
    leaf_lo: FloatArray,
    leaf_hi: FloatArray,
    leaf_value: FloatArray,
    node_target: FloatArray,
    node_weight: FloatArray,
    node_stiffness: FloatArray,
    leaf_end: IntArray,
    child_start: IntArray,
    child_end: IntArray,
    first: IntArray,
    fixed: FloatArray,
    price: FloatArray,
    total: FloatArray,
    slope: FloatArray,
    work: FloatArray,
    trail: IntArray,
    curvature: FloatArray,
    down: IntArray,
    up: IntArray,
    star: FloatArray,
    bound: FloatArray,
    gradient: FloatArray,
    base: FloatArray,
    spent: FloatArray,
    committed: FloatArray,
    least_after: FloatArray,
    lots: IntArray,
    best: IntArray,
    result: FloatArray,
) -> None:
    """Search; `best` gets the lots per leaf, `result` objective, proven bound, nodes, found (0/1).

    `twin[d]` = 1 when level d's asset equals the one before it in everything: it may then not
    take more lots than its twin, or every permutation of equals would be searched.
    """
    result[OBJECTIVE] = INFINITE
    result[BOUND] = INFINITE
    result[NODES] = 1.0
    result[FOUND] = 0.0
    feasible = relax(
        budget, spend_all, leaf_target, leaf_ease, leaf_lo, leaf_hi, leaf_value, node_target,
        node_stiffness, leaf_end, child_start, child_end, first, fixed, price, total, slope, work, trail,
    )  # fmt: skip
    if feasible == 0:
        return
    value = tracking(
        leaf_target, leaf_weight, leaf_value, node_target, node_weight, leaf_end, first, total, node_count
    )
    if depth_count == 0:
        result[OBJECTIVE] = value
        result[BOUND] = value
        result[FOUND] = 1.0
        return
    # The least that the assets after a level can be worth: no need to relax what cannot be paid.
    least = 0.0
    leaf_count = 0
    for v in range(node_count):
        for k in range(leaf_end[v] - 1, first[v] - 1, -1):
            least += leaf_lo[k]
            leaf_count += 1
    all_fixed = leaf_count == depth_count
    committed[0] = 0.0
    for level in range(depth_count):
        least -= leaf_lo[sequence[level]]
        least_after[level] = least
    pieces = scratch(FIELDS * depth_count)
    flow = scratch(FLOW * node_count)
    paths = scratch(ABOVE * node_count)
    pair = scratch(PAIR)
    pair_level = depth_count - 3 if all_fixed else -1
    if pair_level >= 0:
        lay_paths(
            node_count, leaf_parent[sequence[depth_count - 2]], leaf_parent[sequence[depth_count - 1]],
            child_start, child_end, paths,
        )  # fmt: skip
    u = INFINITE
    nodes = 1
    level = 0
    entering = True
    spent[0] = 0.0
    while level >= 0:
        k = sequence[level]
        v = leaf_parent[k]
        if entering:
            x = leaf_value[k]
            star[level] = x
            bound[level] = value
            base[level] = fixed[v]
            gradient[level] = 0.0
            if x <= leaf_lo[k] or x >= leaf_hi[k]:
                gradient[level] = (x - leaf_target[k]) / leaf_ease[k] - price[v]
            nearest = int(math.floor((x - held[k]) / unit[k] + 1e-9))
            highest = lots_max[k]
            if twin[level] == 1:
                highest = min(highest, lots[sequence[level - 1]])
            down[level] = min(nearest, highest)
            up[level] = max(nearest + 1, lots_min[k])
            if up[level] > highest:
                up[level] = lots_max[k] + 1
            follow(
                level, k, node_count, budget, spend_all, leaf_parent, leaf_target, leaf_weight,
                leaf_ease, leaf_lo, leaf_hi, leaf_value, node_target, node_stiffness, leaf_end,
                child_start, child_end, first, price, total, pieces, flow,
            )  # fmt: skip
            entering = False
        highest = lots_max[k]
        if twin[level] == 1:
            highest = min(highest, lots[sequence[level - 1]])
        going_down = down[level] >= lots_min[k]
        going_up = up[level] <= highest
        if not going_down and not going_up:
            level -= 1
            if level >= 0:
                k = sequence[level]
                v = leaf_parent[k]
                fixed[v] = base[level]
                first[v] = k
            continue
        below = star[level] - (held[k] + unit[k] * down[level])
        above = held[k] + unit[k] * up[level] - star[level]
        is_down = going_down and (not going_up or below <= above)
        z = down[level] if is_down else up[level]
        x = held[k] + unit[k] * z
        delta = x - star[level]
        limit = limit_of(u)
        if bound_beside(level, delta, bound[level], gradient[level], curvature[level], pieces) > limit:
            if is_down:
                down[level] = lots_min[k] - 1
            else:
                up[level] = lots_max[k] + 1
            continue
        if nodes >= nodes_max and u < INFINITE:
            result[BOUND] = open_bound(
                level, sequence, down, up, lots_min, lots_max, held, unit, star, bound, gradient,
                curvature, pieces, u,
            )  # fmt: skip
            result[OBJECTIVE] = u
            result[NODES] = nodes
            return
        nodes += 1
        if is_down:
            down[level] = z - 1
        else:
            up[level] = z + 1
        if committed[level] + x + least_after[level] > budget + BUDGET_TOLERANCE:
            if not is_down:
                up[level] = lots_max[k] + 1
            continue
        lots[k] = z
        fixed[v] = base[level] + x
        first[v] = k + 1
        e = x - leaf_target[k]
        settled = spent[level] + leaf_weight[k] * e * e
        is_last = level == depth_count - 1
        value = INFINITE
        if is_last and all_fixed:
            feasible = 1
            value = settled + tracking_of_classes(
                node_target, node_weight, node_count, child_start, child_end, fixed, total
            )
        elif level == pair_level:
            feasible = pose(
                sequence[level + 1], sequence[level + 2], node_count, budget, settled, leaf_target,
                leaf_weight, leaf_lo, leaf_hi, node_target, node_weight, child_start, child_end, fixed,
                total, paths, pair,
            )  # fmt: skip
            if feasible == 1:
                value = value_of(pair[START], answer_to(pair[START], pair), pair)
            if value <= limit:
                result[OBJECTIVE] = u
                result[NODES] = nodes
                finished = finish(
                    depth_count, node_count, nodes_max, settled, sequence, twin, by_name, held, unit,
                    lots_min, lots_max, leaf_parent, leaf_target, leaf_weight, node_target,
                    node_weight, child_start, child_end, fixed, total, pair, lots, best, result,
                )  # fmt: skip
                u = result[OBJECTIVE]
                nodes = int(result[NODES])
                if finished == 0:
                    # Not done with this candidate: it stays open.
                    if is_down:
                        down[level] = z
                    else:
                        up[level] = z
                fixed[v] = base[level]
                first[v] = k
                continue
        else:
            feasible = relax_again(
                budget, spend_all, leaf_target, leaf_ease, leaf_lo, leaf_hi, leaf_value, node_target,
                node_stiffness, leaf_end, child_start, child_end, first, fixed, price, total, slope, work,
                trail,
            )  # fmt: skip
            if feasible == 1:
                value = settled + tracking(
                    leaf_target, leaf_weight, leaf_value, node_target, node_weight, leaf_end, first, total,
                    node_count,
                )  # fmt: skip
        if feasible == 0 or value > limit or is_last:
            if feasible == 1 and value <= limit:
                result[FOUND] = 1.0
                u = take_if_better(depth_count, value, u, sequence, by_name, unit, lots, best)
            fixed[v] = base[level]
            first[v] = k
            # Convex in the candidate: nothing farther in this direction can be better. Infeasible
            # downwards is the exception: fewer lots may fit.
            if is_down and (feasible == 1):
                down[level] = lots_min[k] - 1
            elif not is_down:
                up[level] = lots_max[k] + 1
            continue
        spent[level + 1] = settled
        committed[level + 1] = committed[level] + x
        level += 1
        entering = True
    result[OBJECTIVE] = u
    result[BOUND] = u
    result[NODES] = nodes
