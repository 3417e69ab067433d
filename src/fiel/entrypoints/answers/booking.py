"""Files and rows of the book, for programs."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from fiel.custody.accounts import money_of
from fiel.entrypoints.answers.values import quantity_text

if TYPE_CHECKING:
    from fiel.copilot.booking.looking import BookedRow, NamedAccount
    from fiel.copilot.booking.preparing import Checked, Planned, Prepared
    from fiel.copilot.importing.rows import ReadFile


def file_record(read: ReadFile) -> dict[str, object]:
    """The document of a file."""
    from fiel.copilot.importing.record import as_record

    return {"file": read.name, "sha256": read.sha256, **as_record(read)}


def checked_record(checked: Checked, prepared: Prepared, *, is_booked: bool) -> dict[str, Any]:
    """The document of a file, with what the book says of it."""
    compared = checked.compared
    return file_record(checked.file) | {
        "book": {
            "wallet": prepared.wallet,
            "isBooked": is_booked,
            "bookedBefore": None if checked.before is None else checked.before.booked_at.isoformat(),
            "new": [planned_record(each) for each in checked.planned],
            "known": [_place(line.row.row, one.id) for line, one in compared.known],
            "takenBack": [_place(line.row.row, one.id) for line, one in compared.taken_back],
            "replaced": [one.id for one in compared.replaced],
            "gone": [one.id for one in compared.gone],
            "waiting": [
                {"row": each.row.row, "reason": each.reason, "text": each.text} for each in checked.waiting
            ],
            "shortages": [
                {
                    "account": one.user_id,
                    "asset": one.asset,
                    "day": one.day,
                    "missing": quantity_text(one.missing),
                }
                for one in prepared.shortages
            ],
            "accountsOpened": [each.user_id for each in prepared.accounts_opened],
        }
    }


def _place(row: int, known: str) -> dict[str, object]:
    """The document of a file, with what the book says of it."""
    return {"row": row, "id": known}


def planned_record(each: Planned) -> dict[str, Any]:
    """A line that is booked, for programs."""
    line, row = each.line, each.line.row
    return {
        "id": each.id,
        "row": row.row,
        "date": line.day.isoformat(),
        "kind": line.kind.value,
        "asset": line.asset,
        "account": line.user_id,
        "toAccount": line.to_user_id,
        "currency": line.currency,
        "quantity": None if row.quantity is None else f"{row.quantity:f}",
        "price": None if row.price is None else f"{row.price:f}",
        "amount": None if row.amount is None else f"{row.amount:f}",
        "fees": None if row.fees is None else f"{row.fees:f}",
    }


def row_record(row: BookedRow) -> dict[str, Any]:
    """A row that was booked."""
    return {
        "id": row.id,
        "date": row.day.isoformat(),
        "kind": row.kind,
        "asset": row.asset or None,
        "account": row.user_id,
        "said": dict(row.said),
        "entries": list(row.entries),
        "file": row.sha256 or None,
        "row": row.row,
        "bookedAt": row.booked_at.isoformat(),
        "takenBackAt": None if row.reversed_at is None else row.reversed_at.isoformat(),
    }


def balance_of(each: NamedAccount) -> Decimal:
    """Cash of an account."""
    return money_of(each.account.balance, each.account.currency)
