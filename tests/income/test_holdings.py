"""Units at the close of a day: by trade date, splits applied once, accounts apart."""

from datetime import date, timedelta
from decimal import Decimal
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fiel.income.holdings import Holdings
from fiel.income.values import Holding, Movement, ShareChange
from fiel.kernel.errors import InvalidInput
from tests.income.building import bought

MONDAY, TUESDAY = date(2026, 3, 30), date(2026, 3, 31)


def test_a_purchase_on_the_com_date_counts_and_one_of_the_day_after_does_not() -> None:
    """The trade date decides; settlement two days later is nothing to the right."""
    held = Holdings([bought("100", on=MONDAY), bought("50", on=TUESDAY)])
    assert held.quantity("ITSA4", MONDAY) == 100
    assert held.quantity("ITSA4", TUESDAY) == 150


def test_a_sale_on_the_com_date_loses_the_right() -> None:
    """What was sold on the day is not held at its close."""
    held = Holdings([bought("100"), bought("-100", on=MONDAY)])
    assert held.at_close("ITSA4", MONDAY) == ()
    assert held.quantity("ITSA4", MONDAY - timedelta(days=1)) == 100


def test_a_split_counts_from_the_day_after_its_com_date() -> None:
    """At the close of the com date the old units are held; trades of the next day are in new units."""
    split = ShareChange("ITSA4", MONDAY, Decimal(2))
    held = Holdings([bought("100"), bought("-30", on=TUESDAY)], [split])
    assert held.quantity("ITSA4", MONDAY) == 100
    assert held.quantity("ITSA4", TUESDAY) == 170


def test_a_booked_split_is_not_applied_again() -> None:
    """The journal holds the new units as a movement of its own."""
    split = ShareChange("ITSA4", MONDAY, Decimal(2), booked=True)
    held = Holdings([bought("100"), bought("100", on=TUESDAY)], [split])
    assert held.quantity("ITSA4", TUESDAY) == 200


def test_two_changes_of_one_day_and_of_other_assets() -> None:
    """A bonus and a grouping of one day multiply; another asset's split is nothing to this one."""
    changes = [
        ShareChange("ITSA4", MONDAY, Decimal("1.1")),
        ShareChange("ITSA4", MONDAY, Decimal("0.5")),
        ShareChange("PETR4", MONDAY, Decimal(7)),
    ]
    held = Holdings([bought("101")], changes)
    assert held.quantity("ITSA4", TUESDAY) == Decimal("55.55")


def test_short_and_flat_accounts() -> None:
    """A negative account stays negative, also through a split; an account at zero is not listed."""
    moves = [
        bought("-10", account="B"),
        bought("5", account="A"),
        bought("-5", account="A", on=date(2026, 2, 2)),
    ]
    held = Holdings(moves, [ShareChange("ITSA4", MONDAY, Decimal(2))])
    assert held.at_close("ITSA4", MONDAY) == (Holding("B", Decimal(-10)),)
    assert held.at_close("ITSA4", TUESDAY) == (Holding("B", Decimal(-20)),)


def test_nothing_before_the_first_trade_and_nothing_of_unknown_assets() -> None:
    """No movement, no units."""
    held = Holdings([bought("5")])
    assert held.at_close("ITSA4", date(2020, 1, 1)) == ()
    assert held.at_close("NONE3", MONDAY) == ()
    assert held.assets == {"ITSA4"}


def test_many_changes_keep_every_digit_until_it_is_too_many() -> None:
    """Ten bonuses of a tenth are exact; ratios that no 200 digits hold are refused with the asset named."""
    bonuses = [ShareChange("ITSA4", MONDAY + timedelta(days=i), Decimal("1.1")) for i in range(10)]
    held = Holdings([bought("1")], bonuses)
    assert held.quantity("ITSA4", date(2027, 1, 1)) == Decimal("2.5937424601")
    fine = [ShareChange("ITSA4", MONDAY + timedelta(days=i), Decimal("1.00000000000001")) for i in range(20)]
    with pytest.raises(InvalidInput) as refused:
        Holdings([bought("1")], fine).at_close("ITSA4", MONDAY)
    assert (refused.value.code, refused.value.field) == ("share_changes_too_fine", "ITSA4")


def test_a_negative_ratio_is_refused() -> None:
    """No event turns units into debts."""
    with pytest.raises(InvalidInput, match="cannot be"):
        Holdings([], [ShareChange("ITSA4", MONDAY, Decimal(-1))])


DAYS = st.dates(date(2026, 1, 1), date(2026, 1, 20))
MOVES = st.lists(
    st.builds(
        Movement, DAYS, st.sampled_from("AB"), st.sampled_from(["X", "Y"]), st.integers(-9, 9).map(Decimal)
    ),
    max_size=12,
)
CHANGES = st.lists(
    st.builds(
        ShareChange,
        st.sampled_from(["X", "Y"]),
        DAYS,
        st.sampled_from([Decimal(2), Decimal("0.1"), Decimal("1.05")]),
        st.booleans(),
    ),
    max_size=4,
)


@given(MOVES, CHANGES, DAYS, st.randoms())
def test_a_scan_of_all_events_finds_the_same_in_any_order(
    moves: list[Movement], changes: list[ShareChange], day: date, random: Random
) -> None:
    """Against a plain day-by-day simulation, with the inputs shuffled."""
    plain: dict[tuple[str, str], Decimal] = {}
    for step in range(25):
        now = date(2026, 1, 1) + timedelta(days=step)
        if now > day:
            break
        for change in changes:
            if change.com_date == now - timedelta(days=1) and not change.booked:
                plain = {k: q * change.new_per_old if k[0] == change.asset else q for k, q in plain.items()}
        for move in moves:
            if move.day == now:
                plain[move.asset, move.account] = (
                    plain.get((move.asset, move.account), Decimal(0)) + move.quantity
                )
    random.shuffle(moves)
    random.shuffle(changes)
    held = Holdings(moves, changes)
    for asset in "XY":
        expected = {account: q for (name, account), q in sorted(plain.items()) if name == asset and q}
        assert {one.account: one.quantity for one in held.at_close(asset, day)} == expected
