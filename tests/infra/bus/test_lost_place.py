"""The contract of every bus, part four: a place that is not in the log stops the consumer, loudly."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from fiel.infra.bus import topic_identities
from fiel.infra.bus.embedded import EmbeddedBus
from fiel.infra.bus.faults import OffsetOutOfRange, TopicReplaced
from fiel.infra.bus.port import Partition, start_at
from fiel.infra.storage import offsets
from tests.infra.bus.stage import Stage, messages, turn_until


def _forget_before(stage: Stage, topic: str, offset: int) -> None:
    """What retention does."""
    if isinstance(stage.bus, EmbeddedBus):
        stage.bus.trim(Partition(topic, 0), offset)
        return
    admin, place = _admin(stage, topic, offset)
    for done in admin.delete_records([place]).values():  # type: ignore[attr-defined]
        done.result(20)


def _make_anew(stage: Stage, topic: str) -> None:
    """The topic is deleted and made again."""
    if isinstance(stage.bus, EmbeddedBus):
        stage.bus.delete_topic(topic)
    else:
        admin, _ = _admin(stage, topic, 0)
        for done in admin.delete_topics([topic]).values():  # type: ignore[attr-defined]
            done.result(20)
    stage.bus.ensure_topic(topic, 1)


def _admin(stage: Stage, topic: str, offset: int) -> tuple[object, object]:
    import confluent_kafka
    from confluent_kafka.admin import AdminClient

    return AdminClient({"bootstrap.servers": stage.address}), confluent_kafka.TopicPartition(topic, 0, offset)


def _put_at(stage: Stage, topic: str, offset: int) -> None:
    """An operator sets the stored offset."""
    with stage.database.unit_of_work() as unit:
        offsets.rewind(unit.connection, stage.group, topic, 0, offset)


def test_a_stored_offset_past_the_end_stops_the_consumer(stage: Stage) -> None:
    """The log is shorter than what was handled: nothing is read, the numbers are in the error."""
    topic = stage.topic("short", 1)
    stage.bus.publish(messages(topic, 10))
    _put_at(stage, topic, 11)
    consumer = stage.consumer(topic, stage.handler())
    with pytest.raises(OffsetOutOfRange, match="made anew") as stop:
        turn_until(consumer, lambda: False)
    assert (stop.value.wanted, stop.value.low, stop.value.high) == (11, 0, 10)
    consumer.close()
    assert (stage.effects(), stage.stored(topic)) == ([], 11)


def test_retention_that_passed_the_consumer_stops_it(stage: Stage) -> None:
    """Records that nobody handled are gone: the consumer does not skip to what is left."""
    topic = stage.topic("forgotten", 1)
    stage.bus.publish(messages(topic, 10))
    _put_at(stage, topic, 3)
    _forget_before(stage, topic, 6)
    consumer = stage.consumer(topic, stage.handler())
    with pytest.raises(OffsetOutOfRange, match="retention") as stop:
        turn_until(consumer, lambda: False)
    assert (stop.value.wanted, stop.value.low) == (3, 6)
    consumer.close()

    # The operator has looked, and decides to go on from what is left.
    _put_at(stage, topic, 6)
    again = stage.consumer(topic, stage.handler())
    turn_until(again, lambda: len(stage.effects()) == 4)
    again.close()


def test_a_first_reader_begins_at_what_is_left(stage: Stage) -> None:
    """A group that never read anything misses nothing: it begins where the log begins."""
    topic = stage.topic("late", 1)
    stage.bus.publish(messages(topic, 10))
    _forget_before(stage, topic, 4)
    consumer = stage.consumer(topic, stage.handler())
    turn_until(consumer, lambda: stage.stored(topic) == 10)
    consumer.close()
    assert stage.bodies("k0") == ["4", "5", "6", "7", "8", "9"]


def test_a_topic_made_anew_is_noticed_even_when_it_is_longer(stage: Stage) -> None:
    """Offsets of the old log fit into the new one; its identity does not."""
    topic = stage.topic("anew", 1)
    stage.bus.publish(messages(topic, 5))
    consumer = stage.consumer(topic, stage.handler())
    turn_until(consumer, lambda: stage.stored(topic) == 5)
    consumer.close()

    _make_anew(stage, topic)
    stage.bus.publish(messages(topic, 20, start=100))
    again = stage.consumer(topic, stage.handler())
    with pytest.raises(TopicReplaced, match="made anew"):
        turn_until(again, lambda: False)
    again.close()
    assert (len(stage.effects()), stage.stored(topic)) == (5, 5)

    # The operator has looked: the old log was handled whole, the new one is to be read from its start.
    with stage.database.unit_of_work() as unit:
        topic_identities.forget(unit.connection, stage.group, topic)
        unit.connection.execute(text("DELETE FROM effects"))
    _put_at(stage, topic, 0)
    accepted = stage.consumer(topic, stage.handler())
    turn_until(accepted, lambda: len(stage.effects()) == 20)
    accepted.close()


def test_losing_the_place_while_reading_is_noticed(embedded: Stage) -> None:
    """Retention that overtakes a consumer in the middle stops it at the next poll."""
    topic = embedded.topic("overtaken", 1)
    embedded.bus.publish(messages(topic, 10))
    consumer = embedded.consumer(topic, embedded.handler())
    turn_until(consumer, lambda: embedded.stored(topic) == 10)
    embedded.bus.publish(messages(topic, 10, start=10))
    _forget_before(embedded, topic, 15)
    with pytest.raises(OffsetOutOfRange):
        turn_until(consumer, lambda: False)
    consumer.close()


@pytest.mark.parametrize(("stored", "start"), [(None, 5), (5, 5), (7, 7), (9, 9)])
def test_where_a_reader_starts(stored: int | None, start: int) -> None:
    """In a partition with 5 to 8: at the stored place, up to just after the last."""
    assert start_at(Partition("t", 0), stored, 5, 9) == start


@pytest.mark.parametrize("stored", [0, 4, 10])
def test_where_a_reader_cannot_start(stored: int) -> None:
    """Before the first and beyond just after the last."""
    with pytest.raises(OffsetOutOfRange):
        start_at(Partition("t", 0), stored, 5, 9)
