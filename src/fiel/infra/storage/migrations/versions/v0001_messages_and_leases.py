"""Inbox, outbox, consumer offsets, leases, job runs, idempotency keys; the guard of history tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from fiel.infra.storage.append_only import CREATE_FUNCTION, DROP_FUNCTION
from fiel.infra.storage.types import StoredText, UtcDateTime, WholeNumber

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """From nothing."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(CREATE_FUNCTION)
    _create_messages()
    _create_workers()


def downgrade() -> None:
    """Back to nothing."""
    for table in ("idempotency_keys", "job_runs", "leases", "consumer_offsets", "outbox", "inbox"):
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute(DROP_FUNCTION)


def _create_messages() -> None:
    op.create_table(
        "inbox",
        sa.Column("consumer", StoredText, nullable=False),
        sa.Column("message_id", StoredText, nullable=False),
        sa.Column("payload_hash", StoredText, nullable=False),
        sa.Column("received_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("consumer", "message_id", name=op.f("pk_inbox")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "outbox",
        sa.Column("id", WholeNumber, autoincrement=True, nullable=False),
        sa.Column("message_id", StoredText, nullable=False),
        sa.Column("topic", StoredText, nullable=False),
        sa.Column("key", StoredText, nullable=False),
        sa.Column("body", StoredText, nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("attempts", WholeNumber, nullable=False, server_default="0"),
        sa.Column("not_before", WholeNumber, nullable=False, server_default="0"),
        sa.Column("claim", StoredText, nullable=True),
        sa.Column("last_error", StoredText, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        sa.UniqueConstraint("message_id", name=op.f("uq_outbox_message_id")),
        sqlite_strict=True,
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_outbox_held",
        "outbox",
        ["topic", "key", "not_before"],
        sqlite_where=sa.text("not_before > 0"),
        postgresql_where=sa.text("not_before > 0"),
    )
    op.create_table(
        "consumer_offsets",
        sa.Column("consumer", StoredText, nullable=False),
        sa.Column("topic", StoredText, nullable=False),
        sa.Column("partition", WholeNumber, autoincrement=False, nullable=False),
        sa.Column("next_offset", WholeNumber, nullable=True),
        sa.Column("epoch", WholeNumber, nullable=False),
        sa.PrimaryKeyConstraint("consumer", "topic", "partition", name=op.f("pk_consumer_offsets")),
        sa.CheckConstraint("next_offset >= 0", name=op.f("ck_consumer_offsets_next_offset_not_negative")),
        sqlite_strict=True,
    )


def _create_workers() -> None:
    op.create_table(
        "leases",
        sa.Column("name", StoredText, nullable=False),
        sa.Column("holder", StoredText, nullable=False),
        sa.Column("token", WholeNumber, nullable=False),
        sa.Column("expires_at", WholeNumber, nullable=False),
        sa.Column("ends_at", WholeNumber, nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_leases")),
        sa.CheckConstraint("token > 0", name=op.f("ck_leases_token_positive")),
        sqlite_strict=True,
    )
    op.create_table(
        "job_runs",
        sa.Column("job", StoredText, nullable=False),
        sa.Column("run_key", StoredText, nullable=False),
        sa.Column("ran_at", UtcDateTime, nullable=False),
        sa.Column("outcome", StoredText, nullable=False, server_default=""),
        sa.PrimaryKeyConstraint("job", "run_key", name=op.f("pk_job_runs")),
        sqlite_strict=True,
    )
    op.create_table(
        "idempotency_keys",
        sa.Column("scope", StoredText, nullable=False),
        sa.Column("key", StoredText, nullable=False),
        sa.Column("field_hashes", StoredText, nullable=False),
        sa.Column("answer", StoredText, nullable=True),
        sa.Column("recorded_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("scope", "key", name=op.f("pk_idempotency_keys")),
        sqlite_strict=True,
    )
