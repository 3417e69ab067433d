"""The embedded event log, and which log a consumer's offsets are of."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from fiel.infra.storage.types import StoredText, WholeNumber

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """From the book to the log."""
    op.create_table(
        "consumer_topics",
        sa.Column("consumer", StoredText, nullable=False),
        sa.Column("topic", StoredText, nullable=False),
        sa.Column("identity", StoredText, nullable=False),
        sa.PrimaryKeyConstraint("consumer", "topic", name=op.f("pk_consumer_topics")),
        sqlite_strict=True,
    )
    op.create_table(
        "event_topics",
        sa.Column("topic", StoredText, nullable=False),
        sa.Column("partitions", WholeNumber, nullable=False),
        sa.Column("identity", StoredText, nullable=False),
        sa.PrimaryKeyConstraint("topic", name=op.f("pk_event_topics")),
        sa.CheckConstraint("partitions > 0", name=op.f("ck_event_topics_partitions_positive")),
        sqlite_strict=True,
    )
    op.create_table(
        "event_partitions",
        sa.Column("topic", StoredText, nullable=False),
        sa.Column("partition", WholeNumber, autoincrement=False, nullable=False),
        sa.Column("low_offset", WholeNumber, nullable=False, server_default="0"),
        sa.Column("next_offset", WholeNumber, nullable=False, server_default="0"),
        sa.PrimaryKeyConstraint("topic", "partition", name=op.f("pk_event_partitions")),
        sa.CheckConstraint(
            "low_offset >= 0 AND low_offset <= next_offset", name=op.f("ck_event_partitions_offsets_in_order")
        ),
        sqlite_strict=True,
    )
    op.create_table(
        "event_log",
        sa.Column("topic", StoredText, nullable=False),
        sa.Column("partition", WholeNumber, autoincrement=False, nullable=False),
        sa.Column("log_offset", WholeNumber, autoincrement=False, nullable=False),
        sa.Column("key", sa.LargeBinary, nullable=True),
        sa.Column("body", sa.LargeBinary, nullable=True),
        sa.Column("headers", StoredText, nullable=True),
        sa.Column("size", WholeNumber, nullable=False),
        sa.Column("appended_at", WholeNumber, nullable=False),
        sa.PrimaryKeyConstraint("topic", "partition", "log_offset", name=op.f("pk_event_log")),
        sqlite_strict=True,
    )


def downgrade() -> None:
    """Without the log."""
    for table in ("event_log", "event_partitions", "event_topics", "consumer_topics"):
        op.drop_table(table)
