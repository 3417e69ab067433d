"""The exact worth of a set of orders: hand-computed figures, then laws that hold for any portfolio."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal, getcontext, localcontext
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fiel.rebalancing.evaluation import (
    BAND_PULL,
    Limit,
    evaluate,
    evaluate_change,
    exact,
    objective_change,
    order_fee,
    penalty,
)
from fiel.rebalancing.model import build
from fiel.rebalancing.problem import (
    Destination,
    FeeSchedule,
    FeeTier,
    Metric,
    Mode,
    Problem,
    Strategy,
)
from tests.support.portfolios import Targets, band, judged, orders, problem, tax_group

HALVES = {"A": "50", "B": "50"}
FEES = FeeSchedule(Decimal(5), Decimal("0.01"))


def test_whole_units_leave_error_and_idle_cash() -> None:
    """W = 200; A 120 and B 70 miss by +0.10, -0.15 and the root by -0.05: 0.01 + 0.0225 + 0.0025."""
    worth = judged(problem("A 0 @ 30; B 0 @ 70", targets=HALVES, flow="200"), A=4, B=1)

    assert worth.objective == worth.tracking == Decimal("0.035")
    assert worth.residual_cash == Decimal(10)
    assert worth.node_values == (Decimal(190), Decimal(120), Decimal(70))
    assert worth.is_feasible


def test_every_level_of_a_nested_tree_counts() -> None:
    """Stocks end at 500 of 550 and bonds at 600 of 550: class errors join the leaf errors."""
    halves_of_halves = {"stocks": ("50", {"A": "50", "B": "50"}), "bonds": ("50", {"C": "50", "D": "50"})}
    wallet = "A 6 @ 25; B 14 @ 25; C 10 @ 25; D 10 @ 25"
    worth = judged(problem(wallet, targets=halves_of_halves, flow="100"), D=4)

    assert worth.node_values == tuple(map(Decimal, (1100, 500, 150, 350, 600, 250, 350)))
    squares = 125**2 + 75**2 + 50**2 + 25**2 + 75**2 + 50**2
    with exact():
        assert worth.objective == Decimal(squares) / Decimal(1100**2)


def test_a_fee_lowers_the_cash_and_raises_the_objective() -> None:
    """Fixed 5 + 1 % on 80: 5.80 of 1000 at kappa 1, and 100 - 80 - 5.80 = 14.20 stay."""
    worth = judged(problem("A 44 @ 10; B 46 @ 10", targets=HALVES, flow="100", fees=FEES), A=8)

    assert worth.order_fees == (Decimal("5.8"), Decimal(0))
    assert worth.residual_cash == Decimal("14.2")
    assert worth.tracking == Decimal("0.0004") + Decimal("0.0016") + Decimal("0.0004")
    assert worth.objective == worth.tracking + Decimal("0.0058")


@pytest.mark.parametrize(
    ("value", "fee"),
    [("0", "0"), ("99.99", "2"), ("100", "2"), ("100.01", "1.0001"), ("5000", "50")],
)
def test_a_tier_prices_the_whole_order(value: str, fee: str) -> None:
    """Up to and including 100 an order pays 2; above, 1 % on all of it."""
    tiers = FeeSchedule(
        tiers=(
            FeeTier(Decimal(100), Decimal(2), Decimal(0)),
            FeeTier(None, Decimal(0), Decimal("0.01")),
        )
    )

    assert order_fee(tiers, Decimal(value)) == Decimal(fee)


def _shares(**month: str) -> Problem:
    return problem(
        "A 70 @ 1000 cost 500 tax shares; B 10 @ 1000 cost 1000 tax shares",
        targets=HALVES,
        kappa="2",
        taxes=[tax_group("shares", "0.15", exempt="20000", **month)],
    )


def test_sales_of_exactly_the_exemption_are_free() -> None:
    """20,000 sold of a limit of 20,000: no tax, errors of 0.125 twice."""
    worth = judged(_shares(), A=-20, B=20)

    assert worth.tax == 0
    assert worth.taxes[0].exempt
    assert worth.objective == Decimal("0.03125")


def test_one_lot_beyond_the_exemption_taxes_everything() -> None:
    """21,000 sold: 15 % of the whole gain of 10,500, not of the part above the limit."""
    worth = judged(_shares(), A=-21)

    assert worth.tax == Decimal("1575")
    assert not worth.taxes[0].exempt
    assert (worth.taxes[0].sales, worth.taxes[0].gain) == (Decimal(21000), Decimal(10500))


def test_sales_earlier_in_the_month_use_up_the_exemption() -> None:
    """With 15,000 sold before at a gain of 3,000, selling 6,000 more taxes both months' parts."""
    worth = judged(_shares(sales="15000", gain="3000"), A=-6)

    assert worth.tax == Decimal("0.15") * (3000 + 6 * 500)


def test_a_carried_loss_shields_the_gain_and_no_more() -> None:
    """A loss of 4,000 leaves 6,500 of 10,500 to tax; a loss of 99,999 leaves nothing, not a credit."""
    assert judged(_shares(carry="4000"), A=-21).tax == Decimal("975")
    assert judged(_shares(carry="99999"), A=-21).tax == 0


def test_a_sell_fee_lowers_the_gain() -> None:
    """Selling 21,000 at 1 % + 5 costs 215, so 10,285 are taxed."""
    worth = judged(replace(_shares(), fees=FEES), A=-21)

    assert worth.taxes[0].gain == Decimal(10285)
    assert worth.residual_cash == Decimal(21000) - 215 - worth.tax


def test_a_bill_of_the_month_is_kept_even_without_a_sale() -> None:
    """Sold 30,000 at a gain of 1,000 before today: 150 of the cash belong to the tax office."""
    worth = judged(replace(_shares(sales="30000", gain="1000"), cash=Decimal(500)))

    assert worth.tax == Decimal(150)
    assert worth.residual_cash == Decimal(350)


def test_two_assets_of_a_group_share_one_bill() -> None:
    """A gain of 1,000 and a loss of 400 in one group are taxed as 600."""
    wallet = "A 10 @ 200 cost 100 tax funds; B 10 @ 60 cost 100 tax funds"
    worth = judged(problem(wallet, targets=HALVES, taxes=[tax_group("funds", "0.2")]), A=-10, B=-10)

    assert worth.tax == Decimal(120)


def test_the_cash_leaf_is_worth_the_residual_cash() -> None:
    """W = 1000 with a 10 % cash leaf: 150 and 50 bought leave exactly the 100."""
    targets = {"A": "45", "B": "45", "cash": "10"}
    worth = judged(problem("A 30 @ 10; B 40 @ 10", targets=targets, flow="300"), A=15, B=5)

    assert worth.objective == 0
    assert worth.residual_cash == Decimal(100)
    assert worth.node_values[0] == Decimal(1000)


def test_an_asset_outside_the_tree_is_an_error_until_sold() -> None:
    """X is held without a target: its 100 of 1000 count as an error of 0.1."""
    given = problem("A 45 @ 10; B 45 @ 10; X 10 @ 10", targets=HALVES)

    assert judged(given).objective == Decimal("0.05") ** 2 * 2 + Decimal("0.1") ** 2
    assert judged(given, A=5, B=5, X=-10).objective == 0


def test_the_relative_metric_weighs_by_one_over_the_target() -> None:
    """Errors of 0.1 on targets of 20 % and 80 % weigh 5 and 1.25."""
    targets = {"A": "20", "B": "80"}
    worth = judged(problem("A 30 @ 10; B 70 @ 10", targets=targets, metric=Metric.RELATIVE))

    assert worth.objective == Decimal("0.01") * 5 + Decimal("0.01") * Decimal("1.25")


def test_inside_a_tolerance_only_a_millionth_pulls() -> None:
    """With a tolerance of 5 points, 3 points off cost a millionth of their square; 8 points the excess."""
    loose = Strategy(destination=Destination.TOLERANCE, tolerance=band("0.05"))
    inside = judged(problem("A 53 @ 10; B 47 @ 10", targets=HALVES, strategy=loose))
    outside = judged(problem("A 58 @ 10; B 42 @ 10", targets=HALVES, strategy=loose))

    assert inside.objective == 2 * BAND_PULL * Decimal("0.03") ** 2
    excess, edge = Decimal("0.03"), Decimal("0.05")
    assert outside.objective == 2 * (excess**2 + 2 * BAND_PULL * edge * excess + BAND_PULL * edge**2)


@given(st.decimals("0.001", "1", places=3), st.decimals("-1", "1", places=4))
def test_the_penalty_has_no_jump_and_is_even(slack: Decimal, error: Decimal) -> None:
    """phi is continuous at the edge of the slack, even, 0 at 0 and never above the plain square."""
    tiny = Decimal("1e-20")
    assert abs(penalty(slack + tiny, slack) - penalty(slack, slack)) < Decimal("1e-18")
    assert penalty(error, slack) == penalty(-error, slack)
    assert penalty(Decimal(0), slack) == 0
    assert penalty(error, slack) <= penalty(error, Decimal(0)) == error * error


@pytest.mark.parametrize(
    ("wallet", "mode", "lots", "limit", "excess"),
    [
        ("A 5 @ 10; B 5 @ 10", Mode.FULL, {"A": -6}, Limit.HELD_QUANTITY, "10"),
        ("A 5 @ 10 least 30; B 5 @ 10", Mode.FULL, {"A": 2}, Limit.MINIMUM_ORDER, "10"),
        ("A 5 @ 10 no-buy; B 5 @ 10", Mode.FULL, {"A": 1}, Limit.MAY_NOT_BUY, "0"),
        ("A 5 @ 10 no-sell; B 5 @ 10", Mode.FULL, {"A": -1}, Limit.MAY_NOT_SELL, "0"),
        ("A 5 @ 10; B 5 @ 10", Mode.CONTRIBUTION, {"A": -1}, Limit.MODE, "0"),
        ("A 5 @ 10; B 5 @ 10", Mode.WITHDRAWAL, {"A": 1}, Limit.MODE, "0"),
        ("A 5 @ 10 most 0.3; B 5 @ 10", Mode.FULL, {"A": 2}, Limit.MAXIMUM_WEIGHT, "10"),
        ("A 5 @ 10; B 5 @ 10", Mode.FULL, {"A": 11}, Limit.MINIMUM_CASH, "10"),
    ],
)
def test_each_limit_is_named_with_its_asset(
    wallet: str, mode: Mode, lots: dict[str, int], limit: Limit, excess: str
) -> None:
    """Orders that break a limit are still evaluated, and the limit, the asset and the excess are told."""
    worth = judged(problem(wallet, targets=HALVES, mode=mode, cash="100"), **lots)

    assert [v.limit for v in worth.violations] == [limit]
    assert worth.violations[0].excess == Decimal(excess)
    assert worth.violations[0].asset == (None if limit is Limit.MINIMUM_CASH else "A")
    assert str(worth.violations[0]) in {f"{limit}:A", "minimum_cash"}


def test_exactly_at_every_limit_is_allowed() -> None:
    """The whole holding sold, a buy of exactly the minimum, and the minimum cash left to the cent."""
    wallet = "A 5 @ 10 least 50; B 5 @ 10 least 120 most 0.85"
    given = problem(wallet, targets=HALVES, cash="100", minimum_cash="30")

    assert judged(given, A=-5, B=12).is_feasible
    assert [str(v) for v in judged(given, A=-5, B=13).violations] == ["minimum_cash", "maximum_weight:B"]


def test_an_overweight_asset_may_stay_but_not_grow() -> None:
    """A maximum weight that is already exceeded blocks a buy and nothing else."""
    given = problem("A 90 @ 10 most 0.3; B 10 @ 10", targets=HALVES)

    assert judged(given, A=-1).is_feasible
    assert [str(v) for v in judged(given, A=1, B=-1).violations] == ["maximum_weight:A"]


def test_a_fractional_count_of_lots_is_refused() -> None:
    """Half a lot is a type error, never a silent truncation; a missing count is an error too."""
    model = build(problem("A 5 @ 10; B 5 @ 10", targets=HALVES))

    with pytest.raises(TypeError):
        evaluate(model, [0.5, 0])  # type: ignore[list-item]
    with pytest.raises(ValueError, match="shorter"):
        evaluate(model, [1])


def test_the_callers_decimal_context_is_neither_used_nor_changed() -> None:
    """A caller who works with 6 digits gets all digits, and keeps the 6 digits."""
    given = problem("A 1 @ 1234567.89; B 0 @ 3", targets=HALVES, flow="1000")
    model = build(given)
    expected = evaluate(model, [0, 7])
    with localcontext() as short:
        short.prec = 6
        assert evaluate(model, [0, 7]) == expected
        assert evaluate_change(model, [0, 0], evaluate(model, [0, 0]), 1, 7).residual_cash == 979
        assert getcontext().prec == 6


# --- laws ---------------------------------------------------------------------------------------

money = st.decimals("0.01", "5000", places=2)
counts = st.integers(-20, 40)


@st.composite
def cases(draw: st.DrawFn) -> tuple[Problem, dict[str, int]]:
    """A nested wallet of four assets with fees, a tax group and a cash leaf, and some orders."""
    lines, lots = [], {}
    for name in "ABCD":
        price, cost = draw(money), draw(money)
        tax = " tax shares" if draw(st.booleans()) else ""
        lines.append(f"{name} {draw(st.integers(20, 200))} @ {price} cost {cost}{tax}")
        lots[name] = draw(counts)
    first = draw(st.integers(0, 90))
    inner = draw(st.integers(0, 100))
    targets: Targets = {
        "shares": (str(first), {"A": str(inner), "B": str(100 - inner)}),
        "funds": (str(90 - first), {"C": "30", "D": "70"}),
        "cash": "10",
    }
    exempt = draw(st.sampled_from([None, "0", "5000", "100000"]))
    given = problem(
        "; ".join(lines),
        targets=targets,
        # Of the month's tax so far 90 may be due, and must be there.
        cash=str(90 + draw(money)),
        metric=draw(st.sampled_from(list(Metric))),
        strategy=draw(
            st.sampled_from(
                [Strategy(), Strategy(destination=Destination.TOLERANCE, tolerance=band("0.03", "0.2"))]
            )
        ),
        fees=draw(st.sampled_from([FeeSchedule(), FEES])),
        taxes=[tax_group("shares", "0.15", exempt=exempt, carry="100", sales="300", gain="700")],
    )
    return given, lots


@given(cases(), st.randoms(use_true_random=False))
def test_the_order_of_the_assets_does_not_matter(
    case: tuple[Problem, dict[str, int]], random: Random
) -> None:
    """The same wallet, listed and nested in another order, has the same evaluation to the last digit."""
    given, lots = case
    assets, classes = list(given.assets), list(given.targets.children)
    random.shuffle(assets)
    random.shuffle(classes)
    shuffled = replace(given, assets=tuple(assets), targets=replace(given.targets, children=tuple(classes)))

    assert judged(shuffled, **lots) == judged(given, **lots)


@given(cases(), st.integers(-3, 4))
def test_the_objective_has_no_unit(case: tuple[Problem, dict[str, int]], power: int) -> None:
    """Money times 10^k leaves the objective as it is, exactly, and scales the money by 10^k."""
    given, lots = case
    scale = Decimal(10) ** power
    group = given.tax_groups["shares"]
    scaled = replace(
        given,
        cash=given.cash * scale,
        fees=replace(given.fees, fixed=given.fees.fixed * scale),
        assets=tuple(
            replace(a, price=(a.price or 0) * scale, average_cost=(a.average_cost or 0) * scale)
            for a in given.assets
        ),
        tax_groups={
            "shares": replace(
                group,
                exempt_sales=None if group.exempt_sales is None else group.exempt_sales * scale,
                loss_carry=group.loss_carry * scale,
                sales_so_far=group.sales_so_far * scale,
                gain_so_far=group.gain_so_far * scale,
            )
        },
    )
    one, other = judged(given, **lots), judged(scaled, **lots)

    assert other.objective == one.objective
    assert (other.residual_cash, other.fees, other.tax) == (
        one.residual_cash * scale,
        one.fees * scale,
        one.tax * scale,
    )


@given(cases())
def test_no_order_costs_no_fee(case: tuple[Problem, dict[str, int]]) -> None:
    """Without orders there is no fee, and cash plus assets are W less the month's bill so far."""
    given, _ = case
    worth = judged(given)

    assert worth.fees == 0
    assert worth.node_values[0] == build(given).whole - worth.tax


@given(cases())
def test_money_is_neither_made_nor_lost(case: tuple[Problem, dict[str, int]]) -> None:
    """Whatever the orders, the root with its cash leaf is W less fees and tax, to the last digit."""
    given, lots = case
    worth = judged(given, **lots)

    assert worth.node_values[0] == build(given).whole - worth.fees - worth.tax
    assert worth.objective - worth.tracking >= 0


@given(cases(), st.integers(0, 3), counts)
def test_a_change_is_the_difference_of_two_evaluations(
    case: tuple[Problem, dict[str, int]], asset: int, count: int
) -> None:
    """Changing one order costs what evaluating anew says: cash, fees and tax exactly, J to 50 digits."""
    model = build(case[0])
    lots = orders(model, **case[1])
    worth = evaluate(model, lots)
    changed = evaluate_change(model, lots, worth, asset, count)
    anew = evaluate(model, [*lots[:asset], count, *lots[asset + 1 :]])

    assert (changed.residual_cash, changed.fees, changed.tax) == (
        anew.residual_cash,
        anew.fees,
        anew.tax,
    )
    assert abs(changed.tracking - anew.tracking) < Decimal("1e-50")
    rise = objective_change(model, lots, worth, asset, count)
    assert abs(rise - (anew.objective - worth.objective)) < Decimal("1e-25")
