"""Every queue in turn: embedded on SQLite, embedded on PostgreSQL, and a real RabbitMQ."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from fiel.infra.jobs.embedded import EmbeddedJobs
from fiel.infra.storage.database import Database
from tests.infra.jobs.stage import Stage, close_queue, open_queue


@pytest.fixture(params=["sqlite", "postgresql", "rabbitmq"])
def stage(request: pytest.FixtureRequest) -> Iterator[Stage]:
    """A queue of each kind."""
    yield from _staged(request, request.param)


@pytest.fixture(params=["sqlite", "postgresql"])
def embedded(request: pytest.FixtureRequest) -> Iterator[Stage]:
    """The embedded queue on either engine."""
    yield from _staged(request, request.param)


@pytest.fixture
def rabbit(request: pytest.FixtureRequest) -> Iterator[Stage]:
    """The queue in RabbitMQ."""
    yield from _staged(request, "rabbitmq")


@pytest.fixture
def database(embedded: Stage) -> Database:
    """The database of the embedded queue."""
    assert isinstance(embedded.queue, EmbeddedJobs)
    return embedded.queue.database


def _staged(request: pytest.FixtureRequest, kind: str) -> Iterator[Stage]:
    if kind == "rabbitmq":
        address = str(request.getfixturevalue("rabbitmq_vhost"))
    elif kind == "postgresql":
        address = str(request.getfixturevalue("migrated_postgres"))
    else:
        address = str(request.getfixturevalue("migrated_sqlite"))
    queue = open_queue(kind, address)
    yield Stage(kind, queue, address)
    close_queue(queue)
