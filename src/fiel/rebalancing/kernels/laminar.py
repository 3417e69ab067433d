"""The laminar relaxation: lots forgotten, the rest exact. Its value is a lower bound on every plan.

    minimise  sum over nodes v of  lambda_v * (x_v - T_v)^2,   lo <= x_leaf <= hi,   x_root <= budget

A node answers one question: at price `nu` per unit of money, how much does your subtree take?
A leaf takes clamp(T + nu / (2 lambda), lo, hi). An inner node passes to its children the price
mu that solves  mu + 2 lambda_v (s(mu) - T_v) = nu,  where s is the sum of what they take: an
increasing, piecewise linear equation in one unknown, solved by Newton's method inside a shrinking
bracket, so the result is exact to rounding after a few steps and never runs away.

Layout: the leaves of an inner node stand together, those already fixed first: `first[v]` is the
first free one and `fixed[v]` the sum of the others. The inner children of a node stand together
too (breadth-first numbering). `price`, `total`, `slope` keep the last answer of each inner node:
the next call starts from there, and most often ends there.
"""

from __future__ import annotations

from fiel.rebalancing.jit import jit
from fiel.rebalancing.kernels.arrays import FloatArray, IntArray

INFINITE = 1e300
STEPS_MAX = 200
#: Newton stops when the equation holds to this (everything is of the order of 1).
RESIDUAL_MAX = 1e-15
#: Beyond this price nothing more is given up: every leaf stands at a bound.
PRICE_MAX = 1e9
#: Money beyond the budget that counts as rounding, in units of the whole.
BUDGET_TOLERANCE = 1e-12


@jit
def settle_bottom(
    v: int,
    nu: float,
    leaf_target: FloatArray,
    leaf_ease: FloatArray,
    leaf_lo: FloatArray,
    leaf_hi: FloatArray,
    leaf_value: FloatArray,
    node_target: FloatArray,
    node_stiffness: FloatArray,
    leaf_end: IntArray,
    first: IntArray,
    fixed: FloatArray,
    price: FloatArray,
    total: FloatArray,
    slope: FloatArray,
) -> None:
    """Settle an inner node that has only leaves below it, at outer price `nu`."""
    mu = price[v]
    low = -INFINITE
    high = INFINITE
    stiffness = node_stiffness[v]
    target = node_target[v]
    start = first[v]
    stop = leaf_end[v]
    s = 0.0
    d = 0.0
    gradient = 1.0
    for _ in range(STEPS_MAX):
        s = fixed[v]
        d = 0.0
        for k in range(start, stop):
            x = leaf_target[k] + mu * leaf_ease[k]
            if x <= leaf_lo[k]:
                x = leaf_lo[k]
            elif x >= leaf_hi[k]:
                x = leaf_hi[k]
            else:
                d += leaf_ease[k]
            leaf_value[k] = x
            s += x
        residual = mu + stiffness * (s - target) - nu
        gradient = 1.0 + stiffness * d
        if abs(residual) <= RESIDUAL_MAX:
            break
        if residual > 0.0:
            high = mu
        else:
            low = mu
        moved = mu - residual / gradient
        if moved <= low or moved >= high:
            if low == -INFINITE or high == INFINITE:
                break
            moved = 0.5 * (low + high)
            if moved == low or moved == high:
                break
        mu = moved
    price[v] = mu
    total[v] = s
    slope[v] = d / gradient


@jit
def settle(
    v: int,
    nu: float,
    leaf_target: FloatArray,
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
    fixed: FloatArray,
    price: FloatArray,
    total: FloatArray,
    slope: FloatArray,
) -> None:
    """Settle any inner node at outer price `nu`; recursive for the deeper levels."""
    if child_start[v] == child_end[v]:
        settle_bottom(
            v, nu, leaf_target, leaf_ease, leaf_lo, leaf_hi, leaf_value, node_target, node_stiffness,
            leaf_end, first, fixed, price, total, slope,
        )  # fmt: skip
        return
    mu = price[v]
    low = -INFINITE
    high = INFINITE
    s = 0.0
    d = 0.0
    gradient = 1.0
    for _ in range(STEPS_MAX):
        s = fixed[v]
        d = 0.0
        for k in range(first[v], leaf_end[v]):
            x = leaf_target[k] + mu * leaf_ease[k]
            if x <= leaf_lo[k]:
                x = leaf_lo[k]
            elif x >= leaf_hi[k]:
                x = leaf_hi[k]
            else:
                d += leaf_ease[k]
            leaf_value[k] = x
            s += x
        for c in range(child_start[v], child_end[v]):
            settle(
                c, mu, leaf_target, leaf_ease, leaf_lo, leaf_hi, leaf_value, node_target,
                node_stiffness, leaf_end, child_start, child_end, first, fixed, price, total, slope,
            )  # fmt: skip
            s += total[c]
            d += slope[c]
        residual = mu + node_stiffness[v] * (s - node_target[v]) - nu
        gradient = 1.0 + node_stiffness[v] * d
        if abs(residual) <= RESIDUAL_MAX:
            break
        if residual > 0.0:
            high = mu
        else:
            low = mu
        moved = mu - residual / gradient
        if moved <= low or moved >= high:
            if low == -INFINITE or high == INFINITE:
                break
            moved = 0.5 * (low + high)
            if moved == low or moved == high:
                break
        mu = moved
    price[v] = mu
    total[v] = s
    slope[v] = d / gradient


@jit
def take_at(
    mu: float,
    leaf_target: FloatArray,
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
    fixed: FloatArray,
    price: FloatArray,
    total: FloatArray,
    slope: FloatArray,
) -> None:
    """What the root's children take at price `mu`: sets `total[0]`, and `slope[0]` before the root's own term."""
    s = fixed[0]
    d = 0.0
    for k in range(first[0], leaf_end[0]):
        x = leaf_target[k] + mu * leaf_ease[k]
        if x <= leaf_lo[k]:
            x = leaf_lo[k]
        elif x >= leaf_hi[k]:
            x = leaf_hi[k]
        else:
            d += leaf_ease[k]
        leaf_value[k] = x
        s += x
    for c in range(child_start[0], child_end[0]):
        if child_start[c] == child_end[c]:
            settle_bottom(
                c, mu, leaf_target, leaf_ease, leaf_lo, leaf_hi, leaf_value, node_target,
                node_stiffness, leaf_end, first, fixed, price, total, slope,
            )  # fmt: skip
        else:
            settle(
                c, mu, leaf_target, leaf_ease, leaf_lo, leaf_hi, leaf_value, node_target,
                node_stiffness, leaf_end, child_start, child_end, first, fixed, price, total, slope,
            )  # fmt: skip
        s += total[c]
        d += slope[c]
    total[0] = s
    slope[0] = d


@jit
def relax(
    budget: float,
    spend_all: int,
    leaf_target: FloatArray,
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
    fixed: FloatArray,
    price: FloatArray,
    total: FloatArray,
    slope: FloatArray,
) -> int:
    """Solve the relaxation; 1 when the budget holds, 0 when even the least of everything is above it.

    `spend_all` = 1 demands x_root = budget (a cash leaf takes what is left), 0 allows less.
    """
    mu = price[0]
    low = -INFINITE
    high = INFINITE
    over = 0.0
    for _ in range(STEPS_MAX):
        take_at(
            mu, leaf_target, leaf_ease, leaf_lo, leaf_hi, leaf_value, node_target, node_stiffness,
            leaf_end, child_start, child_end, first, fixed, price, total, slope,
        )  # fmt: skip
        over = total[0] - budget
        residual = over
        gradient = slope[0]
        if spend_all == 0:
            # Both grow with mu; the answer is the least mu at which either is zero: the zero of the larger.
            wanting = mu + node_stiffness[0] * (total[0] - node_target[0])
            if wanting > over:
                residual = wanting
                gradient = 1.0 + node_stiffness[0] * slope[0]
        if abs(residual) <= RESIDUAL_MAX:
            break
        if residual > 0.0:
            high = mu
        else:
            low = mu
        moved = INFINITE
        if gradient > 0.0:
            moved = mu - residual / gradient
        if moved <= low or moved >= high:
            if low == -INFINITE:
                moved = high - 1.0 - 2.0 * abs(high)
                if moved < -PRICE_MAX:
                    break
            elif high == INFINITE:
                moved = low + 1.0 + 2.0 * abs(low)
                if moved > PRICE_MAX:
                    break
            else:
                moved = 0.5 * (low + high)
                if moved <= low or moved >= high:
                    break
        mu = moved
    price[0] = mu
    return 1 if over <= BUDGET_TOLERANCE else 0
