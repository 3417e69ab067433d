"""From a change to its rows: a journal entry, postings that sum to zero, and wallet transactions.

The chart of accounts, for a cash currency and for each ticker alike:

    available   the user's own, free to use
    reserved    the user's own, held for orders
    external    money of users whose cash is kept elsewhere
    market      the other side of trades
    fees        what trading and keeping cost
    outside     where deposits, withdrawals, brought shares and adjustments come from or go to, and what
                companies give and take of shares
    income      what assets paid, before tax
    capital     what they gave back of what they cost
    taxes       what was kept back of both as tax, and tax that was paid
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from fiel.custody.accounts import Account, CashMode
from fiel.custody.events import Change, ChangeKind
from fiel.kernel.ids import ids_from_text


class BookAccount(StrEnum):
    AVAILABLE = "available"
    RESERVED = "reserved"
    EXTERNAL = "external"
    MARKET = "market"
    FEES = "fees"
    OUTSIDE = "outside"
    INCOME = "income"
    CAPITAL = "capital"
    TAXES = "taxes"


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
    """The first five are the wire's, the others ours."""

    DEPOSIT = "DEPOSIT"
    WITHDRAWAL = "WITHDRAWAL"
    RESERVE = "RESERVE"
    SETTLEMENT = "SETTLEMENT"
    REFUND = "REFUND"
    FEE = "FEE"
    CORRECTION = "CORRECTION"
    INCOME = "INCOME"
    CAPITAL_RETURN = "CAPITAL_RETURN"
    TAX = "TAX"


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


class Rows(NamedTuple):
    """What a change writes, beside the rows it updates. `entry` is `None` when nothing moved."""

    entry: JournalEntry | None
    postings: tuple[Posting, ...]
    transactions: tuple[WalletTransaction, ...]


_NOTHING = Rows(None, (), ())
#: From the cause of a change to the id of its entry.
entry_id = ids_from_text("entry")

# Names of enum members are looked up by Python code: once here, not once per row.
_EXTERNAL_CASH = CashMode.EXTERNAL
_AVAILABLE, _RESERVED, _EXTERNAL = BookAccount.AVAILABLE, BookAccount.RESERVED, BookAccount.EXTERNAL
_MARKET, _FEES, _OUTSIDE = BookAccount.MARKET, BookAccount.FEES, BookAccount.OUTSIDE
_INCOME, _CAPITAL, _TAXES = BookAccount.INCOME, BookAccount.CAPITAL, BookAccount.TAXES
_RESERVE, _REFUND, _FEE = TransactionType.RESERVE, TransactionType.REFUND, TransactionType.FEE
_CORRECTION = TransactionType.CORRECTION
#: The other side of a change; of all other kinds it is the market.
_COUNTERS = dict.fromkeys(
    (
        ChangeKind.DEPOSIT,
        ChangeKind.WITHDRAWAL,
        ChangeKind.TRANSFER,
        ChangeKind.ADJUSTMENT,
        ChangeKind.SHARES,
    ),
    _OUTSIDE,
) | {
    ChangeKind.INCOME: _INCOME,
    ChangeKind.CAPITAL_RETURN: _CAPITAL,
    ChangeKind.FEE: _FEES,
    ChangeKind.TAX: _TAXES,
}
#: What the wallet calls the money of a change; of all other kinds it is a settlement.
_CASH_TYPES = {
    ChangeKind.DEPOSIT: TransactionType.DEPOSIT,
    ChangeKind.WITHDRAWAL: TransactionType.WITHDRAWAL,
    ChangeKind.CORRECTION: TransactionType.CORRECTION,
    ChangeKind.ADJUSTMENT: TransactionType.CORRECTION,
    ChangeKind.INCOME: TransactionType.INCOME,
    ChangeKind.CAPITAL_RETURN: TransactionType.CAPITAL_RETURN,
    ChangeKind.FEE: TransactionType.FEE,
    ChangeKind.TAX: TransactionType.TAX,
}
_SETTLEMENT = TransactionType.SETTLEMENT

_new = tuple.__new__  # a row from all its fields in order, without the cost of naming them


def journal_rows(before: Account, change: Change) -> Rows:
    """The rows that tell of a change to an account that stood as `before`."""
    postings = _postings(before, change)
    if not postings:
        return _NOTHING
    entry = _new(
        JournalEntry,
        (
            change.id,
            before.user_id,
            before.currency,
            change.kind,
            change.cause,
            change.order_id,
            change.occurred_at,
            change.recorded_at,
        ),
    )
    return _new(Rows, (entry, tuple(postings), _transactions(before, change)))


def _postings(account: Account, change: Change) -> list[Posting]:
    """The lines that are not zero, numbered from 1."""
    entry, user, cash = change.id, account.user_id, account.currency
    gross, fee, blocked = change.gross, change.fee, change.blocked
    quantity, reserved = change.quantity, change.reserved
    is_tracked = account.cash_mode is not _EXTERNAL_CASH
    if is_tracked and blocked and not (gross or fee or quantity or reserved or change.withheld):
        # Half of all changes: an order's cash is held or released, and nothing else.
        return [
            _new(Posting, (entry, 1, user, cash, _AVAILABLE, cash, -blocked)),
            _new(Posting, (entry, 2, user, cash, _RESERVED, cash, blocked)),
        ]
    counter = _COUNTERS.get(change.kind, _MARKET)
    ticker = change.ticker or ""
    if is_tracked:
        lines = [(_AVAILABLE, cash, gross - fee - blocked), (_RESERVED, cash, blocked)]
    else:
        lines = [(_EXTERNAL, cash, gross - fee)]
    lines += (
        (counter, cash, -gross),
        (_FEES, cash, fee),
        (_AVAILABLE, ticker, quantity - reserved),
        (_RESERVED, ticker, reserved),
        (counter, ticker, -quantity),
    )
    if counter is not _MARKET and change.withheld:
        lines = _taxed(lines, counter, cash, change.withheld)
    postings: list[Posting] = []
    number = 0
    for book, asset, amount in lines:
        if amount:
            number += 1
            postings.append(_new(Posting, (entry, number, user, cash, book, asset, amount)))
    return postings


def _taxed(
    lines: list[tuple[BookAccount, str, int]], payer: BookAccount, cash: str, withheld: int
) -> list[tuple[BookAccount, str, int]]:
    """The payer paid the tax, too, that was kept back on the way."""
    taxed = list(lines)
    at = next(place for place, (book, asset, _) in enumerate(lines) if book is payer and asset == cash)
    taxed[at] = (payer, cash, lines[at][2] - withheld)
    return [*taxed, (_TAXES, cash, withheld)]


def transaction_count(change: Change) -> int:
    """How many wallet transactions a change of a tracked account writes."""
    gross, fee, blocked = change.gross, change.fee, change.blocked
    if not gross and not fee:
        return 1 if blocked else 0
    # What is left of the released cash after paying is one transaction more: see `_transactions`.
    paid = (-gross if gross < 0 else 0) + (fee if fee > 0 else 0)
    left = blocked if blocked > 0 else max(0, -blocked - paid)
    return (gross != 0) + (fee != 0) + (left != 0)


def _transactions(before: Account, change: Change) -> tuple[WalletTransaction, ...]:
    """The change of cash in the steps that the wallet shows; their sum is the change."""
    if before.cash_mode is _EXTERNAL_CASH:
        return ()
    balance, blocked = before.balance, before.blocked
    gross, fee, left = change.gross, change.fee, change.blocked
    rows: list[WalletTransaction] = []
    if gross:
        # Money that leaves uses up what was held for it first; what is left of that is refunded.
        used = max(left, gross) if left < 0 and gross < 0 else 0
        balance, blocked, left = balance + gross, blocked + used, left - used
        kind = _CASH_TYPES.get(change.kind, _SETTLEMENT)
        rows.append(_transaction(before, change, 1, kind, gross, balance, blocked))
    if fee:
        used = max(left, -fee) if left < 0 < fee else 0
        balance, blocked, left = balance - fee, blocked + used, left - used
        kind = _FEE if fee > 0 else _CORRECTION
        rows.append(_transaction(before, change, len(rows) + 1, kind, -fee, balance, blocked))
    if left:
        blocked += left
        kind = _RESERVE if left > 0 else _REFUND
        rows.append(_transaction(before, change, len(rows) + 1, kind, abs(left), balance, blocked))
    return tuple(rows)


def _transaction(
    before: Account,
    change: Change,
    number: int,
    kind: TransactionType,
    amount: int,
    balance: int,
    blocked: int,
) -> WalletTransaction:
    """The `number`th of a change, with balance and blocked as it leaves them."""
    entry = change.id
    return _new(
        WalletTransaction,
        (
            f"{entry}-{number}",
            entry,
            before.sequence + number,
            before.user_id,
            before.currency,
            change.order_id,
            change.ticker,
            kind,
            amount,
            balance,
            blocked,
            change.occurred_at,
            change.recorded_at,
        ),
    )
