"""Every plan of a small problem, judged exactly: the truth where the referees' schema does not reach."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from itertools import product
from math import prod
from typing import NamedTuple

from hypothesis.errors import UnsatisfiedAssumption

from fiel.rebalancing.evaluation import evaluate
from fiel.rebalancing.model import Model, build
from fiel.rebalancing.problem import Mode, Problem

PLANS_MAX = 20_000


class Tried(NamedTuple):
    """A feasible plan in order of preference: objective, orders, turnover, more of the first name."""

    objective: Decimal
    orders: int
    turnover: Decimal
    fewer_of_the_first: tuple[int, ...]

    @property
    def lots(self) -> tuple[int, ...]:
        """Net lots per asset, in the order of their ids."""
        return tuple(-count for count in self.fewer_of_the_first)


def best_by_trying(given: Problem) -> Tried | None:
    """The best feasible plan of a problem, or `None` when there is none. Raises when there are too many."""
    return min(feasible_plans(given), default=None)


def feasible_plans(given: Problem) -> Iterator[Tried]:
    """All plans that break no limit."""
    model = build(given)
    reach = [_reach(model, i) for i in range(len(model.assets))]
    # A drawn problem with too many plans is not one to try: Hypothesis draws another.
    if prod(map(len, reach)) > PLANS_MAX:
        raise UnsatisfiedAssumption(f"{prod(map(len, reach))} plans are too many to try")
    for lots in product(*reach):
        bought = sum((count * _lot(model, i) for i, count in enumerate(lots)), Decimal(0))
        if bought > given.cash + given.flow - given.minimum_cash:
            continue
        verdict = evaluate(model, lots)
        if verdict.is_feasible:
            turnover = sum((abs(c) * _lot(model, i) for i, c in enumerate(lots)), Decimal(0))
            orders = sum(1 for count in lots if count)
            yield Tried(verdict.objective, orders, turnover, tuple(-count for count in lots))


def _lot(model: Model, asset: int) -> Decimal:
    return model.assets[asset].lot * model.prices[asset]


def _held(model: Model, asset: int) -> int:
    return int(model.assets[asset].quantity // model.assets[asset].lot)


def _reach(model: Model, asset: int) -> range:
    """From selling all to spending all that there is, as far as the mode allows."""
    mode, money = model.problem.mode, model.problem.cash + model.problem.flow
    least = 0 if mode is Mode.CONTRIBUTION else -_held(model, asset)
    if mode is Mode.WITHDRAWAL:
        return range(least, 1)
    if mode is not Mode.CONTRIBUTION:
        money += sum((_held(model, i) * _lot(model, i) for i in range(len(model.assets))), Decimal(0))
    return range(least, max(0, int(money // _lot(model, asset))) + 1)
