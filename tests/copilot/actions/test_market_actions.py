"""What the market tells and the book lacks: shown first, booked once, also for what was sold since."""

from __future__ import annotations

from decimal import Decimal

import pytest

from fiel.copilot.actions.desk import ActionsDesk
from fiel.custody.events import FactKind
from fiel.custody.queries import Snapshot
from fiel.kernel.errors import InvalidInput, NotFound
from fiel.market.values import ShareKind
from tests.copilot.taxes.wallets import WALLET, Wallet, day

D = Decimal
SPLIT = "PETR4:split:2026-02-06"


def booked(ana: Wallet, ticker: str, account: str = "") -> tuple[Decimal, Decimal]:
    """Units and cost as custody has them."""
    with ana.opened.database.reading() as connection:
        found = Snapshot(connection).positions(ana.account(account).user_id, closed=True)
    (one,) = (each for each in found if each.ticker == ticker)
    return D(one.quantity) / 10**9, D(one.cost) / 100


def taxed(ana: Wallet, ticker: str) -> tuple[Decimal, Decimal | None]:
    """Units and cost as tax has them at the end of the year."""
    found = {each.holding.asset: each.holding for each in ana.positions("12-31").held}
    return (found[ticker].quantity, found[ticker].cost) if ticker in found else (D(0), D(0))


def test_a_split_that_the_book_lacks(ana: Wallet, desk: ActionsDesk) -> None:
    """Shown with what it changes in each account, and its source; nothing is written by looking."""
    ana.trades("01-05", "PETR4", "100", "30.00", "clear")
    ana.trades("01-05", "PETR4", "51", "30.00", "xp")
    ana.market_tells("02-05", "PETR4", "2")
    (one,) = desk.open(WALLET)
    assert (one.id, one.kind, one.day, one.source) == (SPLIT, "split", day("02-06"), "brapi")
    assert [(each.account, each.quantity_before, each.quantity_after) for each in one.effects] == [
        ("ana/clear", D(100), D(200)),
        ("ana/xp", D(51), D(102)),
    ]
    assert {each.cost_before == each.cost_after for each in one.effects} == {True}
    assert booked(ana, "PETR4", "clear") == (D(100), D(3000))


def test_accepted_it_is_booked_once(ana: Wallet, desk: ActionsDesk) -> None:
    """The positions follow, tax stays as it was, and a second time there is nothing to do."""
    ana.trades("01-05", "PETR4", "100", "30.00")
    ana.market_tells("02-05", "PETR4", "2")
    before = taxed(ana, "PETR4")
    assert desk.accept(WALLET).entries == 1
    assert booked(ana, "PETR4") == taxed(ana, "PETR4") == before == (D(200), D(3000))
    assert desk.open(WALLET) == ()
    assert desk.accept(WALLET).entries == 0
    assert booked(ana, "PETR4") == (D(200), D(3000))


def test_a_position_that_was_sold_since(ana: Wallet, desk: ActionsDesk) -> None:
    """The book is short for want of the split; accepted, the past is counted anew."""
    ana.trades("01-05", "PETR4", "100", "30.00")
    ana.trades("03-05", "PETR4", "-200", "20.00")
    ana.market_tells("02-05", "PETR4", "2")
    assert booked(ana, "PETR4")[0] == D(-100)
    desk.accept(WALLET)
    assert booked(ana, "PETR4") == (D(0), D(0))


def test_later_actions_see_earlier_ones(ana: Wallet, desk: ActionsDesk) -> None:
    """A bonus after a split is of the split units; alone it is of what the book has."""
    ana.trades("01-05", "ITSA4", "100", "10.00")
    ana.market_tells("02-05", "ITSA4", "2")
    ana.market_tells("03-05", "ITSA4", "1.1", ShareKind.BONUS)
    split, bonus = desk.open(WALLET)
    assert [each.effects[0].quantity_after for each in (split, bonus)] == [D(200), D(220)]
    (alone,) = desk.open(WALLET, [bonus.id])
    assert alone.effects[0].quantity_after == D(110)
    desk.accept(WALLET)
    assert booked(ana, "ITSA4") == (D(220), D(1000))


def test_a_bonus_with_what_the_company_declared(ana: Wallet, desk: ActionsDesk) -> None:
    """Without it the cost is zero and its term says so; with it tax and book have it."""
    ana.trades("01-05", "ITSA4", "100", "10.00")
    ana.market_tells("02-05", "ITSA4", "1.1", ShareKind.BONUS)
    (bonus,) = desk.open(WALLET)
    assert (dict(bonus.terms)["declared_cost"], bonus.effects[0].cost_after) == ("?", D(1000))
    desk.accept(WALLET, declared={bonus.id: D("12.34")})
    assert booked(ana, "ITSA4") == (D(110), D("1123.40"))
    assert taxed(ana, "ITSA4") == (D(110), D("1123.40"))
    assert "bonus_without_cost" not in {each.code for each in ana.positions("12-31").remarks}


def test_only_the_account_that_lacks_it(ana: Wallet, desk: ActionsDesk) -> None:
    """One broker's file told the split: it is proposed for the other account."""
    ana.trades("01-05", "PETR4", "100", "30.00", "clear")
    ana.trades("01-05", "PETR4", "50", "30.00", "xp")
    ana.market_tells("02-05", "PETR4", "2")
    ana.tells(FactKind.SPLIT, "02-09", "PETR4", "100", account="clear")
    (one,) = desk.open(WALLET)
    assert [each.account for each in one.effects] == ["ana/xp"]
    desk.accept(WALLET)
    assert (booked(ana, "PETR4", "xp")[0], taxed(ana, "PETR4")) == (D(100), (D(300), D(4500)))
    assert desk.open(WALLET) == ()


def test_a_fraction_is_kept_until_its_auction_is_known(ana: Wallet, desk: ActionsDesk) -> None:
    """The half unit stays; where the book has the auction's money, it leaves for it."""
    ana.trades("01-05", "PETR4", "101", "30.00", "clear")
    ana.trades("01-05", "PETR4", "101", "30.00", "xp")
    ana.tells(FactKind.FRACTION_SALE, "03-10", "PETR4", amount="12.50", account="xp")
    ana.market_tells("02-05", "PETR4", "1.5")
    desk.accept(WALLET)
    assert booked(ana, "PETR4", "clear") == (D("151.5"), D(3030))
    assert booked(ana, "PETR4", "xp") == (D(151), D(3020))
    (line,) = ana.month("2026-03").tax.lines
    assert (line.sales, line.gain) == (D("12.50"), D("2.50"))


def test_taken_back_it_can_be_booked_again(ana: Wallet, desk: ActionsDesk) -> None:
    """Under a new name: the old command is spent."""
    ana.trades("01-05", "PETR4", "100", "30.00")
    ana.market_tells("02-05", "PETR4", "2")
    desk.accept(WALLET)
    with ana.opened.database.reading() as connection:
        (entry,) = [each.id for each in Snapshot(connection).entries_of([WALLET]) if ":split:" in each.cause]
    ana.takes_back(entry)
    assert booked(ana, "PETR4")[0] == D(100)
    assert desk.accept(WALLET).entries == 1
    assert booked(ana, "PETR4") == (D(200), D(3000))


def test_the_odd_lot_board_splits_too(ana: Wallet, desk: ActionsDesk) -> None:
    """PETR4F is PETR4 to the event and a position of its own to the book."""
    ana.trades("01-05", "PETR4", "100", "30.00")
    ana.trades("01-05", "PETR4F", "7", "30.00")
    ana.market_tells("02-05", "PETR4", "2")
    desk.accept(WALLET)
    assert (booked(ana, "PETR4")[0], booked(ana, "PETR4F")[0]) == (D(200), D(14))


def test_what_does_not_touch_the_wallet_is_not_shown(ana: Wallet, desk: ActionsDesk) -> None:
    """Before the first trade, after the last unit left, and events still to come."""
    ana.market_tells("2020-02-05", "PETR4", "2")
    ana.trades("01-05", "PETR4", "100", "30.00")
    ana.trades("03-05", "PETR4", "-100", "30.00")
    ana.market_tells("04-06", "PETR4", "2")
    assert desk.open(WALLET) == ()


def test_an_event_without_a_ratio_needs_a_person(ana: Wallet, desk: ActionsDesk) -> None:
    """It is listed and cannot be accepted by name; accepting all leaves it."""
    ana.trades("01-05", "EMBR3", "100", "30.00")
    ana.market_tells("02-05", "EMBR3", "1.3", ShareKind.OTHER)
    (one,) = desk.open(WALLET)
    assert (one.lacks, one.told) == ("ratio_unknown", ())
    assert desk.accept(WALLET).entries == 0
    with pytest.raises(InvalidInput) as refused:
        desk.accept(WALLET, [one.id])
    assert refused.value.code == "action_lacks"


def test_names_that_are_none(ana: Wallet, desk: ActionsDesk) -> None:
    """An unknown id, and a declared cost of a split."""
    ana.trades("01-05", "PETR4", "100", "30.00")
    ana.market_tells("02-05", "PETR4", "2")
    with pytest.raises(NotFound) as unknown:
        desk.accept(WALLET, ["nothing"])
    with pytest.raises(InvalidInput) as wrong:
        desk.open(WALLET, declared={SPLIT: D(1)})
    assert (unknown.value.code, wrong.value.code) == ("action_unknown", "action_no_bonus")
