"""Access over a database of its own for each test, on either engine, at a clock that is moved by hand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from fiel.infra.access.desk import Access
from fiel.infra.storage.database import Database
from tests.infra.storage.conftest import database  # noqa: F401 (a fixture)
from tests.support.access import QUICK


@dataclass(slots=True)
class HandClock:
    """Goes on only when told to."""

    instant: datetime = datetime(2026, 5, 4, 13, 0, tzinfo=UTC)

    def now(self) -> datetime:
        return self.instant

    def passes(self, **span: float) -> None:
        """`passes(minutes=5)`."""
        self.instant += timedelta(**span)


@pytest.fixture
def clock() -> HandClock:
    """The time of the test."""
    return HandClock()


@pytest.fixture
def access(database: Database, clock: HandClock) -> Access:  # noqa: F811 (a fixture)
    """The desk, with passwords that are quick to compute; nobody is known yet."""
    return Access(database, clock, passwords=QUICK, open_on_loopback=True)
