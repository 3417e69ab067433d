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


#: Fields per inner node in the work arrays of the nested solution.
WORK, OUTER, LOW, HIGH, SUM, SLOPE = 5, 0, 1, 2, 3, 4
TRAIL, PATH, NEXT, STEPS = 3, 0, 1, 2


@jit
def next_price(v: int, mu: float, residual: float, gradient: float, work: FloatArray) -> float:
    """Newton's next price, kept inside the bracket, which shrinks; `mu` itself when there is none."""
    if residual > 0.0:
        work[WORK * v + HIGH] = mu
    else:
        work[WORK * v + LOW] = mu
    low = work[WORK * v + LOW]
    high = work[WORK * v + HIGH]
    moved = mu - residual / gradient
    if low < moved < high:
        return moved
    if low == -INFINITE or high == INFINITE:
        return mu
    moved = 0.5 * (low + high)
    if low < moved < high:
        return moved
    return mu


@jit
def begin(
    v: int,
    mu: float,
    leaf_target: FloatArray,
    leaf_ease: FloatArray,
    leaf_lo: FloatArray,
    leaf_hi: FloatArray,
    leaf_value: FloatArray,
    leaf_end: IntArray,
    child_start: IntArray,
    first: IntArray,
    fixed: FloatArray,
    work: FloatArray,
    trail: IntArray,
) -> None:
    """Start a step of node v at inner price mu: its own leaves settled, its inner children still to come."""
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
    work[WORK * v + SUM] = s
    work[WORK * v + SLOPE] = d
    trail[TRAIL * v + NEXT] = child_start[v]


@jit
def settle(
    top: int,
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
    work: FloatArray,
    trail: IntArray,
) -> None:
    """Settle any inner node at outer price `nu`.

    Nested Newton without recursion (compiled recursion cannot be kept on disk): `trail` holds the
    path from `top` down, `work` each node's bracket and the sums of the step it is in.
    """
    depth = 0
    trail[TRAIL * depth + PATH] = top
    work[WORK * top + OUTER] = nu
    work[WORK * top + LOW] = -INFINITE
    work[WORK * top + HIGH] = INFINITE
    trail[TRAIL * top + STEPS] = 0
    begin(
        top, price[top], leaf_target, leaf_ease, leaf_lo, leaf_hi, leaf_value, leaf_end, child_start,
        first, fixed, work, trail,
    )  # fmt: skip
    while depth >= 0:
        v = trail[TRAIL * depth + PATH]
        c = trail[TRAIL * v + NEXT]
        if c < child_end[v]:
            trail[TRAIL * v + NEXT] = c + 1
            depth += 1
            trail[TRAIL * depth + PATH] = c
            work[WORK * c + OUTER] = price[v]
            work[WORK * c + LOW] = -INFINITE
            work[WORK * c + HIGH] = INFINITE
            trail[TRAIL * c + STEPS] = 0
            begin(
                c, price[c], leaf_target, leaf_ease, leaf_lo, leaf_hi, leaf_value, leaf_end,
                child_start, first, fixed, work, trail,
            )  # fmt: skip
            continue
        mu = price[v]
        s = work[WORK * v + SUM]
        d = work[WORK * v + SLOPE]
        residual = mu + node_stiffness[v] * (s - node_target[v]) - work[WORK * v + OUTER]
        gradient = 1.0 + node_stiffness[v] * d
        done = abs(residual) <= RESIDUAL_MAX or trail[TRAIL * v + STEPS] >= STEPS_MAX
        moved = mu
        if not done:
            moved = next_price(v, mu, residual, gradient, work)
            done = moved == mu
        if done:
            total[v] = s
            slope[v] = d / gradient
            depth -= 1
            if depth >= 0:
                outer = trail[TRAIL * depth + PATH]
                work[WORK * outer + SUM] += total[v]
                work[WORK * outer + SLOPE] += slope[v]
            continue
        price[v] = moved
        trail[TRAIL * v + STEPS] += 1
        begin(
            v, moved, leaf_target, leaf_ease, leaf_lo, leaf_hi, leaf_value, leaf_end, child_start,
            first, fixed, work, trail,
        )  # fmt: skip


@jit
def forget(node_count: int, work: FloatArray) -> None:
    """Make no use of earlier answers: leaves, targets or budget are about to change, or have."""
    for v in range(node_count):
        work[WORK * v + HIGH] = -1.0


@jit
def relax_again(
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
    work: FloatArray,
    trail: IntArray,
) -> int:
    """The same, where since the last time only `first` and `fixed` have changed: answers are used again."""
    mu = price[0]
    low = -INFINITE
    high = INFINITE
    over = 0.0
    for _ in range(STEPS_MAX):
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
            if child_start[c] != child_end[c]:
                settle(
                    c, mu, leaf_target, leaf_ease, leaf_lo, leaf_hi, leaf_value, node_target,
                    node_stiffness, leaf_end, child_start, child_end, first, fixed, price, total, slope, work,
                    trail,
                )  # fmt: skip
                s += total[c]
                d += slope[c]
                continue
            # A class of leaves, written out here because this is where all the time goes.
            settled = fixed[c]
            start = first[c]
            stop = leaf_end[c]
            if start == stop:
                total[c] = settled
                s += settled
                continue
            place = WORK * c
            if work[place + OUTER] == mu and work[place + LOW] == settled and work[place + HIGH] == start:
                # Asked the same as last time: the leaves still stand at the answer.
                total[c] = work[place + SUM]
                s += total[c]
                d += slope[c]
                continue
            # It starts where the last answer's slope leads: right at once unless a leaf reached a bound.
            stiffness = node_stiffness[c]
            target = node_target[c]
            inner = price[c] + (mu - work[place + OUTER]) * work[place + SLOPE]
            floor = -INFINITE
            ceiling = INFINITE
            own = settled
            ease = 0.0
            rate = 1.0
            for _ in range(STEPS_MAX):
                own = settled
                ease = 0.0
                for k in range(start, stop):
                    x = leaf_target[k] + inner * leaf_ease[k]
                    if x <= leaf_lo[k]:
                        x = leaf_lo[k]
                    elif x >= leaf_hi[k]:
                        x = leaf_hi[k]
                    else:
                        ease += leaf_ease[k]
                    leaf_value[k] = x
                    own += x
                missing = inner + stiffness * (own - target) - mu
                rate = 1.0 + stiffness * ease
                if abs(missing) <= RESIDUAL_MAX:
                    break
                if missing > 0.0:
                    ceiling = inner
                else:
                    floor = inner
                nearer = inner - missing / rate
                if nearer <= floor or nearer >= ceiling:
                    if floor == -INFINITE or ceiling == INFINITE:
                        break
                    nearer = 0.5 * (floor + ceiling)
                    if nearer <= floor or nearer >= ceiling:
                        break
                inner = nearer
            price[c] = inner
            work[place + OUTER] = mu
            work[place + LOW] = settled
            work[place + HIGH] = start
            work[place + SLOPE] = 1.0 / rate
            work[place + SUM] = own
            total[c] = own
            slope[c] = ease / rate
            s += own
            d += slope[c]
        total[0] = s
        slope[0] = d
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
    work: FloatArray,
    trail: IntArray,
) -> int:
    """Solve the relaxation; 1 when the budget holds, 0 when even the least of everything is above it.

    `spend_all` = 1 demands x_root = budget (a cash leaf takes what is left), 0 allows less.
    """
    forget(len(node_target), work)
    return relax_again(
        budget, spend_all, leaf_target, leaf_ease, leaf_lo, leaf_hi, leaf_value, node_target,
        node_stiffness, leaf_end, child_start, child_end, first, fixed, price, total, slope, work, trail,
    )  # fmt: skip
