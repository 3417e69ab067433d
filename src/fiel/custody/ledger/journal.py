"""From a change to its rows: a journal entry, postings that sum to zero, and wallet transactions.

The chart of accounts, for a cash currency and for each ticker alike:

    available   the user's own, free to use
    reserved    the user's own, held for orders
    external    money of users whose cash is kept elsewhere
    market      the other side of trades
    fees        what trading cost
    outside     where deposits, withdrawals and brought shares come from or go to
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from fiel.custody.accounts import Account, CashMode
from fiel.custody.events import Change, ChangeKind


class BookAccount(StrEnum):
    AVAILABLE = "available"
    RESERVED = "reserved"
    EXTERNAL = "external"
    MARKET = "market"
    FEES = "fees"
    OUTSIDE = "outside"


class JournalEntry(NamedTuple):
    """One change, append-only. `cause` is the event or command that made it."""

    id: str
    user_id: str
    currency: str
    kind: ChangeKind
    cause: str
    order_id: int | None
    occurred_at: datetime
    recorded_at: datetime


class Posting(NamedTuple):
    """`amount` of `asset` (a currency in minor units, or a ticker in billionths) to a book account."""

    entry_id: str
    line: int
    user_id: str
    currency: str
    account: BookAccount
    asset: str
    amount: int


class TransactionType(StrEnum):
    """The first five are the wire's; FEE and CORRECTION are ours."""

    DEPOSIT = "DEPOSIT"
    WITHDRAWAL = "WITHDRAWAL"
    RESERVE = "RESERVE"
    SETTLEMENT = "SETTLEMENT"
    REFUND = "REFUND"
    FEE = "FEE"
    CORRECTION = "CORRECTION"


class WalletTransaction(NamedTuple):
    """The audit view of money. RESERVE and REFUND are positive and leave the balance as it is; of the
    others `amount` is what the balance gained. `sequence` counts the account's transactions from 1.
    """

    id: str
    entry_id: str
    sequence: int
    user_id: str
    currency: str
    order_id: int | None
    ticker: str | None
    type: TransactionType
    amount: int
    balance_after: int
    blocked_after: int
    occurred_at: datetime
    recorded_at: datetime


class _Step(NamedTuple):
    type: TransactionType
    amount: int
    balance: int
    blocked: int


class Rows(NamedTuple):
    """What a change writes, beside the rows it updates. `entry` is `None` when nothing moved."""

    entry: JournalEntry | None
    postings: tuple[Posting, ...]
    transactions: tuple[WalletTransaction, ...]


_NOTHING = Rows(None, (), ())
_OUTSIDE = frozenset({ChangeKind.DEPOSIT, ChangeKind.WITHDRAWAL, ChangeKind.TRANSFER})


def journal_rows(before: Account, change: Change) -> Rows:
    """The rows that tell of a change to an account that stood as `before`."""
    postings = _postings(before, change)
    if not postings:
        return _NOTHING
    entry = JournalEntry(
        change.id,
        before.user_id,
        before.currency,
        change.kind,
        change.cause,
        change.order_id,
        change.occurred_at,
        change.recorded_at,
    )
    return Rows(entry, postings, _transactions(before, change))


def _postings(account: Account, change: Change) -> tuple[Posting, ...]:
    counter = BookAccount.OUTSIDE if change.kind in _OUTSIDE else BookAccount.MARKET
    cash, gross, fee, blocked = account.currency, change.gross, change.fee, change.blocked
    lines: list[tuple[BookAccount, str, int]] = []
    if account.cash_mode is CashMode.EXTERNAL:
        lines.append((BookAccount.EXTERNAL, cash, gross - fee))
    elif gross or fee or blocked:
        lines.append((BookAccount.AVAILABLE, cash, gross - fee - blocked))
        lines.append((BookAccount.RESERVED, cash, blocked))
    if gross or fee:
        lines.append((counter, cash, -gross))
        lines.append((BookAccount.FEES, cash, fee))
    if change.quantity or change.reserved:
        ticker, quantity, reserved = change.ticker or "", change.quantity, change.reserved
        lines.append((BookAccount.AVAILABLE, ticker, quantity - reserved))
        lines.append((BookAccount.RESERVED, ticker, reserved))
        lines.append((counter, ticker, -quantity))
    moved = [line for line in lines if line[2]]
    entry, user = change.id, account.user_id
    return tuple(
        [
            Posting(entry, number, user, cash, book, asset, amount)
            for number, (book, asset, amount) in enumerate(moved, 1)
        ]
    )


def transaction_count(change: Change) -> int:
    """How many wallet transactions a change of a tracked account writes."""
    gross, fee, blocked = change.gross, change.fee, change.blocked
    # What is left of the released cash after paying is one transaction more: see `_steps`.
    paid = (-gross if gross < 0 else 0) + (fee if fee > 0 else 0)
    left = blocked if blocked > 0 else max(0, -blocked - paid)
    return (gross != 0) + (fee != 0) + (left != 0)


def _steps(change: Change) -> list[_Step]:
    """The change of cash in the steps that the wallet shows; their sum is the change."""
    gross, fee, blocked = change.gross, change.fee, change.blocked
    steps: list[_Step] = []
    if gross:
        # Money that leaves uses up what was held for it first; what is left of that is refunded.
        used = min(-blocked, -gross) if blocked < 0 and gross < 0 else 0
        steps.append(_Step(_cash_type(change.kind), gross, gross, -used))
        blocked += used
    if fee:
        used = min(-blocked, fee) if blocked < 0 < fee else 0
        kind = TransactionType.FEE if fee > 0 else TransactionType.CORRECTION
        steps.append(_Step(kind, -fee, -fee, -used))
        blocked += used
    if blocked > 0:
        steps.append(_Step(TransactionType.RESERVE, blocked, 0, blocked))
    elif blocked < 0:
        steps.append(_Step(TransactionType.REFUND, -blocked, 0, blocked))
    return steps


def _cash_type(kind: ChangeKind) -> TransactionType:
    if kind is ChangeKind.DEPOSIT:
        return TransactionType.DEPOSIT
    if kind is ChangeKind.WITHDRAWAL:
        return TransactionType.WITHDRAWAL
    return TransactionType.CORRECTION if kind is ChangeKind.CORRECTION else TransactionType.SETTLEMENT


def _transactions(before: Account, change: Change) -> tuple[WalletTransaction, ...]:
    if before.cash_mode is CashMode.EXTERNAL:
        return ()
    balance, blocked, sequence = before.balance, before.blocked, before.sequence
    rows = []
    for number, step in enumerate(_steps(change), 1):
        balance, blocked, sequence = balance + step.balance, blocked + step.blocked, sequence + 1
        rows.append(
            WalletTransaction(
                f"{change.id}-{number}",
                change.id,
                sequence,
                before.user_id,
                before.currency,
                change.order_id,
                change.ticker,
                step.type,
                step.amount,
                balance,
                blocked,
                change.occurred_at,
                change.recorded_at,
            )
        )
    return tuple(rows)
