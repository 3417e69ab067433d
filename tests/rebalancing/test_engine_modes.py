"""What the modes, the strategies and the objective's knobs make the engine do."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from fiel.rebalancing.engine import solve
from fiel.rebalancing.plan import NotTraded, Side, Solution, Status
from fiel.rebalancing.problem import (
    Destination,
    FeeSchedule,
    FeeTier,
    Frequency,
    Metric,
    Mode,
    Objective,
    Problem,
    Strategy,
    StrategyKind,
)
from tests.support.carried_out import carried_out, said
from tests.support.enumeration import best_by_trying
from tests.support.portfolios import Targets, band, problem, tax_group, threshold

HALVES: Targets = {"A": "50", "B": "50"}
NESTED: Targets = {
    "shares": ("60", {"A": "50", "B": "50"}),
    "bonds": ("40", {"C": "50", "D": "50"}),
}
FRIDAY = datetime(2024, 3, 1, 12, tzinfo=UTC)


def why(solution: Solution, asset: str) -> NotTraded:
    """The reason why an asset has no order."""
    return next(skip.code for skip in solution.skipped if skip.asset == asset)


def check_best(given: Problem) -> Solution:
    """Solve, and compare with every plan tried out: objective, orders and bound."""
    solution, truth = solve(given), best_by_trying(given)
    assert truth is not None
    assert abs(solution.objective - truth.objective) <= Decimal("1e-24")
    assert solution.lower_bound <= truth.objective * (1 + Decimal("1e-12"))
    assert solution.gap_proven <= Decimal("1e-6")
    return solution


# Modes


def test_contribution_never_sells() -> None:
    """A is far too large, yet all the new money goes to B and A only waits."""
    given = problem("A 90 @ 10; B 10 @ 10", targets=HALVES, flow="100", mode=Mode.CONTRIBUTION)

    assert said(check_best(given)) == {"B": "+10"}


def test_withdrawal_sells_what_is_too_much_and_buys_nothing() -> None:
    """200 leave a portfolio of 900: both halves end at 350, and all of it comes from the larger one."""
    given = problem("A 55 @ 10; B 35 @ 10", targets=HALVES, flow="-200", mode=Mode.WITHDRAWAL)
    solution = check_best(given)

    assert said(solution) == {"A": "-20"}
    assert solution.residual_cash == 0
    assert {order.side for order in solution.orders} == {Side.SELL}


def test_withdrawal_uses_the_cash_first_and_keeps_the_minimum() -> None:
    """100 are asked, 80 are in cash and 30 must stay: 50 are sold."""
    given = problem(
        "A 50 @ 10 lot 5; B 50 @ 10",
        targets=HALVES,
        cash="80",
        flow="-100",
        minimum_cash="30",
        mode=Mode.WITHDRAWAL,
    )
    solution = check_best(given)

    assert sum(order.value for order in solution.orders) == 50
    assert solution.residual_cash == 30


def test_full_mode_sells_to_buy() -> None:
    """Without new money the larger half pays for the smaller one."""
    assert said(check_best(problem("A 70 @ 10 lot 5; B 30 @ 10 lot 5", targets=HALVES))) == {
        "A": "-20",
        "B": "+20",
    }


def test_hybrid_does_not_sell_what_a_contribution_can_mend() -> None:
    """A is above its band until the new money is in; after it nothing is out, so nothing is sold."""
    given = problem(
        "A 60 @ 10; B 40 @ 10", targets=HALVES, flow="150", mode=Mode.HYBRID, strategy=threshold("0.05")
    )

    assert said(solve(given)) == {"B": "+15"}


def test_hybrid_sells_only_below_what_is_still_out_of_band() -> None:
    """A stays above its band even with the new money and is sold; C is too large as well, but inside."""
    given = problem(
        "A 45 @ 10; B 12 @ 10; C 20 @ 10; D 12 @ 10; E 11 @ 10",
        targets={"A": "30", "B": "18", "C": "16", "D": "18", "E": "18"},
        flow="10",
        mode=Mode.HYBRID,
        strategy=threshold("0.10"),
    )
    solution = solve(given)

    assert said(solution).keys() == {"A", "B", "D", "E"}
    assert [order.asset for order in solution.orders if order.side is Side.SELL] == ["A"]
    assert why(solution, "C") is NotTraded.INSIDE_BAND
    assert "C" in said(solve(replace(given, mode=Mode.FULL)))


def test_hybrid_sells_a_sibling_of_what_is_out_below() -> None:
    """Nothing is above its band, but B is below it: its overweight siblings pay."""
    given = problem(
        "A 36 @ 10; B 10 @ 10; C 34 @ 10; D 20 @ 10",
        targets={"A": "30", "B": "20", "C": "30", "D": "20"},
        mode=Mode.HYBRID,
        strategy=threshold("0.08"),
    )

    assert said(solve(given)) == {"A": "-6", "B": "+10", "C": "-4"}


def test_hybrid_without_any_band_only_buys_and_says_why() -> None:
    """Nothing is out of a band that is not there: A stays too large for want of one."""
    lines, targets = "A 70 @ 10; B 30 @ 10", HALVES
    solution = solve(problem(lines, targets=targets, flow="100", mode=Mode.HYBRID))
    banded = problem(lines, targets=targets, flow="100", mode=Mode.HYBRID, node_bands={"a": band("0.2")})

    assert said(solution) == {"B": "+10"}
    assert why(solution, "A") is NotTraded.NO_BAND
    assert why(solve(banded), "A") is NotTraded.INSIDE_BAND


def test_hybrid_without_a_flow_stands_still_inside_its_bands() -> None:
    """The strategy decides first: inside all bands there is nothing to do."""
    given = problem("A 52 @ 10; B 48 @ 10", targets=HALVES, mode=Mode.HYBRID, strategy=threshold("0.05"))

    assert solve(given).status is Status.INSIDE_BANDS


def test_hybrid_pays_a_withdrawal_by_selling() -> None:
    """Money that leaves must come from somewhere, bands or not: the larger half pays."""
    given = problem(
        "A 54 @ 10; B 46 @ 10", targets=HALVES, flow="-100", mode=Mode.HYBRID, strategy=threshold("0.05")
    )

    assert sum(order.value for order in solve(given).orders if order.side is Side.SELL) >= 100


# Objective


def test_relative_metric_lifts_what_is_farthest_from_its_target_in_proportion() -> None:
    """A and B are at 4/7 of their targets of 70 and 17.50: the 25 lift both to 6/7, four to one."""
    given = problem(
        "A 40 @ 1; B 10 @ 1; C 100 @ 1",
        targets={"A": "40", "B": "10", "C": "50"},
        flow="25",
        mode=Mode.CONTRIBUTION,
        metric=Metric.RELATIVE,
    )

    assert said(check_best(given)) == {"A": "+20", "B": "+5"}


def test_absolute_metric_lifts_what_misses_most_money() -> None:
    """The same portfolio in money: A misses 30 and B 7.50, so A gets all but one of the 25."""
    given = problem(
        "A 40 @ 1; B 10 @ 1; C 100 @ 1",
        targets={"A": "40", "B": "10", "C": "50"},
        flow="25",
        mode=Mode.CONTRIBUTION,
    )

    assert said(check_best(given)) == {"A": "+24", "B": "+1"}


def test_a_target_of_zero_counts_as_one_percent_in_the_relative_metric() -> None:
    """Its error is divided by 1 %, not by nothing, and it is sold like the rest."""
    given = problem(
        "A 90 @ 10 lot 5; B 10 @ 10 lot 5", targets={"A": "100", "B": "0"}, metric=Metric.RELATIVE
    )

    assert said(check_best(given)) == {"A": "+10", "B": "-10"}


def test_level_multipliers_shift_the_weight_between_classes_and_assets() -> None:
    """The bonds miss 200 that only D could fill, and D is on target: classes or assets, as weighted."""
    given = problem(
        "A 5 @ 50; B 5 @ 50; C 0 @ 50 no-buy; D 4 @ 50",
        targets=NESTED,
        flow="300",
        mode=Mode.CONTRIBUTION,
    )
    classes = Objective(level_multipliers=(Decimal(1), Decimal(20), Decimal(1)))
    assets = Objective(level_multipliers=(Decimal("0.01"), Decimal("0.01"), Decimal(1)))

    assert said(check_best(replace(given, objective=classes))) == {"A": "+1", "B": "+1", "D": "+4"}
    assert said(check_best(replace(given, objective=assets))) == {"A": "+1", "B": "+1"}


def test_cost_sensitivity_decides_between_the_fee_and_the_drift() -> None:
    """The same drift is worth two fees of 1 at kappa 1 and not at kappa 12.5."""
    given = problem(
        "A 46 @ 10 lot 2; B 54 @ 10 lot 2", targets=HALVES, fees=FeeSchedule(Decimal(1)), cash="2"
    )

    assert said(check_best(given)) == {"A": "+4", "B": "-4"}
    dear = check_best(replace(given, objective=Objective(kappa=Decimal("12.5"))))
    assert (dear.status, why(dear, "B")) == (Status.NO_BETTER, NotTraded.COST_ABOVE_BENEFIT)


def test_minimum_order_is_all_or_nothing() -> None:
    """Of B at least 10 must be bought: where 8 are missing it gets the 10, where 4 are missing none."""
    options = {"targets": HALVES, "flow": "100", "mode": Mode.CONTRIBUTION}
    near = check_best(problem("A 50 @ 10; B 44 @ 10 least 100", **options))  # type: ignore[arg-type]
    far = check_best(problem("A 48 @ 10; B 50 @ 10 least 100", **options))  # type: ignore[arg-type]

    assert said(near) == {"B": "+10"}
    assert (said(far), why(far, "B")) == ({"A": "+8"}, NotTraded.MINIMUM_ORDER)


def test_order_stops_at_the_edge_of_a_cheap_bracket() -> None:
    """Up to 100 an order is free and beyond it costs 8: the order of A is cut at the edge."""
    tiers = (FeeTier(Decimal(100), Decimal(0), Decimal(0)), FeeTier(None, Decimal(8), Decimal(0)))
    given = problem("A 40 @ 10; B 52 @ 10", targets=HALVES, flow="120", mode=Mode.CONTRIBUTION)
    solution = check_best(replace(given, fees=FeeSchedule(tiers=tiers)))

    assert (said(solution), solution.fees) == ({"A": "+10", "B": "+1"}, 0)
    assert said(check_best(given)) == {"A": "+12"}


def test_carried_loss_makes_a_sale_free_of_tax() -> None:
    """The gain of the sale is below the loss carried, so the tax does not stand in the way."""
    group = tax_group("funds", "0.20", carry="100")
    given = problem("A 70 @ 10 lot 5 cost 5 tax funds; B 30 @ 10 lot 5", targets=HALVES, taxes=[group])
    solution = check_best(given)

    assert (said(solution), solution.tax) == ({"A": "-20", "B": "+20"}, 0)
    dear = check_best(replace(given, tax_groups={"funds": tax_group("funds", "0.20")}))
    assert dear.tax > 0
    assert dear.objective > solution.objective


# Where a rebalance goes


@pytest.mark.parametrize("destination", [Destination.EDGE, Destination.TOLERANCE])
def test_costly_rebalance_stops_at_the_edge(destination: Destination) -> None:
    """With fees of 1 % A at 70 % goes to 55 %, the edge, and no further."""
    strategy = replace(threshold("0.05"), destination=destination, tolerance=band("0.05"))
    fees = FeeSchedule(rate=Decimal("0.01"))
    given = problem("A 14 @ 50; B 6 @ 50", targets=HALVES, cash="5", strategy=strategy, fees=fees)
    solution = check_best(given)
    to_target = check_best(replace(given, strategy=threshold("0.05")))

    assert said(solution) == {"A": "-3", "B": "+3"}
    assert said(to_target) == {"A": "-4", "B": "+4"}


def test_tolerance_may_be_narrower_than_the_band() -> None:
    """Out at 5 points, back to 2 points: the 200/175 rule in small."""
    strategy = replace(threshold("0.05"), destination=Destination.TOLERANCE, tolerance=band("0.02"))
    fees = FeeSchedule(rate=Decimal("0.001"))
    given = problem("A 600 @ 1; B 400 @ 1", targets=HALVES, strategy=strategy, fees=fees)
    after = {node.asset: node.after for node in solve(given).nodes if node.asset}

    assert Decimal("0.519") < after["A"] < Decimal("0.521")
    assert solve(carried_out(given, solve(given))).status is Status.INSIDE_BANDS


def test_destination_inside_its_tolerance_is_left_alone() -> None:
    """When the fee counts, what is inside the tolerance says that it is inside."""
    strategy = Strategy(destination=Destination.TOLERANCE, tolerance=band("0.05"))
    given = problem("A 53 @ 10; B 47 @ 10", targets=HALVES, strategy=strategy, fees=FeeSchedule(Decimal(1)))
    solution = solve(given)

    assert solution.orders == ()
    assert {skip.code for skip in solution.skipped} == {NotTraded.INSIDE_BAND}


# When a rebalance happens


def calendar(kind: StrategyKind, last: date | None) -> Strategy:
    """A monthly strategy with a band of 5 points, last rebalanced on a day."""
    return Strategy(kind, band("0.05"), frequency=Frequency.MONTHLY, last_rebalance=last)


def test_calendar_waits_for_its_date() -> None:
    """Due on Saturday 2 March, hence on Monday: on Friday nothing happens and each asset says so."""
    given = problem(
        "A 70 @ 10; B 30 @ 10", targets=HALVES, strategy=calendar(StrategyKind.CALENDAR, date(2024, 2, 2))
    )
    solution = solve(replace(given, now=FRIDAY))

    assert (solution.status, solution.orders) == (Status.NOT_DUE, ())
    assert {skip.code for skip in solution.skipped} == {NotTraded.NOT_DUE}
    assert solve(replace(given, now=FRIDAY.replace(day=3))).status is Status.NOT_DUE
    assert solve(replace(given, now=FRIDAY.replace(day=4))).orders


def test_calendar_follows_the_market_that_is_given() -> None:
    """Where Monday is a holiday the date moves on to Tuesday."""
    given = problem(
        "A 70 @ 10; B 30 @ 10", targets=HALVES, strategy=calendar(StrategyKind.CALENDAR, date(2024, 2, 2))
    )
    monday = replace(given, now=FRIDAY.replace(day=4))

    def is_open(day: date) -> bool:
        return day.weekday() < 5 and day != date(2024, 3, 4)

    assert solve(monday, is_business_day=is_open).status is Status.NOT_DUE
    assert solve(replace(monday, now=FRIDAY.replace(day=5)), is_business_day=is_open).orders


def test_calendar_without_a_rebalance_before_is_due_now() -> None:
    """The first run does not wait a month, and the calendar does not ask for bands."""
    given = problem("A 51 @ 10; B 49 @ 10", targets=HALVES, strategy=calendar(StrategyKind.CALENDAR, None))

    assert said(solve(replace(given, now=FRIDAY))) == {"A": "-1", "B": "+1"}


def test_band_on_a_date_needs_both() -> None:
    """Out of band before the date: not due. On the date but inside: inside. Both: orders."""
    strategy = calendar(StrategyKind.HYBRID, date(2024, 2, 1))
    out = replace(problem("A 70 @ 10; B 30 @ 10", targets=HALVES, strategy=strategy), now=FRIDAY)
    inside = replace(problem("A 54 @ 10; B 46 @ 10", targets=HALVES, strategy=strategy), now=FRIDAY)

    assert solve(replace(out, now=FRIDAY.replace(month=2, day=29))).status is Status.NOT_DUE
    assert solve(inside).status is Status.INSIDE_BANDS
    assert said(solve(out)) == {"A": "-20", "B": "+20"}


def test_flow_does_not_wait_for_the_date() -> None:
    """A contribution is invested on the day it comes."""
    strategy = calendar(StrategyKind.CALENDAR, date(2024, 2, 2))
    given = problem("A 50 @ 10; B 40 @ 10", targets=HALVES, flow="100", strategy=strategy)

    assert said(solve(replace(given, now=FRIDAY))) == {"B": "+10"}
