"""Exact orders for very many portfolios that follow one tree of targets, at one set of prices.

The same branch and bound as a single plan, without costs, run over arrays. Search is in floats;
what is sent to a broker should pass `fiel.rebalancing.evaluation.evaluate` first, as a single plan does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fiel.kernel.errors import InvalidInput
from fiel.rebalancing.kernels import batch, laminar, lots
from fiel.rebalancing.kernels.arrays import Arrays
from fiel.rebalancing.layout import FINE_LOT, Layout, Range, lay_out
from fiel.rebalancing.model import Model
from fiel.rebalancing.problem import Mode

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import ArrayLike, NDArray

NODES_MAX = 20_000


@dataclass(frozen=True, slots=True)
class BatchOrders:
    """Orders of N portfolios in A assets.

    `lots` int64 [N, A]: net whole lots, positive buys, columns as `assets`; `objective` and
    `lower_bound` float64 [N] (equal when the optimum is proven); `node_count` int64 [N];
    `found` bool [N]: False where the portfolio is worth nothing or cannot keep its minimum cash.
    """

    assets: tuple[str, ...]
    lots: NDArray[np.int64]
    objective: NDArray[np.float64]
    lower_bound: NDArray[np.float64]
    node_count: NDArray[np.int64]
    found: NDArray[np.bool_]


def batch_orders(
    template: Model,
    quantities: ArrayLike,
    cash: ArrayLike,
    minimum_cash: ArrayLike = 0.0,
    *,
    nodes_max: int = NODES_MAX,
) -> BatchOrders:
    """Orders for N portfolios that share a model's targets, prices, lots, flags, mode and objective.

    `quantities` float64 [N, A] in units, columns as `template.assets`; `cash` float64 [N] with the
    flow already in it; `minimum_cash` a number or float64 [N]. The template's own holdings and
    money are not used. Raises `InvalidInput` for what this search does not know: fees, taxes on
    sales, minimum orders, maximum weights, destination bands, the hybrid mode, or lots worth less
    than 1e-9 of the largest portfolio (plan those one by one).
    """
    import numpy as np

    _refuse_what_costs(template)
    held = np.ascontiguousarray(quantities, dtype=np.float64)
    count = held.shape[0] if held.ndim == 2 else -1
    if count < 0 or held.shape[1] != len(template.assets):
        raise InvalidInput(
            "shape_mismatch",
            f"quantities must be [N, {len(template.assets)}], one column per asset of the template",
            field="quantities",
        )
    money = np.ascontiguousarray(np.broadcast_to(np.asarray(cash, dtype=np.float64), (count,)))
    reserve = np.ascontiguousarray(np.broadcast_to(np.asarray(minimum_cash, dtype=np.float64), (count,)))
    for name, values in (("quantities", held), ("cash", money), ("minimum_cash", reserve)):
        if not np.isfinite(values).all():
            raise InvalidInput("not_a_number", f"{name} must be finite numbers", field=name)
    if (held < 0).any():
        raise InvalidInput("quantity_negative", "quantities must not be negative", field="quantities")
    _refuse_fine_lots(template, held, money)
    out_lots = np.zeros((count, len(template.assets)), dtype=np.int64)
    out = np.zeros((count, 4), dtype=np.float64)
    _run(template, held, money, reserve, nodes_max, out_lots, out)
    return BatchOrders(
        tuple(asset.id for asset in template.assets),
        out_lots,
        out[:, lots.OBJECTIVE].copy(),
        out[:, lots.BOUND].copy(),
        out[:, lots.NODES].astype(np.int64),
        out[:, lots.FOUND] > 0.5,
    )


def _refuse_what_costs(template: Model) -> None:
    problem = template.problem
    sells = problem.mode in (Mode.FULL, Mode.WITHDRAWAL)
    reasons: Sequence[tuple[bool, str, str]] = (
        (problem.mode is Mode.HYBRID, "mode", "the hybrid mode"),
        (not problem.fees.is_free, "fees", "fees"),
        (
            sells and any(g.rate > 0 for g in problem.tax_groups.values()),
            "tax_groups",
            "taxes on sales",
        ),
        (any(a.minimum_order > 0 for a in template.assets), "assets", "minimum orders"),
        (any(a.maximum_weight is not None for a in template.assets), "assets", "maximum weights"),
        (any(node.slack > 0 for node in template.nodes), "strategy.destination", "destination bands"),
    )
    for applies, field, what in reasons:
        if applies:
            raise InvalidInput(
                "not_in_batch", f"batch orders do not know {what}; plan these one by one", field=field
            )


def _refuse_fine_lots(template: Model, held: NDArray[np.float64], money: NDArray[np.float64]) -> None:
    import numpy as np

    prices = np.array([float(p) for p in template.prices])
    wholes = held @ prices + money
    largest = float(wholes.max(initial=0.0))
    for asset, price in zip(template.assets, template.prices, strict=True):
        if largest > 0 and float(asset.lot * price) < float(FINE_LOT) * largest:
            raise InvalidInput(
                "lot_too_fine",
                f"one lot of {asset.id} is worth less than 1e-9 of the largest portfolio; "
                "plan these one by one",
                field=f"assets.{asset.id}.lot",
            )


def _run(
    template: Model,
    held: NDArray[np.float64],
    money: NDArray[np.float64],
    reserve: NDArray[np.float64],
    nodes_max: int,
    out_lots: NDArray[np.int64],
    out: NDArray[np.float64],
) -> None:
    arrays = Arrays(compiled=True)
    layout = _shared_layout(template)
    leaves, nodes, n = layout.leaf_count, layout.node_count, len(layout.sequence)
    problem = template.problem
    weight = layout.leaf_weight
    sequence, leaf_parent = arrays.ints(layout.sequence), arrays.ints(layout.leaf_parent)
    leaf_weight, node_weight = arrays.floats(weight), arrays.floats(layout.node_weight)
    compliance = [0.0] * nodes
    if layout.cash_leaf >= 0:
        compliance[layout.leaf_parent[layout.cash_leaf]] = 1.0 / weight[layout.cash_leaf]
    curvature = arrays.zeros(n)
    lots.curvatures(
        n, sequence, leaf_parent, leaf_weight, node_weight, arrays.ints(layout.node_parent), nodes,
        arrays.floats(compliance), arrays.zeros(nodes), curvature,
    )  # fmt: skip
    flags = [(template.assets[a] if a >= 0 else None) for a in layout.leaf_asset]
    batch.search_all(
        held.shape[0], leaves, nodes, n, layout.cash_leaf,
        0 if problem.mode is Mode.WITHDRAWAL else 1, 0 if problem.mode is Mode.CONTRIBUTION else 1,
        nodes_max, arrays.floats(float(p) for p in template.prices),
        arrays.floats(float(a.lot) for a in template.assets),
        arrays.ints(layout.leaf_asset), arrays.ints(int(f is not None and f.can_buy) for f in flags),
        arrays.ints(int(f is not None and f.can_sell) for f in flags), held, money, reserve,
        sequence, arrays.int_zeros(n), arrays.ints(layout.by_name), arrays.zeros(leaves),
        arrays.zeros(leaves), arrays.int_zeros(leaves), arrays.int_zeros(leaves), leaf_parent,
        arrays.floats(layout.leaf_target),
        leaf_weight, arrays.floats(0.5 / w for w in weight), arrays.zeros(leaves), arrays.zeros(leaves),
        arrays.zeros(leaves), arrays.floats(layout.node_target), node_weight,
        arrays.floats(2.0 * w for w in layout.node_weight), arrays.ints(layout.leaf_start),
        arrays.ints(layout.leaf_end), arrays.ints(layout.child_start), arrays.ints(layout.child_end),
        arrays.int_zeros(nodes), arrays.zeros(nodes), arrays.zeros(nodes), arrays.zeros(nodes),
        arrays.zeros(nodes), arrays.zeros(laminar.WORK * nodes), arrays.int_zeros(laminar.TRAIL * nodes),
        curvature, arrays.int_zeros(n), arrays.int_zeros(n), arrays.zeros(n), arrays.zeros(n),
        arrays.zeros(n), arrays.zeros(n), arrays.zeros(n + 1), arrays.zeros(n + 1), arrays.zeros(n + 1),
        arrays.int_zeros(leaves), arrays.int_zeros(leaves), arrays.zeros(8), out_lots, out,
    )  # fmt: skip


def _shared_layout(template: Model) -> Layout:
    """The search order depends on prices and lots only, so one serves every portfolio."""
    anything = Range(-1, 1, 1)
    return lay_out(template, tuple(anything for _ in template.assets))
