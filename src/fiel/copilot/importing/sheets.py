"""Rows of cells, however a file holds them: separated values, row exports in JSON (.xlsx: `workbook`)."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TypeAlias

from fiel.copilot.importing.limits import Budget, Limits, too_large
from fiel.kernel.errors import InvalidInput

#: Text as it stands, a number or a day that the file itself marks as one, or nothing.
Cell: TypeAlias = str | Decimal | date | None

_SEPARATORS = (";", ",", "\t")
#: Rows looked at to tell the separator.
_SAMPLE = 40
#: Exports that are no table hold an entry and its parts as objects.
_OBJECTS_PER_ROW = 4
_FORMULA = "="


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One row that is not blank; `number` counts from 1, as a spreadsheet shows it."""

    number: int
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table or page of cells; `title` is empty for files that have only one."""

    title: str
    rows: tuple[SheetRow, ...]


def is_blank(cell: Cell) -> bool:
    """Nothing, or only blanks."""
    return cell is None or (isinstance(cell, str) and not cell.strip())


def delimited_sheet(text: str, limits: Limits, name: str) -> Sheet:
    """The rows of separated values; the separator is the one of `,` `;` tab that makes the most columns.

    Raises `InvalidInput`: `file_too_large` over a limit, `formula_in_cell`, `table_malformed`.
    """
    lines = text.count("\n") or text.count("\r")
    if lines > limits.rows_max:
        raise too_large("rows", f"the file has {lines:,}", limits.rows_max, name)
    separator = _separator_of(text)
    rows, budget = [], Budget(limits, name)
    for number, values in enumerate(_records(text, separator, name), start=1):
        _check_row(values, budget, f"{name}:{number}")
        if any(value.strip() for value in values):
            rows.append(SheetRow(number, tuple(values)))
    return Sheet("", tuple(rows))


def _records(text: str, separator: str, name: str) -> Iterator[list[str]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        yield from reader
    except csv.Error as error:
        raise InvalidInput(
            "table_malformed",
            f"line {reader.line_num} is not separated values ({error}): save the table again as CSV",
            field=f"{name}:{reader.line_num}",
        ) from None


def _separator_of(text: str) -> str:
    sample = "\n".join(text[:200_000].splitlines()[:_SAMPLE])

    def columns(separator: str) -> int:
        try:
            return max((len(row) for row in csv.reader(io.StringIO(sample), delimiter=separator)), default=0)
        except csv.Error:
            return 0

    return max(_SEPARATORS, key=columns)


def _check_row(values: Sequence[str], budget: Budget, place: str) -> None:
    budget.take_row()
    budget.take_cells(len(values), place)
    for value in values:
        if len(value) > budget.limits.cell_length_max:
            longest = budget.limits.cell_length_max
            raise too_large("characters in a cell", f"the row has {len(value):,}", longest, place)
        if value.startswith(_FORMULA) and len(value) > 1:
            raise formula_refused(place)


def formula_refused(place: str) -> InvalidInput:
    """A formula is not a value, and is never computed here."""
    return InvalidInput(
        "formula_in_cell",
        "the cell holds a formula, which is not computed: keep only its value, or import the file as is",
        field=place,
    )


def json_sheet(text: str, limits: Limits, name: str) -> Sheet | None:
    """A list of flat objects as a table whose first row is their keys; `None` when the JSON is another thing.

    Numbers are exact. Raises `InvalidInput`: `json_malformed`, `file_too_large`, `formula_in_cell`.
    """
    objects = text.count("{")
    if objects > _OBJECTS_PER_ROW * limits.rows_max:
        raise too_large("objects", f"the file has {objects:,}", _OBJECTS_PER_ROW * limits.rows_max, name)
    if text.count(",") > 2 * limits.cells_max:
        raise too_large("values", "the file has more", 2 * limits.cells_max, name)
    document = _row_list(_parse(text, name))
    if not document:
        return None
    keys: dict[str, None] = {}
    for entry in document:
        keys.update(dict.fromkeys(entry))
    rows, budget = [SheetRow(1, tuple(keys))], Budget(limits, name)
    for number, entry in enumerate(document, start=2):
        cells = tuple(_json_cell(entry.get(key), f"{name}:{number}") for key in keys)
        _check_row([str(cell) for cell in cells if cell is not None], budget, f"{name}:{number}")
        rows.append(SheetRow(number, cells))
    return Sheet("", tuple(rows))


def _parse(text: str, name: str) -> object:
    try:
        return json.loads(text, parse_float=Decimal, parse_int=Decimal)
    except RecursionError:
        raise InvalidInput("json_malformed", "lists or objects are nested too deeply", field=name) from None
    except (ValueError, ArithmeticError) as error:
        raise InvalidInput(
            "json_malformed", f"this is not valid JSON ({error}): export the file again", field=name
        ) from None


def _row_list(document: object) -> list[dict[str, object]]:
    """The document when it is a list of flat objects; else nothing."""
    rows = document if isinstance(document, list) else []
    return rows if all(isinstance(entry, dict) and _is_flat(entry.values()) for entry in rows) else []


def _is_flat(values: Iterable[object]) -> bool:
    return all(value is None or isinstance(value, str | Decimal) for value in values)


def _json_cell(value: object, place: str) -> Cell:
    if isinstance(value, Decimal) and (len(value.as_tuple().digits) > 38 or abs(value.adjusted()) > 30):
        raise InvalidInput("json_malformed", "a number has more digits than any amount", field=place)
    return value if isinstance(value, str | Decimal) else None
