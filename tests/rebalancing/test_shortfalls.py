"""Money that no plan could find, the tax already due this month included: refused early, with the amount."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from fiel.kernel.errors import Refused
from fiel.rebalancing.engine import solve
from fiel.rebalancing.problem import FeeSchedule, Mode, Problem
from tests.support.portfolios import Targets, problem, tax_group

HALVES: Targets = {"A": "50", "B": "50"}
#: 150 of tax due: 15 % of 1,000 gained on sales beyond the exemption.
DUE = tax_group("shares", "0.15", exempt="20000", sales="20000.01", gain="1000")


def refusal(given: Problem) -> Refused:
    """The error with which the engine refuses a problem."""
    with pytest.raises(Refused) as caught:
        solve(given)
    return caught.value


def contribution(flow: str, cash: str = "0", minimum_cash: str = "0") -> Problem:
    """Half and half of 1,000 with 150 of tax to pay this month."""
    return problem(
        "A 50 @ 10 cost 10 tax shares; B 50 @ 10",
        targets=HALVES,
        cash=cash,
        flow=flow,
        minimum_cash=minimum_cash,
        mode=Mode.CONTRIBUTION,
        taxes=[DUE],
    )


@pytest.mark.parametrize(
    ("cash", "flow", "minimum_cash", "missing"),
    [("0", "149.99", "0", "0.01"), ("100", "20", "0", "30"), ("100", "100", "80", "30")],
)
def test_tax_due_that_the_cash_cannot_pay_is_refused_with_the_amount(
    cash: str, flow: str, minimum_cash: str, missing: str
) -> None:
    """The tax of the month so far comes out of the cash; what it lacks is named before any search."""
    error = refusal(contribution(flow, cash, minimum_cash))

    assert (error.code, error.field) == ("tax_due_above_cash", "tax_groups")
    assert Decimal(error.details["missing"]) == Decimal(missing)
    assert Decimal(error.details["tax_due"]) == 150
    assert f"{Decimal(missing):f}" in str(error)


def test_tax_due_that_the_cash_just_pays_is_no_reason_to_refuse() -> None:
    """Exactly 150 for a tax of 150: nothing is left to buy with, and that is an answer."""
    solution = solve(contribution("150"))

    assert solution.orders == ()
    assert (solution.tax, solution.residual_cash) == (Decimal(150), Decimal(0))


def test_an_exempt_month_owes_nothing() -> None:
    """Sales of 20,000.00 so far are still exempt, whatever was gained."""
    exempt = replace(DUE, sales_so_far=Decimal(20000))
    solution = solve(replace(contribution("10"), tax_groups={"shares": exempt}))

    assert solution.tax == 0


def test_a_carried_loss_lowers_what_is_due() -> None:
    """Of the 1,000 gained 900 were lost before: 15 are due, and 15 are enough."""
    carried = replace(DUE, loss_carry=Decimal(900))
    assert solve(replace(contribution("15"), tax_groups={"shares": carried})).tax == 15
    assert refusal(replace(contribution("14"), tax_groups={"shares": carried})).details["missing"] == "1.00"


def test_a_withdrawal_that_only_the_tax_makes_too_large_says_so() -> None:
    """1,000 can be sold and 900 are taken out: 50 of the 150 due are missing."""
    given = problem(
        "A 50 @ 10 cost 10 tax shares; B 50 @ 10",
        targets=HALVES,
        flow="-900",
        mode=Mode.WITHDRAWAL,
        taxes=[DUE],
    )
    error = refusal(given)

    assert error.code == "tax_due_above_cash"
    assert Decimal(error.details["missing"]) == 50
    assert refusal(replace(given, flow=Decimal(-1010))).code == "withdrawal_too_large"
    assert Decimal(refusal(replace(given, flow=Decimal(-1010))).details["missing"]) == 160


@pytest.mark.parametrize("fixed", ["0", "1"])
def test_a_loss_that_undoes_the_tax_is_never_refused(fixed: str) -> None:
    """Selling A at half its cost undoes the gain: 150 was due, and hardly any is in the end."""
    given = problem(
        "A 100 @ 10 cost 20 tax shares; B 50 @ 10",
        targets=HALVES,
        flow="-1490",
        mode=Mode.WITHDRAWAL,
        taxes=[DUE],
        fees=FeeSchedule(Decimal(fixed)),
    )
    solution = solve(given)

    assert solution.tax < 10
    assert solution.residual_cash >= 0
