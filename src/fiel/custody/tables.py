"""The tables of the book. Whole numbers in minor units; history tables refuse UPDATE and DELETE by trigger.

`journal`, `postings`, `wallet_transactions` and `seals` only grow. The other tables are projections of
them that save reading all of history again, and `custody check` holds them to it.
"""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, Index, Table

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
APPEND_ONLY = ("journal", "postings", "wallet_transactions", "seals")

#: One currency of one user. `sequence` counts its wallet transactions.
accounts = Table(
    "accounts",
    METADATA,
    Column("user_id", StoredText, primary_key=True),
    Column("currency", StoredText, primary_key=True),
    Column("cash_mode", StoredText, nullable=False),
    Column("balance", MoneyMinor, nullable=False),
    Column("blocked", MoneyMinor, nullable=False),
    Column("sequence", WholeNumber, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    CheckConstraint("blocked >= 0", name="blocked_not_negative"),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)

#: Orders with the reservation that each holds. `rest` is in 10^-18 of the currency, `lots` counts its fills.
#: `due_at` is `expires_at` of those that are open. Pages keep room for the versions of an order, and no index
#: holds what most of its events change: then PostgreSQL changes the row and no index.
orders = Table(
    "orders",
    METADATA,
    Column("order_id", WholeNumber, primary_key=True, autoincrement=False),
    Column("user_id", StoredText, nullable=False),
    Column("currency", StoredText, nullable=False),
    Column("ticker", StoredText, nullable=False),
    Column("side", StoredText, nullable=False),
    Column("status", StoredText, nullable=False),
    Column("quantity", QuantityNano, nullable=False),
    Column("price", PriceScaled, nullable=False),
    Column("held_cash", MoneyMinor, nullable=False),
    Column("held_shares", QuantityNano, nullable=False),
    Column("filled", QuantityNano, nullable=False),
    Column("gross", MoneyMinor, nullable=False),
    Column("rest", WholeNumber, nullable=False),
    Column("fee", MoneyMinor, nullable=False),
    Column("lots", WholeNumber, nullable=False),
    Column("terms_sequence", WholeNumber, nullable=True),
    Column("refusal", StoredText, nullable=True),
    Column("expires_at", UtcDateTime, nullable=True),
    Column("created_at", UtcDateTime, nullable=True),
    Column("updated_at", UtcDateTime, nullable=True),
    Column("due_at", UtcDateTime, nullable=True),
    CheckConstraint("held_cash >= 0", name="held_cash_not_negative"),
    CheckConstraint("held_shares >= 0", name="held_shares_not_negative"),
    Index(None, "user_id", "order_id"),
    sqlite_strict=True,
    postgresql_with={"fillfactor": 80},
)
#: Reservations that may run out of time: few rows, found without reading every order ever made.
Index(
    "ix_orders_due_at",
    orders.c.due_at,
    sqlite_where=orders.c.due_at.is_not(None),
    postgresql_where=orders.c.due_at.is_not(None),
)

#: What is held of a ticker; `last_*` name its latest lot by order of execution.
positions = Table(
    "positions",
    METADATA,
    Column("user_id", StoredText, primary_key=True),
    Column("currency", StoredText, primary_key=True),
    Column("ticker", StoredText, primary_key=True),
    Column("quantity", QuantityNano, nullable=False),
    Column("reserved", QuantityNano, nullable=False),
    Column("cost", MoneyMinor, nullable=False),
    Column("realised", MoneyMinor, nullable=False),
    Column("last_at", UtcDateTime, nullable=True),
    Column("last_order", WholeNumber, nullable=False),
    Column("last_upto", QuantityNano, nullable=False),
    Column("last_lot", StoredText, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    CheckConstraint("reserved >= 0", name="reserved_not_negative"),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)

#: Shares that came or left, with their money. A correction rewrites the lots of its order.
lots = Table(
    "lots",
    METADATA,
    Column("order_id", WholeNumber, primary_key=True, autoincrement=False),
    Column("upto", QuantityNano, primary_key=True, autoincrement=False),
    Column("id", StoredText, primary_key=True),
    Column("user_id", StoredText, nullable=False),
    Column("currency", StoredText, nullable=False),
    Column("ticker", StoredText, nullable=False),
    Column("kind", StoredText, nullable=False),
    Column("quantity", QuantityNano, nullable=False),
    Column("price", PriceScaled, nullable=False),
    Column("gross", MoneyMinor, nullable=False),
    Column("fee", MoneyMinor, nullable=False),
    Column("occurred_at", UtcDateTime, nullable=False),
    Column("event_id", StoredText, nullable=False),
    Index(None, "user_id", "currency", "ticker"),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)

#: One change of the book each. `seq` orders them on this database; `id` is the same on every database.
journal = Table(
    "journal",
    METADATA,
    Column("seq", WholeNumber, primary_key=True, autoincrement=False),
    Column("id", StoredText, nullable=False),
    Column("user_id", StoredText, nullable=False),
    Column("currency", StoredText, nullable=False),
    Column("kind", StoredText, nullable=False),
    Column("cause", StoredText, nullable=False),
    Column("order_id", WholeNumber, nullable=True),
    Column("occurred_at", UtcDateTime, nullable=False),
    Column("recorded_at", UtcDateTime, nullable=False),
    Index(None, "user_id", "currency", "seq"),
    sqlite_strict=True,
)

#: The lines of an entry; per asset they sum to zero.
postings = Table(
    "postings",
    METADATA,
    Column("entry_seq", WholeNumber, primary_key=True, autoincrement=False),
    Column("line", WholeNumber, primary_key=True, autoincrement=False),
    Column("account", StoredText, nullable=False),
    Column("asset", StoredText, nullable=False),
    Column("amount", WholeNumber, nullable=False),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)

#: The audit view of money, numbered per account without a gap.
wallet_transactions = Table(
    "wallet_transactions",
    METADATA,
    Column("user_id", StoredText, primary_key=True),
    Column("currency", StoredText, primary_key=True),
    Column("sequence", WholeNumber, primary_key=True, autoincrement=False),
    Column("id", StoredText, nullable=False),
    Column("entry_seq", WholeNumber, nullable=False),
    Column("order_id", WholeNumber, nullable=True),
    Column("ticker", StoredText, nullable=True),
    Column("type", StoredText, nullable=False),
    Column("amount", MoneyMinor, nullable=False),
    Column("balance_after", MoneyMinor, nullable=False),
    Column("blocked_after", MoneyMinor, nullable=False),
    Column("occurred_at", UtcDateTime, nullable=False),
    Column("recorded_at", UtcDateTime, nullable=False),
    Index(None, "entry_seq"),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)

#: Events that wait: for their order's PENDING, or behind a message of their account that could not be read.
parked_events = Table(
    "parked_events",
    METADATA,
    Column("order_id", WholeNumber, primary_key=True, autoincrement=False),
    Column("event_id", StoredText, primary_key=True),
    Column("user_id", StoredText, nullable=False),
    Column("reason", StoredText, nullable=False),
    Column("event", StoredText, nullable=False),
    Column("parked_at", UtcDateTime, nullable=False),
    Column("deadline", UtcDateTime, nullable=False),
    Column("alerted_at", UtcDateTime, nullable=True),
    Index(None, "deadline"),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)

#: Messages that were not applied and why, whole, so that they can be handled again.
dead_letters = Table(
    "dead_letters",
    METADATA,
    Column("id", StoredText, primary_key=True),
    Column("topic", StoredText, nullable=True),
    Column("partition", WholeNumber, nullable=True),
    Column("offset", WholeNumber, nullable=True),
    Column("message_key", StoredText, nullable=True),
    Column("body", StoredText, nullable=False),
    Column("body_encoding", StoredText, nullable=False),
    Column("code", StoredText, nullable=False),
    Column("message", StoredText, nullable=False),
    Column("field", StoredText, nullable=True),
    Column("user_id", StoredText, nullable=True),
    Column("order_id", WholeNumber, nullable=True),
    Column("event_id", StoredText, nullable=True),
    Column("recorded_at", UtcDateTime, nullable=False),
    Column("status", StoredText, nullable=False),
    Column("attempts", WholeNumber, nullable=False),
    Column("settled_at", UtcDateTime, nullable=True),
    Index(None, "status", "recorded_at"),
    sqlite_strict=True,
)

#: What a person must look at though it was booked; once per cause.
alerts = Table(
    "alerts",
    METADATA,
    Column("id", StoredText, primary_key=True),
    Column("code", StoredText, nullable=False),
    Column("user_id", StoredText, nullable=False),
    Column("order_id", WholeNumber, nullable=True),
    Column("event_id", StoredText, nullable=False),
    Column("message", StoredText, nullable=False),
    Column("recorded_at", UtcDateTime, nullable=False),
    Column("acknowledged_at", UtcDateTime, nullable=True),
    Index(None, "recorded_at"),
    sqlite_strict=True,
)

#: The hash chain over the journal: a worker seals entries after they were written.
seals = Table(
    "seals",
    METADATA,
    Column("position", WholeNumber, primary_key=True, autoincrement=False),
    Column("entry_seq", WholeNumber, nullable=False),
    Column("hash", StoredText, nullable=False),
    Column("sealed_at", UtcDateTime, nullable=False),
    Index(None, "entry_seq", unique=True),
    sqlite_strict=True,
)

#: Differences to a broker's statement, and what was decided about each.
reconciliation_items = Table(
    "reconciliation_items",
    METADATA,
    Column("id", StoredText, primary_key=True),
    Column("user_id", StoredText, nullable=False),
    Column("currency", StoredText, nullable=False),
    Column("statement", StoredText, nullable=False),
    Column("kind", StoredText, nullable=False),
    Column("asset", StoredText, nullable=False),
    Column("ours", WholeNumber, nullable=False),
    Column("theirs", WholeNumber, nullable=False),
    Column("status", StoredText, nullable=False),
    Column("as_of", UtcDateTime, nullable=False),
    Column("recorded_at", UtcDateTime, nullable=False),
    Column("decided_at", UtcDateTime, nullable=True),
    Column("decided_by", StoredText, nullable=True),
    Column("entry_id", StoredText, nullable=True),
    Index(None, "user_id", "status"),
    sqlite_strict=True,
)

#: The last price of a ticker, for the embedded installation; production reads them from Redis.
latest_prices = Table(
    "latest_prices",
    METADATA,
    Column("ticker", StoredText, primary_key=True),
    Column("currency", StoredText, nullable=False),
    Column("price", PriceScaled, nullable=False),
    Column("as_of", UtcDateTime, nullable=False),
    Column("source", StoredText, nullable=False),
    CheckConstraint("price > 0", name="price_positive"),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)
