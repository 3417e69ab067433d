"""Money as shown: every displayed part is in cents, and the parts add up to the displayed total."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fiel.copilot.plan_view.adding_up import CENT, parts_adding_up, rounded
from fiel.copilot.plan_view.view import summary_of, view_of
from fiel.kernel.errors import Corrupt
from tests.support.solutions import hand_made_assets, hand_made_solution

AMOUNTS = st.lists(st.decimals(-(10**9), 10**9, places=6), min_size=1, max_size=12)


@given(AMOUNTS)
def test_parts_sum_exactly_to_the_rounded_total(parts: list[Decimal]) -> None:
    """Whatever the parts, their displayed values sum to the displayed total."""
    total = rounded(sum(parts, Decimal(0)))
    assert total == sum(parts_adding_up(parts, total), Decimal(0))


@given(AMOUNTS)
def test_no_part_moves_by_a_whole_cent(parts: list[Decimal]) -> None:
    """A displayed part is less than one cent from the exact one, and exact cents do not move."""
    shown = parts_adding_up(parts, rounded(sum(parts, Decimal(0))))
    for part, seen in zip(parts, shown, strict=True):
        assert abs(part - seen) < CENT
        assert part % CENT != 0 or part == seen


def test_a_total_that_is_not_the_sum_is_corrupt() -> None:
    """Parts that miss their total by more than rounding are reported, not bent."""
    with pytest.raises(Corrupt, match="the parts sum to"):
        parts_adding_up([Decimal("1.00"), Decimal("2.00")], Decimal("3.50"))


def test_summary_adds_up_to_the_cent() -> None:
    """Cash before plus flows minus buys, fees and tax is the cash left, as displayed."""
    money = summary_of(hand_made_solution())
    inflow = money.cash_before + money.flow + money.sells
    assert money.cash_left == inflow - money.buys - money.fees - money.tax
    assert Decimal("71.46") == money.cash_left
    assert money.was_rounded
    assert money.rounding == "half_even_total_largest_remainder_parts"


def test_order_rows_sum_to_the_summary() -> None:
    """The values and fees of the displayed orders sum to the displayed totals."""
    view = view_of(hand_made_solution(), hand_made_assets())
    assert view.money.buys == sum(row.value for row in view.orders)
    assert view.money.fees == sum(row.fee for row in view.orders)


def test_control_characters_in_names_never_reach_the_terminal() -> None:
    """An escape sequence in a name is replaced, so that a file cannot drive the terminal."""
    assets = tuple(replace(line, name="\x1b[2Jevil") for line in hand_made_assets())
    assert "\x1b" not in view_of(hand_made_solution(), assets).orders[0].name


def test_a_node_out_of_its_band_is_marked_by_exact_weights() -> None:
    """A node is out of band by its exact fractions, not by the rounded percentages."""
    rows = {row.id: row for row in view_of(hand_made_solution(), hand_made_assets()).nodes}
    assert rows["alfa"].is_outside_band
    assert rows["carteira"].after == Decimal("94.05")
