"""The valued tree: worth, weights of the whole and of the parent, deviations; and the quotes behind it."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fiel.kernel.errors import InvalidInput, Refused
from fiel.portfolio.positions import Position
from fiel.portfolio.quotes import Quote
from fiel.portfolio.targets import TargetNode
from fiel.portfolio.valuation import value_tree

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)


def quotes(**prices: str) -> dict[str, Quote]:
    """Quotes of one instant."""
    return {asset: Quote(asset, Decimal(price), NOON, "test") for asset, price in prices.items()}


def tree(*, cash: bool = False) -> TargetNode:
    """A class of 60 holding A and B in halves, and C (and cash) for the rest."""
    halves = (TargetNode("a", Decimal(50), asset="A"), TargetNode("b", Decimal(50), asset="B"))
    rest = (TargetNode("c", Decimal(30 if cash else 40), asset="C"),)
    money = (TargetNode("cash", Decimal(10), cash=True),) if cash else ()
    return TargetNode("root", children=(TargetNode("ab", Decimal(60), halves), *rest, *money))


def test_each_node_has_its_worth_and_its_shares() -> None:
    """A class is worth the sum of its assets, and deviates from its target by what is too much."""
    holdings = [Position("A", Decimal(30)), Position("B", Decimal(10)), Position("C", Decimal(60))]
    valuation = value_tree(tree(), holdings, quotes(A="1", B="1", C="1"))
    group, leaf = valuation.node("ab"), valuation.node("a")
    assert (valuation.whole, group.value, group.weight, group.deviation) == (
        Decimal(100),
        Decimal(40),
        Decimal("0.4"),
        Decimal("-0.2"),
    )
    assert (leaf.weight, leaf.target) == (Decimal("0.3"), Decimal("0.30"))
    assert (leaf.weight_of_parent, leaf.deviation_of_parent) == (Decimal("0.75"), Decimal("0.25"))


def test_cash_counts_only_when_the_tree_has_a_leaf_for_it() -> None:
    """Without a cash leaf, idle money is told apart and is not part of the whole."""
    holdings, prices = [Position("C", Decimal(90))], quotes(C="1")
    without = value_tree(tree(), holdings, prices, Decimal(10))
    within = value_tree(tree(cash=True), holdings, prices, Decimal(10))
    assert (without.whole, without.cash, without.cash_counts) == (Decimal(90), Decimal(10), False)
    assert (within.whole, within.node("cash").weight) == (Decimal(100), Decimal("0.1"))


def test_what_is_held_outside_the_tree_is_a_leaf_with_target_zero() -> None:
    """Nothing held is left out of the whole."""
    valuation = value_tree(
        tree(), [Position("X", Decimal(5)), Position("C", Decimal(5))], quotes(X="1", C="1")
    )
    node = valuation.node("untargeted:X")
    assert (node.target, node.weight, node.parent) == (Decimal(0), Decimal("0.5"), "root")


def test_lines_of_one_asset_add_up() -> None:
    """The same asset at two brokers is one holding."""
    valuation = value_tree(tree(), [Position("C", Decimal(2)), Position("C", Decimal(3))], quotes(C="10"))
    assert valuation.node("c").value == Decimal(50)


def test_an_empty_portfolio_has_no_shares_rather_than_shares_of_zero() -> None:
    """No share of nothing exists: weights and deviations are unknown."""
    valuation = value_tree(tree(), [], {})
    assert (valuation.whole, valuation.oldest) == (Decimal(0), None)
    assert all(node.weight is None and node.deviation is None for node in valuation.nodes)


def test_something_held_without_a_quote_is_refused_by_name() -> None:
    """Unknown is never zero; what is not held needs no quote."""
    with pytest.raises(Refused) as caught:
        value_tree(tree(), [Position("A", Decimal(1))], quotes(C="1"))
    assert (caught.value.code, caught.value.field) == ("price_missing", "quotes.A")
    assert (
        value_tree(tree(), [Position("A", Decimal(0)), Position("C", Decimal(1))], quotes(C="1")).whole == 1
    )


@pytest.mark.parametrize("price", [Decimal(0), Decimal(-1), Decimal("NaN"), 1.5])
def test_a_quote_needs_a_price_above_zero(price: Decimal) -> None:
    """Zero, negative, NaN and float prices never become quotes."""
    with pytest.raises(InvalidInput, match="price"):
        Quote("A", price, NOON, "test")


def test_a_quote_needs_a_time_with_a_zone() -> None:
    """A time without a zone cannot be compared with now."""
    with pytest.raises(InvalidInput) as caught:
        Quote("A", Decimal(1), NOON.replace(tzinfo=None), "test")
    assert caught.value.code == "zone_missing"


@given(st.lists(st.integers(0, 10_000), min_size=3, max_size=3).filter(any))
def test_the_children_of_every_node_are_worth_the_node(quantities: list[int]) -> None:
    """Values add up exactly at every level, whatever is held."""
    holdings = [Position(asset, Decimal(quantity)) for asset, quantity in zip("ABC", quantities, strict=True)]
    valuation = value_tree(tree(), holdings, quotes(A="35.84", B="0.01", C="127.2"))
    for node in valuation.nodes:
        below = [child.value for child in valuation.nodes if child.parent == node.id]
        assert not below or sum(below) == node.value
