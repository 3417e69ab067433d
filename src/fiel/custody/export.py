"""The book as one JSON document that two books can be compared by, byte for byte.

    {"accounts": [...], "reservations": [...], "transactions": [...], "parked": [...], "dead_letters": [...]}

It says what the book holds, and leaves out what only says how it came to hold it. Two books that were
given the same deposits, withdrawals and facts, and the same order events in any order and any number of
times, export the same bytes, on either database. For that to be so it holds that

- times are not told: deposits and events without a time carry that of their arrival, and of two reports
  of one execution the first to arrive is kept;
- numbers of rows, ids of requests, places in the log and running balances are not told;
- transactions are those that change a balance. A deposit, withdrawal or payment of income is one each
  (that also tells `incomeKind` and the tax `withheld`); so is a fact that was told afterwards (TRADE with
  its fees, FEE, TAX), and what takes one back is another; an order has one
  SETTLEMENT and one FEE, with the corrections that a late report caused already in their sums. What was
  reserved and refunded on the way depends on the path; what is reserved now stands in `reservations`;
- a reservation's status is that of its order's end; that it was refused on the way is not told, and what
  was asked (quantity, price) is told while it is open: an amendment that comes after the end is stale;
- a dead letter that was read is told by its order and event, one that was not by its body; letters that
  say the same are one, and those that a person settled are none.

Two things cannot be the same, because they are decided on arrival: whether a PENDING finds money
or shares enough (make deposits first), and which of two events that contradict each other counts. And
average cost follows the order of execution, so that events must tell their time where there are sales.

Amounts have the decimals of their currency, quantities and prices no needless zeros, order numbers are
text too: every number is a string. `averagePrice` has at most 12 decimals (half even). Lists are ordered
by user, currency and ticker, or by order; a record is a line, so that `diff` shows what differs.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from fiel.custody.accounts import PRICE_SCALE, QUANTITY_SCALE, Account, AccountKey, Position, units_text
from fiel.custody.order_events.event import OrderEvent
from fiel.custody.queries import Snapshot
from fiel.custody.reservations import Order
from fiel.custody.store import exporting
from fiel.custody.store.exporting import CashLine, Letter
from fiel.custody.wallet_events import amount_text
from fiel.kernel.decimals import plain

Record = dict[str, Any]
Write = Callable[[str], object]


def write_export(book: Snapshot, write: Write) -> None:
    """The document, piece by piece: memory does not grow with the book."""
    connection = book.connection
    lists: tuple[tuple[str, Iterable[Record]], ...] = (
        ("accounts", _accounts(exporting.accounts(connection), exporting.positions(connection))),
        ("reservations", map(_reservation, exporting.orders(connection))),
        ("transactions", map(_transaction, _cash(book))),
        ("parked", map(_parked, exporting.waiting(connection))),
        ("dead_letters", map(_letter, exporting.letters(connection))),
    )
    write("{\n")
    for number, (name, records) in enumerate(lists):
        write(f'{"," if number else ""}"{name}": [')
        separator = "\n"
        for record in records:
            write(f"{separator}{json.dumps(record)}")
            separator = ",\n"
        write("]\n" if separator == "\n" else "\n]\n")
    write("}\n")


def _accounts(accounts: Iterable[Account], positions: Iterator[Position]) -> Iterator[Record]:
    """Each account with its positions; both come in the same order."""
    position = next(positions, None)
    for account in accounts:
        own: list[Record] = []
        while position is not None and AccountKey(position.user_id, position.currency) <= account.key:
            if (position.user_id, position.currency) == account.key:
                own.append(_position(position))
            position = next(positions, None)
        yield _account(account) | {"positions": own}


def _account(account: Account) -> Record:
    def money(minor: int) -> str:
        return amount_text(minor, account.currency)

    return {
        "userId": account.user_id,
        "currency": account.currency,
        "balance": money(account.balance),
        "blockedBalance": money(account.blocked),
        "availableBalance": money(account.available),
        "shortfall": money(account.shortfall),
    }


def _position(position: Position) -> Record:
    average = position.average_price
    return {
        "ticker": position.ticker,
        "quantity": units_text(position.quantity, QUANTITY_SCALE),
        "reservedQuantity": units_text(position.reserved, QUANTITY_SCALE),
        "averagePrice": None if average is None else f"{plain(average):f}",
    }


def _reservation(order: Order) -> Record:
    return {
        "orderId": str(order.order_id),
        "userId": order.user_id,
        "currency": order.currency,
        "ticker": order.ticker,
        "side": order.side.value,
        "status": order.reservation.value,
        "orderStatus": order.status.value,
        "quantity": units_text(order.quantity, QUANTITY_SCALE) if order.is_open else None,
        "price": units_text(order.price, PRICE_SCALE) if order.is_open else None,
        "blockedAmount": amount_text(order.held_cash, order.currency),
        "reservedQuantity": units_text(order.held_shares, QUANTITY_SCALE),
        "filledQuantity": units_text(order.filled, QUANTITY_SCALE),
        "executedAmount": amount_text(order.gross, order.currency),
        "fees": amount_text(order.fee, order.currency),
    }


def _cash(book: Snapshot) -> Iterator[CashLine]:
    yield from exporting.cash_of_commands(book.connection)
    yield from exporting.cash_of_income(book.connection)
    yield from exporting.cash_of_orders(book.connection)


def _transaction(line: CashLine) -> Record:
    told = {
        "userId": line.user_id,
        "currency": line.currency,
        "orderId": _number(line.order_id),
        "ticker": line.ticker,
        "transactionType": line.type,
        "amount": amount_text(line.amount, line.currency),
    }
    if line.income_kind is None:
        return told
    return told | {"incomeKind": line.income_kind, "withheld": amount_text(line.withheld, line.currency)}


def _parked(event: OrderEvent) -> Record:
    return {
        "orderId": str(event.order_id),
        "eventId": event.event_id,
        "userId": event.user_id,
        "currency": event.currency,
        "ticker": event.ticker,
        "side": event.side.value,
        "status": event.status.value,
        "quantity": units_text(event.quantity, QUANTITY_SCALE),
        "price": units_text(event.price, PRICE_SCALE),
        "executedPrice": None
        if event.executed_price is None
        else units_text(event.executed_price, PRICE_SCALE),
        "filledQuantity": None if event.upto is None else units_text(event.upto, QUANTITY_SCALE),
    }


def _letter(letter: Letter) -> Record:
    return {
        "orderId": _number(letter.order_id),
        "eventId": letter.event_id,
        "userId": letter.user_id,
        "code": letter.code,
        "field": letter.field,
        "body": letter.body,
        "bodyEncoding": letter.encoding,
    }


def _number(number: int | None) -> str | None:
    return None if number is None else str(number)
