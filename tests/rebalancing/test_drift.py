"""How far nodes are from their targets, and which are out of their bands."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fiel.rebalancing.drift import Direction, before_orders, drift, node_states, out_of_band
from fiel.rebalancing.evaluation import evaluate
from fiel.rebalancing.model import build
from fiel.rebalancing.problem import Basis, Problem, Strategy, StrategyKind
from tests.support.portfolios import Targets, band, orders, problem, threshold

HALVES = {"A": "50", "B": "50"}
CLASSES: Targets = {"shares": ("60", {"A": "50", "B": "50"}), "bonds": ("40", {"C": "100"})}


def _out(given: Problem) -> list[tuple[str, str]]:
    return [(node.node, str(node.direction)) for node in out_of_band(build(given))]


def test_inside_the_5_25_rule_nothing_is_out() -> None:
    """53 % and 47 % of a 50 % target lie inside min(5 points, 25 % of 50) = 5 points."""
    assert _out(problem("A 53 @ 10; B 47 @ 10", targets=HALVES, strategy=threshold("0.05", "0.25"))) == []


@pytest.mark.parametrize(("units", "is_out"), [("55", False), ("55.01", True)])
def test_exactly_at_the_limit_is_inside(units: str, is_out: bool) -> None:
    """55 % of a 50 +/- 5 % band is inside; a hundredth of a unit more is out."""
    rest = Decimal(100) - Decimal(units)
    given = problem(f"A {units} @ 10; B {rest} @ 10", targets=HALVES, strategy=threshold("0.05"))

    assert bool(_out(given)) is is_out


def test_the_smaller_of_the_two_limits_counts() -> None:
    """On a 10 % target the relative 25 % (2.5 points) is tighter than 5 points, so 13 % is out."""
    targets = {"A": "10", "B": "90"}
    node = out_of_band(
        build(problem("A 13 @ 10; B 87 @ 10", targets=targets, strategy=threshold("0.05", "0.25")))
    )[0]

    assert (node.node, node.direction) == ("a", Direction.ABOVE)
    assert (node.actual, node.target, node.limit) == tuple(map(Decimal, ("0.13", "0.1", "0.025")))


def test_loose_cash_is_no_part_of_the_invested_value() -> None:
    """1,000 of idle cash change no share when the tree has no cash leaf."""
    given = problem("A 54 @ 10; B 46 @ 10", targets=HALVES, cash="1000", strategy=threshold("0.05"))

    assert _out(given) == []


def test_cash_that_is_a_leaf_is_part_of_the_whole() -> None:
    """With a 10 % cash leaf and 300 of 1300 in cash, the cash is above and the assets below."""
    targets = {"A": "45", "B": "45", "cash": "10"}
    given = problem("A 50 @ 10; B 50 @ 10", targets=targets, cash="300", strategy=threshold("0.05"))

    assert _out(given) == [("cash", "above"), ("a", "below"), ("b", "below")]


def test_an_asset_without_a_target_is_out_with_a_relative_band() -> None:
    """25 % of a target of 0 is 0, so one unit of X is already too much."""
    given = problem("A 50 @ 10; B 49 @ 10; X 1 @ 10", targets=HALVES, strategy=threshold(None, "0.25"))

    assert _out(given) == [("untargeted:X", "above")]


def test_classes_count_unless_only_leaves_do() -> None:
    """Shares at 66 % of 60 are out by class; each leaf, at 33 % of 30, is inside."""
    wallet = "A 33 @ 10; B 33 @ 10; C 34 @ 10"
    strategy = threshold("0.05")
    by_class = problem(wallet, targets=CLASSES, strategy=strategy, node_bands={"c": band("0.1")})
    by_leaf = replace(by_class, strategy=replace(strategy, leaves_only=True))

    assert _out(by_class) == [("shares", "above"), ("bonds", "below")]
    assert _out(by_leaf) == []


def test_a_node_s_own_band_overrides_the_strategy_s() -> None:
    """A has a band of 1 point of its own; B keeps the 5 points."""
    given = problem(
        "A 52 @ 10; B 48 @ 10", targets=HALVES, strategy=threshold("0.05"), node_bands={"a": band("0.01")}
    )

    assert _out(given) == [("a", "above")]


def test_the_basis_parent_measures_inside_the_class() -> None:
    """In an oversized class with equal halves only the classes are out; inside, A and B are at 50 %."""
    strategy = replace(threshold("0.05"), basis=Basis.PARENT)
    balanced_inside = problem("A 40 @ 10; B 40 @ 10; C 20 @ 10", targets=CLASSES, strategy=strategy)
    tilted_inside = problem("A 36 @ 10; B 24 @ 10; C 40 @ 10", targets=CLASSES, strategy=strategy)

    assert _out(balanced_inside) == [("shares", "above"), ("bonds", "below")]
    assert _out(tilted_inside) == [("a", "above"), ("b", "below")]


def test_an_empty_class_holds_none_of_each_child() -> None:
    """With nothing in the class, its children are out by parent as well."""
    strategy = replace(threshold("0.05"), basis=Basis.PARENT, leaves_only=True)
    given = problem("A 0 @ 10; B 0 @ 10; C 40 @ 10", targets=CLASSES, strategy=strategy)

    assert _out(given) == [("a", "below"), ("b", "below")]


def test_nothing_invested_is_out_everywhere() -> None:
    """Cash in the account and no asset yet: every target beyond its limit is out, without a division by 0."""
    given = problem("A 0 @ 10; B 0 @ 10", targets=HALVES, cash="100", strategy=threshold("0.05"))

    assert _out(given) == [("a", "below"), ("b", "below")]


def test_without_a_band_nothing_can_be_out() -> None:
    """No band is no limit."""
    assert _out(problem("A 99 @ 10; B 1 @ 10", targets=HALVES)) == []


def test_the_values_after_the_orders_can_be_asked_too() -> None:
    """Given the node values of a plan, the answer is about the plan."""
    model = build(problem("A 70 @ 10; B 30 @ 10", targets=HALVES, strategy=threshold("0.05")))
    after = evaluate(model, orders(model, A=-20, B=20))

    assert len(out_of_band(model)) == 2
    assert out_of_band(model, after.node_values) == ()


def test_before_and_after_are_measured_on_the_same_whole() -> None:
    """W = 1200 with the flow: A goes from 400/1200 to 600/1200, and its band is 5 points wide."""
    model = build(problem("A 40 @ 10; B 60 @ 10", targets=HALVES, flow="200", strategy=threshold("0.05")))
    states = node_states(model, before_orders(model), evaluate(model, orders(model, A=20)))

    root, a, b = states
    assert (root.parent, a.parent, a.asset, b.asset) == (None, "root", "A", "B")
    assert [root.value_before, root.value_after, root.after] == [1000, 1200, 1]
    assert [a.value_before, a.value_after, a.after, a.target] == [400, 600, Decimal("0.5"), Decimal("0.5")]
    assert round(a.before, 10) == round(Decimal(1) / 3, 10)
    assert (root.band, a.band) == (None, Decimal("0.05"))


def test_a_band_by_parent_is_told_at_the_parent_s_size() -> None:
    """5 points of a class of 60 % are 3 points of the whole."""
    strategy = replace(threshold("0.05"), basis=Basis.PARENT)
    model = build(problem("A 30 @ 10; B 30 @ 10; C 40 @ 10", targets=CLASSES, strategy=strategy))
    nothing = before_orders(model)

    assert {n.id: n.band for n in node_states(model, nothing, nothing)}["a"] == Decimal("0.03")


def test_the_three_measures_of_drift() -> None:
    """70/30 against 50/50: tracking 0.08, largest 0.2, half of the absolute deviations 0.2; then all 0."""
    model = build(problem("A 70 @ 10; B 30 @ 10", targets=HALVES))
    measured = drift(model, before_orders(model), evaluate(model, orders(model, A=-20, B=20)))

    assert [measured.tracking_before, measured.tracking_after] == [Decimal("0.08"), 0]
    assert [measured.largest_before, measured.largest_after] == [Decimal("0.2"), 0]
    assert [measured.half_sum_before, measured.half_sum_after] == [Decimal("0.2"), 0]


def test_a_class_can_be_the_largest_error_and_half_the_sum_is_of_leaves() -> None:
    """Shares are 20 points over by 10 in each leaf, bonds as much under: largest 0.2, half sum 0.2."""
    pairs: Targets = {"shares": ("60", {"A": "50", "B": "50"}), "bonds": ("40", {"C": "50", "D": "50"})}
    model = build(problem("A 40 @ 10; B 40 @ 10; C 10 @ 10; D 10 @ 10", targets=pairs))
    nothing = before_orders(model)
    measured = drift(model, nothing, nothing)

    assert (measured.largest_before, measured.half_sum_before) == (Decimal("0.2"), Decimal("0.2"))


units = st.integers(0, 1000)


@given(units, units, st.integers(1, 1000), st.integers(-4, 4), st.sampled_from(list(Basis)))
def test_bands_do_not_depend_on_the_unit_of_money(a: int, b: int, c: int, power: int, basis: Basis) -> None:
    """Prices times 10^k leave the same nodes out of their bands."""
    strategy = Strategy(StrategyKind.THRESHOLD, band("0.05", "0.25"), basis)

    def at(price: Decimal) -> Problem:
        wallet = f"A {a} @ {price}; B {b} @ {price}; C {c} @ {price}"
        return problem(wallet, targets=CLASSES, strategy=strategy)

    assert out_of_band(build(at(Decimal(10)))) == out_of_band(build(at(Decimal(10).scaleb(power))))
