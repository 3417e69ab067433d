"""Laws of the explanations: they hold for any portfolio and any orders, good or bad."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from fiel.rebalancing.evaluation import evaluate
from fiel.rebalancing.explanation import explain
from fiel.rebalancing.model import build
from fiel.rebalancing.plan import OrderReason, SkipReason, Status
from fiel.rebalancing.problem import FeeSchedule, Mode, Problem
from fiel.rebalancing.triggers import Decision, Trigger
from tests.support.portfolios import Targets, orders, problem, tax_group

NESTED: Targets = {
    "shares": ("50", {"A": "50", "B": "50"}),
    "bonds": ("50", {"C": "50", "D": "50"}),
}
ACT = Decision(act=True, trigger=Trigger.ALWAYS)


def _explained(
    given: Problem, decision: Decision, lots: dict[str, int]
) -> tuple[tuple[OrderReason, ...], tuple[SkipReason, ...]]:
    model = build(given)
    counts = orders(model, **lots)
    return explain(model, counts, evaluate(model, counts), decision=decision)


@st.composite
def cases(draw: st.DrawFn) -> tuple[Problem, dict[str, int]]:
    """A nested wallet in any mode, with fees and tax, and arbitrary orders."""
    lines, lots = [], {}
    for name in "ABCD":
        extra = draw(st.sampled_from(["", " no-buy", " no-sell", " least 100", " most 0.2", " lot 7"]))
        lines.append(f"{name} {draw(st.integers(0, 60))} @ {draw(st.integers(1, 90))} cost 5 tax t{extra}")
        lots[name] = draw(st.sampled_from([0, 0, 0, 1, 3, -1, -4]))
    given = problem(
        "; ".join(lines),
        targets=NESTED,
        cash=str(draw(st.integers(1, 900))),
        mode=draw(st.sampled_from(list(Mode))),
        kappa=draw(st.sampled_from(["0", "1", "12.5"])),
        fees=draw(st.sampled_from([FeeSchedule(), FeeSchedule(Decimal(2), Decimal("0.01"))])),
        taxes=[tax_group("t", "0.15", exempt=draw(st.sampled_from([None, "100"])))],
    )
    return given, lots


@given(cases(), st.booleans())
def test_every_asset_has_exactly_one_reason(case: tuple[Problem, dict[str, int]], act: bool) -> None:
    """Each asset is either ordered with a reason or skipped with one, whatever the plan is."""
    given, lots = case
    decision = Decision(act, Trigger.BAND, None if act else Status.INSIDE_BANDS)
    reasons, skipped = _explained(given, decision, lots)

    assert {r.asset for r in reasons} == {name for name, count in lots.items() if count}
    assert [s.asset for s in skipped] == sorted(name for name, count in lots.items() if not count)
    assert list(reasons) == sorted(reasons, key=lambda r: (-r.gain_per_real, r.asset))


@given(cases())
def test_leaving_an_order_out_costs_what_is_said(case: tuple[Problem, dict[str, int]]) -> None:
    """`objective_without` is the objective of the plan without the order less that of the plan."""
    given, lots = case
    model = build(given)
    whole = evaluate(model, orders(model, **lots))
    for reason in _explained(given, ACT, lots)[0]:
        rest = evaluate(model, orders(model, **{**lots, reason.asset: 0}))
        if rest.residual_cash < given.minimum_cash:
            assert reason.objective_without is None
        else:
            assert reason.objective_without is not None
            assert abs(reason.objective_without - (rest.objective - whole.objective)) < Decimal("1e-24")


@given(cases(), st.integers(-2, 3))
def test_reasons_do_not_depend_on_the_unit_of_money(case: tuple[Problem, dict[str, int]], power: int) -> None:
    """Money times 10^k leaves every code as it is."""
    given, lots = case
    scale = Decimal(10) ** power
    exempt = given.tax_groups["t"].exempt_sales
    scaled = replace(
        given,
        cash=given.cash * scale,
        fees=replace(given.fees, fixed=given.fees.fixed * scale),
        tax_groups={
            "t": replace(given.tax_groups["t"], exempt_sales=None if exempt is None else exempt * scale)
        },
        assets=tuple(
            replace(
                a,
                price=(a.price or 0) * scale,
                average_cost=(a.average_cost or 0) * scale,
                minimum_order=a.minimum_order * scale,
            )
            for a in given.assets
        ),
    )

    codes = [(s.asset, s.code) for s in _explained(given, ACT, lots)[1]]
    assert [(s.asset, s.code) for s in _explained(scaled, ACT, lots)[1]] == codes
