"""The contract of every bus, part two: effects and offsets in one transaction, whoever dies in between."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from dataclasses import replace

import pytest

from fiel.infra.bus.consuming import Consumer, Pace
from fiel.infra.bus.port import Batch, Partition
from fiel.infra.storage import offsets
from fiel.infra.storage.offsets import Assignment
from fiel.kernel.errors import Corrupt, FielError, InvalidInput, Unavailable
from tests.infra.bus.stage import LEASE_S, PACE, Stage, messages, turn_until

SMALL = replace(PACE, max_records=20)


@contextlib.contextmanager
def _process(stage: Stage, topic: str, name: str, *more: str) -> Iterator[subprocess.Popen[str]]:
    """A consumer in another process; killed at the end if it still lives."""
    url = stage.database.url.render_as_string(hide_password=False)
    arguments = [stage.kind, stage.address, url, topic, stage.group, name, *more]
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.infra.bus.consumer_process", *arguments],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()


def _said(process: subprocess.Popen[str], word: str) -> None:
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith(word):
            return
    raise AssertionError(f"the process ended without saying {word}")


def test_every_record_has_its_effect_once_and_in_order(stage: Stage) -> None:
    """A consumer works through two partitions; effects and offsets stand together in the database."""
    topic = stage.topic("orders", 2)
    stage.bus.publish(messages(topic, 200, keys=6))
    consumer = stage.consumer(topic, stage.handler())
    turn_until(consumer, lambda: len(stage.effects()) == 200)
    consumer.close()
    for number in range(6):
        assert stage.bodies(f"k{number}") == [str(n) for n in range(number, 200, 6)]
    assert sum(stage.stored(topic, number) or 0 for number in range(2)) == 200


def test_a_batch_that_was_not_committed_comes_again(stage: Stage) -> None:
    """A consumer that leaves with a batch in hand has done nothing: the next one gets it, from its first."""
    topic = stage.topic("again", 1)
    stage.bus.publish(messages(topic, 30))
    taken: list[Batch] = []

    def refuse(batch: Batch, _places: Mapping[Partition, Assignment]) -> None:
        taken.append(batch)
        raise RuntimeError("power cut")

    first = stage.consumer(topic, refuse)
    with pytest.raises(RuntimeError, match="power cut"):
        turn_until(first, lambda: False)
    first.close()
    assert (taken[0].records[0].offset, stage.stored(topic)) == (0, None)

    second = stage.consumer(topic, stage.handler())
    turn_until(second, lambda: len(stage.effects()) == 30)
    second.close()
    assert stage.bodies("k0") == [str(n) for n in range(30)]


def test_a_killed_consumer_is_taken_over(stage: Stage) -> None:
    """Two processes share a topic; kill -9 of the one that holds a batch, and the other does its work."""
    topic = stage.topic("shared", 4)
    with _process(stage, topic, "dies", "stall") as dying:
        stage.bus.publish(messages(topic, 40, keys=16))
        _said(dying, "stalled")
        lives = stage.consumer(topic, stage.handler("lives"))
        # Both are members now: the living one does what is its share, and no more.
        turn_until(lives, lambda: 0 < len(lives.assigned()) < 4 and len(stage.effects()) > 0)
        lives.turn()
        shared = len(stage.effects())
        assert 0 < shared < 40
        dying.kill()
        dying.wait()
        turn_until(lives, lambda: len(stage.effects()) == 40)
        assert len(lives.assigned()) == 4
        lives.close()
    for number in range(16):
        assert stage.bodies(f"k{number}") == [str(n) for n in range(number, 40, 16)]


def test_two_consumers_share_and_one_that_leaves_is_followed_at_once(stage: Stage) -> None:
    """Members split the partitions in halves; after a goodbye the other has them all; nothing comes twice."""
    topic = stage.topic("halves", 4)
    one, two = stage.consumer(topic, stage.handler("one")), stage.consumer(topic, stage.handler("two"))
    turn_until(one, lambda: len(one.assigned()) == len(two.assigned()) == 2, two)
    assert not one.assigned().keys() & two.assigned().keys()
    stage.bus.publish(messages(topic, 120, keys=24))
    turn_until(one, lambda: len(stage.effects()) == 120, two)
    assert {effect.worker for effect in stage.effects()} == {"one", "two"}

    two.close()
    stage.bus.publish(messages(topic, 48, keys=24, start=120))
    turn_until(one, lambda: len(stage.effects()) == 168)
    one.close()
    for number in range(24):
        assert stage.bodies(f"k{number}") == [str(n) for n in range(number, 168, 24)]


def test_a_zombie_cannot_commit(stage: Stage) -> None:
    """A consumer whose partition was given away rolls back whole, joins anew, and then all is done once."""
    topic = stage.topic("zombie", 1)
    stage.bus.publish(messages(topic, 10))
    write, troubles = stage.handler(), list[FielError]()
    thieves = iter(["once"])

    def slowly(batch: Batch, places: Mapping[Partition, Assignment]) -> None:
        if next(thieves, None):
            # While it slept, another took the partition.
            with stage.database.unit_of_work() as unit:
                offsets.assign(unit.connection, stage.group, topic, 0)
        write(batch, places)

    consumer = Consumer(
        stage.bus, stage.database, [topic], stage.group, slowly, pace=PACE, on_trouble=troubles.append
    )
    turn_until(consumer, lambda: bool(troubles))
    assert (troubles[0].code, stage.effects(), stage.stored(topic)) == ("epoch_lost", [], None)
    turn_until(consumer, lambda: len(stage.effects()) == 10)
    assert consumer.assigned()[Partition(topic, 0)].epoch == 3
    consumer.close()


def test_a_slow_handler_keeps_its_partitions(stage: Stage) -> None:
    """A handler that takes longer than any lease or poll interval stays a member: no rebalance, no epoch."""
    topic = stage.topic("slow", 2)
    stage.bus.publish(messages(topic, 8, keys=8))
    write, slept = stage.handler(), threading.Event()

    def slowly(batch: Batch, places: Mapping[Partition, Assignment]) -> None:
        if not slept.is_set():
            slept.wait(3 * LEASE_S)
            slept.set()
        write(batch, places)

    troubles: list[FielError] = []
    slow = Consumer(
        stage.bus, stage.database, [topic], stage.group, slowly, pace=PACE, on_trouble=troubles.append
    )
    turn_until(slow, lambda: len(stage.effects()) == 8)
    # Had the group given the partitions away meanwhile, they would come back now with higher epochs.
    for _ in range(10):
        slow.turn()
    assert [place.epoch for place in slow.assigned().values()] == [1, 1]
    assert troubles == []
    slow.close()


def test_an_outage_is_waited_out_with_the_batch_in_hand(stage: Stage) -> None:
    """While the database is away the same batch is tried again, and the group does not notice."""
    topic = stage.topic("outage", 1)
    stage.bus.publish(messages(topic, 60))
    write, away = stage.handler(), iter(range(4))
    firsts: list[int] = []

    def handle(batch: Batch, places: Mapping[Partition, Assignment]) -> None:
        firsts.append(batch.records[0].offset)
        if next(away, None) is not None:
            raise Unavailable("database_unavailable", "the database is away")
        write(batch, places)

    consumer = stage.consumer(topic, handle, pace=SMALL)
    turn_until(consumer, lambda: len(stage.effects()) == 60)
    assert firsts[:5] == [0] * 5
    assert consumer.assigned()[Partition(topic, 0)].epoch == 1
    consumer.close()


def test_run_ends_after_the_batch_in_hand(stage: Stage) -> None:
    """Told to stop while a batch is handled, a consumer commits it, reads no further and leaves."""
    topic = stage.topic("stop", 1)
    stage.bus.publish(messages(topic, 50))
    write = stage.handler()

    def handle(batch: Batch, places: Mapping[Partition, Assignment]) -> None:
        consumer.stop()
        write(batch, places)

    consumer = stage.consumer(topic, handle, pace=SMALL)
    consumer.run()
    done = len(stage.effects())
    assert 0 < done <= 20
    assert stage.stored(topic) == done
    assert consumer.subscription is None


def test_stopping_does_not_wait_for_a_database_that_is_away(sqlite: Stage) -> None:
    """During an outage `stop` leaves the batch undone; it will be delivered again."""
    topic = sqlite.topic("away", 1)
    sqlite.bus.publish(messages(topic, 5))

    def handle(_batch: Batch, _places: Mapping[Partition, Assignment]) -> None:
        consumer.stop()
        raise Unavailable("database_unavailable", "away")

    consumer = sqlite.consumer(topic, handle)
    consumer.run()
    assert (sqlite.stored(topic), sqlite.effects()) == (None, [])


def test_what_is_no_outage_stops_the_consumer(sqlite: Stage) -> None:
    """Damage is not passed over: `run` raises it and leaves the group, the offset stays."""
    topic = sqlite.topic("damage", 1)
    sqlite.bus.publish(messages(topic, 5))

    def handle(_batch: Batch, _places: Mapping[Partition, Assignment]) -> None:
        raise Corrupt("journal_broken", "the journal contradicts itself")

    consumer = sqlite.consumer(topic, handle)
    with pytest.raises(Corrupt, match="contradicts"):
        consumer.run()
    assert sqlite.stored(topic) is None


@pytest.mark.parametrize(
    "change", [{"max_records": 0}, {"max_records": 10_001}, {"poll_s": 0.0}, {"keep_alive_s": -1.0}]
)
def test_a_pace_has_limits(change: dict[str, float]) -> None:
    """Nothing and too much are refused."""
    with pytest.raises(InvalidInput):
        Pace(**change)  # type: ignore[arg-type]


def test_pauses_double_up_to_a_limit() -> None:
    """A long outage is asked after less and less often, but never given up."""
    pace = Pace(first_pause_s=0.5, longest_pause_s=3)
    assert [pace.pause_after(n) for n in (1, 2, 3, 4, 500)] == [0.5, 1.0, 2.0, 3, 3]
