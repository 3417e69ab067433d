"""The end of a search without costs: the last two assets of a branch, and whether a whole plan is kept."""

from __future__ import annotations

import math

from fiel.rebalancing.jit import jit
from fiel.rebalancing.kernels.arrays import FloatArray, IntArray
from fiel.rebalancing.kernels.laminar import BUDGET_TOLERANCE, INFINITE
from fiel.rebalancing.kernels.pair import (
    ROOM_A,
    START,
    ZERO,
    answer_to,
    value_of,
    whole_answer,
    whole_room,
)

#: Objectives closer than this (relative, and absolute on the scale of 1e-6) are ties.
TIE = 1e-12
TIE_SCALE = 1e-6
#: Places in `result`.
OBJECTIVE, BOUND, NODES, FOUND = 0, 1, 2, 3


@jit
def tracking_of_classes(
    node_target: FloatArray,
    node_weight: FloatArray,
    node_count: int,
    child_start: IntArray,
    child_end: IntArray,
    fixed: FloatArray,
    total: FloatArray,
) -> float:
    """The squared errors of all inner nodes when every leaf is fixed: nothing is left to relax."""
    value = 0.0
    for v in range(node_count - 1, -1, -1):
        s = fixed[v]
        for c in range(child_start[v], child_end[v]):
            s += total[c]
        total[v] = s
        e = s - node_target[v]
        value += node_weight[v] * e * e
    return value


@jit
def better_tie(
    depth_count: int,
    by_name: IntArray,
    lots: IntArray,
    best: IntArray,
    unit: FloatArray,
) -> int:
    """Among equals: fewer orders, then less turnover, then more of the asset whose name comes first."""
    orders = 0
    orders_best = 0
    turnover = 0.0
    turnover_best = 0.0
    for i in range(depth_count):
        k = by_name[i]
        if lots[k] != 0:
            orders += 1
        if best[k] != 0:
            orders_best += 1
        turnover += abs(lots[k]) * unit[k]
        turnover_best += abs(best[k]) * unit[k]
    if orders != orders_best:
        return 1 if orders < orders_best else 0
    if abs(turnover - turnover_best) > TIE:
        return 1 if turnover < turnover_best else 0
    for i in range(depth_count):
        k = by_name[i]
        if lots[k] != best[k]:
            return 1 if lots[k] > best[k] else 0
    return 0


@jit
def take_if_better(
    depth_count: int,
    value: float,
    u: float,
    sequence: IntArray,
    by_name: IntArray,
    unit: FloatArray,
    lots: IntArray,
    best: IntArray,
) -> float:
    """Keep the plan in `lots` when it is better than `best`, or as good and preferred; the objective then."""
    wins = value < u - TIE * max(u, TIE_SCALE) if u < INFINITE else True
    if wins or better_tie(depth_count, by_name, lots, best, unit) == 1:
        u = value if wins else min(u, value)
        for i in range(depth_count):
            best[sequence[i]] = lots[sequence[i]]
    return u


@jit
def limit_of(u: float) -> float:
    """What a plan may cost and still be as good as `u`."""
    return u + TIE * max(u, TIE_SCALE) if u < INFINITE else INFINITE


@jit
def finish(
    depth_count: int,
    node_count: int,
    nodes_max: int,
    settled: float,
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
    node_target: FloatArray,
    node_weight: FloatArray,
    child_start: IntArray,
    child_end: IntArray,
    fixed: FloatArray,
    total: FloatArray,
    pair: FloatArray,
    lots: IntArray,
    best: IntArray,
    result: FloatArray,
) -> int:
    """Try the last two assets' lots around the pair's optimum; 0 when the node cap came first.

    `result` holds the best objective and the nodes so far, and gets the new ones.
    """
    a = sequence[depth_count - 2]
    b = sequence[depth_count - 1]
    over_a = leaf_parent[a]
    over_b = leaf_parent[b]
    highest = lots_max[a]
    if twin[depth_count - 2] == 1:
        highest = min(highest, lots[sequence[depth_count - 3]])
    noise = 1e-15 * pair[ZERO]
    start = lots_min[a] + int(math.floor(pair[START] / unit[a] + 1e-9))
    for direction in range(2):
        z = min(start, highest) if direction == 0 else start + 1
        while lots_min[a] <= z <= highest:
            above = unit[a] * (z - lots_min[a])
            if above > pair[ROOM_A] + BUDGET_TOLERANCE:
                break
            u = result[OBJECTIVE]
            limit = limit_of(u) + noise
            if value_of(above, answer_to(above, pair), pair) > limit:
                break
            if result[NODES] >= nodes_max and u < INFINITE:
                return 0
            result[NODES] += 1.0
            most = lots_max[b]
            if twin[depth_count - 1] == 1:
                most = min(most, z)
            most = whole_room(above, unit[b], pair, most - lots_min[b])
            count = whole_answer(above, unit[b], pair, most)
            # The neighbours may be as good.
            for other in range(max(count - 1, 0), min(count + 1, most) + 1):
                if value_of(above, unit[b] * other, pair) > limit:
                    continue
                lots[a] = z
                lots[b] = lots_min[b] + other
                x = held[a] + unit[a] * z
                y = held[b] + unit[b] * lots[b]
                error_a = x - leaf_target[a]
                error_b = y - leaf_target[b]
                before_a = fixed[over_a]
                fixed[over_a] = before_a + x
                before_b = fixed[over_b]
                fixed[over_b] = before_b + y
                value = settled + leaf_weight[a] * error_a * error_a + leaf_weight[b] * error_b * error_b
                value += tracking_of_classes(
                    node_target, node_weight, node_count, child_start, child_end, fixed, total
                )
                fixed[over_b] = before_b
                fixed[over_a] = before_a
                if value <= limit_of(result[OBJECTIVE]):
                    result[FOUND] = 1.0
                    result[OBJECTIVE] = take_if_better(
                        depth_count, value, result[OBJECTIVE], sequence, by_name, unit, lots, best
                    )
            z += 1 if direction == 1 else -1
    return 1
