"""Many rows at once, in plain tuples, for the few places where a stream is written.

PostgreSQL takes new rows by binary COPY and changed rows as one array per column, SQLite takes both
by `executemany`; either is many times cheaper than a statement per row. Rows hold what the
database stores: whole numbers and text (instants in microseconds), already checked by their room.
Errors of the drivers come out like those of any other statement.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeAlias

from sqlalchemy import Column, Connection, Table
from sqlalchemy.exc import DBAPIError

from fiel.infra.storage.types import StoredText

Cell: TypeAlias = int | str | None
Row: TypeAlias = tuple[Cell, ...]

#: Below this, one INSERT of all rows is cheaper than the round trips of a COPY.
_COPY_FROM = 8


@dataclass(frozen=True, slots=True)
class Shape:
    """Columns of a table in the order in which rows bring them; `key` finds a row to change."""

    table: str
    columns: tuple[str, ...]
    types: tuple[str, ...]
    key: tuple[str, ...]

    @classmethod
    def of(cls, table: Table, columns: Sequence[Column[Any]] | None = None) -> Shape:
        """All columns of the table, or those given (with the key among them when rows are changed)."""
        taken = tuple(columns or table.columns)
        return cls(
            table.name,
            tuple(column.name for column in taken),
            tuple("text" if isinstance(column.type, StoredText) else "int8" for column in taken),
            tuple(column.name for column in table.primary_key.columns),
        )


def insert(connection: Connection, shape: Shape, rows: Sequence[Row]) -> None:
    """Add rows, in their order. Raises `Conflict` (constraint_broken, by the unit) for a key in use."""
    if not rows:
        return
    names = ", ".join(f'"{name}"' for name in shape.columns)
    driver = _driver(connection)
    with _as_statement(connection, f"insert into {shape.table}"):
        if connection.dialect.name == "sqlite":
            marks = ", ".join("?" * len(shape.columns))
            driver.executemany(
                f"INSERT INTO {shape.table} ({names}) VALUES ({marks})",  # noqa: S608 (names of our own)
                rows,
            ).close()
        elif len(rows) < _COPY_FROM:
            marks = ", ".join(f"%s::{kind}" for kind in shape.types)
            values = ", ".join([f"({marks})"] * len(rows))
            statement = f"INSERT INTO {shape.table} ({names}) VALUES {values}"  # noqa: S608
            driver.execute(statement, [cell for row in rows for cell in row]).close()
        else:
            _copy(driver, shape, names, rows)


def _copy(driver: Any, shape: Shape, names: str, rows: Sequence[Row]) -> None:
    statement = f"COPY {shape.table} ({names}) FROM STDIN (FORMAT BINARY)"
    with driver.cursor() as cursor, cursor.copy(statement) as copy:
        copy.set_types(shape.types)
        write = copy.write_row
        for row in rows:
            write(row)


def update(connection: Connection, shape: Shape, rows: Sequence[Row]) -> None:
    """Change the rows that are found by key; all are there, because the caller has them locked."""
    if not rows:
        return
    changed = [name for name in shape.columns if name not in shape.key]
    driver = _driver(connection)
    with _as_statement(connection, f"update {shape.table}"):
        if connection.dialect.name == "sqlite":
            sets = ", ".join(f'"{name}" = ?{shape.columns.index(name) + 1}' for name in changed)
            keys = " AND ".join(f'"{name}" = ?{shape.columns.index(name) + 1}' for name in shape.key)
            driver.executemany(f"UPDATE {shape.table} SET {sets} WHERE {keys}", rows).close()  # noqa: S608
            return
        sets = ", ".join(f'"{name}" = given."{name}"' for name in changed)
        keys = " AND ".join(f'held."{name}" = given."{name}"' for name in shape.key)
        names = ", ".join(f'"{name}"' for name in shape.columns)
        statement = (
            f"UPDATE {shape.table} AS held SET {sets} "  # noqa: S608 (names of our own)
            f"FROM unnest({_array_marks(shape.types)}) AS given ({names}) WHERE {keys}"
        )
        driver.execute(statement, _arrays(shape.types, rows)).close()


def fetch(connection: Connection, statement: str, given: Sequence[Cell] = ()) -> list[tuple[Any, ...]]:
    """All rows of a statement in the driver's own placeholders (`?` or `%s`), as plain tuples."""
    driver = _driver(connection)
    with _as_statement(connection, statement):
        if connection.dialect.name == "sqlite":
            cursor = driver.execute(statement, given)
        else:
            cursor = driver.cursor(binary=True)
            cursor.execute(statement, given)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        cursor.close()
        return rows


def array(kind: str, cells: Iterable[Cell]) -> str:
    """An array for PostgreSQL as its text: several times cheaper than the driver's own way.

    >>> array("text", ["a", 'b"c', None]), array("int8", [1, None])
    ('{"a","b\\\\"c",NULL}', '{1,NULL}')
    """
    if kind == "int8":
        return "{" + ",".join(["NULL" if cell is None else str(cell) for cell in cells]) + "}"
    quoted = [
        "NULL"
        if cell is None
        else f'"{cell}"'
        if "\\" not in (text := str(cell)) and '"' not in text
        else '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
        for cell in cells
    ]
    return "{" + ",".join(quoted) + "}"


def key_list(connection: Connection, kind: str, cells: Iterable[Cell]) -> str:
    """A list to look rows up by, as the one parameter of `in_list`."""
    return json.dumps(list(cells)) if connection.dialect.name == "sqlite" else array(kind, cells)


def in_list(connection: Connection, column: str, kind: str) -> str:
    """The condition that `column` is in the `key_list` given as the parameter."""
    if connection.dialect.name == "sqlite":
        return f"{column} IN (SELECT value FROM json_each(?))"  # noqa: S608 (names of our own)
    return f"{column} = ANY (%s::{kind}[])"


def _arrays(types: Sequence[str], rows: Sequence[Row]) -> list[str]:
    columns = zip(*rows, strict=True)
    return [array(kind, cells) for kind, cells in zip(types, columns, strict=True)]


def _array_marks(types: Sequence[str]) -> str:
    return ", ".join(f"%s::{kind}[]" for kind in types)


def _driver(connection: Connection) -> Any:
    return connection.connection.driver_connection


@contextmanager
def _as_statement(connection: Connection, statement: str) -> Iterator[None]:
    """The driver's errors, in the form that the unit of work translates."""
    base: type[Exception] = connection.dialect.loaded_dbapi.Error
    try:
        yield
    except base as error:
        wrapped = DBAPIError.instance(
            statement,
            None,
            error,
            base,
            hide_parameters=True,
            connection_invalidated=connection.dialect.is_disconnect(error, None, None),  # type: ignore[arg-type]
            dialect=connection.dialect,
        )
        raise wrapped from error
