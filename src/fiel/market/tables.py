"""The tables of market data: what was believed, what was not, what was asked, and what is left to ask.

Days are ISO text (`2026-08-06`): they sort as they are written, and both engines and people read them.
Values are exact decimal text in the unit of the catalogue.
"""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, Index, Table, UniqueConstraint

from fiel.infra.storage.types import StoredText, UtcDateTime, WholeNumber, metadata

METADATA = metadata()

#: Rows of series. A row that is old enough is final: it is never asked for again, and never overwritten.
market_rows = Table(
    "market_rows",
    METADATA,
    Column("series", StoredText, primary_key=True),
    Column("day", StoredText, primary_key=True),
    Column("value", StoredText, nullable=False),
    Column("until", StoredText, nullable=True),
    Column("source", StoredText, nullable=False),
    Column("fetched_at", UtcDateTime, nullable=False),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)

#: Spans of days that a source has answered for, whole: what makes "nothing there" different from "not asked".
market_coverage = Table(
    "market_coverage",
    METADATA,
    Column("series", StoredText, primary_key=True),
    Column("first_day", StoredText, primary_key=True),
    Column("last_day", StoredText, nullable=False),
    Column("checked_at", UtcDateTime, nullable=False),
    CheckConstraint("first_day <= last_day", name="span_forward"),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)

#: The last quote of each symbol that was believed.
market_quotes = Table(
    "market_quotes",
    METADATA,
    Column("symbol", StoredText, primary_key=True),
    Column("price", StoredText, nullable=False),
    Column("currency", StoredText, nullable=False),
    Column("as_of", UtcDateTime, nullable=False),
    Column("fetched_at", UtcDateTime, nullable=False),
    Column("source", StoredText, nullable=False),
    Column("fallback", WholeNumber, nullable=False),
    Column("body", StoredText, nullable=False),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)

#: Sessions, each source in its own scale: `close` is never joined over sources.
market_closes = Table(
    "market_closes",
    METADATA,
    Column("symbol", StoredText, primary_key=True),
    Column("source", StoredText, primary_key=True),
    Column("day", StoredText, primary_key=True),
    Column("close", StoredText, nullable=False),
    Column("open", StoredText, nullable=True),
    Column("high", StoredText, nullable=True),
    Column("low", StoredText, nullable=True),
    Column("adjusted_close", StoredText, nullable=True),
    Column("volume", WholeNumber, nullable=True),
    Column("fetched_at", UtcDateTime, nullable=False),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)

#: Dividends and corporate actions as reconciled from all sources; `body` says what each source told.
market_events = Table(
    "market_events",
    METADATA,
    Column("symbol", StoredText, primary_key=True),
    Column("event_id", StoredText, primary_key=True),
    Column("kind", StoredText, nullable=False),
    Column("com_date", StoredText, nullable=True),
    Column("payment_date", StoredText, nullable=True),
    Column("body", StoredText, nullable=False),
    Column("first_seen_at", UtcDateTime, nullable=False),
    Column("changed_at", UtcDateTime, nullable=False),
    Index("ix_market_events_payment", "payment_date"),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)

#: What was read and not believed. The same thing seen again is counted, not repeated.
market_quarantine = Table(
    "market_quarantine",
    METADATA,
    Column("id", WholeNumber, primary_key=True, autoincrement=True),
    Column("provider", StoredText, nullable=False),
    Column("topic", StoredText, nullable=False),
    Column("kind", StoredText, nullable=False),
    Column("fingerprint", StoredText, nullable=False),
    Column("detail", StoredText, nullable=False),
    Column("times", WholeNumber, nullable=False),
    Column("first_at", UtcDateTime, nullable=False),
    Column("last_at", UtcDateTime, nullable=False),
    UniqueConstraint("provider", "topic", "kind", "fingerprint"),
    sqlite_strict=True,
    sqlite_autoincrement=True,
)

#: Calls booked, by budget and period (`2026-11`, `2026-11-21`).
market_quota = Table(
    "market_quota",
    METADATA,
    Column("name", StoredText, primary_key=True),
    Column("period", StoredText, primary_key=True),
    Column("used", WholeNumber, nullable=False),
    CheckConstraint("used >= 0", name="used_not_negative"),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)

#: How it went with each source and topic, for `market health`.
market_contacts = Table(
    "market_contacts",
    METADATA,
    Column("provider", StoredText, primary_key=True),
    Column("topic", StoredText, primary_key=True),
    Column("calls", WholeNumber, nullable=False),
    Column("failures", WholeNumber, nullable=False),
    Column("last_success_at", UtcDateTime, nullable=True),
    Column("last_failure_at", UtcDateTime, nullable=True),
    Column("last_failure", StoredText, nullable=True),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)
