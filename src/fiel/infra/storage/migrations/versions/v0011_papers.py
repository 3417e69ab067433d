"""Drafts of targets and plans that were kept."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from fiel.infra.storage.types import StoredText, UtcDateTime

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """From import drafts to papers."""
    op.create_table(
        "wallet_papers",
        sa.Column("wallet", StoredText, nullable=False),
        sa.Column("kind", StoredText, nullable=False),
        sa.Column("id", StoredText, nullable=False),
        sa.Column("body", StoredText, nullable=False),
        sa.Column("changed_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("wallet", "kind", "id", name=op.f("pk_wallet_papers")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    """Without papers."""
    op.drop_table("wallet_papers")
