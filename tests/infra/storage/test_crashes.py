"""A worker killed (SIGKILL) at any statement: nothing of its message is there, or all of it is."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import select, text

from fiel.infra.storage import offsets, schema
from fiel.infra.storage.database import Database
from fiel.infra.storage.tables import METADATA
from tests.infra.storage import crashing

ROOT = Path(__file__).parents[3]


def _state(database: Database) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table."""
    with database.reading() as connection:
        return {
            table.name: [tuple(row) for row in connection.execute(select(table)).all()]
            for table in METADATA.sorted_tables
        }


@pytest.mark.parametrize("steps", [1, 2, 3, 4, 5])
def test_a_killed_worker_leaves_all_or_nothing(database: Database, steps: int) -> None:
    """Killed after each statement and after COMMIT, the redelivered message ends in the same state."""
    with database.unit_of_work() as unit:
        offsets.assign(unit.connection, "custody", "order-events-v1", 0)
    before = _state(database)

    url = database.url.render_as_string(hide_password=False)
    worker = subprocess.run(
        [sys.executable, "-m", "tests.infra.storage.crashing", url, str(steps)], cwd=ROOT, check=False
    )
    assert worker.returncode == -9
    assert (_state(database) == before) is (steps < 5)

    new = database.transact(crashing.handle)
    assert new is (steps < 5)
    after = _state(database)
    assert [len(after[name]) for name in ("inbox", "outbox", "job_runs")] == [1, 1, 1]
    assert after["consumer_offsets"] == [("custody", "order-events-v1", 0, 8, 1)]


def test_a_file_left_by_a_killed_worker_is_sound(sqlite: Database) -> None:
    """After a kill in the middle of a transaction the file passes SQLite's own check and ours."""
    with sqlite.unit_of_work() as unit:
        offsets.assign(unit.connection, "custody", "order-events-v1", 0)
    url = sqlite.url.render_as_string()
    subprocess.run([sys.executable, "-m", "tests.infra.storage.crashing", url, "3"], cwd=ROOT, check=False)
    reopened = schema.open_database(url)
    schema.check(reopened)
    with reopened.unit_of_work() as unit:
        unit.connection.execute(text("DELETE FROM consumer_offsets"))
    reopened.close()
