"""Complete plans with their true cost: evaluate, make affordable. The engine re-checks in Decimal."""

from __future__ import annotations

import math

from fiel.rebalancing.jit import jit
from fiel.rebalancing.kernels.arrays import FloatArray, IntArray
from fiel.rebalancing.kernels.cost_relax import fee_of, square_of
from fiel.rebalancing.kernels.laminar import BUDGET_TOLERANCE, INFINITE


@jit
def is_taxed(sold: float, exempt: float) -> bool:
    """Whether a month with sales of `sold` is taxed; `exempt` < 0: the group knows no exemption."""
    return exempt < 0.0 or sold > exempt + BUDGET_TOLERANCE


@jit
def evaluate(
    leaf_count: int,
    node_count: int,
    group_count: int,
    budget: float,
    kappa: float,
    cash_leaf: int,
    cash_extra: float,
    lots: IntArray,
    held: FloatArray,
    unit: FloatArray,
    group: IntArray,
    gain_share: FloatArray,
    group_rate: FloatArray,
    group_exempt: FloatArray,
    group_sales: FloatArray,
    group_gain: FloatArray,
    tier_count: int,
    tier_up: FloatArray,
    tier_fixed: FloatArray,
    tier_rate: FloatArray,
    leaf_parent: IntArray,
    node_parent: IntArray,
    leaf_target: FloatArray,
    leaf_weight: FloatArray,
    leaf_slack: FloatArray,
    node_target: FloatArray,
    node_weight: FloatArray,
    node_slack: FloatArray,
    value: FloatArray,
    sums: FloatArray,
    sold_sum: FloatArray,
    gain_sum: FloatArray,
    report: FloatArray,
) -> float:
    """The objective of a plan, INFINITE when it overspends; report[4] = money left above the minimum.

    `group_exempt` < 0 means that the group knows no exemption.
    """
    for v in range(node_count):
        sums[v] = 0.0
    for g in range(group_count):
        sold_sum[g] = group_sales[g]
        gain_sum[g] = group_gain[g]
    cost = 0.0
    assets = 0.0
    for k in range(leaf_count):
        if k == cash_leaf:
            continue
        x = held[k]
        if unit[k] > 0.0 and lots[k] != 0:
            money = unit[k] * lots[k]
            x = held[k] + money
            fee = fee_of(abs(money), tier_count, tier_up, tier_fixed, tier_rate)
            cost += fee
            g = group[k]
            if money < 0.0 and g >= 0:
                sold_sum[g] -= money
                gain_sum[g] += gain_share[k] * -money - fee
        value[k] = x
        assets += x
        sums[leaf_parent[k]] += x
    for g in range(group_count):
        if is_taxed(sold_sum[g], group_exempt[g]) and gain_sum[g] > 0.0:
            cost += group_rate[g] * gain_sum[g]
    left = budget - assets - cost
    report[4] = left
    if left < -BUDGET_TOLERANCE:
        return INFINITE
    if cash_leaf >= 0:
        value[cash_leaf] = left + cash_extra
        sums[leaf_parent[cash_leaf]] += left + cash_extra
    objective = kappa * cost
    for k in range(leaf_count):
        objective += leaf_weight[k] * square_of(value[k] - leaf_target[k], leaf_slack[k])
    for v in range(node_count - 1, -1, -1):
        if v > 0:
            sums[node_parent[v]] += sums[v]
        objective += node_weight[v] * square_of(sums[v] - node_target[v], node_slack[v])
    return objective


@jit
def snap(z: int, least: int, lowest: int, highest: int) -> int:
    """The nearest number of lots to `z` that can be ordered: none, or at least `least` either way."""
    if 0 < z < least:
        z = least if 2 * z >= least else 0
    elif -least < z < 0:
        z = -least if -2 * z >= least else 0
    z = min(z, highest)
    z = max(z, lowest)
    if 0 < z < least or -least < z < 0:
        z = 0
    return z


@jit
def make_affordable(
    leaf_count: int,
    node_count: int,
    group_count: int,
    budget: float,
    kappa: float,
    cash_leaf: int,
    cash_extra: float,
    lots: IntArray,
    held: FloatArray,
    unit: FloatArray,
    group: IntArray,
    gain_share: FloatArray,
    group_rate: FloatArray,
    group_exempt: FloatArray,
    group_sales: FloatArray,
    group_gain: FloatArray,
    tier_count: int,
    tier_up: FloatArray,
    tier_fixed: FloatArray,
    tier_rate: FloatArray,
    leaf_parent: IntArray,
    node_parent: IntArray,
    leaf_target: FloatArray,
    leaf_weight: FloatArray,
    leaf_slack: FloatArray,
    node_target: FloatArray,
    node_weight: FloatArray,
    node_slack: FloatArray,
    value: FloatArray,
    sums: FloatArray,
    sold_sum: FloatArray,
    gain_sum: FloatArray,
    report: FloatArray,
    order_least: IntArray,
    lots_min: IntArray,
) -> float:
    """Give back lots, the most overweight asset first, until the plan can be paid; returns its objective."""
    objective = evaluate(
        leaf_count, node_count, group_count, budget, kappa, cash_leaf, cash_extra, lots, held, unit,
        group, gain_share, group_rate, group_exempt, group_sales, group_gain, tier_count, tier_up,
        tier_fixed, tier_rate, leaf_parent, node_parent, leaf_target, leaf_weight, leaf_slack,
        node_target, node_weight, node_slack, value, sums, sold_sum, gain_sum, report,
    )  # fmt: skip
    for _ in range(4 * leaf_count + 8):
        if objective < INFINITE:
            break
        over = -report[4]
        pick = -1
        worst = -INFINITE
        for k in range(leaf_count):
            if unit[k] > 0.0 and lots[k] > lots_min[k]:
                excess = value[k] - leaf_target[k]
                # A buy that is undone costs nothing more; a further sale does.
                if lots[k] > 0:
                    excess += 4.0
                if excess > worst:
                    worst = excess
                    pick = k
        if pick < 0:
            break
        give = int(math.ceil(over / unit[pick] - 1e-9))
        give = max(give, 1)
        z = lots[pick] - give
        if lots[pick] > 0 and z < order_least[pick]:
            z = 0
        elif -order_least[pick] < z < 0:
            z = -order_least[pick]
        z = max(z, lots_min[pick])
        lots[pick] = z
        objective = evaluate(
            leaf_count, node_count, group_count, budget, kappa, cash_leaf, cash_extra, lots, held, unit,
            group, gain_share, group_rate, group_exempt, group_sales, group_gain, tier_count, tier_up,
            tier_fixed, tier_rate, leaf_parent, node_parent, leaf_target, leaf_weight, leaf_slack,
            node_target, node_weight, node_slack, value, sums, sold_sum, gain_sum, report,
        )  # fmt: skip
    return objective
