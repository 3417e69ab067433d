"""The problems that are measured: seeded, so that every run and every machine measures the same."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

from tests.oracles.rebalancing.engine import problem_of
from tests.oracles.rebalancing.generate import generate

from fiel.copilot.portfolio import Portfolio
from fiel.rebalancing.problem import Problem

#: Nested, lot 1, a contribution of 5 % or half of what is held; and with fees, taxes and a minimum order.
PROFILES_FREE = ("flow-5", "flow-50")
PROFILES_COSTLY = ("fees-minimum", "taxes")


def instances(profile: str, n: int, count: int) -> list[dict[str, Any]]:
    """`count` instances of a profile."""
    return [generate(profile, n, 5000 + seed) for seed in range(count)]


def problems(profile: str, n: int, count: int) -> list[Problem]:
    """The same, as questions for the engine."""
    return [problem_of(instance) for instance in instances(profile, n, count)]


def portfolios(profile: str, n: int, count: int) -> list[tuple[Portfolio, Decimal]]:
    """The same, as portfolios with their new money, as a user of the package has them."""
    found = []
    for problem in problems(profile, n, count):
        portfolio = Portfolio(
            name=problem.id,
            assets=problem.assets,
            targets=problem.targets,
            cash=problem.cash,
            minimum_cash=problem.minimum_cash,
            fees=problem.fees,
            tax_groups=problem.tax_groups,
            objective=replace(problem.objective),
        )
        found.append((portfolio, problem.flow))
    return found
