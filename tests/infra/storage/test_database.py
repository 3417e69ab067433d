"""Units of work: all or nothing, run again when another stood in the way, unknown outcomes said."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NoReturn

import pytest
from sqlalchemy import event, select, text, update
from sqlalchemy.exc import OperationalError, ProgrammingError

from fiel.infra.storage import job_runs
from fiel.infra.storage.database import Database, Retry, UnitOfWork
from fiel.infra.storage.failures import CommitUnknown, Contended, translated
from fiel.infra.storage.tables import consumer_offsets
from fiel.infra.storage.tables import job_runs as runs
from fiel.infra.storage.urls import database_url, embedded_url
from fiel.kernel.errors import Conflict, Corrupt, InvalidInput, Unavailable


def _count(database: Database) -> int:
    with database.reading() as connection:
        return len(connection.execute(select(runs.c.run_key)).all())


def _mark(unit: UnitOfWork, key: str, now: Any) -> None:
    assert job_runs.first_run(unit.connection, "close", key, at=now)


def test_a_block_that_ends_is_committed(database: Database, now: Any) -> None:
    """What a unit did is there for the next one."""
    with database.unit_of_work() as unit:
        _mark(unit, "day-1", now)
    assert _count(database) == 1


def test_a_block_that_raises_leaves_nothing(database: Database, now: Any) -> None:
    """An exception rolls everything back and passes through unchanged."""

    def work(unit: UnitOfWork) -> NoReturn:
        _mark(unit, "day-1", now)
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        database.transact(work)
    assert _count(database) == 0


def test_a_savepoint_fails_alone(database: Database, now: Any) -> None:
    """What was done inside a failed savepoint is undone, what was done around it is kept."""

    def part_that_fails(unit: UnitOfWork) -> None:
        with unit.savepoint():
            _mark(unit, "undone", now)
            unit.connection.execute(text("INSERT INTO leases VALUES ('a', 'b', 0, 0, 0)"))

    with database.unit_of_work() as unit:
        _mark(unit, "kept", now)
        with pytest.raises(Conflict, match="refuses the row"):
            part_that_fails(unit)
        _mark(unit, "kept too", now)
    assert _count(database) == 2


def test_reading_refuses_to_write(database: Database) -> None:
    """A connection to read with cannot change anything, on either engine, and the next unit can."""
    with pytest.raises(Unavailable) as refusal, database.reading() as connection:
        connection.execute(text("DELETE FROM leases"))
    assert refusal.value.code == "database_halted"
    with database.unit_of_work() as unit:
        unit.connection.execute(text("DELETE FROM leases"))


def test_reading_sees_one_snapshot_and_no_writer_waits(database: Database, now: Any) -> None:
    """A reader in the middle of its work does not see, nor hold up, what another commits."""
    with database.reading() as connection:
        before = connection.execute(select(runs.c.run_key)).all()
        with database.unit_of_work() as unit:
            _mark(unit, "day-1", now)
        assert connection.execute(select(runs.c.run_key)).all() == before == []
    assert _count(database) == 1


def _contended() -> NoReturn:
    raise Contended("database_busy", "held")


@pytest.mark.parametrize("failures", [0, 1, 4])
def test_a_contended_transaction_runs_again(database: Database, now: Any, failures: int) -> None:
    """The work runs again from its start after pauses that double, and its effect is there once."""
    pauses: list[float] = []
    attempts = iter([True] * failures + [False])

    def work(unit: UnitOfWork) -> str:
        _mark(unit, "day-1", now)
        return _contended() if next(attempts) else "done"

    retry = Retry(attempts=5, first_pause_s=1, longest_pause_s=4, pause=pauses.append)
    assert database.transact(work, retry=retry) == "done"
    assert pauses == [1, 2, 4, 4][:failures]
    assert _count(database) == 1


def test_attempts_are_bounded(database: Database) -> None:
    """After the last attempt the contention is told, as something that may be tried later."""
    attempts: list[int] = []

    def work(_unit: UnitOfWork) -> None:
        attempts.append(1)
        _contended()

    with pytest.raises(Unavailable) as refusal:
        database.transact(work, retry=Retry(attempts=3, pause=lambda _seconds: None))
    assert refusal.value.code == "database_busy"
    assert len(attempts) == 3


def test_no_attempt_at_all_is_refused() -> None:
    """A policy without attempts would never do the work."""
    with pytest.raises(InvalidInput, match="at least one"):
        Retry(attempts=0)


def _lost_in_commit(_connection: object) -> NoReturn:
    cause = sqlite3.OperationalError("disk I/O error")
    cause.sqlite_errorcode = sqlite3.SQLITE_IOERR
    raise OperationalError("COMMIT", None, cause)


def test_an_unknown_commit_is_said_and_never_run_again(sqlite: Database, now: Any) -> None:
    """When the answer to COMMIT is lost, the work is not repeated: whoever called must look first."""
    attempts: list[int] = []

    def work(unit: UnitOfWork) -> None:
        attempts.append(1)
        _mark(unit, "day-1", now)

    event.listen(sqlite.engine, "commit", _lost_in_commit)
    with pytest.raises(CommitUnknown, match="look before trying again"):
        sqlite.transact(work)
    event.remove(sqlite.engine, "commit", _lost_in_commit)
    assert attempts == [1]
    assert sqlite.transact(lambda unit: job_runs.first_run(unit.connection, "close", "day-2", at=now))


def _kill_backend_of(unit: UnitOfWork, database: Database) -> None:
    backend = unit.connection.execute(text("SELECT pg_backend_pid()")).scalar_one()
    with database.unit_of_work() as other:
        other.connection.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": backend})


def test_a_server_that_dies_before_commit_is_unknown_on_postgres(postgres: Database, now: Any) -> None:
    """A backend killed between the work and COMMIT: the client cannot know, and says so."""

    def work(unit: UnitOfWork) -> None:
        _mark(unit, "day-1", now)
        _kill_backend_of(unit, postgres)

    with pytest.raises(CommitUnknown):
        postgres.transact(work)
    assert _count(postgres) == 0


def test_a_connection_lost_before_commit_is_tried_again(postgres: Database, now: Any) -> None:
    """A backend killed in the middle of the work: nothing was committed, so it is run again."""
    kills = iter([True, False])

    def work(unit: UnitOfWork) -> None:
        if next(kills):
            _kill_backend_of(unit, postgres)
        _mark(unit, "day-1", now)

    postgres.transact(work)
    assert _count(postgres) == 1


def test_a_deadlock_is_run_again(postgres: Database) -> None:
    """Two transactions that lock two rows crosswise both get their work done."""
    both = threading.Barrier(2, timeout=30)
    tries: list[str] = []
    with postgres.unit_of_work() as unit:
        unit.connection.execute(
            text("INSERT INTO consumer_offsets VALUES ('a', 't', 0, 0, 0), ('b', 't', 0, 0, 0)")
        )

    def work(first: str, second: str) -> Callable[[UnitOfWork], None]:
        def crosswise(unit: UnitOfWork) -> None:
            tries.append(first)
            for place, name in enumerate((first, second)):
                row = update(consumer_offsets).where(consumer_offsets.c.consumer == name)
                unit.connection.execute(row.values(epoch=consumer_offsets.c.epoch + 1))
                if place == 0 and len(tries) <= 2:
                    both.wait()

        return crosswise

    with ThreadPoolExecutor(2) as pool:
        done = [pool.submit(postgres.transact, work(*names)) for names in (("a", "b"), ("b", "a"))]
        for each in done:
            each.result(timeout=60)
    with postgres.reading() as connection:
        assert connection.execute(select(consumer_offsets.c.epoch)).scalars().all() == [2, 2]
    assert len(tries) == 3


def test_a_writer_that_waits_too_long_is_busy_on_sqlite(sqlite: Database, tmp_path: Path) -> None:
    """While another holds the write lock beyond the busy time-out, the answer is named and bounded."""
    impatient = Database.at(f"sqlite:///{tmp_path / 'fiel.db'}")
    event.listen(
        impatient.engine, "connect", lambda raw, _record: raw.execute("PRAGMA busy_timeout=1").close()
    )
    with sqlite.unit_of_work():
        with pytest.raises(Contended), impatient.unit_of_work():
            pass
        with impatient.reading() as connection:
            assert connection.execute(select(runs.c.run_key)).all() == []
    impatient.close()


def test_increments_from_many_threads_are_all_kept(database: Database) -> None:
    """Read, add, write from 4 threads: nothing is lost, because units exclude each other on a row."""
    with database.unit_of_work() as unit:
        unit.connection.execute(text("INSERT INTO consumer_offsets VALUES ('a', 't', 0, 0, 0)"))

    def add(unit: UnitOfWork) -> None:
        epoch = unit.connection.execute(select(consumer_offsets.c.epoch).with_for_update()).scalar_one()
        unit.connection.execute(update(consumer_offsets).values(epoch=epoch + 1))

    with ThreadPoolExecutor(4) as pool:
        for done in [pool.submit(database.transact, add) for _ in range(24)]:
            done.result(timeout=60)
    with database.reading() as connection:
        assert connection.execute(select(consumer_offsets.c.epoch)).scalar_one() == 24


def test_sqlite_is_opened_so_that_a_commit_is_a_commit(sqlite: Database) -> None:
    """WAL, FULL, foreign keys, triggers on REPLACE, a busy time-out; on every connection."""
    with sqlite.reading() as first, sqlite.reading() as second:
        for connection in (first, second):
            names = ("journal_mode", "synchronous", "foreign_keys", "recursive_triggers", "busy_timeout")
            found = [connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in names]
            assert found == ["wal", 2, 1, 1, 5000]


def test_postgres_is_opened_with_utc_and_bounded_waits(postgres: Database) -> None:
    """The session's settings are ours, whatever the server's are."""
    with postgres.unit_of_work() as unit:
        names = (
            "timezone",
            "synchronous_commit",
            "lock_timeout",
            "transaction_isolation",
            "application_name",
        )
        found = [unit.connection.execute(text(f"SHOW {name}")).scalar() for name in names]
    assert found == ["UTC", "on", "5s", "read committed", "fiel"]


def test_defects_of_statements_are_not_dressed_up(database: Database) -> None:
    """A statement that the database does not understand stays the driver's error: it is our mistake."""
    with pytest.raises((OperationalError, ProgrammingError)), database.unit_of_work() as unit:
        unit.connection.execute(text("SELECT nothing FROM nowhere"))


@pytest.mark.parametrize(
    ("code", "kind", "named"),
    [
        (sqlite3.SQLITE_BUSY, Contended, "database_busy"),
        (sqlite3.SQLITE_BUSY_SNAPSHOT, Contended, "database_busy"),
        (sqlite3.SQLITE_FULL, Unavailable, "database_halted"),
        (sqlite3.SQLITE_IOERR_READ, Unavailable, "database_halted"),
        (sqlite3.SQLITE_CORRUPT, Corrupt, "database_corrupt"),
    ],
)
def test_what_sqlite_says_has_a_name(code: int, kind: type[Exception], named: str) -> None:
    """Each way of failing is told in the words of the error tree; a full disk is not tried again."""
    cause = sqlite3.OperationalError("told by SQLite")
    cause.sqlite_errorcode = code
    error = translated(OperationalError("INSERT", None, cause))
    assert type(error) is kind
    assert error.code == named


def test_a_file_that_is_no_database_is_corrupt(tmp_path: Path) -> None:
    """A text file is named as not being a database."""
    (tmp_path / "letter.db").write_text("Dear Fiel, " * 100, encoding="utf-8")
    database = Database.at(f"sqlite:///{tmp_path / 'letter.db'}")
    with pytest.raises(Corrupt, match="not a sound database"), database.reading():
        pass
    database.close()


@pytest.mark.parametrize(
    ("url", "code"),
    [("mysql://u:secret@h/d", "database_unsupported"), ("fiel.db", "database_url_malformed")],
)
def test_urls_that_cannot_be_used_are_refused(url: str, code: str) -> None:
    """The refusal says what to write, and never repeats a password."""
    with pytest.raises(InvalidInput) as refusal:
        database_url(url)
    assert (refusal.value.code, refusal.value.field) == (code, "database")
    assert "secret" not in str(refusal.value)


def test_the_url_of_a_file_opens_that_file() -> None:
    """A blank, a percent sign or a question mark in a path stays part of the path."""
    for name in ("/home/ana/.local/share/fiel/fiel.db", "/data x/50%25 or?.db"):
        assert database_url(embedded_url(Path(name))).database == name


def test_a_password_is_not_shown() -> None:
    """What people see of a URL has stars for the password."""
    assert Database.at("postgresql://ana:secret@h/d").shown == "postgresql://ana:***@h/d"


def test_a_dead_server_is_unavailable() -> None:
    """Nobody listening is told as such, with the question that helps."""
    database = Database.at("postgresql://postgres@127.0.0.1:1/nothing")
    with pytest.raises(Unavailable, match="is it up"), database.reading():
        pass
