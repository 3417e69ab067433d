"""PyPortfolioOpt on its own ground: flat targets, from zero, whole units, no costs. Our objective judges."""

from __future__ import annotations

import statistics
import warnings
from collections.abc import Callable
from decimal import Decimal
from functools import partial
from typing import Any

import pandas as pd
from pypfopt import DiscreteAllocation
from tests.oracles.rebalancing.checker import evaluate, order
from tests.oracles.rebalancing.engine import answer, orders_of
from tests.oracles.rebalancing.generate import generate

from bench.kernel import recorded
from bench.table import Row
from bench.timing import Times, duration, measure
from fiel.rebalancing.kernels import lots

SIZES = (10, 20, 40)
OBJECTIVE_MIN = 1e-9


def pyportfolioopt(*, seeds: int = 8) -> list[Row]:
    """Gap and time of `greedy` and `lp` (HiGHS) against ours: the whole answer, and the search."""
    return [row for n in SIZES for row in _rows(n, seeds)]


def _rows(n: int, seeds: int) -> list[Row]:
    instances = [generate("from-zero", n, 3000 + seed) for seed in range(seeds)]
    best = [float(evaluate(i, orders_of(answer(i))).objective) for i in instances]
    with recorded(lots) as inside:
        whole = Times(tuple(measure(partial(answer, i), repeats=3).median for i in instances))
    search = Times(tuple(inside))
    rows = []
    for method in ("greedy", "lp"):
        theirs, gaps = [], []
        for instance, lowest in zip(instances, best, strict=True):
            allocate = _allocation(instance, method)
            theirs.append(measure(allocate, repeats=3 if method == "greedy" else 1).median)
            gaps.append((_objective(instance, allocate()) - lowest) / max(lowest, OBJECTIVE_MIN))
        told = f"{method}: gap {statistics.median(gaps):.2%}, {min(gaps):.2%} .. {max(gaps):.0%}"
        goal = ">= x100" if method == "lp" and n <= 20 else ""
        taken = statistics.median(theirs)
        rows += [
            Row(
                "PyPortfolioOpt, flat, from zero, lot 1",
                f"{n} assets, {seeds} instances, {part}",
                duration(ours.median),
                ours.spread,
                goal,
                told,
                duration(taken),
                f"x{taken / ours.median:.3g}",
            )
            for part, ours in (("whole answer", whole), ("search alone", search))
        ]
    return rows


def _allocation(instance: dict[str, Any], method: str) -> Callable[[], dict[str, int]]:
    weights = {c["asset"]: float(c["weight"]) / 100 for c in instance["targets"]["children"]}
    prices = pd.Series({a["id"]: float(a["price"]) for a in instance["assets"]})
    money = float(instance["cash"]) + float(instance["flow"])

    def allocate() -> dict[str, int]:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            task = DiscreteAllocation(weights, prices, total_portfolio_value=money)
            units, _ = task.greedy_portfolio() if method == "greedy" else task.lp_portfolio(solver="HIGHS")
        return {asset: int(count) for asset, count in units.items()}

    return allocate


def _objective(instance: dict[str, Any], units: dict[str, int]) -> float:
    plan = [order(asset, "buy", Decimal(n)) for asset, n in units.items() if n]
    return float(evaluate(instance, plan).objective)
