"""The engine before its referees: worked cases, and random instances against a solver."""

from __future__ import annotations

from decimal import Decimal
from functools import cache
from itertools import islice
from typing import Any

import pytest

from fiel.kernel.errors import Rejected
from tests.oracles.rebalancing import bruteforce, solver
from tests.oracles.rebalancing.case_files import answered_cases, refused_cases
from tests.oracles.rebalancing.checker import evaluate
from tests.oracles.rebalancing.engine import answer, orders_of
from tests.oracles.rebalancing.generate import COSTLY, PROFILES, generate
from tests.oracles.rebalancing.test_referees_agree import tiny_instances

CASES = answered_cases()
REFUSED = refused_cases()
SECONDS_MAX = 5.0
#: Relative, and absolute below an objective of 1e-6: two searches on floats cannot be told apart closer.
NEVER_WORSE = Decimal("1e-9")
SAME = Decimal("1e-12")
OBJECTIVE_FLOOR = Decimal("1e-6")

#: Forty: every profile once, the costly ones twice more, and one that is larger.
DEFAULT_SET = [
    *((profile, 5, 0) for profile in PROFILES),
    *((profile, 6, seed) for profile in COSTLY for seed in (1, 2)),
    ("nested-3", 9, 0),
]
NIGHTLY_SET = [(profile, 3 + seed % 8, 100 + seed) for profile in PROFILES for seed in range(14)]


def judge(instance: dict[str, Any], optimum: Decimal, *, node_count_max: int | None = None) -> None:
    """All that an answer promises: feasible orders, their true objective, a bound that holds, the optimum.

    `optimum` is the best objective that the referee knows. A capped search may miss it, but must say so.
    """
    solution = answer(instance, node_count_max=node_count_max)
    verdict = evaluate(instance, orders_of(solution))
    assert verdict.violations == ()
    assert abs(solution.objective - verdict.objective) <= SAME * max(verdict.objective, OBJECTIVE_FLOOR)
    assert (solution.fees, solution.tax) == (verdict.fees, verdict.tax)
    assert solution.residual_cash == verdict.residual_cash
    assert solution.lower_bound <= optimum + SAME * max(optimum, OBJECTIVE_FLOOR)
    assert solution.lower_bound <= solution.objective
    true_gap = (solution.objective - optimum) / max(optimum, NEVER_WORSE)
    assert true_gap <= solution.gap_proven + NEVER_WORSE
    if node_count_max is None:
        assert solution.objective <= optimum + NEVER_WORSE * max(optimum, OBJECTIVE_FLOOR)


@cache
def solver_objective(profile: str, n: int, seed: int) -> Decimal:
    """The best objective that SCIP found for a generated instance, in Decimal."""
    known = solver.solve(generate(profile, n, seed), seconds_max=SECONDS_MAX)
    assert known is not None
    return known.verdict.objective


def judge_against_solver(profile: str, n: int, seed: int) -> None:
    """The engine against SCIP on one random instance."""
    judge(generate(profile, n, seed), solver_objective(profile, n, seed))


def test_default_set_has_forty_instances() -> None:
    """The everyday set is as large as promised, and the long one too."""
    assert len(DEFAULT_SET) == 40
    assert len(NIGHTLY_SET) >= 300


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_worked_case_is_solved(case: dict[str, Any]) -> None:
    """Every case worked by hand has its worked objective."""
    judge(case, Decimal(case["optimum"]["objective"]))


@pytest.mark.parametrize("case", REFUSED.values(), ids=REFUSED)
def test_unanswerable_case_is_refused(case: dict[str, Any]) -> None:
    """An instance that has no honest answer gives an error that names the place, and no orders."""
    with pytest.raises(Rejected) as caught:
        answer(case)
    assert caught.value.field


@pytest.mark.parametrize("profile", PROFILES)
def test_tiny_instance_is_solved_as_by_brute_force(profile: str) -> None:
    """On instances small enough to try every plan, the engine's objective is the true optimum."""
    for instance in islice(tiny_instances(profile), 6 if profile in COSTLY else 3):
        truth = bruteforce.best(instance)
        assert truth is not None
        judge(instance, truth.verdict.objective)


@pytest.mark.parametrize(("profile", "n", "seed"), DEFAULT_SET)
def test_engine_is_never_worse_than_the_solver(profile: str, n: int, seed: int) -> None:
    """On forty random instances the engine finds what SCIP finds, and its certificate holds."""
    judge_against_solver(profile, n, seed)


@pytest.mark.parametrize("profile", PROFILES)
def test_capped_search_tells_the_truth(profile: str) -> None:
    """A search stopped after a few nodes still gives feasible orders and a gap that covers what it missed."""
    judge(generate(profile, 5, 0), solver_objective(profile, 5, 0), node_count_max=3)


@pytest.mark.nightly
@pytest.mark.parametrize(("profile", "n", "seed"), NIGHTLY_SET)
def test_engine_is_never_worse_than_the_solver_on_many(profile: str, n: int, seed: int) -> None:
    """The same on more than three hundred instances of up to ten assets."""
    judge_against_solver(profile, n, seed)


@pytest.mark.nightly
@pytest.mark.parametrize("profile", PROFILES)
def test_many_tiny_instances_are_solved_as_by_brute_force(profile: str) -> None:
    """The same as the everyday brute-force test, on forty instances of each profile."""
    for instance in islice(tiny_instances(profile), 40):
        truth = bruteforce.best(instance)
        assert truth is not None
        judge(instance, truth.verdict.objective)
