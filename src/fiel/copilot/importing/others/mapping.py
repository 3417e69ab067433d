"""Any table of separated values or workbook, by a mapping that the person writes once, in TOML or JSON.

decimal = ","            # or "."
date = "dd/mm/yyyy"      # mm/dd/yyyy, yyyy-mm-dd, yyyymmdd
currency = "BRL"         # of rows that do not say theirs
institution = "BANCO X"  # of rows that do not say theirs
kind = "buy"             # of all rows, when there is no column of kinds

[columns]                # our field = header of the table
date = "Data"
kind = "Operação"
ticker = "Papel"
quantity = "Qtde"
price = "Preço"

[kinds]                  # word of the table = our kind, or "ignore"
"C" = "buy"
"Transferência" = "ignore"
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from fiel.copilot.importing.bytes_in import Content
from fiel.copilot.importing.codes import whole_lot
from fiel.copilot.importing.columns import Record
from fiel.copilot.importing.headers import Column, Layout, normalised
from fiel.copilot.importing.numbers import NumberStyle
from fiel.copilot.importing.others.collecting import Collected
from fiel.copilot.importing.others.entries import place_entry
from fiel.copilot.importing.others.finding import find_among, records_under
from fiel.copilot.importing.others.json_text import object_in
from fiel.copilot.importing.others.own_json import kind_named
from fiel.copilot.importing.reader import Reader
from fiel.copilot.importing.rows import ReadFile, Row, RowKind
from fiel.copilot.importing.source import Source
from fiel.kernel.errors import InvalidInput

FORMAT = "mapped-table"
IGNORE = "ignore"
FIELDS = (
    "date",
    "kind",
    "ticker",
    "quantity",
    "price",
    "amount",
    "fees",
    "taxes",
    "institution",
    "currency",
    "note",
)
_MEMBERS = frozenset({"decimal", "date", "currency", "institution", "kind", "columns", "kinds"})
_DATES = {
    "dd/mm/yyyy": (re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})"), (3, 2, 1)),
    "mm/dd/yyyy": (re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})"), (3, 1, 2)),
    "yyyy-mm-dd": (re.compile(r"(\d{4})[/.-](\d{1,2})[/.-](\d{1,2})(?:[T ].*)?"), (1, 2, 3)),
    "yyyymmdd": (re.compile(r"(\d{4})(\d{2})(\d{2})"), (1, 2, 3)),
}
_DECIMALS = {",": NumberStyle.COMMA, ".": NumberStyle.POINT}
_TEXT_MAX = 64 * 1024


@dataclass(frozen=True, slots=True)
class TableMapping:
    """`columns`: our field to header; `kinds`: normalised word of the table to our kind or `ignore`."""

    columns: Mapping[str, str]
    kinds: Mapping[str, str]
    decimal: NumberStyle = NumberStyle.COMMA
    date: str = "dd/mm/yyyy"
    currency: str = "BRL"
    institution: str | None = None
    kind: RowKind | None = None
    layout: Layout = field(default=Layout("mapped", ()))


def read_mapping(text: str, name: str) -> TableMapping:
    """The mapping of a TOML or JSON text. Raises `InvalidInput` `mapping_malformed` naming the place."""
    said = _parsed(text, name)
    if others := sorted(said.keys() - _MEMBERS):
        raise _malformed(f"{others[0]!r} is not known; known: {', '.join(sorted(_MEMBERS))}", others[0])
    columns, kinds = _texts(said, "columns"), _texts(said, "kinds")
    if unknown := sorted(columns.keys() - set(FIELDS)):
        raise _malformed(f"{unknown[0]!r} is no field; fields: {', '.join(FIELDS)}", f"columns.{unknown[0]}")
    decimal, shape = str(said.get("decimal", ",")), str(said.get("date", "dd/mm/yyyy"))
    if decimal not in _DECIMALS:
        raise _malformed("decimal must be ',' or '.'", "decimal")
    if shape not in _DATES:
        raise _malformed(f"date must be one of {', '.join(_DATES)}", "date")
    if "date" not in columns or ("kind" not in columns and "kind" not in said):
        raise _malformed("columns must name at least date and kind (or give one kind for all)", "columns")
    for word, kind in kinds.items():
        if kind != IGNORE:
            _kind(kind, f"kinds.{word}")
    return TableMapping(
        columns,
        {normalised(word): kind for word, kind in kinds.items()},
        _DECIMALS[decimal],
        shape,
        str(said.get("currency", "BRL")),
        str(said["institution"]) if "institution" in said else None,
        _kind(str(said["kind"]), "kind") if "kind" in said else None,
        Layout("mapped", tuple(Column(ours, (header,)) for ours, header in columns.items())),
    )


def _parsed(text: str, name: str) -> Mapping[str, Any]:
    if len(text) > _TEXT_MAX:
        raise _malformed(f"a mapping has at most {_TEXT_MAX} signs", name)
    if text.lstrip().startswith("{"):
        return object_in(text, name)
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise _malformed(f"{name} is not valid TOML ({error})", name) from None


def _texts(said: Mapping[str, Any], name: str) -> dict[str, str]:
    members = said.get(name, {})
    if not isinstance(members, dict) or not all(isinstance(value, str) for value in members.values()):
        raise _malformed(f"{name} must be a table of texts", name)
    return {str(key): str(value) for key, value in members.items()}


def _kind(text: str, place: str) -> RowKind:
    try:
        return kind_named(text)
    except InvalidInput as problem:
        raise _malformed(problem.message, place) from None


def _malformed(message: str, place: str) -> InvalidInput:
    return InvalidInput("mapping_malformed", message, field=place)


def mapped_reader(mapping: TableMapping) -> Reader:
    """A reader for the tables of this mapping; it claims what has all its columns."""
    return Reader(
        FORMAT,
        frozenset({Content.DELIMITED, Content.WORKBOOK, Content.JSON}),
        lambda source: any(find_among(sheet, mapping.layout) for sheet in source.sheets),
        lambda source: read_mapped(source, mapping),
        (mapping.layout,),
    )


def read_mapped(source: Source, mapping: TableMapping) -> ReadFile:
    """The rows of the first sheet with all columns of the mapping.

    Raises `InvalidInput` `columns_missing`, naming the headers of the mapping.
    """
    header = next((found for sheet in source.sheets if (found := find_among(sheet, mapping.layout))), None)
    if header is None:
        wanted = ", ".join(mapping.columns.values())
        raise InvalidInput("columns_missing", f"no row has all these headers: {wanted}", field=source.name)
    collected = Collected()
    records = records_under(header, mapping.decimal)
    collected.each(records, lambda record: _place(collected, record, mapping))
    facts = {"columns_not_used": str(header.width - len(header.places))}
    return collected.finished(source, FORMAT, facts)


def _place(collected: Collected, record: Record, mapping: TableMapping) -> None:
    kind = _kind_of(record, mapping)
    row = _row(record, mapping, None if kind == IGNORE else RowKind(kind))
    if kind == IGNORE:
        collected.skip(row, "ignored", "the mapping says to ignore it")
    else:
        place_entry(collected, row)


def _kind_of(record: Record, mapping: TableMapping) -> str:
    word = record.text("kind")
    if word is None and mapping.kind is not None:
        return mapping.kind.value
    if word is None:
        raise InvalidInput("kind_missing", "the kind is missing", field="kind")
    found = mapping.kinds.get(normalised(word))
    if found is None:
        raise InvalidInput(
            "kind_unknown", f"{word[:40]!r} is not among the kinds of the mapping", field="kind"
        )
    return found.lower()


def _row(record: Record, mapping: TableMapping, kind: RowKind | None) -> Row:
    code = (record.text("ticker") or "").upper()
    note = record.text("note")
    return Row(
        row=record.number,
        kind=kind,
        day=_day(record, mapping.date),
        ticker=whole_lot(code) or None,
        raw_ticker=code or None,
        quantity=_positive(record, "quantity"),
        price=_positive(record, "price"),
        amount=_positive(record, "amount"),
        institution=record.text("institution") or mapping.institution,
        currency=record.text("currency") or mapping.currency,
        fees=_positive(record, "fees"),
        taxes=_positive(record, "taxes"),
        extra={"note": note} if note else {},
    )


def _positive(record: Record, name: str) -> Decimal | None:
    """Tables often sign what the kind already says."""
    value = record.amount(name)
    return None if value is None else abs(value)


def _day(record: Record, shape: str) -> date | None:
    cell = record.cell("date")
    if not isinstance(cell, str):
        return record.day("date")
    text = record.text("date")
    if text is None:
        return None
    pattern, (year, month, of_month) = _DATES[shape]
    found = pattern.fullmatch(text)
    try:
        if found:
            return date(int(found[year]), int(found[month]), int(found[of_month]))
    except ValueError:
        pass
    raise InvalidInput("date_malformed", f"{text[:40]!r} is not a day like {shape}", field="date")
