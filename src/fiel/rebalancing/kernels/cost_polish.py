"""A whole plan with costs made better: one asset changed, or lots moved between two, while that helps."""

from __future__ import annotations

import math

from fiel.rebalancing.jit import jit
from fiel.rebalancing.kernels.arrays import FloatArray, IntArray, scratch
from fiel.rebalancing.kernels.cost_plans import evaluate, is_taxed, snap
from fiel.rebalancing.kernels.cost_relax import fee_of
from fiel.rebalancing.kernels.laminar import BUDGET_TOLERANCE

POLISH_PASSES_MAX = 40
IMPROVEMENT_MIN = 1e-13
#: A change foreseen to be better than this part of the objective is evaluated in full.
WORTH_A_LOOK = 1e-14


@jit
def order_change(
    k: int,
    z: int,
    lots: IntArray,
    unit: FloatArray,
    gain_share: FloatArray,
    tier_count: int,
    tier_up: FloatArray,
    tier_fixed: FloatArray,
    tier_rate: FloatArray,
) -> tuple[float, float, float]:
    """What changes in fee, sales and taxable gain when asset k gets `z` lots."""
    before = unit[k] * lots[k]
    after = unit[k] * z
    fee = 0.0
    sold = 0.0
    gain = 0.0
    if lots[k] != 0:
        paid = fee_of(abs(before), tier_count, tier_up, tier_fixed, tier_rate)
        fee -= paid
        if before < 0.0:
            sold += before
            gain += gain_share[k] * before + paid
    if z != 0:
        paid = fee_of(abs(after), tier_count, tier_up, tier_fixed, tier_rate)
        fee += paid
        if after < 0.0:
            sold -= after
            gain -= gain_share[k] * after + paid
    return fee, sold, gain


@jit
def tax_change(
    g: int,
    sold: float,
    gain: float,
    group_rate: FloatArray,
    group_exempt: FloatArray,
    sold_sum: FloatArray,
    gain_sum: FloatArray,
) -> float:
    """What changes in a group's tax when its sales and gain change by this much."""
    tax = 0.0
    if is_taxed(sold_sum[g], group_exempt[g]):
        tax -= max(gain_sum[g], 0.0)
    if is_taxed(sold_sum[g] + sold, group_exempt[g]):
        tax += max(gain_sum[g] + gain, 0.0)
    return group_rate[g] * tax


@jit
def pull_of(
    k: int,
    leaf_parent: IntArray,
    node_parent: IntArray,
    leaf_target: FloatArray,
    leaf_weight: FloatArray,
    node_target: FloatArray,
    node_weight: FloatArray,
    value: FloatArray,
    sums: FloatArray,
) -> tuple[float, float]:
    """Half the slope of the squared errors as asset k's value grows, and how fast that slope rises."""
    push = leaf_weight[k] * (value[k] - leaf_target[k])
    stiffness = leaf_weight[k]
    v = leaf_parent[k]
    while v >= 0:
        push += node_weight[v] * (sums[v] - node_target[v])
        stiffness += node_weight[v]
        v = node_parent[v]
    return push, stiffness


@jit
def polish(
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
    lots_max: IntArray,
    objective: float,
) -> float:
    """Improve a feasible plan by changing one asset, or moving lots between two, until nothing helps."""
    is_plain = cash_leaf < 0
    for k in range(leaf_count):
        if leaf_slack[k] > 0.0:
            is_plain = False
    for v in range(node_count):
        if node_slack[v] > 0.0:
            is_plain = False
    common = scratch(node_count)
    for _ in range(POLISH_PASSES_MAX):
        improved = False
        for k in range(leaf_count):
            if unit[k] <= 0.0 or lots_min[k] == lots_max[k]:
                continue
            before = lots[k]
            push, stiffness = pull_of(
                k, leaf_parent, node_parent, leaf_target, leaf_weight, node_target, node_weight, value, sums
            )
            ideal = before - int(math.floor(push / (stiffness * unit[k]) + 0.5))
            kept = before
            tried = False
            started = objective
            left = report[4]
            for choice in range(5):
                if choice == 0:
                    z = ideal
                elif choice == 1:
                    z = 0
                elif choice == 2:
                    z = before + 1
                elif choice == 3:
                    z = before - 1
                else:
                    z = order_least[k] if push < 0.0 else -order_least[k]
                z = snap(z, order_least[k], lots_min[k], lots_max[k])
                if z == kept:
                    continue
                if is_plain and not tried:
                    # The change is known without evaluating: most are no use.
                    fee, sold, gain = order_change(
                        k, z, lots, unit, gain_share, tier_count, tier_up, tier_fixed, tier_rate
                    )
                    g = group[k]
                    if g >= 0 and (sold != 0.0 or gain != 0.0):
                        fee += tax_change(g, sold, gain, group_rate, group_exempt, sold_sum, gain_sum)
                    x = unit[k] * (z - before)
                    change = (2.0 * push + stiffness * x) * x + kappa * fee
                    if change > WORTH_A_LOOK * started or left - x - fee < -2.0 * BUDGET_TOLERANCE:
                        continue
                tried = True
                lots[k] = z
                trial = evaluate(
                    leaf_count, node_count, group_count, budget, kappa, cash_leaf, cash_extra, lots, held,
                    unit,
                    group, gain_share, group_rate, group_exempt, group_sales, group_gain, tier_count, tier_up,
                    tier_fixed, tier_rate, leaf_parent, node_parent, leaf_target, leaf_weight, leaf_slack,
                    node_target, node_weight, node_slack, value, sums, sold_sum, gain_sum, report,
                )  # fmt: skip
                if trial < objective - IMPROVEMENT_MIN * objective - 1e-18:
                    objective = trial
                    kept = z
                    improved = True
            lots[k] = kept
            if tried:
                evaluate(
                    leaf_count, node_count, group_count, budget, kappa, cash_leaf, cash_extra, lots, held,
                    unit,
                    group, gain_share, group_rate, group_exempt, group_sales, group_gain, tier_count, tier_up,
                    tier_fixed, tier_rate, leaf_parent, node_parent, leaf_target, leaf_weight, leaf_slack,
                    node_target, node_weight, node_slack, value, sums, sold_sum, gain_sum, report,
                )  # fmt: skip
        for k in range(leaf_count):
            if unit[k] <= 0.0 or lots_min[k] == lots_max[k]:
                continue
            # The weights that k shares with each inner node.
            v = leaf_parent[k]
            for w in range(node_count):
                common[w] = 0.0
            while v >= 0:
                common[v] = 1.0
                v = node_parent[v]
            common[0] = node_weight[0]
            for w in range(1, node_count):
                common[w] = common[node_parent[w]] + common[w] * node_weight[w]
            for j in range(leaf_count):
                if j == k or unit[j] <= 0.0 or lots_min[j] == lots_max[j]:
                    continue
                one = lots[k]
                two = lots[j]
                # Whatever one lot of k costs is taken from j, rounded both ways.
                part = int(math.floor(unit[k] / unit[j]))
                for extra in range(2):
                    step = max(part + extra, 1)
                    if extra == 1 and part == 0:
                        continue
                    a = snap(one + 1, order_least[k], lots_min[k], lots_max[k])
                    b = snap(two - step, order_least[j], lots_min[j], lots_max[j])
                    if a == one or b == two:
                        continue
                    if is_plain:
                        x = unit[k] * (a - one)
                        y = unit[j] * (b - two)
                        change = 2.0 * common[leaf_parent[j]] * x * y
                        for side in range(2):
                            i = k if side == 0 else j
                            moved = x if side == 0 else y
                            push, stiffness = pull_of(
                                i, leaf_parent, node_parent, leaf_target, leaf_weight, node_target,
                                node_weight, value, sums,
                            )  # fmt: skip
                            change += (2.0 * push + stiffness * moved) * moved
                        fee, sold, gain = order_change(
                            k, a, lots, unit, gain_share, tier_count, tier_up, tier_fixed, tier_rate
                        )
                        fee_two, sold_two, gain_two = order_change(
                            j, b, lots, unit, gain_share, tier_count, tier_up, tier_fixed, tier_rate
                        )
                        fee += fee_two
                        g = group[k]
                        h = group[j]
                        if g >= 0 and g == h:
                            sold += sold_two
                            gain += gain_two
                        elif h >= 0 and (sold_two != 0.0 or gain_two != 0.0):
                            fee += tax_change(
                                h, sold_two, gain_two, group_rate, group_exempt, sold_sum, gain_sum
                            )
                        if g >= 0 and (sold != 0.0 or gain != 0.0):
                            fee += tax_change(g, sold, gain, group_rate, group_exempt, sold_sum, gain_sum)
                        change += kappa * fee
                        if (
                            change > WORTH_A_LOOK * objective
                            or report[4] - x - y - fee < -2.0 * BUDGET_TOLERANCE
                        ):
                            continue
                    lots[k] = a
                    lots[j] = b
                    trial = evaluate(
                        leaf_count, node_count, group_count, budget, kappa, cash_leaf, cash_extra, lots,
                        held, unit,
                        group, gain_share, group_rate, group_exempt, group_sales, group_gain, tier_count,
                        tier_up,
                        tier_fixed, tier_rate, leaf_parent, node_parent, leaf_target, leaf_weight, leaf_slack,
                        node_target, node_weight, node_slack, value, sums, sold_sum, gain_sum, report,
                    )  # fmt: skip
                    if trial < objective - IMPROVEMENT_MIN * objective - 1e-18:
                        objective = trial
                        one = a
                        two = b
                        improved = True
                    else:
                        lots[k] = one
                        lots[j] = two
                        if is_plain:
                            evaluate(
                                leaf_count, node_count, group_count, budget, kappa, cash_leaf, cash_extra,
                                lots, held, unit,
                                group, gain_share, group_rate, group_exempt, group_sales, group_gain,
                                tier_count, tier_up,
                                tier_fixed, tier_rate, leaf_parent, node_parent, leaf_target, leaf_weight,
                                leaf_slack,
                                node_target, node_weight, node_slack, value, sums, sold_sum, gain_sum, report,
                            )  # fmt: skip
        evaluate(
            leaf_count, node_count, group_count, budget, kappa, cash_leaf, cash_extra, lots, held, unit,
            group, gain_share, group_rate, group_exempt, group_sales, group_gain, tier_count, tier_up,
            tier_fixed, tier_rate, leaf_parent, node_parent, leaf_target, leaf_weight, leaf_slack,
            node_target, node_weight, node_slack, value, sums, sold_sum, gain_sum, report,
        )  # fmt: skip
        if not improved:
            break
    return objective
