"""Whether the money can be there at all: cash, flow, everything that may be sold, the month's tax so far.

Only what no plan could avoid is refused here; whether a plan of whole lots exists is for the engine to say.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from fiel.kernel.errors import Refused
from fiel.rebalancing.problem import AssetLine, FeeSchedule, FeeTier, Mode, Problem

ZERO = Decimal(0)
SELLING_MODES = frozenset({Mode.FULL, Mode.WITHDRAWAL, Mode.HYBRID})


def problem_of_cash(problem: Problem, lines: Sequence[AssetLine]) -> Refused | None:
    """The refusal when not even selling all that may be sold leaves the minimum cash; `None` when it may.

    `lines` are the assets that are not ignored. Money is exact in the context of the caller.
    """
    sells = problem.mode in SELLING_MODES
    raised = sum((_proceeds_max(asset, problem.fees) for asset in lines), ZERO) if sells else ZERO
    short = problem.minimum_cash - (problem.cash + problem.flow + raised)
    tax = _tax_due(problem, lines if sells else [])
    missing = short + tax
    if missing <= 0:
        return None
    details = {"missing": f"{missing:f}", "sellable": f"{raised:f}", "tax_due": f"{tax:f}"}
    if short <= 0:
        message = (
            f"the month's tax so far is {tax:f}, to be paid from the cash, and {missing:f} of it is missing:"
            " contribute more, withdraw less, or lower the minimum cash"
        )
        return Refused("tax_due_above_cash", message, field="tax_groups", details=details)
    after_tax = f", {tax:f} of tax due this month included" if tax else ""
    if sells and problem.flow < 0:
        message = (
            f"the withdrawal is {missing:f} more than the cash and everything that may be sold{after_tax}"
        )
        return Refused("withdrawal_too_large", message, field="flow", details=details)
    message = f"cash plus flow is {missing:f} short of the minimum cash{after_tax}"
    if not sells:
        message += f"; mode {problem.mode} does not sell to raise it"
    return Refused("cash_below_minimum", message, field="cash", details=details)


def _tax_due(problem: Problem, sellable: Sequence[AssetLine]) -> Decimal:
    """The least tax of the month that any plan must pay: what is due so far, less what losses could undo."""
    due = ZERO
    for group in problem.tax_groups.values():
        is_exempt = group.exempt_sales is not None and group.sales_so_far <= group.exempt_sales
        so_far = ZERO if is_exempt else group.rate * (group.gain_so_far - group.loss_carry)
        if so_far > 0:
            losses = sum((_loss_max(a, problem.fees) for a in sellable if a.tax_group == group.id), ZERO)
            due += max(ZERO, so_far - group.rate * losses)
    return due


def _sellable(asset: AssetLine) -> tuple[Decimal, Decimal]:
    """The quantity that can be sold in whole lots and its value in money; nothing without a price."""
    if not asset.can_sell or asset.price is None:
        return ZERO, ZERO
    quantity = asset.quantity // asset.lot * asset.lot
    return quantity, quantity * asset.price


def _loss_max(asset: AssetLine, fees: FeeSchedule) -> Decimal:
    """The largest loss that selling an asset can realise, fees included, in money; a ceiling with tiers."""
    quantity, value = _sellable(asset)
    if not quantity:
        return ZERO
    cost = quantity * (asset.average_cost or ZERO)
    tiers = fees.tiers or (FeeTier(None, fees.fixed, fees.rate),)
    return max(ZERO, cost - value) + max(tier.fixed + tier.rate * value for tier in tiers)


def _proceeds_max(asset: AssetLine, fees: FeeSchedule) -> Decimal:
    """The most that selling an asset can bring, fees paid and tax aside, in money.

    With tiers it is a ceiling rather than exact: the engine judges the orders themselves.
    """
    _, value = _sellable(asset)
    if value < asset.minimum_order:
        return ZERO
    if not fees.tiers:
        return max(ZERO, value - fees.fixed - fees.rate * value)
    best = ZERO
    for tier in fees.tiers:
        sold = value if tier.up_to is None else min(value, tier.up_to)
        best = max(best, sold - tier.fixed - tier.rate * sold)
    return best
