"""Imports on their way: files that were read and are looked at before they are booked."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from fiel.infra.storage.types import StoredText, UtcDateTime, WholeNumber

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """From access to import drafts."""
    op.create_table(
        "import_drafts",
        sa.Column("id", StoredText, nullable=False),
        sa.Column("wallet", StoredText, nullable=False),
        sa.Column("state", StoredText, nullable=False),
        sa.Column("body", StoredText, nullable=False),
        sa.Column("decisions", StoredText, nullable=False),
        sa.Column("outcome", StoredText, nullable=True),
        sa.Column("version", WholeNumber, nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("changed_at", UtcDateTime, nullable=False),
        sa.CheckConstraint(
            "state IN ('open', 'booked', 'undone')", name=op.f("ck_import_drafts_state_known")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_drafts")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index(
        op.f("ix_import_drafts_wallet_created_at"), "import_drafts", ["wallet", "created_at"], unique=False
    )


def downgrade() -> None:
    """Without import drafts."""
    op.drop_table("import_drafts")
