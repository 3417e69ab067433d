"""What orders cost, from below, and the tree settled under those costs.

Every asset's net lots lie in a box [least, most]. Over its box, the true cost of an order (fixed
parts, brackets, nothing at all when there is no order) is replaced by the steepest straight lines
that stay below it: one slope for buying, one for selling. With straight lines the tree separates
again, and each leaf has a no-trade region: prices at which neither a purchase nor a sale pays.
"""

from __future__ import annotations

from fiel.rebalancing.jit import jit
from fiel.rebalancing.kernels.arrays import FloatArray, IntArray
from fiel.rebalancing.kernels.laminar import (
    HIGH,
    INFINITE,
    LOW,
    NEXT,
    OUTER,
    PATH,
    RESIDUAL_MAX,
    SLOPE,
    STEPS,
    STEPS_MAX,
    SUM,
    TRAIL,
    WORK,
    next_price,
)

FREE, EXEMPT, TAXED = 0, 1, 2
#: Inside a destination band the pull to the target is this fraction of the full one.
BAND_PULL = 1e-6
TIER_TOLERANCE = 1e-12


@jit
def fee_of(
    value: float, tier_count: int, tier_up: FloatArray, tier_fixed: FloatArray, tier_rate: FloatArray
) -> float:
    """The fee of an order of this value: the bracket it falls in applies to all of it."""
    for t in range(tier_count):
        if value <= tier_up[t] + TIER_TOLERANCE:
            return tier_fixed[t] + tier_rate[t] * value
    return tier_fixed[tier_count - 1] + tier_rate[tier_count - 1] * value


@jit
def fee_slope_from_zero(
    least: float,
    most: float,
    tier_count: int,
    tier_up: FloatArray,
    tier_fixed: FloatArray,
    tier_rate: FloatArray,
) -> float:
    """The largest m with m * value <= fee(value) for every order value in [least, most]."""
    slope = INFINITE
    start = 0.0
    for t in range(tier_count):
        right = min(tier_up[t], most)
        if right >= max(start, least) - TIER_TOLERANCE and right > 0.0:
            slope = min(slope, tier_fixed[t] / right + tier_rate[t])
        start = tier_up[t]
    return slope


@jit
def fee_tier_alone(least: float, most: float, tier_count: int, tier_up: FloatArray) -> int:
    """The bracket that holds every order value in [least, most], or -1 when there are several."""
    for t in range(tier_count):
        if least <= tier_up[t] + TIER_TOLERANCE:
            if most <= tier_up[t] + TIER_TOLERANCE or t == tier_count - 1:
                return t
            return -1
    return tier_count - 1


@jit
def displacement(y: float, slack: float) -> float:
    """How far from its target a leaf goes when pulled by `y` (its price over twice its weight)."""
    if slack <= 0.0:
        return y
    if y > BAND_PULL * slack:
        return slack + y - BAND_PULL * slack
    if y < -BAND_PULL * slack:
        return y + BAND_PULL * slack - slack
    return y / BAND_PULL


@jit
def softness(y: float, slack: float) -> float:
    """Derivative of `displacement`."""
    if slack > 0.0 and abs(y) <= BAND_PULL * slack:
        return 1.0 / BAND_PULL
    return 1.0


@jit
def price_leaves(
    leaf_count: int,
    box_lo: IntArray,
    box_hi: IntArray,
    order_least: IntArray,
    held: FloatArray,
    unit: FloatArray,
    gain_share: FloatArray,
    group: IntArray,
    group_rate: FloatArray,
    state: IntArray,
    multiplier: FloatArray,
    tier_count: int,
    tier_up: FloatArray,
    tier_fixed: FloatArray,
    tier_rate: FloatArray,
    leaf_lo: FloatArray,
    leaf_hi: FloatArray,
    buy_slope: FloatArray,
    sell_slope: FloatArray,
    cost_base: FloatArray,
    cap_price: FloatArray,
) -> None:
    """Lines under the costs over the boxes: slopes per unit of (kappa + theta), `cap_price` apart."""
    for k in range(leaf_count):
        buy_slope[k] = 0.0
        sell_slope[k] = 0.0
        cost_base[k] = 0.0
        cap_price[k] = 0.0
        if unit[k] <= 0.0:
            continue
        lo = box_lo[k]
        hi = box_hi[k]
        leaf_lo[k] = held[k] + unit[k] * lo
        leaf_hi[k] = held[k] + unit[k] * hi
        fee_part = 1.0
        gain_part = 0.0
        g = group[k]
        if g >= 0:
            if state[g] == EXEMPT:
                cap_price[k] = multiplier[g]
            elif state[g] == TAXED:
                fee_part = 1.0 - group_rate[g] * multiplier[g]
                gain_part = group_rate[g] * multiplier[g] * gain_share[k]
        if lo > 0:
            v = unit[k] * lo
            t = fee_tier_alone(v, unit[k] * hi, tier_count, tier_up)
            if t >= 0:
                buy_slope[k] = tier_rate[t]
                cost_base[k] = tier_fixed[t]
            else:
                buy_slope[k] = fee_slope_from_zero(
                    v, unit[k] * hi, tier_count, tier_up, tier_fixed, tier_rate
                )
            sell_slope[k] = -buy_slope[k]
        elif hi < 0:
            v = -unit[k] * hi
            t = fee_tier_alone(v, -unit[k] * lo, tier_count, tier_up)
            if t >= 0:
                sell_slope[k] = fee_part * tier_rate[t] + gain_part
                cost_base[k] = fee_part * tier_fixed[t]
            else:
                sell_slope[k] = gain_part + fee_part * fee_slope_from_zero(
                    v, -unit[k] * lo, tier_count, tier_up, tier_fixed, tier_rate
                )
            buy_slope[k] = -sell_slope[k]
        else:
            least = unit[k] * order_least[k]
            if hi > 0:
                buy_slope[k] = fee_slope_from_zero(
                    least, unit[k] * hi, tier_count, tier_up, tier_fixed, tier_rate
                )
            if lo < 0:
                sell_slope[k] = gain_part + fee_part * fee_slope_from_zero(
                    least, -unit[k] * lo, tier_count, tier_up, tier_fixed, tier_rate
                )
            if buy_slope[k] + sell_slope[k] < 0.0:
                # A loss worth realising makes the kink concave: the chord over the box is below it.
                if hi > 0:
                    at_hi = buy_slope[k] * unit[k] * hi
                    at_lo = sell_slope[k] * unit[k] * -lo
                    m = (at_hi - at_lo) / (unit[k] * (hi - lo))
                    cost_base[k] = at_hi - m * unit[k] * hi
                    buy_slope[k] = m
                    sell_slope[k] = -m
                else:
                    buy_slope[k] = -sell_slope[k]


@jit
def settle_priced(
    nu: float,
    unit_price: float,
    held: FloatArray,
    buy_slope: FloatArray,
    sell_slope: FloatArray,
    cap_price: FloatArray,
    leaf_target: FloatArray,
    leaf_weight: FloatArray,
    leaf_slack: FloatArray,
    leaf_lo: FloatArray,
    leaf_hi: FloatArray,
    leaf_value: FloatArray,
    node_target: FloatArray,
    node_weight: FloatArray,
    node_slack: FloatArray,
    leaf_start: IntArray,
    leaf_end: IntArray,
    child_start: IntArray,
    child_end: IntArray,
    price: FloatArray,
    total: FloatArray,
    slope: FloatArray,
    work: FloatArray,
    trail: IntArray,
) -> None:
    """Settle the whole tree at the root's outer price `nu`, the lines under the costs at `unit_price` each.

    The same nested Newton as `laminar.settle`, with kinks in the leaves and bands in the nodes.
    """
    depth = 0
    trail[PATH] = 0
    work[OUTER] = nu
    work[LOW] = -INFINITE
    work[HIGH] = INFINITE
    trail[STEPS] = 0
    starting = True
    while depth >= 0:
        v = trail[TRAIL * depth + PATH]
        if starting:
            # Start a step of node v: its leaves settled (each stands still inside its no-trade
            # region), its inner children still to come.
            starting = False
            inner = price[v]
            taken = 0.0
            given = 0.0
            for k in range(leaf_start[v], leaf_end[v]):
                w = leaf_weight[k]
                leaf_band = leaf_slack[k]
                x = leaf_lo[k]
                ease = 0.0
                if leaf_lo[k] < leaf_hi[k]:
                    # A single-sided box has opposite slopes (and no cap to pay when buying).
                    y = (inner - unit_price * buy_slope[k]) / (2.0 * w)
                    x = leaf_target[k] + displacement(y, leaf_band)
                    if x <= held[k]:
                        y = (inner + unit_price * sell_slope[k] + cap_price[k]) / (2.0 * w)
                        x = leaf_target[k] + displacement(y, leaf_band)
                        if x >= held[k]:
                            x = held[k]
                            w = -1.0
                    ease = softness(y, leaf_band) * 0.5 / w if w > 0.0 else 0.0
                    if x <= leaf_lo[k]:
                        x = leaf_lo[k]
                        ease = 0.0
                    elif x >= leaf_hi[k]:
                        x = leaf_hi[k]
                        ease = 0.0
                leaf_value[k] = x
                taken += x
                given += ease
            work[WORK * v + SUM] = taken
            work[WORK * v + SLOPE] = given
            trail[TRAIL * v + NEXT] = child_start[v]
        c = trail[TRAIL * v + NEXT]
        if c < child_end[v]:
            trail[TRAIL * v + NEXT] = c + 1
            depth += 1
            trail[TRAIL * depth + PATH] = c
            work[WORK * c + OUTER] = price[v]
            work[WORK * c + LOW] = -INFINITE
            work[WORK * c + HIGH] = INFINITE
            trail[TRAIL * c + STEPS] = 0
            starting = True
            continue
        mu = price[v]
        s = work[WORK * v + SUM]
        d = work[WORK * v + SLOPE]
        e = s - node_target[v]
        slack = node_slack[v]
        stiffness = 2.0 * node_weight[v]
        pull = stiffness * e
        if slack > 0.0:
            pull = BAND_PULL * pull
            if e > slack:
                pull += stiffness * (1.0 - BAND_PULL) * (e - slack)
            elif e < -slack:
                pull += stiffness * (1.0 - BAND_PULL) * (e + slack)
            else:
                stiffness = stiffness * BAND_PULL
        residual = mu + pull - work[WORK * v + OUTER]
        gradient = 1.0 + stiffness * d
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
        starting = True


@jit
def square_of(e: float, slack: float) -> float:
    """The penalty of a node's error: its square, or with a destination band mostly what exceeds it."""
    if slack <= 0.0:
        return e * e
    value = BAND_PULL * e * e
    excess = abs(e) - slack
    if excess > 0.0:
        value += (1.0 - BAND_PULL) * excess * excess
    return value
