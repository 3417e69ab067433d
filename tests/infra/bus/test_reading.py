"""The contract of every bus, part one: what is published is read, whole, in order, from where we were."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from fiel.infra.bus.faults import NotPublished
from fiel.infra.bus.partitioning import partition_of
from fiel.infra.bus.port import Batch, Message, Partition, Record, Subscription
from fiel.infra.bus.relaying import publishing_to
from fiel.infra.storage import outbox
from fiel.infra.storage.outbox import OutboxMessage
from fiel.infra.storage.relay import Relay
from fiel.infra.system import RandomIds
from fiel.kernel.errors import InvalidInput, NotFound
from tests.infra.bus.stage import Stage, messages

POLLS_MAX = 200
NOW = datetime(2026, 5, 4, 13, 0, tzinfo=UTC)


def _from(offset: int | None) -> Callable[[Sequence[Partition]], Mapping[Partition, int | None]]:
    return lambda partitions: dict.fromkeys(partitions, offset)


def _subscribed(stage: Stage, topic: str, offset: int | None = None) -> Subscription:
    return stage.bus.subscribe(
        [topic], stage.group, on_assigned=_from(offset), on_revoked=lambda _partitions: None
    )


def _read(subscription: Subscription, count: int, max_records: int = 50) -> list[Record]:
    found: list[Record] = []
    for _ in range(POLLS_MAX):
        if len(found) >= count:
            return found
        found += subscription.poll(max_records, 0.1).records
    raise AssertionError(f"{len(found)} of {count} records came")


def test_records_of_a_key_come_in_order_from_the_partition_of_java_producers(stage: Stage) -> None:
    """Twelve keys over four partitions: one partition per key, offsets without gaps, each body in turn."""
    topic = stage.topic("orders", 4)
    stage.bus.publish(messages(topic, 300, keys=12))
    subscription = _subscribed(stage, topic)
    records = _read(subscription, 300)
    subscription.close()

    for number in range(12):
        mine = [each for each in records if each.key == f"k{number}".encode()]
        assert [each.value for each in mine] == [str(n).encode() for n in range(number, 300, 12)]
        assert {each.partition.number for each in mine} == {partition_of(f"k{number}".encode(), 4)}
    for partition in {each.partition for each in records}:
        offsets = [each.offset for each in records if each.partition == partition]
        assert offsets == list(range(len(offsets)))


def test_bytes_come_as_they_went(stage: Stage) -> None:
    """Bodies that are no text, empty or missing, keys missing, headers in order: nothing is touched."""
    topic = stage.topic("bytes", 1)
    sent = [
        Message(topic, b"\xff\x00", b"\xfe\x00\xff", (("a", b"\x00"), ("b", b""), ("a", b"2"))),
        Message(topic, None, b""),
        Message(topic, b"", None),
        Message(topic, b"k", b"x" * 1_500_000),
    ]
    stage.bus.publish(sent)
    subscription = _subscribed(stage, topic)
    records = _read(subscription, 4)
    subscription.close()

    assert [(each.key, each.value, each.headers) for each in records] == [
        (each.key, each.body, each.headers) for each in sent
    ]
    assert all(each.timestamp_ms is not None and each.timestamp_ms > 1_700_000_000_000 for each in records)


def test_reading_starts_where_the_database_says(stage: Stage) -> None:
    """The stored offset decides, whatever the bus was told: a hint is only a hint."""
    topic = stage.topic("places", 1)
    stage.bus.publish(messages(topic, 20))
    first = _subscribed(stage, topic, 0)
    _read(first, 20)
    first.commit_hint({Partition(topic, 0): 20})
    first.close()
    second = _subscribed(stage, topic, 13)
    found = _read(second, 7)
    second.close()
    assert [each.offset for each in found] == list(range(13, 20))


def test_seek_pause_resume_and_lag(stage: Stage) -> None:
    """A paused partition gives nothing and loses nothing; lag counts what is left; seek goes anywhere."""
    topic = stage.topic("moves", 1)
    place = Partition(topic, 0)
    stage.bus.publish(messages(topic, 10))
    subscription = _subscribed(stage, topic)
    _read(subscription, 4, max_records=4)
    assert subscription.assigned() == {place}
    assert subscription.lag()[place].behind == 6

    subscription.pause([place])
    assert all(not subscription.poll(10, 0.05).records for _ in range(6))
    subscription.resume([place])
    assert [each.offset for each in _read(subscription, 6)] == [4, 5, 6, 7, 8, 9]
    subscription.seek(place, 8)
    assert [each.offset for each in _read(subscription, 2)] == [8, 9]
    assert subscription.lag()[place].behind == 0
    with pytest.raises(NotFound, match="not ours"):
        subscription.seek(Partition(topic, 7), 0)
    subscription.close()
    subscription.close()


def test_keeping_alive_gives_nothing_and_loses_nothing(stage: Stage) -> None:
    """While a handler works the partitions rest; afterwards every record comes once, those ahead too."""
    topic = stage.topic("busy", 2)
    stage.bus.publish(messages(topic, 100, keys=8))
    subscription = _subscribed(stage, topic)
    found = _read(subscription, 5, max_records=5)
    for _ in range(5):
        subscription.keep_alive()
    stage.bus.publish(messages(topic, 50, keys=8, start=100))
    subscription.keep_alive()
    found += _read(subscription, 150 - len(found))
    assert sorted(int(each.value or b"") for each in found) == list(range(150))
    subscription.close()


def test_a_batch_is_bounded(stage: Stage) -> None:
    """No poll gives more than it was asked for, and silly sizes are refused."""
    topic = stage.topic("bounded", 3)
    stage.bus.publish(messages(topic, 90, keys=9))
    subscription = _subscribed(stage, topic)
    sizes = []
    for _ in range(POLLS_MAX):
        sizes.append(len(subscription.poll(7, 0.1)))
        if sum(sizes) == 90:
            break
    assert sum(sizes) == 90
    assert max(sizes) <= 7
    for size in (0, 10_001):
        with pytest.raises(InvalidInput, match="poll 1 to"):
            subscription.poll(size, 0)
    subscription.close()


def test_what_cannot_be_published_is_named(stage: Stage) -> None:
    """A message for a topic that is not there fails, with its place and the reason; the others go."""
    topic = stage.topic("known", 1)
    one, two = messages(topic, 2)
    missing = Message(stage.prefix + "missing", b"k", b"?")
    with pytest.raises(NotPublished, match="1 of 3 messages") as failure:
        stage.bus.publish([one, missing, two])
    assert list(failure.value.failures) == [1]
    subscription = _subscribed(stage, topic)
    assert [each.value for each in _read(subscription, 2)] == [b"0", b"1"]
    subscription.close()
    stage.bus.publish([])


def test_a_topic_is_made_once_and_must_be_there(stage: Stage) -> None:
    """Making a topic again changes nothing; a topic that nobody made has no identity and no readers."""
    topic = stage.topic("once", 2)
    identity = stage.bus.topic_identity(topic)
    stage.bus.ensure_topic(topic, 5)
    assert stage.bus.topic_identity(topic) == identity
    with pytest.raises(InvalidInput, match="a topic has 1 to"):
        stage.bus.ensure_topic(topic, 0)
    with pytest.raises(InvalidInput, match="letters, digits"):
        stage.bus.ensure_topic("no spaces", 1)
    with pytest.raises(NotFound, match="create it first"):
        stage.bus.topic_identity(stage.prefix + "missing")
    with pytest.raises(NotFound, match="create it first"):
        _subscribed(stage, stage.prefix + "missing")


def test_the_outbox_reaches_the_bus_in_order(stage: Stage) -> None:
    """A relay publishes what a transaction wrote, with its id beside it; what cannot travel waits, named."""
    topic = stage.topic("relayed", 2)
    good = [OutboxMessage(f"m{n}", topic, f"k{n % 2}", str(n)) for n in range(20)]
    bad = OutboxMessage("bad", topic, "k" * 2_000, "key too long")
    lost = OutboxMessage("lost", stage.prefix + "missing", "k", "no such topic")
    with stage.database.unit_of_work() as unit:
        outbox.append(unit.connection, [bad, *good, lost], at=NOW)
    turned = Relay(stage.database, publishing_to(stage.bus), RandomIds()).turn()
    assert (turned.published, turned.failed) == (20, 2)
    with stage.database.unit_of_work() as unit:
        left = unit.connection.execute(text("DELETE FROM outbox RETURNING message_id")).scalars().all()
    assert set(left) == {"bad", "lost"}

    subscription = _subscribed(stage, topic)
    records = _read(subscription, 20)
    subscription.close()
    for key in (b"k0", b"k1"):
        mine = [each for each in records if each.key == key]
        assert [each.value for each in mine] == sorted((each.value or b"" for each in mine), key=int)
    assert {each.headers for each in records} == {
        (("message-id", each.message_id.encode()),) for each in good
    }


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"topic": "no spaces"}, "topic"),
        ({"topic": ".."}, "topic"),
        ({"topic": ""}, "topic"),
        ({"key": b"k" * 1_025}, "key"),
        ({"body": b"b" * (16 * 1024 * 1024 + 1)}, "body"),
        ({"headers": (("h", b""),) * 33}, "headers"),
        ({"headers": (("h", b"x" * 4_097),)}, "headers.h"),
    ],
)
def test_messages_have_limits(change: dict[str, object], field: str) -> None:
    """A malformed topic and too much of anything are refused before they reach a bus."""
    given: dict[str, object] = {"topic": "orders", "key": b"k", "body": b"b"} | change
    with pytest.raises(InvalidInput) as refusal:
        Message(**given)  # type: ignore[arg-type]
    assert refusal.value.field == field


def test_a_batch_is_cut_in_halves_that_keep_the_order() -> None:
    """The halves together are the batch, and each knows the places after its own records."""
    left, right = Partition("t", 0), Partition("t", 1)
    records = [Record(left, 0, None, b""), Record(right, 4, None, b""), Record(left, 1, None, b"")]
    whole = Batch(tuple(records))
    first, second = whole.halves()
    assert tuple(itertools.chain(first.records, second.records)) == whole.records
    assert first.next_offsets == {left: 1}
    assert second.next_offsets == {right: 5, left: 2}
    assert whole.only({right}).next_offsets == {right: 5}


def test_what_was_given_away_while_we_were_quiet_is_read_when_it_comes_back(stage: Stage) -> None:
    """A member that only keeps alive loses half to another, which leaves: all is read again, from all."""
    topic = stage.topic("orders", 4)
    first = _subscribed(stage, topic)
    _wait(lambda: len(first.assigned()) == 4, lambda: first.poll(1, 0.1))
    first.keep_alive()
    second = _subscribed(stage, topic)

    def both() -> None:
        first.keep_alive()
        second.poll(1, 0.1)

    _wait(lambda: len(first.assigned()) == len(second.assigned()) == 2, both)
    second.close()
    stage.bus.publish(messages(topic, 60, keys=12))
    records = _read(first, 60)
    first.close()
    assert len({(each.partition, each.offset) for each in records}) == 60


def _wait(done: Callable[[], bool], meanwhile: Callable[[], object]) -> None:
    for _ in range(POLLS_MAX):
        if done():
            return
        meanwhile()
    raise AssertionError("the group did not come to rest")
