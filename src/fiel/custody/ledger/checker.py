"""Adds the whole book up again and names every row that does not agree.

It trusts the append-only postings and lots, and derives from them what the other rows should say. It
uses none of the deciding: a fault there must not hide itself here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from fiel.custody.accounts import (
    Account,
    AccountKey,
    CashMode,
    Lot,
    LotKind,
    Position,
    PositionKey,
    fits,
)
from fiel.custody.events import REVERSING
from fiel.custody.ledger.journal import (
    BookAccount,
    JournalEntry,
    Posting,
    TransactionType,
    WalletTransaction,
    entry_id,
)
from fiel.custody.ledger.positions import restated
from fiel.custody.order_events.event import Side
from fiel.custody.reservations import Order

_Sums = dict[tuple[str, str, BookAccount, str], int]


class Finding(NamedTuple):
    """Something that does not add up: `row` names it, `expected` is what the journal or the lots say."""

    row: str
    code: str
    expected: int
    found: int

    def __str__(self) -> str:
        return f"{self.row}: {self.code}: expected {self.expected}, found {self.found}"


@dataclass(frozen=True, slots=True)
class Record:
    """All rows of the book, in any order."""

    accounts: Sequence[Account] = ()
    orders: Sequence[Order] = ()
    positions: Sequence[Position] = ()
    lots: Sequence[Lot] = ()
    entries: Sequence[JournalEntry] = ()
    postings: Sequence[Posting] = ()
    transactions: Sequence[WalletTransaction] = ()


def check(record: Record) -> list[Finding]:
    """Everything that does not add up, in a stable order; an empty list when all does."""
    sums: _Sums = defaultdict(int)
    for posting in record.postings:
        sums[posting.user_id, posting.currency, posting.account, posting.asset] += posting.amount
    found = [
        *_entries(record),
        *_accounts(record, sums),
        *_transactions(record),
        *_orders(record),
        *_positions(record, sums),
        *_capital(record),
    ]
    return sorted(set(found))


def _expect(row: str, code: str, expected: int, found: int) -> Iterator[Finding]:
    if expected != found or not fits(found):
        yield Finding(row, code, expected, found)


def _entries(record: Record) -> Iterator[Finding]:
    """Each entry sums to zero per asset, and no posting is without its entry."""
    sums: dict[tuple[str, str], int] = defaultdict(int)
    known = {entry.id for entry in record.entries}
    yield from _repeated("journal entry", "entry_twice", (entry.id for entry in record.entries))
    yield from _repeated("posting", "posting_twice", (f"{p.entry_id}/{p.line}" for p in record.postings))
    for posting in record.postings:
        sums[posting.entry_id, posting.asset] += posting.amount
        if posting.entry_id not in known:
            yield Finding(f"posting {posting.entry_id}/{posting.line}", "entry_missing", 1, 0)
    for (entry, asset), total in sums.items():
        yield from _expect(f"journal entry {entry}", f"postings_of_{asset}_sum_to_zero", 0, total)
    for entry in known - {posting.entry_id for posting in record.postings}:
        yield Finding(f"journal entry {entry}", "postings_missing", 1, 0)


def _repeated(kind: str, code: str, ids: Iterable[str]) -> Iterator[Finding]:
    seen: set[str] = set()
    for row in ids:
        if row in seen:
            yield Finding(f"{kind} {row}", code, 1, 2)
        seen.add(row)


def _accounts(record: Record, sums: _Sums) -> Iterator[Finding]:
    held: dict[AccountKey, int] = defaultdict(int)
    for order in record.orders:
        held[AccountKey(order.user_id, order.currency)] += order.held_cash
    for account in record.accounts:
        row = f"account {account.user_id}/{account.currency}"
        key = (account.user_id, account.currency)
        free = sums.get((*key, BookAccount.AVAILABLE, account.currency), 0)
        reserved = sums.get((*key, BookAccount.RESERVED, account.currency), 0)
        yield from _expect(row, "balance", free + reserved, account.balance)
        yield from _expect(row, "blocked", reserved, account.blocked)
        yield from _expect(row, "held_by_orders", held.pop(account.key, 0), account.blocked)
    for key, cash in held.items():
        yield from _expect(f"account {key.user_id}/{key.currency}", "account_missing", 0, cash)


def _transactions(record: Record) -> Iterator[Finding]:
    """Per account the transactions are numbered without a gap and lead, step by step, to its row."""
    of: dict[AccountKey, list[WalletTransaction]] = defaultdict(list)
    for transaction in record.transactions:
        of[AccountKey(transaction.user_id, transaction.currency)].append(transaction)
    for account in record.accounts:
        balance = blocked = last = 0
        for step in sorted(of.pop(account.key, ()), key=lambda step: step.sequence):
            row = f"transaction {step.id}"
            yield from _expect(row, "sequence", last + 1, step.sequence)
            if step.type not in (TransactionType.RESERVE, TransactionType.REFUND):
                balance += step.amount
            yield from _expect(row, "balance_after", balance, step.balance_after)
            balance, blocked, last = step.balance_after, step.blocked_after, step.sequence
        if account.cash_mode is CashMode.TRACKED:
            row = f"account {account.user_id}/{account.currency}"
            yield from _expect(row, "balance_of_last_transaction", balance, account.balance)
            yield from _expect(row, "blocked_of_last_transaction", blocked, account.blocked)
            yield from _expect(row, "transactions", last, account.sequence)
    for key, steps in of.items():
        yield Finding(f"account {key.user_id}/{key.currency}", "account_missing", 0, len(steps))


def _orders(record: Record) -> Iterator[Finding]:
    lots: dict[int, list[Lot]] = defaultdict(list)
    for lot in record.lots:
        if lot.order_id or lot.upto:
            lots[lot.order_id].append(lot)
    for order in record.orders:
        row = f"order {order.order_id}"
        own = lots.pop(order.order_id, [])
        sign = 1 if order.side is Side.BUY else -1
        yield from _expect(row, "filled", sum(lot.quantity for lot in own) * sign, order.filled)
        yield from _expect(row, "gross", sum(lot.gross for lot in own), order.gross)
        yield from _expect(row, "fee", sum(lot.fee for lot in own), order.fee)
        for code, held in (("held_cash", order.held_cash), ("held_shares", order.held_shares)):
            if held < 0 or (held and not order.is_open):
                yield Finding(row, f"{code}_of_{order.status.lower()}", 0, held)
    for order_id, own in lots.items():
        yield Finding(f"lot {own[0].id}", f"order_{order_id}_missing", 0, len(own))


def _positions(record: Record, sums: _Sums) -> Iterator[Finding]:
    held: dict[PositionKey, int] = defaultdict(int)
    for order in record.orders:
        if order.held_shares:
            held[PositionKey(order.user_id, order.currency, order.ticker)] += order.held_shares
    lots: dict[PositionKey, list[Lot]] = defaultdict(list)
    for lot in record.lots:
        lots[lot.position].append(lot)
    for position in record.positions:
        row = f"position {position.user_id}/{position.currency}/{position.ticker}"
        key = (position.user_id, position.currency)
        free = sums.get((*key, BookAccount.AVAILABLE, position.ticker), 0)
        reserved = sums.get((*key, BookAccount.RESERVED, position.ticker), 0)
        anew = restated(position, lots.pop(position.key, []))
        yield from _expect(row, "quantity", free + reserved, position.quantity)
        yield from _expect(row, "quantity_of_lots", anew.quantity, position.quantity)
        yield from _expect(row, "reserved", reserved, position.reserved)
        yield from _expect(row, "held_by_orders", held.pop(position.key, 0), position.reserved)
        yield from _expect(row, "cost", anew.cost, position.cost)
        yield from _expect(row, "realised", anew.realised, position.realised)
        yield from _expect(row, "restated", 0, int(position.restate))
    for left in (held.items(), ((where, len(own)) for where, own in lots.items())):
        for where, rows in left:
            yield Finding(f"position {'/'.join(where)}", "position_missing", 0, rows)


def _capital(record: Record) -> Iterator[Finding]:
    """Capital that an asset gave back stands in the journal and, as a lot, in the cost of its position.

    The lot of an entry that was taken back counts no more; the entry that did so is named after it.
    """
    posted: dict[str, int] = defaultdict(int)
    for posting in record.postings:
        if posting.account is BookAccount.CAPITAL:
            posted[posting.entry_id] -= posting.amount
    for lot in record.lots:
        if lot.kind is LotKind.RETURN:
            taken_back = posted.pop(entry_id(f"{REVERSING}{lot.id}"), 0)
            yield from _expect(f"lot {lot.id}", "capital", posted.pop(lot.id, 0) + taken_back, lot.gross)
    for entry, capital in posted.items():
        yield from _expect(f"journal entry {entry}", "capital_of_lots", capital, 0)
