"""Leases: one worker at a time, by the database's clock, with a fencing token that only grows.

A lease that ran out can be taken over; the new token is higher, and every write of the old holder that
asks `guard` first is refused from then on, however long it slept.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, case, select, update

from fiel.infra.storage.instants import DatabaseNow
from fiel.infra.storage.tables import leases as table
from fiel.infra.storage.types import instant_of
from fiel.infra.storage.upserts import insert_into
from fiel.kernel.errors import Conflict, InvalidInput

_MICROSECOND = timedelta(microseconds=1)
#: However often it is renewed, a lease ends after this.
LONGEST = timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class Lease:
    """`holder` acts alone on `name` until `expires_at` (database clock), under `token`."""

    name: str
    holder: str
    token: int
    expires_at: datetime


def take(
    connection: Connection, name: str, holder: str, time_to_live: timedelta, *, longest: timedelta = LONGEST
) -> Lease | None:
    """The lease, when it is free or ran out; `None` while another (or this holder itself) has it.

    Commit before acting on it. Of two at once, one gets it. `longest` bounds all renewals together.
    Raises `InvalidInput` for a time that is not positive or is beyond `longest`.
    """
    live, end = _micros(time_to_live), _micros(longest)
    if live > end:
        raise InvalidInput("lease_too_long", f"a lease lasts at most {longest}", field="time_to_live")
    now: ColumnElement[int] = DatabaseNow()
    fresh = {"holder": holder, "expires_at": now + live, "ends_at": now + end}
    taken = insert_into(table, connection).values(name=name, token=1, **fresh)
    row = connection.execute(
        taken.on_conflict_do_update(
            index_elements=[table.c.name],
            set_={"token": table.c.token + 1, **fresh},
            where=table.c.expires_at <= now,
        ).returning(table.c.token, table.c.expires_at)
    ).first()
    return None if row is None else Lease(name, holder, row.token, instant_of(row.expires_at))


def renew(connection: Connection, lease: Lease, time_to_live: timedelta) -> Lease:
    """The same lease for longer, up to its `longest`.

    Raises `Conflict` (lease_lost) when it ran out, even if nobody took it: stop, take it anew, and
    look at what was left half-done.
    """
    live = _micros(time_to_live)
    now: ColumnElement[int] = DatabaseNow()
    until = case((now + live < table.c.ends_at, now + live), else_=table.c.ends_at)
    row = connection.execute(
        update(table)
        .where(_mine(lease), table.c.expires_at > now)
        .values(expires_at=until)
        .returning(table.c.expires_at)
    ).first()
    if row is None:
        raise _lost(lease)
    return Lease(lease.name, lease.holder, lease.token, instant_of(row.expires_at))


def release(connection: Connection, lease: Lease) -> bool:
    """Give the lease back; `False` when it was lost before. Its token is never given again."""
    freed = update(table).where(_mine(lease)).values(expires_at=0).returning(table.c.token)
    return connection.execute(freed).first() is not None


def guard(connection: Connection, lease: Lease) -> None:
    """In every writing transaction of a holder, first: nobody takes the lease over until it ends.

    Raises `Conflict` (lease_lost) when another holder has a higher token, or it was released.
    """
    mine: Any = select(table.c.token).where(_mine(lease), table.c.expires_at > 0)
    # SQLite has one writer at a time already; PostgreSQL locks the row against a take-over.
    if connection.execute(mine.with_for_update(read=True)).first() is None:
        raise _lost(lease)


def _mine(lease: Lease) -> ColumnElement[bool]:
    return and_(table.c.name == lease.name, table.c.token == lease.token)


def _lost(lease: Lease) -> Conflict:
    return Conflict(
        "lease_lost",
        f"{lease.holder} no longer holds {lease.name}; stop, and take it anew before going on",
        details={"name": lease.name, "holder": lease.holder, "token": str(lease.token)},
    )


def _micros(span: timedelta) -> int:
    if span <= timedelta(0):
        raise InvalidInput("lease_too_short", "a lease lasts longer than nothing", field="time_to_live")
    return span // _MICROSECOND
