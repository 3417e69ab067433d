"""The tables of the copilot: what each wallet is paid, which wallets were visited, and its titles; the
accounts of a wallet, what was booked from files or by hand, what was remembered, its targets, and imports
on their way.

Days are ISO text (`2026-08-06`), as in the market's tables; bodies are JSON with exact decimal text.
"""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, Index, Table

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

#: The accounts of a wallet beside its own: `user_id` names each in the book, `name` is as files wrote it.
wallet_accounts = Table(
    "wallet_accounts",
    METADATA,
    Column("wallet", StoredText, primary_key=True),
    Column("label", StoredText, primary_key=True),
    Column("user_id", StoredText, nullable=False),
    Column("name", StoredText, nullable=False),
    Column("opened_at", UtcDateTime, nullable=False),
    Index(None, "user_id", unique=True),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)

#: Files that were booked, by the hash of their bytes, and the days that their rows span.
booked_files = Table(
    "booked_files",
    METADATA,
    Column("wallet", StoredText, primary_key=True),
    Column("sha256", StoredText, primary_key=True),
    Column("name", StoredText, nullable=False),
    Column("format", StoredText, nullable=False),
    Column("first_day", StoredText, nullable=True),
    Column("last_day", StoredText, nullable=True),
    Column("rows", WholeNumber, nullable=False),
    Column("booked_at", UtcDateTime, nullable=False),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)

#: What was booked of a file's row, or typed by a person (`sha256` is empty then): `said` is the row as JSON,
#: `entries` the ids of its journal entries as a JSON list. A row that was taken back stays, with the time.
booked_rows = Table(
    "booked_rows",
    METADATA,
    Column("wallet", StoredText, primary_key=True),
    Column("id", StoredText, primary_key=True),
    Column("sha256", StoredText, nullable=False),
    Column("row", WholeNumber, nullable=False),
    Column("family", StoredText, nullable=False),
    Column("user_id", StoredText, nullable=False),
    Column("day", StoredText, nullable=False),
    Column("identity", StoredText, nullable=False),
    Column("kind", StoredText, nullable=False),
    Column("asset", StoredText, nullable=False),
    Column("said", StoredText, nullable=False),
    Column("entries", StoredText, nullable=False),
    Column("booked_at", UtcDateTime, nullable=False),
    Column("reversed_at", UtcDateTime, nullable=True),
    Index(None, "wallet", "day"),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)

#: What a person said once and need not say again: tickers of names (`ticker`), what assets are (`category`).
remembered = Table(
    "remembered",
    METADATA,
    Column("wallet", StoredText, primary_key=True),
    Column("topic", StoredText, primary_key=True),
    Column("name", StoredText, primary_key=True),
    Column("value", StoredText, nullable=False),
    Column("changed_at", UtcDateTime, nullable=False),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)

#: The targets of a wallet, as the text of a portfolio file.
wallet_targets = Table(
    "wallet_targets",
    METADATA,
    Column("wallet", StoredText, primary_key=True),
    Column("body", StoredText, nullable=False),
    Column("changed_at", UtcDateTime, nullable=False),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)

#: Imports on their way: what was read of the files (`body`) and what a person decided of its rows, as JSON.
#: Booked, the body is empty, and `outcome` says which rows of the book it made.
import_drafts = Table(
    "import_drafts",
    METADATA,
    Column("id", StoredText, primary_key=True),
    Column("wallet", StoredText, nullable=False),
    Column("state", StoredText, nullable=False),
    Column("body", StoredText, nullable=False),
    Column("decisions", StoredText, nullable=False),
    Column("outcome", StoredText, nullable=True),
    Column("version", WholeNumber, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("changed_at", UtcDateTime, nullable=False),
    CheckConstraint("state IN ('open', 'booked', 'undone')", name="state_known"),
    Index(None, "wallet", "created_at"),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)

#: What a person has under way at the desk and may come back to: a draft of the targets, plans that were kept.
wallet_papers = Table(
    "wallet_papers",
    METADATA,
    Column("wallet", StoredText, primary_key=True),
    Column("kind", StoredText, primary_key=True),
    Column("id", StoredText, primary_key=True),
    Column("body", StoredText, nullable=False),
    Column("changed_at", UtcDateTime, nullable=False),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)
