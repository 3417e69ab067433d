"""The exact side of a fleet: every decision equals the Decimal definition, most of all near a band."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fiel.kernel.errors import InvalidInput
from fiel.rebalancing.drift import out_of_band
from fiel.rebalancing.fleet import (
    ModelJudge,
    Verdict,
    drift_scan,
    exact_recheck,
    exact_verdict,
    fleet_of_models,
)
from fiel.rebalancing.model import Model, build
from fiel.rebalancing.problem import Basis, Strategy
from tests.support.examples import examples
from tests.support.portfolios import Targets, band, problem, threshold

TREE: Targets = {"Shares": ("60", {"A": "50", "B": "50"}), "C": "30", "cash": "10"}


def decided(models: Sequence[Model]) -> list[Verdict]:
    """The verdicts of the fleet of these models at their own prices, rechecked exactly."""
    fleet = fleet_of_models(models)
    prices = {line.id: line.price for model in models for line in model.assets if line.price is not None}
    scan = drift_scan(fleet, fleet.price_vector(prices))
    return [Verdict(int(v)) for v in exact_recheck(scan, ModelJudge(models)).verdict]


def story(quantities: Sequence[Decimal], cash: Decimal, strategy: Strategy) -> Model:
    """A, B at 1.00 and C at 0.01, in a tree of two levels with a cash leaf."""
    a, b, c = quantities
    lines = f"A {a:f} @ 1; B {b:f} @ 1; C {c:f} @ 0.01"
    return build(problem(lines, targets=TREE, cash=str(cash), strategy=strategy))


AMOUNTS = st.decimals(0, 10_000_000, places=9)


@settings(max_examples=examples(60), deadline=None)
@given(
    st.lists(
        st.tuples(
            AMOUNTS,
            AMOUNTS,
            AMOUNTS,
            st.decimals(1, 1_000_000, places=2),
            st.sampled_from([threshold("0.05"), threshold("0.05", "0.25"), threshold(relative="0.4")]),
        ),
        min_size=1,
        max_size=8,
    )
)
def test_every_decision_equals_the_decimal_definition(
    given_lines: list[tuple[Decimal, Decimal, Decimal, Decimal, Strategy]],
) -> None:
    """Whatever is held, the fleet decides what the engine's own rule decides."""
    models = [story((a, b, c), cash, strategy) for a, b, c, cash, strategy in given_lines]
    expected = [Verdict.OUT if out_of_band(model) else Verdict.INSIDE for model in models]
    assert decided(models) == expected


@settings(max_examples=examples(80), deadline=None)
@given(
    side=st.sampled_from([-1, 1]),
    nudge=st.integers(-3, 3),
    size=st.sampled_from([Decimal("1000"), Decimal("123456.7"), Decimal("987654321")]),
    step=st.sampled_from([Decimal("1e-9"), Decimal("1e-6"), Decimal("1e-4")]),
)
def test_a_hair_from_the_band_the_decision_is_still_exact(
    side: int, nudge: int, size: Decimal, step: Decimal
) -> None:
    """A billionth beyond the band is out, the band itself and a billionth within are inside."""
    weight = Decimal("0.30") + side * Decimal("0.05")
    hair = side * nudge * step
    a, b = size * (Decimal("0.9") - weight) / 2, size * (Decimal("0.9") - weight) / 2 - hair
    model = story((a, b, 100 * (size * weight + hair)), size / 10, threshold("0.05"))
    fleet = fleet_of_models([model])
    scan = drift_scan(fleet, fleet.price_vector({"A": Decimal(1), "B": Decimal(1), "C": Decimal("0.01")}))
    if abs(hair) < size * Decimal("5e-6"):
        assert scan.near.tolist() == [0]
    assert decided([model]) == [Verdict.OUT if nudge > 0 else Verdict.INSIDE]


def test_a_tree_of_any_depth_is_a_run_of_slots_per_class() -> None:
    """A class three levels down is judged: its 12 % for a target of 6 % is out."""
    deep: Targets = {
        "Top": ("60", {"Mid": ("50", {"Low": ("20", {"A": "50", "B": "50"}), "C": "80"}), "D": "50"}),
        "E": "40",
    }
    model = build(
        problem(
            "A 60 @ 1; B 60 @ 1; C 180 @ 1; D 300 @ 1; E 400 @ 1", targets=deep, strategy=threshold("0.05")
        )
    )
    fleet = fleet_of_models([model])
    assert fleet.node_start.shape == (1, 3)
    assert decided([model]) == [Verdict.OUT]


def test_portfolios_with_different_trees_share_a_fleet() -> None:
    """Slots and classes that one portfolio does not have are padding, and padding is never out."""
    small = build(problem("A 50 @ 1; B 50 @ 1", targets={"A": "50", "B": "50"}, strategy=threshold("0.05")))
    large = story((Decimal(300), Decimal(300), Decimal(30_000)), Decimal(100), threshold("0.05"))
    fleet = fleet_of_models([small, large])
    scan = drift_scan(fleet, fleet.price_vector({"A": Decimal(1), "B": Decimal(1), "C": Decimal("0.01")}))
    assert scan.verdict.tolist() == [Verdict.INSIDE, Verdict.INSIDE]


def test_leaves_only_forgets_the_classes() -> None:
    """Two classes 6 points off, with leaves 2 points off, count only where classes do."""
    targets: Targets = {
        "X": ("60", {"A": "30", "B": "30", "C": "40"}),
        "Y": ("40", {"D": "30", "E": "30", "F": "40"}),
    }
    lines = "A 20 @ 1; B 20 @ 1; C 26 @ 1; D 10 @ 1; E 10 @ 1; F 14 @ 1"
    every, leaves = (
        build(problem(lines, targets=targets, strategy=replace(threshold("0.05"), leaves_only=only)))
        for only in (False, True)
    )
    assert decided([every, leaves]) == [Verdict.OUT, Verdict.INSIDE]


def test_bands_that_two_numbers_cannot_say_go_to_the_exact_rule() -> None:
    """A node's own band, and bands against the parent, are always near, and rightly decided."""
    lines = "A 52 @ 1; B 48 @ 1"
    targets: Targets = {"A": "50", "B": "50"}
    own = build(problem(lines, targets=targets, strategy=threshold("0.05"), node_bands={"a": band("0.01")}))
    parent = build(problem(lines, targets=targets, strategy=replace(threshold("0.05"), basis=Basis.PARENT)))
    fleet = fleet_of_models([own, parent])
    prices = fleet.price_vector({"A": Decimal(1), "B": Decimal(1)})
    assert drift_scan(fleet, prices).near.tolist() == [0, 1]
    assert decided([own, parent]) == [Verdict.OUT, Verdict.INSIDE]


def test_cash_counts_only_where_the_tree_has_a_cash_leaf() -> None:
    """Idle cash outside the tree does not make the assets smaller."""
    idle = build(
        problem("A 50 @ 1; B 50 @ 1", targets={"A": "50", "B": "50"}, cash="900", strategy=threshold("0.05"))
    )
    in_tree = story((Decimal(0), Decimal(0), Decimal(0)), Decimal(900), threshold("0.05"))
    assert decided([idle, in_tree]) == [Verdict.INSIDE, Verdict.OUT]


def test_the_exact_rule_takes_the_prices_of_the_moment() -> None:
    """New prices replace those of the model; without one the portfolio is unpriced."""
    model = build(problem("A 50 @ 1; B 50 @ 1", targets={"A": "50", "B": "50"}, strategy=threshold("0.05")))
    assert exact_verdict(model) is Verdict.INSIDE
    assert exact_verdict(model, {"A": Decimal(2), "B": Decimal(1)}) is Verdict.OUT
    for bad in (Decimal(0), Decimal("NaN"), Decimal(-1)):
        assert exact_verdict(model, {"A": bad, "B": Decimal(1)}) is Verdict.UNPRICED
    assert exact_verdict(model, {"A": Decimal(1)}) is Verdict.UNPRICED


def test_a_portfolio_worth_nothing_is_not_judged_exactly_either() -> None:
    """Only targets and a flow that is still to come: no weight exists yet."""
    model = build(problem("A 0 @ 1", targets={"A": "100"}, cash="10", strategy=threshold("0.05")))
    assert exact_verdict(model) is Verdict.EMPTY


def test_a_judge_must_decide() -> None:
    """A judge that answers `NEAR` is an error, not a silent `INSIDE`."""
    model = story((Decimal(250), Decimal(300), Decimal(35_000)), Decimal(100), threshold("0.05"))
    fleet = fleet_of_models([model])
    scan = drift_scan(fleet, fleet.price_vector({"A": Decimal(1), "B": Decimal(1), "C": Decimal("0.01")}))
    assert scan.near.tolist() == [0]
    with pytest.raises(InvalidInput, match="undecided"):
        exact_recheck(scan, lambda _: Verdict.NEAR)


def test_a_symbol_that_the_fleet_does_not_know_is_named() -> None:
    """Fixed symbols must cover every asset."""
    model = story((Decimal(1), Decimal(1), Decimal(1)), Decimal(1), threshold("0.05"))
    with pytest.raises(InvalidInput, match="C is not among"):
        fleet_of_models([model], symbols=("$cash", "A", "B"))
