"""The last two assets of a search without costs, all others fixed: solved directly, nothing relaxed.

With everything else fixed the objective is a quadratic in the two values a and b, above their least.
For a given a the best b is known; and the least over b is convex in a, so that the lots of a are
walked outwards from its minimum until they cannot win any more.
"""

from __future__ import annotations

import math

from fiel.rebalancing.jit import jit
from fiel.rebalancing.kernels.arrays import FloatArray, IntArray
from fiel.rebalancing.kernels.laminar import BUDGET_TOLERANCE, INFINITE

#: The quadratic: its value at the least of both, half its gradient, its second derivatives halved; then
#: the room for both together, for a and for b, and the start of the walk.
ZERO, PUSH_A, PUSH_B, STIFF_A, STIFF_B, BOTH, ROOM, ROOM_A, ROOM_B, START, PAIR = range(11)
#: Fields per inner node: 1.0 where a, where b is below it.
ABOVE, ABOVE_A, ABOVE_B = 2, 0, 1


@jit
def lay_paths(
    node_count: int, over_a: int, over_b: int, child_start: IntArray, child_end: IntArray, paths: FloatArray
) -> None:
    """Note which inner nodes a and b belong to, given the nodes right over them."""
    for v in range(node_count - 1, -1, -1):
        is_a = 1.0 if v == over_a else 0.0
        is_b = 1.0 if v == over_b else 0.0
        for c in range(child_start[v], child_end[v]):
            is_a = max(is_a, paths[ABOVE * c + ABOVE_A])
            is_b = max(is_b, paths[ABOVE * c + ABOVE_B])
        paths[ABOVE * v + ABOVE_A] = is_a
        paths[ABOVE * v + ABOVE_B] = is_b


@jit
def pose(
    a: int,
    b: int,
    node_count: int,
    budget: float,
    settled: float,
    leaf_target: FloatArray,
    leaf_weight: FloatArray,
    leaf_lo: FloatArray,
    leaf_hi: FloatArray,
    node_target: FloatArray,
    node_weight: FloatArray,
    child_start: IntArray,
    child_end: IntArray,
    fixed: FloatArray,
    total: FloatArray,
    paths: FloatArray,
    pair: FloatArray,
) -> int:
    """Write the pair's quadratic and the best a of the continuous problem; 0 when nothing fits."""
    error_a = leaf_lo[a] - leaf_target[a]
    error_b = leaf_lo[b] - leaf_target[b]
    zero = settled + leaf_weight[a] * error_a * error_a + leaf_weight[b] * error_b * error_b
    push_a = leaf_weight[a] * error_a
    push_b = leaf_weight[b] * error_b
    stiff_a = leaf_weight[a]
    stiff_b = leaf_weight[b]
    both = 0.0
    least = leaf_lo[a] + leaf_lo[b]
    for v in range(node_count - 1, -1, -1):
        is_a = paths[ABOVE * v + ABOVE_A]
        is_b = paths[ABOVE * v + ABOVE_B]
        s = fixed[v]
        for c in range(child_start[v], child_end[v]):
            s += total[c]
        total[v] = s
        e = s + is_a * leaf_lo[a] + is_b * leaf_lo[b] - node_target[v]
        pushed = node_weight[v] * e
        zero += pushed * e
        push_a += is_a * pushed
        push_b += is_b * pushed
        stiff_a += is_a * node_weight[v]
        stiff_b += is_b * node_weight[v]
        both += is_a * is_b * node_weight[v]
    room = budget - total[0] - least
    if room < 0.0:
        # A budget spent to the last cent leaves less than nothing by rounding.
        if room < -BUDGET_TOLERANCE:
            return 0
        room = 0.0
    pair[ZERO] = zero
    pair[PUSH_A] = push_a
    pair[PUSH_B] = push_b
    pair[STIFF_A] = stiff_a
    pair[STIFF_B] = stiff_b
    pair[BOTH] = both
    pair[ROOM] = room
    pair[ROOM_A] = min(leaf_hi[a] - leaf_lo[a], room)
    pair[ROOM_B] = min(leaf_hi[b] - leaf_lo[b], room)
    pair[START] = start_of(pair)
    return 1


@jit
def start_of(pair: FloatArray) -> float:
    """The a of the continuous optimum: the best of the three ways b can answer it."""
    top = pair[ROOM_A]
    stiff_a = pair[STIFF_A]
    stiff_b = pair[STIFF_B]
    both = pair[BOTH]
    # b at nothing, b free, b at its most, b taking what is left.
    at_none = -pair[PUSH_A] / stiff_a
    bare = stiff_a - both * both / stiff_b
    at_free = -(pair[PUSH_A] - both * pair[PUSH_B] / stiff_b) / bare
    at_most = -(pair[PUSH_A] + both * pair[ROOM_B]) / stiff_a
    on_line = stiff_a + stiff_b - 2.0 * both
    at_line = -(pair[PUSH_A] - pair[PUSH_B] + (both - stiff_b) * pair[ROOM]) / on_line
    best = 0.0
    least = INFINITE
    for way in range(4):
        x = at_none
        if way == 1:
            x = at_free
        elif way == 2:
            x = at_most
        elif way == 3:
            x = at_line
        x = min(max(x, 0.0), top)
        value = value_of(x, answer_to(x, pair), pair)
        if value < least:
            least = value
            best = x
    return best


@jit
def answer_to(a: float, pair: FloatArray) -> float:
    """The best continuous b for this a."""
    b = -(pair[PUSH_B] + pair[BOTH] * a) / pair[STIFF_B]
    return max(min(b, pair[ROOM_B], pair[ROOM] - a), 0.0)


@jit
def value_of(a: float, b: float, pair: FloatArray) -> float:
    """The objective at a and b (both above their least)."""
    linear = 2.0 * (pair[PUSH_A] * a + pair[PUSH_B] * b)
    return pair[ZERO] + linear + pair[STIFF_A] * a * a + (pair[STIFF_B] * b + 2.0 * pair[BOTH] * a) * b


@jit
def whole_room(a: float, unit: float, pair: FloatArray, limit: int) -> int:
    """The most whole lots of b, counted from its least, that fit beside this a; at most `limit`."""
    room = min(pair[ROOM_B], pair[ROOM] - a)
    return min(int(math.floor(room / unit + 1e-9)), limit)


@jit
def whole_answer(a: float, unit: float, pair: FloatArray, most: int) -> int:
    """The best whole lots of b for this a, counted from its least; -1 = none fit."""
    count = min(int(math.floor(answer_to(a, pair) / unit + 1e-9)), most)
    if count < most and value_of(a, unit * (count + 1), pair) < value_of(a, unit * count, pair):
        count += 1
    return count
