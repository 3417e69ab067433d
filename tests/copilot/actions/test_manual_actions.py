"""Actions that a person types: previewed, booked once, the same to tax as to the book."""

from __future__ import annotations

from decimal import Decimal

import pytest

from fiel.copilot.actions.desk import Accepted, ActionsDesk
from fiel.copilot.actions.manual import read_typed
from fiel.kernel.errors import InvalidInput, NotFound, Refused
from fiel.tax.dated_rows import Category
from tests.copilot.actions.test_market_actions import booked, taxed
from tests.copilot.taxes.wallets import WALLET, Wallet, day

D = Decimal


def add(desk: ActionsDesk, kind: str, asset: str, on: str, *, accept: bool = True, **terms: str) -> Accepted:
    """Type an action."""
    return desk.add(WALLET, read_typed(kind, asset, day(on), **terms), accept=accept)


def test_a_split_is_shown_and_then_booked_once(ana: Wallet, desk: ActionsDesk) -> None:
    """Looking writes nothing; the same one again changes nothing and says so."""
    ana.trades("01-05", "PETR4", "100", "30.00")
    shown = add(desk, "split", "PETR4", "02-06", accept=False, ratio="1:2")
    assert (shown.actions[0].effects[0].quantity_after, shown.entries) == (D(200), 0)
    assert booked(ana, "PETR4") == (D(100), D(3000))
    add(desk, "split", "PETR4", "02-06", ratio="1:2")
    again = add(desk, "split", "PETR4", "02-06", ratio="1:2")
    assert (again.actions[0].is_booked, again.entries) == (True, 0)
    assert booked(ana, "PETR4") == taxed(ana, "PETR4") == (D(200), D(3000))


def test_a_grouping_of_a_position_sold_since(ana: Wallet, desk: ActionsDesk) -> None:
    """Ten become one before the sale: the past is counted anew."""
    ana.trades("01-05", "MGLU3", "1000", "3.00")
    ana.trades("03-05", "MGLU3", "-50", "40.00")
    add(desk, "split", "MGLU3", "02-06", ratio="10:1")
    assert booked(ana, "MGLU3") == taxed(ana, "MGLU3") == (D(50), D(1500))
    (line,) = ana.month("2026-03").tax.lines
    assert line.gain == D(500)


def test_a_bonus_with_its_declared_cost(ana: Wallet, desk: ActionsDesk) -> None:
    """Ten per cent at 12.34 each."""
    ana.trades("01-05", "ITSA4", "100", "10.00")
    add(desk, "bonus", "ITSA4", "02-06", percent="10", declared_cost="12.34")
    assert booked(ana, "ITSA4") == taxed(ana, "ITSA4") == (D(110), D("1123.40"))


def test_a_merger_with_cash(ana: Wallet, desk: ActionsDesk) -> None:
    """A fifth of the cost goes with the cash, as a sale; the rest is the new asset's, in each account."""
    for label in ("clear", "xp"):
        ana.trades("01-05", "HGTX3", "100", "30.00", label)
    terms = {"into": "SOMA3", "ratio": "2:3", "cash": "9.00", "cash_cost_percent": "20"}
    done = add(desk, "merger", "HGTX3", "02-06", **terms)  # type: ignore[arg-type]
    assert [each.cash for each in done.actions[0].effects if each.asset == "HGTX3"] == [D(900), D(900)]
    assert booked(ana, "SOMA3", "clear") == (D(150), D(2400))
    assert booked(ana, "HGTX3", "clear") == (D(0), D(0))
    assert taxed(ana, "SOMA3") == (D(300), D(4800))
    (line,) = ana.month("2026-02").tax.lines
    assert (line.sales, line.gain) == (D(1800), D(600))


def test_cash_without_a_share_of_the_cost_is_all_gain(ana: Wallet, desk: ActionsDesk) -> None:
    """The new asset keeps the whole cost."""
    ana.trades("01-05", "HGTX3", "100", "30.00")
    add(desk, "merger", "HGTX3", "02-06", into="SOMA3", ratio="1:2", cash="1.00")
    assert booked(ana, "SOMA3") == taxed(ana, "SOMA3") == (D(200), D(3000))
    (line,) = ana.month("2026-02").tax.lines
    assert line.gain == D(100)


def test_a_spin_off(ana: Wallet, desk: ActionsDesk) -> None:
    """The child takes its percent of the cost; together they cost what the parent did."""
    ana.trades("01-05", "PCAR3", "101", "30.00")
    add(desk, "spin-off", "PCAR3", "02-06", into="ASAI3", percent="100", cost_percent="74.79")
    assert booked(ana, "PCAR3") == taxed(ana, "PCAR3") == (D(101), D("763.86"))
    assert booked(ana, "ASAI3") == taxed(ana, "ASAI3") == (D(101), D("2266.14"))


def test_a_new_ticker(ana: Wallet, desk: ActionsDesk) -> None:
    """All units under the new name at the old cost, and sales since of the new one are covered."""
    ana.trades("01-05", "VVAR3", "100", "7.00")
    ana.trades("03-05", "VIIA3", "-40", "8.00")
    add(desk, "rename", "VVAR3", "02-06", into="VIIA3")
    assert booked(ana, "VVAR3") == (D(0), D(0))
    assert booked(ana, "VIIA3") == taxed(ana, "VIIA3") == (D(60), D(420))


def test_the_auction_of_a_fraction(ana: Wallet, desk: ActionsDesk) -> None:
    """What a split left below one unit is sold for what the auction brought."""
    ana.trades("01-05", "PETR4", "101", "30.00")
    add(desk, "split", "PETR4", "02-06", ratio="2:3")
    add(desk, "fraction", "PETR4", "03-10", proceeds="12.50")
    assert booked(ana, "PETR4") == taxed(ana, "PETR4") == (D(151), D(3020))
    (line,) = ana.month("2026-03").tax.lines
    assert line.gain == D("2.50")


def test_capital_of_a_fund(ana: Wallet, desk: ActionsDesk) -> None:
    """So much per unit lowers the cost, and comes as money."""
    ana.trades("01-05", "XPML11", "100", "10.00")
    done = add(desk, "amortisation", "XPML11", "02-06", per_unit="2.50")
    (effect,) = done.actions[0].effects
    assert (effect.cash, effect.cost_before, effect.cost_after) == (D(250), D(1000), D(750))
    assert booked(ana, "XPML11") == taxed(ana, "XPML11") == (D(100), D(750))


def test_a_right_from_its_receipt_to_the_shares(ana: Wallet, desk: ActionsDesk) -> None:
    """Received at no cost, more bought, some exercised with their cost, one sold, the rest lapsed."""
    ana.trades("01-05", "PETR4", "105", "30.00")
    add(desk, "right-received", "PETR4", "02-06", into="PETR1", percent="20")
    assert booked(ana, "PETR1") == taxed(ana, "PETR1") == (D(21), D(0))
    ana.trades("02-09", "PETR1", "9", "1.00")
    add(desk, "right-exercised", "PETR1", "02-10", into="PETR4", quantity="20", price="25.00")
    assert booked(ana, "PETR4") == taxed(ana, "PETR4") == (D(125), D(3656))
    add(desk, "right-sold", "PETR1", "02-11", quantity="5", price="2.00")
    add(desk, "right-lapsed", "PETR1", "02-20")
    assert booked(ana, "PETR1") == taxed(ana, "PETR1") == (D(0), D(0))
    (line,) = ana.month("2026-02").tax.lines
    assert (line.category, line.gain) == (Category.RIGHT, D(7))


def test_free_rights_that_lapse_are_no_sale(ana: Wallet, desk: ActionsDesk) -> None:
    """They leave, and no month has a result."""
    ana.trades("01-05", "PETR4", "100", "30.00")
    add(desk, "right-received", "PETR4", "02-06", into="PETR1", percent="20")
    add(desk, "right-lapsed", "PETR1", "02-20")
    assert booked(ana, "PETR1") == taxed(ana, "PETR1") == (D(0), D(0))
    assert ana.month("2026-02").tax.lines == ()


def test_only_one_account(ana: Wallet, desk: ActionsDesk) -> None:
    """Named, the other stays as it is; unknown, it is refused with those that there are."""
    ana.trades("01-05", "PETR4", "100", "30.00", "clear")
    ana.trades("01-05", "PETR4", "100", "30.00", "xp")
    add(desk, "split", "PETR4", "02-06", ratio="1:2", account="xp")
    assert (booked(ana, "PETR4", "clear")[0], booked(ana, "PETR4", "xp")[0]) == (D(100), D(200))
    with pytest.raises(NotFound) as refused:
        add(desk, "split", "PETR4", "02-06", ratio="1:2", account="nubank")
    assert "clear, xp" in refused.value.message


def test_what_is_refused(ana: Wallet, desk: ActionsDesk) -> None:
    """Nothing held, and money of one account where several hold the asset."""
    with pytest.raises(Refused) as nothing:
        add(desk, "split", "PETR4", "02-06", ratio="1:2")
    ana.trades("01-05", "PETR4", "100.5", "30.00", "clear")
    ana.trades("01-05", "PETR4", "100.5", "30.00", "xp")
    with pytest.raises(InvalidInput) as several:
        add(desk, "fraction", "PETR4", "02-06", proceeds="10.00")
    assert (nothing.value.code, several.value.code) == ("nothing_held", "account_unnamed")


@pytest.mark.parametrize(
    ("kind", "terms", "code", "field"),
    [
        ("divide", {}, "kind_unknown", "KIND"),
        ("split", {}, "term_missing", "--ratio"),
        ("split", {"ratio": "1:2", "percent": "3"}, "term_unused", "--percent"),
        ("split", {"ratio": "2"}, "ratio_malformed", "--ratio"),
        ("split", {"ratio": "0:2"}, "ratio_malformed", "--ratio"),
        ("rename", {"into": "PETR4"}, "same_asset", "INTO"),
        ("bonus", {"percent": "0", "declared_cost": "1"}, "percent_out_of_range", "--percent"),
        (
            "merger",
            {"into": "A", "ratio": "1:1", "cash_cost_percent": "5"},
            "term_missing",
            "--cash",
        ),
        ("spin-off", {"into": "A", "percent": "1", "cost_percent": "101"}, "number_above_maximum", None),
    ],
)
def test_what_is_malformed(kind: str, terms: dict[str, str], code: str, field: str | None) -> None:
    """The code says what is wrong, the field where."""
    with pytest.raises(InvalidInput) as refused:
        read_typed(kind, "PETR4", day("02-06"), **terms)
    assert refused.value.code == code
    assert field is None or refused.value.field == field
