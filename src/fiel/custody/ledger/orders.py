"""Reserving, amending and closing orders."""

from __future__ import annotations

from fiel.custody.accounts import AMOUNT_MAX, CashMode, Rejection
from fiel.custody.events import Alert, AlertCode, Change, ChangeKind, Ignored, Receive, State, TimeOut
from fiel.custody.ledger.journal import entry_id
from fiel.custody.order_events.event import EventStatus, Side
from fiel.custody.reservations import (
    TIMED_OUT,
    Order,
    OrderStatus,
    Policy,
    cash_needed,
    cash_needed_by_new,
    shares_needed,
)

_CLOSED_AS = {
    EventStatus.REJECTED: OrderStatus.REJECTED,
    EventStatus.CANCELLED: OrderStatus.CANCELLED,
    EventStatus.EXPIRED: OrderStatus.EXPIRED,
}


# Names of enum members are looked up by Python code: once here, not once per event.
_PENDING, _REFUSED, _SELL = OrderStatus.PENDING, OrderStatus.REFUSED, Side.SELL
_TRACKED, _EXTERNAL = CashMode.TRACKED, CashMode.EXTERNAL
_RESERVE, _CLOSE = ChangeKind.RESERVE, ChangeKind.CLOSE

_new = tuple.__new__  # a row from all its fields in order, without the cost of naming them


def reserve(state: State, command: Receive, policy: Policy) -> Change | Rejection:
    """A new order: cash or shares are held for it, or the order is booked as refused."""
    event, at = command
    side, quantity, price, currency = event.side, event.quantity, event.price, event.currency
    cash = cash_needed_by_new(side, quantity, price, currency, policy.fees)
    if cash > AMOUNT_MAX:
        return _too_large()
    shares = quantity if side is _SELL else 0
    refusal = _refusal(state, cash, shares)
    if refusal is not None or state.account.cash_mode is _EXTERNAL:
        cash = 0
    if refusal is not None:
        shares = 0
    # The ticker is the one in force: the position it will touch is kept under that name.
    occurred = event.occurred_at or at
    ticker = policy.ticker_at(event.ticker, occurred.date()) if policy.ticker_changes else event.ticker
    order = _new(
        Order,
        (
            event.order_id,
            event.user_id,
            currency,
            ticker,
            side,
            _PENDING if refusal is None else _REFUSED,
            quantity,
            price,
            cash,
            shares,
            0,  # filled
            0,  # gross
            0,  # rest
            0,  # fee
            (),  # fills
            event.sequence,
            refusal,
            at + policy.reserve_for if policy.reserve_for and refusal is None else None,
            at,
            at,
        ),
    )
    if refusal is not None:
        return _refused(order, refusal, command)
    return _moved(_RESERVE, order, command, cash=cash, shares=shares)


def _moved(kind: ChangeKind, order: Order, command: Receive, *, cash: int, shares: int) -> Change:
    """A change that holds more (or less) cash and shares, and moves nothing else."""
    event, at = command
    cause = event.event_id
    return _new(
        Change,
        (
            kind,
            entry_id(cause),
            cause,
            event.occurred_at or at,
            at,
            order.order_id,
            order.ticker,
            0,  # gross
            0,  # fee
            cash,
            0,  # quantity
            shares,
            order,
            (),  # lots
            False,  # restates
            (),  # alerts
            0,  # withheld
        ),
    )


def _too_large() -> Rejection:
    return Rejection("amount_overflow", "quantity times price is larger than the book can hold", "quantity")


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
        # News of the order: the patience begins anew.
        expires_at=command.at + policy.reserve_for if policy.reserve_for else None,
        updated_at=command.at,
    )
    cash, shares = cash_needed(amended, policy.fees), shares_needed(amended)
    if cash > AMOUNT_MAX:
        return _too_large()
    refusal = _refusal(state, cash - order.held_cash, shares - order.held_shares)
    if refusal is not None:
        return _refused(order, refusal, command)
    if state.account.cash_mode is _EXTERNAL:
        cash = 0
    return _moved(
        ChangeKind.AMEND,
        amended._replace(held_cash=cash, held_shares=shares),
        command,
        cash=cash - order.held_cash,
        shares=shares - order.held_shares,
    )


def _refusal(state: State, cash: int, shares: int) -> str | None:
    """Why so much more cash or shares cannot be held; `None` when they can."""
    account = state.account
    if cash > 0 and account.cash_mode is _TRACKED and cash > account.balance - account.blocked:
        return "cash_not_available"
    if shares <= 0:
        return None
    free = state.position.free if state.position else 0
    return "shares_not_available" if shares > free else None


def _refused(order: Order, code: str, command: Receive) -> Change:
    event = command.event
    text = f"order {order.order_id} asks for more than there is: {code}"
    return Change(
        ChangeKind.REFUSE,
        entry_id(event.event_id),
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
    closed = order._replace(
        status=_CLOSED_AS[command.event.status], held_cash=0, held_shares=0, updated_at=command.at
    )
    return _moved(_CLOSE, closed, command, cash=-order.held_cash, shares=-order.held_shares)


def time_out(state: State, command: TimeOut) -> Change | Ignored:
    """A reservation that nobody posted or voided in time is released; later fills are still booked."""
    order = state.order
    if order is None or not order.is_open or order.expires_at is None or command.at < order.expires_at:
        return Ignored("time_out", "no reservation is overdue")
    cause = f"time_out:{order.order_id}:{order.expires_at.isoformat()}"
    text = f"order {order.order_id} was silent too long; its reservation is released"
    return Change(
        ChangeKind.TIME_OUT,
        entry_id(cause),
        cause,
        command.at,
        command.at,
        order.order_id,
        order.ticker,
        blocked=-order.held_cash,
        reserved=-order.held_shares,
        order=order._replace(
            status=OrderStatus.TIMED_OUT,
            refusal=TIMED_OUT,
            held_cash=0,
            held_shares=0,
            # Used up: a fill that revives the order brings nothing back that could run out again.
            expires_at=None,
            updated_at=command.at,
        ),
        alerts=(Alert(AlertCode.RESERVATION_TIMED_OUT, order.user_id, order.order_id, cause, text),),
    )
