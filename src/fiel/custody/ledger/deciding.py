"""`decide`: what a command does to the book, or why not. Requests can be refused, facts cannot.

A `Rejection` of an order event is a dead letter. A refused PENDING is no rejection: it is booked as a
refused order (`ChangeKind.REFUSE`), because fills of it may still come.
"""

from __future__ import annotations

from datetime import date

from fiel.custody.accounts import Rejection, fits
from fiel.custody.events import (
    BringShares,
    Change,
    Command,
    CorrectFill,
    Deposit,
    Ignored,
    LedgerEvent,
    Parked,
    Receive,
    State,
    TimeOut,
    Withdraw,
)
from fiel.custody.ledger.fills import correct, fill
from fiel.custody.ledger.orders import amend, close, reserve, time_out
from fiel.custody.ledger.requests import bring_shares, deposit, withdraw
from fiel.custody.order_events.event import OrderEvent
from fiel.custody.reservations import TRANSITIONS, Action, OrderStatus, Policy

Decision = tuple[LedgerEvent, ...] | Rejection


def decide(state: State, command: Command, policy: Policy) -> Decision:
    """The ledger events that the command causes, or a `Rejection`. Nothing overflows 64 bits."""
    decided = _decide(state, command, policy)
    if isinstance(decided, Rejection):
        return decided
    if isinstance(decided, Change) and not _can_be_kept(state, decided):
        return Rejection("amount_overflow", "the book cannot hold so large a number", "quantity")
    return (decided,)


def _decide(state: State, command: Command, policy: Policy) -> LedgerEvent | Rejection:
    match command:
        case Receive():
            return _receive(state, command, policy)
        case Deposit():
            return deposit(state.account, command)
        case Withdraw():
            return withdraw(state.account, command)
        case BringShares():
            return bring_shares(state, command)
        case TimeOut():
            return time_out(state, command)
        case CorrectFill():
            return correct(state, command, policy)


def _receive(state: State, command: Receive, policy: Policy) -> LedgerEvent | Rejection:
    event, order = command.event, state.order
    mismatch = _mismatch(state, event, policy)
    if mismatch is not None:
        return mismatch
    status = OrderStatus.UNSEEN if order is None else order.status
    match TRANSITIONS[status, event.status]:
        case Action.PARK:
            return Parked(event, command.at, command.at + policy.park_for)
        case Action.IGNORE:
            return Ignored(event.event_id, f"{event.status} is stale: the order is {status}")
        case Action.DEAD_LETTER:
            return Rejection("status_contradiction", f"{event.status} of an order that is {status}", "status")
        case Action.RESERVE:
            return reserve(state, command, policy)
        case action:
            assert order is not None, "only UNSEEN orders have no row, and they reserve or park"  # noqa: S101
            if action is Action.AMEND:
                return amend(state, order, command, policy)
            if action is Action.CLOSE:
                return close(order, command)
            return fill(state, order, command, policy)


def _mismatch(state: State, event: OrderEvent, policy: Policy) -> Rejection | None:
    """An event must speak of the order that the book knows, in the account's currency."""
    account, order = state.account, state.order
    if event.currency != account.currency:
        return Rejection("currency_mismatch", f"the account is kept in {account.currency}", "currency")
    if order is None:
        return None
    if (order.user_id, order.currency, order.side, order.ticker) == (
        event.user_id,
        event.currency,
        event.side,
        event.ticker,
    ):
        return None
    known_as, told_as = (policy.ticker_at(ticker, date.max) for ticker in (order.ticker, event.ticker))
    for field, known, told in (
        ("userId", order.user_id, event.user_id),
        ("currency", order.currency, event.currency),
        ("side", order.side, event.side),
        ("ticker", known_as, told_as),
    ):
        if known != told:
            return Rejection("order_mismatch", f"order {order.order_id} has another {field}", field)
    return None


def _can_be_kept(state: State, change: Change) -> bool:
    account, position = state.account, state.position
    moved = change.gross - change.fee
    if not fits(account.balance + moved, account.blocked + change.blocked, moved, change.gross):
        return False
    if not change.lots and not change.reserved and not change.quantity:
        return True
    held = position.quantity if position else 0
    cost = abs(position.cost) + abs(position.realised) if position else 0
    order = change.order
    return fits(held + change.quantity, cost + abs(moved), order.gross if order else 0, change.reserved)
