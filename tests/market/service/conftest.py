"""A database with the whole schema, on both engines."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from fiel.infra.storage import schema
from fiel.infra.storage.database import Database


@pytest.fixture
def database(migrated_sqlite: str) -> Iterator[Database]:
    """A new file."""
    opened = schema.open_database(migrated_sqlite)
    yield opened
    opened.close()


@pytest.fixture(params=["sqlite", "postgres"])
def either_url(request: pytest.FixtureRequest) -> str:
    """The address of a database with the whole schema, on one engine and then on the other."""
    return str(request.getfixturevalue(f"migrated_{request.param}"))


@pytest.fixture
def either(either_url: str) -> Iterator[Database]:
    """That database, open."""
    opened = schema.open_database(either_url)
    yield opened
    opened.close()
