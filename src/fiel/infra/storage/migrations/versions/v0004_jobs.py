"""The embedded job queue."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from fiel.infra.storage.types import StoredText, UtcDateTime, WholeNumber

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

#: Name, columns, unique, and the rows that are in it.
_INDEXES = (
    ("ix_jobs_ready", ["kind", "not_before", "place"], False, "state = 'waiting'"),
    ("ix_jobs_of_key", ["kind", "key", "place"], False, "state IN ('waiting', 'behind')"),
    ("ix_jobs_first_of_key", ["kind", "key"], True, "state = 'waiting'"),
    ("ix_jobs_over", ["state", "kind", "ended_at"], False, "ended_at IS NOT NULL"),
)


def upgrade() -> None:
    """From the log to the jobs."""
    op.create_table(
        "jobs",
        sa.Column("place", WholeNumber, autoincrement=True, nullable=False),
        sa.Column("kind", StoredText, nullable=False),
        sa.Column("job_id", StoredText, nullable=False),
        sa.Column("key", StoredText, nullable=True),
        sa.Column("payload", StoredText, nullable=False),
        sa.Column("state", StoredText, nullable=False),
        sa.Column("run_after", UtcDateTime, nullable=True),
        sa.Column("not_before", WholeNumber, nullable=False, server_default="0"),
        sa.Column("attempts", WholeNumber, nullable=False, server_default="0"),
        sa.Column("max_attempts", WholeNumber, nullable=False),
        sa.Column("claim", StoredText, nullable=True),
        sa.Column("reason", StoredText, nullable=True),
        sa.Column("detail", StoredText, nullable=True),
        sa.Column("enqueued_at", UtcDateTime, nullable=False),
        sa.Column("ended_at", UtcDateTime, nullable=True),
        sa.PrimaryKeyConstraint("place", name=op.f("pk_jobs")),
        sa.UniqueConstraint("kind", "job_id", name=op.f("uq_jobs_kind_job_id")),
        sa.CheckConstraint(
            "state IN ('waiting', 'behind', 'done', 'dead')", name=op.f("ck_jobs_state_known")
        ),
        sqlite_strict=True,
        sqlite_autoincrement=True,
    )
    for name, columns, unique, rows in _INDEXES:
        op.create_index(
            name, "jobs", columns, unique=unique, sqlite_where=sa.text(rows), postgresql_where=sa.text(rows)
        )


def downgrade() -> None:
    """Without the jobs."""
    op.drop_table("jobs")
