"""Databases that break on demand: a fuse in the driver, below everything that the product does.

The drivers' own connections are replaced through SQLAlchemy's `do_connect` event, because bulk rows go
to the driver without SQLAlchemy. Each statement, and the moments before and after a commit, is one
moment; the fuse blows at the moment that it is set to.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine, event

#: Makes the exception of a failure; it may first break the connection that it is given.
Failure = Callable[[Any], BaseException]

BEFORE_COMMIT, AFTER_COMMIT = "before commit", "after commit"


class Killed(BaseException):
    """The process is dead. No `except Exception` of the product can hear of it."""


@dataclass(slots=True)
class Fuse:
    """Counts moments while it is armed, and fails at one of them.

    Set to a number it blows there; set to a name, at the next moment of that name. `times` is how many
    moments it breaks from there on.
    """

    failure: Failure | None = None
    at: int | str = 0
    times: int = 1
    moments: int = 0
    blown: int = 0

    def arm(self, failure: Failure, at: int | str = 1, *, times: int = 1) -> None:
        """From now on, count."""
        self.failure, self.at, self.times, self.moments, self.blown = failure, at, times, 0, 0

    def disarm(self) -> bool:
        """Count no more; tells whether it blew."""
        self.failure = None
        return self.blown > 0

    def reach(self, connection: Any, moment: str) -> None:
        """A moment passes, or fails."""
        self.alive(connection)
        if self.failure is None or moment.lstrip().startswith("PRAGMA"):
            return
        self.moments += 1
        if moment == AFTER_COMMIT and self.failure not in (killed, gone):
            return  # a database that says no to a commit has not done it
        here = self.moments >= self.at if isinstance(self.at, int) else moment == self.at or self.blown > 0
        if here and self.blown < self.times:
            self.blown += 1
            raise self.failure(connection)

    def alive(self, connection: Any) -> None:
        """A dead process does not tidy up, whatever its `finally` says."""
        if getattr(connection, "dead", False):
            raise Killed


def rig(engine: Engine, fuse: Fuse) -> None:
    """Every new connection of the engine has the fuse in it."""
    connect = _sqlite(fuse) if engine.dialect.name == "sqlite" else _postgres(fuse)

    @event.listens_for(engine, "do_connect")
    def connected(_dialect: Any, _record: Any, given: list[Any], named: dict[str, Any]) -> Any:
        return connect(given, named)


def _sqlite(fuse: Fuse) -> Callable[[list[Any], dict[str, Any]], Any]:
    class Cursor(sqlite3.Cursor):
        def execute(self, sql: str, *given: Any) -> Any:
            fuse.reach(self.connection, sql)
            return super().execute(sql, *given)

        def executemany(self, sql: str, *given: Any) -> Any:
            fuse.reach(self.connection, sql)
            return super().executemany(sql, *given)

    class Connection(sqlite3.Connection):
        def cursor(self, *_: Any) -> Any:
            fuse.alive(self)
            return super().cursor(Cursor)

        # The short cuts of the driver do not come by `cursor`.
        def execute(self, sql: str, *given: Any) -> Any:
            return self.cursor().execute(sql, *given)

        def executemany(self, sql: str, *given: Any) -> Any:
            return self.cursor().executemany(sql, *given)

        def commit(self) -> None:
            with _around_commit(fuse, self):
                super().commit()

    return lambda given, named: sqlite3.connect(*given, factory=Connection, **named)


def _postgres(fuse: Fuse) -> Callable[[list[Any], dict[str, Any]], Any]:
    import psycopg

    class Cursor(psycopg.Cursor[Any]):
        def execute(self, query: Any, *given: Any, **named: Any) -> Any:
            fuse.reach(self.connection, str(query))
            return super().execute(query, *given, **named)

        def executemany(self, query: Any, *given: Any, **named: Any) -> Any:
            fuse.reach(self.connection, str(query))
            return super().executemany(query, *given, **named)

        def copy(self, statement: Any, *given: Any, **named: Any) -> Any:
            fuse.reach(self.connection, str(statement))
            return super().copy(statement, *given, **named)

    class Connection(psycopg.Connection[Any]):
        def commit(self) -> None:
            with _around_commit(fuse, self):
                super().commit()

    return lambda given, named: Connection.connect(*given, cursor_factory=Cursor, **named)


@contextmanager
def _around_commit(fuse: Fuse, connection: Any) -> Iterator[None]:
    fuse.reach(connection, BEFORE_COMMIT)
    yield
    fuse.reach(connection, AFTER_COMMIT)


def killed(connection: Any) -> BaseException:
    """kill -9 of the process: its connection is gone with it, and with that its locks."""
    if isinstance(connection, sqlite3.Connection):
        # Closed alone, it would keep the file locked while some traceback still holds one of its cursors.
        connection.rollback()
    connection.close()
    connection.dead = True
    return Killed()


def gone(connection: Any) -> BaseException:
    """The connection is lost (SQLite: the disk does not answer); the process goes on."""
    if isinstance(connection, sqlite3.Connection):
        return _sqlite_error("disk I/O error", sqlite3.SQLITE_IOERR)
    connection.close()
    return _server_error("OperationalError", "server closed the connection unexpectedly")


def full(connection: Any) -> BaseException:
    """No space left."""
    if isinstance(connection, sqlite3.Connection):
        return _sqlite_error("database or disk is full", sqlite3.SQLITE_FULL)
    return _server_error("DiskFull", "could not extend file")


def busy(connection: Any) -> BaseException:
    """Another transaction holds what this one needs."""
    if isinstance(connection, sqlite3.Connection):
        return _sqlite_error("database is locked", sqlite3.SQLITE_BUSY)
    return _server_error("LockNotAvailable", "canceling statement due to lock timeout")


def deadlock(connection: Any) -> BaseException:
    """The database chose this transaction to end a deadlock (SQLite, which has none: locked)."""
    if isinstance(connection, sqlite3.Connection):
        return _sqlite_error("database table is locked", sqlite3.SQLITE_LOCKED)
    return _server_error("DeadlockDetected", "deadlock detected")


def unserializable(connection: Any) -> BaseException:
    """The database cannot put this transaction in line (SQLite: its snapshot is too old)."""
    if isinstance(connection, sqlite3.Connection):
        return _sqlite_error("database is locked", sqlite3.SQLITE_BUSY_SNAPSHOT)
    return _server_error("SerializationFailure", "could not serialize access")


def _sqlite_error(text: str, code: int) -> BaseException:
    error = sqlite3.OperationalError(text)
    error.sqlite_errorcode = code
    return error


def _server_error(name: str, text: str) -> BaseException:
    import psycopg

    kind: type[psycopg.Error] = getattr(psycopg.errors, name)
    return kind(text)
