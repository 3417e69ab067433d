"""Models as text: one name for one model, everything comes back, and what is wrong is refused by place."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fiel.autobalance.model_text import AssetRules, balance_model, problem_of, read_model
from fiel.kernel.errors import InvalidInput
from fiel.portfolio.targets import Band, TargetNode
from fiel.rebalancing.problem import Destination, FeeSchedule, Frequency, Mode, Strategy, StrategyKind
from tests.support.autobalance.fleets import flat_model, random_fleet

_TREE = TargetNode(
    "root",
    children=(
        TargetNode(
            "stocks",
            Decimal("60.5"),
            (
                TargetNode("p", Decimal(70), asset="PETR4", band=Band(Decimal("0.02"), Decimal("0.25"))),
                TargetNode("v", Decimal(30), asset="VALE3", label="Minério"),
            ),
        ),
        TargetNode("money", Decimal("39.5"), cash=True),
    ),
)


def test_everything_comes_back() -> None:
    """A model with all that it can have is the same after its text."""
    model = balance_model(
        _TREE,
        {"PETR4": AssetRules(Decimal(100), can_buy=False, minimum_order=Decimal("12.5"), kind="stock")},
        mode=Mode.HYBRID,
        strategy=Strategy(
            StrategyKind.HYBRID,
            Band(Decimal("0.05")),
            leaves_only=True,
            frequency=Frequency.QUARTERLY,
            destination=Destination.TOLERANCE,
            tolerance=Band(relative=Decimal("0.1")),
        ),
        minimum_cash=Decimal("1000.50"),
        lot=Decimal("1e-9"),
    )
    again = read_model(model.text)
    assert again == model
    assert (again.tree, dict(again.assets), again.strategy) == (
        model.tree,
        dict(model.assets),
        model.strategy,
    )
    assert again.assets["VALE3"].lot == Decimal("0.000000001")
    assert again.text == model.text


def test_one_model_has_one_name() -> None:
    """However numbers and keys were written; another weight is another model."""
    model = flat_model({"A": "50.0", "B": "50"})
    body = json.loads(model.text)
    shuffled = json.dumps(dict(reversed(body.items())), indent=2).replace('"50"', '"50.00"')
    assert read_model(shuffled).id == model.id == flat_model({"A": "50", "B": "50"}).id
    assert flat_model({"A": "51", "B": "49"}).id != model.id
    assert model.id.startswith("model_")


@given(seed=st.integers(0, 2**32))
def test_random_models_come_back(seed: int) -> None:
    """Text and value say the same of any model."""
    for each in random_fleet(seed, portfolios=3).portfolios:
        assert read_model(each.model.text) == each.model


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"version": 2}, "version"),
        ({"mode": "buy"}, "mode"),
        ({"extra": 1}, "model"),
        ({"minimumCash": "-1"}, "minimumCash"),
        ({"minimumCash": 1.5}, None),
        ({"targets": []}, "model.targets"),
        ({"targets": {"id": "root"}}, "targets.root"),
        ({"targets": {"id": "r", "children": [{"id": "a", "weight": "99", "asset": "A"}]}}, "targets.r"),
        ({"targets": {"id": "r", "children": [{"id": "a", "asset": "A"}]}}, "targets.a.weight"),
        ({"targets": {"id": "r", "children": "A"}}, "targets.r"),
        ({"targets": {"id": "r", "children": ["A"]}}, "targets.r"),
        ({"assets": {"C": {}}}, "assets.C"),
        ({"assets": {"A": {"lot": "0"}}}, "assets.A.lot"),
        ({"assets": {"A": {"lot": "0.0000000001"}}}, "assets.A.lot"),
        ({"assets": {"A": {"canBuy": "yes"}}}, "assets.A.canBuy"),
        ({"strategy": {"kind": "hybrid"}}, "strategy.frequency"),
        ({"strategy": {"band": {"absolute": "-0.1"}}}, "strategy.band.absolute"),
    ],
)
def test_what_is_wrong_is_refused_by_place(change: dict[str, Any], field: str | None) -> None:
    """Nothing is ignored and nothing guessed."""
    body = json.loads(flat_model({"A": "50", "B": "50"}).text) | change
    with pytest.raises(InvalidInput) as refused:
        read_model(json.dumps(body))
    assert refused.value.field == field


def test_a_tree_without_end_is_refused() -> None:
    """Nesting is bounded before it can exhaust anything; so is the text."""
    deep = '{"id":"x","weight":"100","children":[' * 5_000 + "]}" * 5_000
    for text in (f'{{"version":1,"targets":{deep}}}', " " * 1_000_001):
        with pytest.raises(InvalidInput):
            read_model(text)


def test_the_engines_question() -> None:
    """Units, money and rules as they are; an asset that is neither held nor wanted needs no price."""
    model = flat_model({"A": "100", "GONE": "0"}, minimum_cash="5", mode=Mode.WITHDRAWAL)
    fees = FeeSchedule(rate=Decimal("0.001"))
    asked = problem_of(model, "ana", {"A": Decimal(3)}, Decimal(7), {"A": Decimal(10)}, fees=fees)
    held, gone = asked.assets
    assert (held.id, str(held.quantity), str(held.price), str(held.lot)) == ("A", "3", "10", "1")
    assert (str(asked.cash), str(asked.minimum_cash)) == ("7", "5")
    assert (asked.mode, asked.fees) == (Mode.WITHDRAWAL, fees)
    assert not gone.can_buy
    assert problem_of(model, "ana", {"GONE": Decimal(1)}, Decimal(7), {}).assets[1].price is None
