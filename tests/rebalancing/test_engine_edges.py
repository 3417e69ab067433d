"""The edges of the engine: what it refuses, what it leaves alone, and where a cent changes the answer."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal, localcontext
from typing import Any

import pytest

from fiel.kernel.errors import InvalidInput, Refused, Rejected
from fiel.portfolio.targets import TargetNode
from fiel.rebalancing.engine import solve
from fiel.rebalancing.plan import NotTraded, Solution, Status
from fiel.rebalancing.problem import FeeSchedule, Mode, Problem
from tests.support.carried_out import carried_out, in_other_money, reversed_everywhere, said
from tests.support.portfolios import Targets, problem, tax_group, threshold

HALVES: Targets = {"A": "50", "B": "50"}
NESTED: Targets = {
    "shares": ("60", {"A": "50", "B": "50"}),
    "bonds": ("40", {"C": "70", "D": "30"}),
}
NOON = datetime(2024, 3, 1, 12, tzinfo=UTC)

#: What nobody should pass, typed so that it can be tried.
FLOAT: Any = 0.1


def why(solution: Solution, asset: str) -> NotTraded:
    """The reason why an asset has no order."""
    return next(skip.code for skip in solution.skipped if skip.asset == asset)


def refusal(given: Problem) -> Rejected:
    """The error with which the engine refuses a problem."""
    with pytest.raises(Rejected) as caught:
        solve(given)
    return caught.value


def with_asset(given: Problem, name: str, **changes: Any) -> Problem:
    """The problem with one asset changed."""
    assets = tuple(replace(a, **changes) if a.id == name else a for a in given.assets)
    return replace(given, assets=assets)


def test_cash_below_every_lot_stays_cash() -> None:
    """B misses 1,500 and its lot costs 1,800; with 500 there is no order, and the 500 remain."""
    given = problem(
        "A 100 @ 25 lot 100; B 0 @ 18 lot 100", targets=HALVES, flow="500", mode=Mode.CONTRIBUTION
    )
    solution = solve(given)

    assert (solution.status, solution.orders) == (Status.NO_BETTER, ())
    assert solution.residual_cash == 500
    assert solution.gap_proven < Decimal("1e-9")
    assert why(solution, "B") is NotTraded.BELOW_ONE_LOT


@pytest.mark.parametrize(
    ("price", "code"),
    [
        (Decimal(0), "price_not_positive"),
        (Decimal("-1"), "price_not_positive"),
        (None, "price_missing"),
        (Decimal("NaN"), "not_a_number"),
        (Decimal("Infinity"), "not_finite"),
    ],
)
@pytest.mark.parametrize("held", ["5", "0"])
def test_price_that_is_none_is_refused_by_name(price: Decimal | None, code: str, held: str) -> None:
    """A price of zero, missing or not a number is never skipped: the whole would be wrong."""
    given = problem(f"A 5 @ 10; B {held} @ 10", targets=HALVES, flow="100")
    error = refusal(with_asset(given, "B", price=price))

    assert (error.code, error.field) == (code, "assets.B.price")


def test_price_missing_outside_the_tree_is_refused_too() -> None:
    """An asset that is held without a target counts in the whole, so its price must be known."""
    given = with_asset(problem("A 5 @ 10; X 5 @ 10", targets={"A": "100"}), "X", price=None)

    assert refusal(given).field == "assets.X.price"


def test_price_too_old_is_refused_by_name() -> None:
    """A price of exactly the greatest age is used; one second older is refused, naming the asset."""
    given = replace(problem("A 5 @ 10; B 5 @ 10", targets=HALVES, flow="10"), now=NOON)
    given = replace(given, price_age_seconds_max=Decimal(3600))
    an_hour_ago = NOON - timedelta(hours=1)

    assert solve(with_asset(given, "B", as_of=an_hour_ago)).orders
    error = refusal(with_asset(given, "B", as_of=an_hour_ago - timedelta(seconds=1)))
    assert (error.code, error.field) == ("price_stale", "assets.B.price")
    assert isinstance(error, Refused)


def test_asset_held_without_a_target_is_sold() -> None:
    """It is a leaf under the root with target 0, so a full rebalance sells it and says where it stood."""
    given = problem("A 40 @ 10; B 50 @ 10; X 5 @ 20", targets=HALVES)
    solution = solve(given)
    place = next(node for node in solution.nodes if node.asset == "X")

    assert said(solution) == {"A": "+10", "X": "-5"}
    assert (place.parent, place.target, place.value_before, place.value_after) == ("root", 0, 100, 0)


def test_ignored_asset_is_outside_the_whole_and_said_so() -> None:
    """An ignored asset needs no price, is worth nothing to the plan, and is listed as ignored."""
    given = problem("A 40 @ 10; B 50 @ 10; X 5 @ 20 ignored", targets=HALVES, flow="100")
    solution = solve(with_asset(given, "X", price=None))

    assert (solution.whole, said(solution)) == (1000, {"A": "+10"})
    assert why(solution, "X") is NotTraded.IGNORED
    assert all(node.asset != "X" for node in solution.nodes)


def test_target_of_zero_is_sold_in_full_mode() -> None:
    """A weight of 0 in the tree is a target like any other: everything goes."""
    given = problem("A 90 @ 10; B 10 @ 10", targets={"A": "100", "B": "0"})

    assert said(solve(given)) == {"A": "+10", "B": "-10"}


def test_target_of_zero_is_untouched_by_a_contribution() -> None:
    """A contribution neither sells it nor buys more of it, and says that selling is what is missing."""
    given = problem(
        "A 90 @ 10; B 10 @ 10", targets={"A": "100", "B": "0"}, flow="100", mode=Mode.CONTRIBUTION
    )
    solution = solve(given)

    assert said(solution) == {"A": "+10"}
    assert why(solution, "B") is NotTraded.MODE_FORBIDS_SELLING


def test_all_inside_bands_without_a_flow_gives_no_orders() -> None:
    """At 55 and 45 of bands of 5 points nothing happens, and that is the reason given."""
    given = problem("A 55 @ 10; B 45 @ 10", targets=HALVES, strategy=threshold("0.05"))
    solution = solve(given)

    assert (solution.status, solution.orders, solution.node_count) == (Status.INSIDE_BANDS, (), 0)
    assert {skip.code for skip in solution.skipped} == {NotTraded.INSIDE_BAND}
    assert solution.lower_bound == solution.objective


def test_one_cent_beyond_a_band_acts() -> None:
    """The edge itself is inside; a price one cent higher is not, and then the target is the aim."""
    given = problem("A 5500 @ 1.00; B 4500 @ 1.00", targets=HALVES, strategy=threshold("0.05"))

    assert solve(given).status is Status.INSIDE_BANDS
    assert said(solve(with_asset(given, "A", price=Decimal("1.01")))) == {"A": "-522", "B": "+527"}


def test_flow_acts_inside_all_bands() -> None:
    """New money is invested whether or not a band is crossed."""
    given = problem("A 52 @ 10; B 48 @ 10", targets=HALVES, flow="100", strategy=threshold("0.05"))

    assert said(solve(given)) == {"A": "+3", "B": "+7"}


def test_odd_remainder_below_a_lot_cannot_be_sold() -> None:
    """Of 150 shares in lots of 100 only 100 go; the other 50 stay, although the target is 0."""
    given = problem("A 0 @ 1; B 150 @ 10 lot 100", targets={"A": "100", "B": "0"})
    solution = solve(given)

    assert said(solution) == {"A": "+1000", "B": "-100"}
    assert next(node.value_after for node in solution.nodes if node.asset == "B") == 500
    again = solve(carried_out(given, solution))
    assert why(again, "B") is NotTraded.BELOW_ONE_LOT


def test_fractional_market_is_a_line_of_its_own() -> None:
    """The same shares as a line of lot 1 can be sold to the last one."""
    given = problem(
        "A 0 @ 1; B 100 @ 10 lot 100; BF 50 @ 10 lot 1", targets={"A": "100", "B": "0", "BF": "0"}
    )

    assert said(solve(given)) == {"A": "+1500", "B": "-100", "BF": "-50"}


def test_money_of_a_class_that_may_not_be_bought_goes_elsewhere() -> None:
    """The shares get 760 of 600 (more would miss by more), 240 stay; each bond says why it is not bought."""
    given = problem(
        "A 10 @ 10; B 10 @ 10; C 0 @ 10 no-buy; D 0 @ 10 no-buy",
        targets=NESTED,
        flow="800",
        mode=Mode.CONTRIBUTION,
    )
    solution = solve(given)

    assert said(solution) == {"A": "+28", "B": "+28"}
    assert solution.residual_cash == 240
    assert (why(solution, "C"), why(solution, "D")) == (NotTraded.MAY_NOT_BUY, NotTraded.MAY_NOT_BUY)


def test_thirds_that_sum_to_100_are_fine() -> None:
    """33.33 + 33.33 + 33.34 is exactly 100."""
    given = problem(
        "A 0 @ 1; B 0 @ 1; C 0 @ 1", targets={"A": "33.33", "B": "33.33", "C": "33.34"}, flow="10000"
    )

    assert said(solve(given)) == {"A": "+3333", "B": "+3333", "C": "+3334"}


def test_thirds_that_miss_a_hundredth_are_refused() -> None:
    """Three times 33.33 is refused, naming the node and the 0.01; nothing is normalised in silence."""
    targets: Targets = {"three": ("100", {"A": "33.33", "B": "33.33", "C": "33.33"})}
    error = refusal(problem("A 0 @ 1; B 0 @ 1; C 0 @ 1", targets=targets, flow="100"))

    assert (error.code, error.field) == ("weights_not_100", "targets.three")
    assert "0.01 is missing" in str(error)


def test_maximum_weight_already_exceeded_only_blocks_buys() -> None:
    """A is at 55 % with a maximum of 30 %: it wants 390 more and gets none, and the money goes to C."""
    given = problem(
        "A 60 @ 10 most 0.3; B 40 @ 10; C 0 @ 10",
        targets={"A": "90", "B": "0", "C": "10"},
        flow="100",
        mode=Mode.CONTRIBUTION,
    )
    solution = solve(given)

    assert said(solution) == {"C": "+10"}
    assert why(solution, "A") is NotTraded.MAXIMUM_WEIGHT


def test_maximum_weight_does_not_force_or_forbid_a_sale() -> None:
    """A goes from 60 % to its target of 50 %, still above its maximum of 30 %: sold no further."""
    assert said(solve(problem("A 60 @ 10 most 0.3; B 40 @ 10", targets=HALVES))) == {"A": "-10", "B": "+10"}


def test_a_buy_may_reach_the_maximum_weight_but_not_pass_it() -> None:
    """With W = 1,000 and a maximum of 30 % the position ends at exactly 300."""
    given = problem("A 20 @ 10 most 0.3; B 70 @ 10", targets={"A": "50", "B": "50"}, flow="100")

    assert said(solve(replace(given, mode=Mode.CONTRIBUTION))) == {"A": "+10"}


def test_withdrawal_beyond_what_may_be_sold_is_refused_with_the_shortfall() -> None:
    """Cash 50 and 300 of A can be had, B may not be sold: 400 is 50 too much."""
    given = problem(
        "A 30 @ 10; B 60 @ 10 no-sell", targets=HALVES, cash="50", flow="-400", mode=Mode.WITHDRAWAL
    )
    error = refusal(given)

    assert (error.code, error.field) == ("withdrawal_too_large", "flow")
    assert error.details["missing"] == "50"
    assert said(solve(replace(given, flow=Decimal(-350)))) == {"A": "-30"}


@pytest.mark.parametrize("lines", ["A 0 @ 10; B 0 @ 10", "A 1 @ 10; B 0 @ 10"])
def test_nothing_to_allocate_is_refused(lines: str) -> None:
    """A whole of zero or less has no percentages, so there is no plan."""
    flow = "0" if lines.startswith("A 0") else "-10"

    assert refusal(problem(lines, targets=HALVES, flow=flow)).code == "nothing_to_allocate"


def test_class_with_a_target_but_no_asset_is_refused_by_name() -> None:
    """A class of 40 % with nothing below it cannot be filled."""
    given = problem("A 5 @ 10", targets={"A": "60", "bonds": ("40", {})}, flow="100")
    error = refusal(given)

    assert (error.code, error.field) == ("class_without_asset", "targets.bonds")


def test_sales_at_the_exemption_are_free_of_tax() -> None:
    """Shares sold for exactly 20,000.00 in the month pay nothing."""
    group = tax_group("shares", "0.15", exempt="20000")
    given = problem(
        "A 4000000 @ 0.01 cost 0.005 tax shares",
        targets={"A": "100"},
        flow="-20000.00",
        mode=Mode.WITHDRAWAL,
        taxes=[group],
    )
    solution = solve(given)

    assert (said(solution), solution.tax) == ({"A": "-2000000"}, 0)
    assert solution.taxes[0].exempt


def test_one_cent_beyond_the_exemption_taxes_everything() -> None:
    """For 20,000.01 the tax falls on the whole sale, which must then also pay the tax: 21,621.64."""
    group = tax_group("shares", "0.15", exempt="20000")
    given = problem(
        "A 4000000 @ 0.01 cost 0.005 tax shares",
        targets={"A": "100"},
        flow="-20000.01",
        mode=Mode.WITHDRAWAL,
        taxes=[group],
    )
    solution = solve(given)

    assert said(solution) == {"A": "-2162164"}
    assert solution.tax == Decimal("0.15") * Decimal("21621.64") / 2
    assert not solution.taxes[0].exempt


def test_the_tax_cliff_is_avoided_when_other_money_is_there() -> None:
    """20,010 come as 20,000 of the shares that gained, exempt, and one lot of what is not taxed."""
    group = tax_group("shares", "0.15", exempt="20000")
    given = problem(
        "A 10000 @ 10 cost 1 tax shares; B 4000 @ 10",
        targets={"A": "50", "B": "50"},
        flow="-20010",
        mode=Mode.WITHDRAWAL,
        taxes=[group],
        kappa="12.5",
    )
    solution = solve(given)

    assert (said(solution), solution.tax) == ({"A": "-2000", "B": "-1"}, 0)


def test_fee_that_costs_more_than_the_order_is_worth_stops_it() -> None:
    """The only order lowers the tracking by 28.16 in 1,030ths: a fee of 30 stops it, one of 27 does not."""
    flow: Any = {"flow": "100", "mode": Mode.CONTRIBUTION, "cash": "30"}
    given = problem("A 40 @ 10; B 50 @ 10", targets=HALVES, **flow)
    # Both fees can be paid: 130 of cash, 100 of shares.
    dear = solve(replace(given, fees=FeeSchedule(Decimal(30))))
    cheap = solve(replace(given, fees=FeeSchedule(Decimal(27))))

    assert (dear.status, dear.orders, dear.fees) == (Status.NO_BETTER, (), 0)
    assert why(dear, "A") is NotTraded.COST_ABOVE_BENEFIT
    assert (said(cheap), cheap.fees) == ({"A": "+10"}, 27)
    assert cheap.orders[0].fee == 27


@pytest.mark.parametrize("mode", [Mode.FULL, Mode.CONTRIBUTION, Mode.HYBRID])
def test_running_again_on_the_result_gives_no_orders(mode: Mode) -> None:
    """Lots leave a rest; the second run must see that nothing is better, not shuffle it around."""
    lines = "A 13 @ 17.31; B 7 @ 41.90; C 150 @ 3.07 lot 10; D 0.4 @ 811.20 lot 0.01"
    given = problem(lines, targets=NESTED, flow="977.13", mode=mode, strategy=threshold("0.01"))
    first = solve(given)
    second = solve(carried_out(given, first))

    assert len(first.orders) >= 2
    assert second.orders == ()
    assert second.objective == first.objective


def test_order_of_writing_does_not_matter() -> None:
    """The same assets and classes written backwards give the same solution, reasons and counts included."""
    lines = "A 13 @ 17.31; B 7 @ 41.90; C 150 @ 3.07 lot 10; D 0.4 @ 811.20 lot 0.01; E 3 @ 20"
    given = problem(lines, targets=NESTED, flow="977.13", fees=FeeSchedule(Decimal("0.50")))

    assert solve(reversed_everywhere(given)) == solve(given)


@pytest.mark.parametrize("power", [-6, -2, 1, 3, 6])
def test_unit_of_money_does_not_matter(power: int) -> None:
    """Prices, cash, flow and fees times 10^k give the same orders and objective to the last digit."""
    lines = "A 13 @ 17.31; B 7 @ 41.90; C 150 @ 3.07 lot 10; D 0.4 @ 811.20 lot 0.01"
    given = problem(lines, targets=NESTED, flow="977.13", fees=FeeSchedule(Decimal("0.50")))
    there, here = solve(in_other_money(given, power)), solve(given)

    assert said(there) == said(here)
    assert (there.objective, there.lower_bound) == (here.objective, here.lower_bound)


def test_precision_of_the_caller_does_not_matter() -> None:
    """A caller who works with five decimal digits gets the same solution."""
    lines = "A 12345.678 @ 10.123456 lot 0.001; B 30000.55 @ 17.98 lot 0.01"
    given = problem(lines, targets={"A": "33.33", "B": "66.67"}, flow="1000.37")
    with localcontext() as context:
        context.prec = 5
        narrow = solve(given)

    assert narrow == solve(given)


@pytest.mark.parametrize(
    ("field", "changed"),
    [
        ("cash", lambda p: replace(p, cash=0.1)),
        ("flow", lambda p: replace(p, flow=0.1)),
        ("assets.A.price", lambda p: with_asset(p, "A", price=0.1)),
        ("assets.A.quantity", lambda p: with_asset(p, "A", quantity=0.1)),
        ("assets.A.lot", lambda p: with_asset(p, "A", lot=0.1)),
        ("fees.rate", lambda p: replace(p, fees=FeeSchedule(rate=0.1))),  # type: ignore[arg-type]
        (
            "targets.a",
            lambda p: replace(p, targets=TargetNode("r", children=(TargetNode("a", FLOAT, asset="A"),))),
        ),
    ],
)
def test_float_is_refused(field: str, changed: object) -> None:
    """Wherever a float slips in, the engine names the place and the exact way to write it."""
    given = problem("A 5 @ 10", targets={"A": "100"}, flow="100")
    error = refusal(changed(given))  # type: ignore[operator]

    assert isinstance(error, InvalidInput)
    assert (error.code, error.field) == ("float_refused", field)
    assert "Decimal('0.1')" in str(error)
