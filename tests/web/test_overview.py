"""The figures of the first page: true to the book, honest about what is not known."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from fiel.bootstrap import stored_prices
from fiel.bootstrap.demonstration import Demonstration, demonstration
from fiel.copilot import demo_book
from fiel.copilot.own_plan.desk import OwnPlanDesk
from fiel.custody.ports import LastPrice, NoPrice, PriceSource
from fiel.entrypoints.http import create_app
from fiel.entrypoints.web.views.ages import age_of, oldest
from fiel.entrypoints.web.views.overview import Standing, pendings_of, standing
from fiel.entrypoints.worker.demonstrating import DemonstrationBeside
from tests.support.served_pages import client_of, settings_of


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demonstration]:
    """The demonstration's book."""
    with demonstration(settings_of(tmp_path_factory.mktemp("demo"))) as made:
        yield made


class _Without:
    """The prices without one of them."""

    def __init__(self, prices: PriceSource, lacking: str) -> None:
        self._prices, self._lacking = prices, lacking

    def last_prices(self, tickers: Collection[str]) -> Mapping[str, LastPrice | NoPrice]:
        """One answer per ticker."""
        found = dict(self._prices.last_prices(tickers))
        return found | {self._lacking: NoPrice(self._lacking, "unknown")}


def _standing(demo: Demonstration, prices: PriceSource) -> Standing:
    desk, now = OwnPlanDesk(demo.opened.database, demo.clock), demo.clock.now()
    return standing(desk, prices, demo_book.WALLET, now, demo_book.DAY)


def test_the_worth_is_units_times_prices_plus_cash(demo: Demonstration) -> None:
    """Added up here by hand from what the book holds."""
    shown = _standing(demo, stored_prices(demo.opened.database))
    desk = OwnPlanDesk(demo.opened.database, demo.clock)
    owned = desk.owned(desk.look(demo_book.WALLET), demo_book.DAY)
    prices = {name: price for name, (price, _, _) in demo_book.demo_prices().items()}
    by_hand = sum((one.quantity * prices[one.asset] for one in owned.assets.values()), owned.free_cash)
    assert abs(shown.worth.total - by_hand) < Decimal("0.01")
    assert shown.worth.unpriced == ()


def test_the_shares_of_the_tree_add_up(demo: Demonstration) -> None:
    """The groups below the whole are all of it, in share, target and value; bands lie around targets."""
    tree = _standing(demo, stored_prices(demo.opened.database)).tree
    assert tree is not None
    top = [node for node in tree.nodes if node.depth == 0]
    assert sum(node.target for node in top) == 1
    assert abs(sum((node.share for node in top), Decimal(-1))) < Decimal("1e-9")
    for node in tree.nodes:
        assert node.low is not None
        assert node.high is not None
        assert node.low <= node.target <= node.high
        assert node.share <= tree.scale
        outside = not node.low <= node.share <= node.high
        assert (node.side != "in_band") == outside


def test_a_missing_price_is_named_and_never_counts_as_zero(demo: Demonstration) -> None:
    """The sum is said to be a part, the tree is not drawn, and it stands among what is to do."""
    shown = _standing(demo, _Without(stored_prices(demo.opened.database), "VALE3"))
    assert shown.worth.unpriced == ("VALE3",)
    assert shown.tree is None
    assert shown.worth.age.level == "closed"
    assert [one.key for one in pendings_of(shown, 0, 0, ())] == ["ov_todo_unpriced"]


def test_ages_say_what_they_mean() -> None:
    """Of now, of the last close, or too old with the reason; the header shows the worst."""
    now = datetime(2026, 11, 20, 16, 0, tzinfo=UTC)  # a Friday, 13:00 in Brasilia
    fresh, closed = (
        age_of(now - timedelta(minutes=5), now),
        age_of(datetime(2026, 11, 19, 21, tzinfo=UTC), now),
    )
    stale = age_of(datetime(2026, 11, 17, 21, tzinfo=UTC), now, "brapi", "sem resposta")
    assert [one.level for one in (fresh, closed, stale)] == ["now", "closed", "stale"]
    assert oldest([fresh, stale, closed]) == stale
    assert oldest([fresh, age_of(None, now)]).level == "none"
    assert stale.why == "sem resposta"


def test_the_page_shows_the_worth_of_the_view(
    demo: Demonstration, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """In reais of the language, with its day and the demonstration named; a second look is from memory."""
    total = _standing(demo, stored_prices(demo.opened.database)).worth.total
    beside = DemonstrationBeside(settings_of(tmp_path_factory.mktemp("page")))
    try:
        with client_of(create_app(beside())) as client:
            first, second = client.get("/"), client.get("/")
    finally:
        beside.close()
    cents = f"{total:,.2f}".translate(str.maketrans(",.", ".,"))
    assert f"R$\N{NO-BREAK SPACE}{cents}" in first.text
    assert "18/12/2023" in first.text
    assert first.text == second.text
