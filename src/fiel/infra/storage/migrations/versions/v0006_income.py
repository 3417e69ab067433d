"""Income: the payments of each wallet, the wallets that were visited, and their titles."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from fiel.infra.storage.types import StoredText, UtcDateTime, WholeNumber

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """From market data to income."""
    op.create_table(
        "income_wallets",
        sa.Column("wallet", StoredText, nullable=False),
        sa.Column("zone", StoredText, nullable=False),
        sa.Column("done_day", StoredText, nullable=True),
        sa.Column("done_at", UtcDateTime, nullable=True),
        sa.Column("records", WholeNumber, nullable=False, server_default="0"),
        sa.Column("changed", WholeNumber, nullable=False, server_default="0"),
        sa.PrimaryKeyConstraint("wallet", name=op.f("pk_income_wallets")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "income_records",
        sa.Column("wallet", StoredText, nullable=False),
        sa.Column("event_id", StoredText, nullable=False),
        sa.Column("record_id", StoredText, nullable=False),
        sa.Column("asset", StoredText, nullable=False),
        sa.Column("state", StoredText, nullable=False),
        sa.Column("com_date", StoredText, nullable=True),
        sa.Column("payment_date", StoredText, nullable=True),
        sa.Column("body", StoredText, nullable=False),
        sa.Column("changed_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("wallet", "event_id", name=op.f("pk_income_records")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_income_records_record_id"), "income_records", ["record_id"], unique=True)
    op.create_table(
        "income_titles",
        sa.Column("wallet", StoredText, nullable=False),
        sa.Column("title_id", StoredText, nullable=False),
        sa.Column("body", StoredText, nullable=False),
        sa.Column("changed_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("wallet", "title_id", name=op.f("pk_income_titles")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "income_links",
        sa.Column("wallet", StoredText, nullable=False),
        sa.Column("receipt_id", StoredText, nullable=False),
        sa.Column("record_id", StoredText, nullable=False),
        sa.Column("linked_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("wallet", "receipt_id", name=op.f("pk_income_links")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    """Without income."""
    for table in ("income_links", "income_titles", "income_records", "income_wallets"):
        op.drop_table(table)
