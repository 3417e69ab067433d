"""Many portfolios of one target tree: the search without costs, one portfolio after the other."""

from __future__ import annotations

import math

from fiel.rebalancing.jit import jit
from fiel.rebalancing.kernels.arrays import FloatArray, FloatMatrix, IntArray, IntMatrix
from fiel.rebalancing.kernels.laminar import INFINITE
from fiel.rebalancing.kernels.lots import BOUND, FOUND, NODES, OBJECTIVE, search

#: A lot counts as affordable when it fits to this fraction of itself.
FIT = 1e-9


@jit
def search_all(
    portfolio_count: int,
    leaf_count: int,
    node_count: int,
    depth_count: int,
    cash_leaf: int,
    may_buy: int,
    may_sell: int,
    nodes_max: int,
    asset_price: FloatArray,
    asset_lot: FloatArray,
    leaf_asset: IntArray,
    leaf_buyable: IntArray,
    leaf_sellable: IntArray,
    quantity: FloatMatrix,
    cash: FloatArray,
    minimum_cash: FloatArray,
    sequence: IntArray,
    twin: IntArray,
    by_name: IntArray,
    held: FloatArray,
    unit: FloatArray,
    lots_min: IntArray,
    lots_max: IntArray,
    leaf_parent: IntArray,
    leaf_target: FloatArray,
    leaf_weight: FloatArray,
    leaf_ease: FloatArray,
    leaf_lo: FloatArray,
    leaf_hi: FloatArray,
    leaf_value: FloatArray,
    node_target: FloatArray,
    node_weight: FloatArray,
    node_stiffness: FloatArray,
    leaf_start: IntArray,
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
    curvature: FloatArray,
    down: IntArray,
    up: IntArray,
    star: FloatArray,
    bound: FloatArray,
    gradient: FloatArray,
    base: FloatArray,
    spent: FloatArray,
    committed: FloatArray,
    least_after: FloatArray,
    lots: IntArray,
    best: IntArray,
    result: FloatArray,
    out_lots: IntMatrix,
    out_result: FloatMatrix,
) -> None:
    """Solve every portfolio: `out_lots[p, asset]`, `out_result[p]` = objective, bound, nodes, found.

    A portfolio worth nothing, or whose minimum cash no plan keeps, is reported as not found.
    """
    for p in range(portfolio_count):
        whole = cash[p]
        for k in range(leaf_count):
            a = leaf_asset[k]
            if a >= 0:
                whole += quantity[p, a] * asset_price[a]
        for f in range(4):
            out_result[p, f] = 0.0
        if not whole > 0.0:
            continue
        spendable = cash[p] - minimum_cash[p]
        for k in range(leaf_count):
            a = leaf_asset[k]
            best[k] = 0
            lots[k] = 0
            if a < 0:
                leaf_lo[k] = minimum_cash[p] / whole
                leaf_hi[k] = INFINITE
                continue
            held[k] = quantity[p, a] * asset_price[a] / whole
            unit[k] = asset_lot[a] * asset_price[a] / whole
            lots_min[k] = 0
            if may_sell == 1 and leaf_sellable[k] == 1:
                lots_min[k] = -int(math.floor(quantity[p, a] / asset_lot[a] + FIT))
                spendable -= lots_min[k] * asset_lot[a] * asset_price[a]
        for k in range(leaf_count):
            a = leaf_asset[k]
            if a < 0:
                continue
            lots_max[k] = 0
            if may_buy == 1 and leaf_buyable[k] == 1 and spendable > 0.0:
                lots_max[k] = int(math.floor(spendable / (asset_lot[a] * asset_price[a]) + FIT))
            leaf_lo[k] = held[k] + unit[k] * lots_min[k]
            leaf_hi[k] = held[k] + unit[k] * lots_max[k]
        for v in range(node_count):
            first[v] = leaf_start[v]
            fixed[v] = 0.0
            price[v] = 0.0
        budget = 1.0
        spend_all = 1
        if cash_leaf < 0:
            budget = (whole - minimum_cash[p]) / whole
            spend_all = 0
        search(
            depth_count, node_count, budget, spend_all, nodes_max, sequence, twin, by_name, held, unit,
            lots_min, lots_max, leaf_parent, leaf_target, leaf_weight, leaf_ease, leaf_lo, leaf_hi,
            leaf_value, node_target, node_weight, node_stiffness, leaf_end, child_start, child_end,
            first, fixed, price, total, slope, work, trail, curvature, down, up, star, bound, gradient,
            base, spent, committed, least_after, lots, best, result,
        )  # fmt: skip
        for k in range(leaf_count):
            a = leaf_asset[k]
            if a >= 0:
                out_lots[p, a] = best[k]
        out_result[p, OBJECTIVE] = result[OBJECTIVE]
        out_result[p, BOUND] = result[BOUND]
        out_result[p, NODES] = result[NODES]
        out_result[p, FOUND] = result[FOUND]
