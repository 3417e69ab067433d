"""What the relaxed optimum costs when one leaf is moved and the others follow.

While no other leaf reaches or leaves a bound, the others move in proportion and the optimum is a
parabola in the move: exact, and known without solving anything again. Beyond the first change it
is still convex, and at least as curved as when everything gives way freely.
"""

from __future__ import annotations

from fiel.rebalancing.jit import jit
from fiel.rebalancing.kernels.arrays import FloatArray, IntArray
from fiel.rebalancing.kernels.laminar import INFINITE

#: Fields per level in `pieces`: the parabola's curvature, how far down and up it holds, and the kink at its
#: top: how much the price of money rises where nobody takes what a move downwards sets free.
FIELDS, CURVED, DOWN, UP, JUMP = 4, 0, 1, 2, 3
#: Fields per inner node in `flow`: how much its leaves give per price, what the move adds to it, its price.
FLOW, GIVES, ADDED, PRICE = 3, 0, 1, 2


@jit
def bound_beside(
    level: int, delta: float, bound: float, gradient: float, curvature: float, pieces: FloatArray
) -> float:
    """The least objective when the level's leaf is moved by `delta` from the relaxed optimum."""
    at = FIELDS * level
    curved = pieces[at + CURVED]
    edge = min(max(delta, pieces[at + DOWN]), pieces[at + UP])
    rest = delta - edge
    if delta < 0.0:
        gradient -= pieces[at + JUMP]
    value = bound + (gradient + curved * edge) * edge
    return value + (gradient + 2.0 * curved * edge + curvature * rest) * rest


@jit
def follow(
    level: int,
    k: int,
    node_count: int,
    budget: float,
    spend_all: int,
    leaf_parent: IntArray,
    leaf_target: FloatArray,
    leaf_weight: FloatArray,
    leaf_ease: FloatArray,
    leaf_lo: FloatArray,
    leaf_hi: FloatArray,
    leaf_value: FloatArray,
    node_target: FloatArray,
    node_stiffness: FloatArray,
    leaf_end: IntArray,
    child_start: IntArray,
    child_end: IntArray,
    first: IntArray,
    price: FloatArray,
    total: FloatArray,
    pieces: FloatArray,
    flow: FloatArray,
) -> None:
    """Write the piece of `level` for a move of leaf k, at the relaxed optimum that the arrays hold."""
    # Upwards: what each node's leaves give per unit of price, and what a move of one adds to each.
    own = leaf_parent[k]
    for v in range(node_count - 1, -1, -1):
        gives = 0.0
        for j in range(first[v], leaf_end[v]):
            if j != k and leaf_lo[j] < leaf_value[j] < leaf_hi[j]:
                gives += leaf_ease[j]
        added = 1.0 if v == own else 0.0
        for c in range(child_start[v], child_end[v]):
            damping = 1.0 + node_stiffness[c] * flow[FLOW * c + GIVES]
            gives += flow[FLOW * c + GIVES] / damping
            added += flow[FLOW * c + ADDED] / damping
        flow[FLOW * v + GIVES] = gives
        flow[FLOW * v + ADDED] = added
    # The root: its total stays at the budget, or its price follows its own error.
    low = -INFINITE
    high = INFINITE
    gives = flow[GIVES]
    over = total[0] - budget
    wanting = price[0] + node_stiffness[0] * (total[0] - node_target[0])
    change = 0.0
    jump = 0.0
    if spend_all == 1 or over >= wanting:
        if gives > 0.0:
            change = -flow[ADDED] / gives
            if spend_all == 0:
                low = -min(wanting, 0.0) / change
        else:
            high = 0.0
            low = 0.0
            jump = -min(wanting, 0.0) if spend_all == 0 else INFINITE
    else:
        damping = 1.0 + node_stiffness[0] * gives
        change = -node_stiffness[0] * flow[ADDED] / damping
        high = max(-over * damping / flow[ADDED], 0.0)
    flow[PRICE] = change
    # Downwards: each node's price, and how far each leaf can follow.
    for v in range(node_count):
        inner = flow[FLOW * v + PRICE]
        for c in range(child_start[v], child_end[v]):
            pushed = inner - node_stiffness[c] * flow[FLOW * c + ADDED]
            flow[FLOW * c + PRICE] = pushed / (1.0 + node_stiffness[c] * flow[FLOW * c + GIVES])
        for j in range(first[v], leaf_end[v]):
            if j == k:
                continue
            # Where the price alone would put it: a leaf at a bound stays until this comes inside.
            wished = leaf_target[j] + price[v] * leaf_ease[j]
            if jump > 0.0 and leaf_value[j] <= leaf_lo[j] < leaf_hi[j]:
                jump = min(jump, max(leaf_lo[j] - wished, 0.0) / leaf_ease[j])
            speed = leaf_ease[j] * inner
            if speed == 0.0:
                continue
            if leaf_value[j] <= leaf_lo[j]:
                wall = (leaf_lo[j] - min(wished, leaf_lo[j])) / speed
                if speed > 0.0:
                    high = min(high, wall)
                else:
                    low = max(low, wall)
            elif leaf_value[j] >= leaf_hi[j]:
                wall = (leaf_hi[j] - max(wished, leaf_hi[j])) / speed
                if speed < 0.0:
                    high = min(high, wall)
                else:
                    low = max(low, wall)
            else:
                near = (leaf_lo[j] - leaf_value[j]) / speed
                far = (leaf_hi[j] - leaf_value[j]) / speed
                high = min(high, max(near, far))
                low = max(low, min(near, far))
    at = FIELDS * level
    pieces[at + CURVED] = leaf_weight[k] - 0.5 * flow[FLOW * own + PRICE]
    pieces[at + DOWN] = low
    pieces[at + UP] = high
    pieces[at + JUMP] = jump
