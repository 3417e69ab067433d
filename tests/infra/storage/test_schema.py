"""The schema's version: one history on both engines, and no work on a database of another version."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import event, inspect, text

from fiel.infra.storage import registry, schema
from fiel.infra.storage.database import Database
from fiel.infra.storage.schema import SchemaState, state_of
from fiel.kernel.errors import Conflict, Corrupt

VERSIONS = [
    step.revision
    for step in ScriptDirectory(str(Path(schema.__file__).parent / "migrations")).walk_revisions()
]


@pytest.fixture
def empty(empty_url: str) -> Any:
    """An empty database, on each engine in turn."""
    database = Database.at(empty_url)
    yield database
    database.close()


def _run(database: Database, *statements: str) -> None:
    with database.unit_of_work() as unit:
        for statement in statements:
            unit.connection.execute(text(statement))


def _tables(database: Database) -> set[str]:
    with database.reading() as connection:
        return set(inspect(connection).get_table_names()) - {schema.VERSION_TABLE}


def test_the_history_runs_up_and_down_and_up(empty: Database) -> None:
    """Up, the tables are the program's; down, each step refuses to open and the last leaves nothing."""
    url = empty.url.render_as_string(hide_password=False)
    assert schema.upgrade(empty).state is SchemaState.CURRENT
    assert schema.differences(empty) == []
    for older in [*VERSIONS[1:], "base"]:
        version = schema.downgrade(empty, older)
        assert version.state is (SchemaState.EMPTY if older == "base" else SchemaState.OLDER)
        if older != "base":
            with pytest.raises(Conflict, match="fiel db upgrade"):
                schema.open_database(url)
    assert _tables(empty) == set()
    schema.upgrade(empty)
    schema.check(empty)


def test_every_table_of_the_program_is_migrated(database: Database) -> None:
    """Infra's tables and those of each room are there."""
    wanted = {name for catalogue in registry.catalogues() for name in catalogue.tables}
    assert {"inbox", "outbox", "leases"} <= wanted
    assert wanted <= _tables(database)


def test_an_empty_embedded_file_is_migrated_on_first_use(tmp_path: Path) -> None:
    """A file that is not there yet, in a folder that is not there yet, is ready after opening."""
    database = schema.open_database(f"sqlite:///{tmp_path / 'deep' / 'er' / 'fiel.db'}")
    schema.check(database)
    database.close()
    assert (tmp_path / "deep" / "er").stat().st_mode & 0o077 == 0


def test_memory_is_migrated_on_first_use() -> None:
    """A database in memory is empty each time, and ready each time."""
    database = schema.open_database("sqlite://")
    schema.check(database)
    database.close()


def test_asking_for_the_version_makes_no_file(tmp_path: Path) -> None:
    """A missing file is empty, and stays missing."""
    database = Database.at(f"sqlite:///{tmp_path / 'fiel.db'}")
    assert schema.version_of(database).state is SchemaState.EMPTY
    assert list(tmp_path.iterdir()) == []


def test_an_empty_server_database_is_not_touched(empty_postgres: str) -> None:
    """Only an embedded file is migrated by itself; a server's database waits for the command."""
    with pytest.raises(Conflict, match="fiel db upgrade --database postgresql://") as refusal:
        schema.open_database(empty_postgres)
    assert refusal.value.code == "database_empty"


@pytest.mark.parametrize(
    ("change", "code", "advice"),
    [
        (
            "UPDATE alembic_version SET version_num = '9999'",
            "newer",
            "install the newer",
        ),
        ("UPDATE alembic_version SET version_num = 'f00d'", "unknown", "restore a copy"),
        ("INSERT INTO alembic_version VALUES ('0000')", "unknown", "restore a copy"),
        ("DELETE FROM alembic_version", "unknown", "name another database"),
    ],
)
def test_another_version_is_refused(database: Database, change: str, code: str, advice: str) -> None:
    """A newer, unknown or half-recorded version refuses to open and to be upgraded, and says what to do."""
    _run(database, change)
    url = database.url.render_as_string(hide_password=False)
    attempts: list[Callable[[], object]] = [
        lambda: schema.open_database(url),
        lambda: schema.upgrade(database),
        lambda: schema.downgrade(database),
        lambda: schema.check(database),
    ]
    for attempt in attempts:
        with pytest.raises(Conflict, match=advice) as refusal:
            attempt()
        assert refusal.value.code == f"database_{code}"


@pytest.mark.parametrize(
    ("found", "tables", "state"),
    [
        ([], [], SchemaState.EMPTY),
        ([], ["letters"], SchemaState.UNKNOWN),
        (["0003"], ["inbox"], SchemaState.CURRENT),
        (["0002"], ["inbox"], SchemaState.OLDER),
        (["0004"], ["inbox"], SchemaState.NEWER),
        (["4e1a"], ["inbox"], SchemaState.UNKNOWN),
        (["0001", "0003"], ["inbox"], SchemaState.UNKNOWN),
    ],
)
def test_how_versions_compare(found: list[str], tables: list[str], state: SchemaState) -> None:
    """Recorded versions against a program that knows 1 to 3."""
    assert state_of(found, tables, ["0003", "0002", "0001"]) is state


def test_a_database_of_another_program_is_refused(empty: Database) -> None:
    """Tables without a version are somebody else's: nothing is added to them."""
    _run(empty, "CREATE TABLE letters (id BIGINT)")
    with pytest.raises(Conflict, match="not of a version"):
        schema.upgrade(empty)
    assert _tables(empty) == {"letters"}


def test_a_migration_that_fails_half_way_leaves_nothing(empty: Database) -> None:
    """The steps are one transaction: after a failure in the last table the database is still empty."""

    def fail(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if "CREATE TABLE idempotency_keys" in statement:
            raise KeyError("power cut")

    event.listen(empty.engine, "before_cursor_execute", fail)
    with pytest.raises(KeyError):
        schema.upgrade(empty)
    event.remove(empty.engine, "before_cursor_execute", fail)
    assert schema.version_of(empty).state is SchemaState.EMPTY
    assert _tables(empty) == set()
    schema.upgrade(empty)


def test_two_programs_on_a_fresh_database_migrate_it_once(empty_url: str) -> None:
    """Four first uses at once all end on a current schema."""
    start = threading.Barrier(4, timeout=30)

    def use(_number: int) -> SchemaState:
        database = Database.at(empty_url)
        start.wait()
        try:
            return schema.upgrade(database).state
        finally:
            database.close()

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(use, range(4))) == [SchemaState.CURRENT] * 4


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("DROP TABLE job_runs", "add_table job_runs"),
        ("ALTER TABLE leases ADD COLUMN mood TEXT", "remove_column"),
        ("DROP INDEX ix_outbox_held", "add_index"),
    ],
)
def test_tables_changed_by_hand_are_found(database: Database, change: str, told: str) -> None:
    """A database that says it is current and is not is corrupt, and the difference is named."""
    _run(database, change)
    with pytest.raises(Corrupt, match=told) as refusal:
        schema.check(database)
    assert refusal.value.code == "database_differs"


def test_a_row_that_refers_to_nothing_is_found(sqlite: Database) -> None:
    """What was written with foreign keys off is found by the check of an embedded file."""
    _run(sqlite, "CREATE TABLE child (owner TEXT REFERENCES leases (name))")
    raw = sqlite.engine.raw_connection()
    raw.cursor().execute("PRAGMA foreign_keys=OFF")
    raw.cursor().execute("INSERT INTO child VALUES ('nobody')")
    raw.close()
    with pytest.raises(Corrupt, match="a row of child refers to nothing"):
        schema.check(sqlite)


def test_foreign_keys_are_back_after_an_upgrade(sqlite: Database) -> None:
    """Migrations run without foreign keys; afterwards the same connections enforce them."""
    schema.downgrade(sqlite)
    schema.upgrade(sqlite)
    with sqlite.reading() as connection:
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
