"""A look at a database for whoever asks how it is: its clock, its room, and what waits in it."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection, func, select, text

from fiel.infra.storage import outbox, tables
from fiel.infra.storage.database import Database
from fiel.infra.storage.engines import in_memory
from fiel.infra.storage.instants import database_now
from fiel.infra.storage.outbox import Backlog
from fiel.infra.storage.types import instant_of


@dataclass(frozen=True, slots=True)
class Room:
    """Bytes: of the database, of its log that is not carried over yet, free on its disk (`None`: unknown)."""

    size: int | None
    log: int | None
    free: int | None


@dataclass(frozen=True, slots=True)
class DatabaseLook:
    """What it said. `ahead`: its clock against ours. `places`: next offset by consumer, topic, partition."""

    version: str
    ahead: timedelta
    outbox: Backlog
    jobs_waiting: int
    jobs_dead: int
    places: Mapping[tuple[str, str, int], int]
    ends: Mapping[tuple[str, int], int]


def look(database: Database, now: datetime) -> DatabaseLook:
    """Ask once. Raises `Unavailable`, `Corrupt`."""
    with database.reading() as connection:
        return DatabaseLook(
            _version(connection),
            instant_of(database_now(connection)) - now,
            outbox.backlog(connection),
            _jobs(connection, "waiting", "behind"),
            _jobs(connection, "dead"),
            places(connection),
            _ends(connection),
        )


def room_of(database: Database) -> Room:
    """How much there is, and how much fits. Raises `Unavailable`."""
    if not database.embedded:
        with database.reading() as connection:
            size = connection.execute(text("SELECT pg_database_size(current_database())")).scalar_one()
        return Room(int(size), None, None)
    if in_memory(database.url):
        return Room(None, None, None)
    file = Path(str(database.url.database))
    log = Path(f"{file}-wal")
    free = shutil.disk_usage(file.parent).free if file.parent.is_dir() else None
    return Room(_size(file), _size(log), free)


def _size(file: Path) -> int:
    try:
        return file.stat().st_size
    except OSError:
        return 0


def _version(connection: Connection) -> str:
    if connection.dialect.name == "sqlite":
        return f"SQLite {connection.exec_driver_sql('SELECT sqlite_version()').scalar_one()}"
    return f"PostgreSQL {connection.exec_driver_sql('SHOW server_version').scalar_one()}"


def _jobs(connection: Connection, *states: str) -> int:
    asked = select(func.count()).select_from(tables.jobs).where(tables.jobs.c.state.in_(states))
    return int(connection.execute(asked).scalar_one())


def places(connection: Connection) -> dict[tuple[str, str, int], int]:
    """Where each consumer stands: one row per group and partition, so this is never long."""
    rows = connection.execute(select(tables.consumer_offsets)).all()
    return {(row.consumer, row.topic, row.partition): row.next_offset or 0 for row in rows}


def _ends(connection: Connection) -> dict[tuple[str, int], int]:
    """Of the log in this database."""
    rows = connection.execute(select(tables.event_partitions)).all()
    return {(row.topic, row.partition): row.next_offset for row in rows}
