"""A database of its own for each test, on either engine.

PostgreSQL is the server of `FIEL_TEST_POSTGRES_URL`, else of the fixture `postgres_url` where it exists.
Without one, its half of the suite is reported as not run (and fails under `FIEL_REQUIRE_SERVICES=1`).
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from fiel.infra.storage import schema
from fiel.infra.storage.database import Database

NOW = datetime(2026, 5, 4, 13, 0, tzinfo=UTC)


@pytest.fixture
def now() -> datetime:
    """The instant that the tests write."""
    return NOW


@pytest.fixture(scope="session")
def postgres_server(request: pytest.FixtureRequest) -> str:
    """The URL of a PostgreSQL server on which databases can be made."""
    named = os.environ.get("FIEL_TEST_POSTGRES_URL")
    if named:
        return named
    try:
        return str(request.getfixturevalue("postgres_url"))
    except pytest.FixtureLookupError:
        if os.environ.get("FIEL_REQUIRE_SERVICES") == "1":
            pytest.fail("PostgreSQL is required: set FIEL_TEST_POSTGRES_URL")
        pytest.skip("PostgreSQL is not here: set FIEL_TEST_POSTGRES_URL")


def _statement(server: str, statement: str) -> None:
    """Run what cannot run in a transaction."""
    database = Database.at(server)
    try:
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text(statement))
    finally:
        database.close()


def _made(server: str) -> tuple[str, str]:
    """A new database: its name and URL."""
    name = f"fiel_test_{secrets.token_hex(6)}"
    _statement(server, f"CREATE DATABASE {name}")
    url = Database.at(server).url.set(database=name)
    return name, url.render_as_string(hide_password=False)


@pytest.fixture
def empty_postgres(postgres_server: str) -> Iterator[str]:
    """The URL of an empty PostgreSQL database."""
    name, url = _made(postgres_server)
    yield url
    _statement(postgres_server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty database, on each engine in turn."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'fiel.db'}"
    return str(request.getfixturevalue("empty_postgres"))


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> Iterator[Database]:
    """A database at the current schema, on each engine in turn."""
    kind = "sqlite" if request.param == "sqlite" else "postgres"
    opened = schema.open_database(request.getfixturevalue(f"migrated_{kind}"))
    yield opened
    opened.close()


@pytest.fixture
def sqlite(migrated_sqlite: str) -> Iterator[Database]:
    """An embedded database at the current schema."""
    opened = schema.open_database(migrated_sqlite)
    yield opened
    opened.close()


@pytest.fixture
def postgres(migrated_postgres: str) -> Iterator[Database]:
    """A PostgreSQL database at the current schema."""
    opened = schema.open_database(migrated_postgres)
    yield opened
    opened.close()
