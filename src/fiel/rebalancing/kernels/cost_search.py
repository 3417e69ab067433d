"""Branch and bound with costs: boxes of lots, states of the tax groups, the priced bound of `cost_bound`.

A box is narrowed before it is split: no plan better than the best known lies farther from the
bound's minimiser than sqrt((best - bound) / curvature). It is split where the bound is most
wrong: an order that is half there (no order | buy | sell) or a lot that is not whole. Depth
first, the likelier side first, so that memory stays small and good plans come early.
"""

from __future__ import annotations

import math

from fiel.rebalancing.jit import jit
from fiel.rebalancing.kernels.arrays import FloatArray, IntArray
from fiel.rebalancing.kernels.cost_bound import BAND_PULL, bound_box, fee_of, fee_tier_alone
from fiel.rebalancing.kernels.cost_plans import evaluate, make_affordable, polish, snap
from fiel.rebalancing.kernels.laminar import INFINITE
from fiel.rebalancing.kernels.lots import BOUND, FOUND, NODES, OBJECTIVE, TIE, TIE_SCALE, better_tie

ROUNDS_ROOT = 40
ROUNDS_NODE = 6
NARROWINGS_MAX = 3
SHRINK_WORTH = 0.8
#: What a split decides when it is not a lot: whether there is an order, or in which fee bracket.
ORDER_OR_NONE, WHICH_BRACKET = 1.0, 2.0


@jit
def curvature_of_all(
    leaf_count: int,
    node_count: int,
    unit: FloatArray,
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
    curvature: FloatArray,
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


@jit
def search(
    nodes_max: int,
    root_count: int,
    stack_size: int,
    leaf_count: int,
    node_count: int,
    group_count: int,
    budget: float,
    dual_budget: float,
    theta_least: float,
    kappa: float,
    cash_leaf: int,
    cash_extra: float,
    asset_count: int,
    by_name: IntArray,
    twin_of: IntArray,
    lots_min: IntArray,
    lots_max: IntArray,
    order_least: IntArray,
    held: FloatArray,
    unit: FloatArray,
    gain_share: FloatArray,
    group: IntArray,
    group_rate: FloatArray,
    group_cap: FloatArray,
    group_exempt: FloatArray,
    group_sales: FloatArray,
    group_taxable: FloatArray,
    tier_count: int,
    tier_up: FloatArray,
    tier_fixed: FloatArray,
    tier_rate: FloatArray,
    leaf_target: FloatArray,
    leaf_weight: FloatArray,
    leaf_slack: FloatArray,
    leaf_parent: IntArray,
    node_target: FloatArray,
    node_weight: FloatArray,
    node_slack: FloatArray,
    node_parent: IntArray,
    leaf_start: IntArray,
    leaf_end: IntArray,
    child_start: IntArray,
    child_end: IntArray,
    leaf_lo: FloatArray,
    leaf_hi: FloatArray,
    leaf_value: FloatArray,
    buy_slope: FloatArray,
    sell_slope: FloatArray,
    cost_base: FloatArray,
    cap_price: FloatArray,
    price: FloatArray,
    total: FloatArray,
    slope: FloatArray,
    work: FloatArray,
    trail: IntArray,
    compliance: FloatArray,
    rigidity: FloatArray,
    curvature: FloatArray,
    group_push: FloatArray,
    group_low: FloatArray,
    group_high: FloatArray,
    work_multiplier: FloatArray,
    good_multiplier: FloatArray,
    star: FloatArray,
    value: FloatArray,
    sums: FloatArray,
    sold_sum: FloatArray,
    gain_sum: FloatArray,
    report: FloatArray,
    lo: IntArray,
    hi: IntArray,
    now_state: IntArray,
    stack_lo: IntArray,
    stack_hi: IntArray,
    stack_state: IntArray,
    stack_multiplier: FloatArray,
    stack_theta: FloatArray,
    stack_bound: FloatArray,
    trial: IntArray,
    best: IntArray,
    result: FloatArray,
) -> None:
    """Search; `best` gets the lots per leaf, `result` objective, proven bound, nodes, found (0/1).

    On entry the stack holds `root_count` boxes, one per combination of the tax groups' states.
    """
    curvature_of_all(
        leaf_count, node_count, unit, leaf_parent, node_parent, leaf_weight, leaf_slack, node_weight,
        node_slack, compliance, rigidity, curvature,
    )  # fmt: skip
    u = INFINITE
    closed = INFINITE
    nodes = 0
    height = root_count
    parked = 0
    # Doing nothing is a plan: it is the one to beat, and what a tie goes to.
    for start in range(2):
        for k in range(leaf_count):
            trial[k] = snap(0, order_least[k], lots_min[k], lots_max[k]) if unit[k] > 0.0 else 0
            if start == 1 and unit[k] > 0.0:
                wish = int(math.floor((leaf_target[k] - held[k]) / unit[k]))
                trial[k] = snap(wish, order_least[k], lots_min[k], lots_max[k])
        found = make_affordable(
            leaf_count, node_count, group_count, budget, kappa, cash_leaf, cash_extra, trial, held,
            unit, group, gain_share, group_rate, group_exempt, group_sales, group_taxable, tier_count,
            tier_up, tier_fixed, tier_rate, leaf_parent, node_parent, leaf_target, leaf_weight,
            leaf_slack, node_target, node_weight, node_slack, value, sums, sold_sum, gain_sum, report,
            order_least, lots_min,
        )  # fmt: skip
        if found < INFINITE:
            if start == 1:
                found = polish(
                    leaf_count, node_count, group_count, budget, kappa, cash_leaf, cash_extra, trial,
                    held, unit, group, gain_share, group_rate, group_exempt, group_sales, group_taxable,
                    tier_count, tier_up, tier_fixed, tier_rate, leaf_parent, node_parent, leaf_target,
                    leaf_weight, leaf_slack, node_target, node_weight, node_slack, value, sums,
                    sold_sum, gain_sum, report, order_least, lots_min, lots_max, found,
                )  # fmt: skip
            if found < u - TIE * max(u, TIE_SCALE) or u >= INFINITE:
                u = found
                for k in range(leaf_count):
                    best[k] = trial[k]
    while height > 0:
        limit = u + TIE * max(u, TIE_SCALE) if u < INFINITE else INFINITE
        if nodes >= nodes_max and u < INFINITE:
            break
        if nodes >= 4 * nodes_max:
            break
        height -= 1
        if stack_bound[height] > limit:
            continue
        nodes += 1
        at = height * leaf_count
        for k in range(leaf_count):
            lo[k] = stack_lo[at + k]
            hi[k] = stack_hi[at + k]
        at = height * group_count
        for g in range(group_count):
            now_state[g] = stack_state[at + g]
            good_multiplier[g] = stack_multiplier[at + g]
        theta = stack_theta[height]
        rounds = ROUNDS_ROOT if nodes <= root_count else ROUNDS_NODE
        inherited = stack_bound[height]
        alive = True
        bound = inherited
        for _ in range(NARROWINGS_MAX):
            for k in range(leaf_count):
                # Equals: the later twin may not take more lots, or each permutation would be searched.
                t = twin_of[k]
                if t >= 0:
                    hi[k] = min(hi[k], hi[t])
                    lo[t] = max(lo[t], lo[k])
            for k in range(leaf_count):
                if unit[k] > 0.0 and (lo[k] > hi[k] or fit_order(k, lo, hi, order_least) == 0):
                    alive = False
            if not alive:
                break
            for g in range(group_count):
                work_multiplier[g] = good_multiplier[g]
            bound_box(
                leaf_count, node_count, group_count, dual_budget, theta, theta_least, kappa, limit,
                rounds, lo, hi, order_least, held, unit, gain_share, group, group_rate, group_cap,
                group_taxable, now_state, work_multiplier, tier_count, tier_up, tier_fixed, tier_rate,
                leaf_target, leaf_weight, leaf_slack, leaf_lo, leaf_hi, leaf_value, buy_slope,
                sell_slope, cost_base, cap_price, node_target, node_weight, node_slack, leaf_start,
                leaf_end, child_start, child_end, price, total, slope, work, trail, group_push, group_low,
                group_high, star, good_multiplier, report,
            )  # fmt: skip
            bound = max(report[2], inherited)
            theta = report[3]
            if bound > limit:
                alive = False
                break
            for k in range(leaf_count):
                trial[k] = 0
                if unit[k] > 0.0:
                    z = int(math.floor((star[k] - held[k]) / unit[k] + 0.5))
                    trial[k] = snap(z, order_least[k], lo[k], hi[k])
            found = make_affordable(
                leaf_count, node_count, group_count, budget, kappa, cash_leaf, cash_extra, trial, held,
                unit, group, gain_share, group_rate, group_exempt, group_sales, group_taxable,
                tier_count, tier_up, tier_fixed, tier_rate, leaf_parent, node_parent, leaf_target,
                leaf_weight, leaf_slack, node_target, node_weight, node_slack, value, sums, sold_sum,
                gain_sum, report, order_least, lots_min,
            )  # fmt: skip
            if found < INFINITE and (nodes <= 2 or found < u + 0.2 * (u - bound) + 1e-15):
                if nodes <= 30 or found < u:
                    found = polish(
                        leaf_count, node_count, group_count, budget, kappa, cash_leaf, cash_extra,
                        trial, held, unit, group, gain_share, group_rate, group_exempt, group_sales,
                        group_taxable, tier_count, tier_up, tier_fixed, tier_rate, leaf_parent,
                        node_parent, leaf_target, leaf_weight, leaf_slack, node_target, node_weight,
                        node_slack, value, sums, sold_sum, gain_sum, report, order_least, lots_min,
                        lots_max, found,
                    )  # fmt: skip
                wins = found < u - TIE * max(u, TIE_SCALE)
                if wins or (found <= limit and better_tie(asset_count, by_name, trial, best, unit) == 1):
                    u = min(u, found)
                    for k in range(leaf_count):
                        best[k] = trial[k]
                    limit = u + TIE * max(u, TIE_SCALE)
                    if bound > limit:
                        alive = False
                        break
            if u >= INFINITE:
                break
            if report[2] < inherited:
                # The minimiser belongs to report[2]; only that bound may be used to narrow.
                bound = inherited
            outcome = narrow(leaf_count, limit - report[2], lo, hi, order_least, held, unit, star, curvature)
            if outcome == 0:
                alive = False
                break
            if outcome == 1:
                break
        if not alive:
            continue
        if nodes < root_count:
            # Bound every combination of tax states before diving into one: park this one below.
            parked += 1
            for other in range(height, parked - 1, -1):
                stack_bound[other] = stack_bound[other - 1]
                stack_theta[other] = stack_theta[other - 1]
                for i in range(leaf_count):
                    stack_lo[other * leaf_count + i] = stack_lo[(other - 1) * leaf_count + i]
                    stack_hi[other * leaf_count + i] = stack_hi[(other - 1) * leaf_count + i]
                for g in range(group_count):
                    stack_state[other * group_count + g] = stack_state[(other - 1) * group_count + g]
                    stack_multiplier[other * group_count + g] = stack_multiplier[
                        (other - 1) * group_count + g
                    ]
            for i in range(leaf_count):
                stack_lo[(parked - 1) * leaf_count + i] = lo[i]
                stack_hi[(parked - 1) * leaf_count + i] = hi[i]
            for g in range(group_count):
                stack_state[(parked - 1) * group_count + g] = now_state[g]
                stack_multiplier[(parked - 1) * group_count + g] = good_multiplier[g]
            stack_theta[parked - 1] = theta
            stack_bound[parked - 1] = bound
            height += 1
            continue
        k = choose_split(
            leaf_count, kappa + theta, lo, hi, held, unit, star, curvature, leaf_weight, buy_slope,
            sell_slope, cost_base, order_least, tier_count, tier_up, tier_fixed, tier_rate, report,
        )  # fmt: skip
        if k < 0:
            # The bound's minimiser is a whole plan: done when it costs what the bound says.
            for i in range(leaf_count):
                trial[i] = 0
                if unit[i] > 0.0:
                    trial[i] = int(math.floor((star[i] - held[i]) / unit[i] + 0.5))
            found = evaluate(
                leaf_count, node_count, group_count, budget, kappa, cash_leaf, cash_extra, trial, held,
                unit, group, gain_share, group_rate, group_exempt, group_sales, group_taxable,
                tier_count, tier_up, tier_fixed, tier_rate, leaf_parent, node_parent, leaf_target,
                leaf_weight, leaf_slack, node_target, node_weight, node_slack, value, sums, sold_sum,
                gain_sum, report,
            )  # fmt: skip
            if found <= bound + TIE * max(bound, TIE_SCALE):
                wins = found < u - TIE * max(u, TIE_SCALE)
                if wins or (found <= limit and better_tie(asset_count, by_name, trial, best, unit) == 1):
                    u = min(u, found)
                    for i in range(leaf_count):
                        best[i] = trial[i]
                continue
            widest = 0.0
            for i in range(leaf_count):
                if unit[i] > 0.0 and (hi[i] - lo[i]) * unit[i] > widest:
                    widest = (hi[i] - lo[i]) * unit[i]
                    k = i
            if k < 0:
                # A single plan is left and it was just evaluated.
                if found < u - TIE * max(u, TIE_SCALE):
                    u = found
                    for i in range(leaf_count):
                        best[i] = trial[i]
                continue
            report[5] = 0.0
        if height + 3 > stack_size:
            closed = min(closed, bound)
            continue
        z = (star[k] - held[k]) / unit[k]
        parts = 2
        cut = int(math.floor(z + 1e-9))
        if cut < lo[k]:
            cut = lo[k]
        if cut >= hi[k]:
            cut = hi[k] - 1
        prefer_low = z - cut <= 0.5
        by_order = report[5] == ORDER_OR_NONE
        if report[5] == WHICH_BRACKET:
            cut = bracket_cut(lo[k], hi[k], z, unit[k], tier_count, tier_up)
            prefer_low = z <= cut
        if by_order:
            parts = 3
        # The side to try first is pushed last.
        for step in range(parts):
            piece = step
            if not by_order:
                piece = 1 - step if prefer_low else step
            elif z < 0.0:
                piece = (1, 0, 2)[step] if abs(z) < order_least[k] else (1, 2, 0)[step]
            else:
                piece = (0, 1, 2)[step] if abs(z) < order_least[k] else (0, 2, 1)[step]
            low = lo[k]
            high = hi[k]
            if not by_order:
                if piece == 0:
                    high = cut
                else:
                    low = cut + 1
            elif piece == 0:
                # 0 = the order against the pull, 1 = the order with it, 2 = none; by sign of z.
                high = min(high, -order_least[k])
            elif piece == 1:
                low = max(low, order_least[k])
            else:
                low = 0
                high = 0
            if low > high:
                continue
            at = height * leaf_count
            for i in range(leaf_count):
                stack_lo[at + i] = lo[i]
                stack_hi[at + i] = hi[i]
            stack_lo[at + k] = low
            stack_hi[at + k] = high
            at = height * group_count
            for g in range(group_count):
                stack_state[at + g] = now_state[g]
                stack_multiplier[at + g] = good_multiplier[g]
            stack_theta[height] = theta
            stack_bound[height] = bound
            height += 1
    for i in range(height):
        closed = min(closed, stack_bound[i])
    result[OBJECTIVE] = u
    result[BOUND] = min(u, closed)
    result[NODES] = nodes
    result[FOUND] = 1.0 if u < INFINITE else 0.0
