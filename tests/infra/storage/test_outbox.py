"""Outbox and relay: at least once, in order per key, whatever fails in between."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text, update

from fiel.infra.storage import bulk, outbox
from fiel.infra.storage.database import Database, UnitOfWork
from fiel.infra.storage.outbox import OutboxMessage
from fiel.infra.storage.relay import Relay, Relayed, RelayPolicy
from fiel.infra.storage.tables import outbox as table
from fiel.infra.system import RandomIds
from fiel.kernel.errors import Conflict, InvalidInput, Unavailable
from fiel.kernel.ids import SequentialIds
from tests.support.examples import examples


class Bus:
    """Takes messages, except those that it is told to fail."""

    def __init__(self) -> None:
        self.sent: list[str] = []
        self.failing: set[str] = set()
        self.down = False

    def publish(self, messages: Sequence[OutboxMessage]) -> Mapping[int, str]:
        if self.down:
            raise Unavailable("bus_down", "the bus is down")
        failures = {
            place: "refused" for place, each in enumerate(messages) if each.message_id in self.failing
        }
        self.sent += [each.message_id for place, each in enumerate(messages) if place not in failures]
        return failures


def _append(database: Database, now: datetime, *names: str) -> None:
    """`"ana-1"` is message ana-1 of key ana."""
    messages = [
        OutboxMessage(name, "wallet-events-v1", name.split("-")[0], f'{{"n":"{name}"}}') for name in names
    ]
    with database.unit_of_work() as unit:
        outbox.append(unit.connection, messages, at=now)


def _relay(database: Database, bus: Bus, batch: int = 500) -> Relay:
    return Relay(database, bus.publish, SequentialIds("claim"), RelayPolicy(batch=batch))


def _let_pass(database: Database, span: timedelta) -> None:
    """Time passes for the outbox: leases and waits come nearer to their end."""
    earlier = table.c.not_before - span // timedelta(microseconds=1)
    with database.unit_of_work() as unit:
        unit.connection.execute(update(table).where(table.c.not_before > 0).values(not_before=earlier))


def test_messages_are_published_in_order_and_gone(database: Database, now: datetime) -> None:
    """Batches smaller than the backlog empty it in the order of writing."""
    bus = Bus()
    _append(database, now, "ana-1", "bia-1", "ana-2")
    _append(database, now, "ana-3", "bia-2")
    assert _relay(database, bus, batch=2).drain() == 5
    assert bus.sent == ["ana-1", "bia-1", "ana-2", "ana-3", "bia-2"]
    assert _relay(database, bus).turn() == Relayed(0, 0, 0)


def test_a_rolled_back_message_is_never_published(database: Database, now: datetime) -> None:
    """What did not become true is not told."""

    def work(unit: UnitOfWork) -> None:
        outbox.append(unit.connection, [OutboxMessage("1", "t", "k", "{}")], at=now)
        raise KeyError("poison")

    with pytest.raises(KeyError):
        database.transact(work)
    assert _relay(database, Bus()).drain() == 0


def test_a_failure_holds_its_key_and_no_other(database: Database, now: datetime) -> None:
    """After a failure the key's later messages wait behind it; other keys go on; then order is kept."""
    bus = Bus()
    bus.failing = {"ana-2"}
    _append(database, now, "ana-1", "ana-2", "bia-1", "ana-3")
    relay = _relay(database, bus)
    assert relay.turn() == Relayed(4, 2, 1)
    _append(database, now, "ana-4", "bia-2")
    relay.drain()
    bus.failing = set()
    assert relay.drain() == 0
    _let_pass(database, timedelta(minutes=1))
    relay.drain()
    # The bus took ana-3 in the first batch though ana-2 failed: it is sent again, after ana-2.
    assert bus.sent == ["ana-1", "bia-1", "ana-3", "bia-2", "ana-2", "ana-3", "ana-4"]


def test_a_bus_that_is_down_loses_nothing(database: Database, now: datetime) -> None:
    """While the bus is away messages wait, told in the backlog; afterwards each goes out once, in order."""
    bus = Bus()
    bus.down = True
    _append(database, now, "ana-1", "ana-2", "bia-1")
    relay = _relay(database, bus)
    assert relay.turn() == Relayed(3, 0, 2)
    with database.reading() as connection:
        waiting = outbox.backlog(connection)
    assert (waiting.pending, waiting.oldest, waiting.failing) == (3, now, 2)
    bus.down = False
    _let_pass(database, timedelta(minutes=1))
    relay.drain()
    assert bus.sent == ["ana-1", "ana-2", "bia-1"]


def test_waits_double_up_to_a_limit() -> None:
    """The wait after the first, second, third and a very late failure."""
    policy = RelayPolicy(first_wait=timedelta(seconds=1), longest_wait=timedelta(seconds=5))
    assert [policy.wait_after(n).total_seconds() for n in (1, 2, 3, 4, 10_000)] == [1, 2, 4, 5, 5]


def test_attempts_are_counted_for_the_one_that_failed(database: Database, now: datetime) -> None:
    """Messages held back behind a failure have no attempt counted, the failed one has each."""
    bus = Bus()
    bus.failing = {"ana-1"}
    _append(database, now, "ana-1", "ana-2")
    relay = _relay(database, bus)
    for _ in range(2):
        relay.turn()
        _let_pass(database, timedelta(minutes=1))
    with database.reading() as connection:
        rows = connection.execute(select(table.c.attempts, table.c.last_error).order_by(table.c.id)).all()
    assert [tuple(row) for row in rows] == [(2, "refused"), (0, None)]


def test_a_relay_that_died_is_succeeded_after_its_lease(database: Database, now: datetime) -> None:
    """What a dead relay had claimed waits for the lease to end, with all of its key, then goes out."""
    bus = Bus()
    _append(database, now, "ana-1", "bia-1")
    with database.unit_of_work() as unit:
        claimed = outbox.claim(unit.connection, "dead", limit=1, lease=timedelta(seconds=30))
    assert [each.message.message_id for each in claimed] == ["ana-1"]
    _append(database, now, "ana-2")
    relay = _relay(database, bus)
    relay.drain()
    assert bus.sent == ["bia-1"]
    _let_pass(database, timedelta(seconds=30))
    relay.drain()
    assert bus.sent == ["bia-1", "ana-1", "ana-2"]


def test_a_relay_that_lost_its_claim_settles_nothing(database: Database, now: datetime) -> None:
    """A late relay can neither remove nor put off what another claimed meanwhile."""
    _append(database, now, "ana-1")
    minute = timedelta(minutes=1)
    with database.unit_of_work() as unit:
        (late,) = outbox.claim(unit.connection, "late", limit=9, lease=minute)
    _let_pass(database, minute)
    with database.unit_of_work() as unit:
        (mine,) = outbox.claim(unit.connection, "mine", limit=9, lease=minute)
        outbox.remove_published(unit.connection, "late", [late.id])
        outbox.give_back(unit.connection, "late", [late.id])
        outbox.put_off(unit.connection, "late", {late.id: "x"}, {late.id: timedelta(0)})
        row = unit.connection.execute(select(table)).one()
    assert (row.claim, row.attempts, row.last_error, mine.attempts) == ("mine", 2, None, 2)


def test_relays_side_by_side_keep_the_order_of_each_key(database: Database, now: datetime) -> None:
    """Three relays with small batches: every message goes out once, and each key in order."""
    names = [f"key{number % 5}-{number:03}" for number in range(60)]
    _append(database, now, *names)
    sent: list[str] = []
    lock = threading.Lock()

    def publish(messages: Sequence[OutboxMessage]) -> Mapping[int, str]:
        with lock:
            sent.extend(each.message_id for each in messages)
        return {}

    def work(_number: int) -> None:
        relay = Relay(database, publish, RandomIds("claim"), RelayPolicy(batch=4))
        for _ in range(200):
            relay.turn()
            if len(sent) >= len(names):
                break

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(work, range(3)))
    assert sorted(sent) == sorted(names)
    for key in {name.split("-")[0] for name in names}:
        mine = [name for name in sent if name.startswith(f"{key}-")]
        assert mine == sorted(mine)


def test_a_used_message_id_is_a_conflict(database: Database, now: datetime) -> None:
    """Two messages of one id cannot wait side by side."""
    _append(database, now, "ana-1")
    with pytest.raises(Conflict, match="refuses the row"):
        _append(database, now, "ana-1")


def test_a_guarded_id_is_not_looked_for_again(database: Database, now: datetime) -> None:
    """An id that a row of its room keeps unique costs no second look; every other one is still refused."""
    guarded = outbox.guarded_rows_at([("ana-1", "t", "ana", "{}")], now)
    with database.unit_of_work() as unit:
        bulk.insert(unit.connection, outbox.guarded_shape(), guarded)
        bulk.insert(unit.connection, outbox.guarded_shape(), guarded)
    _append(database, now, "ana-1")
    with database.unit_of_work() as unit:
        assert outbox.backlog(unit.connection).pending == 3
    with pytest.raises(Conflict, match="refuses the row"):
        _append(database, now, "ana-1")


@pytest.mark.parametrize("given_id", ["", "1\x00"])
def test_a_message_needs_an_id_that_can_be_stored(given_id: str) -> None:
    """An empty id and one with a NUL are refused before anything is written."""
    with pytest.raises(InvalidInput):
        OutboxMessage(given_id, "t", "k", "{}")


@settings(
    max_examples=examples(15), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.data())
def test_any_run_of_failures_ends_with_each_key_in_order(
    database: Database, now: datetime, data: st.DataObject
) -> None:
    """With any failures on the way, the last time each message was sent is in the order of its key."""
    with database.unit_of_work() as unit:
        unit.connection.execute(text("DELETE FROM outbox"))
    keys = data.draw(st.lists(st.sampled_from("abc"), min_size=1, max_size=8))
    names = [f"{key}-{number}" for number, key in enumerate(keys)]
    _append(database, now, *names)
    bus = Bus()
    relay = _relay(database, bus, batch=data.draw(st.integers(1, 5)))
    for _ in range(3):
        bus.down = data.draw(st.booleans())
        bus.failing = data.draw(st.sets(st.sampled_from(names)))
        relay.turn()
        if data.draw(st.booleans()):
            _let_pass(database, timedelta(minutes=2))
    bus.down, bus.failing = False, set()
    _let_pass(database, timedelta(minutes=2))
    relay.drain()
    last = {name: place for place, name in enumerate(bus.sent)}
    assert set(last) == set(names)
    for key in set(keys):
        places = [last[name] for name in names if name.startswith(f"{key}-")]
        assert places == sorted(places)
