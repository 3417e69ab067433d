"""Rows of the database and values of the ledger, one into the other. Column order is the tables'."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from fiel.custody import tables
from fiel.custody.accounts import Account, CashMode, Lot, LotKind, Position
from fiel.custody.events import Alert, ChangeKind, Parked
from fiel.custody.ledger.journal import BookAccount, JournalEntry, Posting, TransactionType, WalletTransaction
from fiel.custody.order_events.event import EventStatus, LogPlace, OrderEvent, Side
from fiel.custody.reservations import Order, OrderStatus
from fiel.infra.storage.bulk import Row, Shape
from fiel.infra.storage.types import instant_of, micros_of
from fiel.kernel.ids import deterministic_id

_A, _O, _P = tables.accounts.c, tables.orders.c, tables.positions.c

NEW_ACCOUNT = Shape.of(tables.accounts)
OLD_ACCOUNT = Shape.of(
    tables.accounts, (_A.user_id, _A.currency, _A.balance, _A.blocked, _A.sequence, _A.updated_at)
)
NEW_ORDER = Shape.of(tables.orders)
#: What an order's row may change; who ordered what on which side never does.
OLD_ORDER = Shape.of(
    tables.orders,
    (
        _O.order_id,
        _O.ticker,
        _O.status,
        _O.quantity,
        _O.price,
        _O.held_cash,
        _O.held_shares,
        _O.filled,
        _O.gross,
        _O.rest,
        _O.fee,
        _O.lots,
        _O.terms_sequence,
        _O.refusal,
        _O.expires_at,
        _O.updated_at,
        _O.due_at,
    ),
)
NEW_POSITION = Shape.of(tables.positions)
LOT = Shape.of(tables.lots)
ENTRY = Shape.of(tables.journal)
POSTING = Shape.of(tables.postings)
TRANSACTION = Shape.of(tables.wallet_transactions)
PARKED = Shape.of(tables.parked_events)
ALERT = Shape.of(tables.alerts)

_new = tuple.__new__  # a row from all its fields in order, without the cost of naming them

Micros = Callable[[datetime], int]


class _Known(dict[datetime, int]):
    def __missing__(self, instant: datetime) -> int:
        found = self[instant] = micros_of(instant)
        return found


def micros_memo() -> Micros:
    """`micros_of` that counts each instant once: a batch writes the same few over and over."""
    return _Known().__getitem__


def _maybe(micros: Micros, instant: datetime | None) -> int | None:
    return None if instant is None else micros(instant)


def _instant(micros: int | None) -> datetime | None:
    return None if micros is None else instant_of(micros)


def new_account_row(account: Account, at: int) -> Row:
    return (
        account.user_id,
        account.currency,
        account.cash_mode._value_,
        account.balance,
        account.blocked,
        account.sequence,
        at,
        at,
    )


def old_account_row(account: Account, at: int) -> Row:
    return (account.user_id, account.currency, account.balance, account.blocked, account.sequence, at)


def account_of(row: tuple[Any, ...]) -> Account:
    return _new(Account, (row[0], row[1], _CASH_MODES[row[2]], row[3], row[4], row[5]))


def new_order_row(order: Order, micros: Micros) -> Row:
    return (
        order.order_id,
        order.user_id,
        order.currency,
        order.ticker,
        order.side._value_,
        order.status._value_,
        order.quantity,
        order.price,
        order.held_cash,
        order.held_shares,
        order.filled,
        order.gross,
        order.rest,
        order.fee,
        len(order.fills),
        order.terms_sequence,
        order.refusal,
        _maybe(micros, order.expires_at),
        _maybe(micros, order.created_at),
        _maybe(micros, order.updated_at),
        _due_at(order, micros),
    )


def old_order_row(order: Order, micros: Micros) -> Row:
    return (
        order.order_id,
        order.ticker,
        order.status._value_,
        order.quantity,
        order.price,
        order.held_cash,
        order.held_shares,
        order.filled,
        order.gross,
        order.rest,
        order.fee,
        len(order.fills),
        order.terms_sequence,
        order.refusal,
        _maybe(micros, order.expires_at),
        _maybe(micros, order.updated_at),
        _due_at(order, micros),
    )


def _due_at(order: Order, micros: Micros) -> int | None:
    """When the reservation runs out: of an order that is closed, never."""
    expires = order.expires_at
    return micros(expires) if expires is not None and order.is_open else None


def order_of(row: tuple[Any, ...], fills: tuple[Lot, ...]) -> Order:
    who = (*row[:4], _SIDES[row[4]], _ORDER_STATUSES[row[5]])
    times = (_instant(row[17]), _instant(row[18]), _instant(row[19]))
    return Order._make((*who, *row[6:14], fills, row[15], row[16], *times))


def position_row(position: Position, micros: Micros, at: int) -> Row:
    return (
        position.user_id,
        position.currency,
        position.ticker,
        position.quantity,
        position.reserved,
        position.cost,
        position.realised,
        _maybe(micros, position.last_at),
        position.last_order,
        position.last_upto,
        position.last_lot,
        at,
    )


def position_of(row: tuple[Any, ...]) -> Position:
    return Position._make((*row[:7], _instant(row[7]), *row[8:11], False))


def lot_row(lot: Lot, micros: Micros) -> Row:
    return (
        lot.order_id,
        lot.upto,
        lot.id,
        lot.user_id,
        lot.currency,
        lot.ticker,
        lot.kind._value_,
        lot.quantity,
        lot.price,
        lot.gross,
        lot.fee,
        micros(lot.occurred_at),
        lot.event_id,
    )


def lot_of(row: tuple[Any, ...]) -> Lot:
    order_id, upto, lot_id, user_id, currency, ticker, kind, quantity, price, gross, fee, at, event_id = row
    head = (lot_id, user_id, currency, ticker, order_id, upto, _LOT_KINDS[kind])
    return Lot(*head, quantity, price, gross, fee, instant_of(at), event_id)


def entry_rows(entries: Iterable[JournalEntry], seq: Mapping[str, int], micros: Micros) -> list[Row]:
    """`seq` numbers the entries by their id; so for the two below. Taken apart at once: it is a stream."""
    return [
        (seq[entry], entry, user, currency, kind._value_, cause, order, micros(occurred), micros(recorded))
        for entry, user, currency, kind, cause, order, occurred, recorded in entries
    ]


def posting_rows(postings: Iterable[Posting], seq: Mapping[str, int]) -> list[Row]:
    return [
        (seq[entry], line, account._value_, asset, amount)
        for entry, line, _user, _currency, account, asset, amount in postings
    ]


def transaction_rows(
    transactions: Iterable[WalletTransaction], seq: Mapping[str, int], micros: Micros
) -> list[Row]:
    made = []
    for (
        name,
        entry,
        number,
        user,
        currency,
        order,
        ticker,
        kind,
        *amounts,
        occurred,
        recorded,
    ) in transactions:
        head = (user, currency, number, name, seq[entry], order, ticker, kind._value_)
        made.append((*head, *amounts, micros(occurred), micros(recorded)))
    return made


def transaction_of(row: tuple[Any, ...], entry_id: str) -> WalletTransaction:
    user_id, currency, sequence, row_id, _seq, order_id, ticker, kind, *numbers, occurred, recorded = row
    head = (row_id, entry_id, sequence, user_id, currency, order_id, ticker, TransactionType(kind))
    return WalletTransaction._make((*head, *numbers, instant_of(occurred), instant_of(recorded)))


def entry_of(row: tuple[Any, ...]) -> JournalEntry:
    _seq, entry_id, user_id, currency, kind, cause, order_id, occurred, recorded = row
    head = (entry_id, user_id, currency, ChangeKind(kind), cause, order_id)
    return JournalEntry(*head, instant_of(occurred), instant_of(recorded))


def posting_of(row: tuple[Any, ...], entry: tuple[Any, ...] | None) -> Posting:
    """A posting with the id and owner of its entry (`None`: the entry is missing, for the checker to see)."""
    seq, line, account, asset, amount = row
    entry_id, user_id, currency = entry[1:4] if entry else (f"missing-{seq}", "", "")
    return Posting(entry_id, line, user_id, currency, BookAccount(account), asset, amount)


def parked_row(parked: Parked, micros: Micros) -> Row:
    event = parked.event
    return (
        event.order_id,
        event.event_id,
        event.user_id,
        PARKED_FOR_ORDER,
        event_text(event),
        micros(parked.parked_at),
        micros(parked.deadline),
        None,
    )


#: Why an event waits: its order's PENDING has not come.
PARKED_FOR_ORDER = "order_unseen"


def parked_of(row: tuple[Any, ...]) -> Parked:
    return Parked(event_of(row[4]), instant_of(row[5]), instant_of(row[6]))


def alert_row(alert: Alert, at: int) -> Row:
    key = deterministic_id("alert", alert.code._value_, alert.user_id, alert.order_id or 0, alert.event_id)
    return (key, alert.code._value_, alert.user_id, alert.order_id, alert.event_id, alert.message, at, None)


def event_text(event: OrderEvent) -> str:
    """A parked event as JSON: whole numbers in stored units, so that it is read again exactly."""
    return json.dumps(
        {
            "event_id": event.event_id,
            "payload_hash": event.payload_hash,
            "order_id": event.order_id,
            "user_id": event.user_id,
            "ticker": event.ticker,
            "side": event.side.value,
            "status": event.status.value,
            "quantity": event.quantity,
            "price": event.price,
            "executed_price": event.executed_price,
            "upto": event.upto,
            "currency": event.currency,
            "sequence": event.sequence,
            "occurred_at": _maybe(micros_of, event.occurred_at),
            "place": event.place,
        },
        separators=(",", ":"),
        ensure_ascii=False,
    )


def event_of(text: str) -> OrderEvent:
    """The event that `event_text` wrote."""
    fields: dict[str, Any] = json.loads(text)
    place = fields.pop("place")
    return OrderEvent(
        **fields
        | {
            "side": Side(fields["side"]),
            "status": EventStatus(fields["status"]),
            "occurred_at": _instant(fields["occurred_at"]),
            "place": LogPlace(*place) if place else None,
        }
    )


_CASH_MODES = {mode.value: mode for mode in CashMode}
_SIDES = {side.value: side for side in Side}
_ORDER_STATUSES = {status.value: status for status in OrderStatus}
_LOT_KINDS = {kind.value: kind for kind in LotKind}
