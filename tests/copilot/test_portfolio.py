"""The portfolio as a value: the question that it becomes, and the same one at other prices."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from fiel.copilot.portfolio import Portfolio
from fiel.kernel.errors import InvalidInput
from fiel.portfolio.quotes import Quote
from fiel.portfolio.targets import TargetNode
from fiel.rebalancing.problem import AssetLine, Mode

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
PORTFOLIO = Portfolio(
    name="two",
    assets=(AssetLine("A", Decimal(10), Decimal(5), source="old"), AssetLine("B", None)),
    targets=TargetNode("root", children=(TargetNode("a", Decimal(100), asset="A"),)),
    cash=Decimal("7.50"),
    minimum_cash=Decimal(1),
    price_age_seconds_max=Decimal(3600),
)


def test_the_question_has_the_new_money_as_flow_and_the_portfolio_has_the_rest() -> None:
    """A contribution is a flow; cash that waits is the portfolio's own unless given."""
    problem = PORTFOLIO.to_problem(flow="1000")
    assert (problem.flow, problem.cash, problem.minimum_cash) == (Decimal(1000), Decimal("7.5"), Decimal(1))
    assert (problem.mode, problem.id, problem.assets) == (Mode.CONTRIBUTION, "two", PORTFOLIO.assets)
    assert PORTFOLIO.to_problem(cash=0).cash == 0


def test_its_maximum_age_of_prices_waits_for_a_present() -> None:
    """Without now there is no age; an age that the caller gives is always passed on."""
    assert PORTFOLIO.to_problem().price_age_seconds_max is None
    assert PORTFOLIO.to_problem(now=NOON).price_age_seconds_max == 3600
    assert PORTFOLIO.to_problem(price_age_seconds_max=0).price_age_seconds_max == 0


@pytest.mark.parametrize("name", ["flow", "cash", "price_age_seconds_max"])
def test_money_given_as_a_float_is_refused(name: str) -> None:
    """A float never reaches the engine."""
    with pytest.raises(InvalidInput) as caught:
        PORTFOLIO.to_problem(**{name: 1000.10})  # type: ignore[arg-type]
    assert (caught.value.code, caught.value.field) == ("number_is_float", name)


def test_other_prices_replace_those_given_and_leave_the_rest() -> None:
    """A mapping has one time and source for all; quotes carry their own. The original is unchanged."""
    priced = PORTFOLIO.with_prices({"B": "2.50"}, as_of=NOON, source="hand")
    assert [(a.price, a.as_of, a.source) for a in priced.assets] == [
        (Decimal(10), None, "old"),
        (Decimal("2.5"), NOON, "hand"),
    ]
    quoted = PORTFOLIO.with_prices([Quote("A", Decimal(11), NOON, "feed")])
    assert [(a.price, a.source) for a in quoted.assets] == [(Decimal(11), "feed"), (None, None)]
    assert PORTFOLIO.assets[1].price is None


@pytest.mark.parametrize(
    ("prices", "code"),
    [({"Z": "1"}, "asset_unknown"), ({"A": 1.5}, "number_is_float"), ({"A": "x"}, "number_malformed")],
)
def test_a_price_of_something_else_or_that_is_no_number_is_refused(prices: dict[str, str], code: str) -> None:
    """The place is the asset's price."""
    with pytest.raises(InvalidInput) as caught:
        PORTFOLIO.with_prices(prices)
    assert caught.value.code == code
    assert caught.value.field == f"assets.{next(iter(prices))}.price"
