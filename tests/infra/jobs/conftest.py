"""Every queue in turn: embedded on SQLite, embedded on PostgreSQL, and a real RabbitMQ."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from sqlalchemy import text

from fiel.infra.jobs.embedded import EmbeddedJobs
from fiel.infra.storage import schema
from fiel.infra.storage.database import Database
from tests.infra.jobs.stage import Stage, close_queue, open_queue


@pytest.fixture(params=["sqlite", "postgresql", "rabbitmq"])
def stage(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Stage]:
    """A queue of each kind."""
    yield from _staged(request, tmp_path, request.param)


@pytest.fixture(params=["sqlite", "postgresql"])
def embedded(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Stage]:
    """The embedded queue on either engine."""
    yield from _staged(request, tmp_path, request.param)


@pytest.fixture
def rabbit(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Stage]:
    """The queue in RabbitMQ."""
    yield from _staged(request, tmp_path, "rabbitmq")


@pytest.fixture(scope="session")
def postgres_template(postgres_url: str) -> Iterator[str]:
    """The name of a migrated database to copy: quicker than migrating each time."""
    name = f"fiel_test_{secrets.token_hex(6)}"
    _statement(postgres_url, f"CREATE DATABASE {name}")
    _migrate(urlsplit(postgres_url)._replace(path=f"/{name}").geturl())
    yield name
    _statement(postgres_url, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def migrated_postgres(postgres_url: str, postgres_template: str) -> Iterator[str]:
    """The URL of a new database at the current schema."""
    name = f"fiel_test_{secrets.token_hex(6)}"
    _statement(postgres_url, f"CREATE DATABASE {name} TEMPLATE {postgres_template}")
    yield urlsplit(postgres_url)._replace(path=f"/{name}").geturl()
    _statement(postgres_url, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def database(embedded: Stage) -> Database:
    """The database of the embedded queue."""
    assert isinstance(embedded.queue, EmbeddedJobs)
    return embedded.queue.database


def _staged(request: pytest.FixtureRequest, folder: Path, kind: str) -> Iterator[Stage]:
    if kind == "rabbitmq":
        address = str(request.getfixturevalue("rabbitmq_vhost"))
    elif kind == "postgresql":
        address = str(request.getfixturevalue("migrated_postgres"))
    else:
        address = f"sqlite:///{folder / 'fiel.db'}"
        _migrate(address)
    queue = open_queue(kind, address)
    yield Stage(kind, queue, address)
    close_queue(queue)


def _statement(server: str, statement: str) -> None:
    """Run what cannot run in a transaction."""
    database = Database.at(server)
    try:
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text(statement))
    finally:
        database.close()


def _migrate(url: str) -> None:
    database = Database.at(url)
    schema.upgrade(database)
    database.close()
