"""A file that was read, as one plain document: the members and number texts of reports and tests."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from fiel.copilot.importing.notes.record import note_record
from fiel.copilot.importing.rows import ReadFile, Reasoned, Row
from fiel.kernel.rounding import Rounding, round_to

#: The layout of brokerage notes, whose document has members of its own.
NOTE = "note-pdf"
_WHOLE = frozenset({"row", "n", "price_from_row", "counterpart_row"})


def as_record(read: ReadFile) -> dict[str, object]:
    """The document of a file: `format`, `booked`, `not_booked`, `review`, `unknown`, its tables and facts.

    Numbers are decimal text with the digits of the file; amounts with more than cents are rounded to cents,
    half to even. Days are ISO. What a row does not say is left out.
    """
    record: dict[str, object] = {
        "format": read.layout,
        "booked": [_row(row) for row in read.booked],
        "not_booked": [_reasoned(row) for row in read.not_booked],
        "review": [_reasoned(row) for row in read.review],
        "unknown": [_reasoned(row) for row in read.unknown],
        "positions": [_plain(entry) for entry in read.positions],
        "provisioned": [_plain(entry) for entry in read.provisioned],
        "aggregated_trades": [_plain(entry) for entry in read.aggregated],
        "yearly_income": [_plain(entry) for entry in read.income_sums],
    }
    record |= {name: value for name, value in read.facts.items() if name not in record}
    return note_record(record) if read.layout == NOTE else record


def _reasoned(reasoned: Reasoned) -> dict[str, object]:
    accept = {"accept": reasoned.accept} if reasoned.accept else {}
    return {"reason": reasoned.text or reasoned.reason, **accept, **_row(reasoned.row)}


def _row(row: Row) -> dict[str, object]:
    said = {
        "date": row.day.isoformat() if row.day else None,
        "kind": row.kind.value if row.kind else None,
        "ticker": row.ticker,
        "raw_ticker": row.raw_ticker,
        "quantity": _number(row.quantity),
        "price": _number(row.price),
        "amount": _number(_cents(row.amount)),
        "institution": row.institution,
        "currency": row.currency,
        "fees": _number(row.fees),
        "taxes": _number(row.taxes),
    }
    extra = _plain(row.extra, _WHOLE | {"index"})
    return {"row": row.row, **extra, **{name: v for name, v in said.items() if v is not None}}


def _number(value: Decimal | None) -> str | None:
    return None if value is None else f"{value:f}"


def _cents(value: Decimal | None) -> Decimal | None:
    exponent = value.as_tuple().exponent if value is not None else 0
    if value is None or not isinstance(exponent, int) or exponent >= -2:
        return value
    return round_to(value, 2, Rounding.HALF_EVEN)


def _plain(entry: Mapping[str, str], whole: frozenset[str] = _WHOLE) -> dict[str, object]:
    return {name: int(value) if name in whole else value for name, value in entry.items()}
