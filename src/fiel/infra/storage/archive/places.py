"""Where a database is put: a file that takes a name, or a schema whose tables take the place of others."""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from sqlalchemy import URL, Connection, text

from fiel.infra.storage import append_only, engines, schema, urls
from fiel.infra.storage.archive.writing import free_sequences
from fiel.infra.storage.database import Database, named_errors
from fiel.infra.storage.schema import SchemaState
from fiel.kernel.errors import Conflict, InvalidInput, Unavailable

_STAGING, _FORMER = "fiel_restoring", "before_restore_"
#: Year to second.
_STAMP_LENGTH = 14
#: One restore into a PostgreSQL database at a time; any number.
_LOCK = 7_263_519_841


class Place(Protocol):
    """Where an archive is to be restored."""

    def require_free(self, *, overwrite: bool) -> None:
        """Raises `Conflict` (database_not_empty) unless nothing stands there, or it may be replaced.

        One former database is kept, no more: while there is one, none is replaced (former_kept).
        """

    def beside(self) -> contextlib.AbstractContextManager[Database]:
        """Inside the block: an empty database that nobody sees; what was not put is gone at its end."""

    def put(self, *, overwrite: bool) -> str | None:
        """In one step, that which was filled stands there. Gives back where the former is kept, if any."""

    def kept(self) -> list[str]:
        """Where former databases are kept that were replaced here; by their names, the oldest first."""

    def drop_kept(self) -> list[str]:
        """They are gone for good; gives back where they were."""


def place_of(url: str, at: datetime) -> Place:
    """The place of a URL; `at` names what is kept. Raises `InvalidInput` for a database in memory, which
    would be gone at once."""
    parsed = urls.database_url(url)
    stamp = f"{at:%Y%m%d%H%M%S}"
    if parsed.get_backend_name() != "sqlite":
        return _Server(parsed, stamp)
    if engines.in_memory(parsed):
        raise InvalidInput("database_in_memory", "restore into a file or a server", field="database")
    return _File(Path(str(parsed.database)), stamp)


def _occupied(where: str) -> Conflict:
    return Conflict(
        "database_not_empty",
        f"{where} is not empty; name another database, or replace it with --force (what is there is kept)",
        field="database",
        details={"database": where},
    )


def _former_kept(where: str, kept: list[str]) -> Conflict:
    return Conflict(
        "former_kept",
        f"what an earlier restore replaced is still kept in {', '.join(kept)}; drop it with "
        "`fiel db kept --drop`, or move it away, then restore again",
        field="database",
        details={"database": where, "kept": ", ".join(kept)},
    )


def _in_use(where: str) -> Unavailable:
    return Unavailable(
        "database_in_use",
        f"{where} is open somewhere; stop `fiel serve` and every worker, then restore again",
        field="database",
    )


@dataclass(slots=True)
class _File:
    file: Path
    stamp: str
    staged: Path | None = None
    database: Database | None = None

    def require_free(self, *, overwrite: bool) -> None:
        if not self.file.exists():
            return
        if overwrite:
            if self.file.stat().st_size and (kept := self.kept()):
                raise _former_kept(str(self.file), kept)
            return
        database = Database.at(urls.embedded_url(self.file))
        try:
            if schema.version_of(database).state is not SchemaState.EMPTY:
                raise _occupied(database.shown)
        finally:
            database.close()

    @contextmanager
    def beside(self) -> Iterator[Database]:
        self.staged = self.file.with_name(f".{self.file.name}.restoring-{secrets.token_hex(4)}")
        self.database = Database.at(urls.embedded_url(self.staged))
        try:
            # Private before anything stands in it.
            os.close(os.open(self.staged, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
            yield self.database
        finally:
            self.database.close()
            for end in ("", "-wal", "-shm", "-journal"):
                Path(f"{self.staged}{end}").unlink(missing_ok=True)

    def put(self, *, overwrite: bool) -> str | None:
        if self.staged is None or self.database is None:
            raise AssertionError("put is called inside beside")
        self.database.close()
        _one_file(self.staged)
        kept = self._set_aside(overwrite=overwrite)
        with self.staged.open("rb+") as stream:
            os.fsync(stream.fileno())
        self.staged.replace(self.file)
        _sync_folder(self.file.parent)
        return kept

    @property
    def _former(self) -> str:
        return f"{self.file.name}.before-restore-"

    def kept(self) -> list[str]:
        return [str(each) for each in self._kept()]

    def drop_kept(self) -> list[str]:
        found = self._kept()
        for each in found:
            each.unlink(missing_ok=True)
        return [str(each) for each in found]

    def _kept(self) -> list[Path]:
        if not self.file.parent.is_dir():
            return []
        there = self.file.parent.iterdir()
        return sorted(each for each in there if _is_stamped(each.name, self._former))

    def _set_aside(self, *, overwrite: bool) -> str | None:
        """The former file gets another name as well, so that at no moment there is none."""
        if not self.file.exists():
            return None
        self.require_free(overwrite=overwrite)
        _one_file(self.file)
        former = self.file.with_name(f"{self._former}{self.stamp}")
        if self.file.stat().st_size == 0:
            return None
        os.link(self.file, former)
        return str(former)


def _is_stamped(name: str, start: str) -> bool:
    """Named by us: nothing else is ever counted, or dropped."""
    stamp = name.removeprefix(start)
    return name.startswith(start) and len(stamp) == _STAMP_LENGTH and stamp.isascii() and stamp.isdigit()


def _one_file(file: Path) -> None:
    """Carry the log over and end it: only possible, and only safe, while nobody else has the file open."""
    database = Database.at(urls.embedded_url(file))
    try:
        with named_errors(), database.engine.connect() as connection:
            raw = connection.connection.driver_connection
            if raw is None:
                raise _in_use(str(file))
            (mode,) = raw.execute("PRAGMA journal_mode=DELETE").fetchone()
    except Unavailable as error:
        raise _in_use(str(file)) from error
    except Exception as error:
        if "locked" in str(error):
            raise _in_use(str(file)) from error
        raise
    finally:
        database.close()
    if mode != "delete":
        raise _in_use(str(file))


def _sync_folder(folder: Path) -> None:
    """The new name outlives a power cut too."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


@dataclass(slots=True)
class _Server:
    url: URL
    stamp: str

    def require_free(self, *, overwrite: bool) -> None:
        database = self._there()
        try:
            if not overwrite and schema.version_of(database).state is not SchemaState.EMPTY:
                raise _occupied(database.shown)
            with database.reading() as connection:
                if overwrite and _tables(connection, _home(connection)) and (kept := _schemas(connection)):
                    raise _former_kept(database.shown, [f"schema {each}" for each in kept])
        finally:
            database.close()

    def kept(self) -> list[str]:
        there = self._there()
        try:
            with there.reading() as connection:
                return [f"schema {each}" for each in _schemas(connection)]
        finally:
            there.close()

    def drop_kept(self) -> list[str]:
        there = self._there()
        try:
            with there.unit_of_work() as unit:
                found = _schemas(unit.connection)
                for each in found:
                    unit.connection.exec_driver_sql(f'DROP SCHEMA "{each}" CASCADE')
            return [f"schema {each}" for each in found]
        finally:
            there.close()

    def _there(self) -> Database:
        return Database.at(self.url.render_as_string(hide_password=False))

    def _staging(self) -> URL:
        asked = self.url.query.get("options")
        options = f"{asked} " if isinstance(asked, str) else ""
        return self.url.update_query_dict({"options": f"{options}-c search_path={_STAGING}"})

    @contextmanager
    def beside(self) -> Iterator[Database]:
        there = self._there()
        staged = Database.at(self._staging().render_as_string(hide_password=False))
        try:
            with named_errors(), there.engine.connect() as holding:
                # Held until the end by this connection, and let go by the server should we be killed.
                free = holding.execute(text("SELECT pg_try_advisory_lock(:lock)"), {"lock": _LOCK})
                if not free.scalar_one():
                    raise Conflict("restore_running", "another restore into this database is running")
                holding.commit()
                self._emptied(there)
                try:
                    yield staged
                finally:
                    staged.close()
                    self._dropped(there)
                    holding.execute(text("SELECT pg_advisory_unlock(:lock)"), {"lock": _LOCK})
                    holding.commit()
        finally:
            staged.close()
            there.close()

    def _emptied(self, there: Database) -> None:
        """What an interrupted restore left goes first."""
        with there.unit_of_work() as unit:
            unit.connection.exec_driver_sql(f"DROP SCHEMA IF EXISTS {_STAGING} CASCADE")
            unit.connection.exec_driver_sql(f"CREATE SCHEMA {_STAGING}")

    def _dropped(self, there: Database) -> None:
        with there.unit_of_work() as unit:
            unit.connection.exec_driver_sql(f"DROP SCHEMA IF EXISTS {_STAGING} CASCADE")

    def put(self, *, overwrite: bool) -> str | None:
        there = self._there()
        try:
            with there.unit_of_work() as unit:
                connection = unit.connection
                home = _home(connection)
                kept = None
                if _tables(connection, home):
                    if not overwrite:
                        raise _occupied(there.shown)
                    kept = f"{_FORMER}{self.stamp}"
                    connection.exec_driver_sql(f"CREATE SCHEMA {kept}")
                    _move(connection, home, kept)
                _move(connection, _STAGING, home)
            return None if kept is None else f"schema {kept}"
        finally:
            there.close()


def _home(connection: Connection) -> str:
    return str(connection.exec_driver_sql("SELECT current_schema()").scalar_one())


def _schemas(connection: Connection) -> list[str]:
    """Those in which former databases are kept."""
    names = connection.exec_driver_sql("SELECT nspname FROM pg_namespace ORDER BY nspname").scalars()
    return [name for name in names if _is_stamped(name, _FORMER)]


def _tables(connection: Connection, home: str) -> list[str]:
    asked = text("SELECT tablename FROM pg_tables WHERE schemaname = :home ORDER BY tablename")
    return list(connection.execute(asked, {"home": home}).scalars())


def _move(connection: Connection, source: str, target: str) -> None:
    """All tables with what is theirs, the sequences of nobody, and the function of the triggers."""
    for table in _tables(connection, source):
        connection.exec_driver_sql(f'ALTER TABLE "{source}"."{table}" SET SCHEMA "{target}"')
    for sequence in free_sequences(connection, source):
        connection.exec_driver_sql(f'ALTER SEQUENCE "{source}"."{sequence}" SET SCHEMA "{target}"')
    there = text(
        "SELECT count(*) FROM pg_proc WHERE proname = :name AND pronamespace = CAST(:home AS regnamespace)"
    )
    given = {"name": append_only.FUNCTION, "home": source}
    if connection.execute(there, given).scalar_one():
        connection.exec_driver_sql(
            f'ALTER FUNCTION "{source}".{append_only.FUNCTION}() SET SCHEMA "{target}"'
        )
