"""Filling a database from an archive: beside the place first, proved there, and then put there in one step.

Whatever stops it (a damaged archive, a proof that fails, a kill), the place is as it was before.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, inspect, text

from fiel.infra.storage import schema
from fiel.infra.storage.archive.form import Header, Row
from fiel.infra.storage.archive.places import place_of
from fiel.infra.storage.archive.reading import Content, End, pieces, verified
from fiel.infra.storage.archive.writing import LEFT_OUT, Begin, free_sequences, sequence_names
from fiel.infra.storage.database import Database
from fiel.kernel.errors import Conflict, Corrupt

_AT_ONCE = 1_000
#: Bytes of rows that are handed over together, about: rows of messages are large.
_BYTES_AT_ONCE = 8 * 1024 * 1024

#: Proves a filled database; raises when it is not to be trusted.
Prove = Callable[[Database], None]


@dataclass(frozen=True, slots=True)
class Restored:
    """What was put there. `kept`: where that which stood there before is now, if there was anything."""

    header: Header
    tables: int
    rows: int
    schema: str
    kept: str | None


def restore(file: Path, url: str, at: datetime, prove: Prove, *, overwrite: bool = False) -> Restored:
    """Fill the database of `url`; one that is not empty only with `overwrite`: what it had is kept.

    The archive may be of an older version of the schema: its rows are brought up. Raises `NotFound`,
    `InvalidInput`, `Conflict` (database_not_empty, backup_newer), `Corrupt` (backup_*), what `prove`
    raises, and `Unavailable`.
    """
    # Read whole before anything is made: a damaged one is refused by what is wrong with it.
    header = verified(file).header
    place = place_of(url, at)
    place.require_free(overwrite=overwrite)
    with place.beside() as database:
        _require_known(database, header, file)
        schema.upgrade(database, header.schema)
        content = _fill(database, file)
        version = schema.upgrade(database)
        _prove_counts(database, content, header, version.wanted)
        schema.check(database)
        prove(database)
        kept = place.put(overwrite=overwrite)
    return Restored(header, len(content.rows), sum(content.rows.values()), version.wanted, kept)


def _require_known(database: Database, header: Header, file: Path) -> None:
    version = schema.version_of(database)
    if header.schema not in schema.known_versions():
        raise Conflict(
            "backup_newer",
            f"{file} is of schema {header.schema}, and this program knows up to {version.wanted}; "
            f"install the "
            "Fiel that wrote it, or a newer one",
            details={"found": header.schema, "wanted": version.wanted},
        )


def _fill(database: Database, file: Path) -> Content:
    """Every row, in one transaction."""
    with database.unit_of_work() as unit:
        filling = _Filling(unit.connection)
        for piece in pieces(file):
            match piece:
                case tuple():
                    filling.row(piece)
                case Begin():
                    filling.begin(piece)
                case End():
                    filling.flush()
                case Content():
                    filling.count_on(piece.header)
                    return piece
    raise AssertionError("unreachable: reading ends with the content, or raises")


class _Filling:
    """Rows into the tables, some at a time."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._tables = set(inspect(connection).get_table_names()) - LEFT_OUT
        self._columns: list[str] = []
        self._statement = ""
        self._rows: list[Row] = []
        self._bytes = 0

    def begin(self, begun: Begin) -> None:
        """The rows of a table follow. Raises `Corrupt` for one that its version of the schema has not."""
        if begun.table not in self._tables:
            raise _foreign(f"a table {begun.table}")
        known = {column["name"] for column in inspect(self._connection).get_columns(begun.table)}
        if set(begun.columns) != known:
            raise _foreign(f"other columns in {begun.table}")
        self._columns = begun.columns
        names = ", ".join(f'"{name}"' for name in begun.columns)
        places = ", ".join(f":c{number}" for number in range(len(begun.columns)))
        self._statement = f'INSERT INTO "{begun.table}" ({names}) VALUES ({places})'  # noqa: S608

    def row(self, row: Row) -> None:
        """One row of the table."""
        self._rows.append(row)
        self._bytes += sum(len(cell) for cell in row if isinstance(cell, str | bytes))
        if len(self._rows) >= _AT_ONCE or self._bytes >= _BYTES_AT_ONCE:
            self.flush()

    def flush(self) -> None:
        """Hand over what was gathered."""
        if self._rows:
            given = [{f"c{place}": cell for place, cell in enumerate(row)} for row in self._rows]
            self._connection.execute(text(self._statement), given)
        self._rows, self._bytes = [], 0

    def count_on(self, header: Header) -> None:
        """New rows are numbered from where the numbers were given out to, even if the last are gone."""
        if self._connection.dialect.name == "sqlite":
            self._count_on_in_file(header)
            return
        for table, name in sequence_names(self._connection).items():
            if (last := header.sequences.get(table, 0)) > 0:
                self._connection.execute(text("SELECT setval(:name, :last)"), {"name": name, "last": last})
        for name in free_sequences(self._connection):
            last = max(header.sequences.get(name, 0), self._highest(name))
            if last > 0:
                self._connection.execute(text("SELECT setval(:name, :last)"), {"name": name, "last": last})

    def _highest(self, sequence: str) -> int:
        """The largest number that a sequence of nobody gave out, by the column that it is named after."""
        for table in self._tables:
            columns = {column["name"] for column in inspect(self._connection).get_columns(table)}
            column = sequence.removeprefix(f"{table}_")
            if column != sequence and column in columns:
                asked = text(f'SELECT coalesce(max("{column}"), 0) FROM "{table}"')  # noqa: S608
                return int(self._connection.execute(asked).scalar_one())
        raise Corrupt("sequence_unknown", f"nothing is known to be numbered by the sequence {sequence}")

    def _count_on_in_file(self, header: Header) -> None:
        known = {name for (name,) in self._connection.exec_driver_sql("SELECT name FROM sqlite_sequence")}
        for table, last in header.sequences.items():
            if table not in self._tables or not last:
                continue
            change = "UPDATE sqlite_sequence SET seq = max(seq, :last) WHERE name = :table"
            new = "INSERT INTO sqlite_sequence (name, seq) VALUES (:table, :last)"
            stated = text(change if table in known else new)
            self._connection.execute(stated, {"table": table, "last": last})


def _foreign(what: str) -> Corrupt:
    return Corrupt(
        "backup_damaged", f"the archive has {what}, which its version of the schema has not", field="file"
    )


def _prove_counts(database: Database, content: Content, header: Header, version: str) -> None:
    """The rows are all there. Only for an archive of this version: a migration may add and remove some."""
    if header.schema != version:
        return
    with database.reading() as connection:
        for table, rows in content.rows.items():
            found = connection.execute(text(f'SELECT count(*) FROM "{table}"')).scalar_one()  # noqa: S608
            if found != rows:
                raise Corrupt("restore_incomplete", f"{table} has {found} rows of {rows}", field="file")
