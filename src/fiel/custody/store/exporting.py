"""The book as streams of rows in one order on every database, for the export: never all of it in memory."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Select, and_, case, func, select

from fiel.custody import tables
from fiel.custody.accounts import Account, CashMode, Position
from fiel.custody.events import ChangeKind
from fiel.custody.ledger.facts import FactCause
from fiel.custody.ledger.income import PAID, IncomeCause
from fiel.custody.ledger.journal import BookAccount, TransactionType
from fiel.custody.messages import DeadLetterStatus
from fiel.custody.order_events.event import OrderEvent, Side
from fiel.custody.reservations import Order, OrderStatus
from fiel.custody.store import rows

#: Rows fetched at a time.
PAGE = 1_000
_OWN = (BookAccount.AVAILABLE.value, BookAccount.RESERVED.value)
_PAID = tuple(kind.value for kind in PAID)
#: What only facts book: their cause tells the ticker.
_OF_FACTS = frozenset(kind.value for kind in (ChangeKind.TRADE, ChangeKind.FEE, ChangeKind.TAX))
_COUNTERPARTS = {
    BookAccount.MARKET.value: TransactionType.SETTLEMENT.value,
    BookAccount.FEES.value: TransactionType.FEE.value,
}


class CashLine(NamedTuple):
    """What an order, or one command without an order, moved on the account's balance in minor units.

    Of money from an asset also what it was (`income_kind`) and the tax withheld from it before.
    """

    user_id: str
    currency: str
    order_id: int | None
    ticker: str | None
    type: str
    amount: int
    income_kind: str | None = None
    withheld: int = 0


class Letter(NamedTuple):
    """An open dead letter. The body is told only where nothing else says what the message was."""

    order_id: int | None
    user_id: str | None
    event_id: str | None
    code: str
    field: str | None
    body: str | None
    encoding: str | None


def accounts(connection: Connection) -> Iterator[Account]:
    """By user and currency."""
    held = tables.accounts.c
    asked = select(
        held.user_id, held.currency, held.cash_mode, held.balance, held.blocked, held.sequence
    ).order_by(_exact(connection, held.user_id), _exact(connection, held.currency))
    return (rows.account_of(row) for row in _stream(connection, asked))


def positions(connection: Connection) -> Iterator[Position]:
    """By user, currency and ticker; those of which nothing is held are left out."""
    held = tables.positions.c
    asked = (
        select(held.user_id, held.currency, held.ticker, held.quantity, held.reserved, held.cost)
        .where((held.quantity != 0) | (held.reserved != 0))
        .order_by(*(_exact(connection, name) for name in (held.user_id, held.currency, held.ticker)))
    )
    return (Position(*row) for row in _stream(connection, asked))


def orders(connection: Connection) -> Iterator[Order]:
    """By number, without their fills and without why they were refused."""
    held = tables.orders.c
    asked = select(
        held.order_id,
        held.user_id,
        held.currency,
        held.ticker,
        held.side,
        held.status,
        held.quantity,
        held.price,
        held.held_cash,
        held.held_shares,
        held.filled,
        held.gross,
        held.rest,
        held.fee,
    ).order_by(held.order_id)
    for order_id, user_id, currency, ticker, side, status, *numbers in _stream(connection, asked):
        yield Order(order_id, user_id, currency, ticker, Side(side), OrderStatus(status), *numbers)


def cash_of_commands(connection: Connection) -> Iterator[CashLine]:
    """Money without an order and not of income, each one, by user, currency, kind, amount and what it was."""
    journal, postings = tables.journal.c, tables.postings.c
    amount = func.sum(postings.amount)
    asked = (
        select(journal.user_id, journal.currency, journal.kind, journal.cause, amount)
        .join_from(tables.journal, tables.postings, postings.entry_seq == journal.seq)
        .where(
            journal.order_id.is_(None),
            journal.kind.not_in(_PAID),
            postings.account.in_(_OWN),
            postings.asset == journal.currency,
        )
        .group_by(journal.seq, journal.user_id, journal.currency, journal.kind, journal.cause)
        .having(amount != 0)
        .order_by(
            _exact(connection, journal.user_id),
            _exact(connection, journal.currency),
            _exact(connection, journal.kind),
            amount,
            # It begins with what was told and its ticker; where these are the same, the lines are.
            _exact(connection, journal.cause),
        )
    )
    for user_id, currency, kind, cause, moved in _stream(connection, asked):
        told = FactCause.parse(cause) if kind in _OF_FACTS else None
        yield CashLine(user_id, currency, None, told.ticker if told else None, kind, int(moved))


def cash_of_income(connection: Connection) -> Iterator[CashLine]:
    """What assets paid into accounts, each payment, by user, currency, kind of entry and amount."""
    journal, postings = tables.journal.c, tables.postings.c
    net = func.sum(case((postings.account.in_(_OWN), postings.amount), else_=0))
    withheld = func.sum(case((postings.account == BookAccount.TAXES.value, postings.amount), else_=0))
    named = (journal.user_id, journal.currency, journal.kind, journal.cause)
    asked = (
        select(*named, net, withheld)
        .join_from(tables.journal, tables.postings, postings.entry_seq == journal.seq)
        .where(journal.kind.in_(_PAID))
        .group_by(journal.seq, *named)
        .having(net != 0)
        .order_by(
            *(_exact(connection, name) for name in named[:3]),
            net,
            withheld,
            # It begins with kind and ticker; where these are the same, the lines are.
            _exact(connection, journal.cause),
        )
    )
    for user_id, currency, entry_kind, cause, moved, kept in _stream(connection, asked):
        of = IncomeCause.parse(cause)
        yield CashLine(user_id, currency, None, of.ticker, entry_kind, int(moved), of.kind.value, int(kept))


def cash_of_orders(connection: Connection) -> Iterator[CashLine]:
    """Per order what its executions and its fees come to, corrections included; by order, money first."""
    journal, postings, held = tables.journal.c, tables.postings.c, tables.orders.c
    owner = tables.accounts.c
    paid = func.sum(postings.amount)
    named = (journal.order_id, journal.user_id, journal.currency, held.ticker, postings.account)
    asked = (
        select(*named, paid)
        .join_from(tables.journal, tables.postings, postings.entry_seq == journal.seq)
        .join(tables.orders, held.order_id == journal.order_id)
        .join(tables.accounts, and_(owner.user_id == journal.user_id, owner.currency == journal.currency))
        .where(
            postings.account.in_(sorted(_COUNTERPARTS)),
            postings.asset == journal.currency,
            owner.cash_mode == CashMode.TRACKED.value,
        )
        .group_by(*named)
        .having(paid != 0)
        .order_by(journal.order_id, _exact(connection, postings.account).desc())
    )
    for order_id, user_id, currency, ticker, account, given in _stream(connection, asked):
        yield CashLine(user_id, currency, order_id, ticker, _COUNTERPARTS[account], -given)


def waiting(connection: Connection) -> Iterator[OrderEvent]:
    """Parked events by order and identity."""
    held = tables.parked_events.c
    asked = select(held.event).order_by(held.order_id, _exact(connection, held.event_id))
    return (rows.event_of(text) for (text,) in _stream(connection, asked))


def letters(connection: Connection) -> Iterator[Letter]:
    """Open dead letters, those that say the same once: unreadable ones last, by what they hold."""
    held = tables.dead_letters.c
    unread = held.event_id.is_(None)
    body, encoding = case((unread, held.body)), case((unread, held.body_encoding))
    asked = (
        select(held.order_id, held.user_id, held.event_id, held.code, held.field, body, encoding)
        .where(held.status == DeadLetterStatus.OPEN.value)
        .order_by(
            unread,
            held.order_id,
            _exact(connection, func.coalesce(held.event_id, "")),
            _exact(connection, held.code),
            _exact(connection, func.coalesce(held.field, "")),
            _exact(connection, func.coalesce(body, "")),
            _exact(connection, func.coalesce(encoding, "")),
        )
    )
    return (Letter(*row) for row, _ in groupby(_stream(connection, asked)))


def _stream(connection: Connection, asked: Select[Any]) -> Iterator[tuple[Any, ...]]:
    with connection.execute(asked.execution_options(yield_per=PAGE)) as found:
        for row in found:
            yield tuple(row)


def _exact(connection: Connection, column: ColumnElement[Any]) -> ColumnElement[Any]:
    """Ordered by its bytes: what the database's language makes of letters differs from one to the next."""
    return column.collate("BINARY" if connection.dialect.name == "sqlite" else "C")
