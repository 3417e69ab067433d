"""Many rows at once, in plain tuples, for the few places where a stream is written.

PostgreSQL takes rows as one array per column, SQLite by `executemany`; either is many times cheaper than
a statement per row. Inside `together` PostgreSQL works on a statement while the next one is being
made, so a block costs one wait. (COPY writes as fast as arrays, and must be waited for.) Rows hold what
the database stores: whole numbers and text (instants in microseconds), already checked by their room.
Errors of the drivers come out like those of any other statement.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeAlias

from sqlalchemy import Column, Connection, Table
from sqlalchemy.exc import DBAPIError

from fiel.infra.storage.types import StoredText

Cell: TypeAlias = int | str | None
Row: TypeAlias = tuple[Cell, ...]


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


@contextmanager
def together(connection: Connection) -> Iterator[None]:
    """Statements of this module are sent without waiting for each other; all are done when the block ends.

    An error of one may come out at a later one, or at the end. Other statements have no place inside.
    """
    if connection.dialect.name == "sqlite":
        yield
        return
    with _as_statement(connection, "several statements"), _driver(connection).pipeline():
        yield


def insert(connection: Connection, shape: Shape, rows: Sequence[Row]) -> None:
    """Add rows, in their order. Raises `Conflict` (constraint_broken, by the unit) for a key in use."""
    if not rows:
        return
    statement = _insertion(shape, connection.dialect.name)
    with _as_statement(connection, statement):
        _write(connection, statement, shape, rows)


def update(connection: Connection, shape: Shape, rows: Sequence[Row]) -> None:
    """Change the rows that are found by key; all are there, because the caller has them locked."""
    if not rows:
        return
    statement = _change(shape, connection.dialect.name)
    with _as_statement(connection, statement):
        _write(connection, statement, shape, rows)


def _write(connection: Connection, statement: str, shape: Shape, rows: Sequence[Row]) -> None:
    if connection.dialect.name == "sqlite":
        _driver(connection).executemany(statement, rows).close()
    else:
        # Not closed: that would wait for the answer. Nothing is held by a cursor that was read through.
        _driver(connection).execute(statement, _arrays(shape.types, rows))


@cache
def _insertion(shape: Shape, dialect: str) -> str:
    names = _names(shape)
    if dialect == "sqlite":
        marks = ", ".join("?" * len(shape.columns))
        return f"INSERT INTO {shape.table} ({names}) VALUES ({marks})"  # noqa: S608 (names of our own)
    return f"INSERT INTO {shape.table} ({names}) SELECT * FROM unnest({_array_marks(shape.types)})"  # noqa: S608


@cache
def _change(shape: Shape, dialect: str) -> str:
    changed = [name for name in shape.columns if name not in shape.key]
    if dialect == "sqlite":
        place = {name: f"?{number}" for number, name in enumerate(shape.columns, 1)}
        sets = ", ".join(f'"{name}" = {place[name]}' for name in changed)
        keys = " AND ".join(f'"{name}" = {place[name]}' for name in shape.key)
        return f"UPDATE {shape.table} SET {sets} WHERE {keys}"  # noqa: S608 (names of our own)
    sets = ", ".join(f'"{name}" = given."{name}"' for name in changed)
    keys = " AND ".join(f'held."{name}" = given."{name}"' for name in shape.key)
    return (
        f"UPDATE {shape.table} AS held SET {sets} "  # noqa: S608 (names of our own)
        f"FROM unnest({_array_marks(shape.types)}) AS given ({_names(shape)}) WHERE {keys}"
    )


def _names(shape: Shape) -> str:
    return ", ".join(f'"{name}"' for name in shape.columns)


@dataclass(frozen=True, slots=True)
class Asked:
    """A question that was sent; its rows are waited for when they are wanted."""

    connection: Connection
    statement: str
    cursor: Any

    def rows(self) -> list[tuple[Any, ...]]:
        """All rows, as plain tuples; once."""
        with _as_statement(self.connection, self.statement):
            found: list[tuple[Any, ...]] = self.cursor.fetchall()
            self.cursor.close()
            return found


def ask(connection: Connection, statement: str, given: Sequence[Cell] = ()) -> Asked:
    """Send a question in the driver's own placeholders (`?` or `%s`)."""
    driver = _driver(connection)
    with _as_statement(connection, statement):
        if connection.dialect.name == "sqlite":
            return Asked(connection, statement, driver.execute(statement, given))
        cursor = driver.cursor(binary=True)
        cursor.execute(statement, given)
        return Asked(connection, statement, cursor)


def fetch(connection: Connection, statement: str, given: Sequence[Cell] = ()) -> list[tuple[Any, ...]]:
    """All rows of a statement in the driver's own placeholders (`?` or `%s`), as plain tuples."""
    return ask(connection, statement, given).rows()


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
