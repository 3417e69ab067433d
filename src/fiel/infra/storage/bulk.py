"""Many rows at once, in plain tuples, for the few places where a stream is written.

PostgreSQL takes rows column by column (see `arrays`), SQLite by `executemany`; either is many times cheaper
than a statement per row. Inside `together` PostgreSQL works on a statement while the next one is being
made, so a block costs one wait. (COPY writes as fast as arrays, and must be waited for.) Rows hold what
the database stores: whole numbers and text (instants in microseconds), already checked by their room.
Errors of the drivers come out like those of any other statement.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, TypeAlias

from sqlalchemy import Column, Connection, Table
from sqlalchemy.exc import DBAPIError

from fiel.infra import tracing
from fiel.infra.storage import arrays
from fiel.infra.storage.arrays import Cell, array
from fiel.infra.storage.types import StoredText

Row: TypeAlias = tuple[Cell, ...]
#: Of each column of a statement: how it is read, and whether it is an array.
_Forms: TypeAlias = tuple[tuple[str, bool], ...]
_STATEMENTS_KEPT = 1024


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


def take_off(connection: Connection, flight: ExitStack) -> None:
    """Enter `together` until the flight ends (see `UnitOfWork`), unless that was done already."""
    if connection.dialect.name != "sqlite" and not _driver(connection).pgconn.pipeline_status:
        flight.enter_context(together(connection))


class Writes:
    """Rows for several tables, sent together: a few in one statement at the end, many as they come."""

    def __init__(self, connection: Connection, *, few: bool) -> None:
        self._connection = connection
        self._dialect = connection.dialect.name
        self._waits = few and self._dialect != "sqlite"
        self._statements: list[str] = []
        self._given: list[Cell | arrays.Int8Array] = []

    def insert(self, shape: Shape, rows: Sequence[Row]) -> None:
        """Add rows, in their order."""
        if rows:
            self._write(_INSERTION[self._dialect], shape, rows)

    def update(self, shape: Shape, rows: Sequence[Row]) -> None:
        """Change the rows that are found by key; all are there, because the caller has them locked."""
        if rows:
            self._write(_CHANGE[self._dialect], shape, rows)

    def _write(self, stated: Callable[..., str], shape: Shape, rows: Sequence[Row]) -> None:
        if self._dialect == "sqlite":
            statement = stated(shape)
            with _as_statement(self._connection, statement):
                _driver(self._connection).executemany(statement, rows).close()
            return
        # Of few statements there must be few kinds, so that they stay prepared: whether there is one row.
        columns = _columns(shape, rows, once=not self._waits or len(rows) == 1)
        forms = tuple([(column.read_as, column.is_array) for column in columns])
        statement = stated(shape, forms, len(self._given) + 1)
        given = [column.given for column in columns]
        if self._waits:
            self._statements.append(statement)
            self._given += given
        else:
            self._send(statement, given)

    def finish(self) -> None:
        """Send what waits; `writing` does it."""
        if not self._statements:
            return
        *others, last = self._statements
        parts = ", ".join(f"w{number} AS ({each})" for number, each in enumerate(others))
        given, self._given, self._statements = self._given, [], []
        self._send(f"WITH {parts} {last}" if parts else last, given)

    def _send(self, statement: str, given: Sequence[Cell | arrays.Int8Array]) -> None:
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
_PLANNED_ONCE = "set_config('plan_cache_mode', 'force_generic_plan', true)"
BY_INDEX_PLANNED_ONCE = f"{BY_INDEX}, {_PLANNED_ONCE}"


def find_by_index(connection: Connection) -> None:
    """`BY_INDEX`, as a statement of its own."""
    _configure(connection, f"SELECT {BY_INDEX}")


def plan_once(connection: Connection) -> None:
    """From here on in the transaction plans are made once; see `BY_INDEX_PLANNED_ONCE`."""
    _configure(connection, f"SELECT {_PLANNED_ONCE}")


def _configure(connection: Connection, statement: str) -> None:
    if connection.dialect.name != "sqlite":
        with _as_statement(connection, statement):
            _driver(connection).execute(statement)


@cache
def _sqlite_insertion(shape: Shape) -> str:
    marks = ", ".join("?" * len(shape.columns))
    return f"INSERT INTO {shape.table} ({_names(shape)}) VALUES ({marks})"


@cache
def _sqlite_change(shape: Shape) -> str:
    place = {name: f"?{number}" for number, name in enumerate(shape.columns, 1)}
    sets = ", ".join(f'"{name}" = {place[name]}' for name in shape.columns if name not in shape.key)
    keys = " AND ".join(f'"{name}" = {place[name]}' for name in shape.key)
    return f"UPDATE {shape.table} SET {sets} WHERE {keys}"


@lru_cache(_STATEMENTS_KEPT)
def _insertion(shape: Shape, forms: _Forms, first: int) -> str:
    cells, source = _given(shape, forms, first)
    return f"INSERT INTO {shape.table} ({_names(shape)}) SELECT {', '.join(cells)}{source}"


@lru_cache(_STATEMENTS_KEPT)
def _change(shape: Shape, forms: _Forms, first: int) -> str:
    cells, source = _given(shape, forms, first)
    named = [*zip(shape.columns, cells, strict=True)]
    sets = ", ".join(f'"{name}" = {cell}' for name, cell in named if name not in shape.key)
    keys = " AND ".join(f'held."{name}" = {cell}' for name, cell in named if name in shape.key)
    return f"UPDATE {shape.table} AS held SET {sets}{source} WHERE {keys}"


_INSERTION: dict[str, Callable[..., str]] = {"sqlite": _sqlite_insertion, "postgresql": _insertion}
_CHANGE: dict[str, Callable[..., str]] = {"sqlite": _sqlite_change, "postgresql": _change}


def _given(shape: Shape, forms: _Forms, first: int) -> tuple[list[str], str]:
    """The cells of a row as SQL, and the FROM that brings those that differ from row to row."""
    cells, names, read = [], [], []
    for number, (name, (read_as, is_array)) in enumerate(zip(shape.columns, forms, strict=True), first):
        value = read_as.format(place=f"${number}")
        if is_array:
            names.append(f'"{name}"')
            read.append(value)
            value = f'given."{name}"'
        cells.append(value)
    if not names:
        return cells, ""
    return cells, f" FROM unnest({', '.join(read)}) AS given ({', '.join(names)})"


def _columns(shape: Shape, rows: Sequence[Row], *, once: bool) -> list[arrays.Column]:
    cells = zip(*rows, strict=True)
    columns = [arrays.column(kind, each, once=once) for kind, each in zip(shape.types, cells, strict=True)]
    if len(rows) > 1 and not any(column.is_array for column in columns):
        # Rows that are all the same: something must still say how many.
        kind, same = shape.types[0], [row[0] for row in rows]
        columns[0] = arrays.Column(array(kind, same), f"{{place}}::{kind}[]", is_array=True)
    return columns


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


def key_list(connection: Connection, kind: str, cells: Iterable[Cell]) -> str:
    """A list to look rows up by, as the one parameter of `in_list`."""
    return json.dumps(list(cells)) if connection.dialect.name == "sqlite" else array(kind, cells)


def in_list(connection: Connection, column: str, kind: str) -> str:
    """The condition that `column` is in the `key_list` given as the parameter."""
    if connection.dialect.name == "sqlite":
        return f"{column} IN (SELECT value FROM json_each(?))"
    return f"{column} = ANY (%s::{kind}[])"


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
        if tracing.is_on():
            with tracing.span("SQL bulk", kind="client", **{"db.statement": _shortened(statement)}):
                yield
        else:
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


def _shortened(statement: str) -> str:
    return statement[: tracing.STATEMENT_MAX]


def _is_disconnect(connection: Connection, error: Any) -> bool:
    return connection.dialect.is_disconnect(error, None, None)
