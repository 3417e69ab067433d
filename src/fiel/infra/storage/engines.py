"""Engines: how each database is opened so that a commit is a commit.

SQLite: WAL, synchronous=FULL, foreign keys, a busy time-out, and `BEGIN IMMEDIATE` (a transaction that
will write takes the write lock at its start, so it never fails half-way for want of it). A unit of
reading begins with `BEGIN` and sees one snapshot. PostgreSQL: psycopg 3, READ COMMITTED, UTC, bounded
waits for locks, and plans made for the actual parameters (a plan prepared while a table was empty
would scan it for ever).
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, StaticPool, create_engine, event

from fiel.infra import tracing
from fiel.infra.storage import arrays
from fiel.kernel.errors import Unavailable

_READING = "fiel_reading"
BUSY_TIMEOUT_MS = 5_000
LOCK_TIMEOUT_MS = 5_000
IDLE_IN_TRANSACTION_MS = 60_000
CONNECT_TIMEOUT_S = 5
CACHE_KIB = 32_768
CHECKPOINT_PAGES = 8_000
POOL_SIZE = 5
#: Connections of one process at the most; those above `POOL_SIZE` are closed again once they are given back.
CONNECTIONS_MAX = 20
POOL_WAIT_S = 10
_POOL: dict[str, Any] = {
    "pool_size": POOL_SIZE,
    "max_overflow": CONNECTIONS_MAX - POOL_SIZE,
    "pool_timeout": POOL_WAIT_S,
}

_PRAGMAS = (
    f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}",
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    # A transaction of 500 events touches more pages than the 2 MiB and 1,000 pages that SQLite comes with:
    # it would write them out early, and carry the log over to the file after nearly every commit.
    f"PRAGMA cache_size=-{CACHE_KIB}",
    f"PRAGMA wal_autocheckpoint={CHECKPOINT_PAGES}",
    "PRAGMA foreign_keys=ON",
    # REPLACE deletes rows without asking the triggers, unless told to: history must refuse that too.
    "PRAGMA recursive_triggers=ON",
    "PRAGMA trusted_schema=OFF",
)
_POSTGRES_SETTINGS = {
    "timezone": "UTC",
    "synchronous_commit": "on",
    "lock_timeout": f"{LOCK_TIMEOUT_MS}ms",
    "idle_in_transaction_session_timeout": f"{IDLE_IN_TRANSACTION_MS}ms",
    "plan_cache_mode": "force_custom_plan",
}


def create(url: URL) -> Engine:
    """The engine of a URL from `urls.database_url`; nothing is connected yet.

    Raises `Unavailable` when the folder of an embedded file cannot be made, or the driver is missing.
    """
    engine = _sqlite(url) if url.get_backend_name() == "sqlite" else _postgres(url)
    tracing.watch_sql(engine)
    return engine


def _sqlite(url: URL) -> Engine:
    if in_memory(url):
        # One connection is the database: it lives as long as the engine, in the thread that opened it.
        engine = create_engine(url, poolclass=StaticPool)
    else:
        _make_folder(Path(str(url.database)))
        engine = create_engine(url, **_POOL, connect_args={"timeout": BUSY_TIMEOUT_MS / 1e3})
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def in_memory(url: URL) -> bool:
    """Whether the URL names a SQLite database that no file holds."""
    return url.get_backend_name() == "sqlite" and url.database in {None, "", ":memory:"}


def reading(connection: Connection) -> Connection:
    """The connection, set to see one snapshot and to refuse writing, until it is given back."""
    if connection.dialect.name == "sqlite":
        return connection.execution_options(**{_READING: True})
    return connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)


@contextmanager
def foreign_keys_off(connection: Connection) -> Iterator[None]:
    """SQLite, outside a transaction: foreign keys are not enforced on this connection inside the block."""
    raw: Any = connection.connection.driver_connection
    raw.execute("PRAGMA foreign_keys=OFF").close()
    try:
        yield
    finally:
        raw.execute("PRAGMA foreign_keys=ON").close()


def _make_folder(file: Path) -> None:
    if file.parent.is_dir():
        return
    try:
        # What it will hold is nobody else's business.
        file.parent.mkdir(parents=True, mode=0o700)
    except FileExistsError:
        if not file.parent.is_dir():
            raise _no_folder(file) from None
    except OSError as error:
        raise _no_folder(file, os.strerror(error.errno or 0)) from None


def _no_folder(file: Path, reason: str = "something else has its name") -> Unavailable:
    return Unavailable(
        "database_unavailable", f"the folder {file.parent} cannot be made ({reason})", field="database"
    )


def _prepare_sqlite(raw: Any, _record: object) -> None:
    # The driver must not begin transactions by itself: `_begin_sqlite` does.
    raw.isolation_level = None
    for pragma in _PRAGMAS:
        raw.execute(pragma).close()


def _begin_sqlite(connection: Connection) -> None:
    reading = connection.get_execution_options().get(_READING, False)
    raw: Any = connection.connection.driver_connection
    raw.execute(f"PRAGMA query_only={'ON' if reading else 'OFF'}").close()
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")


def _postgres(url: URL) -> Engine:
    settings = " ".join(f"-c {name}={value}" for name, value in _POSTGRES_SETTINGS.items())
    asked = url.query.get("options")
    # What the URL asks for comes last, so it wins.
    options = f"{settings} {asked}" if isinstance(asked, str) else settings
    try:
        engine = create_engine(
            url.difference_update_query(["options"]),
            **_POOL,
            connect_args={
                "options": options,
                "connect_timeout": CONNECT_TIMEOUT_S,
                "application_name": url.query.get("application_name", "fiel"),
            },
        )
    except ModuleNotFoundError:
        raise Unavailable(
            "driver_missing", "PostgreSQL needs psycopg; install it with `pip install 'fiel[postgres]'`"
        ) from None
    event.listen(engine, "connect", _prepare_postgres)
    return engine


def _prepare_postgres(raw: Any, _record: object) -> None:
    arrays.learn(raw)
