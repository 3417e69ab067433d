"""Reserving, amending and closing orders."""

from __future__ import annotations

from fiel.custody.accounts import AMOUNT_MAX, CashMode, Rejection
from fiel.custody.events import Alert, AlertCode, Change, ChangeKind, Ignored, Receive, State, TimeOut
from fiel.custody.order_events.event import EventStatus
from fiel.custody.reservations import TIMED_OUT, Order, OrderStatus, Policy, cash_needed, shares_needed
from fiel.kernel.ids import deterministic_id

_CLOSED_AS = {
    EventStatus.REJECTED: OrderStatus.REJECTED,
    EventStatus.CANCELLED: OrderStatus.CANCELLED,
    EventStatus.EXPIRED: OrderStatus.EXPIRED,
}


def reserve(state: State, command: Receive, policy: Policy) -> Change | Rejection:
    """A new order: cash or shares are held for it, or the order is booked as refused."""
    event = command.event
    # The ticker is the one in force: the position it will touch is kept under that name.
    occurred = event.occurred_at or command.at
    order = Order(
        order_id=event.order_id,
        user_id=event.user_id,
        currency=event.currency,
        ticker=policy.ticker_at(event.ticker, occurred.date()),
        side=event.side,
        status=OrderStatus.PENDING,
        quantity=event.quantity,
        price=event.price,
        terms_sequence=event.sequence,
        expires_at=command.at + policy.reserve_for if policy.reserve_for else None,
        created_at=command.at,
        updated_at=command.at,
    )
    cash, shares = cash_needed(order, policy.fees), shares_needed(order)
    if cash > AMOUNT_MAX:
        return Rejection(
            "amount_overflow", "quantity times price is larger than the book can hold", "quantity"
        )
    refusal = _refusal(state, cash, shares)
    if refusal is None:
        return _held(ChangeKind.RESERVE, state, order, command, cash=cash, shares=shares)
    refused = order._replace(status=OrderStatus.REFUSED, refusal=refusal, expires_at=None)
    return _refused(refused, refusal, command)


def amend(state: State, order: Order, command: Receive, policy: Policy) -> Change | Ignored | Rejection:
    """New terms of an open order: the reservation is brought to them at once, or all stays as it was."""
    event = command.event
    if (event.quantity, event.price) == (order.quantity, order.price):
        return Ignored(event.event_id, "the order already has these terms")
    known = order.terms_sequence
    if known is not None and (event.sequence is None or event.sequence <= known):
        return Ignored(event.event_id, "newer terms are known")
    amended = order._replace(
        quantity=event.quantity,
        price=event.price,
        terms_sequence=event.sequence,
        refusal=None,
        updated_at=command.at,
    )
    cash, shares = cash_needed(amended, policy.fees), shares_needed(amended)
    if cash > AMOUNT_MAX:
        return Rejection(
            "amount_overflow", "quantity times price is larger than the book can hold", "quantity"
        )
    refusal = _refusal(state, cash - order.held_cash, shares - order.held_shares)
    if refusal is not None:
        return _refused(order, refusal, command)
    return _held(ChangeKind.AMEND, state, amended, command, cash=cash, shares=shares)


def _refusal(state: State, cash: int, shares: int) -> str | None:
    """Why so much more cash or shares cannot be held; `None` when they can."""
    account = state.account
    if cash > 0 and account.cash_mode is CashMode.TRACKED and cash > account.available:
        return "cash_not_available"
    free = state.position.free if state.position else 0
    return "shares_not_available" if shares > 0 and shares > free else None


def _held(
    kind: ChangeKind, state: State, order: Order, command: Receive, *, cash: int, shares: int
) -> Change:
    if state.account.cash_mode is CashMode.EXTERNAL:
        cash = 0
    before = state.order
    event = command.event
    return Change(
        kind,
        deterministic_id("entry", event.event_id),
        event.event_id,
        event.occurred_at or command.at,
        command.at,
        order.order_id,
        order.ticker,
        blocked=cash - (before.held_cash if before else 0),
        reserved=shares - (before.held_shares if before else 0),
        order=order._replace(held_cash=cash, held_shares=shares),
    )


def _refused(order: Order, code: str, command: Receive) -> Change:
    event = command.event
    text = f"order {order.order_id} asks for more than there is: {code}"
    return Change(
        ChangeKind.REFUSE,
        deterministic_id("entry", event.event_id),
        event.event_id,
        event.occurred_at or command.at,
        command.at,
        order.order_id,
        order.ticker,
        order=order,
        alerts=(Alert(AlertCode.ORDER_REFUSED, order.user_id, order.order_id, event.event_id, text),),
    )


def close(order: Order, command: Receive) -> Change:
    """REJECTED, CANCELLED or EXPIRED: what the row still holds is released, what was filled stays."""
    event = command.event
    closed = order._replace(
        status=_CLOSED_AS[event.status], held_cash=0, held_shares=0, updated_at=command.at
    )
    return Change(
        ChangeKind.CLOSE,
        deterministic_id("entry", event.event_id),
        event.event_id,
        event.occurred_at or command.at,
        command.at,
        order.order_id,
        order.ticker,
        blocked=-order.held_cash,
        reserved=-order.held_shares,
        order=closed,
    )


def time_out(state: State, command: TimeOut) -> Change | Ignored:
    """A reservation that nobody posted or voided in time is released; later fills are still booked."""
    order = state.order
    if order is None or not order.is_open or order.expires_at is None or command.at < order.expires_at:
        return Ignored("time_out", "no reservation is overdue")
    cause = f"time_out:{order.order_id}:{order.expires_at.isoformat()}"
    text = f"order {order.order_id} was silent too long; its reservation is released"
    return Change(
        ChangeKind.TIME_OUT,
        deterministic_id("entry", cause),
        cause,
        command.at,
        command.at,
        order.order_id,
        order.ticker,
        blocked=-order.held_cash,
        reserved=-order.held_shares,
        order=order._replace(
            status=OrderStatus.TIMED_OUT, refusal=TIMED_OUT, held_cash=0, held_shares=0, updated_at=command.at
        ),
        alerts=(Alert(AlertCode.RESERVATION_TIMED_OUT, order.user_id, order.order_id, cause, text),),
    )
