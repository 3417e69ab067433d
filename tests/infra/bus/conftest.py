"""Every bus in turn: embedded on SQLite, embedded on PostgreSQL, and a real Kafka."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from sqlalchemy import text

from fiel.infra.storage import schema
from fiel.infra.storage.database import Database
from tests.infra.bus.stage import Stage, make_effects_table, open_bus

KINDS = ["sqlite", "postgresql", "kafka"]


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated file to copy: quicker than migrating each time."""
    file = tmp_path_factory.mktemp("bus") / "template.db"
    database = schema.open_database(f"sqlite:///{file}")
    make_effects_table(database)
    database.close()
    return file


@pytest.fixture(scope="session")
def postgres_bus(postgres_url: str) -> Iterator[str]:
    """The URL of one migrated database for all tests here: their topics have names of their own."""
    psycopg = pytest.importorskip("psycopg")
    name = f"fiel_bus_{secrets.token_hex(6)}"
    with psycopg.connect(postgres_url, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}")
    url = urlsplit(postgres_url)._replace(path=f"/{name}").geturl()
    database = Database.at(url)
    schema.upgrade(database)
    make_effects_table(database)
    database.close()
    yield url
    with psycopg.connect(postgres_url, autocommit=True) as server:
        server.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=KINDS)
def stage(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Stage]:
    """A bus of each kind; Kafka's consumers keep their offsets in SQLite here."""
    yield from staged(request, tmp_path, request.param)


@pytest.fixture(params=["sqlite", "postgresql"])
def embedded(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Stage]:
    """The embedded bus on either engine."""
    yield from staged(request, tmp_path, request.param)


@pytest.fixture
def sqlite(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Stage]:
    """The embedded bus on SQLite, for what does not depend on the bus."""
    yield from staged(request, tmp_path, "sqlite")


def staged(request: pytest.FixtureRequest, folder: Path, kind: str) -> Iterator[Stage]:
    """The stage of a kind."""
    address, prefix = "", f"t{secrets.token_hex(4)}-"
    if kind == "kafka":
        address = request.getfixturevalue("kafka_bootstrap")
        prefix = request.getfixturevalue("kafka_prefix")
    if kind == "postgresql":
        url = request.getfixturevalue("postgres_bus")
    else:
        copy = shutil.copy(request.getfixturevalue("sqlite_template"), folder / "fiel.db")
        url = f"sqlite:///{copy}"
    database = schema.open_database(url)
    with database.unit_of_work() as unit:
        unit.connection.execute(text("DELETE FROM effects"))
    bus = open_bus(kind, address, database)
    yield Stage(kind, bus, database, prefix, address)
    bus.close()
    database.close()
