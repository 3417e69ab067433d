"""What companies do to a holding: quantities, cost, fractions, rights; each once, in a defined order."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fiel.kernel.decimals import plain
from fiel.kernel.errors import Conflict, InvalidInput, Refused
from fiel.portfolio.corporate_actions import (
    Action,
    Amortisation,
    Bonus,
    FractionAuction,
    Left,
    Merger,
    Opening,
    OutcomeKind,
    Renamed,
    RightsExercised,
    RightsIssued,
    RightsLapsed,
    SpinOff,
    Split,
    apply_action,
    in_order,
)
from fiel.portfolio.holdings import Holding, share_of

D = Decimal
DAY = date(2026, 3, 2)
Book = dict[str, Holding]


def book(quantity: str = "100", cost: str | None = "1000", asset: str = "PETR4") -> Book:
    return {asset: Holding(asset, D(quantity), None if cost is None else D(cost))}


def after(held: Book, *actions: Action) -> Book:
    """The book after all the actions, in the order given."""
    for action in actions:
        held = {**held, **{one.asset: one for one in apply_action(held, action).changed}}
    return held


def amounts(held: Holding) -> tuple[str, str]:
    return f"{held.quantity:f}", "unknown" if held.cost is None else f"{plain(held.cost):f}"


@pytest.mark.parametrize(
    ("new", "old", "quantity", "average"),
    [("2", "1", "200", "5"), ("4", "1", "400", "2.5"), ("1", "10", "10", "100"), ("3", "2", "150", None)],
)
def test_a_split_or_grouping_changes_units_and_keeps_the_cost(
    new: str, old: str, quantity: str, average: str | None
) -> None:
    """1:2, 1:4, 10:1 and 2:3: the total of R$ 1000.00 stays."""
    held = after(book(), Split("s", DAY, "PETR4", D(new), D(old)))["PETR4"]
    assert amounts(held) == (quantity, "1000")
    assert average is None or held.average_cost == D(average)


def test_a_grouping_leaves_a_fraction_with_its_share_of_the_cost_for_the_auction() -> None:
    """105 units grouped 10:1 are 10, and half a unit waits with 1/21 of the cost until it is sold."""
    grouping = Split("s", DAY, "PETR4", D(1), D(10))
    held = after(book("105", "1050"), grouping)
    assert amounts(held["PETR4"]) == ("10", "1000")
    assert (held["PETR4"].fraction, held["PETR4"].fraction_cost) == (D("0.5"), D(50))

    sold = apply_action(held, FractionAuction("f", DAY, "PETR4", D("61.20")))
    assert sold.changed[0].fraction == 0
    assert [(one.kind, one.proceeds, one.cost) for one in sold.outcomes] == [
        (OutcomeKind.FRACTION, D("61.20"), D(50))
    ]


def test_what_leaves_takes_its_share_of_the_cost() -> None:
    """Without a sale and without a gain; for an auction it waits with that share until it is sold."""
    left = apply_action(book("100.5", "1005"), Left("l", DAY, "PETR4", D("0.5"), waits=True))
    (held,) = left.changed
    assert (amounts(held), held.fraction, held.fraction_cost) == (("100.0", "1000"), D("0.5"), D(5))
    assert left.outcomes == ()
    assert amounts(after(book(), Left("l", DAY, "PETR4", D(40)))["PETR4"]) == ("60", "600")


def test_more_that_leaves_than_is_held_leaves_a_short_position() -> None:
    """All of the cost goes with what was there; what was not has none."""
    held = after(book("10", "100"), Left("l", DAY, "PETR4", D(12)))["PETR4"]
    assert amounts(held) == ("-2", "0")
    assert amounts(after({}, Left("l", DAY, "PETR4", D(2)))["PETR4"]) == ("-2", "0")


def test_what_the_broker_credited_counts_when_it_is_known() -> None:
    """Two brokers round by themselves: 105 units at 10:1 may end as 9 whole ones."""
    split = Split("s", DAY, "PETR4", D(1), D(10), quantity_after=D(9))
    held = after(book("105", "1050"), split)["PETR4"]
    assert (held.quantity, held.fraction) == (D(9), D("1.5"))


def test_bonus_shares_come_at_the_declared_cost_and_are_exempt_income() -> None:
    """100 shares at 10.00, 21.21 % at 15.82 (EZTEC's notice, as worked by slrocker/investindows)."""
    applied = apply_action(book(), Bonus("b", DAY, "PETR4", D("21.21"), D("15.82")))
    held = applied.changed[0]
    assert amounts(held) == ("121", "1332.22")
    assert round(held.average_cost or 0, 2) == D("11.01")
    assert (held.fraction, held.fraction_cost) == (D("0.21"), D("3.3222"))
    assert [(one.kind, one.proceeds) for one in applied.outcomes] == [(OutcomeKind.BONUS, D("332.22"))]


def test_amortisation_lowers_the_cost_and_only_the_excess_is_a_gain() -> None:
    """R$ 1.00 per unit of 10.00 lowers it to 9.00; R$ 12.00 leaves no cost and a gain of 2.00 per unit."""
    small = apply_action(book("10", "100"), Amortisation("a", DAY, "PETR4", D(1)))
    assert amounts(small.changed[0]) == ("10", "90")
    assert [one.kind for one in small.outcomes] == [OutcomeKind.CAPITAL]

    large = apply_action(book("10", "100"), Amortisation("a", DAY, "PETR4", D(12)))
    assert amounts(large.changed[0]) == ("10", "0")
    assert [(one.kind, one.proceeds) for one in large.outcomes] == [
        (OutcomeKind.CAPITAL, D(100)),
        (OutcomeKind.GAIN, D(20)),
    ]


def test_a_subscription_from_right_to_share() -> None:
    """Rights come at no cost; exercised, the receipt costs the price paid; converted, it joins the shares."""
    held = after(
        book(),
        RightsIssued("1", DAY, "PETR4", "PETR1", D("25.5")),
        RightsExercised("2", DAY, "PETR1", "PETR9", D(20), D("8.50")),
        Renamed("3", DAY, "PETR9", "PETR4"),
    )
    assert amounts(held["PETR1"]) == ("5", "0")
    assert amounts(held["PETR9"]) == ("0", "0")
    assert amounts(held["PETR4"]) == ("120", "1170")


def test_rights_that_were_bought_cost_what_was_paid() -> None:
    """Half of them exercised carry half of it into the receipt; the lapse of the rest is a loss."""
    held = after(book("10", "30", "PETR1"), RightsExercised("1", DAY, "PETR1", "PETR9", D(5), D(8)))
    assert amounts(held["PETR9"]) == ("5", "55")
    lapsed = apply_action(held, RightsLapsed("2", DAY, "PETR1"))
    assert lapsed.changed[0].quantity == 0
    assert [(one.proceeds, one.cost) for one in lapsed.outcomes] == [(D(0), D(15))]


def test_rights_that_are_not_there_cannot_be_exercised() -> None:
    """The refusal says how many are missing."""
    with pytest.raises(Refused, match="3 are missing"):
        apply_action(book("10", "0", "PETR1"), RightsExercised("1", DAY, "PETR1", "PETR9", D(13), D(8)))


def test_a_spin_off_splits_the_cost_by_the_disclosed_proportion() -> None:
    """19.5 % of the cost goes with the new company, one share for every four."""
    held = after(book(), SpinOff("s", DAY, "PETR4", "NOVA3", D(25), D("19.5")))
    assert amounts(held["PETR4"]) == ("100", "805")
    assert amounts(held["NOVA3"]) == ("25", "195")


def test_a_merger_carries_the_cost_and_pays_some_cash() -> None:
    """0.7 of the new share for each, and R$ 300.00 in cash for 20 % of the cost."""
    merger = Merger("m", DAY, "PETR4", "NOVA3", D(7), D(10), cash=D(300), cash_cost_percent=D(20))
    applied = apply_action(book(), merger)
    held = {one.asset: one for one in applied.changed}
    assert held["PETR4"] == Holding("PETR4")
    assert amounts(held["NOVA3"]) == ("70", "800")
    assert [(one.proceeds, one.cost) for one in applied.outcomes] == [(D(300), D("200.000000000000"))]


def test_a_new_ticker_joins_what_was_already_there() -> None:
    """Both quantities and both costs, and nothing left under the old name."""
    held = after({**book(), **book("50", "800", "NOVA3")}, Renamed("r", DAY, "PETR4", "NOVA3"))
    assert amounts(held["NOVA3"]) == ("150", "1800")
    assert held["PETR4"] == Holding("PETR4")


@pytest.mark.parametrize(
    "action",
    [
        Split("a", DAY, "PETR4", D(2)),
        Amortisation("a", DAY, "PETR4", D(1)),
        Renamed("a", DAY, "PETR4", "NOVA3"),
        SpinOff("a", DAY, "PETR4", "NOVA3", D(25), D(20)),
        Bonus("a", DAY, "PETR4", D(10), D(5)),
    ],
    ids=lambda action: type(action).__name__,
)
def test_an_unknown_cost_stays_unknown_and_never_becomes_zero(action: Action) -> None:
    """Whatever the event does to the units."""
    held = after(book(cost=None), action)
    assert all(one.cost is None for one in held.values() if one.quantity)


def test_an_event_on_something_not_held_changes_nothing() -> None:
    """A split of an asset that was sold before."""
    assert apply_action({}, Split("s", DAY, "PETR4", D(2))).changed == ()


def test_events_count_once_and_in_a_defined_order() -> None:
    """A name changes before units do; the same event twice is one; another body under its id is refused."""
    split = Split("b", DAY, "NOVA3", D(2))
    renamed = Renamed("a", DAY, "PETR4", "NOVA3")
    assert in_order([split, renamed, split]) == (renamed, split)
    with pytest.raises(Conflict, match="given twice"):
        in_order([split, Split("b", DAY, "NOVA3", D(3))])


@pytest.mark.parametrize(
    ("action", "code"),
    [
        (Split("a", DAY, "PETR4", D(0)), "new_out_of_range"),
        (Split("a", DAY, "PETR4", D(1), D(0)), "old_out_of_range"),
        (Split("a", DAY, "PETR4", D("NaN")), "new_out_of_range"),
        (Split("a", DAY, "PETR4", 2.0), "float_refused"),  # type: ignore[arg-type]
        (Amortisation("a", DAY, "PETR4", D(-1)), "per_unit_out_of_range"),
        (SpinOff("a", DAY, "PETR4", "NOVA3", D(1), D(101)), "cost_percent_out_of_range"),
        (Renamed("a", DAY, "PETR4", "PETR4"), "same_asset"),
        (Opening("a", DAY, "PETR4", D(10) ** 16, None), "quantity_out_of_range"),
    ],
)
def test_odd_numbers_are_refused_by_name(action: Action, code: str) -> None:
    """Zero divisors, negative or huge amounts, NaN, floats, and an asset that becomes itself."""
    with pytest.raises(InvalidInput) as refused:
        apply_action(book(), action)
    assert refused.value.code == code


UNITS = st.decimals(1, 10**6, places=0)
COSTS = st.decimals(0, 10**9, places=2)
FACTORS = st.decimals(1, 200, places=0)


@given(UNITS, COSTS, FACTORS, FACTORS)
def test_split_grouping_and_renaming_conserve_the_cost(
    quantity: Decimal, cost: Decimal, new: Decimal, old: Decimal
) -> None:
    """To the last digit, fraction included, whatever the ratio."""
    held = after(
        {"PETR4": Holding("PETR4", quantity, cost)},
        Split("1", DAY, "PETR4", new, old),
        Renamed("2", DAY, "PETR4", "NOVA3"),
    )
    assert sum((one.cost or 0) + (one.fraction_cost or 0) for one in held.values()) == cost
    assert all(one.quantity >= 0 and 0 <= one.fraction < 1 for one in held.values())


@given(UNITS, COSTS, st.decimals(0, 100, places=4), st.decimals(0, 100, places=4))
def test_spin_off_and_merger_conserve_the_cost(
    quantity: Decimal, cost: Decimal, percent: Decimal, share: Decimal
) -> None:
    """What leaves one asset arrives at the other."""
    held = after(
        {"PETR4": Holding("PETR4", quantity, cost)},
        SpinOff("1", DAY, "PETR4", "NOVA3", percent, share),
        Merger("2", DAY, "PETR4", "ALFA3", D(3), D(7)),
    )
    parts = [part for one in held.values() for part in (one.cost, one.fraction_cost)]
    assert sum(part or 0 for part in parts) == cost


@given(UNITS, COSTS, st.data())
def test_what_a_sale_takes_and_what_stays_sum_to_the_cost(
    quantity: Decimal, cost: Decimal, data: st.DataObject
) -> None:
    """No digit is lost in a division."""
    sold = D(data.draw(st.integers(0, int(quantity))))
    held = Holding("PETR4", quantity, cost)
    assert (held.cost_of(sold) or 0) + (held.minus(sold).cost or 0) == cost
    assert share_of(cost, quantity, quantity) == cost
