"""Where the book of a test lives: an embedded file, or a database of its own on a real PostgreSQL.

Both start as a copy of one that was migrated once, and can be copied, lost and opened again.
"""

from __future__ import annotations

import contextlib
import functools
import secrets
import shutil
import sqlite3
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

from sqlalchemy import event

from fiel.custody.tables import APPEND_ONLY
from fiel.infra.storage.database import Database, Retry
from fiel.infra.storage.schema import open_database, upgrade
from tests.support.custody_faults import Fuse, rig


class Home(Protocol):
    """A place for a book."""

    @property
    def url(self) -> str: ...

    def open(self, fuse: Fuse | None = None, *, patient: bool = False) -> Database:
        """A new process opens the book. `patient` really waits between attempts."""

    def copy(self) -> Home:
        """A copy of the book as it is now."""

    def give_back(self) -> None:
        """Nobody needs it any more; everything that had it open is closed."""


@dataclass(frozen=True, slots=True)
class FileHome:
    """An embedded file. Its commits need no disk: these tests kill no machine."""

    file: Path

    @property
    def url(self) -> str:
        return f"sqlite:///{self.file}"

    def open(self, fuse: Fuse | None = None, *, patient: bool = False) -> Database:
        database = _opened(self.url, fuse, patient=patient)

        @event.listens_for(database.engine, "connect")
        def hurry(raw: Any, _record: object) -> None:
            raw.execute("PRAGMA synchronous=OFF").close()

        return database

    def copy(self) -> FileHome:
        twin = FileHome(self.file.with_name(f"{secrets.token_hex(6)}.sqlite"))
        with (
            contextlib.closing(sqlite3.connect(self.file)) as here,
            contextlib.closing(sqlite3.connect(twin.file)) as there,
        ):
            here.backup(there)
        return twin

    def give_back(self) -> None:
        for end in ("", "-wal", "-shm"):
            Path(f"{self.file}{end}").unlink(missing_ok=True)


def _name() -> str:
    return f"fiel_test_{secrets.token_hex(6)}"


@dataclass(frozen=True, slots=True)
class ServerHome:
    """A database on a PostgreSQL server, lent by `BookServer`."""

    lender: BookServer
    name: str

    @property
    def url(self) -> str:
        return self.lender.url_of(self.name)

    def open(self, fuse: Fuse | None = None, *, patient: bool = False) -> Database:
        return _opened(self.url, fuse, patient=patient)

    def copy(self) -> ServerHome:
        twin = self.lender.take()
        self.lender.copy_rows(self.name, twin.name)
        return twin

    def give_back(self) -> None:
        self.lender.take_back(self)


@dataclass(slots=True)
class BookServer:
    """Migrated databases on a server. Making and dropping one is slow, so they are emptied and lent again."""

    server: str
    template: str = field(default_factory=_name)
    tables: list[str] = field(default_factory=list)
    free: list[str] = field(default_factory=list)
    lent: list[str] = field(default_factory=list)
    #: One connection to each database is kept: a new one learns the whole catalogue first, which takes longer
    #: than all else here.
    kept: dict[str, Any] = field(default_factory=dict)
    shape: list[Any] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.run(f"CREATE DATABASE {self.template}")
        database = Database.at(self.url_of(self.template))
        try:
            upgrade(database)
        finally:
            database.close()
        self.shape = self._shape(self.template)
        self.tables = [name for kind, name in self.shape if kind == "table"]
        # Nobody may be connected to what is copied.
        self.kept.pop(self.template).close()

    def url_of(self, name: str) -> str:
        """The URL of one of its databases."""
        return urlsplit(self.server)._replace(path=f"/{name}").geturl()

    def take(self) -> ServerHome:
        """A book without rows."""
        name = self.free.pop() if self.free else self._made()
        self.lent.append(name)
        return ServerHome(self, name)

    def take_back(self, home: ServerHome) -> None:
        """Empties it for the next one; one whose schema was changed is dropped."""
        if home.name not in self.lent:
            return
        self.lent.remove(home.name)
        self._alone(home.name)
        if self._shape(home.name) != self.shape and not self._mended(home.name):
            self.drop(home.name)
            return
        emptied = [f"DELETE FROM {table}" for table in self.tables]  # noqa: S608
        # Words without parameters are one message and one transaction.
        self._connected(home.name).execute(";".join([*emptied, _NUMBERED_FROM_THE_START]))
        self.free.append(home.name)

    def copy_rows(self, origin: str, target: str) -> None:
        """All rows and sequences of one book into another that has none."""
        here, there = self._connected(origin), self._connected(target)
        for table in self.tables:
            with (
                here.cursor().copy(f"COPY {table} TO STDOUT") as out,
                there.cursor().copy(f"COPY {table} FROM STDIN") as into,
            ):
                for block in out:
                    into.write(block)
        for name, last in here.execute("SELECT sequencename, last_value FROM pg_sequences"):
            if last is not None:
                there.execute("SELECT setval(%s, %s)", (name, last))

    def take_all_back(self) -> None:
        """At the end of a test."""
        for name in [*self.lent]:
            self.take_back(ServerHome(self, name))

    def close(self) -> None:
        """Everything that was made is dropped."""
        for name in [*self.lent, *self.free, self.template]:
            self.drop(name)

    def drop(self, name: str) -> None:
        """It is gone, whoever has it open."""
        if name in self.kept:
            self.kept.pop(name).close()
        self.run(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def run(self, statement: str) -> None:
        """A statement about databases."""
        import psycopg

        with psycopg.connect(self.server, autocommit=True) as connection:
            connection.execute(statement.encode())

    def _made(self) -> str:
        name = _name()
        self.run(f"CREATE DATABASE {name} TEMPLATE {self.template}")
        # These tests kill no server: their commits need not wait for the disk.
        self.run(f"ALTER DATABASE {name} SET synchronous_commit = off")
        return name

    def _shape(self, name: str) -> list[Any]:
        """Its tables, its version, and the guards that are not as they should be."""
        return list(self._connected(name).execute(_SHAPE))

    def _mended(self, name: str) -> bool:
        """Takes away what a test brought, and puts up the guards it took down; whether all is well then."""
        found = self._shape(name)
        for kind, brought in found:
            if kind == "table" and brought not in self.tables:
                self._connected(name).execute(f"DROP TABLE {brought} CASCADE")
        if any(kind == "off" for kind, _ in found):
            for table in APPEND_ONLY:
                self._connected(name).execute(f"ALTER TABLE {table} ENABLE TRIGGER ALL")
        return self._shape(name) == self.shape

    def _alone(self, name: str) -> None:
        """Killed connections may not be gone yet."""
        self._connected(name).execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )

    def _connected(self, name: str) -> Any:
        import psycopg

        found = self.kept.get(name)
        if found is None or found.closed:
            found = self.kept[name] = psycopg.connect(self.url_of(name), autocommit=True)
            found.execute("SET session_replication_role = replica")
        return found


_SHAPE = """
SELECT 'table', tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version'
UNION ALL SELECT 'version', version_num FROM alembic_version
UNION ALL SELECT 'off', tgname FROM pg_trigger WHERE tgenabled <> 'O'
UNION ALL SELECT 'index', indexdef FROM pg_indexes WHERE schemaname = 'public'
UNION ALL SELECT 'trigger', pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
UNION ALL SELECT 'column', c.relname || '.' || a.attname || ' ' || a.atttypid || ' ' || a.attnotnull
  FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE n.nspname = 'public' AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped
ORDER BY 1, 2
"""
_NUMBERED_FROM_THE_START = "SELECT setval(sequencename::regclass, start_value, false) FROM pg_sequences"


def _opened(url: str, fuse: Fuse | None, *, patient: bool) -> Database:
    database = Database.at(url, Retry() if patient else Retry(pause=lambda _seconds: None))
    rig(database.engine, fuse or Fuse())
    return database


@functools.cache
def _without_rows() -> bytes:
    """An embedded database with the whole schema: migrated once in each process."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "book.sqlite"
        open_database(f"sqlite:///{file}").close()
        return file.read_bytes()


def ready_made(file: Path) -> Path:
    """Puts a book without rows there, unless there is one: opening it then takes no migration."""
    if not file.exists():
        file.write_bytes(_without_rows())
    return file


def migrated_file(folder: Path) -> FileHome:
    """A book without rows, to be copied."""
    folder.mkdir(parents=True, exist_ok=True)
    return FileHome(ready_made(folder / "template.sqlite"))


def fresh_file(template: FileHome, folder: Path) -> FileHome:
    """A copy of the template under a folder of its own."""
    return FileHome(Path(shutil.copy(template.file, folder / f"{secrets.token_hex(6)}.sqlite")))
