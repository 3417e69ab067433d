"""The rows of a table that are about somebody, as values with their units: for an export."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, select

from fiel.infra.storage import registry
from fiel.infra.storage.types import MoneyMinor, PriceScaled, QuantityNano, nano_text
from fiel.kernel.errors import InvalidInput

_PAGE = 500


@dataclass(frozen=True, slots=True)
class About:
    """How rows are known to be about somebody: `column` has one of the names, or the row that it names in
    `through` (table, its column) has.
    """

    column: str
    through: tuple[str, str] | None = None


def tables() -> dict[str, Table]:
    """Every table of the program, by name."""
    return {table.name: table for each in registry.catalogues() for table in each.sorted_tables}


def selected(
    connection: Connection, table: str, about: Sequence[About], names: Sequence[str]
) -> Iterator[dict[str, Any]]:
    """The rows, in the order of their key, as plain values: text, whole numbers, `None`.

    Instants are ISO 8601 in UTC, quantities and prices decimal text. Raises `InvalidInput` for a table
    or a column that is not there.
    """
    known = tables()
    asked = _table(known, table)
    first, *others = [_condition(known, asked, each, names) for each in about]
    wanted = first
    for each in others:
        wanted = wanted | each
    statement = select(asked).where(wanted).order_by(*asked.primary_key.columns)
    columns = list(asked.columns)
    for row in connection.execution_options(yield_per=_PAGE).execute(statement):
        yield {column.name: _plain(column.type, value) for column, value in zip(columns, row, strict=True)}


def _condition(
    known: dict[str, Table], table: Table, about: About, names: Sequence[str]
) -> ColumnElement[bool]:
    column = table.columns[about.column]
    if about.through is None:
        return column.in_(names)
    other, place = about.through
    parent = _table(known, other)
    key = next(iter(parent.primary_key.columns))
    return column.in_(select(key).where(parent.columns[place].in_(names)))


def _table(known: dict[str, Table], name: str) -> Table:
    if name not in known:
        raise InvalidInput("table_unknown", f"there is no table {name}")
    return known[name]


def _plain(kind: object, value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if type(value) is int and isinstance(kind, QuantityNano | PriceScaled):
        return nano_text(value)
    if isinstance(value, bytes):
        return value.hex()
    return value


def units(table: str) -> dict[str, str]:
    """The columns of a table that have a unit, with it: minor units of money."""
    columns = _table(tables(), table).columns
    return {each.name: "minor units of the currency" for each in columns if isinstance(each.type, MoneyMinor)}
