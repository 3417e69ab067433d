"""From a described portfolio to the model that it is balanced to, and how far it is from it."""

from __future__ import annotations

from decimal import Decimal

import pytest

from fiel.autobalance.drifting import drifted
from fiel.autobalance.portfolio_model import model_of, refuse_odd_lots
from fiel.copilot.files.portfolio_file import parse_portfolio
from fiel.copilot.portfolio import Portfolio
from fiel.kernel.errors import InvalidInput, Refused
from fiel.portfolio.targets import Band
from fiel.rebalancing.problem import Strategy, StrategyKind

E9 = 10**9


def described(assets: str, targets: str, more: str = "") -> Portfolio:
    """A portfolio file, read."""
    return parse_portfolio(f'schema = "fiel-portfolio/1"\n{more}\n{assets}\n{targets}')


SHARES = """
[assets.VALE3]
kind = "stock"
price = "60"
minimum_order = "100"
[assets.PETR4F]
kind = "stock_fractional"
price = "40"
can_sell = false
"""
TREE = """
[targets.shares]
weight = "90"
VALE3 = "50"
PETR4F = "50"
[targets.reserve]
weight = "10"
cash = true
"""


def test_lots_limits_and_strategy_come_along() -> None:
    """The odd-lot line becomes the book's asset in its lot; the day of the last rebalance stays behind."""
    more = '[cash]\nminimum = "50"\n[strategy]\nkind = "threshold"\nabsolute = "4"\n'
    more += 'last_rebalance = "2026-01-05"'
    model = model_of(described(SHARES, TREE, more))
    assert set(model.assets) == {"VALE3", "PETR4"}
    assert model.assets["VALE3"].lot == 100
    assert model.assets["PETR4"].lot == 1
    assert model.assets["VALE3"].minimum_order == 100
    assert not model.assets["PETR4"].can_sell
    assert model.minimum_cash == 50
    assert model.strategy == Strategy(StrategyKind.THRESHOLD, Band(Decimal("0.04")))
    assert [node.asset for node in model.tree.walk() if node.asset] == ["VALE3", "PETR4"]


def test_one_lot_may_be_said_for_all_and_no_strategy_is_the_houses() -> None:
    """As for a broker that takes fractions."""
    model = model_of(described(SHARES, TREE), Decimal("0.001"))
    assert {rules.lot for rules in model.assets.values()} == {Decimal("0.001")}
    assert model.strategy is None


@pytest.mark.parametrize(
    ("kind", "code"), [("stock", "asset_on_two_lines"), ("fixed_income", "asset_not_listed")]
)
def test_what_cannot_be_traded_as_one_asset_is_refused(kind: str, code: str) -> None:
    """Two boards of one share, and titles that no exchange trades."""
    assets = f'[assets.PETR4]\nkind = "{kind}"\nprice = "40"\n'
    assets += '[assets.PETR4F]\nkind = "stock_fractional"\nprice = "40"'
    tree = '[targets.all]\nweight = "100"\nPETR4 = "50"\nPETR4F = "50"'
    with pytest.raises(InvalidInput) as refusal:
        model_of(described(assets, tree))
    assert refusal.value.code == code


def test_a_position_on_the_other_board_is_refused() -> None:
    """PETR4F beside a model of PETR4; other holdings are nobody's business."""
    model = model_of(described(SHARES, TREE))
    refuse_odd_lots(model, {"PETR4", "MGLU3F"})
    with pytest.raises(Refused) as refusal:
        refuse_odd_lots(model, {"PETR4", "PETR4F"})
    assert refusal.value.details["other"] == "PETR4"


def test_every_node_is_told_in_the_order_of_the_tree() -> None:
    """100 VALE3 at 60, 50 PETR4 at 40 and R$ 2,000.00: 60 %, 20 % and 20 % of R$ 10,000.00."""
    model = model_of(described(SHARES, TREE))
    band = Strategy(StrategyKind.THRESHOLD, Band(Decimal("0.10")))
    prices = {"VALE3": Decimal(60), "PETR4": Decimal(40)}
    found = drifted(model, band, {"VALE3": 100 * E9, "PETR4": 50 * E9}, 200_000, "BRL", prices)
    assert found is not None
    assert found.whole == 10_000
    assert [(row.label, row.depth, row.target, row.actual, row.is_out) for row in found.rows] == [
        ("shares", 0, Decimal("0.9"), Decimal("0.8"), False),
        ("VALE3", 1, Decimal("0.45"), Decimal("0.6"), True),
        ("PETR4F", 1, Decimal("0.45"), Decimal("0.2"), True),
        ("reserve", 0, Decimal("0.1"), Decimal("0.2"), False),
    ]
    assert {row.limit for row in found.rows} == {Decimal("0.10")}
    assert drifted(model, band, {"VALE3": E9}, 0, "BRL", {"PETR4": Decimal(40)}) is None
