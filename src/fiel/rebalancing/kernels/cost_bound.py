"""A lower bound for plans with fees, minimum orders, taxes and destination bands.

Budget, tax and the cap of an exempt month are priced instead of enforced (Lagrange): `theta` per
unit of money spent, and per tax group one multiplier, of the cap in an exempt month or of "gain
above zero" in a taxed one. What remains is `cost_relax`, minimised exactly, so *any* multipliers
give a valid bound; good ones are found by Newton steps inside brackets.

States of a tax group: FREE no tax can arise, EXEMPT the month's sales stay under the cap,
TAXED they do not (or there is no cap) and tax = rate * max(0, gain).
"""

from __future__ import annotations

from fiel.rebalancing.jit import jit
from fiel.rebalancing.kernels.arrays import FloatArray, IntArray
from fiel.rebalancing.kernels.cost_relax import (
    EXEMPT,
    FREE,
    TAXED,
    price_leaves,
    settle_priced,
    square_of,
)
from fiel.rebalancing.kernels.laminar import INFINITE

#: Overspending that is worth another step of theta: the bound loses the square of it.
SPEND_TOLERANCE = 1e-10


@jit
def dual_value(
    leaf_count: int,
    node_count: int,
    group_count: int,
    budget: float,
    theta: float,
    kappa: float,
    held: FloatArray,
    unit: FloatArray,
    buy_slope: FloatArray,
    sell_slope: FloatArray,
    cost_base: FloatArray,
    cap_price: FloatArray,
    group: IntArray,
    gain_share: FloatArray,
    group_rate: FloatArray,
    group_cap: FloatArray,
    group_gain: FloatArray,
    state: IntArray,
    multiplier: FloatArray,
    leaf_target: FloatArray,
    leaf_weight: FloatArray,
    leaf_slack: FloatArray,
    leaf_value: FloatArray,
    node_target: FloatArray,
    node_weight: FloatArray,
    node_slack: FloatArray,
    total: FloatArray,
    group_push: FloatArray,
    report: FloatArray,
) -> None:
    """The bound at these multipliers: report[0] its value, report[1] the overspending at its minimiser.

    `group_push` gets, per group, how much the sales pass the cap (EXEMPT) or the taxable gain (TAXED).
    """
    value = 0.0
    cost = 0.0
    spent = total[0]
    for g in range(group_count):
        if state[g] == EXEMPT:
            value -= multiplier[g] * group_cap[g]
            group_push[g] = -group_cap[g]
        elif state[g] == TAXED:
            cost += group_rate[g] * multiplier[g] * group_gain[g]
            group_push[g] = group_gain[g]
        else:
            group_push[g] = 0.0
    for k in range(leaf_count):
        x = leaf_value[k]
        value += leaf_weight[k] * square_of(x - leaf_target[k], leaf_slack[k])
        if unit[k] <= 0.0:
            continue
        if x > held[k]:
            cost += cost_base[k] + buy_slope[k] * (x - held[k])
        else:
            sold = held[k] - x
            cost += cost_base[k] + sell_slope[k] * sold
            value += cap_price[k] * sold
            g = group[k]
            if g >= 0:
                if state[g] == EXEMPT:
                    group_push[g] += sold
                elif state[g] == TAXED and sold > 0.0:
                    # The gain is net of the sale's own fee: what is left of the line's cost without tax.
                    taxed_part = group_rate[g] * multiplier[g]
                    line = cost_base[k] + sell_slope[k] * sold
                    fee = (line - taxed_part * gain_share[k] * sold) / (1.0 - taxed_part)
                    group_push[g] += gain_share[k] * sold - max(fee, 0.0)
    for v in range(node_count):
        value += node_weight[v] * square_of(total[v] - node_target[v], node_slack[v])
    over = spent + cost - budget
    report[0] = value + kappa * cost + theta * over
    report[1] = over


@jit
def bound_box(
    leaf_count: int,
    node_count: int,
    group_count: int,
    budget: float,
    theta_start: float,
    theta_least: float,
    kappa: float,
    cutoff: float,
    rounds_max: int,
    box_lo: IntArray,
    box_hi: IntArray,
    order_least: IntArray,
    held: FloatArray,
    unit: FloatArray,
    gain_share: FloatArray,
    group: IntArray,
    group_rate: FloatArray,
    group_cap: FloatArray,
    group_gain: FloatArray,
    state: IntArray,
    multiplier: FloatArray,
    tier_count: int,
    tier_up: FloatArray,
    tier_fixed: FloatArray,
    tier_rate: FloatArray,
    leaf_target: FloatArray,
    leaf_weight: FloatArray,
    leaf_slack: FloatArray,
    leaf_lo: FloatArray,
    leaf_hi: FloatArray,
    leaf_value: FloatArray,
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
    price: FloatArray,
    total: FloatArray,
    slope: FloatArray,
    work: FloatArray,
    trail: IntArray,
    group_push: FloatArray,
    group_low: FloatArray,
    group_high: FloatArray,
    best_value: FloatArray,
    best_multiplier: FloatArray,
    report: FloatArray,
) -> None:
    """The best bound found for a box: report[2] its value, report[3] its theta; `best_value` its minimiser.

    Stops early once the bound passes `cutoff`. `multiplier` is the start and is used up.
    """
    for g in range(group_count):
        # Not yet bracketed: below and above everything allowed.
        group_low[g] = -1.0
        group_high[g] = INFINITE
    best = -INFINITE
    best_theta = theta_start
    theta = max(theta_start, theta_least)
    for round_number in range(rounds_max):
        low = theta_least
        high = INFINITE
        price_leaves(
            leaf_count, box_lo, box_hi, order_least, held, unit, gain_share, group,
            group_rate, state, multiplier, tier_count, tier_up, tier_fixed, tier_rate, leaf_lo,
            leaf_hi, buy_slope, sell_slope, cost_base, cap_price,
        )  # fmt: skip
        for _step in range(40):
            settle_priced(
                -theta, kappa + theta, held, buy_slope, sell_slope, cap_price, leaf_target,
                leaf_weight, leaf_slack, leaf_lo, leaf_hi, leaf_value, node_target, node_weight,
                node_slack, leaf_start, leaf_end, child_start, child_end, price, total, slope, work,
                trail,
            )  # fmt: skip
            dual_value(
                leaf_count, node_count, group_count, budget, theta, kappa, held, unit, buy_slope,
                sell_slope, cost_base, cap_price, group, gain_share, group_rate, group_cap,
                group_gain, state, multiplier, leaf_target, leaf_weight, leaf_slack, leaf_value,
                node_target, node_weight, node_slack, total, group_push, report,
            )  # fmt: skip
            if report[0] > best:
                best = report[0]
                best_theta = theta
                for k in range(leaf_count):
                    best_value[k] = leaf_value[k]
                for g in range(group_count):
                    best_multiplier[g] = multiplier[g]
                if best > cutoff:
                    break
            over = report[1]
            if abs(over) <= SPEND_TOLERANCE or (over < 0.0 and theta <= theta_least):
                break
            if over > 0.0:
                low = theta
            else:
                high = theta
            moved = theta + over / slope[0] if slope[0] > 1e-14 else INFINITE
            if moved <= low or moved >= high:
                if high < INFINITE:
                    moved = 0.5 * (low + high)
                    if moved <= low or moved >= high:
                        break
                else:
                    moved = 2.0 * low + 1e-3
                    if moved > 1e6:
                        break
            moved = max(theta_least, moved)
            theta = moved
        if best > cutoff:
            break
        changed = False
        for g in range(group_count):
            push = group_push[g]
            m = multiplier[g]
            if state[g] == FREE or abs(push) <= SPEND_TOLERANCE:
                continue
            top = 1.0 if state[g] == TAXED else INFINITE
            if (push < 0.0 and m <= 0.0) or (push > 0.0 and m >= top):
                continue
            if push > 0.0:
                group_low[g] = m
                group_low[group_count + g] = push
            else:
                group_high[g] = m
                group_high[group_count + g] = push
            if group_low[g] >= 0.0 and group_high[g] < INFINITE:
                # False position, kept away from the ends so that both close in.
                span = group_high[g] - group_low[g]
                share = group_low[group_count + g] / (
                    group_low[group_count + g] - group_high[group_count + g]
                )
                moved = group_low[g] + span * min(max(share, 0.1), 0.9)
            elif state[g] == TAXED:
                stride = 0.1 if round_number == 0 else 1.0
                moved = min(max(m + stride if push > 0.0 else m - stride, 0.0), 1.0)
            else:
                ease = 0.0
                for k in range(leaf_count):
                    if group[k] == g and leaf_value[k] < held[k] and leaf_value[k] > leaf_lo[k]:
                        ease += 0.5 / leaf_weight[k]
                moved = m + push / ease if ease > 0.0 else 0.0
                if push > 0.0:
                    # The step knows this group only; where others must take over, it has to grow.
                    moved = max(moved, 1.5 * m + 1e-3)
                moved = max(moved, 0.0)
            if moved != m and moved < 1e6:
                multiplier[g] = moved
                changed = True
        if not changed:
            break
    report[2] = best
    report[3] = best_theta
