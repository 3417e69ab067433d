"""The bound with every order as it is: whole lots, the true fee, nothing below the least order.

With the inner nodes replaced by the straight lines that touch their penalties at the relaxed optimum,
what is left separates by asset, and each asset's best lots are found exactly, costs and all. The sum
is a bound that is never below the relaxed one; and lots whose own loss passes what the best known plan
leaves open are out of the question in the whole box.
"""

from __future__ import annotations

import math

from fiel.rebalancing.jit import jit
from fiel.rebalancing.kernels.arrays import FloatArray, IntArray
from fiel.rebalancing.kernels.cost_relax import (
    BAND_PULL,
    EXEMPT,
    TAXED,
    TIER_TOLERANCE,
    displacement,
    fee_of,
    square_of,
)
from fiel.rebalancing.kernels.laminar import INFINITE

SHRINK_WORTH = 0.8


@jit
def half_slope_of(e: float, slack: float) -> float:
    """Half the derivative of `square_of`."""
    if slack <= 0.0:
        return e
    slope = BAND_PULL * e
    if e > slack:
        slope += (1.0 - BAND_PULL) * (e - slack)
    elif e < -slack:
        slope += (1.0 - BAND_PULL) * (e + slack)
    return slope


@jit
def lift(
    node_count: int,
    room: float,
    theta: float,
    kappa: float,
    lo: IntArray,
    hi: IntArray,
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
    leaf_target: FloatArray,
    leaf_weight: FloatArray,
    leaf_slack: FloatArray,
    star: FloatArray,
    buy_slope: FloatArray,
    sell_slope: FloatArray,
    cost_base: FloatArray,
    cap_price: FloatArray,
    node_target: FloatArray,
    node_weight: FloatArray,
    node_slack: FloatArray,
    leaf_start: IntArray,
    leaf_end: IntArray,
    child_start: IntArray,
    child_end: IntArray,
    total: FloatArray,
    slope: FloatArray,
    lost: FloatArray,
    report: FloatArray,
) -> int:
    """report[6] = what is gained on the relaxed bound; narrows the boxes: 0 empty, 1 as before, 2 smaller.

    `room` is what the best known plan leaves above the relaxed bound. `total`, `slope` and `lost` are
    used up; the slopes of the costs must be those at `star`.
    """
    for v in range(node_count - 1, -1, -1):
        s = 0.0
        for k in range(leaf_start[v], leaf_end[v]):
            s += star[k]
        for c in range(child_start[v], child_end[v]):
            s += total[c]
        total[v] = s
    slope[0] = theta + 2.0 * node_weight[0] * half_slope_of(total[0] - node_target[0], node_slack[0])
    gained = 0.0
    outcome = 1
    for sweep in range(2):
        if sweep == 1 and gained > room:
            break
        for v in range(node_count):
            for c in range(child_start[v], child_end[v]):
                pushed = half_slope_of(total[c] - node_target[c], node_slack[c])
                slope[c] = slope[v] + 2.0 * node_weight[c] * pushed
            for k in range(leaf_start[v], leaf_end[v]):
                if unit[k] <= 0.0:
                    continue
                w = leaf_weight[k]
                slack = leaf_slack[k]
                x0 = star[k]
                # What the relaxed bound says of this asset at its optimum.
                here = w * square_of(x0 - leaf_target[k], slack)
                if x0 > held[k]:
                    here += (kappa + theta) * (cost_base[k] + buy_slope[k] * (x0 - held[k]))
                else:
                    sold = held[k] - x0
                    here += (kappa + theta) * (cost_base[k] + sell_slope[k] * sold) + cap_price[k] * sold
                fee_part = 1.0
                gain_part = 0.0
                g = group[k]
                if g >= 0 and state[g] == TAXED:
                    fee_part = 1.0 - group_rate[g] * multiplier[g]
                    gain_part = group_rate[g] * multiplier[g] * gain_share[k]
                cap = cap_price[k] if g >= 0 and state[g] == EXEMPT else 0.0
                allowed = room - gained + lost[k] if sweep == 1 else 0.0
                least = INFINITE
                new_lo = hi[k] + 1
                new_hi = lo[k] - 1
                if lo[k] <= 0 <= hi[k]:
                    least = w * square_of(held[k] - leaf_target[k], slack) + slope[v] * (held[k] - x0) - here
                    if sweep == 1 and least <= allowed:
                        new_lo = 0
                        new_hi = 0
                for way in range(2):
                    # Lots counted upwards in the direction: buying, then selling.
                    few = max(lo[k], order_least[k]) if way == 0 else max(-hi[k], order_least[k])
                    many = hi[k] if way == 0 else -lo[k]
                    sign = 1.0 if way == 0 else -1.0
                    below = 0.0
                    for t in range(tier_count):
                        first = few
                        if below > 0.0:
                            first = max(first, int(math.floor((below + TIER_TOLERANCE) / unit[k])) + 1)
                        last = many
                        if tier_up[t] < unit[k] * many:
                            last = int(math.floor((tier_up[t] + TIER_TOLERANCE) / unit[k]))
                        below = tier_up[t]
                        if first > last:
                            continue
                        # Inside one bracket everything is convex: the best lots are next to its optimum.
                        rate = tier_rate[t] if way == 0 else fee_part * tier_rate[t] + gain_part
                        steep = slope[v] + sign * ((kappa + theta) * rate + (cap if way == 1 else 0.0))
                        x = leaf_target[k] + displacement(-0.5 * steep / w, slack)
                        place = sign * (x - held[k]) / unit[k]
                        near = first
                        if place >= last:
                            near = last
                        elif place > first:
                            near = int(math.floor(place))
                        piece = INFINITE
                        for z in range(near, min(near + 1, last) + 1):
                            money = unit[k] * z
                            fee = fee_of(money, tier_count, tier_up, tier_fixed, tier_rate)
                            cost = fee if way == 0 else fee_part * fee + gain_part * money
                            moved = held[k] + sign * money
                            value = w * square_of(moved - leaf_target[k], slack) + (kappa + theta) * cost
                            value += slope[v] * (moved - x0) - here
                            if way == 1:
                                value += cap * money
                            piece = min(piece, value)
                        least = min(least, piece)
                        if sweep == 1 and piece <= allowed:
                            # Strongly convex around its optimum, or around the end that is nearest to it.
                            hold = w * (BAND_PULL if slack > 0.0 else 1.0)
                            reach = math.sqrt(max(allowed - piece, 0.0) / hold) / unit[k] + 1.0
                            low = last
                            high = first
                            middle = min(max(place, first), last)
                            if middle - reach < last:
                                low = max(first, int(math.floor(max(middle - reach, first))))
                            if middle + reach > first:
                                high = min(last, int(math.ceil(min(middle + reach, last))))
                            new_lo = min(new_lo, low if way == 0 else -high)
                            new_hi = max(new_hi, high if way == 0 else -low)
                if sweep == 0:
                    lost[k] = least
                    if least < INFINITE:
                        gained += least
                    continue
                if new_lo > lo[k] or new_hi < hi[k]:
                    width = hi[k] - lo[k]
                    lo[k] = max(lo[k], new_lo)
                    hi[k] = min(hi[k], new_hi)
                    if lo[k] > hi[k]:
                        return 0
                    if hi[k] - lo[k] < SHRINK_WORTH * width:
                        outcome = 2
    # The relaxed optimum is exact to about 1e-15 only.
    report[6] = gained - 1e-9 * abs(gained) - 1e-17
    return 0 if gained > room else outcome
