"""The trace that a message of the outbox belongs to, if any."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from fiel.infra.storage.types import StoredText

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """From papers to traces."""
    op.add_column("outbox", sa.Column("trace", StoredText, nullable=True))


def downgrade() -> None:
    """Without traces."""
    op.drop_column("outbox", "trace")
