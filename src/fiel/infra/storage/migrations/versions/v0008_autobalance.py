"""The auto-balancer: who is balanced, to what, every batch with its orders, and what people said."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from fiel.infra.storage.append_only import append_only, drop_append_only
from fiel.infra.storage.types import (
    MoneyMinor,
    PriceScaled,
    QuantityNano,
    StoredText,
    UtcDateTime,
    WholeNumber,
)

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_HISTORY = ("saga_steps", "balance_notes")


def upgrade() -> None:
    """From one book to the auto-balancer."""
    _portfolios()
    _sagas()
    _orders()
    _histories()
    dialect = op.get_bind().dialect.name
    for table in _HISTORY:
        for statement in append_only(table, dialect):
            op.execute(statement)


def _portfolios() -> None:
    op.create_table(
        "balance_models",
        sa.Column("id", StoredText, nullable=False),
        sa.Column("body", StoredText, nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_balance_models")),
        sqlite_strict=True,
    )
    op.create_table(
        "balanced_portfolios",
        sa.Column("portfolio", StoredText, nullable=False),
        sa.Column("currency", StoredText, nullable=False),
        sa.Column("model", StoredText, nullable=False),
        sa.Column("policy", StoredText, nullable=False),
        sa.Column("broker", StoredText, nullable=False),
        sa.Column("status", StoredText, nullable=False),
        sa.Column("status_reason", StoredText, nullable=True),
        sa.Column("status_by", StoredText, nullable=True),
        sa.Column("status_at", UtcDateTime, nullable=False),
        sa.Column("stale_saga", StoredText, nullable=True),
        sa.Column("sagas_begun", WholeNumber, nullable=False),
        sa.Column("last_begun_at", UtcDateTime, nullable=True),
        sa.Column("last_done_at", UtcDateTime, nullable=True),
        sa.Column("verdict", StoredText, nullable=True),
        sa.Column("verdict_at", UtcDateTime, nullable=True),
        sa.Column("enrolled_at", UtcDateTime, nullable=False),
        sa.Column("updated_at", UtcDateTime, nullable=False),
        sa.CheckConstraint(
            "status IN ('active', 'paused', 'stale')", name=op.f("ck_balanced_portfolios_status_known")
        ),
        sa.PrimaryKeyConstraint("portfolio", name=op.f("pk_balanced_portfolios")),
        sqlite_strict=True,
    )
    for column in ("status", "model", "updated_at"):
        name = op.f(f"ix_balanced_portfolios_{column}")
        op.create_index(name, "balanced_portfolios", [column], unique=False)


def _sagas() -> None:
    op.create_table(
        "sagas",
        sa.Column("id", StoredText, nullable=False),
        sa.Column("portfolio", StoredText, nullable=False),
        sa.Column("currency", StoredText, nullable=False),
        sa.Column("ordinal", WholeNumber, nullable=False),
        sa.Column("request", StoredText, nullable=False),
        sa.Column("cause", StoredText, nullable=False),
        sa.Column("worst", StoredText, nullable=False),
        sa.Column("account_sequence", WholeNumber, nullable=False),
        sa.Column("status", StoredText, nullable=False),
        sa.Column("token", WholeNumber, nullable=False),
        sa.Column("version", WholeNumber, nullable=False),
        sa.Column("failed", StoredText, nullable=True),
        sa.Column("cost", MoneyMinor, nullable=True),
        sa.Column("holder", StoredText, nullable=False),
        sa.Column("started_at", UtcDateTime, nullable=False),
        sa.Column("updated_at", UtcDateTime, nullable=False),
        sa.Column("ended_at", UtcDateTime, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sagas")),
        sa.UniqueConstraint("portfolio", "ordinal", name=op.f("uq_sagas_portfolio_ordinal")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_sagas_unfinished",
        "sagas",
        ["portfolio"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )


def _orders() -> None:
    op.create_table(
        "saga_operations",
        sa.Column("saga", StoredText, nullable=False),
        sa.Column("number", WholeNumber, autoincrement=False, nullable=False),
        sa.Column("stage", WholeNumber, nullable=False),
        sa.Column("ticker", StoredText, nullable=False),
        sa.Column("side", StoredText, nullable=False),
        sa.Column("quantity", QuantityNano, nullable=False),
        sa.Column("price", PriceScaled, nullable=False),
        sa.Column("limit_price", PriceScaled, nullable=False),
        sa.Column("state", StoredText, nullable=False),
        sa.PrimaryKeyConstraint("saga", "number", name=op.f("pk_saga_operations")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "saga_attempts",
        sa.Column("client_order_id", StoredText, nullable=False),
        sa.Column("saga", StoredText, nullable=False),
        sa.Column("operation", WholeNumber, nullable=False),
        sa.Column("kind", StoredText, nullable=False),
        sa.Column("number", WholeNumber, nullable=False),
        sa.Column("side", StoredText, nullable=False),
        sa.Column("quantity", QuantityNano, nullable=False),
        sa.Column("limit_price", PriceScaled, nullable=False),
        sa.Column("state", StoredText, nullable=False),
        sa.Column("sends", WholeNumber, nullable=False),
        sa.Column("absent", WholeNumber, nullable=False),
        sa.Column("doubts", WholeNumber, nullable=False),
        sa.Column("executions", StoredText, nullable=False),
        sa.Column("reason", StoredText, nullable=True),
        sa.Column("sent_at", UtcDateTime, nullable=True),
        sa.Column("updated_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("client_order_id", name=op.f("pk_saga_attempts")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_saga_attempts_saga"), "saga_attempts", ["saga"], unique=False)


def _histories() -> None:
    op.create_table(
        "saga_steps",
        sa.Column("saga", StoredText, nullable=False),
        sa.Column("version", WholeNumber, autoincrement=False, nullable=False),
        sa.Column("token", WholeNumber, nullable=False),
        sa.Column("holder", StoredText, nullable=False),
        sa.Column("status", StoredText, nullable=False),
        sa.Column("changed", StoredText, nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("saga", "version", name=op.f("pk_saga_steps")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "saga_alerts",
        sa.Column("saga", StoredText, nullable=False),
        sa.Column("code", StoredText, nullable=False),
        sa.Column("attempt", StoredText, nullable=False),
        sa.Column("portfolio", StoredText, nullable=False),
        sa.Column("message", StoredText, nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("saga", "code", "attempt", name=op.f("pk_saga_alerts")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_saga_alerts_portfolio"), "saga_alerts", ["portfolio"], unique=False)
    op.create_table(
        "balance_notes",
        sa.Column("portfolio", StoredText, nullable=False),
        sa.Column("number", WholeNumber, autoincrement=False, nullable=False),
        sa.Column("action", StoredText, nullable=False),
        sa.Column("saga", StoredText, nullable=True),
        sa.Column("reason", StoredText, nullable=True),
        sa.Column("by", StoredText, nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("portfolio", "number", name=op.f("pk_balance_notes")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    """Without the auto-balancer."""
    dialect = op.get_bind().dialect.name
    for table in _HISTORY:
        for statement in drop_append_only(table, dialect):
            op.execute(statement)
    names = ("balance_notes", "saga_alerts", "saga_steps", "saga_attempts", "saga_operations", "sagas")
    for table in (*names, "balanced_portfolios", "balance_models"):
        op.drop_table(table)
