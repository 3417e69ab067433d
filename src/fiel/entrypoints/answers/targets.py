"""The tree of targets with what there is of each, for programs."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from fiel.entrypoints.answers.values import moment_text, number_text
from fiel.kernel.rounding import round_half_up

if TYPE_CHECKING:
    from fiel.copilot.own_plan.tree import TargetRow, TargetTree
    from fiel.copilot.portfolio import Portfolio


def price_sources(portfolio: Portfolio) -> dict[tuple[str | None, Any], list[str]]:
    """The lines that are held, by source and time of their price."""
    found: dict[tuple[str | None, Any], list[str]] = {}
    for line in portfolio.assets:
        if line.quantity and line.price is not None and not line.ignored:
            found.setdefault((line.source, line.as_of), []).append(line.id)
    return found


def targets_record(tree: TargetTree, portfolio: Portfolio, day: str) -> dict[str, Any]:
    """The whole tree at the prices that there are."""
    return {
        "positionsOn": day,
        "currency": "BRL",
        "whole": cents_text(tree.whole),
        "cash": number_text(portfolio.cash),
        "targets": [_row_record(row) for row in tree.rows],
        "withoutPrice": list(tree.missing),
        "prices": [
            {"source": source, "asOf": moment_text(at), "assets": names}
            for (source, at), names in price_sources(portfolio).items()
        ],
    }


def _row_record(row: TargetRow) -> dict[str, Any]:
    return {
        "id": row.id,
        "label": row.label,
        "asset": row.asset,
        "isCash": row.is_cash,
        "weightPercent": number_text(row.weight),
        "target": number_text(row.target),
        "actual": None if row.actual is None else number_text(round_half_up(row.actual, 6)),
        "value": cents_text(row.value),
    }


def cents_text(amount: Decimal | None) -> str | None:
    """An amount to the cent, half up; null when it is unknown."""
    return None if amount is None else number_text(round_half_up(amount, 2))
