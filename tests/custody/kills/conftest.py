"""A real PostgreSQL and a real Kafka of this module alone, and one stream for every way to break it."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from sqlalchemy import text

from fiel.bootstrap import open_custody
from fiel.custody.export import write_export
from fiel.custody.ledger import check
from fiel.custody.queries import Queries
from fiel.custody.sealing import Verifier
from fiel.infra.bus.kafka import KafkaBus, KafkaSettings
from fiel.infra.bus.port import Message
from fiel.infra.storage import schema
from fiel.infra.storage.database import Database, Retry
from fiel.kernel.errors import Unavailable
from fiel.settings import Settings
from tests.services.running import Services
from tests.support.order_stream import DEPOSIT, USERS, order_stream, user_of
from tests.support.processes import Process, fiel, until

EVENTS, PARTITIONS, SEED = 20_000, 8, 20_260_504


@dataclass(frozen=True)
class Book:
    """The ledger of one run: a database of its own, and the group that reads into it."""

    url: str
    group: str
    database: Database

    def handled(self) -> int:
        """How many records are committed; 0 while the database is away."""
        asked = text("SELECT coalesce(sum(next_offset), 0) FROM consumer_offsets")
        try:
            with self.database.reading() as connection:
                return int(connection.execute(asked).scalar_one())
        except Unavailable:
            return 0

    def reaches(self, records: int, *processes: Process) -> None:
        """Wait until so many are committed, while the processes live."""

        def look() -> bool:
            for process in processes:
                assert process.alive, process.said()
            return self.handled() >= records

        until(look, f"{records} records are handled ({self.handled()} were)")

    def count(self, table: str) -> int:
        """The rows of a table."""
        with self.database.reading() as connection:
            return int(connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())  # noqa: S608

    @contextmanager
    def locked(self, table: str) -> Iterator[None]:
        """Nobody gets at the table meanwhile."""
        import psycopg

        with psycopg.connect(self.url) as connection:
            connection.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE".encode())
            yield

    def export(self) -> str:
        """What the book holds; it adds up, nothing is dead, nothing waits, and its seals hold."""
        pieces: list[str] = []
        with Queries(self.database).snapshot() as book:
            write_export(book, pieces.append)
            assert check(book.record()) == []
            assert book.dead_letters(None) == []
        assert Verifier(self.database).verify().broken is None
        return "".join(pieces)


@dataclass
class Arena:
    """The services, the stream, and everything to start a run with."""

    services: Services
    postgres: str
    kafka: str
    folder: Path
    stream: list[Message]
    topic: str
    template: str = ""
    books: list[Book] = field(default_factory=list)

    def new_book(self) -> Book:
        """A ledger with the deposits made, and nothing else."""
        name = f"run_{secrets.token_hex(4)}"
        self._server(f"CREATE DATABASE {name} TEMPLATE {self.template}")
        book = self._book(name)
        self.books.append(book)
        return book

    def worker(self, book: Book, *more: str, topic: str = "") -> AbstractContextManager[Process]:
        """`fiel worker custody` on it."""
        place = ("--database", book.url, "--kafka", self.kafka, "--topic", topic or self.topic)
        return fiel(
            self.folder / book.group,
            *("worker", "custody", *place, "--group", book.group, *more),
            FIEL_KAFKA_SESSION="6s",
        )

    def publish(self, messages: list[Message]) -> None:
        """To the broker, acknowledged."""
        bus = KafkaBus(KafkaSettings(self.kafka, client_id="order-service"))
        for topic in {message.topic for message in messages}:
            bus.ensure_topic(topic, PARTITIONS)
        bus.publish(messages)
        bus.close()

    def crash(self, service: str) -> None:
        """kill -9 of a service, and back again."""
        self.services.kill9(service)
        self.services.restart(service)
        for book in self.books:
            # The tests' own connections died with it.
            book.database.close()

    def make_template(self) -> None:
        """A database where everybody has money."""
        self.template = f"template_{secrets.token_hex(4)}"
        self._server(f"CREATE DATABASE {self.template}")
        book = self._book(self.template)
        schema.upgrade(book.database)
        with open_custody(Settings.read({}, self.folder, "linux"), book.url) as opened:
            for number in range(USERS):
                opened.custody.deposit(user_of(number), DEPOSIT, key="start")
        book.database.close()

    def close(self) -> None:
        """Give back the connections."""
        for book in self.books:
            book.database.close()

    def _book(self, name: str) -> Book:
        url = urlsplit(self.postgres)._replace(path=f"/{name}").geturl()
        return Book(url, name, Database.at(url, Retry(attempts=1)))

    def _server(self, statement: str) -> None:
        import psycopg

        with psycopg.connect(self.postgres, autocommit=True) as connection:
            connection.execute(statement.encode())


@pytest.fixture(scope="module")
def arena(private_services: Services, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Arena]:
    """Services, deposits and the stream, published once."""
    pytest.importorskip("psycopg")
    addresses = private_services.up("postgres", "kafka")
    topic = "order-events-v1"
    stream = [Message(topic, key, value) for key, value in order_stream(EVENTS, SEED)]
    arena = Arena(
        private_services,
        addresses["FIEL_TEST_POSTGRES_URL"],
        addresses["FIEL_TEST_KAFKA_BOOTSTRAP"],
        tmp_path_factory.mktemp("kills"),
        stream,
        topic,
    )
    arena.make_template()
    arena.publish(stream)
    yield arena
    arena.close()


@pytest.fixture(scope="module")
def undisturbed(arena: Arena) -> str:
    """The export after one worker has read the stream in peace."""
    book = arena.new_book()
    with arena.worker(book) as worker:
        book.reaches(EVENTS, worker)
    return book.export()
