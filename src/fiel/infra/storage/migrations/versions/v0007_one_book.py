"""One book: accounts of a wallet, what was booked from files, what was remembered, and targets."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from fiel.infra.storage.types import StoredText, UtcDateTime, WholeNumber

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """From income to one book."""
    _bookings()
    _sayings()


def _bookings() -> None:
    op.create_table(
        "wallet_accounts",
        sa.Column("wallet", StoredText, nullable=False),
        sa.Column("label", StoredText, nullable=False),
        sa.Column("user_id", StoredText, nullable=False),
        sa.Column("name", StoredText, nullable=False),
        sa.Column("opened_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("wallet", "label", name=op.f("pk_wallet_accounts")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_wallet_accounts_user_id"), "wallet_accounts", ["user_id"], unique=True)
    op.create_table(
        "booked_files",
        sa.Column("wallet", StoredText, nullable=False),
        sa.Column("sha256", StoredText, nullable=False),
        sa.Column("name", StoredText, nullable=False),
        sa.Column("format", StoredText, nullable=False),
        sa.Column("first_day", StoredText, nullable=True),
        sa.Column("last_day", StoredText, nullable=True),
        sa.Column("rows", WholeNumber, nullable=False),
        sa.Column("booked_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("wallet", "sha256", name=op.f("pk_booked_files")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "booked_rows",
        sa.Column("wallet", StoredText, nullable=False),
        sa.Column("id", StoredText, nullable=False),
        sa.Column("sha256", StoredText, nullable=False),
        sa.Column("row", WholeNumber, nullable=False),
        sa.Column("family", StoredText, nullable=False),
        sa.Column("user_id", StoredText, nullable=False),
        sa.Column("day", StoredText, nullable=False),
        sa.Column("identity", StoredText, nullable=False),
        sa.Column("kind", StoredText, nullable=False),
        sa.Column("asset", StoredText, nullable=False),
        sa.Column("said", StoredText, nullable=False),
        sa.Column("entries", StoredText, nullable=False),
        sa.Column("booked_at", UtcDateTime, nullable=False),
        sa.Column("reversed_at", UtcDateTime, nullable=True),
        sa.PrimaryKeyConstraint("wallet", "id", name=op.f("pk_booked_rows")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_booked_rows_wallet_day"), "booked_rows", ["wallet", "day"], unique=False)


def _sayings() -> None:
    op.create_table(
        "remembered",
        sa.Column("wallet", StoredText, nullable=False),
        sa.Column("topic", StoredText, nullable=False),
        sa.Column("name", StoredText, nullable=False),
        sa.Column("value", StoredText, nullable=False),
        sa.Column("changed_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("wallet", "topic", "name", name=op.f("pk_remembered")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "wallet_targets",
        sa.Column("wallet", StoredText, nullable=False),
        sa.Column("body", StoredText, nullable=False),
        sa.Column("changed_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("wallet", name=op.f("pk_wallet_targets")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    """Without the book of the copilot."""
    for table in ("wallet_targets", "remembered", "booked_rows", "booked_files", "wallet_accounts"):
        op.drop_table(table)
