"""Cash that is wanted: as a leaf of the tree, below a class, and as a minimum to keep."""

from __future__ import annotations

from fiel.rebalancing.engine import solve
from fiel.rebalancing.plan import Side
from fiel.rebalancing.problem import Mode
from tests.support.carried_out import said
from tests.support.portfolios import Targets, problem


def test_cash_leaf_is_filled_before_the_rest_is_bought() -> None:
    """A fifth of 1,000 stays as cash because the tree says so, and the leaf ends on its target."""
    given = problem("A 30 @ 10; B 40 @ 10", targets={"A": "40", "B": "40", "cash": "20"}, flow="300")
    solution = solve(given)

    assert said(solution) == {"A": "+10"}
    assert solution.residual_cash == 200
    assert next(node for node in solution.nodes if node.is_cash).value_after == 200


def test_cash_leaf_below_a_class_is_raised_by_selling() -> None:
    """The reserve is half of a class of 40 %: 200 of 1,000, which a full rebalance gets from A."""
    targets: Targets = {"A": "60", "safe": ("40", {"B": "50", "cash": "50"})}
    solution = solve(problem("A 80 @ 10; B 20 @ 10", targets=targets))

    assert said(solution) == {"A": "-20"}
    assert solution.residual_cash == 200


def test_minimum_cash_goes_before_the_targets() -> None:
    """Cash of 150 is kept even though the cash leaf only wants 100."""
    given = problem(
        "A 0 @ 10", targets={"A": "90", "cash": "10"}, flow="1000", minimum_cash="150", mode=Mode.CONTRIBUTION
    )
    solution = solve(given)

    assert said(solution) == {"A": "+85"}
    assert solution.residual_cash == 150
    assert solution.orders[0].side is Side.BUY
