"""A database with the whole schema, on both engines."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from fiel.infra.storage import schema
from fiel.infra.storage.database import Database


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """A new file."""
    opened = schema.open_database(f"sqlite:///{tmp_path}/fiel.db")
    yield opened
    opened.close()


@pytest.fixture(params=["sqlite", "postgres"])
def either_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a database with the whole schema, on one engine and then on the other."""
    url = f"sqlite:///{tmp_path}/fiel.db"
    if request.param == "postgres":
        url = str(request.getfixturevalue("postgres_database"))
        made = Database.at(url)
        schema.upgrade(made)
        made.close()
    return url


@pytest.fixture
def either(either_url: str) -> Iterator[Database]:
    """That database, open."""
    opened = schema.open_database(either_url)
    yield opened
    opened.close()
