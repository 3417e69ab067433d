"""Equal plans: which one is taken, and that equals do not make the search long."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from fiel.rebalancing.engine import solve
from fiel.rebalancing.problem import FeeSchedule, Mode, Problem
from tests.support.carried_out import reversed_everywhere, said
from tests.support.enumeration import feasible_plans
from tests.support.portfolios import Targets, problem, tax_group

#: X is never bought here; with a least order of its own the search with costs is the one that runs.
PLAIN, WITH_COSTS = "", " least 1000"


def tied_plans(given: Problem) -> int:
    """How many plans share the least objective."""
    objectives = [plan.objective for plan in feasible_plans(given)]
    return sum(1 for objective in objectives if objective - min(objectives) < Decimal("1e-24"))


@pytest.mark.parametrize("search", [PLAIN, WITH_COSTS])
def test_fewer_orders_win_a_tie(search: str) -> None:
    """One lot of Z for 20 is worth as much as one of A and one of B for 10 each: one order it is."""
    given = problem(
        f"Z 4.25 @ 20; A 9 @ 10; B 9 @ 10; X 71.5 @ 10{search}",
        targets={"Z": "10", "A": "10", "B": "10", "X": "70"},
        flow="20",
        mode=Mode.CONTRIBUTION,
    )

    assert tied_plans(given) == 2
    assert said(solve(given)) == {"Z": "+1"}


@pytest.mark.parametrize("search", [PLAIN, WITH_COSTS])
def test_less_turnover_wins_among_as_many_orders(search: str) -> None:
    """One lot of A for 20, two of Z, one of Z for 10 alone or with one of X: the least money moves."""
    given = problem(
        f"Z 9 @ 10; A 4.5 @ 20; X 80 @ 10{search}",
        targets={"Z": "10", "A": "10", "X": "80"},
        flow="20",
        mode=Mode.CONTRIBUTION,
    )

    assert tied_plans(given) >= 3
    assert said(solve(given)) == {"Z": "+1"}


@pytest.mark.parametrize("search", [PLAIN, WITH_COSTS])
@pytest.mark.parametrize("names", ["AB", "BA"])
def test_asset_id_decides_between_equals(search: str, names: str) -> None:
    """Two equal assets and money for one lot: the first by name gets it, however they are written."""
    one, two = names[0], names[1]
    given = problem(
        f"{one} 9 @ 10; {two} 9 @ 10; X 81 @ 10{search}",
        targets={two: "10", one: "10", "X": "80"},
        flow="10",
        mode=Mode.CONTRIBUTION,
    )

    assert tied_plans(given) == 2
    assert said(solve(given)) == {"A": "+1"}
    assert said(solve(reversed_everywhere(given))) == {"A": "+1"}


@pytest.mark.parametrize("search", [PLAIN, WITH_COSTS])
def test_asset_id_decides_across_classes(search: str) -> None:
    """The equals may stand in different classes, where nothing but the name tells them apart."""
    targets: Targets = {
        "second": ("20", {"B": "50", "C": "50"}),
        "first": ("20", {"A": "50", "D": "50"}),
        "X": "60",
    }
    given = problem(
        f"A 9 @ 10; B 9 @ 10; C 10 @ 10; D 10 @ 10; X 61 @ 10{search}",
        targets=targets,
        flow="10",
        mode=Mode.CONTRIBUTION,
    )

    assert tied_plans(given) == 2
    assert said(solve(given)) == {"A": "+1"}


@pytest.mark.parametrize("search", [PLAIN, WITH_COSTS])
def test_doing_nothing_wins_a_tie(search: str) -> None:
    """A and the cash miss by 5 either way, so the lot of 10 is left where it is."""
    given = problem(
        f"A 9.5 @ 10; X 89.5 @ 10{search}",
        targets={"A": "10", "X": "90"},
        flow="10",
        mode=Mode.CONTRIBUTION,
    )
    given = replace(
        given, targets=problem("A 0 @ 1", targets={"A": "10", "X": "89.5", "cash": "0.5"}).targets
    )

    assert tied_plans(given) == 2
    assert said(solve(given)) == {}


def equals(count: int, flow: str, extra: str = "", fees: FeeSchedule | None = None) -> Problem:
    """So many equal assets with one lot each of 10, in a flat tree of equal weights."""
    names = [f"A{i:02d}" for i in range(count)]
    return problem(
        "; ".join(f"{name} 1 @ 10{extra}" for name in names),
        targets={name: str(Decimal(100) / count) for name in names},
        flow=flow,
        mode=Mode.CONTRIBUTION,
        fees=fees,
    )


@pytest.mark.parametrize("flow", ["70", "75", "139", "510"])
def test_twenty_equals_are_solved_in_few_nodes(flow: str) -> None:
    """There are 77,520 ways to give seven lots to twenty equals; the search looks at one of each kind."""
    solution = solve(equals(20, flow))
    lots, rest = divmod(int(Decimal(flow) // 10), 20)

    assert solution.node_count < 2000
    assert solution.gap_proven < Decimal("1e-9")
    expected = {f"A{i:02d}": lots + (1 if i < rest else 0) for i in range(20)}
    assert said(solution) == {name: f"+{count}" for name, count in expected.items() if count}


@pytest.mark.parametrize(
    ("extra", "fees"),
    [
        (" least 20", None),
        ("", FeeSchedule(Decimal("0.10"))),
        ("", FeeSchedule(rate=Decimal("0.003"))),
    ],
)
def test_twenty_equals_with_costs_are_solved_in_few_nodes(extra: str, fees: FeeSchedule | None) -> None:
    """Symmetry is broken in the search with costs too, and the money goes to the first names."""
    solution = solve(equals(20, "75", extra, fees))
    names = [order.asset for order in solution.orders]

    assert solution.node_count < 1000
    assert solution.gap_proven < Decimal("1e-6")
    assert sorted(names) == [f"A{i:02d}" for i in range(len(names))]


def test_equal_sales_are_taken_from_the_last_names() -> None:
    """More of the first name is also fewer sold of it: the last of the equals are sold first."""
    given = equals(4, "-20")

    assert said(solve(replace(given, mode=Mode.WITHDRAWAL))) == {"A02": "-1", "A03": "-1"}


def test_assets_that_differ_only_in_tax_are_no_equals() -> None:
    """The one whose sale is not taxed is sold, although the other comes first by name and money."""
    given = problem(
        "A 50 @ 10; B 50 @ 10 cost 1 tax funds; C 0 @ 10",
        targets={"A": "45", "B": "45", "C": "10"},
        mode=Mode.FULL,
        taxes=[tax_group("funds", "0.20")],
    )

    assert said(solve(given)) == {"A": "-7", "C": "+7"}
