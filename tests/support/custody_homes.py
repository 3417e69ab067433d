"""Where the book of a test lives: an embedded file, or a database of its own on a real PostgreSQL.

Both start as a copy of one that was migrated once, and can be copied, lost and opened again.
"""

from __future__ import annotations

import contextlib
import secrets
import shutil
import sqlite3
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

    def __post_init__(self) -> None:
        self.run(f"CREATE DATABASE {self.template}")
        database = Database.at(self.url_of(self.template))
        try:
            upgrade(database)
        finally:
            database.close()
        self.tables = self._tables(self.template)

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
        if self._tables(home.name) != self.tables:
            self.drop(home.name)
            return
        emptied = [f"DELETE FROM {table}" for table in self.tables]  # noqa: S608
        # A test may have gone behind the book's back: the next one finds the guards up again.
        guarded = [f"ALTER TABLE {table} ENABLE TRIGGER ALL" for table in APPEND_ONLY]
        self._alone(home.name, [*emptied, *guarded, "ALTER SEQUENCE journal_seq RESTART"])
        self.free.append(home.name)

    def copy_rows(self, origin: str, target: str) -> None:
        """All rows and sequences of one book into another that has none."""
        with self._connected(origin) as here, self._connected(target) as there:
            there.execute("SET session_replication_role = replica")
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
        self.run(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def run(self, statement: str) -> None:
        """A statement about databases."""
        with self._connected(urlsplit(self.server).path.lstrip("/")) as connection:
            connection.execute(statement)

    def _made(self) -> str:
        name = _name()
        self.run(f"CREATE DATABASE {name} TEMPLATE {self.template}")
        return name

    def _tables(self, name: str) -> list[str]:
        asked = (
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version'"
        )
        with self._connected(name) as connection:
            (version,) = connection.execute("SELECT max(version_num) FROM alembic_version").fetchone()
            found = sorted(row[0] for row in connection.execute(asked))
        return found if not self.tables or version == self._version() else []

    def _version(self) -> str:
        with self._connected(self.template) as connection:
            return str(connection.execute("SELECT max(version_num) FROM alembic_version").fetchone()[0])

    def _alone(self, name: str, statements: list[str]) -> None:
        with self._connected(name) as connection:
            # Killed connections may not be gone yet.
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            connection.execute("SET session_replication_role = replica")
            for statement in statements:
                connection.execute(statement)

    def _connected(self, name: str) -> Any:
        import psycopg

        return psycopg.connect(self.url_of(name), autocommit=True)


def _opened(url: str, fuse: Fuse | None, *, patient: bool) -> Database:
    database = Database.at(url, Retry() if patient else Retry(pause=lambda _seconds: None))
    rig(database.engine, fuse or Fuse())
    return database


def migrated_file(folder: Path) -> FileHome:
    """A book without rows, to be copied."""
    home = FileHome(folder / "template.sqlite")
    open_database(home.url).close()
    return home


def fresh_file(template: FileHome, folder: Path) -> FileHome:
    """A copy of the template under a folder of its own."""
    return FileHome(Path(shutil.copy(template.file, folder / f"{secrets.token_hex(6)}.sqlite")))
