"""Jobs that run once per key: the mark is in the transaction of the effect, so both are there or neither."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, delete, select

from fiel.infra.storage.tables import job_runs as table
from fiel.infra.storage.upserts import insert_into


def first_run(connection: Connection, job: str, run_key: str, *, at: datetime, outcome: str = "") -> bool:
    """Mark the run; `False` when it was marked before (then do nothing).

    Waits for another transaction that is marking the same run, and answers by how that one ended.
    """
    marked = insert_into(table, connection).values(job=job, run_key=run_key, ran_at=at, outcome=outcome)
    done = connection.execute(marked.on_conflict_do_nothing().returning(table.c.job)).first()
    return done is not None


def outcome_of(connection: Connection, job: str, run_key: str) -> str | None:
    """What the run left, or `None` when it did not run."""
    asked = select(table.c.outcome).where(table.c.job == job, table.c.run_key == run_key)
    return connection.execute(asked).scalar_one_or_none()


def forget(connection: Connection, job: str, *, before: datetime) -> int:
    """Remove the marks of runs from before an instant; how many. What they marked could run again."""
    gone = delete(table).where(table.c.job == job, table.c.ran_at < before)
    return int(connection.execute(gone).rowcount)
