"""The tables of the auto-balancer: who is balanced, every batch, every order of it, and what people said.

`saga_steps` and `balance_notes` only grow: triggers refuse UPDATE and DELETE. The unique index
`ix_sagas_unfinished` makes two unfinished batches of one portfolio impossible, whoever writes.
"""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, Index, Table, UniqueConstraint, text

from fiel.infra.storage.types import (
    MoneyMinor,
    PriceScaled,
    QuantityNano,
    StoredText,
    UtcDateTime,
    WholeNumber,
    metadata,
)

METADATA = metadata()

#: What triggers guard: rows are added and read, never changed nor removed.
APPEND_ONLY = ("saga_steps", "balance_notes")

#: What portfolios are balanced to, as text, once per content: `id` is its hash.
balance_models = Table(
    "balance_models",
    METADATA,
    Column("id", StoredText, primary_key=True),
    Column("body", StoredText, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    sqlite_strict=True,
)

#: Portfolios (custody's user ids) that are balanced. `sagas_begun` numbers their batches; `status_*` say
#: who made it active, paused or stale, and why; `verdict` why nothing was done when it was last looked at.
balanced_portfolios = Table(
    "balanced_portfolios",
    METADATA,
    Column("portfolio", StoredText, primary_key=True),
    Column("currency", StoredText, nullable=False),
    Column("model", StoredText, nullable=False),
    Column("policy", StoredText, nullable=False),
    Column("broker", StoredText, nullable=False),
    Column("status", StoredText, nullable=False),
    Column("status_reason", StoredText, nullable=True),
    Column("status_by", StoredText, nullable=True),
    Column("status_at", UtcDateTime, nullable=False),
    Column("stale_saga", StoredText, nullable=True),
    Column("sagas_begun", WholeNumber, nullable=False),
    Column("last_begun_at", UtcDateTime, nullable=True),
    Column("last_done_at", UtcDateTime, nullable=True),
    Column("verdict", StoredText, nullable=True),
    Column("verdict_at", UtcDateTime, nullable=True),
    Column("enrolled_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    CheckConstraint("status IN ('active', 'paused', 'stale')", name="status_known"),
    Index(None, "status"),
    Index(None, "model"),
    Index(None, "updated_at"),
    sqlite_strict=True,
)

#: Batches. `cause` says what triggered one, `worst` the largest deviation, `cost` (minor units) what undoing
#: it cost, `holder` who saved it last, under which fencing token.
sagas = Table(
    "sagas",
    METADATA,
    Column("id", StoredText, primary_key=True),
    Column("portfolio", StoredText, nullable=False),
    Column("currency", StoredText, nullable=False),
    Column("ordinal", WholeNumber, nullable=False),
    Column("request", StoredText, nullable=False),
    Column("cause", StoredText, nullable=False),
    Column("worst", StoredText, nullable=False),
    Column("account_sequence", WholeNumber, nullable=False),
    Column("status", StoredText, nullable=False),
    Column("token", WholeNumber, nullable=False),
    Column("version", WholeNumber, nullable=False),
    Column("failed", StoredText, nullable=True),
    Column("cost", MoneyMinor, nullable=True),
    Column("holder", StoredText, nullable=False),
    Column("started_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime, nullable=True),
    UniqueConstraint("portfolio", "ordinal"),
    Index(
        "ix_sagas_unfinished",
        "portfolio",
        unique=True,
        sqlite_where=text("ended_at IS NULL"),
        postgresql_where=text("ended_at IS NULL"),
    ),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)

#: The net orders of a batch; `limit_price` is what is reserved at.
saga_operations = Table(
    "saga_operations",
    METADATA,
    Column("saga", StoredText, primary_key=True),
    Column("number", WholeNumber, primary_key=True, autoincrement=False),
    Column("stage", WholeNumber, nullable=False),
    Column("ticker", StoredText, nullable=False),
    Column("side", StoredText, nullable=False),
    Column("quantity", QuantityNano, nullable=False),
    Column("price", PriceScaled, nullable=False),
    Column("limit_price", PriceScaled, nullable=False),
    Column("state", StoredText, nullable=False),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)

#: Every order that was prepared, under the name that it has at the broker. `executions` is a JSON list of
#: [number, quantity, price, microseconds since 1970].
saga_attempts = Table(
    "saga_attempts",
    METADATA,
    Column("client_order_id", StoredText, primary_key=True),
    Column("saga", StoredText, nullable=False),
    Column("operation", WholeNumber, nullable=False),
    Column("kind", StoredText, nullable=False),
    Column("number", WholeNumber, nullable=False),
    Column("side", StoredText, nullable=False),
    Column("quantity", QuantityNano, nullable=False),
    Column("limit_price", PriceScaled, nullable=False),
    Column("state", StoredText, nullable=False),
    Column("sends", WholeNumber, nullable=False),
    Column("absent", WholeNumber, nullable=False),
    Column("doubts", WholeNumber, nullable=False),
    Column("executions", StoredText, nullable=False),
    Column("reason", StoredText, nullable=True),
    Column("sent_at", UtcDateTime, nullable=True),
    Column("updated_at", UtcDateTime, nullable=False),
    Index(None, "saga"),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)

#: What each saved step changed, as JSON: the history of every attempt.
saga_steps = Table(
    "saga_steps",
    METADATA,
    Column("saga", StoredText, primary_key=True),
    Column("version", WholeNumber, primary_key=True, autoincrement=False),
    Column("token", WholeNumber, nullable=False),
    Column("holder", StoredText, nullable=False),
    Column("status", StoredText, nullable=False),
    Column("changed", StoredText, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)

#: What people were told, once per batch, code and attempt (empty: the whole batch).
saga_alerts = Table(
    "saga_alerts",
    METADATA,
    Column("saga", StoredText, primary_key=True),
    Column("code", StoredText, primary_key=True),
    Column("attempt", StoredText, primary_key=True),
    Column("portfolio", StoredText, nullable=False),
    Column("message", StoredText, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Index(None, "portfolio"),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)

#: What people did to a portfolio: enrolled, paused, resumed, cleared; and why.
balance_notes = Table(
    "balance_notes",
    METADATA,
    Column("portfolio", StoredText, primary_key=True),
    Column("number", WholeNumber, primary_key=True, autoincrement=False),
    Column("action", StoredText, nullable=False),
    Column("saga", StoredText, nullable=True),
    Column("reason", StoredText, nullable=True),
    Column("by", StoredText, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)
