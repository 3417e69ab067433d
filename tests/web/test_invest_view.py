"""What the page Aportar is given: orders that add up, shares that add up, and honest refusals."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fiel.copilot.plan_view.words import Lang
from fiel.custody.store.prices import StoredPrices
from fiel.entrypoints.web.views.invest import Ground, InvestView, assemble, invest
from fiel.entrypoints.web.views.invest_ask import InvestAsk, read_ask
from fiel.entrypoints.web.views.supposing import with_targets
from fiel.kernel.errors import InvalidInput, NotFound, Refused
from tests.copilot.own_plan.books import NOW, TODAY, SavedBook
from tests.support.examples import examples
from tests.support.planned_wallets import fill
from tests.support.told_wallets import new_book


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    """Ana's wallet, read once."""
    with new_book(tmp_path_factory.mktemp("ground")) as opened:
        book = SavedBook(opened)
        fill(book)
        yield assemble(book.desk(), StoredPrices(opened.database), "ana", TODAY, "alvos")


def asked(ground: Ground, *pairs: tuple[str, str]) -> InvestView:
    """The answer to a query."""
    return invest(ground, read_ask(pairs), NOW, Lang.PT)


def weights(view: InvestView) -> dict[str, Decimal]:
    """Targets by node, in percent of the class above."""
    return {row.id: row.target for row in view.shares.rows}


@settings(max_examples=examples(20), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    amount=st.decimals(min_value=0, max_value=50_000, places=2),
    mode=st.sampled_from(["comprar", "vender"]),
    keep=st.booleans(),
)
def test_the_money_adds_up_to_the_cent(ground: Ground, amount: Decimal, mode: str, keep: bool) -> None:
    """Whatever is asked: new money, cash and sales are purchases, fees, tax and what is left."""
    view = invest(ground, InvestAsk(amount, mode, keep_cash=keep), NOW, Lang.PT)

    assert view.sums.comes_in == view.sums.goes_out
    assert sum((one.row.value for one in view.buys), Decimal(0)) == view.sums.buys
    assert sum((one.row.value for one in view.sells), Decimal(0)) == view.sums.sells


@settings(max_examples=examples(20), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(amount=st.decimals(min_value=0, max_value=50_000, places=2))
def test_the_columns_add_up_to_the_whole_as_they_are_shown(ground: Ground, amount: Decimal) -> None:
    """To a tenth of a percent, before and after: nothing is 99,9 % or 136 % of a wallet."""
    view = invest(ground, InvestAsk(amount), NOW, Lang.PT)

    assert view.shares.total_before == view.shares.total_after == view.shares.total_target == 1
    assert all(row.after == row.after.quantize(Decimal("0.001")) for row in view.shares.top)


def test_buying_only_never_buys_what_is_over_its_target(ground: Ground) -> None:
    """A thousand reais go to what is short; what is over the target stays as it is."""
    view = asked(ground, ("valor", "1.000"))

    assert view.buys
    assert not view.sells
    assert all(one.before < one.target for one in view.buys)


def test_cash_of_the_book_is_invested_unless_it_is_kept(ground: Ground) -> None:
    """The cash is used with the new money; with the box ticked it stays, to the cent."""
    used, kept = asked(ground, ("valor", "500")), asked(ground, ("valor", "500"), ("caixa", "guardar"))

    assert used.sums.cash == kept.sums.cash == 212
    assert used.sums.left < 212
    assert kept.sums.left >= kept.sums.kept == 212


def test_a_price_that_is_too_old_is_not_decided_on(ground: Ground) -> None:
    """The asset is neither bought nor sold, and is named with the time of its price; unless accepted."""
    refused = asked(ground, ("modo", "vender"))
    accepted = asked(ground, ("modo", "vender"), ("precos", "aceitar"))

    assert [(one.asset, NOW - one.as_of) for one in refused.old] == [("VALE3F", timedelta(days=8))]
    assert "VALE3F" not in {one.row.asset for one in refused.orders}
    assert accepted.old == ()
    assert "VALE3F" in {one.row.asset for one in accepted.sells}


def test_the_answer_says_when_its_prices_stop_to_count(ground: Ground) -> None:
    """The oldest price that counts is of now, and holds for five days."""
    view = asked(ground, ("valor", "1.000"))

    assert (view.priced_at, view.expires_at) == (NOW, NOW + timedelta(days=5))


def test_too_little_money_is_told_by_the_smallest_lot(ground: Ground) -> None:
    """Ten reais do not reach for a hundredth of the title, the cheapest lot there is."""
    view = asked(ground, ("valor", "10"), ("caixa", "guardar"))

    assert view.orders == ()
    assert view.smallest_lot == Decimal("23.10")


def test_money_is_taken_out_by_sales_alone(ground: Ground) -> None:
    """A withdrawal beyond the cash sells, buys nothing, and what goes out is what was asked."""
    view = asked(ground, ("modo", "retirar"), ("valor", "1.000"))

    assert view.sells
    assert not view.buys
    assert view.sums.fresh == -1000
    assert view.sums.left >= 0


def test_more_than_everything_cannot_be_taken_out(ground: Ground) -> None:
    """The refusal says how much is missing."""
    with pytest.raises(Refused) as refused:
        asked(ground, ("modo", "retirar"), ("valor", "90.000"))

    assert refused.value.code == "withdrawal_too_large"


def test_a_supposed_target_moves_its_brothers_in_proportion(ground: Ground) -> None:
    """70 % of variable income leaves 30 for two classes of 20: 15 each, and they are named."""
    view = asked(ground, ("valor", "1.000"), ("alvo.rv", "70"))

    targets = weights(view)
    assert (targets["rv"], targets["fii"], targets["rf"]) == (
        Decimal("0.7"),
        Decimal("0.15"),
        Decimal("0.15"),
    )
    assert set(view.adjusted) == {"fii", "rf"}


def test_supposed_targets_that_leave_no_room_are_refused(ground: Ground) -> None:
    """All three classes given and 105 % together: nothing is made to fit in silence."""
    with pytest.raises(InvalidInput) as refused:
        with_targets(ground.portfolio.targets, {"rv": Decimal(65), "fii": Decimal(20), "rf": Decimal(20)})

    assert refused.value.code == "weights_not_100"


def test_a_supposed_price_is_used_and_nothing_is_kept(ground: Ground) -> None:
    """At another price the order has that price; the ground stays as it was."""
    view = asked(ground, ("valor", "1.000"), ("preco.BOVA11", "60,25"))

    bought = {one.row.asset: one.row.price for one in view.buys}
    assert bought["BOVA11"] == Decimal("60.25")
    line = next(line for line in ground.portfolio.assets if line.id == "BOVA11")
    assert line.price == Decimal("120.5")


def test_what_does_not_exist_cannot_be_supposed(ground: Ground) -> None:
    """An asset or class of another wallet is not there."""
    for pair in (("preco.XXXX3", "10"), ("alvo.nada", "10")):
        with pytest.raises(NotFound):
            asked(ground, ("valor", "1.000"), pair)


def test_a_question_is_its_address(ground: Ground) -> None:
    """What is read of an address writes the same address: reload, bookmark and back work."""
    pairs = [("valor", "1000,5"), ("modo", "vender"), ("caixa", "guardar"), ("precos", "aceitar")]
    pairs += [("preco.PETR4F", "40"), ("alvo.rv", "33,3333")]

    assert read_ask(pairs).query() == pairs
    assert read_ask(read_ask(pairs).query()).query() == pairs


def test_a_bad_figure_is_told_and_not_used() -> None:
    """Each problem has the name of its box; the rest of the question stays."""
    ask = read_ask([("valor", "1000.50"), ("modo", "roubar"), ("preco.PETR4", "x")])

    assert set(ask.problems) == {"valor", "modo", "preco.PETR4"}
    assert (ask.amount, ask.mode, dict(ask.prices)) == (None, "comprar", {})


def test_no_price_means_no_plan(tmp_path: Path) -> None:
    """Without the price of something that is held there is no whole; supposing it is enough."""
    with new_book(tmp_path) as opened:
        book = SavedBook(opened)
        book.holds("PETR4", "10", "300")
        book.desk().save(
            "ana", 'schema = "fiel-portfolio/1"\n[targets.acoes]\nweight = "100"\nPETR4F = "100"\n'
        )
        bare = assemble(book.desk(), StoredPrices(opened.database), "ana", TODAY, "alvos")

        with pytest.raises(Refused) as refused:
            asked(bare, ("valor", "100"))
        view = asked(bare, ("valor", "100"), ("preco.PETR4F", "30"))

    assert refused.value.code == "price_missing"
    assert [one.row.quantity for one in view.buys] == [3]
