"""Three ways to the same optimum: by hand, by trying everything, and by a solver."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from itertools import islice
from typing import Any

import pytest

from tests.oracles.rebalancing import bruteforce, solver
from tests.oracles.rebalancing.case_files import answered_cases
from tests.oracles.rebalancing.checker import evaluate
from tests.oracles.rebalancing.generate import COSTLY, PROFILES, generate

CASES = answered_cases()
COMBINATIONS_MAX = 25_000
TOLERANCE = Decimal("1e-40")


def tiny_instances(profile: str) -> Iterator[dict[str, Any]]:
    """Random instances of two to four assets that brute force can try out, with something to decide."""
    for seed in range(1000):
        instance = generate(profile, 2 + seed % 3, seed, scale="0.02")
        if 3 <= bruteforce.combinations(instance) <= COMBINATIONS_MAX:
            yield instance


def agree(instance: dict[str, Any]) -> None:
    """Brute force and the solver find the same objective, and the solver's claim is below it."""
    truth = bruteforce.best(instance)
    answer = solver.solve(instance)
    assert truth is not None
    assert answer is not None
    assert truth.verdict.is_feasible
    assert answer.verdict.objective == pytest.approx(
        truth.verdict.objective, rel=Decimal("1e-12"), abs=TOLERANCE
    )
    assert answer.dual_bound <= float(truth.verdict.objective) + 1e-9


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_brute_force_finds_the_worked_optimum(case: dict[str, Any]) -> None:
    """Enumeration finds the worked objective, as many ties as written, and the worked plan among them."""
    truth = bruteforce.best(case)
    assert truth is not None
    assert abs(truth.verdict.objective - Decimal(case["optimum"]["objective"])) < TOLERANCE
    assert len(truth.plans) == case["optimum"]["ties"]
    assert _as_set(case["optimum"]["orders"]) in [_as_set(plan) for plan in truth.plans]


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_solver_finds_the_worked_optimum_unaided(case: dict[str, Any]) -> None:
    """The solver's own plan, not mended by exact moves, has the worked objective."""
    answer = solver.solve(case, is_polished=False)
    assert answer is not None
    assert abs(answer.verdict.objective - Decimal(case["optimum"]["objective"])) < TOLERANCE


@pytest.mark.parametrize("profile", PROFILES)
def test_solver_and_brute_force_agree_on_random_instances(profile: str) -> None:
    """On tiny random instances of every profile the two have the same optimum; costly ones get more."""
    for instance in islice(tiny_instances(profile), 5 if profile in COSTLY else 2):
        agree(instance)


@pytest.mark.nightly
@pytest.mark.parametrize("profile", PROFILES)
def test_solver_and_brute_force_agree_on_many_random_instances(profile: str) -> None:
    """The same on forty instances of every profile."""
    for instance in islice(tiny_instances(profile), 40):
        agree(instance)


def test_no_plan_is_told_apart_from_no_order() -> None:
    """A withdrawal of more than everything has no feasible plan: both referees say so."""
    instance = dict(CASES["c13"]) | {"flow": "-999"}
    assert bruteforce.best(instance) is None
    assert solver.solve(instance) is None


def test_solver_does_not_gain_by_paying_too_much_tax() -> None:
    """With a cash leaf the tax is exactly what is due, so that burning money is no way to the target."""
    answer = solver.solve(CASES["c24"], is_polished=False)
    assert answer is not None
    assert answer.dual_bound == pytest.approx(0.02, rel=1e-6)


@pytest.mark.parametrize("profile", PROFILES)
def test_generator_repeats_itself(profile: str) -> None:
    """A seed names one instance, whose weights sum to exactly 100 at every node."""
    instance = generate(profile, 7, 3)
    assert instance == generate(profile, 7, 3)
    other = generate(profile, 7, 4)
    assert instance["assets"] != other["assets"]
    assert set(_sums(instance["targets"])) == {Decimal(100)}
    assert len(instance["assets"]) == 7
    assert evaluate(instance, []).weights["root"] > 0 or instance["assets"][0]["quantity"] == "0"


def _sums(node: dict[str, Any]) -> Iterator[Decimal]:
    if node.get("children"):
        yield sum((Decimal(child["weight"]) for child in node["children"]), Decimal(0))
        for child in node["children"]:
            yield from _sums(child)


def _as_set(orders: Any) -> frozenset[tuple[str, str, Decimal]]:
    return frozenset((o["asset"], o["side"], Decimal(o["quantity"])) for o in orders)
