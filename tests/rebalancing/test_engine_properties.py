"""Laws of the engine on random small trees: any shape, mode, fees, taxes and limits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import assume, given, reject, settings
from hypothesis import strategies as st

from fiel.kernel.errors import Rejected
from fiel.rebalancing.engine import solve
from fiel.rebalancing.plan import Solution
from fiel.rebalancing.problem import Destination, Mode, Problem, Strategy
from tests.oracles.rebalancing import bruteforce
from tests.oracles.rebalancing.checker import Verdict, evaluate
from tests.oracles.rebalancing.engine import orders_of, problem_of
from tests.support.carried_out import (
    carried_out,
    in_other_money,
    in_other_units,
    net,
    reversed_everywhere,
    said,
)
from tests.support.drawn_instances import ANY, FREE, TINY, instances
from tests.support.enumeration import best_by_trying
from tests.support.examples import examples
from tests.support.portfolios import band

#: Enough for nearly all of these; a search that stops here is judged by what it claims.
NODES = 1_000
PLANS = 1_500
#: Between two exact sums of 60 digits over figures of 28.
EXACT = Decimal("1e-24")
#: What two searches on floats cannot tell apart, relative; absolute below an objective of 1e-6.
SAME = Decimal("1e-12")
FLOOR = Decimal("1e-6")


def answered(question: Problem) -> Solution:
    """The engine's answer; what it refuses is not part of the law."""
    try:
        return solve(question, node_count_max=NODES)
    except Rejected:
        reject()


def is_proven(solution: Solution) -> bool:
    """Whether the search came to its end."""
    return solution.gap_proven <= Decimal("1e-9")


def no_more_than(least: Decimal, most: Decimal) -> bool:
    """Whether one objective is at most another, as far as floats can tell."""
    return least <= most + SAME * max(most, FLOOR)


@settings(max_examples=examples(120), deadline=None)
@given(instances(ANY))
def test_orders_are_feasible_and_worth_what_is_said(instance: dict[str, Any]) -> None:
    """The referee finds no broken rule, and the same objective, fees, tax and cash."""
    solution = answered(problem_of(instance))
    verdict = evaluate(instance, orders_of(solution))

    assert verdict.violations == ()
    assert abs(solution.objective - verdict.objective) <= EXACT
    assert (solution.fees, solution.tax) == (verdict.fees, verdict.tax)
    assert solution.residual_cash == verdict.residual_cash


@settings(max_examples=examples(80), deadline=None)
@given(instances(ANY))
def test_certificate_is_consistent(instance: dict[str, Any]) -> None:
    """The bound is between zero and the objective, and the gap is the distance between the two."""
    solution = answered(problem_of(instance))
    gap = (solution.objective - solution.lower_bound) / max(solution.lower_bound, Decimal("1e-9"))

    assert 0 <= solution.lower_bound <= solution.objective
    # Reported with nine digits, rounded up.
    assert gap <= solution.gap_proven <= gap * Decimal("1.00000001") + EXACT


@settings(max_examples=examples(80), deadline=None)
@given(instances(ANY))
def test_doing_nothing_never_beats_the_plan(instance: dict[str, Any]) -> None:
    """Where no order at all is allowed, the plan is at least as good; if as good, it is that one."""
    nothing = evaluate(instance, [])
    assume(nothing.is_feasible)
    solution = answered(problem_of(instance))

    assert solution.objective <= nothing.objective + EXACT
    assert not solution.orders or solution.objective < nothing.objective - EXACT


@settings(max_examples=examples(120), deadline=None)
@given(instances(TINY))
def test_tiny_portfolio_has_the_true_optimum(instance: dict[str, Any]) -> None:
    """Every plan was tried: the objective is the least, the bound below it; a refusal means none exists."""
    assume(bruteforce.combinations(instance) <= PLANS)
    truth = bruteforce.best(instance)
    try:
        solution = solve(problem_of(instance))
    except Rejected:
        assert truth is None
        return
    assert truth is not None
    optimum = truth.verdict.objective

    assert no_more_than(solution.objective, optimum)
    assert no_more_than(solution.lower_bound, optimum)
    assert solution.gap_proven <= Decimal("1e-6")
    assert evaluate(instance, orders_of(solution)).is_feasible


DESTINATIONS = [
    Strategy(),
    Strategy(band=band("0.05"), destination=Destination.EDGE),
    Strategy(tolerance=band("0.04", "0.25"), destination=Destination.TOLERANCE),
]


@settings(max_examples=examples(60), deadline=None)
@given(instances(TINY), st.sampled_from(DESTINATIONS), st.lists(st.sampled_from("125"), max_size=3))
def test_tiny_portfolio_has_the_true_optimum_with_bands_and_levels(
    instance: dict[str, Any], strategy: Strategy, levels: list[str]
) -> None:
    """The same where the referees' schema does not reach: destination bands and multipliers per level."""
    assume(bruteforce.combinations(instance) <= PLANS // 4)
    question = problem_of(instance)
    multipliers = tuple(map(Decimal, levels))
    objective = replace(question.objective, level_multipliers=multipliers)
    question = replace(question, strategy=strategy, objective=objective)
    solution, truth = answered(question), best_by_trying(question)
    assert truth is not None

    assert no_more_than(solution.objective, truth.objective)
    assert no_more_than(solution.lower_bound, truth.objective)


@settings(max_examples=examples(60), deadline=None)
@given(instances(ANY))
def test_order_of_writing_does_not_matter(instance: dict[str, Any]) -> None:
    """Assets, classes and tax groups written backwards give the same solution to the last field."""
    question = problem_of(instance)

    assert answered(reversed_everywhere(question)) == answered(question)


@settings(max_examples=examples(60), deadline=None)
@given(instances(ANY), st.integers(-4, 4))
def test_unit_of_money_does_not_matter(instance: dict[str, Any], power: int) -> None:
    """All money times 10^k gives the same orders, objective, bound and work."""
    question = problem_of(instance)
    here, there = answered(question), answered(in_other_money(question, power))

    assert said(there) == said(here)
    assert (there.objective, there.lower_bound) == (here.objective, here.lower_bound)
    assert there.node_count == here.node_count


@settings(max_examples=examples(40), deadline=None)
@given(instances(ANY), st.integers(-3, 3))
def test_split_of_every_share_does_not_matter(instance: dict[str, Any], power: int) -> None:
    """Ten times the shares at a tenth of the price, in lots of ten: the same money moves."""
    question = problem_of(instance)
    here, there = answered(question), answered(in_other_units(question, power))

    assert net(there) == {asset: quantity.scaleb(power) for asset, quantity in net(here).items()}
    assert (there.objective, there.lower_bound) == (here.objective, here.lower_bound)


@settings(max_examples=examples(80), deadline=None)
@given(instances(FREE))
def test_running_again_on_the_result_gives_no_orders(instance: dict[str, Any]) -> None:
    """Without costs the result of a plan is a place to stay: the next run has nothing to do."""
    question = problem_of(instance)
    first = answered(question)
    assume(is_proven(first))

    assert answered(carried_out(question, first)).orders == ()


def mode_full(question: Problem) -> Problem:
    """May sell as well as buy."""
    return replace(question, mode=Mode.FULL)


def without_limits(question: Problem) -> Problem:
    """No flags, maximum weights or least orders."""
    free = {"can_buy": True, "can_sell": True, "maximum_weight": None, "minimum_order": Decimal(0)}
    assets = tuple(
        replace(a, **free, average_cost=a.average_cost or Decimal(0))  # type: ignore[arg-type]
        for a in question.assets
    )
    return replace(question, assets=assets)


def without_minimum_cash(question: Problem) -> Problem:
    """All cash may be spent."""
    return replace(question, minimum_cash=Decimal(0))


def without_tax(question: Problem) -> Problem:
    """No tax at all."""
    groups = {name: replace(group, rate=Decimal(0)) for name, group in question.tax_groups.items()}
    return replace(question, tax_groups=groups)


@pytest.mark.parametrize("free", [mode_full, without_limits, without_minimum_cash])
@settings(max_examples=examples(40), deadline=None)
@given(instance=instances(ANY))
def test_more_freedom_never_hurts(free: Callable[[Problem], Problem], instance: dict[str, Any]) -> None:
    """With a rule less, neither the bound nor the optimum is above what was reached under the rule."""
    question = problem_of(instance)
    bound, at_large = answered(question), answered(free(question))

    assert no_more_than(at_large.lower_bound, bound.objective)
    if is_proven(at_large):
        assert no_more_than(at_large.objective, bound.objective)


@settings(max_examples=examples(40), deadline=None)
@given(instances(ANY))
def test_without_a_cash_leaf_costs_can_only_hurt(instance: dict[str, Any]) -> None:
    """What is reached with fees and taxes is never better than what can be reached without them."""
    assume(all(not child.get("cash") for child in instance["targets"]["children"]))
    question = problem_of(instance)
    costly, free = answered(question), answered(without_tax(replace(question, fees=type(question.fees)())))

    assert no_more_than(free.lower_bound, costly.objective)


@settings(max_examples=examples(60), deadline=None)
@given(instances(ANY), st.integers(1, 40))
def test_search_that_is_cut_short_tells_the_truth(instance: dict[str, Any], nodes: int) -> None:
    """After any number of nodes: feasible orders, no better than the optimum, and a bound below it."""
    question = problem_of(instance)
    whole = answered(question)
    assume(is_proven(whole))
    cut = solve(question, node_count_max=nodes)
    verdict: Verdict = evaluate(instance, orders_of(cut))

    assert verdict.violations == ()
    assert no_more_than(whole.objective, cut.objective)
    assert no_more_than(cut.lower_bound, whole.objective)
