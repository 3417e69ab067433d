"""Writing an archive: every row of one snapshot, while others go on writing to the database."""

from __future__ import annotations

import gzip
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO, Any, Protocol

from sqlalchemy import Connection, inspect, text

from fiel.infra.storage import schema
from fiel.infra.storage.archive.form import Header, row_line
from fiel.infra.storage.database import Database
from fiel.kernel.errors import Conflict, InvalidInput

#: Rows fetched at a time: of the largest messages this is as much as a batch of a consumer holds.
_PAGE = 500
_LEVEL = 6
#: Who is signed in is not part of the book: a copy must not open a session again that was closed since.
LEFT_OUT = frozenset({schema.VERSION_TABLE, "access_sessions", "access_attempts"})


class _Out(Protocol):
    def write(self, content: bytes, /) -> object: ...


class _Digest(Protocol):
    def update(self, content: bytes, /) -> None: ...

    def hexdigest(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Written:
    """What was written: tables, rows, bytes of the file, and the hash that its last line has."""

    tables: int
    rows: int
    size: int
    sha256: str


def write_archive(
    database: Database, file: Path, at: datetime, program: str, *, overwrite: bool = False
) -> Written:
    """Copy the whole database, as of one instant, into `file` (mode 600), or leave nothing.

    Raises `Conflict` (file_exists; another version of the schema), `InvalidInput` (file_not_writable),
    `Unavailable`, `Corrupt`.
    """
    schema.require_current(database)
    if file.exists() and not overwrite:
        raise Conflict(
            "file_exists", f"{file} exists already; choose another name, or overwrite it with --force"
        )
    with _whole(file) as raw, gzip.GzipFile("", "wb", _LEVEL, raw, mtime=0) as packed:
        with database.reading() as connection:
            writing = _Writing(packed, hashlib.sha256())
            writing.line(_header(connection, at, program).line())
            for table in _tables(connection):
                writing.table(connection, table)
        written = writing.end()
    return Written(written.tables, written.rows, file.stat().st_size, written.sha256)


def _header(connection: Connection, at: datetime, program: str) -> Header:
    asked = text(f"SELECT version_num FROM {schema.VERSION_TABLE}")  # noqa: S608
    found = connection.execute(asked).scalar_one()
    return Header(found, at, program, connection.dialect.name, sequences(connection))


def _tables(connection: Connection) -> list[str]:
    return sorted(set(inspect(connection).get_table_names()) - LEFT_OUT)


def sequences(connection: Connection) -> dict[str, int]:
    """How far each table's row numbers were given out."""
    if connection.dialect.name == "sqlite":
        known = connection.exec_driver_sql("SELECT 1 FROM sqlite_master WHERE name = 'sqlite_sequence'").all()
        rows = connection.exec_driver_sql("SELECT name, seq FROM sqlite_sequence").all() if known else []
        return {name: seq for name, seq in rows if name not in LEFT_OUT}
    found = {}
    named = sequence_names(connection) | {name: name for name in free_sequences(connection)}
    for table, name in named.items():
        if table not in LEFT_OUT:
            asked = f"SELECT last_value, is_called FROM {name}"  # noqa: S608
            last, called = connection.exec_driver_sql(asked).one()
            found[table] = last if called else 0
    return found


def free_sequences(connection: Connection, home: str | None = None) -> list[str]:
    """PostgreSQL: the sequences that no column owns, named `<table>_<column>` after what they number."""
    asked = text(
        "SELECT c.relname FROM pg_class c WHERE c.relkind = 'S' "
        "AND c.relnamespace = CAST(coalesce(:home, current_schema()) AS regnamespace) AND NOT EXISTS "
        "(SELECT 1 FROM pg_depend d WHERE d.objid = c.oid AND d.deptype IN ('a', 'i')) ORDER BY c.relname"
    )
    return list(connection.execute(asked, {"home": home}).scalars())


def sequence_names(connection: Connection) -> dict[str, str]:
    """PostgreSQL: of each table that numbers its rows, the sequence, as it is written in a statement."""
    rows = connection.exec_driver_sql(
        "SELECT c.relname, pg_get_serial_sequence(quote_ident(c.relname), a.attname) FROM pg_class c "
        "JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped "
        "WHERE c.relkind = 'r' AND c.relnamespace = current_schema()::regnamespace"
    ).all()
    return {table: name for table, name in rows if name is not None}


class _Writing:
    """The lines, counted and hashed as they go out."""

    def __init__(self, out: _Out, digest: _Digest) -> None:
        self._out, self._digest = out, digest
        self._tables = self._rows = 0

    def line(self, content: str) -> None:
        coded = f"{content}\n".encode()
        self._digest.update(coded)
        self._out.write(coded)

    def table(self, connection: Connection, table: str) -> None:
        asked = inspect(connection)
        columns = [column["name"] for column in asked.get_columns(table)]
        keys = asked.get_pk_constraint(table)["constrained_columns"]
        self.line(Begin(table, columns).line())
        names, order = ", ".join(map(_quoted, columns)), ", ".join(map(_quoted, keys))
        statement = f"SELECT {names} FROM {_quoted(table)}"  # noqa: S608
        statement += f" ORDER BY {order}" if order else ""
        streamed = connection.execution_options(yield_per=_PAGE)
        rows = 0
        for row in streamed.execute(text(statement)):
            self.line(row_line(row))
            rows += 1
        self.line(f'{{"end": "{table}", "rows": {rows}}}')
        self._tables += 1
        self._rows += rows

    def end(self) -> Written:
        found = self._digest.hexdigest()
        last = f'{{"whole": true, "tables": {self._tables}, "rows": {self._rows}, "sha256": "{found}"}}\n'
        self._out.write(last.encode())
        return Written(self._tables, self._rows, 0, found)


@dataclass(frozen=True, slots=True)
class Begin:
    """The line before the rows of a table."""

    table: str
    columns: list[str]

    def line(self) -> str:
        """As it is written."""
        names = ", ".join(f'"{name}"' for name in self.columns)
        return f'{{"table": "{self.table}", "columns": [{names}]}}'


def _quoted(name: str) -> str:
    return f'"{name}"'


@contextmanager
def _whole(file: Path) -> Iterator[IO[Any]]:
    """A private file that takes the name when the block ends, and vanishes when it raises."""
    temporary: Path | None = None
    try:
        with NamedTemporaryFile("wb", dir=file.parent, prefix=f".{file.name}.", delete=False) as stream:
            temporary = Path(stream.name)
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(file)
    except OSError as error:
        reason = error.strerror or "it cannot be written"
        raise InvalidInput("file_not_writable", f"{file} cannot be written: {reason}", field="file") from None
    finally:
        if temporary is not None:
            with suppress(OSError):
                temporary.unlink()
