"""Laws of the whole engine, on random instances of every profile: the same question has one answer."""

from __future__ import annotations

import random
from copy import deepcopy
from decimal import Decimal
from typing import Any

import pytest

from fiel.rebalancing import searching
from fiel.rebalancing.engine import solve
from fiel.rebalancing.jit import interpreted
from fiel.rebalancing.kernels.arrays import Arrays
from fiel.rebalancing.kernels.cost_relax import EXEMPT, TAXED
from fiel.rebalancing.layout import groups_of, lay_out, ranges_of, tiers_of
from fiel.rebalancing.model import Model, build
from fiel.rebalancing.plan import Side, Solution
from tests.oracles.rebalancing.engine import problem_of
from tests.oracles.rebalancing.generate import COSTLY, PROFILES, generate

MONEY_FIELDS = ("cash", "flow", "min_cash")
CASES = [(profile, seed) for profile in PROFILES for seed in (1, 2)]
WITHOUT_COSTS = [name for name in PROFILES if name not in COSTLY and name not in ("everything", "threshold")]


def _orders(solution: Solution) -> list[tuple[str, Side, Decimal]]:
    return sorted((o.asset, o.side, o.quantity.normalize()) for o in solution.orders)


def _shuffled(instance: dict[str, Any], seed: int) -> dict[str, Any]:
    rng = random.Random(seed)
    other = deepcopy(instance)
    rng.shuffle(other["assets"])
    nodes = [other["targets"]]
    while nodes:
        node = nodes.pop()
        rng.shuffle(node.get("children", []))
        nodes.extend(node.get("children", []))
    return other


def _times(number: str, factor: int) -> str:
    return str(Decimal(number) * factor)


def _scaled(instance: dict[str, Any], factor: int) -> dict[str, Any]:
    other = deepcopy(instance)
    for field in MONEY_FIELDS:
        if field in other:
            other[field] = _times(other[field], factor)
    for asset in other["assets"]:
        for field in ("price", "avg_cost", "min_order"):
            if field in asset:
                asset[field] = _times(asset[field], factor)
    fees = other.get("fees") or {}
    for row in [fees, *(fees.get("tiers") or [])]:
        for field in ("fixed", "up_to"):
            if row.get(field) is not None:
                row[field] = _times(row[field], factor)
    for group in (other.get("tax_groups") or {}).values():
        for field in ("exempt_sales", "loss_carry", "sales_so_far", "gain_so_far"):
            if group.get(field) is not None:
                group[field] = _times(group[field], factor)
    return other


@pytest.mark.parametrize(("profile", "seed"), CASES)
def test_the_order_in_which_things_are_written_changes_nothing(profile: str, seed: int) -> None:
    """Shuffling the assets and the children of every node gives the same orders and objective."""
    instance = generate(profile, 8, seed)

    first, second = (solve(problem_of(i)) for i in (instance, _shuffled(instance, seed)))

    assert _orders(first) == _orders(second)
    assert first.objective == second.objective


@pytest.mark.parametrize(("profile", "seed"), CASES)
def test_money_in_another_unit_changes_nothing(profile: str, seed: int) -> None:
    """Every amount of money times 1,000 gives the same orders: nothing depends on the currency's scale."""
    instance = generate(profile, 7, seed)

    first, second = (solve(problem_of(i)) for i in (instance, _scaled(instance, 1000)))

    assert _orders(first) == _orders(second)


@pytest.mark.parametrize("profile", WITHOUT_COSTS)
def test_a_plan_that_was_carried_out_needs_no_further_order(profile: str) -> None:
    """Running again on the result, without a flow or a change of price, orders nothing."""
    instance = generate(profile, 8, 3)
    first = solve(problem_of(instance))
    after = deepcopy(instance)
    bought = {o.asset: o.quantity if o.side is Side.BUY else -o.quantity for o in first.orders}
    for asset in after["assets"]:
        asset["quantity"] = str(Decimal(asset["quantity"]) + bought.get(asset["id"], Decimal(0)))
    after["cash"], after["flow"] = str(first.residual_cash), "0"

    assert solve(problem_of(after)).orders == ()


@pytest.mark.parametrize(("profile", "seed"), CASES)
def test_the_proof_never_claims_more_than_was_reached(profile: str, seed: int) -> None:
    """A search that is stopped early has a bound below the best plan of a search that was not."""
    instance = generate(profile, 9, seed)

    stopped = solve(problem_of(instance), node_count_max=4)
    best = solve(problem_of(instance))

    assert stopped.lower_bound <= best.objective <= stopped.objective
    assert best.lower_bound <= best.objective


def _search(module: Any, model: Model, arrays: Arrays) -> Any:
    """The search of the cheaper kernel when it fits, else of the one with costs, as the engine does."""
    ranges = ranges_of(model)
    layout = lay_out(model, ranges)
    groups = groups_of(model, ranges, EXEMPT, TAXED)
    problem = model.problem
    if problem.fees.is_free and not groups.ids and all(r.order_least == 1 for r in layout.ranges):
        return module.search_lots(layout, tighten=0.0, nodes_max=400, arrays=arrays)
    index = {id_: g for g, id_ in enumerate(groups.ids)}
    assets = [model.assets[a] if a >= 0 else None for a in layout.leaf_asset]
    return module.search_with_costs(
        layout,
        groups,
        [index.get(a.tax_group or "", -1) if a else -1 for a in assets],
        [
            float((a.price - a.average_cost) / a.price) if a and a.price and a.average_cost else 0.0
            for a in assets
        ],
        tiers_of(problem.fees, model.whole),
        kappa=float(problem.objective.kappa),
        tighten=0.0,
        nodes_max=400,
        arrays=arrays,
    )


@pytest.mark.parametrize(("profile", "seed"), CASES)
def test_compiled_and_interpreted_kernels_agree_to_the_bit(profile: str, seed: int) -> None:
    """One source, two ways to run it: the same lots, objective, bound and number of nodes."""
    model = build(problem_of(generate(profile, 7, seed)))

    compiled = _search(searching, model, Arrays())
    plain = _search(interpreted("fiel.rebalancing.searching"), model, Arrays(compiled=False))

    assert (plain.lots, plain.objective, plain.bound, plain.node_count) == (
        compiled.lots,
        compiled.objective,
        compiled.bound,
        compiled.node_count,
    )
