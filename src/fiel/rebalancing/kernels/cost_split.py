"""Where and how to split a box, and how to narrow it first."""

from __future__ import annotations

import math

from fiel.rebalancing.jit import jit
from fiel.rebalancing.kernels.arrays import FloatArray, IntArray
from fiel.rebalancing.kernels.cost_relax import BAND_PULL, fee_of, fee_tier_alone

SHRINK_WORTH = 0.8
#: What a split decides when it is not a lot: whether there is an order, or in which fee bracket.
ORDER_OR_NONE, WHICH_BRACKET = 1.0, 2.0


@jit
def curvature_of_all(
    leaf_count: int,
    node_count: int,
    leaf_parent: IntArray,
    node_parent: IntArray,
    leaf_weight: FloatArray,
    leaf_slack: FloatArray,
    node_weight: FloatArray,
    node_slack: FloatArray,
    compliance: FloatArray,
    rigidity: FloatArray,
    curvature: FloatArray,
) -> None:
    """Per leaf: the least curvature it sees when every other leaf gives way freely."""
    for v in range(node_count):
        compliance[v] = 0.0
    for k in range(leaf_count):
        w = leaf_weight[k] * (BAND_PULL if leaf_slack[k] > 0.0 else 1.0)
        compliance[leaf_parent[k]] += 1.0 / w
    for v in range(node_count - 1, 0, -1):
        w = node_weight[v] * (BAND_PULL if node_slack[v] > 0.0 else 1.0)
        compliance[node_parent[v]] += compliance[v] / (1.0 + w * compliance[v])
    rigidity[0] = node_weight[0] * (BAND_PULL if node_slack[0] > 0.0 else 1.0)
    for v in range(1, node_count):
        w = node_weight[v] * (BAND_PULL if node_slack[v] > 0.0 else 1.0)
        outer = rigidity[node_parent[v]]
        rest = max(compliance[node_parent[v]] - compliance[v] / (1.0 + w * compliance[v]), 0.0)
        rigidity[v] = w + outer / (1.0 + outer * rest)
    for k in range(leaf_count):
        w = leaf_weight[k] * (BAND_PULL if leaf_slack[k] > 0.0 else 1.0)
        outer = rigidity[leaf_parent[k]]
        rest = max(compliance[leaf_parent[k]] - 1.0 / w, 0.0)
        curvature[k] = w + outer / (1.0 + outer * rest)


@jit
def fit_order(k: int, lo: IntArray, hi: IntArray, order_least: IntArray) -> int:
    """Take from a box what cannot be ordered (fewer lots than the least); 0 when nothing is left."""
    least = order_least[k]
    if 0 < lo[k] < least:
        lo[k] = least
    if -least < hi[k] < 0:
        hi[k] = -least
    if 0 < hi[k] < least:
        hi[k] = 0
    if -least < lo[k] < 0:
        lo[k] = 0
    return 1 if lo[k] <= hi[k] else 0


@jit
def narrow(
    leaf_count: int,
    radius_square: float,
    lo: IntArray,
    hi: IntArray,
    order_least: IntArray,
    held: FloatArray,
    unit: FloatArray,
    star: FloatArray,
    curvature: FloatArray,
) -> int:
    """Narrow the boxes around the bound's minimiser: 0 empty, 1 about as before, 2 clearly smaller."""
    outcome = 1
    for k in range(leaf_count):
        if unit[k] <= 0.0 or lo[k] == hi[k]:
            continue
        reach = math.sqrt(max(radius_square, 0.0) / curvature[k]) + 1e-12
        low = (star[k] - reach - held[k]) / unit[k]
        high = (star[k] + reach - held[k]) / unit[k]
        width = hi[k] - lo[k]
        if low > lo[k]:
            lo[k] = min(int(math.ceil(low - 1e-7)), hi[k] + 1)
        if high < hi[k]:
            hi[k] = max(int(math.floor(high + 1e-7)), lo[k] - 1)
        if lo[k] > hi[k] or fit_order(k, lo, hi, order_least) == 0:
            return 0
        if hi[k] - lo[k] < SHRINK_WORTH * width:
            outcome = 2
    return outcome


@jit
def bracket_cut(lo: int, hi: int, z: float, unit: float, tier_count: int, tier_up: FloatArray) -> int:
    """Where to cut a one-sided box so that the bracket of `z` lots is on one side: the last lot below."""
    most = max(abs(lo), abs(hi))
    least = min(abs(lo), abs(hi))
    cut = least
    for t in range(tier_count - 1):
        edge = int(math.floor(tier_up[t] / unit + 1e-9))
        if edge < least or edge >= most:
            continue
        cut = edge
        if abs(z) <= edge:
            break
    # The box is cut between `cut` and one lot more, in size; selling counts downwards.
    return cut if lo > 0 else -cut - 1


@jit
def choose_split(
    leaf_count: int,
    cost_price: float,
    lo: IntArray,
    hi: IntArray,
    held: FloatArray,
    unit: FloatArray,
    star: FloatArray,
    leaf_weight: FloatArray,
    buy_slope: FloatArray,
    sell_slope: FloatArray,
    cost_base: FloatArray,
    order_least: IntArray,
    tier_count: int,
    tier_up: FloatArray,
    tier_fixed: FloatArray,
    tier_rate: FloatArray,
    report: FloatArray,
) -> int:
    """The asset where the bound is most wrong, or -1; report[5] says what is in doubt there."""
    pick = -1
    worst = 1e-19
    report[5] = 0.0
    for k in range(leaf_count):
        if unit[k] <= 0.0 or lo[k] == hi[k]:
            continue
        z = (star[k] - held[k]) / unit[k]
        part = z - math.floor(z)
        part = min(part, 1.0 - part)
        distance = part * unit[k]
        score = leaf_weight[k] * distance * distance
        doubt = 0.0
        kind = 0.0
        size = abs(star[k] - held[k])
        if lo[k] <= 0 <= hi[k]:
            if size > 1e-13:
                low = unit[k] * order_least[k]
                fee = fee_of(max(size, low), tier_count, tier_up, tier_fixed, tier_rate)
                slope = sell_slope[k] if star[k] < held[k] else buy_slope[k]
                doubt = cost_price * max(fee - min(fee, abs(slope) * size), 0.0)
                kind = ORDER_OR_NONE
                if size < low:
                    gap = min(size, low - size)
                    doubt += leaf_weight[k] * gap * gap
        elif (
            fee_tier_alone(
                unit[k] * min(abs(lo[k]), abs(hi[k])),
                unit[k] * max(abs(lo[k]), abs(hi[k])),
                tier_count,
                tier_up,
            )
            < 0
        ):
            fee = fee_of(size, tier_count, tier_up, tier_fixed, tier_rate)
            slope = sell_slope[k] if star[k] < held[k] else buy_slope[k]
            doubt = cost_price * max(fee - cost_base[k] - slope * size, 0.0)
            kind = WHICH_BRACKET
        if score + doubt > worst:
            worst = score + doubt
            pick = k
            report[5] = kind if doubt > score else 0.0
    return pick
