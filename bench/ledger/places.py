"""Databases of the benchmark's own: made from a prepared one for every run, dropped after it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import psycopg

from bench.ledger.stream import ACCOUNTS, BALANCE, user_of
from fiel.custody.accounts import AccountKey
from fiel.custody.events import Deposit
from fiel.custody.store.book import Book, BookUnit
from fiel.infra.storage.database import Database
from fiel.infra.storage.schema import upgrade

_CHUNK = 500
_AT = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Server:
    """A PostgreSQL server on which databases may be made; `prefix` names ours."""

    url: str
    prefix: str

    def address(self, name: str) -> str:
        """The URL of one of our databases."""
        return f"{self.url.rsplit('/', 1)[0]}/{self.prefix}{name}"

    @contextmanager
    def database(self, name: str, *, template: str | None = None) -> Iterator[str]:
        """A database for the length of the block, empty or a copy of one of ours; its URL."""
        full = self.prefix + name
        copied = f" TEMPLATE {self.prefix}{template} STRATEGY FILE_COPY" if template else ""
        self._run(
            f"DROP DATABASE IF EXISTS {full} WITH (FORCE)", f"CREATE DATABASE {full}{copied}", "CHECKPOINT"
        )
        try:
            yield self.address(name)
        finally:
            self._run(f"DROP DATABASE IF EXISTS {full} WITH (FORCE)")

    def _run(self, *statements: str) -> None:
        with psycopg.connect(self.url, autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement.encode())


def prepare(url: str) -> None:
    """The schema, and every account with its money; what the relay would have published is gone."""
    database = Database.at(url)
    upgrade(database)
    for start in range(0, ACCOUNTS, _CHUNK):
        keys = [AccountKey(user_of(number), "BRL") for number in range(start, start + _CHUNK)]
        Book(database).transact(lambda unit, keys=keys: _open(unit, keys))  # type: ignore[misc]
    with database.unit_of_work() as unit:
        unit.connection.exec_driver_sql("DELETE FROM outbox")
    database.close()
    if url.startswith("postgresql"):
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("VACUUM ANALYZE")


def _open(unit: BookUnit, keys: list[AccountKey]) -> None:
    batch = unit.load_events([])
    for key in keys:
        batch.open_account(key)
        batch.run(key, Deposit(f"bench:{key.user_id}", BALANCE, _AT))
    unit.save(batch, _AT)


@contextmanager
def file_copy(prepared: Path, to: Path) -> Iterator[Path]:
    """A SQLite file for the length of the block."""
    _remove(to)
    shutil.copyfile(prepared, to)
    try:
        yield to
    finally:
        _remove(to)


def _remove(file: Path) -> None:
    for end in ("", "-wal", "-shm"):
        Path(f"{file}{end}").unlink(missing_ok=True)
