"""The embedded queue: jobs are rows of the program's own database, SQLite or PostgreSQL.

Durable with the database, at least once, ordered per kind and key: a job with a key waits until the
earlier ones of its key are done or dead, also while they wait for another attempt. An id is taken once
and for all: enqueued again, also after it was done (until `forget_done`), nothing happens.
`enqueue_in` adds jobs in the caller's own transaction: they are there exactly if it commits.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import Connection

from fiel.infra.jobs import embedded_rows as rows
from fiel.infra.jobs.embedded_worker import EmbeddedPace, EmbeddedWorker
from fiel.infra.jobs.faults import NotEnqueued, unknown_dead_letter
from fiel.infra.jobs.port import (
    DeadLetter,
    Handle,
    Job,
    OnTrouble,
    Pace,
    checked_handlers,
    checked_kind,
    checked_limit,
    distinct,
)
from fiel.infra.storage.database import Database, UnitOfWork
from fiel.kernel.errors import InvalidInput, Unavailable
from fiel.kernel.ids import IdSource

#: Each key is a lock until the commit, and a server has a few thousand of those.
JOBS_IN_TRANSACTION_MAX = 1_000
_FORGOTTEN_AT_ONCE = 1_000


def enqueue_in(connection: Connection, jobs: Sequence[Job]) -> None:
    """Add jobs in a transaction that is open, of a database at the current schema.

    With jobs that have keys, other transactions that add to those keys wait for its end.
    Raises `InvalidInput` for more than `JOBS_IN_TRANSACTION_MAX`.
    """
    if len(jobs) > JOBS_IN_TRANSACTION_MAX:
        raise InvalidInput(
            "too_many_jobs", f"at most {JOBS_IN_TRANSACTION_MAX} jobs in one transaction", field="jobs"
        )
    rows.add(connection, distinct(jobs))


@dataclass(frozen=True, slots=True)
class EmbeddedJobs:
    """The queue in a database; satisfies `JobQueue`. The database is closed by who opened it.

    A SQLite database in memory does not do: a worker's threads would not see it.
    """

    database: Database
    ids: IdSource
    pace: EmbeddedPace = field(default_factory=EmbeddedPace)

    @property
    def dead_letters(self) -> EmbeddedDeadLetters:
        """The jobs that nobody could do."""
        return EmbeddedDeadLetters(self.database)

    def enqueue(self, jobs: Sequence[Job]) -> None:
        """Add jobs, a thousand in each transaction. Raises `NotEnqueued` from the first that failed on."""
        for start in range(0, len(jobs), JOBS_IN_TRANSACTION_MAX):
            part = jobs[start : start + JOBS_IN_TRANSACTION_MAX]
            try:
                self.database.transact(partial(_add, part))
            except Unavailable as error:
                raise NotEnqueued(dict.fromkeys(range(start, len(jobs)), error.message)) from error

    def worker(
        self, handlers: Mapping[str, Handle], *, pace: Pace | None = None, on_trouble: OnTrouble | None = None
    ) -> EmbeddedWorker:
        """A worker for the kinds in `handlers`."""
        return EmbeddedWorker(
            self.database, self.ids, checked_handlers(handlers), pace or Pace(), self.pace, on_trouble
        )

    def depth(self, kind: str) -> int:
        """How many wait: free now, or behind another of their key."""
        with self.database.reading() as connection:
            return rows.depth(connection, checked_kind(kind))

    def forget_done(self, older_than: timedelta, *, now: datetime) -> int:
        """Remove what is left of jobs done longer ago than this; how many. Their ids may return then."""
        forgotten = 0
        while True:
            part = self.database.transact(
                lambda unit: rows.forget_done(unit.connection, now - older_than, limit=_FORGOTTEN_AT_ONCE)
            )
            forgotten += part
            if part < _FORGOTTEN_AT_ONCE:
                return forgotten

    def close(self) -> None:
        """Nothing is held between calls."""


def _add(jobs: Sequence[Job], unit: UnitOfWork) -> None:
    enqueue_in(unit.connection, jobs)


@dataclass(frozen=True, slots=True)
class EmbeddedDeadLetters:
    """The dead letters of the embedded queue; satisfies `DeadLetters`."""

    database: Database

    def list(self, kind: str, *, limit: int = 100) -> Sequence[DeadLetter]:
        """The oldest ones."""
        with self.database.reading() as connection:
            return rows.dead(connection, checked_kind(kind), limit=checked_limit(limit))

    def show(self, kind: str, job_id: str) -> DeadLetter:
        """One of them. Raises `NotFound`."""
        with self.database.reading() as connection:
            found = rows.dead_letter(connection, checked_kind(kind), job_id)
        if found is None:
            raise unknown_dead_letter(kind, job_id)
        return found

    def replay(self, kind: str, job_id: str) -> None:
        """Have it handled again, after what waits of its key. Raises `NotFound`."""
        if not self.database.transact(lambda unit: rows.replay(unit.connection, checked_kind(kind), job_id)):
            raise unknown_dead_letter(kind, job_id)

    def discard(self, kind: str, job_id: str) -> None:
        """Throw it away; its id stays used. Raises `NotFound`."""
        if not self.database.transact(lambda unit: rows.discard(unit.connection, checked_kind(kind), job_id)):
            raise unknown_dead_letter(kind, job_id)
