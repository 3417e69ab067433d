"""The SQL of what assets paid: receipts, from the journal."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, case, func, select

from fiel.custody import tables
from fiel.custody.ledger.income import PAID, IncomeCause
from fiel.custody.ledger.journal import BookAccount
from fiel.income.values import IncomeKind

#: Where the money of a user is, whoever keeps it.
_OWN = (BookAccount.AVAILABLE.value, BookAccount.EXTERNAL.value)
_PAID = tuple(kind.value for kind in PAID)


class IncomeReceipt(NamedTuple):
    """Money that came from an asset: `net` is what reached the account, `withheld` the tax kept back.

    Both in minor units, below zero for what was taken back. `entry_id` names the journal entry and
    `command_id` the request.
    """

    entry_id: str
    command_id: str
    user_id: str
    currency: str
    ticker: str
    kind: IncomeKind
    net: int
    withheld: int
    occurred_at: datetime
    recorded_at: datetime


def receipts(
    connection: Connection, users: Collection[str], since: datetime | None = None
) -> list[IncomeReceipt]:
    """The receipts of the users that occurred at `since` or later, by user, occurrence and entry."""
    journal, postings = tables.journal.c, tables.postings.c
    named = (
        journal.id,
        journal.cause,
        journal.user_id,
        journal.currency,
        journal.occurred_at,
        journal.recorded_at,
    )
    net = func.sum(case((postings.account.in_(_OWN), postings.amount), else_=0))
    withheld = func.sum(case((postings.account == BookAccount.TAXES.value, postings.amount), else_=0))
    asked = (
        select(*named, net, withheld)
        .join_from(tables.journal, tables.postings, postings.entry_seq == journal.seq)
        .where(journal.user_id.in_(sorted(users)), journal.kind.in_(_PAID))
        .group_by(journal.seq, *named)
        .order_by(journal.user_id, journal.occurred_at, journal.seq)
    )
    if since is not None:
        asked = asked.where(journal.occurred_at >= since)
    return [_receipt(*row) for row in connection.execute(asked)]


def _receipt(
    entry: str,
    cause: str,
    user_id: str,
    currency: str,
    occurred: datetime,
    recorded: datetime,
    net: int,
    withheld: int,
) -> IncomeReceipt:
    kind, ticker, command_id = IncomeCause.parse(cause)
    head = (entry, command_id, user_id, currency, ticker, kind)
    return IncomeReceipt(*head, int(net), int(withheld), occurred, recorded)
