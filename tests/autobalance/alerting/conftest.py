"""The way of alerts on either engine."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from fiel.infra.storage.database import Database
from tests.autobalance.alerting.desk import Desk


@pytest.fixture
def desk(migrated_sqlite: str) -> Iterator[Desk]:
    """On SQLite."""
    yield from _desk(migrated_sqlite)


@pytest.fixture(params=["sqlite", "postgres"])
def any_desk(request: pytest.FixtureRequest) -> Iterator[Desk]:
    """On each engine, with two partitions."""
    yield from _desk(request.getfixturevalue(f"migrated_{request.param}"), partitions=2)


def _desk(url: str, *, partitions: int = 1) -> Iterator[Desk]:
    database = Database.at(url)
    desk = Desk(database, partitions=partitions)
    yield desk
    desk.bus.close()
    database.close()
