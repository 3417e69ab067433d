"""Records of income as JSON text for the database: exact decimals as text, days in ISO form."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import Any

from fiel.income.values import AccountShare, IncomeKind, IncomeRecord, Standing, State
from fiel.kernel.errors import Corrupt


def record_text(record: IncomeRecord) -> str:
    """The whole record; equal records give equal text."""
    return json.dumps(record_fields(record), ensure_ascii=False, separators=(",", ":"))


def record_fields(record: IncomeRecord) -> dict[str, Any]:
    """Field by field, as JSON can hold it; also what people's programs are given."""
    return {
        "recordId": record.record_id,
        "wallet": record.wallet,
        "eventId": record.event_id,
        "asset": record.asset,
        "kind": record.kind.value,
        "state": record.state.value,
        "quantity": f"{record.quantity:f}",
        "perUnit": f"{record.per_unit:f}",
        "gross": f"{record.gross:f}",
        "withheld": f"{record.withheld:f}",
        "net": f"{record.net:f}",
        "currency": record.currency,
        "comDate": _day_text(record.com_date),
        "paymentDate": _day_text(record.payment_date),
        "deadline": record.deadline,
        "source": record.source,
        "standing": record.standing.value,
        "shares": [
            {
                "account": share.account,
                "quantity": f"{share.quantity:f}",
                "gross": f"{share.gross:f}",
                "withheld": f"{share.withheld:f}",
                "net": f"{share.net:f}",
            }
            for share in record.shares
        ],
        "received": None if record.received is None else f"{record.received:f}",
        "receivedOn": _day_text(record.received_on),
        "receipts": list(record.receipts),
        "withholding": record.withholding,
        "reasons": list(record.reasons),
        "corrections": record.corrections,
    }


def record_of(text: str) -> IncomeRecord:
    """The way back. Raises `Corrupt`."""
    try:
        body = json.loads(text)
        return IncomeRecord(
            body["recordId"],
            body["wallet"],
            body["eventId"],
            body["asset"],
            IncomeKind(body["kind"]),
            State(body["state"]),
            Decimal(body["quantity"]),
            Decimal(body["perUnit"]),
            Decimal(body["gross"]),
            Decimal(body["withheld"]),
            Decimal(body["net"]),
            body["currency"],
            _day(body["comDate"]),
            _day(body["paymentDate"]),
            body["source"],
            Standing(body["standing"]),
            shares=tuple(_share(each) for each in body["shares"]),
            received=None if body["received"] is None else Decimal(body["received"]),
            received_on=_day(body["receivedOn"]),
            receipts=tuple(body["receipts"]),
            withholding=body["withholding"],
            reasons=tuple(body["reasons"]),
            deadline=body["deadline"],
            corrections=body["corrections"],
        )
    except (ValueError, KeyError, TypeError, ArithmeticError) as error:
        raise Corrupt("stored_record", f"a stored record of income cannot be read: {text[:80]}") from error


def _share(body: dict[str, str]) -> AccountShare:
    return AccountShare(
        body["account"],
        Decimal(body["quantity"]),
        Decimal(body["gross"]),
        Decimal(body["withheld"]),
        Decimal(body["net"]),
    )


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def _day_text(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
