"""The tables of access. Secrets are here as digests only."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, Index, Table

from fiel.infra.storage.types import StoredText, UtcDateTime, WholeNumber, metadata

METADATA = metadata()

#: People with a password. `scopes` and `wallets` are lists with commas and JSON; no wallets: all of them.
owners = Table(
    "access_owners",
    METADATA,
    Column("name", StoredText, primary_key=True),
    Column("password", StoredText, nullable=False),
    Column("scopes", StoredText, nullable=False),
    Column("wallets", StoredText, nullable=True),
    Column("created_at", UtcDateTime, nullable=False),
    Column("changed_at", UtcDateTime, nullable=False),
    sqlite_strict=True,
)

#: Who is signed in. `token` is a digest; `ends_at` is the end that no use moves.
sessions = Table(
    "access_sessions",
    METADATA,
    Column("token", StoredText, primary_key=True),
    Column("owner", StoredText, nullable=False),
    Column("address", StoredText, nullable=False),
    Column("agent", StoredText, nullable=False),
    Column("begun_at", UtcDateTime, nullable=False),
    Column("seen_at", UtcDateTime, nullable=False),
    Column("ends_at", UtcDateTime, nullable=False),
    Index(None, "owner"),
    sqlite_strict=True,
)

#: Keys of programs. `secret` is a digest.
keys = Table(
    "access_keys",
    METADATA,
    Column("id", StoredText, primary_key=True),
    Column("name", StoredText, nullable=False),
    Column("secret", StoredText, nullable=False),
    Column("scopes", StoredText, nullable=False),
    Column("wallets", StoredText, nullable=True),
    Column("made_by", StoredText, nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
    Column("ends_at", UtcDateTime, nullable=True),
    Column("revoked_at", UtcDateTime, nullable=True),
    Column("used_at", UtcDateTime, nullable=True),
    sqlite_strict=True,
)

#: Failed passwords, by name (a digest) and by place.
attempts = Table(
    "access_attempts",
    METADATA,
    Column("subject", StoredText, primary_key=True),
    Column("failures", WholeNumber, nullable=False),
    Column("last_at", UtcDateTime, nullable=False),
    CheckConstraint("failures >= 0", name="failures_not_negative"),
    Index(None, "last_at"),
    sqlite_strict=True,
)

#: Who did what. Only grows; `status` is empty while the request is being answered.
audit = Table(
    "access_audit",
    METADATA,
    Column("id", WholeNumber, primary_key=True, autoincrement=True),
    Column("at", UtcDateTime, nullable=False),
    Column("who", StoredText, nullable=False),
    Column("via", StoredText, nullable=False),
    Column("action", StoredText, nullable=False),
    Column("wallet", StoredText, nullable=True),
    Column("request", StoredText, nullable=False),
    Column("status", WholeNumber, nullable=True),
    Column("about", StoredText, nullable=False, server_default=""),
    Index(None, "request"),
    Index(None, "wallet"),
    sqlite_strict=True,
    sqlite_autoincrement=True,
)
