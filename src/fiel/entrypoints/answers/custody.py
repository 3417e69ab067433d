"""An account over a period and at an instant, for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fiel.entrypoints.answers.values import amount_of, moment_text, quantity_text
from fiel.kernel.decimals import plain

if TYPE_CHECKING:
    from datetime import datetime

    from fiel.custody.ledger.checker import Finding
    from fiel.custody.statements import PastAccount, Statement

#: What the answers are counted from, in JSON.
_SOURCE = "journal"


def statement_record(found: Statement, now: datetime) -> dict[str, Any]:
    """A statement: opening, entries, closing."""
    currency = found.key.currency

    def entry(line: Any) -> dict[str, str | None]:
        row = line.transaction
        return {
            "id": row.id,
            "type": row.type.value,
            "orderId": None if row.order_id is None else str(row.order_id),
            "ticker": row.ticker,
            "amount": f"{amount_of(row.amount, currency):f}",
            "balance": f"{amount_of(line.balance, currency):f}",
            "occurredAt": moment_text(row.occurred_at),
            "recordedAt": moment_text(row.recorded_at),
        }

    return {
        "userId": found.key.user_id,
        "currency": currency,
        "axis": found.axis.value,
        "from": moment_text(found.start),
        "to": moment_text(found.end),
        "opening": f"{amount_of(found.opening, currency):f}",
        "entries": [entry(line) for line in found.lines],
        "closing": f"{amount_of(found.closing, currency):f}",
        "source": _SOURCE,
        "asOf": moment_text(now),
    }


def holdings_record(found: PastAccount, now: datetime) -> dict[str, Any]:
    """Balance and positions at an instant."""
    currency = found.key.currency
    return {
        "userId": found.key.user_id,
        "currency": currency,
        "axis": found.axis.value,
        "at": moment_text(found.at),
        "balance": f"{amount_of(found.balance, currency):f}",
        "blockedBalance": f"{amount_of(found.blocked, currency):f}",
        "availableBalance": f"{amount_of(found.available, currency):f}",
        "positions": [
            {
                "ticker": held.ticker,
                "quantity": quantity_text(held.quantity),
                "reservedQuantity": quantity_text(held.reserved),
                "averagePrice": None if held.average_price is None else f"{plain(held.average_price):f}",
            }
            for held in found.holdings
        ],
        "source": _SOURCE,
        "asOf": moment_text(now),
    }


def finding_record(finding: Finding) -> dict[str, str]:
    """A row of the book that does not agree."""
    return {
        "row": finding.row,
        "code": finding.code,
        "expected": str(finding.expected),
        "found": str(finding.found),
    }
