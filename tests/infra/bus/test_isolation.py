"""The contract of every bus, part three: poison goes aside, whole and with its reason; the rest goes on."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from fiel.infra.bus import dead_letters
from fiel.infra.bus.dead_letters import DeadLetters, dead_letter, dead_letter_topic
from fiel.infra.bus.isolating import Isolating
from fiel.infra.bus.port import Batch, Message, Partition, Record
from fiel.infra.storage.offsets import Assignment
from fiel.kernel.errors import Corrupt, InvalidInput, Unavailable
from tests.infra.bus.stage import Stage, messages, turn_until

POISON = b"\xff\x00not json"


def _isolating(stage: Stage, topic: str, *, in_a_row_max: int = 100) -> Isolating:
    """A handler that refuses poison before it writes anything, isolated."""
    write = stage.handler()

    def strict(batch: Batch, places: Mapping[Partition, Assignment]) -> None:
        for each in batch.records:
            if each.value == POISON:
                raise InvalidInput("event_malformed", "this is not an event")
        write(batch, places)

    letters = DeadLetters(stage.bus)
    letters.prepare(topic)
    return Isolating(strict, letters, stage.database, in_a_row_max=in_a_row_max)


def _letters(stage: Stage, topic: str, count: int) -> list[Record]:
    subscription = stage.bus.subscribe(
        [dead_letter_topic(topic)],
        stage.group + "-dlq",
        on_assigned=dict.fromkeys,
        on_revoked=lambda _partitions: None,
    )
    found: list[Record] = []
    for _ in range(100):
        found += subscription.poll(50, 0.1).records
        if len(found) >= count:
            break
    found += subscription.poll(50, 0.1).records
    subscription.close()
    return found


def test_poison_goes_to_the_dead_letters_and_the_partition_moves_on(stage: Stage) -> None:
    """Two poison records among forty: both on the dead-letter topic as they came, the others done."""
    topic = stage.topic("orders", 1)
    clean = messages(topic, 40, keys=4)
    poison = Message(topic, b"k1", POISON, (("trace", b"t-1"),))
    stage.bus.publish([*clean[:10], poison, *clean[10:], poison])
    consumer = stage.consumer(topic, _isolating(stage, topic))
    turn_until(consumer, lambda: stage.stored(topic) == 42)
    consumer.close()

    assert len(stage.effects()) == 40
    for number in range(4):
        assert stage.bodies(f"k{number}") == [str(n) for n in range(number, 40, 4)]
    letters = _letters(stage, topic, 2)
    assert [(each.key, each.value) for each in letters] == [(b"k1", POISON)] * 2
    headers = [dict(each.headers) for each in letters]
    assert [each[dead_letters.OFFSET] for each in headers] == [b"10", b"41"]
    assert headers[0][dead_letters.REASON] == b"event_malformed"
    assert headers[0][dead_letters.DETAIL] == b"this is not an event"
    assert (headers[0][dead_letters.TOPIC], headers[0]["trace"]) == (topic.encode(), b"t-1")


def test_too_many_dead_letters_in_a_row_stop_the_consumer(sqlite: Stage) -> None:
    """A producer gone mad, or a broken handler, is not drained into the dead letters."""
    topic = sqlite.topic("mad", 1)
    sqlite.bus.publish([Message(topic, b"k", POISON)] * 9)
    consumer = sqlite.consumer(topic, _isolating(sqlite, topic, in_a_row_max=5))
    with pytest.raises(Corrupt, match="5 records in a row"):
        consumer.run()
    assert sqlite.stored(topic) == 5
    assert len(_letters(sqlite, topic, 5)) == 5


def test_a_defect_of_the_handler_is_isolated_too(sqlite: Stage) -> None:
    """An unexpected exception for one record does not stop the partition; its kind is the reason."""
    topic = sqlite.topic("defect", 1)
    sqlite.bus.publish(messages(topic, 5))
    write = sqlite.handler()

    def defective(batch: Batch, places: Mapping[Partition, Assignment]) -> None:
        if any(each.offset == 2 for each in batch.records):
            raise KeyError("ticker")
        write(batch, places)

    letters = DeadLetters(sqlite.bus)
    letters.prepare(topic)
    consumer = sqlite.consumer(topic, Isolating(defective, letters, sqlite.database))
    turn_until(consumer, lambda: sqlite.stored(topic) == 5)
    consumer.close()
    assert [effect.body for effect in sqlite.effects()] == ["0", "1", "3", "4"]
    assert dict(_letters(sqlite, topic, 1)[0].headers)[dead_letters.REASON] == b"defect_KeyError"


def test_an_outage_is_not_poison(sqlite: Stage) -> None:
    """Neither a database that is away nor a bus that does not take the letter moves the offset."""
    topic = sqlite.topic("outage", 1)
    sqlite.bus.publish([Message(topic, b"k", POISON)])
    batch = Batch((Record(Partition(topic, 0), 0, b"k", POISON),))

    def away(_batch: Batch, _places: Mapping[Partition, Assignment]) -> None:
        raise Unavailable("database_unavailable", "away")

    # The dead-letter topic was never prepared, so it cannot be published to.
    letters = DeadLetters(sqlite.bus)
    with pytest.raises(Unavailable, match="away"):
        Isolating(away, letters, sqlite.database)(batch, {})
    with pytest.raises(Unavailable, match="not acknowledged"):
        Isolating(_refusing, letters, sqlite.database)(batch, {})


def test_a_letter_that_dies_again_has_its_newest_reason_once() -> None:
    """Headers of an earlier death are replaced, those of the producer stay, and the text is bounded."""
    first = dead_letter(Record(Partition("t", 3), 7, b"k", b"v", 5, (("a", b"1"),)), ValueError("x" * 9_000))
    again = dead_letter(Record(Partition("t.dlq", 0), 0, b"k", b"v", None, first.headers), KeyError("y"))
    assert (again.topic, again.key, again.body) == ("t.dlq.dlq", b"k", b"v")
    assert [name for name, _ in again.headers].count(dead_letters.REASON) == 1
    assert dict(again.headers) | {"a": b"1"} == dict(again.headers)
    assert dict(again.headers)[dead_letters.REASON] == b"defect_KeyError"
    assert len(dict(first.headers)[dead_letters.DETAIL]) == 500


def _refusing(_batch: Batch, _places: Mapping[Partition, Assignment]) -> None:
    raise InvalidInput("event_malformed", "no")
