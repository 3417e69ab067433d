"""A database, and the unit of work: one message is one transaction, committed at the edge.

    database = open_database(url)                  # see `opening`: migrates an empty embedded file
    with database.unit_of_work() as unit:          # commits at the end, rolls back on any exception
        unit.connection.execute(...)
    database.transact(handle)                      # the same, run again when another stood in the way
    with database.reading() as connection: ...     # one snapshot, no write lock

Services never commit. No transaction spans a network call other than the database's own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import TypeAlias, TypeVar

from sqlalchemy import URL, Connection, Engine
from sqlalchemy.engine import RootTransaction
from sqlalchemy.exc import DBAPIError, StatementError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from fiel.infra import system
from fiel.infra.storage import engines, urls
from fiel.infra.storage.failures import CommitUnknown, Contended, translated, translated_commit
from fiel.kernel.errors import InvalidInput, Unavailable

Result = TypeVar("Result")
#: What reads and writes go through. Services hand it on to queries and stores, and never speak to it.
Session: TypeAlias = Connection

ATTEMPTS = 8
FIRST_PAUSE_S = 0.01
LONGEST_PAUSE_S = 1.0


@dataclass(frozen=True, slots=True)
class UnitOfWork:
    """One transaction. What runs on its `connection` is committed together, or not at all.

    What `flight` holds is left after COMMIT was sent: after `bulk.take_off`, the last statements and
    COMMIT cost one wait, and an error of theirs comes out of the commit.
    """

    connection: Connection
    flight: ExitStack = field(default_factory=ExitStack)

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """A part that may fail alone: on an exception, what was done inside it is undone."""
        with _named_errors(), self.connection.begin_nested():
            yield


@dataclass(frozen=True, slots=True)
class Retry:
    """How often, and after which pauses, a transaction that another stood in the way of runs again.

    The pause doubles from `first_pause_s` up to `longest_pause_s`; `pause` lets the time pass.
    """

    attempts: int = ATTEMPTS
    first_pause_s: float = FIRST_PAUSE_S
    longest_pause_s: float = LONGEST_PAUSE_S
    pause: Callable[[float], None] = system.pause

    def __post_init__(self) -> None:
        if self.attempts < 1:
            raise InvalidInput("attempts_out_of_range", "a transaction needs at least one attempt")

    def pauses(self) -> Iterator[float]:
        """The pause before each further attempt."""
        for attempt in range(self.attempts - 1):
            yield min(self.first_pause_s * 2**attempt, self.longest_pause_s)


@dataclass(frozen=True, slots=True)
class Database:
    """An open database. Errors of its drivers come out as the error tree (see `failures`)."""

    url: URL
    engine: Engine
    retry: Retry = field(default_factory=Retry)

    @classmethod
    def at(cls, url: str, retry: Retry | None = None) -> Database:
        """The database of a URL, whatever its schema; nothing is connected yet.

        Raises `InvalidInput` for a URL that cannot be used, `Unavailable` without folder or driver.
        """
        parsed = urls.database_url(url)
        return cls(parsed, engines.create(parsed), retry or Retry())

    @property
    def shown(self) -> str:
        """The URL for people, without the password."""
        return urls.shown(self.url)

    @property
    def embedded(self) -> bool:
        """Whether it is a file (or memory) of this process: SQLite."""
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def unit_of_work(self) -> Iterator[UnitOfWork]:
        """One transaction: committed when the block ends, rolled back when it raises.

        Raises `Contended` (safe to run again), `Unavailable`, `Conflict`, `Corrupt`, and
        `CommitUnknown` when the connection died in the middle of COMMIT.
        """
        with _named_errors(), self.engine.connect() as connection, unit_on(connection) as unit:
            yield unit

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection that reads one snapshot, refuses to write, and that no writer waits for."""
        with _named_errors(), self.engine.connect() as connection:
            reader = engines.reading(connection)
            transaction = reader.begin()
            try:
                yield reader
            finally:
                _roll_back(transaction)

    def transact(self, work: Callable[[UnitOfWork], Result], *, retry: Retry | None = None) -> Result:
        """`work` in a unit of its own, run again from its start while others stand in the way.

        `work` must have no effect outside the database. A lost connection before COMMIT is tried again
        too; an unknown commit never is. Raises `Unavailable` (database_busy, database_unavailable) when
        the attempts are used up, and everything that `work` raises.
        """
        policy = retry or self.retry
        for seconds in policy.pauses():
            try:
                return self._once(work)
            except Unavailable as error:
                if not _worth_another(error):
                    raise
            policy.pause(seconds)
        return self._once(work)

    def close(self) -> None:
        """Give back every connection."""
        self.engine.dispose()

    def _once(self, work: Callable[[UnitOfWork], Result]) -> Result:
        with self.unit_of_work() as unit:
            return work(unit)


@contextmanager
def unit_on(connection: Connection) -> Iterator[UnitOfWork]:
    """A unit of work on a connection that is at hand; see `Database.unit_of_work`."""
    with _named_errors():
        transaction = connection.begin()
        unit = UnitOfWork(connection)
        with unit.flight:
            try:
                yield unit
            except BaseException:
                _roll_back(transaction)
                raise
            _commit(transaction, connection)


def named_errors() -> AbstractContextManager[None]:
    """Drivers' errors inside the block come out as the error tree; for code that holds a bare connection."""
    return _named_errors()


@contextmanager
def _named_errors() -> Iterator[None]:
    try:
        yield
    except (StatementError, PoolTimeout) as error:
        named = translated(error)
        if named is None:
            raise
        raise named from error


def _commit(transaction: RootTransaction, connection: Connection) -> None:
    try:
        transaction.commit()
    except DBAPIError as error:
        named = translated_commit(error)
        if isinstance(named, CommitUnknown):
            # Nothing more may be said on a connection in that state.
            connection.invalidate()
        else:
            _roll_back(transaction)
        if named is None:
            raise
        raise named from error


def _roll_back(transaction: RootTransaction) -> None:
    """Roll back. A connection that is gone has done so by itself: the first error stays the one told."""
    connection = transaction.connection
    try:
        transaction.rollback()
    except DBAPIError:
        if connection is not None:
            connection.invalidate()


def _worth_another(error: Unavailable) -> bool:
    if isinstance(error, CommitUnknown):
        return False
    return isinstance(error, Contended) or error.code == "database_unavailable"
