"""Many rows at once, in plain tuples, for the few places where a stream is written.

PostgreSQL takes rows as one array per column, SQLite by `executemany`; either is many times cheaper than
a statement per row. Inside `together` PostgreSQL works on a statement while the next one is being
made, so a block costs one wait. (COPY writes as fast as arrays, and must be waited for.) Rows hold what
the database stores: whole numbers and text (instants in microseconds), already checked by their room.
Errors of the drivers come out like those of any other statement.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
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


class Writes:
    """Rows for several tables, sent together: a few in one statement at the end, many as they come."""

    def __init__(self, connection: Connection, *, few: bool) -> None:
        self._connection = connection
        self._dialect = connection.dialect.name
        self._waits = few and self._dialect != "sqlite"
        self._statements: list[str] = []
        self._given: list[Cell] = []

    def insert(self, shape: Shape, rows: Sequence[Row]) -> None:
        """Add rows, in their order."""
        if rows:
            self._write(_insertion, shape, rows)

    def update(self, shape: Shape, rows: Sequence[Row]) -> None:
        """Change the rows that are found by key; all are there, because the caller has them locked."""
        if rows:
            self._write(_change, shape, rows)

    def _write(self, stated: Callable[[Shape, str, int], str], shape: Shape, rows: Sequence[Row]) -> None:
        statement = stated(shape, self._dialect, len(self._given) + 1)
        if self._waits:
            self._statements.append(statement)
            self._given += _arrays(shape.types, rows)
        elif self._dialect == "sqlite":
            with _as_statement(self._connection, statement):
                _driver(self._connection).executemany(statement, rows).close()
        else:
            self._send(statement, _arrays(shape.types, rows))

    def finish(self) -> None:
        """Send what waits; `writing` does it."""
        if not self._statements:
            return
        *others, last = self._statements
        parts = ", ".join(f"w{number} AS ({each})" for number, each in enumerate(others))
        given, self._given, self._statements = self._given, [], []
        self._send(f"WITH {parts} {last}" if parts else last, given)

    def _send(self, statement: str, given: Sequence[Cell]) -> None:
        with _as_statement(self._connection, statement):
            # Not closed: that would wait for the answer.
            _numbered(_driver(self._connection)).execute(statement, given)


@contextmanager
def writing(connection: Connection, *, few: bool = False) -> Iterator[Writes]:
    """Rows for several tables; all are written when the block ends.

    Raises `Conflict` (constraint_broken, by the unit) for a key in use, at the latest when the block ends.
    """
    writes = Writes(connection, few=few)
    if few:
        yield writes
        writes.finish()
    else:
        with together(connection):
            yield writes


def insert(connection: Connection, shape: Shape, rows: Sequence[Row]) -> None:
    """Add rows, in their order. Raises `Conflict` (constraint_broken, by the unit) for a key in use."""
    Writes(connection, few=False).insert(shape, rows)


#: In a SELECT: until the end of the transaction PostgreSQL finds rows by index, however small their table
#: is now. For transactions that look up many rows by their keys.
BY_INDEX = (
    "set_config('enable_seqscan', 'off', true), set_config('enable_hashjoin', 'off', true), "
    "set_config('enable_mergejoin', 'off', true)"
)
#: The same, and plans are made once: for statements that hold every column of the key they look up by.
#: (A plan for a part of a key, made while the table was small, would read more and more of it.)
BY_INDEX_PLANNED_ONCE = f"{BY_INDEX}, set_config('plan_cache_mode', 'force_generic_plan', true)"


def find_by_index(connection: Connection) -> None:
    """`BY_INDEX`, as a statement of its own."""
    if connection.dialect.name != "sqlite":
        statement = f"SELECT {BY_INDEX}"
        with _as_statement(connection, statement):
            _driver(connection).execute(statement)


@cache
def _insertion(shape: Shape, dialect: str, first: int) -> str:
    names = _names(shape)
    if dialect == "sqlite":
        marks = ", ".join("?" * len(shape.columns))
        return f"INSERT INTO {shape.table} ({names}) VALUES ({marks})"
    return f"INSERT INTO {shape.table} ({names}) SELECT * FROM unnest({_array_marks(shape, first)})"


@cache
def _change(shape: Shape, dialect: str, first: int) -> str:
    changed = [name for name in shape.columns if name not in shape.key]
    if dialect == "sqlite":
        place = {name: f"?{number}" for number, name in enumerate(shape.columns, 1)}
        sets = ", ".join(f'"{name}" = {place[name]}' for name in changed)
        keys = " AND ".join(f'"{name}" = {place[name]}' for name in shape.key)
        return f"UPDATE {shape.table} SET {sets} WHERE {keys}"
    sets = ", ".join(f'"{name}" = given."{name}"' for name in changed)
    keys = " AND ".join(f'held."{name}" = given."{name}"' for name in shape.key)
    return (
        f"UPDATE {shape.table} AS held SET {sets} "
        f"FROM unnest({_array_marks(shape, first)}) AS given ({_names(shape)}) WHERE {keys}"
    )


def _array_marks(shape: Shape, first: int) -> str:
    return ", ".join(f"${number}::{kind}[]" for number, kind in enumerate(shape.types, first))


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
    given = [*cells]
    if not given:
        return "{}"
    if kind == "int8":
        return "{" + ",".join(map(str, given)).replace("None", "NULL") + "}"
    if None not in given:
        plain = '","'.join(map(str, given))
        # Quotes are only those between cells: nothing has to be escaped.
        if "\\" not in plain and plain.count('"') == 2 * (len(given) - 1):
            return '{"' + plain + '"}'
    return "{" + ",".join(["NULL" if cell is None else _quoted(str(cell)) for cell in given]) + "}"


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def key_list(connection: Connection, kind: str, cells: Iterable[Cell]) -> str:
    """A list to look rows up by, as the one parameter of `in_list`."""
    return json.dumps(list(cells)) if connection.dialect.name == "sqlite" else array(kind, cells)


def in_list(connection: Connection, column: str, kind: str) -> str:
    """The condition that `column` is in the `key_list` given as the parameter."""
    if connection.dialect.name == "sqlite":
        return f"{column} IN (SELECT value FROM json_each(?))"
    return f"{column} = ANY (%s::{kind}[])"


def _arrays(types: Sequence[str], rows: Sequence[Row]) -> list[str]:
    columns = zip(*rows, strict=True)
    return [array(kind, cells) for kind, cells in zip(types, columns, strict=True)]


def _driver(connection: Connection) -> Any:
    return connection.connection.driver_connection


def _numbered(driver: Any) -> Any:
    """A cursor for statements with PostgreSQL's own placeholders: nothing to translate each time."""
    from psycopg import RawCursor  # the driver is an extra

    return RawCursor(driver)


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
            connection_invalidated=_is_disconnect(connection, error),
            dialect=connection.dialect,
        )
        raise wrapped from error


def _is_disconnect(connection: Connection, error: Any) -> bool:
    return connection.dialect.is_disconnect(error, None, None)
