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
from fiel.rebalancing.kernels.cost_bound import bound_box
from fiel.rebalancing.kernels.cost_leaves import lift
from fiel.rebalancing.kernels.cost_plans import make_affordable, snap
from fiel.rebalancing.kernels.cost_polish import polish
from fiel.rebalancing.kernels.cost_relax import price_leaves
from fiel.rebalancing.kernels.cost_split import (
    ORDER_OR_NONE,
    WHICH_BRACKET,
    bracket_cut,
    choose_split,
    curvature_of_all,
    fit_order,
    narrow,
)
from fiel.rebalancing.kernels.laminar import INFINITE
from fiel.rebalancing.kernels.lots import BOUND, FOUND, NODES, OBJECTIVE, TIE, TIE_SCALE, better_tie

ROUNDS_ROOT = 40
ROUNDS_NODE = 6
NARROWINGS_MAX = 3
#: A plan this near its own bound (relative to the floor of gaps) ends its branch: lots too fine to matter.
CLOSE_ENOUGH = 5e-10
GAP_FLOOR = 1e-9


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
        leaf_count, node_count, leaf_parent, node_parent, leaf_weight, leaf_slack, node_weight,
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
            price_leaves(
                leaf_count, lo, hi, order_least, held, unit, gain_share, group, group_rate, now_state,
                good_multiplier, tier_count, tier_up, tier_fixed, tier_rate, leaf_lo, leaf_hi,
                buy_slope, sell_slope, cost_base, cap_price,
            )  # fmt: skip
            relaxed = report[2]
            shrunk = lift(
                node_count, limit - relaxed, theta, kappa, lo, hi, order_least, held, unit,
                gain_share, group, group_rate, now_state, good_multiplier, tier_count, tier_up,
                tier_fixed, tier_rate, leaf_target, leaf_weight, leaf_slack, star, buy_slope, sell_slope,
                cost_base, cap_price, node_target, node_weight, node_slack, leaf_start, leaf_end,
                child_start, child_end, total, slope, leaf_value, report,
            )  # fmt: skip
            if shrunk == 0:
                alive = False
                break
            bound = max(bound, relaxed + report[6])
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
            # The minimiser belongs to the relaxed bound; only that one may be used to narrow.
            outcome = narrow(leaf_count, limit - relaxed, lo, hi, order_least, held, unit, star, curvature)
            if outcome == 0:
                alive = False
                break
            if outcome == 1 and shrunk == 1:
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
            leaf_count, kappa + theta, lo, hi, held, unit, star, leaf_weight, buy_slope,
            sell_slope, cost_base, order_least, tier_count, tier_up, tier_fixed, tier_rate, report,
        )  # fmt: skip
        if k < 0:
            # The bound's minimiser is a whole plan: done when it costs what the bound says.
            for i in range(leaf_count):
                trial[i] = 0
                if unit[i] > 0.0:
                    whole = int(math.floor((star[i] - held[i]) / unit[i] + 0.5))
                    trial[i] = snap(whole, order_least[i], lo[i], hi[i])
            found = make_affordable(
                leaf_count, node_count, group_count, budget, kappa, cash_leaf, cash_extra, trial, held,
                unit, group, gain_share, group_rate, group_exempt, group_sales, group_taxable,
                tier_count, tier_up, tier_fixed, tier_rate, leaf_parent, node_parent, leaf_target,
                leaf_weight, leaf_slack, node_target, node_weight, node_slack, value, sums, sold_sum,
                gain_sum, report,
                order_least, lots_min,
            )  # fmt: skip
            if found <= bound + CLOSE_ENOUGH * max(bound, GAP_FLOOR):
                closed = min(closed, bound)
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
                # A single plan is left, and it was just evaluated.
                if found < u - TIE * max(u, TIE_SCALE):
                    u = found
                    for i in range(leaf_count):
                        best[i] = trial[i]
                continue
            report[5] = 0.0
        if height + 3 > stack_size:
            closed = min(closed, bound)
            continue
        place = (star[k] - held[k]) / unit[k]
        parts = 2
        cut = int(math.floor(place + 1e-9))
        cut = max(cut, lo[k])
        if cut >= hi[k]:
            cut = hi[k] - 1
        prefer_low = place - cut <= 0.5
        by_order = report[5] == ORDER_OR_NONE
        if report[5] == WHICH_BRACKET:
            cut = bracket_cut(lo[k], hi[k], place, unit[k], tier_count, tier_up)
            prefer_low = place <= cut
        if by_order:
            parts = 3
        # The side to try first is pushed last.
        for step in range(parts):
            piece = step
            if not by_order:
                piece = 1 - step if prefer_low else step
            elif place < 0.0:
                piece = (1, 0, 2)[step] if abs(place) < order_least[k] else (1, 2, 0)[step]
            else:
                piece = (0, 1, 2)[step] if abs(place) < order_least[k] else (0, 2, 1)[step]
            low = lo[k]
            high = hi[k]
            if not by_order:
                if piece == 0:
                    high = cut
                else:
                    low = cut + 1
            elif piece == 0:
                # 0 = the order against the pull, 1 = the order with it, 2 = none; by sign of place.
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
