"""The rows of the embedded queue: every statement on the table `jobs`, on either engine.

Of the open jobs of a kind and key the one with the lowest place is `waiting`, the others are `behind`; a
unique index holds the queue to it. Who adds to a key or ends its first job holds the key's lock until the
commit (PostgreSQL: an advisory lock; SQLite has one writer anyway), so places are in the order of commits.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, delete, func, select, text, update

from fiel.infra.jobs.port import DeadLetter, Job
from fiel.infra.jobs.verdicts import Again, Dead, Done, Verdict
from fiel.infra.storage.instants import database_now
from fiel.infra.storage.tables import jobs as table
from fiel.infra.storage.types import instant_of, micros_of
from fiel.infra.storage.upserts import insert_into

_MICROSECOND = timedelta(microseconds=1)
#: The first key of a pair of locks: nobody else's.
_KEY_LOCKS = 726_351_984
#: The words of the index `ix_jobs_of_key`, without which the whole history of a key would be read.
_PROMOTE = text(
    "UPDATE jobs SET state = 'waiting' WHERE state = 'behind' AND place = "
    "(SELECT min(place) FROM jobs WHERE kind = :kind AND key = :key AND state IN ('waiting', 'behind'))"
)
_LOCK_KEY = text("SELECT pg_advisory_xact_lock(:lock, hashtext(:name))")
_READY = text("state = 'waiting'")
_OVER = text("ended_at IS NOT NULL")


@dataclass(frozen=True, slots=True)
class Claim:
    """A job in hand, under the claim `token`."""

    place: int
    token: str
    job: Job


def add(connection: Connection, jobs: Sequence[Job]) -> None:
    """Add jobs in their order; one whose id was used before is left out."""
    if not jobs:
        return
    keys = _keys(jobs)
    _lock(connection, keys)
    now = database_now(connection)
    added = insert_into(table, connection).on_conflict_do_nothing(index_elements=["kind", "job_id"])
    connection.execute(added, [_row(job, now) for job in jobs])
    _promote(connection, keys)


def any_ready(connection: Connection, kinds: Iterable[str]) -> bool:
    """Whether a job may be claimed now: a look that locks nothing."""
    now = database_now(connection)
    asked = select(table.c.place).where(_READY, table.c.kind.in_(list(kinds)), table.c.not_before <= now)
    return connection.execute(asked.limit(1)).first() is not None


def claim(connection: Connection, kind: str, token: str, *, limit: int, lease: timedelta) -> list[Claim]:
    """Take up to `limit` jobs for `lease` (database clock), those that are free the longest first.

    What another worker is claiming at this moment is passed over, not waited for.
    """
    now = database_now(connection)
    free = select(table).where(_READY, table.c.kind == kind, table.c.not_before <= now)
    first = free.order_by(table.c.not_before, table.c.place).limit(limit)
    rows = connection.execute(first.with_for_update(skip_locked=True)).all()
    if rows:
        taken = update(table).where(table.c.place.in_([row.place for row in rows]))
        until = now + lease // _MICROSECOND
        connection.execute(taken.values(claim=token, not_before=until, attempts=table.c.attempts + 1))
    return [Claim(row.place, token, _job(row, row.attempts + 1)) for row in rows]


def renew(connection: Connection, claims: Iterable[Claim], lease: timedelta) -> None:
    """Keep jobs in hand for another `lease`; those that were lost stay lost."""
    until = database_now(connection) + lease // _MICROSECOND
    for each in claims:
        connection.execute(update(table).where(_mine(each)).values(not_before=until))


def give_back(connection: Connection, claims: Iterable[Claim]) -> None:
    """Free jobs that were not begun: no attempt is counted."""
    now = database_now(connection)
    for each in claims:
        freed = update(table).where(_mine(each))
        connection.execute(freed.values(claim=None, not_before=now, attempts=table.c.attempts - 1))


def settle(connection: Connection, judged: Sequence[tuple[Claim, Verdict]]) -> list[Claim]:
    """Write what became of jobs; answers the claims that were lost (another worker has these jobs then)."""
    if not judged:
        return []
    keys = _keys(claimed.job for claimed, verdict in judged if not isinstance(verdict, Again))
    _lock(connection, keys)
    now = database_now(connection)
    held = _held(connection, [claimed.place for claimed, _ in judged])
    mine = [each for each in judged if held.get(each[0].place) == each[0].token]
    done = [claimed.place for claimed, verdict in mine if isinstance(verdict, Done)]
    if done:
        connection.execute(update(table).where(table.c.place.in_(done)).values(**_outcome(Done(), now)))
    for claimed, verdict in mine:
        if not isinstance(verdict, Done):
            made = min(claimed.job.attempt, claimed.job.max_attempts)
            written = update(table).where(table.c.place == claimed.place)
            connection.execute(written.values(attempts=made, **_outcome(verdict, now)))
    _promote(connection, keys)
    return [claimed for claimed, _ in judged if held.get(claimed.place) != claimed.token]


def _held(connection: Connection, places: Sequence[int]) -> dict[int, str | None]:
    """Who claims these jobs now; nobody can take them until the commit."""
    # In the order of places, as two workers that both believe they have a job would lock it.
    asked = select(table.c.place, table.c.claim).where(table.c.place.in_(places)).order_by(table.c.place)
    return {row.place: row.claim for row in connection.execute(asked.with_for_update())}


def dead(connection: Connection, kind: str, *, limit: int) -> list[DeadLetter]:
    """The oldest dead letters of a kind."""
    asked = select(table).where(_OVER, _is_dead(kind)).order_by(table.c.ended_at, table.c.place)
    return [_letter(row) for row in connection.execute(asked.limit(limit))]


def dead_letter(connection: Connection, kind: str, job_id: str) -> DeadLetter | None:
    """A dead letter, if it is there."""
    row = connection.execute(select(table).where(_is_dead(kind), table.c.job_id == job_id)).first()
    return None if row is None else _letter(row)


def discard(connection: Connection, kind: str, job_id: str) -> bool:
    """Close a dead letter: its id stays used. Whether it was there."""
    closed = update(table).where(_is_dead(kind), table.c.job_id == job_id)
    return connection.execute(closed.values(state="done", payload="")).rowcount > 0


def replay(connection: Connection, kind: str, job_id: str) -> bool:
    """Make a dead letter a job again, in the last place of its key. Whether it was there."""
    removed = delete(table).where(_is_dead(kind), table.c.job_id == job_id).returning(*table.c)
    row = connection.execute(removed).first()
    if row is None:
        return False
    add(connection, [replace(_job(row, 0), run_after=None)])
    return True


def depth(connection: Connection, kind: str) -> int:
    """How many wait: free now, or behind another of their key."""
    now = database_now(connection)
    counted = select(func.count()).where(table.c.kind == kind)
    ready = connection.execute(counted.where(_READY, table.c.not_before <= now)).scalar_one()
    return int(ready + connection.execute(counted.where(table.c.state == "behind")).scalar_one())


def forget_done(connection: Connection, before: datetime, *, limit: int) -> int:
    """Remove up to `limit` rows of jobs done before an instant; their ids may then be used again."""
    old = select(table.c.place).where(_OVER, table.c.state == "done", table.c.ended_at < before).limit(limit)
    return connection.execute(delete(table).where(table.c.place.in_(old))).rowcount


def _outcome(verdict: Verdict, now: int) -> dict[str, Any]:
    at = instant_of(now)
    if isinstance(verdict, Done):
        # The id is all that is needed of it.
        return {"claim": None, "state": "done", "payload": "", "ended_at": at}
    if isinstance(verdict, Dead):
        told = {"reason": verdict.reason, "detail": verdict.detail}
        return {"claim": None, "state": "dead", "ended_at": at, **told}
    return {"claim": None, "not_before": now + verdict.wait // _MICROSECOND, "detail": verdict.detail}


def _row(job: Job, now: int) -> dict[str, Any]:
    after = now if job.run_after is None else max(now, micros_of(job.run_after))
    return {
        "kind": job.kind,
        "job_id": job.id,
        "key": job.key,
        "payload": job.payload,
        "state": "waiting" if job.key is None else "behind",
        "run_after": job.run_after,
        "not_before": after,
        "max_attempts": job.max_attempts,
        "enqueued_at": instant_of(now),
    }


def _job(row: Row[Any], attempt: int) -> Job:
    return Job(row.job_id, row.kind, row.payload, row.key, row.run_after, row.max_attempts, attempt)


def _letter(row: Row[Any]) -> DeadLetter:
    return DeadLetter(_job(row, row.attempts), row.reason, row.detail or "", row.ended_at)


def _is_dead(kind: str) -> ColumnElement[bool]:
    return (table.c.kind == kind) & (table.c.state == "dead")


def _mine(claimed: Claim) -> ColumnElement[bool]:
    return (table.c.place == claimed.place) & (table.c.claim == claimed.token)


def _keys(jobs: Iterable[Job]) -> list[tuple[str, str]]:
    """Kind and key of keyed jobs, in the one order in which everybody locks them."""
    return sorted({(job.kind, job.key) for job in jobs if job.key is not None})


def _lock(connection: Connection, keys: Sequence[tuple[str, str]]) -> None:
    if keys and connection.dialect.name == "postgresql":
        # A slash is in no kind. Two names of one hash only wait for each other.
        connection.execute(_LOCK_KEY, [{"lock": _KEY_LOCKS, "name": f"{kind}/{key}"} for kind, key in keys])


def _promote(connection: Connection, keys: Sequence[tuple[str, str]]) -> None:
    if keys:
        connection.execute(_PROMOTE, [{"kind": kind, "key": key} for kind, key in keys])
