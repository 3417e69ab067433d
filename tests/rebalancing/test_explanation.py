"""Why each order is in the plan, and why every other asset is not."""

from __future__ import annotations

from decimal import Decimal

import pytest

from fiel.rebalancing.evaluation import evaluate
from fiel.rebalancing.explanation import explain
from fiel.rebalancing.model import build
from fiel.rebalancing.plan import LevelDeficit, NotTraded, OrderReason, SkipReason, Status
from fiel.rebalancing.problem import Destination, FeeSchedule, Mode, Problem, Strategy
from fiel.rebalancing.triggers import Decision, Trigger
from tests.support.portfolios import Targets, band, orders, problem, tax_group, threshold

HALVES = {"A": "50", "B": "50"}
NESTED: Targets = {
    "shares": ("50", {"A": "50", "B": "50"}),
    "bonds": ("50", {"C": "50", "D": "50"}),
}
ACT = Decision(act=True, trigger=Trigger.ALWAYS)


def _explained(
    given: Problem, decision: Decision = ACT, /, **lots: int
) -> tuple[tuple[OrderReason, ...], tuple[SkipReason, ...]]:
    model = build(given)
    counts = orders(model, **lots)
    return explain(model, counts, evaluate(model, counts), decision=decision)


def _skip(given: Problem, asset: str, **lots: int) -> SkipReason:
    _, skipped = _explained(given, ACT, **lots)
    return next(reason for reason in skipped if reason.asset == asset)


def test_orders_come_by_what_a_real_does_in_them() -> None:
    """The last lot of A lowers J by 0.02 for 100 (0.0002), that of B by 0.005 for 50 (0.0001)."""
    targets = {"A": "60", "B": "40"}
    reasons, skipped = _explained(problem("A 0 @ 100; B 0 @ 50", targets=targets, flow="1000"), A=6, B=8)

    assert [(r.asset, r.gain_per_real) for r in reasons] == [
        ("A", Decimal("0.0002")),
        ("B", Decimal("0.0001")),
    ]
    assert [r.objective_without for r in reasons] == [Decimal("0.72"), Decimal("0.32")]
    assert skipped == ()


def test_equal_gains_come_by_asset_id() -> None:
    """Two orders with the same cost-benefit are listed by name, so that the list is always the same."""
    reasons, _ = _explained(problem("B 0 @ 10; A 0 @ 10", targets=HALVES, flow="100"), A=5, B=5)

    assert [r.asset for r in reasons] == ["A", "B"]
    assert reasons[0].gain_per_real == reasons[1].gain_per_real


def test_deficits_are_told_at_every_level_from_the_leaf_to_the_root() -> None:
    """W = 1000: three lots of 25 in D lift it from 150 to 225 of 250, the bonds to 450 of 500."""
    wallet = "A 6 @ 25; B 16 @ 25; C 8 @ 25; D 6 @ 25"
    reasons, _ = _explained(problem(wallet, targets=NESTED, flow="100"), C=1, D=3)
    deficits = next(r for r in reasons if r.asset == "D").deficits

    assert deficits == (
        LevelDeficit("d", Decimal(100), Decimal(25)),
        LevelDeficit("bonds", Decimal(150), Decimal(50)),
        LevelDeficit("root", Decimal(100), Decimal(0)),
    )


def test_an_order_that_pays_for_the_others_cannot_be_left_out() -> None:
    """Without the sale of A there is no money for B; without B the cash stays idle."""
    reasons, _ = _explained(problem("A 70 @ 10; B 30 @ 10", targets=HALVES), A=-20, B=20)
    without = {r.asset: r.objective_without for r in reasons}

    assert without == {"A": None, "B": Decimal("0.08")}


def test_the_fixed_fee_goes_with_the_last_lot_of_an_order() -> None:
    """An order of one lot: leaving it out saves its fee of 1, and both measures say so."""
    fees = FeeSchedule(Decimal(1))
    reasons, _ = _explained(
        problem("A 4 @ 10; B 5 @ 10", targets=HALVES, flow="10", fees=fees, minimum_cash="-0"), A=1
    )

    # Without the lot: A and the root miss by 0.1, which is 0.02; with it only the fee of 1/100 counts.
    assert reasons[0].objective_without == Decimal("0.02") - Decimal("0.01")
    assert reasons[0].gain_per_real == Decimal("0.001")


def test_what_is_on_target_is_left_alone() -> None:
    """All 200 go to A and both halves are at 600."""
    skip = _skip(problem("A 40 @ 10; B 60 @ 10", targets=HALVES, flow="200"), "B", A=20)

    assert skip == SkipReason("B", NotTraded.ON_TARGET, Decimal(0))


def test_a_remainder_below_one_lot_stays() -> None:
    """B misses 5 and a lot costs 20: buying one would leave it 15 too large."""
    skip = _skip(
        problem(
            "A 100 @ 1; B 0 @ 20 lot 1; X 95 @ 1", targets={"A": "50", "B": "2.5", "X": "47.5"}, flow="5"
        ),
        "B",
    )

    assert (skip.code, skip.deficit) == (NotTraded.BELOW_ONE_LOT, Decimal(5))
    assert dict(skip.facts) == {"lot_value": Decimal(20)}


def test_cash_below_every_lot_buys_nothing() -> None:
    """500 in cash and a lot of B costs 1,800: B misses 600, which is less than a lot anyway."""
    given = problem("A 100 @ 25 lot 100; B 100 @ 18 lot 100", targets=HALVES, flow="500")

    assert _skip(given, "B").code is NotTraded.BELOW_ONE_LOT


def test_cash_that_never_bought_a_lot_is_not_money_spent() -> None:
    """B misses 2,900, more than a lot of 1,800, but only 500 were ever there."""
    given = problem("A 300 @ 25 lot 100; B 100 @ 18 lot 100", targets=HALVES, flow="500")
    skip = _skip(given, "B")

    assert skip.code is NotTraded.BELOW_ONE_LOT
    assert dict(skip.facts) == {
        "needed": Decimal(1800),
        "cash_left": Decimal(500),
        "cash_before_buys": Decimal(500),
    }


def test_cash_that_has_its_own_target_is_not_there_to_spend() -> None:
    """The cash leaf is at its 10 %: B misses 50, and a lot of 80 would leave the cash short of more."""
    targets = {"A": "45", "B": "45", "cash": "10"}
    skip = _skip(problem("A 50 @ 10; B 5 @ 80", targets=targets, cash="100"), "B")

    assert skip.code is NotTraded.NO_MONEY_LEFT


def test_the_money_went_where_a_real_does_more() -> None:
    """A still misses 100, but its class is full: a real in A does a ninth of what it does in the bonds."""
    wallet = "A 6 @ 25; B 16 @ 25; C 8 @ 25; D 6 @ 25"
    skip = _skip(problem(wallet, targets=NESTED, flow="100", mode=Mode.CONTRIBUTION), "A", C=1, D=3)
    facts = dict(skip.facts)

    assert (skip.code, skip.deficit) == (NotTraded.NO_MONEY_LEFT, Decimal(100))
    assert (facts["needed"], facts["cash_before_buys"]) == (Decimal(25), Decimal(100))
    assert facts["cash_left"] == 0
    assert facts["gain_per_real"] * 9 == facts["least_gain_per_real"] == Decimal("0.000225")


def test_without_any_cash_there_is_no_money_rather_than_a_lot_too_large() -> None:
    """A needs 100, nothing is in cash and nothing may be sold."""
    skip = _skip(problem("A 40 @ 10; B 60 @ 10 no-sell", targets=HALVES), "A")

    assert skip.code is NotTraded.NO_MONEY_LEFT


@pytest.mark.parametrize(
    ("wallet", "mode", "asset", "code"),
    [
        ("A 70 @ 10; B 30 @ 10", Mode.CONTRIBUTION, "A", NotTraded.MODE_FORBIDS_SELLING),
        ("A 70 @ 10 no-sell; B 30 @ 10", Mode.FULL, "A", NotTraded.MAY_NOT_SELL),
        ("A 70 @ 10; B 30 @ 10", Mode.WITHDRAWAL, "B", NotTraded.MODE_FORBIDS_BUYING),
        ("A 70 @ 10; B 30 @ 10 no-buy", Mode.FULL, "B", NotTraded.MAY_NOT_BUY),
        ("A 70 @ 10; B 30 @ 10 most 0.25", Mode.FULL, "B", NotTraded.MAXIMUM_WEIGHT),
        ("A 70 @ 10 least 800; B 30 @ 10", Mode.FULL, "A", NotTraded.MINIMUM_ORDER),
        ("A 70 @ 10; B 30 @ 10 least 800", Mode.FULL, "B", NotTraded.MINIMUM_ORDER),
        ("A 0.9 @ 1000; B 40 @ 10", Mode.FULL, "A", NotTraded.BELOW_ONE_LOT),
    ],
)
def test_what_stands_in_the_way_is_named(wallet: str, mode: Mode, asset: str, code: NotTraded) -> None:
    """A would be sold or B bought, if it were not for the mode, a flag, a ceiling, or a size."""
    assert _skip(problem(wallet, targets=HALVES, mode=mode, cash="200"), asset).code is code


def test_a_lot_larger_than_the_holding_cannot_be_sold() -> None:
    """60 units of an asset in lots of 100, all of them too much: only an odd remainder is held."""
    given = problem("A 60 @ 10 lot 100; B 40 @ 10", targets={"A": "0", "B": "100"}, cash="2000")

    assert _skip(given, "A").code is NotTraded.BELOW_ONE_LOT


def test_nothing_held_means_nothing_to_sell() -> None:
    """The class is far too large by B, which may not be sold, and of A nothing is held."""
    targets: Targets = {"shares": ("10", {"A": "1", "B": "99"}), "bonds": ("90", {"C": "100"})}
    skip = _skip(problem("A 0 @ 1; B 50 @ 10 no-sell; C 50 @ 10", targets=targets), "A")

    assert skip.code is NotTraded.NOTHING_HELD


def test_a_full_class_outweighs_a_leaf_that_misses_a_lot() -> None:
    """A misses 50, one lot; one more would fill it and push the class from 30 to 80 too much."""
    targets: Targets = {"shares": ("10", {"A": "50", "B": "50"}), "bonds": ("90", {"C": "100"})}
    skip = _skip(problem("A 0 @ 50; B 13 @ 10; C 87 @ 10", targets=targets), "A")

    assert (skip.code, skip.deficit) == (NotTraded.BETTER_ELSEWHERE, Decimal(50))
    assert dict(skip.facts) == {"lot_value": Decimal(50), "class_deficit": Decimal(-30)}


def test_selling_only_to_hold_cash_is_no_better() -> None:
    """A is one lot too large, but B may not be bought: the error would move from A to the idle cash."""
    skip = _skip(problem("A 6 @ 10; B 4 @ 10 no-buy", targets=HALVES), "A")

    assert (skip.code, skip.deficit) == (NotTraded.BETTER_ELSEWHERE, Decimal(-10))
    assert dict(skip.facts) == {"gain_per_real": Decimal(0)}


def test_a_lot_larger_than_the_excess_is_not_sold() -> None:
    """A is 10 too large and a lot is 15: sold, 5 would be missing and 15 lie idle."""
    skip = _skip(problem("A 4 @ 15; B 4 @ 10 no-buy", targets=HALVES), "A")

    assert (skip.code, skip.deficit) == (NotTraded.BELOW_ONE_LOT, Decimal(-10))


def test_the_minimum_cash_is_not_there_to_spend() -> None:
    """Of 100 in cash 95 must stay, and a lot of B costs 10."""
    wallet = "A 50 @ 10 no-sell; B 40 @ 10"
    skip = _skip(problem(wallet, targets=HALVES, cash="100", minimum_cash="95"), "B")

    assert skip.code is NotTraded.BELOW_ONE_LOT
    assert dict(skip.facts)["cash_left"] == Decimal(5)


def test_no_more_is_weighed_against_a_fee_than_is_held() -> None:
    """Selling the one lot of A is worth 17 and costs 20; four lots would be worth 44, but are not there."""
    targets: Targets = {"shares": ("10", {"A": "50", "B": "50"}), "bonds": ("90", {"C": "100"})}
    fees = FeeSchedule(Decimal(20))
    skip = _skip(problem("A 1 @ 10; B 9 @ 10 no-sell; C 0 @ 10", targets=targets, fees=fees), "A")

    assert skip.code is NotTraded.COST_ABOVE_BENEFIT
    assert dict(skip.facts) == {"fees": Decimal(20), "tax": Decimal(0), "benefit": Decimal(17)}


def test_spending_surplus_cash_is_part_of_the_benefit() -> None:
    """B misses 40 and the cash leaf has 40 too much: four lots settle both, worth 3.15 for a fee of 5."""
    targets = {"A": "45", "B": "45", "cash": "10"}
    fees = FeeSchedule(Decimal(5))
    skip = _skip(problem("A 45 @ 10; B 41 @ 10", targets=targets, cash="140", fees=fees), "B")

    assert skip.code is NotTraded.COST_ABOVE_BENEFIT
    assert dict(skip.facts)["benefit"] == Decimal("3.15")


def test_a_fee_above_the_benefit_is_told_with_both() -> None:
    """Every order costs 5; three lots of B would be worth 0.0018 of 1,000, which is 1.80."""
    fees = FeeSchedule(Decimal(5))
    given = problem("A 44 @ 10; B 46 @ 10", targets=HALVES, flow="100", fees=fees)
    skip = _skip(given, "B", A=8)

    assert (skip.code, skip.deficit) == (NotTraded.COST_ABOVE_BENEFIT, Decimal(40))
    assert dict(skip.facts) == {"fees": Decimal(5), "tax": Decimal(0), "benefit": Decimal("1.8")}


def test_what_is_not_worth_its_fee_would_not_be_bought_with_more_money() -> None:
    """Only 5 are left, but B is skipped for its fee of 5: filling it is worth 0.0016 of 1,000, 1.60."""
    fees = FeeSchedule(Decimal(5))
    skip = _skip(problem("A 44 @ 10; B 46 @ 10", targets=HALVES, flow="100", fees=fees), "B", A=9)

    assert skip.code is NotTraded.COST_ABOVE_BENEFIT
    assert dict(skip.facts)["benefit"] == Decimal("1.6")


def test_a_minimum_order_beyond_the_deficit_is_not_placed() -> None:
    """B misses 60, money is there, but the least order of 150 would leave it 90 too large."""
    targets = {"A": "90", "B": "10"}
    skip = _skip(problem("A 40 @ 10; B 4 @ 10 least 150", targets=targets, cash="560"), "B")

    assert (skip.code, skip.deficit) == (NotTraded.MINIMUM_ORDER, Decimal(60))
    assert dict(skip.facts) == {"minimum_order": Decimal(150), "order_value": Decimal(150)}


def test_a_tax_above_the_benefit_is_told_apart_from_a_fee() -> None:
    """One lot of A sold would be worth 25 and cost 135 of tax and 1 of fee."""
    given = problem(
        "A 42 @ 1000 cost 100 tax shares; B 38 @ 1000",
        targets=HALVES,
        fees=FeeSchedule(Decimal(1)),
        taxes=[tax_group("shares", "0.15")],
    )
    skip = _skip(given, "A")

    assert skip.code is NotTraded.TAX_ABOVE_BENEFIT
    facts = dict(skip.facts)
    assert facts["fees"] == Decimal(1)
    assert facts["tax"] == Decimal("0.15") * 899
    assert facts["benefit"] < facts["tax"]


def test_the_cliff_of_the_exemption_counts_in_the_reason() -> None:
    """With 19,500 sold before, one lot more would tax the month's gain of 9,000 too."""
    given = problem(
        "A 41 @ 1000 cost 990 tax shares; B 39 @ 1000",
        targets=HALVES,
        taxes=[tax_group("shares", "0.15", exempt="20000", sales="19500", gain="9000")],
    )
    skip = _skip(given, "A")

    assert skip.code is NotTraded.TAX_ABOVE_BENEFIT
    assert dict(skip.facts)["tax"] == Decimal("0.15") * 9010


def test_a_decision_to_stand_still_is_the_reason_of_every_asset() -> None:
    """Inside the bands, or before the date: no asset is looked at one by one."""
    given = problem("A 53 @ 10; B 47 @ 10", targets=HALVES, strategy=threshold("0.05"))
    inside = Decision(act=False, trigger=Trigger.BAND, status=Status.INSIDE_BANDS)
    early = Decision(act=False, trigger=Trigger.DATE, status=Status.NOT_DUE)

    assert [skip.code for skip in _explained(given, inside)[1]] == [NotTraded.INSIDE_BAND] * 2
    assert [skip.code for skip in _explained(given, early)[1]] == [NotTraded.NOT_DUE] * 2
    assert dict(_explained(given, inside)[1][0].facts) == {
        "share": Decimal("0.53"),
        "target_share": Decimal("0.5"),
    }


def test_inside_the_tolerance_there_is_nothing_to_gain() -> None:
    """The destination is a band of 5 points and both halves are within it."""
    loose = Strategy(destination=Destination.TOLERANCE, tolerance=band("0.05"))

    assert _skip(problem("A 53 @ 10; B 47 @ 10", targets=HALVES, strategy=loose), "A").code is (
        NotTraded.INSIDE_BAND
    )


def test_the_hybrid_mode_sells_only_what_is_out_of_its_band() -> None:
    """A is 3 points over: a sale would help, but it is inside its band of 5 points."""
    given = problem("A 53 @ 10; B 47 @ 10", targets=HALVES, mode=Mode.HYBRID, strategy=threshold("0.05"))

    assert _skip(given, "A").code is NotTraded.INSIDE_BAND


def test_an_ignored_asset_is_said_to_be_ignored() -> None:
    """What is left out of the whole is listed all the same, in its place by name."""
    _, skipped = _explained(problem("A 5 @ 10; B 5 @ 10; AA 9 @ 9 ignored", targets=HALVES))

    assert [(skip.asset, skip.code) for skip in skipped] == [
        ("A", NotTraded.ON_TARGET),
        ("AA", NotTraded.IGNORED),
        ("B", NotTraded.ON_TARGET),
    ]
