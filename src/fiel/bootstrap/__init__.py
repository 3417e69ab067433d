"""The composition root: the one place that names concrete databases, clocks and sources of ids.

with open_custody(settings) as opened:
    opened.custody.deposit("ana", "1000.00")
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

from fiel.copilot.income.desk import IncomeDesk
from fiel.copilot.income.forecasts import Forecasts
from fiel.copilot.income.jobs import Schedule
from fiel.copilot.income.titles import Titles
from fiel.custody.ports import PriceSource
from fiel.custody.prices import RedisPrices
from fiel.custody.queries import Queries
from fiel.custody.service import Custody
from fiel.custody.store import Book
from fiel.custody.store.prices import StoredPrices
from fiel.custody.wallet_events import WalletEvents
from fiel.infra.bus.embedded import EmbeddedBus
from fiel.infra.bus.port import EventBus
from fiel.infra.bus.relaying import publishing_to
from fiel.infra.jobs.embedded import EmbeddedJobs
from fiel.infra.jobs.port import JobQueue
from fiel.infra.jobs.relaying import by_topic, publishing_jobs
from fiel.infra.storage.database import Database
from fiel.infra.storage.relay import Publish
from fiel.infra.storage.schema import open_database
from fiel.infra.system import RandomIds, SystemClock
from fiel.kernel.clock import Clock
from fiel.kernel.errors import Unavailable
from fiel.settings import Outside, Settings


class Closing(ABC):
    """Something opened that is closed at the end of a `with` block."""

    __slots__ = ()

    @abstractmethod
    def close(self) -> None:
        """Give back every connection."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


@dataclass(frozen=True, slots=True)
class OpenCustody(Closing):
    """A book that is open: its commands, its reads, and the database under both."""

    database: Database
    custody: Custody
    queries: Queries

    def close(self) -> None:
        """Give back every connection."""
        self.database.close()


def open_custody(settings: Settings, database_url: str | None = None) -> OpenCustody:
    """The book in `database_url`, or in the database of the settings; an embedded one is made when new.

    Raises `InvalidInput` (a URL that cannot be used), `Conflict` (another version of the schema, with the
    command to run), `Unavailable`, `Corrupt`.
    """
    database = open_database(database_url or settings.database_url)
    config = settings.custody
    book = Book(database, config.policy, WalletEvents(config.zone))
    custody = Custody(book, SystemClock(), RandomIds("request"), config.zone)
    return OpenCustody(database, custody, Queries(database))


def database_at(settings: Settings, database_url: str | None = None) -> Database:
    """The same database, whatever the version of its schema: for those who look after it."""
    return Database.at(database_url or settings.database_url)


def open_bus(settings: Settings, database: Database) -> EventBus:
    """Kafka when the settings name brokers, else the log in the same database. Nothing is connected yet.

    Raises `Unavailable` (driver_missing), `InvalidInput` for the properties.
    """
    outside = settings.outside
    if not outside.kafka:
        return EmbeddedBus(database)
    from fiel.infra.bus.kafka import KafkaBus, KafkaSettings

    session = outside.kafka_session.total_seconds()
    return KafkaBus(
        KafkaSettings(
            outside.kafka,
            session_timeout_s=session,
            heartbeat_s=min(3.0, session / 5),
            connection=outside.kafka_properties,
        )
    )


def open_jobs(settings: Settings, database: Database) -> JobQueue:
    """RabbitMQ when the settings name it, else the queue in the same database. Nothing is connected yet.

    Raises `Unavailable` (driver_missing), `InvalidInput` for the address.
    """
    if not settings.outside.rabbitmq_url:
        return EmbeddedJobs(database, RandomIds("job"))
    from fiel.infra.jobs.rabbit import RabbitJobs, RabbitSettings

    return RabbitJobs(RabbitSettings(settings.outside.rabbitmq_url), SystemClock())


@dataclass(frozen=True, slots=True)
class Outlets:
    """Where the messages of the outbox go: events to the bus, jobs to the queue."""

    bus: EventBus
    jobs: JobQueue

    @property
    def publish(self) -> Publish:
        """For a relay: each message to where it belongs."""
        return by_topic(publishing_jobs(self.jobs), publishing_to(self.bus))

    def close(self) -> None:
        """Close both."""
        self.bus.close()
        self.jobs.close()


def open_outlets(settings: Settings, database: Database) -> Outlets:
    """Both, as the settings name them. Raises what `open_bus` and `open_jobs` raise."""
    return Outlets(open_bus(settings, database), open_jobs(settings, database))


@dataclass(frozen=True, slots=True)
class OpenIncome(Closing):
    """The income of wallets: its desk, the queue of its jobs and their schedule, the book under it."""

    database: Database
    desk: IncomeDesk
    titles: Titles
    forecasts: Forecasts
    jobs: JobQueue
    schedule: Schedule
    custody: Custody
    clock: Clock

    def close(self) -> None:
        """Give back every connection."""
        self.jobs.close()
        self.database.close()


def open_income(
    settings: Settings, database_url: str | None = None, *, clock: Clock | None = None
) -> OpenIncome:
    """The income of the wallets in a database; nothing is connected to the queue yet.

    Raises what `open_custody` and `open_jobs` raise.
    """
    opened = open_custody(settings, database_url)
    return income_of(settings, opened, open_jobs(settings, opened.database), clock=clock)


def income_of(
    settings: Settings, opened: OpenCustody, jobs: JobQueue, *, clock: Clock | None = None
) -> OpenIncome:
    """The same on a book and a queue that are open."""
    config, clock, database = settings.income, clock or SystemClock(), opened.database
    return OpenIncome(
        database,
        IncomeDesk(database, clock, config.zone),
        Titles(database, clock),
        Forecasts(),
        jobs,
        Schedule(database, jobs, clock, config.zone, config.at),
        opened.custody,
        clock,
    )


@dataclass(frozen=True, slots=True)
class OpenPrices:
    """Where last prices come from; `probe` raises when that source is a service and does not answer."""

    source: PriceSource
    probe: Callable[[], None] | None
    close: Callable[[], None]


def open_prices(outside: Outside, database: Database) -> OpenPrices:
    """Redis when it is named, else the prices beside the book. Raises `Unavailable` (driver_missing)."""
    if not outside.redis_url:
        return OpenPrices(StoredPrices(database), None, lambda: None)
    client, failed = _redis(outside.redis_url)

    def probe() -> None:
        try:
            client.ping()
        except failed as error:
            raise Unavailable("prices_unavailable", f"Redis does not answer ({error})") from error

    return OpenPrices(RedisPrices(client), probe, client.close)


def stored_prices(database: Database) -> StoredPrices:
    """The prices beside the book, to put some there."""
    return StoredPrices(database)


def _redis(url: str) -> tuple[Any, tuple[type[Exception], ...]]:
    """A client with bounded waits, and what it raises."""
    try:
        import redis
    except ModuleNotFoundError:
        raise Unavailable(
            "driver_missing", "Redis needs redis-py; install it with `pip install 'fiel[redis]'`"
        ) from None
    client = redis.Redis.from_url(url, socket_timeout=1.0, socket_connect_timeout=1.0)
    return client, (redis.RedisError, OSError)
