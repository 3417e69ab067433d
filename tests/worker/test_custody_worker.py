"""`fiel worker custody` as a process, on the embedded log: from events to the book, and how it ends."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import text

from fiel.bootstrap import OpenCustody, open_custody
from fiel.custody.topics import ALERTS, ORDER_EVENTS, WALLET_EVENTS
from fiel.infra.bus.embedded import EmbeddedBus
from fiel.infra.bus.port import Message, Partition
from fiel.settings import Settings
from tests.support.order_stream import DEPOSIT, USERS, order_stream, user_of
from tests.support.processes import Process, fiel, until
from tests.worker.test_metrics import scrape

PARTITIONS = 2


@dataclass(frozen=True)
class Place:
    """A book in a file, and the log beside it."""

    url: str
    folder: Path
    opened: OpenCustody
    bus: EmbeddedBus

    def publish(self, count: int, *, seed: int = 1) -> None:
        """Some events; the topic is made when it is not there."""
        self.bus.ensure_topic(ORDER_EVENTS, PARTITIONS)
        self.bus.publish([Message(ORDER_EVENTS, key, value) for key, value in order_stream(count, seed)])

    def count(self, what: str) -> int:
        """Rows of `table`, or of `table WHERE ...`."""
        with self.opened.database.reading() as connection:
            found = connection.execute(text(f"SELECT count(*) FROM {what}"))  # noqa: S608
            return int(found.scalar_one())

    def handled(self) -> int:
        """Committed records."""
        with self.opened.database.reading() as connection:
            asked = text("SELECT coalesce(sum(next_offset), 0) FROM consumer_offsets")
            return int(connection.execute(asked).scalar_one())

    def run_to(self, records: int) -> None:
        """A worker until so many are committed, and its good end."""
        with self.worker() as worker:
            until(lambda: self.handled() >= records or not worker.alive, "the stream is handled")
            assert worker.ended(signal.SIGTERM) == 0, worker.said()

    def worker(self, *more: str) -> AbstractContextManager[Process]:
        """The process."""
        return fiel(self.folder, "worker", "custody", "--database", self.url, *more)


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    """Everybody has money."""
    url = f"sqlite:///{tmp_path / 'fiel.db'}"
    with open_custody(Settings.read({}, tmp_path, "linux"), url) as opened:
        for number in range(USERS):
            opened.custody.deposit(user_of(number), DEPOSIT)
        yield Place(url, tmp_path, opened, EmbeddedBus(opened.database))


def test_from_the_log_to_the_book_and_out_again(place: Place) -> None:
    """Events are applied, measured, sealed and told; asked to stop it finishes and leaves nothing behind."""
    place.publish(600)
    with place.worker("--metrics-port", "0") as worker:
        url = worker.says(r"metrics at (http://127.0.0.1:\d+/metrics)")[1]
        until(lambda: scrape(url)["fiel_custody_events_total[applied]"] == 600, "all are applied")
        until(
            lambda: scrape(url)["fiel_custody_journal_unsealed"] == 0 < place.count("seals"), "it is sealed"
        )
        until(
            lambda: scrape(url).get(f"fiel_custody_consumer_lag[0][{ORDER_EVENTS}]") == 0, "the lag is told"
        )
        seen = scrape(url)
        assert seen["fiel_custody_batch_records_sum"] == 600
        assert seen["fiel_custody_dead_letters_open"] == 0
        assert seen["fiel_custody_accounts"] == USERS
        assert worker.ended(signal.SIGTERM) == 0
    assert "stopped after 600 records" in worker.said()
    assert (place.handled(), place.count("outbox")) == (600, 0)
    assert place.count(f"event_log WHERE topic = '{WALLET_EVENTS}'") == place.count("wallet_transactions")


def test_stopped_in_the_middle_it_goes_on_from_there(place: Place) -> None:
    """Ctrl-C while there is work: exit code 0, whole batches only, and the next one does the rest."""
    place.publish(3_000)
    with place.worker("--batch", "50") as worker:
        until(lambda: place.handled() > 0 or not worker.alive, "it has begun")
        assert worker.ended(signal.SIGINT) == 0
    done = place.handled()
    assert 0 < done < 3_000
    assert (done % 50, place.count("inbox")) == (0, done)
    place.run_to(3_000)
    assert place.count("inbox") == 3_000


def test_poison_is_told_and_the_rest_goes_on(place: Place) -> None:
    """Bytes that are no event become a dead letter with a line in the log, and on the dead-letter topic."""
    place.publish(10)
    place.bus.publish([Message(ORDER_EVENTS, b"user-000", b"{poison")])
    with place.worker() as worker:
        worker.says(r"1 dead letters, the first dead_")
        until(lambda: place.handled() == 11, "the rest is handled")
        assert worker.ended(signal.SIGTERM) == 0
    assert place.count("dead_letters WHERE status = 'open'") == 1
    assert place.count("event_log WHERE topic = 'order-events-v1.dlq'") == 1


def _stops(worker: Process, code: str) -> None:
    assert worker.ended() == 7, worker.said()
    told = [line for line in worker.said().splitlines() if "ERROR" in line]
    assert len(told) == 1
    assert told[0].endswith(f"[{code}]")


def test_fault_38_a_log_made_anew(place: Place) -> None:
    """Fault 38: offsets of another log stop the worker with exit code 7 and one alert; nothing is read."""
    place.publish(40)
    place.run_to(40)
    place.bus.delete_topic(ORDER_EVENTS)
    place.publish(80, seed=2)
    for _ in range(2):
        with place.worker() as worker:
            _stops(worker, "topic_replaced")
    assert (place.handled(), place.count("inbox")) == (40, 40)
    assert place.count("alerts WHERE code = 'consumer_stopped'") == 1
    # Whoever alerts people hears of it too, though the worker is gone.
    assert place.count(f"event_log WHERE topic = '{ALERTS}'") == 1


def test_fault_38_retention_passed(place: Place) -> None:
    """Fault 38: events that nobody read are gone; the worker does not skip to what is left."""
    place.publish(40)
    place.run_to(40)
    place.publish(200, seed=2)
    with place.opened.database.reading() as connection:
        asked = text("SELECT partition, next_offset FROM consumer_offsets")
        for number, offset in connection.execute(asked).all():
            place.bus.trim(Partition(ORDER_EVENTS, number), offset + 3)
    with place.worker() as worker:
        _stops(worker, "offset_out_of_range")
    assert (place.handled(), place.count("inbox")) == (40, 40)
    assert place.count("alerts WHERE code = 'consumer_stopped'") == 1


def test_a_log_made_anew_while_it_is_read(place: Place) -> None:
    """The topic goes away: the worker waits for it. It comes back as another: the worker stops."""
    place.publish(40)
    with place.worker() as worker:
        until(lambda: place.handled() == 40, "the first log is handled")
        place.bus.delete_topic(ORDER_EVENTS)
        worker.says(r"waiting: .*topic_unknown")
        place.publish(80, seed=2)
        _stops(worker, "topic_replaced")
    assert place.count("inbox") == 40


def test_another_schema_is_refused(place: Place) -> None:
    """A database of another version: exit code 5, and the command that says more."""
    with place.opened.database.unit_of_work() as unit:
        unit.connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with place.worker() as worker:
        assert worker.ended() == 5
    assert "fiel db current" in worker.said()


@pytest.mark.parametrize(
    ("arguments", "field"), [(("--kafka", "nowhere"), "kafka"), (("--log-format", "xml"), "--log-format")]
)
def test_what_cannot_be_used_is_named(tmp_path: Path, arguments: tuple[str, str], field: str) -> None:
    """Exit code 2 with the option, before anything is opened."""
    with fiel(tmp_path, "worker", "custody", *arguments) as worker:
        assert worker.ended() == 2
    assert field in worker.said()
    assert not (tmp_path / "fiel.db").exists()
