"""The checker against plans worked by hand, and against every rule broken on purpose."""

from __future__ import annotations

import copy
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from tests.oracles.rebalancing.case_files import OWN, answered_cases
from tests.oracles.rebalancing.checker import evaluate, order
from tests.oracles.rebalancing.generate import PROFILES, generate
from tests.oracles.rebalancing.polish import polished

CASES = answered_cases()
TOLERANCE = Decimal("1e-40")


def buy(asset: str, quantity: str) -> dict[str, Any]:
    return order(asset, "buy", Decimal(quantity))


def sell(asset: str, quantity: str) -> dict[str, Any]:
    return order(asset, "sell", Decimal(quantity))


def two_assets(**changes: Any) -> dict[str, Any]:
    """Ten A and ten B at 10, half and half, 100 of cash; A has the changes of `asset`."""
    instance: dict[str, Any] = {
        "mode": "full",
        "cash": "100",
        "flow": "0",
        "min_cash": "0",
        "assets": [
            {"id": "A", "price": "10", "quantity": "10", "lot": "1"} | changes.pop("asset", {}),
            {"id": "B", "price": "10", "quantity": "10", "lot": "1"},
        ],
        "targets": {
            "id": "root",
            "children": [
                {"id": "a", "weight": "50", "asset": "A"},
                {"id": "b", "weight": "50", "asset": "B"},
            ],
        },
        "objective": {"metric": "absolute", "kappa": "1"},
        "strategy": {"type": "none"},
    }
    return instance | changes


def test_own_cases_are_in_the_repository() -> None:
    """The referee stands on its own cases, whatever lies outside the repository."""
    assert len(list(OWN.glob("*.json"))) >= 20


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_worked_optimum_has_its_worked_value(case: dict[str, Any]) -> None:
    """Objective, costs, cash and weights of each worked optimum come out as written, and it is feasible."""
    optimum = case["optimum"]
    verdict = evaluate(case, optimum["orders"])
    assert verdict.violations == ()
    assert abs(verdict.objective - Decimal(optimum["objective"])) < TOLERANCE
    assert verdict.fees == Decimal(optimum["fees"])
    assert verdict.tax == Decimal(optimum["tax"])
    assert verdict.residual_cash == Decimal(optimum["residual_cash"])
    rounded = {node: f"{weight:.6f}" for node, weight in verdict.weights.items()}
    assert rounded == optimum["weights_after"]


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_worked_runner_up_is_worse(case: dict[str, Any]) -> None:
    """The best plan that is not optimal has its own worked value, above the optimum."""
    runner_up = case["optimum"].get("runner_up")
    if runner_up is None:
        assert evaluate(case, []).objective >= Decimal(case["optimum"]["objective"]) - TOLERANCE
        return
    verdict = evaluate(case, runner_up["orders"])
    assert verdict.is_feasible
    assert abs(verdict.objective - Decimal(runner_up["objective"])) < TOLERANCE
    assert verdict.objective > Decimal(case["optimum"]["objective"])


@pytest.mark.parametrize(
    ("instance", "plan", "rule"),
    [
        (two_assets(), [buy("A", "1.5")], "A: 1.5 is not a multiple of the lot 1"),
        (two_assets(), [sell("A", "11")], "A: sells more than is held"),
        (two_assets(), [buy("A", "0")], "A: quantity is not positive"),
        (two_assets(), [buy("A", "1"), buy("A", "1")], "A: more than one order"),
        (two_assets(), [buy("A", "11")], "cash after -10 is below the minimum 0"),
        (two_assets(min_cash="95"), [buy("A", "1")], "cash after 90 is below the minimum 95"),
        (two_assets(mode="contribution"), [sell("A", "1")], "A: a contribution sells nothing"),
        (two_assets(mode="withdrawal"), [buy("A", "1")], "A: a withdrawal buys nothing"),
        (two_assets(asset={"can_buy": False}), [buy("A", "1")], "A: may not be bought"),
        (two_assets(asset={"can_sell": False}), [sell("A", "1")], "A: may not be sold"),
        (two_assets(asset={"min_order": "20"}), [buy("A", "1")], "A: order below the minimum 20"),
        (two_assets(asset={"max_weight": "0.35"}), [buy("A", "1")], "A: bought above its maximum weight"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_broken_rule_is_named(instance: dict[str, Any], plan: list[dict[str, Any]], rule: str) -> None:
    """Each rule of the statement, broken alone, is the one violation that is reported."""
    assert evaluate(instance, plan).violations == (rule,)


@pytest.mark.parametrize(
    ("instance", "plan"),
    [
        (two_assets(), [buy("A", "10")]),
        (two_assets(asset={"min_order": "20"}), [buy("A", "2")]),
        (two_assets(asset={"max_weight": "0.4"}), [buy("A", "2")]),
        (two_assets(asset={"max_weight": "0.1"}), [sell("A", "1")]),
        (two_assets(), [sell("A", "10")]),
    ],
)
def test_the_edge_of_a_rule_is_allowed(instance: dict[str, Any], plan: list[dict[str, Any]]) -> None:
    """Spending all, the least order, the maximum weight, and selling above it are inside the rules."""
    assert evaluate(instance, plan).violations == ()


def test_trading_inside_the_bands_is_a_violation() -> None:
    """With a threshold, no flow and every node inside, any order breaks the strategy."""
    instance = CASES["c18"]
    assert evaluate(instance, [sell("A", "1")]).violations == (
        "every node is inside its band: nothing may trade",
    )


@pytest.mark.parametrize(("quantity", "tax"), [("8", "0"), ("9", "675.00")])
def test_exemption_is_a_cliff(quantity: str, tax: str) -> None:
    """Sales of exactly the limit are exempt; one unit more and the whole gain is taxed."""
    assert evaluate(CASES["c09"], [sell("A", quantity)]).tax == Decimal(tax)


def test_the_fee_of_a_sale_lowers_the_taxed_gain() -> None:
    """Gain = quantity * (price - average cost) - the sale's own fee."""
    instance = two_assets(
        asset={"avg_cost": "6", "tax_group": "g"},
        fees={"fixed": "2", "rate": "0"},
        tax_groups={"g": {"rate": "0.5"}},
    )
    verdict = evaluate(instance, [sell("A", "5")])
    assert (verdict.fees, verdict.tax, verdict.residual_cash) == (Decimal(2), Decimal(9), Decimal(139))


def scaled(instance: dict[str, Any]) -> dict[str, Any]:
    """All money times 1000."""
    result = copy.deepcopy(instance)
    money = {"price", "avg_cost", "min_order", "cash", "flow", "min_cash", "fixed", "up_to"}
    money |= {"exempt_sales", "loss_carry", "sales_so_far", "gain_so_far"}

    def visit(value: Any) -> Any:
        if isinstance(value, list):
            return [visit(v) for v in value]
        if not isinstance(value, dict):
            return value
        return {
            k: str(Decimal(v) * 1000) if k in money and isinstance(v, str) else visit(v)
            for k, v in value.items()
        }

    visited: dict[str, Any] = visit(result)
    return visited


def permuted(instance: dict[str, Any]) -> dict[str, Any]:
    """Assets and children in the opposite order."""
    result = copy.deepcopy(instance)
    result["assets"].reverse()

    def visit(node: dict[str, Any]) -> None:
        node.get("children", []).reverse()
        for child in node.get("children", []):
            visit(child)

    visit(result["targets"])
    return result


@pytest.mark.parametrize("change", [scaled, permuted], ids=lambda f: f.__name__)
@pytest.mark.parametrize("profile", PROFILES)
def test_objective_does_not_depend_on_units_or_order(
    profile: str, change: Callable[[dict[str, Any]], dict[str, Any]]
) -> None:
    """Another currency unit or another order of the assets leaves the objective and the feasibility alone."""
    instance = generate(profile, 5, 0)
    plan = polished(instance, [])
    before, after = evaluate(instance, plan), evaluate(change(instance), plan)
    assert abs(before.objective - after.objective) < TOLERANCE
    assert before.is_feasible == after.is_feasible
