"""The tree of targets: exact sums and everything else that can be wrong with it."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fiel.portfolio.targets import DEPTH_MAX, Band, TargetNode, placed, problems_of


def flat(*weights: str) -> TargetNode:
    """A root with one asset per weight."""
    leaves = (TargetNode(f"n{i}", Decimal(weight), asset=f"A{i}") for i, weight in enumerate(weights))
    return TargetNode("root", children=tuple(leaves))


def codes(root: TargetNode, known: frozenset[str] | None = None) -> list[tuple[str, str | None]]:
    """The problems of a tree, as code and place."""
    return [(problem.code, problem.field) for problem in problems_of(root, known)]


def test_three_times_a_third_is_refused_and_told_what_is_missing() -> None:
    """33.33 three times is 99.99: the missing 0.01 is named, not spread in silence."""
    (problem,) = problems_of(flat("33.33", "33.33", "33.33"))
    assert (problem.code, problem.field, problem.details["missing"]) == (
        "weights_not_100",
        "targets.root",
        "0.01",
    )
    assert problems_of(flat("33.33", "33.33", "33.34")) == []


def test_a_sum_beyond_the_usual_precision_is_still_judged_exactly() -> None:
    """Thirty decimals do not round their way to 100."""
    tiny = "0.000000000000000000000000000001"
    assert codes(flat("50", "50", tiny)) == [("weights_not_100", "targets.root")]


def test_each_defect_is_named_where_it_is() -> None:
    """Repeated nodes and assets, two cash leaves, an empty class and an unknown asset, all in one pass."""
    root = TargetNode(
        "root",
        children=(
            TargetNode("a", Decimal(20), asset="A"),
            TargetNode("a", Decimal(20), asset="A"),
            TargetNode("m1", Decimal(20), cash=True),
            TargetNode("m2", Decimal(20), cash=True),
            TargetNode("empty", Decimal(20)),
        ),
    )
    assert codes(root, frozenset({"B"})) == [
        ("asset_unknown", "targets.a"),
        ("node_repeated", "targets.a"),
        ("asset_repeated", "targets.a"),
        ("asset_unknown", "targets.a"),
        ("cash_repeated", "targets.m2"),
        ("class_without_asset", "targets.empty"),
    ]


@pytest.mark.parametrize(
    ("weight", "code"),
    [
        (None, "weight_missing"),
        (50.0, "float_refused"),
        (50, "decimal_required"),
        (Decimal("NaN"), "not_a_number"),
        (Decimal("-1"), "weight_out_of_range"),
        (Decimal("100.01"), "weight_out_of_range"),
        (Decimal("Infinity"), "weight_out_of_range"),
    ],
)
def test_a_weight_that_cannot_be_one_is_refused(weight: Decimal | None, code: str) -> None:
    """A weight is a Decimal from 0 to 100, and the refusal names the node."""
    root = TargetNode(
        "root", children=(TargetNode("a", weight, asset="A"), TargetNode("b", Decimal(50), asset="B"))
    )
    assert (code, "targets.a") in codes(root)


def test_a_weight_that_cannot_be_added_is_not_also_called_a_wrong_sum() -> None:
    """One mistake is one problem."""
    leaves = (TargetNode("a", None, asset="A"), TargetNode("b", Decimal(50), asset="B"))
    assert codes(TargetNode("root", children=leaves)) == [("weight_missing", "targets.a")]


def test_a_leaf_is_one_thing() -> None:
    """A leaf that is both an asset and cash, or has children, has no meaning."""
    both = TargetNode("x", Decimal(50), asset="A", cash=True)
    parent = TargetNode("y", Decimal(50), (TargetNode("z", Decimal(100), asset="C"),), asset="B")
    assert codes(TargetNode("root", children=(both, parent))) == [
        ("leaf_ambiguous", "targets.x"),
        ("leaf_with_children", "targets.y"),
    ]


@pytest.mark.parametrize(
    ("band", "code"),
    [
        (Band(absolute=Decimal(-1)), "band_out_of_range"),
        (Band(relative=Decimal("NaN")), "band_out_of_range"),
        (Band(absolute=0.05), "float_refused"),  # type: ignore[arg-type]
    ],
)
def test_a_band_is_a_number_from_zero_up(band: Band, code: str) -> None:
    """Negative, NaN and float bands are refused where they stand."""
    root = TargetNode("root", children=(TargetNode("a", Decimal(100), asset="A", band=band),))
    assert [problem.code for problem in problems_of(root)] == [code]


def test_a_tree_that_is_too_deep_is_refused_before_it_is_walked() -> None:
    """A thousand levels give one problem, not a crash."""
    node = TargetNode("leaf", Decimal(100), asset="A")
    for level in range(1000):
        node = TargetNode(f"n{level}", Decimal(100), (node,))
    assert codes(node)[-1][0] == "tree_too_large"


def test_as_many_levels_as_allowed_are_fine() -> None:
    """The limit itself is inside."""
    node = TargetNode("leaf", Decimal(100), asset="A")
    for level in range(DEPTH_MAX):
        node = TargetNode(f"n{level}", Decimal(100), (node,))
    assert problems_of(node) == []


@given(st.lists(st.integers(0, 10_000), min_size=1, max_size=12))
def test_any_split_that_sums_to_100_is_accepted_and_its_shares_make_the_whole(cuts: list[int]) -> None:
    """Cutting 100.00 anywhere gives a sound tree; a cent more anywhere does not."""
    edges = [0, *sorted(cuts), 10_000]
    weights = [f"{Decimal(high - low) / 100}" for low, high in pairwise(edges)]
    root = flat(*weights)
    assert problems_of(root) == []
    assert sum(place.share for place in placed(root) if place.depth == 1) == 1
    assert problems_of(flat(*weights, "0.01"))[0].code == "weights_not_100"
