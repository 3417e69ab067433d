"""What stands beside the plan of a saved book, for programs."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from fiel.entrypoints.answers.values import moment_text, number_text, remark_records

if TYPE_CHECKING:
    from fiel.copilot.buying import Plan
    from fiel.copilot.own_plan.owned import Owned
    from fiel.copilot.own_plan.planning import OwnPortfolio
    from fiel.tax.monthly import MonthTax


def book_record(plan: Plan, found: OwnPortfolio) -> dict[str, Any]:
    """Where the figures of a plan come from."""
    from fiel.copilot.own_plan.planning import sales_at, untaxed_sales

    owned = found.owned
    return {
        "user_id": owned.wallet,
        "positions_on": owned.on.isoformat(),
        "cash": [
            {"account": each.account, "free": number_text(each.free), "as_of": moment_text(each.as_of)}
            for each in owned.cash
        ],
        "sales": [
            {"asset": sale.line, "account": part.account, "held": number_text(part.quantity)}
            for sale in sales_at(plan.orders, owned)
            for part in sale.parts
        ],
        "month_tax": _month_record(owned),
        "untargeted": list(found.untargeted),
        "untaxed_sales": list(untaxed_sales(plan.orders, found.portfolio)),
        "unused": [{"place": each.place, "line": each.line} for each in found.targets.unused],
        "open_orders": owned.open_orders,
        "remarks": remark_records(owned.remarks),
    }


def _month_record(owned: Owned) -> dict[str, Any]:
    if owned.month is None:
        code = None if owned.month_refused is None else owned.month_refused.code
        return {"month": f"{owned.on:%Y-%m}", "refused": code}
    return {
        "month": f"{owned.on:%Y-%m}",
        "stock_sales": number_text(owned.month.stock_sales),
        "exemption_left": number_text(owned.exemption_left),
        "losses": {pool: number_text(amount) for pool, amount in losses_of(owned.month).items()},
    }


def losses_of(month: MonthTax) -> dict[str, Decimal]:
    """Losses with which the month began, reais, by pool."""
    return {line.pool.value: line.losses_before for line in month.pools}
