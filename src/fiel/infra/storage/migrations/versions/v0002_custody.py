"""Custody: accounts, orders with their reservations, positions, journal, and what waits or was refused."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from fiel.infra.storage.append_only import append_only
from fiel.infra.storage.types import (
    MoneyMinor,
    PriceScaled,
    QuantityNano,
    StoredText,
    UtcDateTime,
    WholeNumber,
)

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_TABLES = (
    "accounts", "positions", "orders", "lots", "journal", "postings", "wallet_transactions", "seals",
    "parked_events", "alerts", "dead_letters", "latest_prices", "reconciliation_items",
)  # fmt: skip
_APPEND_ONLY = ("journal", "postings", "wallet_transactions", "seals")


def upgrade() -> None:
    """Adds the book."""
    _create_accounts()
    _create_orders()
    _create_journal()
    _create_audit()
    _create_waiting()
    _create_dead_letters()
    _create_reconciliation()
    dialect = op.get_bind().dialect.name
    if dialect == "postgresql":
        op.execute("CREATE SEQUENCE journal_seq AS bigint CACHE 1")
    for table in _APPEND_ONLY:
        for statement in append_only(table, dialect):
            op.execute(statement)


def downgrade() -> None:
    """Drops the book with everything in it."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP SEQUENCE journal_seq")
    for table in reversed(_TABLES):
        op.drop_table(table)


def _create_accounts() -> None:
    op.create_table(
        "accounts",
        sa.Column("user_id", StoredText, nullable=False),
        sa.Column("currency", StoredText, nullable=False),
        sa.Column("cash_mode", StoredText, nullable=False),
        sa.Column("balance", MoneyMinor, nullable=False),
        sa.Column("blocked", MoneyMinor, nullable=False),
        sa.Column("sequence", WholeNumber, nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("updated_at", UtcDateTime, nullable=False),
        sa.CheckConstraint("blocked >= 0", name=op.f("ck_accounts_blocked_not_negative")),
        sa.PrimaryKeyConstraint("user_id", "currency", name=op.f("pk_accounts")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "positions",
        sa.Column("user_id", StoredText, nullable=False),
        sa.Column("currency", StoredText, nullable=False),
        sa.Column("ticker", StoredText, nullable=False),
        sa.Column("quantity", QuantityNano, nullable=False),
        sa.Column("reserved", QuantityNano, nullable=False),
        sa.Column("cost", MoneyMinor, nullable=False),
        sa.Column("realised", MoneyMinor, nullable=False),
        sa.Column("last_at", UtcDateTime, nullable=True),
        sa.Column("last_order", WholeNumber, nullable=False),
        sa.Column("last_upto", QuantityNano, nullable=False),
        sa.Column("last_lot", StoredText, nullable=False),
        sa.Column("updated_at", UtcDateTime, nullable=False),
        sa.CheckConstraint("reserved >= 0", name=op.f("ck_positions_reserved_not_negative")),
        sa.PrimaryKeyConstraint("user_id", "currency", "ticker", name=op.f("pk_positions")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )


def _create_orders() -> None:
    op.create_table(
        "orders",
        sa.Column("order_id", WholeNumber, autoincrement=False, nullable=False),
        sa.Column("user_id", StoredText, nullable=False),
        sa.Column("currency", StoredText, nullable=False),
        sa.Column("ticker", StoredText, nullable=False),
        sa.Column("side", StoredText, nullable=False),
        sa.Column("status", StoredText, nullable=False),
        sa.Column("quantity", QuantityNano, nullable=False),
        sa.Column("price", PriceScaled, nullable=False),
        sa.Column("held_cash", MoneyMinor, nullable=False),
        sa.Column("held_shares", QuantityNano, nullable=False),
        sa.Column("filled", QuantityNano, nullable=False),
        sa.Column("gross", MoneyMinor, nullable=False),
        sa.Column("rest", WholeNumber, nullable=False),
        sa.Column("fee", MoneyMinor, nullable=False),
        sa.Column("lots", WholeNumber, nullable=False),
        sa.Column("terms_sequence", WholeNumber, nullable=True),
        sa.Column("refusal", StoredText, nullable=True),
        sa.Column("expires_at", UtcDateTime, nullable=True),
        sa.Column("created_at", UtcDateTime, nullable=True),
        sa.Column("updated_at", UtcDateTime, nullable=True),
        sa.CheckConstraint("held_cash >= 0", name=op.f("ck_orders_held_cash_not_negative")),
        sa.CheckConstraint("held_shares >= 0", name=op.f("ck_orders_held_shares_not_negative")),
        sa.PrimaryKeyConstraint("order_id", name=op.f("pk_orders")),
        sqlite_strict=True,
    )
    op.create_index(
        "ix_orders_expiring",
        "orders",
        ["expires_at"],
        unique=False,
        sqlite_where=sa.text("expires_at IS NOT NULL AND status IN ('PENDING', 'PARTIALLY_FILLED')"),
        postgresql_where=sa.text("expires_at IS NOT NULL AND status IN ('PENDING', 'PARTIALLY_FILLED')"),
    )
    op.create_index(op.f("ix_orders_user_id_order_id"), "orders", ["user_id", "order_id"], unique=False)
    op.create_table(
        "lots",
        sa.Column("order_id", WholeNumber, autoincrement=False, nullable=False),
        sa.Column("upto", QuantityNano, autoincrement=False, nullable=False),
        sa.Column("id", StoredText, nullable=False),
        sa.Column("user_id", StoredText, nullable=False),
        sa.Column("currency", StoredText, nullable=False),
        sa.Column("ticker", StoredText, nullable=False),
        sa.Column("kind", StoredText, nullable=False),
        sa.Column("quantity", QuantityNano, nullable=False),
        sa.Column("price", PriceScaled, nullable=False),
        sa.Column("gross", MoneyMinor, nullable=False),
        sa.Column("fee", MoneyMinor, nullable=False),
        sa.Column("occurred_at", UtcDateTime, nullable=False),
        sa.Column("event_id", StoredText, nullable=False),
        sa.PrimaryKeyConstraint("order_id", "upto", "id", name=op.f("pk_lots")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index(
        op.f("ix_lots_user_id_currency_ticker"), "lots", ["user_id", "currency", "ticker"], unique=False
    )


def _create_journal() -> None:
    op.create_table(
        "journal",
        sa.Column("seq", WholeNumber, autoincrement=False, nullable=False),
        sa.Column("id", StoredText, nullable=False),
        sa.Column("user_id", StoredText, nullable=False),
        sa.Column("currency", StoredText, nullable=False),
        sa.Column("kind", StoredText, nullable=False),
        sa.Column("cause", StoredText, nullable=False),
        sa.Column("order_id", WholeNumber, nullable=True),
        sa.Column("occurred_at", UtcDateTime, nullable=False),
        sa.Column("recorded_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_journal")),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("ix_journal_user_id_currency_seq"), "journal", ["user_id", "currency", "seq"], unique=False
    )
    op.create_table(
        "postings",
        sa.Column("entry_seq", WholeNumber, autoincrement=False, nullable=False),
        sa.Column("line", WholeNumber, autoincrement=False, nullable=False),
        sa.Column("account", StoredText, nullable=False),
        sa.Column("asset", StoredText, nullable=False),
        sa.Column("amount", WholeNumber, nullable=False),
        sa.PrimaryKeyConstraint("entry_seq", "line", name=op.f("pk_postings")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )


def _create_audit() -> None:
    op.create_table(
        "wallet_transactions",
        sa.Column("user_id", StoredText, nullable=False),
        sa.Column("currency", StoredText, nullable=False),
        sa.Column("sequence", WholeNumber, autoincrement=False, nullable=False),
        sa.Column("id", StoredText, nullable=False),
        sa.Column("entry_seq", WholeNumber, nullable=False),
        sa.Column("order_id", WholeNumber, nullable=True),
        sa.Column("ticker", StoredText, nullable=True),
        sa.Column("type", StoredText, nullable=False),
        sa.Column("amount", MoneyMinor, nullable=False),
        sa.Column("balance_after", MoneyMinor, nullable=False),
        sa.Column("blocked_after", MoneyMinor, nullable=False),
        sa.Column("occurred_at", UtcDateTime, nullable=False),
        sa.Column("recorded_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("user_id", "currency", "sequence", name=op.f("pk_wallet_transactions")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index(
        op.f("ix_wallet_transactions_entry_seq"), "wallet_transactions", ["entry_seq"], unique=False
    )
    op.create_table(
        "seals",
        sa.Column("position", WholeNumber, autoincrement=False, nullable=False),
        sa.Column("entry_seq", WholeNumber, nullable=False),
        sa.Column("hash", StoredText, nullable=False),
        sa.Column("sealed_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_seals")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_seals_entry_seq"), "seals", ["entry_seq"], unique=True)


def _create_waiting() -> None:
    op.create_table(
        "parked_events",
        sa.Column("order_id", WholeNumber, autoincrement=False, nullable=False),
        sa.Column("event_id", StoredText, nullable=False),
        sa.Column("user_id", StoredText, nullable=False),
        sa.Column("reason", StoredText, nullable=False),
        sa.Column("event", StoredText, nullable=False),
        sa.Column("parked_at", UtcDateTime, nullable=False),
        sa.Column("deadline", UtcDateTime, nullable=False),
        sa.Column("alerted_at", UtcDateTime, nullable=True),
        sa.PrimaryKeyConstraint("order_id", "event_id", name=op.f("pk_parked_events")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_parked_events_deadline"), "parked_events", ["deadline"], unique=False)
    op.create_table(
        "alerts",
        sa.Column("id", StoredText, nullable=False),
        sa.Column("code", StoredText, nullable=False),
        sa.Column("user_id", StoredText, nullable=False),
        sa.Column("order_id", WholeNumber, nullable=True),
        sa.Column("event_id", StoredText, nullable=False),
        sa.Column("message", StoredText, nullable=False),
        sa.Column("recorded_at", UtcDateTime, nullable=False),
        sa.Column("acknowledged_at", UtcDateTime, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alerts")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_alerts_recorded_at"), "alerts", ["recorded_at"], unique=False)


def _create_dead_letters() -> None:
    op.create_table(
        "dead_letters",
        sa.Column("id", StoredText, nullable=False),
        sa.Column("topic", StoredText, nullable=True),
        sa.Column("partition", WholeNumber, nullable=True),
        sa.Column("offset", WholeNumber, nullable=True),
        sa.Column("message_key", StoredText, nullable=True),
        sa.Column("body", StoredText, nullable=False),
        sa.Column("body_encoding", StoredText, nullable=False),
        sa.Column("code", StoredText, nullable=False),
        sa.Column("message", StoredText, nullable=False),
        sa.Column("field", StoredText, nullable=True),
        sa.Column("user_id", StoredText, nullable=True),
        sa.Column("order_id", WholeNumber, nullable=True),
        sa.Column("event_id", StoredText, nullable=True),
        sa.Column("recorded_at", UtcDateTime, nullable=False),
        sa.Column("status", StoredText, nullable=False),
        sa.Column("attempts", WholeNumber, nullable=False),
        sa.Column("settled_at", UtcDateTime, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dead_letters")),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("ix_dead_letters_status_recorded_at"), "dead_letters", ["status", "recorded_at"], unique=False
    )
    op.create_table(
        "latest_prices",
        sa.Column("ticker", StoredText, nullable=False),
        sa.Column("currency", StoredText, nullable=False),
        sa.Column("price", PriceScaled, nullable=False),
        sa.Column("as_of", UtcDateTime, nullable=False),
        sa.Column("source", StoredText, nullable=False),
        sa.CheckConstraint("price > 0", name=op.f("ck_latest_prices_price_positive")),
        sa.PrimaryKeyConstraint("ticker", name=op.f("pk_latest_prices")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )


def _create_reconciliation() -> None:
    op.create_table(
        "reconciliation_items",
        sa.Column("id", StoredText, nullable=False),
        sa.Column("user_id", StoredText, nullable=False),
        sa.Column("currency", StoredText, nullable=False),
        sa.Column("statement", StoredText, nullable=False),
        sa.Column("kind", StoredText, nullable=False),
        sa.Column("asset", StoredText, nullable=False),
        sa.Column("ours", WholeNumber, nullable=False),
        sa.Column("theirs", WholeNumber, nullable=False),
        sa.Column("status", StoredText, nullable=False),
        sa.Column("as_of", UtcDateTime, nullable=False),
        sa.Column("recorded_at", UtcDateTime, nullable=False),
        sa.Column("decided_at", UtcDateTime, nullable=True),
        sa.Column("decided_by", StoredText, nullable=True),
        sa.Column("entry_id", StoredText, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reconciliation_items")),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("ix_reconciliation_items_user_id_status"),
        "reconciliation_items",
        ["user_id", "status"],
        unique=False,
    )
