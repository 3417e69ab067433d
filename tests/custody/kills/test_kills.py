"""kill -9 of everything that can die, in the middle of 20,000 events: the book ends byte for byte the same.

Real processes, a real Kafka, a real PostgreSQL. Waiting is bounded, nothing depends on how fast it goes.
One file, because one set of services and one undisturbed run serve all of it.
"""

from __future__ import annotations

import json
import signal
import threading
from dataclasses import replace

from prometheus_client import CollectorRegistry
from sqlalchemy import text

from fiel.bootstrap import open_custody
from fiel.custody.metrics import CustodyMetrics
from fiel.entrypoints.worker.custody import CustodyWorker, WorkerSettings
from fiel.infra.bus.kafka import KafkaBus, KafkaSettings
from fiel.infra.storage import offsets
from fiel.infra.storage.database import UnitOfWork
from fiel.settings import Settings
from tests.custody.kills.conftest import EVENTS, PARTITIONS, Arena
from tests.support.processes import until


def test_the_stream_is_worth_breaking(arena: Arena, undisturbed: str) -> None:
    """In peace everything is applied: all partitions have events, orders are open, money and shares moved."""
    book = json.loads(undisturbed)
    assert len(book["accounts"]) == 200
    assert sum(len(account["positions"]) for account in book["accounts"]) > 500
    assert {each["status"] for each in book["reservations"]} >= {"pending", "posted", "voided"}
    assert (book["parked"], book["dead_letters"]) == ([], [])
    assert [account for account in book["accounts"] if account["shortfall"] != "0.00"] == []
    with arena.books[0].database.reading() as connection:
        read = connection.execute(text("SELECT next_offset FROM consumer_offsets")).scalars().all()
    assert len(read) == PARTITIONS
    assert min(read) > EVENTS // PARTITIONS // 2


def test_workers_killed_one_after_the_other(arena: Arena, undisturbed: str) -> None:
    """Faults 1, 2: three workers die with a batch in hand; a fourth ends the stream, and stops when asked."""
    book = arena.new_book()
    for reached in (EVENTS // 6, EVENTS // 3, EVENTS // 2):
        with arena.worker(book) as worker:
            book.reaches(reached, worker)
            worker.kill9()
        assert book.handled() < EVENTS
    with arena.worker(book) as last:
        book.reaches(EVENTS, last)
        assert last.ended(signal.SIGTERM) == 0
    assert book.export() == undisturbed


def test_the_database_killed(arena: Arena, undisturbed: str) -> None:
    """Faults 39, 41: PostgreSQL dies twice in mid-stream; the same worker waits for it and loses nothing."""
    book = arena.new_book()
    with arena.worker(book) as worker:
        for reached in (EVENTS // 8, EVENTS // 3):
            book.reaches(reached, worker)
            arena.crash("postgres")
            assert book.handled() < EVENTS
        book.reaches(EVENTS, worker)
        assert worker.ended(signal.SIGTERM) == 0
    assert book.export() == undisturbed


def test_the_broker_killed(arena: Arena, undisturbed: str) -> None:
    """Kafka dies with half of the stream in it; the same worker reads on when it is back, and tells all."""
    book, half = arena.new_book(), EVENTS // 2
    topic = "orders-over-a-crash"
    stream = [replace(message, topic=topic) for message in arena.stream]
    arena.publish(stream[:half])
    with arena.worker(book, topic=topic) as worker:
        book.reaches(half // 3, worker)
        arena.crash("kafka")
        arena.publish(stream[half:])
        book.reaches(EVENTS, worker)
        until(lambda: book.count("outbox") == 0, "the relay has published what waited")
        assert worker.ended(signal.SIGTERM) == 0
    assert book.export() == undisturbed


def test_a_rebalance_in_the_middle(arena: Arena, undisturbed: str) -> None:
    """Fault 36: a second worker joins, they share the partitions, the first is killed, the second ends it."""
    book, part = arena.new_book(), EVENTS // 3
    topic = "orders-of-two"
    stream = [replace(message, topic=topic) for message in arena.stream]
    arena.publish(stream[:part])
    with arena.worker(book, topic=topic) as first:
        book.reaches(part // 3, first)
        with arena.worker(book, topic=topic) as second:
            # Both read now: neither has every partition.
            second.says(rf"reading {topic}/\d")
            arena.publish(stream[part:])
            book.reaches(EVENTS // 2, first, second)
            first.kill9()
            assert book.handled() < EVENTS
            book.reaches(EVENTS, second)
            assert second.ended(signal.SIGTERM) == 0
    assert book.export() == undisturbed


def test_the_whole_topic_read_again(arena: Arena, undisturbed: str) -> None:
    """Faults 37, 40: offsets put back to the beginning; every event is known, and nothing changes."""
    book = arena.books[0]

    def rewind(unit: UnitOfWork) -> None:
        for number in range(PARTITIONS):
            offsets.rewind(unit.connection, book.group, arena.topic, number, 0)

    before = book.count("journal")
    book.database.transact(rewind)
    with arena.worker(book) as worker:
        book.reaches(EVENTS, worker)
    assert (book.count("journal"), book.export()) == (before, undisturbed)


def test_a_topic_that_comes_later(arena: Arena) -> None:
    """The worker starts before the order service has made the topic: it waits, says so, and then reads."""
    book, topic = arena.new_book(), "orders-later"
    with arena.worker(book, topic=topic) as worker:
        worker.says(r"waiting: .*topic_unknown")
        arena.publish([replace(message, topic=topic) for message in arena.stream[:500]])
        book.reaches(500, worker)


def test_fault_38_retention_passed(arena: Arena) -> None:
    """Fault 38: Kafka's retention has removed what comes next: exit code 7, one alert, nothing skipped."""
    book, topic = arena.new_book(), "orders-of-last-month"
    arena.publish([replace(message, topic=topic) for message in arena.stream[:500]])
    with arena.worker(book, topic=topic) as worker:
        book.reaches(500, worker)
        assert worker.ended(signal.SIGTERM) == 0
    arena.publish([replace(message, topic=topic) for message in arena.stream[500:1_500]])
    _forget_all(arena.kafka, topic)
    with arena.worker(book, topic=topic) as worker:
        assert worker.ended() == 7
    assert "retention has removed what comes next" in worker.said()
    assert (book.handled(), book.count("alerts WHERE code = 'consumer_stopped'")) == (500, 1)


def _forget_all(kafka: str, topic: str) -> None:
    """Removes every record that is in the topic now."""
    import confluent_kafka
    from confluent_kafka.admin import AdminClient

    everything = [
        confluent_kafka.TopicPartition(topic, number, confluent_kafka.OFFSET_END)
        for number in range(PARTITIONS)
    ]
    # Held until the end: a client that is gone answers nobody.
    admin = AdminClient({"bootstrap.servers": kafka})
    for done in admin.delete_records(everything).values():
        done.result(60)


def test_fault_42_a_slow_database(arena: Arena) -> None:
    """Fault 42: for longer than the poll interval the database does nothing: no rebalance, no loss."""
    book, topic = arena.new_book(), "orders-into-a-slow-book"
    arena.publish([replace(message, topic=topic) for message in arena.stream[:1_000]])
    bus = KafkaBus(KafkaSettings(arena.kafka, session_timeout_s=6, heartbeat_s=1, max_poll_interval_s=6))
    metrics, stopping = CustodyMetrics(CollectorRegistry()), threading.Event()
    with open_custody(Settings.read({}, arena.folder, "linux"), book.url) as opened:
        worker = CustodyWorker(opened, bus, metrics, [], WorkerSettings(topic, book.group), stopping)
        working = threading.Thread(target=worker.run)
        with book.locked("accounts"):
            working.start()
            threading.Event().wait(9)
            assert book.handled() == 0
        until(lambda: book.handled() == 1_000, "the rest is handled")
        worker.stop()
        working.join()
    bus.close()
    # A higher epoch would tell of a partition that was taken away and given again.
    assert book.count("consumer_offsets WHERE epoch <> 1") == 0
    assert b'fiel_custody_events_total{verdict="applied"} 1000.0' in metrics.text()
