"""Who may come in: owners, sessions, keys, failed passwords, and the log of who did what."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from fiel.infra.storage.append_only import append_only, drop_append_only
from fiel.infra.storage.types import StoredText, UtcDateTime, WholeNumber

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_LOG = "access_audit"


def upgrade() -> None:
    """From the auto-balancer to access."""
    _people()
    _keys()
    op.create_table(
        "access_attempts",
        sa.Column("subject", StoredText, nullable=False),
        sa.Column("failures", WholeNumber, nullable=False),
        sa.Column("last_at", UtcDateTime, nullable=False),
        sa.CheckConstraint("failures >= 0", name=op.f("ck_access_attempts_failures_not_negative")),
        sa.PrimaryKeyConstraint("subject", name=op.f("pk_access_attempts")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_access_attempts_last_at"), "access_attempts", ["last_at"], unique=False)
    _log()
    for statement in append_only(_LOG, op.get_bind().dialect.name):
        op.execute(statement)


def _people() -> None:
    op.create_table(
        "access_owners",
        sa.Column("name", StoredText, nullable=False),
        sa.Column("password", StoredText, nullable=False),
        sa.Column("scopes", StoredText, nullable=False),
        sa.Column("wallets", StoredText, nullable=True),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("changed_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_access_owners")),
        sqlite_strict=True,
    )
    op.create_table(
        "access_sessions",
        sa.Column("token", StoredText, nullable=False),
        sa.Column("owner", StoredText, nullable=False),
        sa.Column("address", StoredText, nullable=False),
        sa.Column("agent", StoredText, nullable=False),
        sa.Column("begun_at", UtcDateTime, nullable=False),
        sa.Column("seen_at", UtcDateTime, nullable=False),
        sa.Column("ends_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("token", name=op.f("pk_access_sessions")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_access_sessions_owner"), "access_sessions", ["owner"], unique=False)


def _keys() -> None:
    op.create_table(
        "access_keys",
        sa.Column("id", StoredText, nullable=False),
        sa.Column("name", StoredText, nullable=False),
        sa.Column("secret", StoredText, nullable=False),
        sa.Column("scopes", StoredText, nullable=False),
        sa.Column("wallets", StoredText, nullable=True),
        sa.Column("made_by", StoredText, nullable=False),
        sa.Column("made_at", UtcDateTime, nullable=False),
        sa.Column("ends_at", UtcDateTime, nullable=True),
        sa.Column("revoked_at", UtcDateTime, nullable=True),
        sa.Column("used_at", UtcDateTime, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_keys")),
        sqlite_strict=True,
    )


def _log() -> None:
    op.create_table(
        _LOG,
        sa.Column("id", WholeNumber, autoincrement=True, nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("who", StoredText, nullable=False),
        sa.Column("via", StoredText, nullable=False),
        sa.Column("action", StoredText, nullable=False),
        sa.Column("wallet", StoredText, nullable=True),
        sa.Column("request", StoredText, nullable=False),
        sa.Column("status", WholeNumber, nullable=True),
        sa.Column("about", StoredText, server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_audit")),
        sqlite_strict=True,
        sqlite_autoincrement=True,
    )
    for column in ("request", "wallet"):
        op.create_index(op.f(f"ix_access_audit_{column}"), _LOG, [column], unique=False)


def downgrade() -> None:
    """Without access: every door is open to whoever reaches it."""
    for statement in drop_append_only(_LOG, op.get_bind().dialect.name):
        op.execute(statement)
    for table in (_LOG, "access_attempts", "access_keys", "access_sessions", "access_owners"):
        op.drop_table(table)
