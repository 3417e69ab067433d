"""The SQL of the past: sums and transactions of an account along one of its two times."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Select, and_, func, select

from fiel.custody import tables
from fiel.custody.accounts import AccountKey
from fiel.custody.ledger.journal import BookAccount, TransactionType, WalletTransaction
from fiel.custody.queries.snapshot import Snapshot
from fiel.custody.store import rows
from fiel.infra.storage.types import stored

#: They hold or free money of the account; its balance stays.
WITHIN = frozenset({TransactionType.RESERVE, TransactionType.REFUND})
_OWN = (BookAccount.AVAILABLE.value, BookAccount.RESERVED.value)


class Axis(StrEnum):
    """Which of an entry's two times counts."""

    OCCURRED = "occurred"
    RECORDED = "recorded"


def balance_before(book: Snapshot, key: AccountKey, start: datetime, axis: Axis) -> int:
    """The balance just before an instant, in minor units."""
    held = tables.wallet_transactions.c
    time = held.occurred_at if axis is Axis.OCCURRED else held.recorded_at
    asked = select(func.coalesce(func.sum(held.amount), 0)).where(
        held.user_id == key.user_id,
        held.currency == key.currency,
        held.type.not_in(sorted(kind.value for kind in WITHIN)),
        time < start,
    )
    return int(book.connection.execute(asked).scalar_one())


def transactions_between(
    book: Snapshot, key: AccountKey, start: datetime, end: datetime, axis: Axis, limit: int
) -> list[WalletTransaction]:
    """The transactions of [start, end), at most `limit`, along the axis."""
    held, journal = tables.wallet_transactions, tables.journal
    time = held.c.occurred_at if axis is Axis.OCCURRED else held.c.recorded_at
    asked: Select[tuple[object, ...]] = (
        select(*stored(held), journal.c.id)
        .join(journal, journal.c.seq == held.c.entry_seq)
        .where(held.c.user_id == key.user_id, held.c.currency == key.currency, time >= start, time < end)
        .order_by(time, held.c.sequence)
        .limit(limit)
    )
    return [rows.transaction_of(row[:-1], row[-1]) for row in book.stored_rows(asked)]


def sums_at(book: Snapshot, key: AccountKey, at: datetime, axis: Axis) -> dict[str, tuple[int, int]]:
    """(free, reserved) of each asset, from the postings of entries up to the instant."""
    postings, journal = tables.postings.c, tables.journal.c
    time = journal.occurred_at if axis is Axis.OCCURRED else journal.recorded_at
    asked = (
        select(postings.asset, postings.account, func.sum(postings.amount))
        .select_from(tables.postings)
        .join(tables.journal, journal.seq == postings.entry_seq)
        .where(
            and_(journal.user_id == key.user_id, journal.currency == key.currency, time <= at),
            postings.account.in_(_OWN),
        )
        .group_by(postings.asset, postings.account)
    )
    found: dict[str, tuple[int, int]] = defaultdict(lambda: (0, 0))
    for asset, account, total in book.connection.execute(asked):
        free, reserved = found[asset]
        amount = int(total)
        found[asset] = (free, amount) if account == BookAccount.RESERVED else (amount, reserved)
    return dict(found)
