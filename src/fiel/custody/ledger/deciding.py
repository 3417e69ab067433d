"""`decide`: what a command does to the book, or why not. Requests can be refused, facts cannot.

A `Rejection` of an order event is a dead letter. A refused PENDING is no rejection: it is booked as a
refused order (`ChangeKind.REFUSE`), because fills of it may still come.
"""

from __future__ import annotations

from datetime import date

from fiel.custody.accounts import INT64_MAX, Rejection, fits
from fiel.custody.events import (
    Adjust,
    BookFact,
    BookIncome,
    BringShares,
    Change,
    Command,
    CorrectFill,
    Deposit,
    Ignored,
    LedgerEvent,
    Parked,
    Receive,
    Reverse,
    State,
    TimeOut,
    Withdraw,
)
from fiel.custody.ledger.facts import book_fact, reverse
from fiel.custody.ledger.fills import correct, fill
from fiel.custody.ledger.income import book_income
from fiel.custody.ledger.orders import amend, close, reserve, time_out
from fiel.custody.ledger.requests import adjust, bring_shares, deposit, withdraw
from fiel.custody.order_events.event import OrderEvent
from fiel.custody.reservations import TRANSITIONS, Action, OrderStatus, Policy

Decision = tuple[LedgerEvent, ...] | Rejection

# Names of enum members are looked up by Python code: once here, not once per event.
_UNSEEN = OrderStatus.UNSEEN
_RESERVE, _AMEND, _FILL, _CLOSE = Action.RESERVE, Action.AMEND, Action.FILL, Action.CLOSE
_PARK, _IGNORE = Action.PARK, Action.IGNORE


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
        case Adjust():
            return adjust(state, command)
        case BookIncome():
            return book_income(state, command)
        case BookFact():
            return book_fact(state, command)
        case Reverse():
            return reverse(state, command)


def _receive(state: State, command: Receive, policy: Policy) -> LedgerEvent | Rejection:
    event, order = command.event, state.order
    mismatch = _mismatch(state, event, policy)
    if mismatch is not None:
        return mismatch
    status = _UNSEEN if order is None else order.status
    action = TRANSITIONS[status, event.status]
    if action is _RESERVE:
        return reserve(state, command, policy)
    if order is not None:
        if action is _FILL:
            return fill(state, order, command, policy)
        if action is _CLOSE:
            return close(order, command)
        if action is _AMEND:
            return amend(state, order, command, policy)
    if action is _PARK:
        return Parked(event, command.at, command.at + policy.park_for)
    if action is _IGNORE:
        return Ignored(event.event_id, f"{event.status} is stale: the order is {status}")
    return Rejection("status_contradiction", f"{event.status} of an order that is {status}", "status")


def _mismatch(state: State, event: OrderEvent, policy: Policy) -> Rejection | None:
    """An event must speak of the order that the book knows, in the account's currency."""
    account, order = state.account, state.order
    if event.currency != account.currency:
        return Rejection("currency_mismatch", f"the account is kept in {account.currency}", "currency")
    if order is None:
        return None
    if (
        order.user_id == event.user_id
        and order.ticker == event.ticker
        and order.side is event.side
        and order.currency == event.currency
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
    if not (
        -INT64_MAX <= account.balance + moved <= INT64_MAX
        and -INT64_MAX <= account.blocked + change.blocked <= INT64_MAX
        and -INT64_MAX <= change.gross <= INT64_MAX
        and -INT64_MAX <= moved <= INT64_MAX
    ):
        return False
    if not (change.lots or change.reserved or change.quantity):
        return True
    order = change.order
    if order is not None:
        if order.gross > INT64_MAX:
            return False
    elif change.lots:
        moved = change.lots[0].gross  # a move brings its cost in the lot, capital lowers it
    if position is None:
        return fits(change.quantity, change.reserved, moved)
    return (
        -INT64_MAX <= position.quantity + change.quantity <= INT64_MAX
        and -INT64_MAX <= change.reserved <= INT64_MAX
        and abs(position.cost) + abs(position.realised) + abs(moved) <= INT64_MAX
    )
