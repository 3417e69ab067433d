"""Leases: one worker at a time, by the database's clock, with a fencing token that only grows.

A lease that ran out can be taken over; the new token is higher, and every write of the old holder that
asks `guard` first is refused from then on, however long it slept. Those who work on many names at a time
use `take_many`, `guard_many`, `renew_many`, `release_many`: few statements, rows locked in one order.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, case, select, update

from fiel.infra.storage.arrays import array
from fiel.infra.storage.bulk import fetch, in_list, key_list
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


def take_many(
    connection: Connection,
    names: Collection[str],
    holder: str,
    time_to_live: timedelta,
    *,
    longest: timedelta = LONGEST,
) -> dict[str, Lease]:
    """`take` for each of the names; those that are free or ran out, by name."""
    live, end = _micros(time_to_live), _micros(longest)
    if live > end:
        raise InvalidInput("lease_too_long", f"a lease lasts at most {longest}", field="time_to_live")
    if not names:
        return {}
    mark, now = _mark(connection), _now(connection)
    given = "SELECT value AS name FROM json_each(?)"
    if connection.dialect.name != "sqlite":
        given = "SELECT name FROM unnest(%s::text[]) AS asked (name)"
    statement = (
        "INSERT INTO leases (name, holder, token, expires_at, ends_at) "  # noqa: S608 - no input in it
        f"SELECT name, {mark}, 1, {now} + {live}, {now} + {end} FROM ({given}) AS given "
        "WHERE true ORDER BY 1 "
        "ON CONFLICT (name) DO UPDATE SET token = leases.token + 1, holder = excluded.holder, "
        f"expires_at = excluded.expires_at, ends_at = excluded.ends_at WHERE leases.expires_at <= {now} "
        "RETURNING name, token, expires_at"
    )
    wanted = key_list(connection, "text", sorted(set(names)))
    rows = fetch(connection, statement, (holder, wanted))
    return {name: Lease(name, holder, token, instant_of(until)) for name, token, until in rows}


def guard_many(connection: Connection, held: Collection[Lease]) -> set[str]:
    """`guard` for each; the names of those that are still held. Nobody takes these over until it ends."""
    if not held:
        return set()
    lock = "" if connection.dialect.name == "sqlite" else " FOR NO KEY UPDATE OF mine"
    statement = (
        f"SELECT mine.name FROM leases AS mine JOIN {_given(connection)} "  # noqa: S608 - no input in it
        "ON mine.name = given.name AND mine.token = given.token "
        f"WHERE mine.expires_at > 0 ORDER BY mine.name{lock}"
    )
    return {name for (name,) in fetch(connection, statement, _pairs(connection, held))}


def renew_many(connection: Connection, held: Collection[Lease], time_to_live: timedelta) -> dict[str, Lease]:
    """`renew` for each; by name those that are longer now. The others ran out: stop, take them anew."""
    live = _micros(time_to_live)
    kept = guard_many(connection, held)
    mine = {lease.name: lease for lease in held if lease.name in kept}
    if not mine:
        return {}
    now = _now(connection)
    until = f"CASE WHEN {now} + {live} < ends_at THEN {now} + {live} ELSE ends_at END"
    wanted = f"expires_at > {now} AND {in_list(connection, 'name', 'text')}"
    renewed = f"UPDATE leases SET expires_at = {until} WHERE {wanted}"  # noqa: S608 - no input in it
    statement = f"{renewed} RETURNING name, expires_at"
    rows = fetch(connection, statement, (key_list(connection, "text", mine),))
    return {name: Lease(name, mine[name].holder, mine[name].token, instant_of(end)) for name, end in rows}


def release_many(connection: Connection, held: Collection[Lease]) -> set[str]:
    """`release` for each; the names of those that were given back (the others were lost before)."""
    kept = guard_many(connection, held)
    if not kept:
        return set()
    wanted = in_list(connection, "name", "text")
    statement = f"UPDATE leases SET expires_at = 0 WHERE {wanted} RETURNING name"  # noqa: S608 - no input
    return {name for (name,) in fetch(connection, statement, (key_list(connection, "text", kept),))}


def lapsed(connection: Connection, names: Sequence[str]) -> list[str]:
    """Of the names, in their order, those that nobody holds now: never taken, given back, or run out."""
    if not names:
        return []
    statement = (
        f"SELECT name FROM leases WHERE expires_at > {_now(connection)} "  # noqa: S608 - no input in it
        f"AND {in_list(connection, 'name', 'text')}"
    )
    taken = {name for (name,) in fetch(connection, statement, (key_list(connection, "text", names),))}
    return [name for name in names if name not in taken]


def _now(connection: Connection) -> str:
    return str(DatabaseNow().compile(dialect=connection.dialect))


def _mark(connection: Connection) -> str:
    return "?" if connection.dialect.name == "sqlite" else "%s"


def _given(connection: Connection) -> str:
    """Names and tokens as rows; see `_pairs` for what goes in."""
    if connection.dialect.name == "sqlite":
        cells = "json_extract(value, '$[0]') AS name, json_extract(value, '$[1]') AS token"
        return f"(SELECT {cells} FROM json_each(?)) AS given"  # noqa: S608 - no input in it
    return "unnest(%s::text[], %s::int8[]) AS given (name, token)"


def _pairs(connection: Connection, held: Collection[Lease]) -> tuple[str, ...]:
    pairs = [(lease.name, lease.token) for lease in held]
    if connection.dialect.name == "sqlite":
        return (json.dumps(pairs),)
    return (array("text", [name for name, _ in pairs]), array("int8", [token for _, token in pairs]))


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
