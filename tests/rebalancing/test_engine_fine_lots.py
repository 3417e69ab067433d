"""Lots too fine to branch on (fractions of a share, of a coin): settled to the last one, and no further."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import assume, given, reject, settings
from hypothesis import strategies as st

from fiel.kernel.errors import Rejected
from fiel.rebalancing.engine import solve
from fiel.rebalancing.evaluation import evaluate
from fiel.rebalancing.fine_lots import settled
from fiel.rebalancing.layout import FINE_LOT, lay_out, ranges_of
from fiel.rebalancing.model import Model, build
from fiel.rebalancing.plan import Solution
from fiel.rebalancing.problem import FeeSchedule, Mode, Problem
from tests.oracles.rebalancing import checker
from tests.oracles.rebalancing.engine import orders_of, problem_of
from tests.support.carried_out import carried_out, net, said
from tests.support.drawn_instances import Family, instances
from tests.support.enumeration import best_by_trying
from tests.support.examples import examples
from tests.support.portfolios import Targets, problem

HALVES: Targets = {"A": "50", "B": "50"}
PROVEN = Decimal("1e-9")
NODES = 1_000
#: A lot of one of these is worth about 1e-13 of the whole, of another 1e-9 and of the third one 1e-3.
MIXED = Family(lots=("0.000000001", "0.01", "1"), held_max=40, costs=False, minimum_orders=False)
#: What is drawn is small; this much of an asset that cannot be traded makes its lots fine.
BALLAST = 10**9


def lots_of(model: Model, solution: Solution) -> list[int]:
    """The net lots of a solution, in model order."""
    ordered = net(solution)
    return [int(ordered.get(line.id, Decimal(0)) / line.lot) for line in model.assets]


def fine_assets(model: Model) -> list[int]:
    """The assets that the search does not branch on, by index."""
    layout = lay_out(model, ranges_of(model))
    return [a for a, is_fine in zip(layout.leaf_asset, layout.fine, strict=True) if is_fine]


def test_what_a_fine_lot_cannot_spend_goes_to_a_finer_one() -> None:
    """A comes in hundredths, B in billionths: A is at its nearest hundredth and B takes all the rest."""
    given = problem(
        "A 1000000 @ 9.99 lot 0.0001; B 0 @ 10.01 lot 0.000000001",
        targets={"A": "90", "B": "10"},
        flow="1000000.007",
        mode=Mode.CONTRIBUTION,
    )
    solution = solve(given)

    assert solution.gap_proven <= PROVEN
    # Less than one lot of B is left, where rounding both down left more than a lot of A too.
    assert solution.residual_cash < Decimal("10.01") * Decimal("1e-9")


def test_a_withdrawal_sells_fine_lots_to_the_last_one_needed() -> None:
    """The withdrawal is paid, and what is sold beyond it is less than one lot of the finest."""
    given = problem(
        "A 7000 @ 99.37 lot 0.000000001; B 7000 @ 101.13 lot 0.000000001",
        targets=HALVES,
        flow="-100000",
        mode=Mode.WITHDRAWAL,
    )
    solution = solve(given)

    assert 0 <= solution.residual_cash < Decimal("99.37") * Decimal("1e-9")
    assert solution.gap_proven <= PROVEN


def test_a_withdrawal_may_sell_more_than_it_needs() -> None:
    """A is far above its target of 10 of every 100, so that idle cash is the lesser evil: 500 beyond it."""
    given = problem(
        "A 900 @ 1 lot 0.000000001; B 100 @ 1 lot 0.000000001 no-sell",
        targets={"A": "10", "B": "90"},
        flow="-10",
        mode=Mode.WITHDRAWAL,
    )
    solution = solve(given)

    # (x - 99)^2 + (x + 100 - 990)^2 is least at x = 494.5, so 405.5 of the 900 are sold for a need of 10.
    assert said(solution) == {"A": "-405.5"}
    assert solution.residual_cash == Decimal("395.5")
    assert solution.gap_proven <= PROVEN


def test_fine_lots_beside_whole_shares_prove_their_plan() -> None:
    """A share of 1, hundredths of a fund and billionths of a coin: the optimum, though some cash is left."""
    given = problem(
        "S 1312 @ 37.41 lot 1; F 4001.17 @ 101.01 lot 0.01; C 1.203400117 @ 350000 lot 0.000000001",
        targets={"S": "10", "F": "40", "C": "50"},
        flow="40000",
    )
    solution = solve(given)

    assert solution.gap_proven <= PROVEN
    # Spending the rest on the coin would take it farther from its target than the cash is worth.
    assert solution.residual_cash == Decimal("4.3147")


@pytest.mark.parametrize("rate", ["0", "0.0003"])
def test_running_again_on_fine_lots_gives_no_orders(rate: str) -> None:
    """A few billionths can always be moved to gain nothing anyone could measure: they are not."""
    lines = "A 40.000000001 @ 17.31 lot 0.000000001; B 7.123456789 @ 41.90 lot 0.000000001; C 150 @ 3.07"
    targets: Targets = {"A": "33.33", "B": "33.33", "C": "33.34"}
    given = problem(lines, targets=targets, flow="977.13", fees=FeeSchedule(rate=Decimal(rate)))
    first = solve(given)
    # Cash after the fees has more decimals than a portfolio may have.
    after = replace(carried_out(given, first), cash=first.residual_cash.quantize(Decimal("1e-9")))

    assert len(first.orders) >= 2
    assert solve(after).orders == ()


def test_dust_is_no_reason_for_an_order_but_a_billionth_too_much_is_when_cash_is_short() -> None:
    """Half and half to the billionth is left alone; a minimum cash that is missed by as much is not."""
    lines = "A 50.000000002 @ 10 lot 0.000000001; B 50 @ 10 lot 0.000000001"
    given = problem(lines, targets=HALVES)

    assert solve(given).orders == ()
    assert said(solve(replace(given, minimum_cash=Decimal("0.00000002")))) == {"A": "-0.000000002"}


@pytest.mark.parametrize("slip", [3, 0, -3])
def test_a_plan_a_few_fine_lots_beside_the_money_is_mended(slip: int) -> None:
    """A plan that spends three billionths too much gives them back; one that leaves three takes them."""
    given = problem(
        "A 0 @ 10 lot 0.000000001; B 100000000 @ 10 lot 0.0001 no-sell",
        targets=HALVES,
        flow="1000",
        mode=Mode.CONTRIBUTION,
    )
    model = build(given)
    layout = lay_out(model, ranges_of(model))
    lots, evaluation = settled(model, layout, (100_000_000_000 + slip, 0))

    assert lots == (100_000_000_000, 0)
    assert evaluation.residual_cash == 0


@st.composite
def mixed(draw: st.DrawFn) -> dict[str, Any]:
    """A portfolio of whole shares, hundredths and, of some size, billionths."""
    instance = draw(instances(MIXED))
    for asset in instance["assets"]:
        if asset["lot"] == "0.000000001":
            asset["quantity"] = str(Decimal(draw(st.integers(0, 4 * 10**9))).scaleb(-9))
    return instance


def answered(question: Problem, nodes: int) -> Solution:
    """The engine's answer; what it refuses is not part of the law."""
    try:
        return solve(question, node_count_max=nodes)
    except Rejected:
        reject()


@settings(max_examples=examples(150), deadline=None)
@given(mixed())
def test_no_fine_lot_more_or_less_would_be_better(instance: dict[str, Any]) -> None:
    """Orders are feasible, and one fine lot more or less of any asset is not allowed or gains nothing."""
    question = problem_of(instance)
    solution = answered(question, NODES)
    model = build(question)
    fine = fine_assets(model)
    assume(fine)
    assert checker.evaluate(instance, orders_of(solution)).violations == ()

    lots = lots_of(model, solution)
    allowed = ranges_of(model)
    least_gain = PROVEN * max(solution.objective, PROVEN)
    for asset in fine:
        for step in (-1, 1):
            other = list(lots)
            other[asset] += step
            if not allowed[asset].least <= other[asset] <= allowed[asset].most:
                continue
            verdict = evaluate(model, other)
            assert verdict.violations or verdict.objective >= solution.objective - least_gain


@settings(max_examples=examples(100), deadline=None)
@given(mixed())
def test_gap_is_near_zero_where_money_can_be_spent(instance: dict[str, Any]) -> None:
    """What is open is no more than the finest lot that was left over, at the steepest price of money."""
    question = problem_of(instance)
    solution = answered(question, 20_000)
    model = build(question)
    fine = fine_assets(model)
    assume(fine)
    # A search that was stopped has a gap of its own.
    assume(solution.node_count < 20_000)

    units = [model.assets[a].lot * model.prices[a] / model.whole for a in fine]
    weights = sum((node.weight for node in model.nodes), Decimal(0))
    steepest = 2 * weights * max(Decimal(1), solution.drift.largest_after)
    open_ = solution.objective - solution.lower_bound
    assert open_ <= steepest * min(max(units), FINE_LOT) + PROVEN * max(solution.objective, PROVEN)


@settings(max_examples=examples(60), deadline=None)
@given(
    st.lists(st.tuples(st.integers(1, 400), st.integers(0, 4)), min_size=2, max_size=3),
    st.integers(0, 1500),
    st.sampled_from([Mode.CONTRIBUTION, Mode.FULL, Mode.WITHDRAWAL]),
)
def test_fine_lots_are_never_claimed_to_be_better_than_they_are(
    lines: list[tuple[int, int]], cents: int, mode: Mode
) -> None:
    """Beside a billion every lot is fine; against every plan there is, the reported gap holds."""
    wallet = "; ".join(f"F{i} {held} @ {price}e-2" for i, (price, held) in enumerate(lines))
    targets = {f"F{i}": "0.0000005" for i in range(len(lines))}
    targets |= {"Z": str(100 - Decimal("0.0000005") * len(lines))}
    flow = -cents if mode is Mode.WITHDRAWAL else cents
    given = problem(
        f"{wallet}; Z {BALLAST} @ 1 no-buy no-sell", targets=targets, flow=f"{flow}e-2", cash="1", mode=mode
    )
    assume(sum(price * held for price, held in lines) + 100 + flow >= 0)
    truth = best_by_trying(given)
    assume(truth is not None and fine_assets(build(given)))
    assert truth is not None
    solution = solve(given)

    # The search takes objectives that are closer than this for equal.
    slip = Decimal("1e-12") * max(truth.objective, Decimal("1e-6"))
    assert solution.lower_bound - slip <= truth.objective <= solution.objective
    true_gap = (solution.objective - truth.objective) / max(truth.objective, PROVEN)
    assert true_gap <= solution.gap_proven + slip / max(truth.objective, PROVEN)
