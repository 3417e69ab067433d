"""Two withdrawals that random runs found hard: fixed fees, two tax groups and an exemption."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.oracles.rebalancing.checker import evaluate
from tests.oracles.rebalancing.engine import answer, orders_of
from tests.oracles.rebalancing.generate import generate

#: Profile, assets, seed; the optimum in Decimal of what SCIP proves optimal; its orders' fees and tax.
HARD = {
    "tax-withdrawal-7-104": (
        ("tax-withdrawal", 7, 104),
        Decimal("0.0057022240336255399256286309957"),
        Decimal("92.24"),
        Decimal(0),
    ),
    "tax-withdrawal-5-110": (
        ("tax-withdrawal", 5, 110),
        Decimal("0.0175662257429022448893197545789"),
        Decimal("194.25"),
        Decimal(0),
    ),
}


@pytest.mark.parametrize("name", HARD)
@pytest.mark.parametrize("node_count_max", [None, 20])
def test_hard_withdrawal_is_solved_and_certified(name: str, node_count_max: int | None) -> None:
    """Feasible, never worse than the optimum, and certified; stopped early, the certificate still holds."""
    (profile, n, seed), optimum, fees, tax = HARD[name]
    instance = generate(profile, n, seed)
    solution = answer(instance, node_count_max=node_count_max)
    verdict = evaluate(instance, orders_of(solution))

    assert (instance["id"], verdict.violations) == (name, ())
    assert abs(verdict.objective - solution.objective) <= Decimal("1e-24")
    assert solution.lower_bound <= optimum * (1 + Decimal("1e-12"))
    assert (solution.objective - optimum) / optimum <= solution.gap_proven + Decimal("1e-12")
    if node_count_max is None:
        assert solution.objective <= optimum * (1 + Decimal("1e-12"))
        assert solution.gap_proven <= Decimal("1e-9")
        assert (solution.fees, solution.tax) == (fees, tax)
