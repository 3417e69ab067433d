"""What is held, for programs."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from fiel.entrypoints.answers.values import number_text, remark_records
from fiel.kernel.rounding import round_half_up

if TYPE_CHECKING:
    from fiel.copilot.taxes.desk import Held, PositionsView


def positions_record(view: PositionsView) -> dict[str, Any]:
    """The positions with average cost, total cost and lots, in reais."""
    return {
        "userId": view.wallet,
        "on": view.on.isoformat(),
        "currency": "BRL",
        "positions": [_held_record(each) for each in view.held],
        "remarks": remark_records(view.remarks),
    }


def _held_record(each: Held) -> dict[str, Any]:
    held = each.holding
    return {
        "asset": held.asset,
        "quantity": _units(held.quantity),
        "averageCost": number_text(held.average_cost),
        "totalCost": cents_text(held.cost),
        "fraction": _units(held.fraction),
        "lots": [
            {"boughtOn": lot.day.isoformat(), "quantity": _units(lot.quantity), "cost": cents_text(lot.cost)}
            for lot in each.lots
        ],
    }


def _units(quantity: Decimal) -> str:
    return f"{quantity.normalize() + 0:f}"


def cents_text(cost: Decimal | None) -> str | None:
    """An amount to the cent, half up; null when it is unknown."""
    return None if cost is None else number_text(round_half_up(cost, 2))
