"""The rows of access: plain statements, each in the caller's transaction."""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, exists, func, insert, or_, select, update

from fiel.infra.access import tables
from fiel.infra.access.principals import Scope
from fiel.infra.access.records import Deed, Key, Owner, Session
from fiel.infra.storage.upserts import insert_into

SESSION_ID_LENGTH = 12


def put_owner(connection: Connection, owner: Owner, password: str) -> None:
    """Write an owner, over one of that name."""
    values = {
        "password": password,
        "scopes": _scopes_text(owner.scopes),
        "wallets": _wallets_text(owner.wallets),
        "changed_at": owner.changed_at,
    }
    row = insert_into(tables.owners, connection).values(
        name=owner.name, created_at=owner.created_at, **values
    )
    connection.execute(row.on_conflict_do_update(index_elements=["name"], set_=values))


def put_password(connection: Connection, name: str, password: str) -> None:
    """The same password, hashed anew."""
    table = tables.owners
    connection.execute(update(table).where(table.c.name == name).values(password=password))


def remove_owner(connection: Connection, name: str) -> bool:
    """Whether there was one."""
    return bool(connection.execute(delete(tables.owners).where(tables.owners.c.name == name)).rowcount)


def owner(connection: Connection, name: str) -> tuple[Owner, str] | None:
    """The owner and the hash of the password."""
    row = connection.execute(select(tables.owners).where(tables.owners.c.name == name)).first()
    return None if row is None else (_owner(row), row.password)


def owners(connection: Connection) -> list[Owner]:
    """All, by name."""
    return [_owner(row) for row in connection.execute(select(tables.owners).order_by(tables.owners.c.name))]


def anybody(connection: Connection, now: datetime) -> bool:
    """Whether there is an owner, or a key that opens."""
    key = tables.keys
    opens = key.c.revoked_at.is_(None) & or_(key.c.ends_at.is_(None), key.c.ends_at > now)
    asked = select(or_(exists(select(tables.owners.c.name)), exists(select(key.c.id).where(opens))))
    return bool(connection.execute(asked).scalar_one())


def put_session(connection: Connection, token: str, session: Session) -> None:
    """Write a session; `token` is a digest."""
    row = {
        "owner": session.owner,
        "address": session.address,
        "agent": session.agent,
        "begun_at": session.begun_at,
        "seen_at": session.seen_at,
        "ends_at": session.ends_at,
    }
    connection.execute(insert(tables.sessions).values(token=token, **row))


def session(connection: Connection, token: str) -> tuple[Session, Owner] | None:
    """The session of a digest, with its owner as he is today."""
    joined = tables.sessions.join(tables.owners, tables.owners.c.name == tables.sessions.c.owner)
    asked = select(tables.sessions, *_owner_columns()).select_from(joined)
    row = connection.execute(asked.where(tables.sessions.c.token == token)).first()
    return None if row is None else (_session(row), _owner(row))


def sessions(connection: Connection, owner: str | None = None) -> list[Session]:
    """The sessions, or those of one owner, newest first."""
    asked = select(tables.sessions).order_by(tables.sessions.c.begun_at.desc(), tables.sessions.c.token)
    if owner is not None:
        asked = asked.where(tables.sessions.c.owner == owner)
    return [_session(row) for row in connection.execute(asked)]


def touch_session(connection: Connection, token: str, now: datetime) -> None:
    """It was used."""
    table = tables.sessions
    connection.execute(update(table).where(table.c.token == token).values(seen_at=now))


def end_session(connection: Connection, token: str) -> bool:
    """By the digest of its token."""
    return bool(connection.execute(delete(tables.sessions).where(tables.sessions.c.token == token)).rowcount)


def end_sessions(
    connection: Connection,
    *,
    owner: str | None = None,
    id: str | None = None,  # noqa: A002
) -> int:
    """All, those of an owner, or the one with an id; how many."""
    gone = delete(tables.sessions)
    if owner is not None:
        gone = gone.where(tables.sessions.c.owner == owner)
    if id is not None:
        gone = gone.where(func.substr(tables.sessions.c.token, 1, SESSION_ID_LENGTH) == id)
    return int(connection.execute(gone).rowcount)


def sweep_sessions(
    connection: Connection, owner: str, *, seen_before: datetime, now: datetime, keep: int
) -> None:
    """Remove those that are over, and the oldest of an owner beyond `keep`."""
    table = tables.sessions
    connection.execute(delete(table).where(or_(table.c.seen_at < seen_before, table.c.ends_at <= now)))
    mine = select(table.c.token).where(table.c.owner == owner)
    surplus = connection.execute(mine.order_by(table.c.seen_at.desc()).offset(keep)).scalars().all()
    if surplus:
        connection.execute(delete(table).where(table.c.token.in_(surplus)))


def put_key(connection: Connection, key: Key, secret: str) -> None:
    """Write a key; `secret` is a digest."""
    row = {
        "id": key.id,
        "name": key.name,
        "scopes": _scopes_text(key.scopes),
        "wallets": _wallets_text(key.wallets),
        "made_by": key.made_by,
        "made_at": key.made_at,
        "ends_at": key.ends_at,
    }
    connection.execute(insert(tables.keys).values(secret=secret, **row))


def key(connection: Connection, key_id: str) -> tuple[Key, str] | None:
    """The key and the digest of its secret."""
    row = connection.execute(select(tables.keys).where(tables.keys.c.id == key_id)).first()
    return None if row is None else (_key(row), row.secret)


def keys(connection: Connection) -> list[Key]:
    """All, oldest first."""
    asked = select(tables.keys).order_by(tables.keys.c.made_at, tables.keys.c.id)
    return [_key(row) for row in connection.execute(asked)]


def touch_key(connection: Connection, key_id: str, now: datetime) -> None:
    """It was used."""
    connection.execute(update(tables.keys).where(tables.keys.c.id == key_id).values(used_at=now))


def revoke_key(connection: Connection, key_id: str, now: datetime) -> bool:
    """Whether it was open until now."""
    table = tables.keys
    open_ones = (table.c.id == key_id) & table.c.revoked_at.is_(None)
    return bool(connection.execute(update(table).where(open_ones).values(revoked_at=now)).rowcount)


def held_failures(
    connection: Connection, subjects: Collection[str], now: datetime
) -> dict[str, tuple[int, datetime]]:
    """How often each failed, and when last; nobody else counts at the same subject until the end of this
    transaction. Always in the same order, so that two never wait for each other.
    """
    table, found = tables.attempts, {}
    for subject in sorted(subjects):
        row = insert_into(table, connection).values(subject=subject, failures=0, last_at=now)
        # Writing what is there already takes the row's lock.
        held = row.on_conflict_do_update(index_elements=["subject"], set_={"failures": table.c.failures})
        count, last = connection.execute(held.returning(table.c.failures, table.c.last_at)).one()
        found[subject] = (count, last)
    return found


def put_failures(connection: Connection, subject: str, count: int, now: datetime) -> None:
    """Write how often it failed."""
    row = insert_into(tables.attempts, connection).values(subject=subject, failures=count, last_at=now)
    changed = {"failures": count, "last_at": now}
    connection.execute(row.on_conflict_do_update(index_elements=["subject"], set_=changed))


def forget_failures(
    connection: Connection, *, subject: str | None = None, before: datetime | None = None
) -> None:
    """Of one, or all that are older."""
    table = tables.attempts
    gone = delete(table)
    if subject is not None:
        gone = gone.where(table.c.subject == subject)
    if before is not None:
        gone = gone.where(table.c.last_at < before)
    connection.execute(gone)


def write_deed(connection: Connection, deed: Deed) -> None:
    """Add a row to the log."""
    row = {
        "at": deed.at,
        "who": deed.who,
        "via": deed.via,
        "action": deed.action,
        "wallet": deed.wallet,
        "request": deed.request,
        "status": deed.status,
        "about": deed.about,
    }
    connection.execute(insert(tables.audit).values(**row))


def deeds(
    connection: Connection, *, limit: int, before: int | None, wallet: str | None, who: str | None
) -> list[Deed]:
    """Rows of the log, newest first."""
    table = tables.audit
    asked = select(table).order_by(table.c.id.desc()).limit(limit)
    for column, wanted in ((table.c.wallet, wallet), (table.c.who, who)):
        if wanted is not None:
            asked = asked.where(column == wanted)
    if before is not None:
        asked = asked.where(table.c.id < before)
    return [
        Deed(row.at, row.who, row.via, row.action, row.request, row.wallet, row.status, row.about, row.id)
        for row in connection.execute(asked)
    ]


def _owner_columns() -> list[Any]:
    table = tables.owners
    return [table.c.name, table.c.scopes, table.c.wallets, table.c.created_at, table.c.changed_at]


def _owner(row: Any) -> Owner:
    return Owner(row.name, _scopes(row.scopes), _wallets(row.wallets), row.created_at, row.changed_at)


def _session(row: Any) -> Session:
    shown = row.token[:SESSION_ID_LENGTH]
    return Session(shown, row.owner, row.address, row.agent, row.begun_at, row.seen_at, row.ends_at)


def _key(row: Any) -> Key:
    return Key(
        row.id,
        row.name,
        _scopes(row.scopes),
        _wallets(row.wallets),
        row.made_by,
        row.made_at,
        row.ends_at,
        row.revoked_at,
        row.used_at,
    )


def _scopes_text(scopes: frozenset[Scope]) -> str:
    return ",".join(scope for scope in Scope if scope in scopes)


def _scopes(text: str) -> frozenset[Scope]:
    return frozenset(Scope(each) for each in text.split(",") if each)


def _wallets_text(wallets: frozenset[str] | None) -> str | None:
    return None if wallets is None else json.dumps(sorted(wallets), ensure_ascii=False)


def _wallets(text: str | None) -> frozenset[str] | None:
    return None if text is None else frozenset(json.loads(text))
