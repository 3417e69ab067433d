"""Our own document of entries: what a person or a script can write by hand.

    {"format": "fiel-entries", "version": 1,
     "entries": [{"kind": "buy", "date": "2025-01-10", "ticker": "PETR4", "quantity": "100", "price": "37.20",
                  "fees": "1.15", "institution": "CLEAR", "currency": "BRL", "note": "first"}]}

Numbers are decimal texts or JSON numbers, read exactly. Members: `kind` (of `RowKind`), `date` (ISO),
`ticker`, `quantity`, `price`, `amount`, `fees`, `taxes`, `institution`, `currency`, `note`; no other.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from fiel.copilot.importing.bytes_in import Content
from fiel.copilot.importing.codes import whole_lot
from fiel.copilot.importing.limits import too_large
from fiel.copilot.importing.numbers import NumberStyle, number_in
from fiel.copilot.importing.others.collecting import Collected
from fiel.copilot.importing.others.entries import place_entry
from fiel.copilot.importing.others.json_text import document_of
from fiel.copilot.importing.reader import Reader
from fiel.copilot.importing.rows import ReadFile, Row, RowKind
from fiel.copilot.importing.source import Source
from fiel.kernel.errors import InvalidInput

FORMAT = "fiel-entries"
_NUMBERS = ("quantity", "price", "amount", "fees", "taxes")
_TEXTS = ("kind", "date", "ticker", "institution", "currency", "note")
_TEXT_MAX = 500


def claims(source: Source) -> bool:
    """Whether it names this format near its beginning."""
    return f'"{FORMAT}"' in source.text[:4_096]


def read(source: Source) -> ReadFile:
    """The entries, numbered from 1. Raises `InvalidInput`: `json_malformed`, `document_malformed`."""
    document = document_of(source)
    entries = document.get("entries")
    if document.get("format") != FORMAT or document.get("version") != Decimal(1):
        raise InvalidInput("document_malformed", f"format must be {FORMAT}, version 1", field="version")
    if not isinstance(entries, list):
        raise InvalidInput("document_malformed", "entries must be a list", field="entries")
    if len(entries) > source.limits.rows_max:
        raise too_large("entries", f"the file has {len(entries):,}", source.limits.rows_max, source.name)
    collected = Collected()
    for number, entry in enumerate(entries, start=1):
        try:
            place_entry(collected, _row(number, entry))
        except InvalidInput as problem:
            collected.wonder(Row(number), problem.code, str(problem), str(entry))
    return collected.finished(source, FORMAT)


def _row(number: int, entry: Any) -> Row:
    if not isinstance(entry, dict):
        raise InvalidInput("entry_malformed", "an entry must be an object")
    if others := sorted(entry.keys() - {*_NUMBERS, *_TEXTS}):
        raise InvalidInput(
            "member_unknown", f"{others[0][:40]!r} is no member of an entry", field=others[0][:40]
        )
    said = {name: _text(entry, name) for name in _TEXTS}
    figures = {name: _number(entry, name) for name in _NUMBERS}
    return Row(
        row=number,
        kind=kind_named(said["kind"]),
        day=_day(said["date"]),
        ticker=whole_lot(said["ticker"].upper()) or None,
        raw_ticker=said["ticker"] or None,
        quantity=figures["quantity"],
        price=figures["price"],
        amount=figures["amount"],
        institution=said["institution"] or None,
        currency=said["currency"].upper() or "BRL",
        fees=figures["fees"],
        taxes=figures["taxes"],
        extra={"note": said["note"]} if said["note"] else {},
    )


def kind_named(text: str) -> RowKind:
    """The kind of that name. Raises `InvalidInput` `kind_unknown` with the names there are."""
    try:
        return RowKind(text.lower())
    except ValueError:
        names = ", ".join(kind.value for kind in RowKind)
        raise InvalidInput("kind_unknown", f"{text[:40]!r} is none of {names}", field="kind") from None


def _text(entry: Mapping[str, Any], name: str) -> str:
    value = entry.get(name)
    if value is None:
        return ""
    if not isinstance(value, str) or len(value) > _TEXT_MAX:
        raise InvalidInput(
            "text_malformed", f"{name} must be a text of at most {_TEXT_MAX} signs", field=name
        )
    return value.strip()


def _number(entry: Mapping[str, Any], name: str) -> Decimal | None:
    value = entry.get(name)
    if value is None or isinstance(value, Decimal):
        return _within(value, name)
    if not isinstance(value, str):
        raise InvalidInput("number_malformed", f"{name} must be a number or its text", field=name)
    return number_in(value.strip(), NumberStyle.POINT)


def _within(value: Decimal | None, name: str) -> Decimal | None:
    if value is not None and abs(value.adjusted()) > 18:
        raise InvalidInput("number_malformed", f"{name} is beyond what is read", field=name)
    return value


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InvalidInput(
            "date_malformed", f"{text[:40]!r} is not a day like 2025-01-31", field="date"
        ) from None


READERS = (Reader(FORMAT, frozenset({Content.JSON}), claims, read),)
