"""Once only: job runs by key, and requests that their caller repeats."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pytest
from sqlalchemy import select, text

from fiel.infra.storage import idempotency, job_runs
from fiel.infra.storage.database import Database, UnitOfWork
from fiel.infra.storage.tables import idempotency_keys
from fiel.kernel.errors import Conflict, Corrupt, InvalidInput

BODY = {"user": "ana", "amount": "10.00", "note": None}


def test_a_job_runs_once_per_key(database: Database, now: datetime) -> None:
    """The second time is told apart from the first; other keys and jobs are their own."""
    with database.unit_of_work() as unit:
        assert job_runs.first_run(unit.connection, "close", "2026-05-04", at=now, outcome="12 wallets")
        assert not job_runs.first_run(unit.connection, "close", "2026-05-04", at=now)
        assert job_runs.first_run(unit.connection, "close", "2026-05-05", at=now)
        assert job_runs.first_run(unit.connection, "seal", "2026-05-04", at=now)
        assert job_runs.outcome_of(unit.connection, "close", "2026-05-04") == "12 wallets"
        assert job_runs.outcome_of(unit.connection, "close", "2026-05-06") is None


def test_two_workers_run_a_job_once(database: Database, now: datetime) -> None:
    """Started at once, one does it and the other learns that it is done."""
    start = threading.Barrier(4, timeout=30)

    def run(_number: int) -> bool:
        start.wait()
        return database.transact(lambda unit: job_runs.first_run(unit.connection, "close", "day", at=now))

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(run, range(4))) == [False, False, False, True]


def test_a_job_that_failed_may_run_again(database: Database, now: datetime) -> None:
    """The mark is rolled back with the effect."""

    def work(unit: UnitOfWork) -> None:
        job_runs.first_run(unit.connection, "close", "day", at=now)
        raise KeyError("poison")

    with pytest.raises(KeyError):
        database.transact(work)
    with database.unit_of_work() as unit:
        assert job_runs.first_run(unit.connection, "close", "day", at=now)


def _deposit(
    database: Database, now: datetime, key: str = "k1", changes: Mapping[str, str | int | None] | None = None
) -> str:
    """One request: its answer, `done` the first time and `again` when it was known."""
    with database.unit_of_work() as unit:
        known = idempotency.begin(unit.connection, "deposit", key, {**BODY, **(changes or {})}, at=now)
        if known is None:
            idempotency.finish(unit.connection, "deposit", key, '{"balance":"10.00"}')
            return "done"
        return f"again {known}"


def test_a_repeated_request_gets_the_same_answer(database: Database, now: datetime) -> None:
    """The effect happens once; every repetition is answered as the first was."""
    assert _deposit(database, now) == "done"
    assert _deposit(database, now) == _deposit(database, now) == 'again {"balance":"10.00"}'


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"amount": "10.01"}, "amount"),
        ({"note": ""}, "note"),
        ({"extra": 1}, "extra"),
        ({"user": "bia"}, "user"),
    ],
)
def test_another_body_is_a_conflict_that_names_the_field(
    database: Database, now: datetime, changes: dict[str, str | int | None], field: str
) -> None:
    """The same key with another amount, note, field or user is refused, by name."""
    _deposit(database, now)
    with pytest.raises(Conflict) as refusal:
        _deposit(database, now, changes=changes)
    assert (refusal.value.code, refusal.value.field) == ("idempotency_key_reused", field)


def test_a_missing_field_is_another_body(database: Database, now: datetime) -> None:
    """Leaving a field out is not repeating the request."""
    _deposit(database, now)
    with pytest.raises(Conflict) as refusal, database.unit_of_work() as unit:
        idempotency.begin(unit.connection, "deposit", "k1", {"user": "ana", "note": None}, at=now)
    assert refusal.value.field == "amount"


def test_keys_of_different_operations_are_apart(database: Database, now: datetime) -> None:
    """The same key may name a deposit and a withdrawal."""
    _deposit(database, now)
    with database.unit_of_work() as unit:
        assert idempotency.begin(unit.connection, "withdraw", "k1", BODY, at=now) is None
        idempotency.finish(unit.connection, "withdraw", "k1", "{}")


def test_bodies_are_not_kept(database: Database, now: datetime) -> None:
    """Only digests of what was sent are stored."""
    _deposit(database, now)
    with database.reading() as connection:
        row = connection.execute(select(idempotency_keys)).one()
    assert "ana" not in str(tuple(row))


@pytest.mark.parametrize("key", ["", "k" * 201, "k\x00"])
def test_a_key_has_a_sane_form(database: Database, now: datetime, key: str) -> None:
    """Empty, endless and unstorable keys are refused, naming the header."""
    with pytest.raises(InvalidInput) as refusal:
        _deposit(database, now, key)
    assert refusal.value.field == "Idempotency-Key"


def test_an_answer_is_given_once(database: Database, now: datetime) -> None:
    """Answering twice, or a request that never began, is a contradiction."""
    _deposit(database, now)
    for key in ("k1", "never"):
        with pytest.raises(Corrupt), database.unit_of_work() as unit:
            idempotency.finish(unit.connection, "deposit", key, "{}")


def test_a_request_committed_without_its_answer_is_corrupt(database: Database, now: datetime) -> None:
    """A row without an answer can only be somebody's hand, or a defect of ours."""
    _deposit(database, now)
    with database.unit_of_work() as unit:
        unit.connection.execute(text("UPDATE idempotency_keys SET answer = NULL"))
    with pytest.raises(Corrupt, match="without its answer"):
        _deposit(database, now)


def test_the_same_request_twice_at_once_has_one_effect(database: Database, now: datetime) -> None:
    """Of four at once one does it, the others wait and get its answer."""
    start = threading.Barrier(4, timeout=30)

    def send(_number: int) -> str:
        start.wait()
        return _deposit(database, now)

    with ThreadPoolExecutor(4) as pool:
        answers = sorted(pool.map(send, range(4)))
    assert answers == ['again {"balance":"10.00"}'] * 3 + ["done"]
