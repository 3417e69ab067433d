"""History tables: rows can be added and read, on either engine never changed nor removed."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from fiel.infra.storage.append_only import append_only, drop_append_only
from fiel.infra.storage.database import Database
from fiel.kernel.errors import Conflict, InvalidInput


def _run(database: Database, *statements: str) -> None:
    with database.unit_of_work() as unit:
        for statement in statements:
            unit.connection.execute(text(statement))


@pytest.fixture
def history(database: Database) -> Database:
    """A database with an append-only table `past_rows` of one row."""
    _run(
        database,
        "CREATE TABLE past_rows (id BIGINT PRIMARY KEY, amount BIGINT)",
        *append_only("past_rows", database.engine.dialect.name),
        "INSERT INTO past_rows VALUES (1, 10)",
    )
    return database


@pytest.mark.parametrize("change", ["UPDATE past_rows SET amount = 11", "DELETE FROM past_rows WHERE id = 1"])
def test_history_is_not_changed(history: Database, change: str) -> None:
    """UPDATE and DELETE are a conflict that says to book a correction; the row stays."""
    with pytest.raises(Conflict, match="book a correction") as refusal:
        _run(history, change)
    assert refusal.value.code == "append_only"
    with history.reading() as connection:
        assert connection.execute(text("SELECT id, amount FROM past_rows")).all() == [(1, 10)]


def test_history_grows(history: Database) -> None:
    """INSERT is what the table is for."""
    _run(history, "INSERT INTO past_rows VALUES (2, 20)")
    with history.reading() as connection:
        assert connection.execute(text("SELECT count(*) FROM past_rows")).scalar_one() == 2


def test_replacing_is_changing_on_sqlite(sqlite: Database) -> None:
    """INSERT OR REPLACE, which deletes behind the back of triggers by default, is refused too."""
    _run(
        sqlite,
        "CREATE TABLE past_rows (id BIGINT PRIMARY KEY, amount BIGINT)",
        *append_only("past_rows", "sqlite"),
    )
    _run(sqlite, "INSERT INTO past_rows VALUES (1, 10)")
    with pytest.raises(Conflict, match="append_only"):
        _run(sqlite, "INSERT OR REPLACE INTO past_rows VALUES (1, 11)")


def test_emptying_is_changing_on_postgres(postgres: Database) -> None:
    """TRUNCATE, which fires no row trigger, is refused too."""
    _run(postgres, "CREATE TABLE past_rows (id BIGINT)", *append_only("past_rows", "postgresql"))
    with pytest.raises(Conflict, match="TRUNCATE on past_rows"):
        _run(postgres, "TRUNCATE past_rows")


def test_the_guard_can_be_taken_away_for_a_migration(history: Database) -> None:
    """What the triggers refused works after `drop_append_only`."""
    _run(history, *drop_append_only("past_rows", history.engine.dialect.name), "DELETE FROM past_rows")


def test_a_strange_name_is_refused() -> None:
    """The name goes into SQL as it is, so only plain ones are taken."""
    with pytest.raises(InvalidInput):
        append_only("past_rows; DROP TABLE past_rows", "sqlite")
