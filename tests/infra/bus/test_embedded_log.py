"""The embedded log: offsets without gaps, in the order in which they can be seen."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from fiel.infra import system
from fiel.infra.bus import embedded_log
from fiel.infra.bus.embedded import EmbeddedBus, EmbeddedPace
from fiel.infra.bus.embedded_log import Bounds
from fiel.infra.bus.partitioning import partition_of
from fiel.infra.bus.port import Message, Partition
from fiel.kernel.errors import InvalidInput, NotFound
from tests.infra.bus.stage import PACE, Stage, messages, turn_until


def _bus(stage: Stage) -> EmbeddedBus:
    assert isinstance(stage.bus, EmbeddedBus)
    return stage.bus


def test_writers_at_once_leave_no_gap_and_keep_their_order(embedded: Stage) -> None:
    """Six threads append to two partitions: offsets are 0, 1, 2..., each writer's messages in turn."""
    topic = embedded.topic("crowded", 2)

    def write(writer: int) -> None:
        for turn in range(10):
            body = f"{writer}:{turn}".encode()
            embedded.bus.publish([Message(topic, b"a", body), Message(topic, b"b", body)])

    with ThreadPoolExecutor(6) as threads:
        list(threads.map(write, range(6)))
    with embedded.database.reading() as connection:
        for key in (b"a", b"b"):
            place = Partition(topic, partition_of(key, 2))
            records = embedded_log.read(connection, place, 0, max_records=500, max_bytes=10**6)
            assert [each.offset for each in records] == list(range(len(records)))
            mine = [each.value or b"" for each in records if each.key == key]
            for writer in range(6):
                ours = [body for body in mine if body.startswith(f"{writer}:".encode())]
                assert ours == [f"{writer}:{turn}".encode() for turn in range(10)]


def test_an_append_belongs_to_the_transaction_of_its_caller(embedded: Stage) -> None:
    """Rolled back, it leaves neither a record nor a gap; committed, it is there with the rest."""
    topic = embedded.topic("inside", 1)
    bus = _bus(embedded)

    def change_of_mind() -> None:
        with embedded.database.unit_of_work() as unit:
            bus.append(unit.connection, messages(topic, 3))
            raise RuntimeError("no")

    with pytest.raises(RuntimeError):
        change_of_mind()
    with embedded.database.unit_of_work() as unit:
        bus.append(unit.connection, messages(topic, 2))
        unit.connection.execute(text("DELETE FROM effects"))
    with embedded.database.reading() as connection:
        place = Partition(topic, 0)
        assert embedded_log.bounds_of(connection, [place]) == {place: Bounds(0, 2)}
    with pytest.raises(NotFound), embedded.database.unit_of_work() as unit:
        bus.append(unit.connection, [Message("missing", b"k", b"v")])


def test_a_publish_wakes_a_consumer_of_the_same_process(sqlite: Stage) -> None:
    """With a look only once an hour, a record still comes: the publish rings the bell."""
    bus = EmbeddedBus(sqlite.database, pace=EmbeddedPace(look_s=3_600))
    bus.ensure_topic("bell", 1)
    subscription = bus.subscribe(
        ["bell"],
        "g",
        on_assigned=dict.fromkeys,
        on_revoked=lambda _partitions: None,
    )
    assert len(subscription.poll(10, 0)) == 0
    writer = threading.Timer(0.2, bus.publish, [messages("bell", 1)])
    writer.start()
    began = system.elapsed_seconds()
    batch = subscription.poll(10, 30)
    writer.join()
    subscription.close()
    assert len(batch) == 1
    # Far below what it would have slept through.
    assert system.elapsed_seconds() - began < 25


def test_messages_without_a_key_are_spread(sqlite: Stage) -> None:
    """No key, no order: publishes take turns among the partitions."""
    topic = sqlite.topic("keyless", 3)
    for _ in range(6):
        sqlite.bus.publish([Message(topic, None, b"v")])
    places = [Partition(topic, number) for number in range(3)]
    with sqlite.database.reading() as connection:
        assert embedded_log.bounds_of(connection, places) == dict.fromkeys(places, Bounds(0, 2))


def test_trimming_forgets_only_what_is_before(embedded: Stage) -> None:
    """Retention moves the beginning, never past the end, and new records keep their numbers."""
    topic = embedded.topic("trimmed", 1)
    place = Partition(topic, 0)
    bus = _bus(embedded)
    bus.publish(messages(topic, 10))
    assert (bus.trim(place, 4), bus.trim(place, 4), bus.trim(place, 2)) == (4, 0, 0)
    assert bus.trim(place, 99) == 6
    bus.publish(messages(topic, 1))
    with embedded.database.reading() as connection:
        assert embedded_log.bounds_of(connection, [place]) == {place: Bounds(10, 11)}
        assert [e.offset for e in embedded_log.read(connection, place, 0, max_records=9, max_bytes=99)] == [
            10
        ]


def test_more_consumers_than_partitions_wait_for_a_seat(sqlite: Stage) -> None:
    """The third of three members of a topic with two partitions reads nothing, until a seat is free."""
    topic = sqlite.topic("crowd", 2)
    quick = replace(PACE, poll_s=0.01)
    one, two, three = (sqlite.consumer(topic, sqlite.handler(str(n)), pace=quick) for n in range(3))
    turn_until(one, lambda: [len(each.assigned()) for each in (one, two)] == [1, 1], two, three)
    assert not three.assigned()
    one.close()
    turn_until(two, lambda: [len(each.assigned()) for each in (two, three)] == [1, 1], three)
    two.close()
    three.close()


@pytest.mark.parametrize(
    "pace", [{"look_s": 0.0}, {"fetch_bytes_max": 0}, {"lease": timedelta(milliseconds=99)}]
)
def test_a_pace_has_limits(pace: dict[str, object]) -> None:
    """Times and sizes of nothing are refused."""
    with pytest.raises(InvalidInput):
        EmbeddedPace(**pace)  # type: ignore[arg-type]
