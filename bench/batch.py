"""Exact orders for very many portfolios on one tree of targets: portfolios a second on one core."""

from __future__ import annotations

import copy
from decimal import Decimal
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tests.oracles.rebalancing.checker import evaluate
from tests.oracles.rebalancing.engine import answer, problem_of
from tests.oracles.rebalancing.generate import generate
from tests.oracles.rebalancing.polish import as_orders

from bench.table import Row
from bench.timing import count, measure
from fiel.rebalancing.fleet.orders import BatchOrders, batch_orders
from fiel.rebalancing.model import build

ASSETS = 20
#: Profile, new money as a fraction of what is held, goal.
CASES = (
    ("flow-5", 0.05, ">= 10 k, aim 50 k"),
    ("flow-50", 0.5, ">= 10 k, aim 50 k"),
    ("lot-100", 0.2, ""),
)
SAMPLE = 20

Floats = NDArray[np.float64]


def batch_orders_a_second(*, portfolios: int = 20_000) -> list[Row]:
    """Portfolios a second with a proven optimum, and a sample compared with single plans by the referee."""
    return [row for case in CASES for row in _rows(*case, portfolios)]


def _rows(profile: str, flow: float, goal: str, portfolios: int) -> list[Row]:
    instance = generate(profile, ASSETS, 4000)
    template = build(problem_of(instance))
    quantities, cash = _portfolios(instance, tuple(a.id for a in template.assets), flow, portfolios)
    work = partial(batch_orders, template, quantities, cash)
    times = measure(work, repeats=5)
    found = work()
    proven = float(np.mean(found.lower_bound >= found.objective - 1e-12))
    section = f"batch of exact orders, {portfolios:,} portfolios, {ASSETS} assets, one core"
    nodes = np.percentile(found.node_count, [50, 99, 100])
    same = sum(_is_same(instance, found, quantities, cash, i) for i in range(SAMPLE))
    return [
        Row(
            section,
            f"{profile}: portfolios a second",
            count(portfolios / times.median),
            f"{count(portfolios / max(times.samples))} .. {count(portfolios / min(times.samples))}",
            goal,
        ),
        Row(section, f"{profile}: optimum proven", f"{proven:.2%}", goal="all"),
        Row(
            section,
            f"{profile}: nodes, median",
            count(nodes[0]),
            f"p99 {count(nodes[1])}, most {count(nodes[2])}",
        ),
        Row(section, f"{profile}: same objective as single plans", f"{same} of {SAMPLE}", goal="all"),
    ]


def _portfolios(
    instance: dict[str, Any], names: tuple[str, ...], flow: float, portfolios: int
) -> tuple[Floats, Floats]:
    """Holdings around those of the instance, in whole lots, and new money in cents."""
    random = np.random.default_rng(11)
    raw = {a["id"]: a for a in instance["assets"]}
    lot = np.array([float(raw[name]["lot"]) for name in names])
    price = np.array([float(raw[name]["price"]) for name in names])
    held = np.array([float(raw[name]["quantity"]) for name in names])
    drawn = held * random.uniform(0.4, 1.6, (portfolios, len(names)))
    quantities = np.floor(drawn / lot) * lot
    cash = np.round((quantities @ price) * flow * random.uniform(0.8, 1.2, portfolios), 2)
    return quantities, cash


def _is_same(
    instance: dict[str, Any], found: BatchOrders, quantities: Floats, cash: Floats, row: int
) -> bool:
    """Whether the referee finds the batch's orders feasible and as good as those of a single plan."""
    single = copy.deepcopy(instance) | {"cash": "0", "flow": str(Decimal(repr(float(cash[row]))))}
    raw = {a["id"]: a for a in single["assets"]}
    signed = {}
    for column, name in enumerate(found.assets):
        raw[name]["quantity"] = str(Decimal(repr(float(quantities[row, column]))))
        signed[name] = int(found.lots[row, column]) * Decimal(raw[name]["lot"])
    verdict = evaluate(single, as_orders(signed))
    alone = answer(single)
    return verdict.is_feasible and verdict.objective <= alone.objective + Decimal("1e-12")
