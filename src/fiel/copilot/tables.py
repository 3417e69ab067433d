"""The tables of the copilot: what each wallet is paid, which wallets were visited, and its titles.

Days are ISO text (`2026-08-06`), as in the market's tables; bodies are JSON with exact decimal text.
"""

from __future__ import annotations

from sqlalchemy import Column, Index, Table

from fiel.infra.storage.types import StoredText, UtcDateTime, WholeNumber, metadata

METADATA = metadata()

#: Wallets whose income was looked at: in which zone their day begins, and up to which day it was done.
income_wallets = Table(
    "income_wallets",
    METADATA,
    Column("wallet", StoredText, primary_key=True),
    Column("zone", StoredText, nullable=False),
    Column("done_day", StoredText, nullable=True),
    Column("done_at", UtcDateTime, nullable=True),
    Column("records", WholeNumber, nullable=False, server_default="0"),
    Column("changed", WholeNumber, nullable=False, server_default="0"),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)

#: One payment of one wallet: unique by the event that it comes from, whoever writes it, however often.
income_records = Table(
    "income_records",
    METADATA,
    Column("wallet", StoredText, primary_key=True),
    Column("event_id", StoredText, primary_key=True),
    Column("record_id", StoredText, nullable=False),
    Column("asset", StoredText, nullable=False),
    Column("state", StoredText, nullable=False),
    Column("com_date", StoredText, nullable=True),
    Column("payment_date", StoredText, nullable=True),
    Column("body", StoredText, nullable=False),
    Column("changed_at", UtcDateTime, nullable=False),
    Index(None, "record_id", unique=True),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)

#: Fixed-income titles of a wallet with their terms, as they were told.
income_titles = Table(
    "income_titles",
    METADATA,
    Column("wallet", StoredText, primary_key=True),
    Column("title_id", StoredText, primary_key=True),
    Column("body", StoredText, nullable=False),
    Column("changed_at", UtcDateTime, nullable=False),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)

#: Receipts that a person said belong to a record, where the amounts alone did not settle it.
income_links = Table(
    "income_links",
    METADATA,
    Column("wallet", StoredText, primary_key=True),
    Column("receipt_id", StoredText, primary_key=True),
    Column("record_id", StoredText, nullable=False),
    Column("linked_at", UtcDateTime, nullable=False),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)
