"""Market data: rows, quotes, sessions, events, what was not believed, budgets and contacts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from fiel.infra.storage.types import StoredText, UtcDateTime, WholeNumber

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_TABLES = (
    "market_contacts",
    "market_quota",
    "market_quarantine",
    "market_events",
    "market_closes",
    "market_quotes",
    "market_coverage",
    "market_rows",
)


def upgrade() -> None:
    """From the jobs to market data."""
    _of_series()
    _of_symbols()
    _of_contacts()


def downgrade() -> None:
    """Without market data."""
    for table in _TABLES:
        op.drop_table(table)


def _of_series() -> None:
    op.create_table(
        "market_rows",
        sa.Column("series", StoredText, nullable=False),
        sa.Column("day", StoredText, nullable=False),
        sa.Column("value", StoredText, nullable=False),
        sa.Column("until", StoredText, nullable=True),
        sa.Column("source", StoredText, nullable=False),
        sa.Column("fetched_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("series", "day", name=op.f("pk_market_rows")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "market_coverage",
        sa.Column("series", StoredText, nullable=False),
        sa.Column("first_day", StoredText, nullable=False),
        sa.Column("last_day", StoredText, nullable=False),
        sa.Column("checked_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("series", "first_day", name=op.f("pk_market_coverage")),
        sa.CheckConstraint("first_day <= last_day", name=op.f("ck_market_coverage_span_forward")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )


def _of_symbols() -> None:
    op.create_table(
        "market_quotes",
        sa.Column("symbol", StoredText, nullable=False),
        sa.Column("price", StoredText, nullable=False),
        sa.Column("currency", StoredText, nullable=False),
        sa.Column("as_of", UtcDateTime, nullable=False),
        sa.Column("fetched_at", UtcDateTime, nullable=False),
        sa.Column("source", StoredText, nullable=False),
        sa.Column("fallback", WholeNumber, nullable=False),
        sa.Column("body", StoredText, nullable=False),
        sa.PrimaryKeyConstraint("symbol", name=op.f("pk_market_quotes")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "market_closes",
        sa.Column("symbol", StoredText, nullable=False),
        sa.Column("source", StoredText, nullable=False),
        sa.Column("day", StoredText, nullable=False),
        sa.Column("close", StoredText, nullable=False),
        sa.Column("open", StoredText, nullable=True),
        sa.Column("high", StoredText, nullable=True),
        sa.Column("low", StoredText, nullable=True),
        sa.Column("adjusted_close", StoredText, nullable=True),
        sa.Column("volume", WholeNumber, nullable=True),
        sa.Column("fetched_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("symbol", "source", "day", name=op.f("pk_market_closes")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "market_events",
        sa.Column("symbol", StoredText, nullable=False),
        sa.Column("event_id", StoredText, nullable=False),
        sa.Column("kind", StoredText, nullable=False),
        sa.Column("com_date", StoredText, nullable=True),
        sa.Column("payment_date", StoredText, nullable=True),
        sa.Column("body", StoredText, nullable=False),
        sa.Column("first_seen_at", UtcDateTime, nullable=False),
        sa.Column("changed_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("symbol", "event_id", name=op.f("pk_market_events")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index("ix_market_events_payment", "market_events", ["payment_date"])


def _of_contacts() -> None:
    op.create_table(
        "market_quarantine",
        sa.Column("id", WholeNumber, autoincrement=True, nullable=False),
        sa.Column("provider", StoredText, nullable=False),
        sa.Column("topic", StoredText, nullable=False),
        sa.Column("kind", StoredText, nullable=False),
        sa.Column("fingerprint", StoredText, nullable=False),
        sa.Column("detail", StoredText, nullable=False),
        sa.Column("times", WholeNumber, nullable=False),
        sa.Column("first_at", UtcDateTime, nullable=False),
        sa.Column("last_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_market_quarantine")),
        sa.UniqueConstraint(
            "provider",
            "topic",
            "kind",
            "fingerprint",
            name=op.f("uq_market_quarantine_provider_topic_kind_fingerprint"),
        ),
        sqlite_strict=True,
        sqlite_autoincrement=True,
    )
    op.create_table(
        "market_quota",
        sa.Column("name", StoredText, nullable=False),
        sa.Column("period", StoredText, nullable=False),
        sa.Column("used", WholeNumber, nullable=False),
        sa.PrimaryKeyConstraint("name", "period", name=op.f("pk_market_quota")),
        sa.CheckConstraint("used >= 0", name=op.f("ck_market_quota_used_not_negative")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "market_contacts",
        sa.Column("provider", StoredText, nullable=False),
        sa.Column("topic", StoredText, nullable=False),
        sa.Column("calls", WholeNumber, nullable=False),
        sa.Column("failures", WholeNumber, nullable=False),
        sa.Column("last_success_at", UtcDateTime, nullable=True),
        sa.Column("last_failure_at", UtcDateTime, nullable=True),
        sa.Column("last_failure", StoredText, nullable=True),
        sa.PrimaryKeyConstraint("provider", "topic", name=op.f("pk_market_contacts")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
