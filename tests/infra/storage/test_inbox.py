"""The inbox: a message delivered again changes nothing, and a used id with another payload is a conflict."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from fiel.infra.storage.database import Database, UnitOfWork
from fiel.infra.storage.inbox import Inbox, Received, Verdict, payload_hash
from fiel.kernel.errors import Conflict, InvalidInput
from tests.support.examples import examples

NEW, DUPLICATE, CONFLICT = Verdict.NEW, Verdict.DUPLICATE, Verdict.CONFLICT
CUSTODY = Inbox("custody")


def _received(*messages: str) -> list[Received]:
    """`"7 body"` is the message of id 7 with that payload."""
    return [Received(each.split()[0], payload_hash(each)) for each in messages]


def _record(database: Database, now: datetime, *messages: str) -> list[Verdict]:
    with database.unit_of_work() as unit:
        return list(CUSTODY.record(unit.connection, _received(*messages), at=now))


def test_a_message_is_new_once(database: Database, now: datetime) -> None:
    """The same message in the next transaction is a duplicate."""
    assert _record(database, now, "1 a", "2 b") == [NEW, NEW]
    assert _record(database, now, "2 b", "3 c", "1 a") == [DUPLICATE, NEW, DUPLICATE]


def test_a_message_twice_in_one_batch_is_new_once(database: Database, now: datetime) -> None:
    """The first in the batch counts, the second is a duplicate, another payload is a conflict."""
    assert _record(database, now, "1 a", "1 a", "1 b", "2 c") == [NEW, DUPLICATE, CONFLICT, NEW]


def test_a_used_id_with_another_payload_is_a_conflict(database: Database, now: datetime) -> None:
    """Across transactions too; the first payload stays the one that is known."""
    _record(database, now, "1 a")
    assert _record(database, now, "1 b", "1 a", "1 b") == [CONFLICT, DUPLICATE, CONFLICT]


def test_one_message_is_accepted_once(database: Database, now: datetime) -> None:
    """`accept` answers new or not, and raises for another payload, naming the field."""
    (first,), (other,) = _received("1 a"), _received("1 b")
    with database.unit_of_work() as unit:
        assert CUSTODY.accept(unit.connection, first, at=now) is True
        assert CUSTODY.accept(unit.connection, first, at=now) is False
        with pytest.raises(Conflict) as refusal:
            CUSTODY.accept(unit.connection, other, at=now)
    assert (refusal.value.code, refusal.value.field) == ("message_id_reused", "message_id")


def test_consumers_are_apart(database: Database, now: datetime) -> None:
    """What one consumer handled is new to another."""
    _record(database, now, "1 a")
    with database.unit_of_work() as unit:
        assert Inbox("reports").record(unit.connection, _received("1 a"), at=now) == (NEW,)


def test_a_rolled_back_message_is_new_again(database: Database, now: datetime) -> None:
    """The mark goes with the effects."""

    def work(unit: UnitOfWork) -> None:
        CUSTODY.record(unit.connection, _received("1 a"), at=now)
        raise KeyError("poison")

    with pytest.raises(KeyError):
        database.transact(work)
    with database.reading() as connection:
        assert not CUSTODY.has(connection, "1")
    assert _record(database, now, "1 a") == [NEW]


def test_nothing_recorded_is_nothing(database: Database, now: datetime) -> None:
    """An empty batch asks the database nothing."""
    assert _record(database, now) == []


def test_an_id_that_cannot_be_stored_is_refused(database: Database, now: datetime) -> None:
    """A NUL in an id is refused alike on both engines, so that it becomes a dead letter."""
    with pytest.raises(InvalidInput) as refusal, database.unit_of_work() as unit:
        CUSTODY.record(unit.connection, [Received("1\x00", "h")], at=now)
    assert refusal.value.field == "message_id"


def test_the_same_batch_in_two_workers_is_applied_once(database: Database, now: datetime) -> None:
    """Two workers with the same messages in opposite order: each is new to exactly one, no deadlock."""
    start = threading.Barrier(2, timeout=30)
    messages = [f"{number} body" for number in range(3000)]

    def work(batch: list[str]) -> list[str]:
        start.wait()
        verdicts = _record(database, now, *batch)
        return [each for each, verdict in zip(batch, verdicts, strict=True) if verdict is NEW]

    with ThreadPoolExecutor(2) as pool:
        one, two = pool.map(work, (messages, messages[::-1]))
    assert sorted(one + two) == sorted(messages)


@settings(
    max_examples=examples(20), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(batches=st.lists(st.lists(st.sampled_from(["1 a", "1 b", "2 a", "3 a", "3 é"])), max_size=4))
def test_verdicts_do_not_depend_on_how_messages_are_batched(
    database: Database, now: datetime, batches: list[list[str]]
) -> None:
    """Any stream cut in any batches has the verdicts of a dictionary read one by one."""
    with database.unit_of_work() as unit:
        unit.connection.execute(text("DELETE FROM inbox"))
    known: dict[str, str] = {}
    for batch in batches:
        expected = [_verdict_of(message, known) for message in batch]
        assert _record(database, now, *batch) == expected


def _verdict_of(message: str, known: dict[str, str]) -> Verdict:
    """The rule, one message at a time."""
    name = message.split(maxsplit=1)[0]
    if name not in known:
        known[name] = message
        return NEW
    return DUPLICATE if known[name] == message else CONFLICT
