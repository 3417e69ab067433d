"""Executions are facts: booked whatever the money, in whatever order they arrive.

Each report says "up to this cumulative quantity, the last part at this price". The reports of an order,
sorted by cumulative quantity, therefore tell its executions completely: one that comes late cuts the
piece in which it falls, and the difference is booked as a correction. Every order of arrival ends in
the same rows.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from datetime import datetime

from fiel.custody.accounts import (
    AMOUNT_MAX,
    CashMode,
    Lot,
    LotKind,
    Rejection,
    exact_value,
    minor_step,
    rounded_half_up,
)
from fiel.custody.events import (
    Alert,
    AlertCode,
    Change,
    ChangeKind,
    CorrectFill,
    Ignored,
    Receive,
    State,
)
from fiel.custody.ledger.journal import entry_id
from fiel.custody.order_events.event import EventStatus, OrderEvent, Side
from fiel.custody.reservations import OPEN, Fees, Order, OrderStatus, Policy, cash_needed, shares_needed

#: A fill shows that such an order lives, whatever was believed of it.
_REVIVED = frozenset({OrderStatus.PENDING, OrderStatus.REFUSED, OrderStatus.TIMED_OUT})
# Names of enum members are looked up by Python code: once here, not once per event.
_PARTLY, _FILLED, _REFUSED = (
    OrderStatus.PARTIALLY_FILLED,
    OrderStatus.FILLED,
    OrderStatus.REFUSED,
)
_ALL_OF_IT, _BUY, _TRADE = EventStatus.FILLED, Side.BUY, LotKind.TRADE
_TRACKED, _EXTERNAL = CashMode.TRACKED, CashMode.EXTERNAL
_FILL, _CORRECTION = ChangeKind.FILL, ChangeKind.CORRECTION

_new = tuple.__new__  # a row from all its fields in order, without the cost of naming them

_CLOSED = frozenset({OrderStatus.REJECTED, OrderStatus.CANCELLED, OrderStatus.EXPIRED, OrderStatus.TIMED_OUT})


def fill(state: State, order: Order, command: Receive, policy: Policy) -> Change | Ignored | Rejection:
    """What a PARTIALLY_FILLED or FILLED does. The first report of a cumulative quantity counts."""
    event, at = command
    if event.upto is None or event.executed_price is None:
        return Rejection("fill_incomplete", "a fill needs its price and quantity", "executedPrice")
    fills = order.fills
    if not fills or event.upto > fills[-1].upto:
        after = _appended(order, event, policy.fees, at)
        return _change(_FILL, state, order, after, policy=policy, at=at, event=event)
    after = order._replace(status=_status_after(order, event), updated_at=at)
    index = bisect_left(order.fills, event.upto, key=lambda lot: lot.upto)
    piece = order.fills[index]
    if piece.upto == event.upto:
        return _told_before(state, after, piece, command, policy)
    if not piece.quantity:
        return Ignored(event.event_id, "the broker took this fill back")
    after = _repriced(after, _cut(order, index, event, command.at), policy.fees)
    return _change(_CORRECTION, state, order, after, policy=policy, at=at, event=event)


def _told_before(
    state: State, after: Order, piece: Lot, command: Receive, policy: Policy
) -> Change | Ignored | Rejection:
    event, order = command.event, state.order
    is_news = order is not None and after.status is not order.status
    if not is_news and piece.price != event.executed_price and event.status is not _ALL_OF_IT:
        if piece.quantity:
            return Rejection("fill_conflict", "the same fill was told with another price", "executedPrice")
        return Ignored(event.event_id, "this fill is booked already")
    occurred = event.occurred_at or command.at
    is_earlier = bool(piece.quantity) and occurred < piece.occurred_at
    if order is None or not (is_news or is_earlier):
        return Ignored(event.event_id, "this fill is booked already")
    change = _change(ChangeKind.CLOSE, state, order, after, policy=policy, at=command.at, event=event)
    if isinstance(change, Rejection) or not is_earlier:
        return change
    return _dated(change, after, piece._replace(occurred_at=occurred, event_id=event.event_id))


def _dated(change: Change, order: Order, lot: Lot) -> Change:
    """The change with one lot told as executed earlier: the first time told is when it happened, whichever
    report of it arrives first. Average cost follows the order of execution, so it is counted again.
    """
    fills = tuple(lot if each.upto == lot.upto else each for each in order.fills)
    after = (change.order or order)._replace(fills=fills)
    return change._replace(order=after, lots=(lot,), restates=True)


def correct(state: State, command: CorrectFill, policy: Policy) -> Change | Ignored | Rejection:
    """A broker's bust or correction of a fill: the book ends as if it had been told so at once.

    What the order holds is not raised again by a bust: a further fill is a fact and takes from available.
    """
    order = state.order
    lots = list(order.fills) if order else []
    index = next((n for n, lot in enumerate(lots) if lot.upto == command.upto), None)
    if order is None or index is None:
        return Rejection("fill_unknown", "no such fill is booked", "upto")
    old = lots[index]
    if command.price is None:
        lots[index] = old._replace(quantity=0)
    elif command.price > 0:
        lots[index] = old._replace(price=command.price)
    else:
        return Rejection("price_out_of_range", "the price must be above zero", "price")
    if lots[index] == old:
        return Ignored(command.command_id, "the fill is booked like this already")
    after = _repriced(order._replace(updated_at=command.at), lots, policy.fees)
    return _change(_CORRECTION, state, order, after, policy=policy, at=command.at, cause=command.command_id)


def _status_after(order: Order, event: OrderEvent) -> OrderStatus:
    if event.status is _ALL_OF_IT:
        return _FILLED
    return _PARTLY if order.status in _REVIVED else order.status


def _lot(
    order: Order, event: OrderEvent, quantity: int, at: datetime, *, gross: int = 0, fee: int = 0
) -> Lot:
    """A new lot of the order. `quantity` is without sign."""
    order_id, upto = order.order_id, event.upto or 0
    return _new(
        Lot,
        (
            f"{order_id}:{upto}",
            order.user_id,
            order.currency,
            order.ticker,
            order_id,
            upto,
            _TRADE,
            quantity if order.side is _BUY else -quantity,
            event.executed_price or 0,
            gross,
            fee,
            event.occurred_at or at,
            event.event_id,
        ),
    )


def _appended(order: Order, event: OrderEvent, fees: Fees, at: datetime) -> Order:
    """The order with one more piece at its end. Money is rounded on the order's total, half up, so
    that the drift of any number of fills stays below one minor unit. What it holds is left to `_change`,
    but for a filled order, which never holds anything.
    """
    fills = order.fills
    quantity = (event.upto or 0) - (fills[-1].upto if fills else 0)
    step = minor_step(order.currency)
    exact = order.gross * step + order.rest + (event.executed_price or 0) * quantity
    gross = rounded_half_up(exact, step)
    fee = max(order.fee, fees.of(gross))
    lot = _lot(order, event, quantity, at, gross=gross - order.gross, fee=fee - order.fee)
    status = _status_after(order, event)
    return _new(
        Order,
        (
            order.order_id,
            order.user_id,
            order.currency,
            order.ticker,
            order.side,
            status,
            order.quantity,
            order.price,
            0 if status is _FILLED else order.held_cash,
            0 if status is _FILLED else order.held_shares,
            order.filled + quantity,
            gross,
            exact - gross * step,
            fee,
            (*fills, lot),
            order.terms_sequence,
            order.refusal,
            order.expires_at,
            order.created_at,
            at,
        ),
    )


def _cut(order: Order, index: int, event: OrderEvent, at: datetime) -> list[Lot]:
    """The order's pieces with the one at `index` cut in two at the event's cumulative quantity."""
    lots = list(order.fills)
    later = lots[index]
    quantity = (event.upto or 0) - (lots[index - 1].upto if index else 0)
    first = _lot(order, event, quantity, at)
    lots[index : index + 1] = [first, later._replace(quantity=later.quantity - first.quantity)]
    return lots


def _repriced(order: Order, lots: Sequence[Lot], fees: Fees) -> Order:
    """The order with all its pieces priced anew, in the way that appending them one by one would."""
    step = minor_step(order.currency)
    exact = gross = fee = filled = 0
    priced = []
    for lot in lots:
        quantity = abs(lot.quantity)
        exact += exact_value(lot.price, quantity)
        gross_now = rounded_half_up(exact, step)
        fee_now = fees.of(gross_now)
        priced.append(lot._replace(gross=gross_now - gross, fee=fee_now - fee))
        gross, fee, filled = gross_now, fee_now, filled + quantity
    return order._replace(filled=filled, gross=gross, rest=exact - gross * step, fee=fee, fills=tuple(priced))


def _change(
    kind: ChangeKind,
    state: State,
    before: Order,
    after: Order,
    *,
    policy: Policy,
    at: datetime,
    event: OrderEvent | None = None,
    cause: str = "",
) -> Change | Rejection:
    """The difference between two rows of an order, as a change of the book."""
    cash = shares = 0
    if after.refusal is None and after.status in OPEN:
        # A function of terms and executions alone, so that every order of arrival holds the same.
        cash, shares = cash_needed(after, policy.fees), shares_needed(after)
    if event is None:
        cash, shares = min(cash, before.held_cash), min(shares, before.held_shares)
    if state.account.cash_mode is _EXTERNAL:
        cash = 0
    if cash != after.held_cash or shares != after.held_shares:
        after = after._replace(held_cash=cash, held_shares=shares)
    gross = before.gross - after.gross
    if abs(gross) > AMOUNT_MAX:
        return Rejection(
            "amount_overflow", "quantity times price is larger than the book can hold", "quantity"
        )
    quantity = after.filled - before.filled
    if after.side is not _BUY:
        gross, quantity = -gross, -quantity
    if event is not None:
        cause, occurred = event.event_id, event.occurred_at or at
    else:
        occurred = at
    change = _new(
        Change,
        (
            kind,
            entry_id(cause),
            cause,
            occurred,
            at,
            after.order_id,
            after.ticker,
            gross,
            after.fee - before.fee,
            cash - before.held_cash,
            quantity,
            shares - before.held_shares,
            after,
            after.fills[-1:] if kind is _FILL else _rewritten(before, after),
            kind is _CORRECTION,
            (),  # alerts
            0,  # withheld
        ),
    )
    alerts = _alerts(state, before, change)
    return change._replace(alerts=alerts) if alerts else change


def _rewritten(before: Order, after: Order) -> tuple[Lot, ...]:
    """The lots that are other than before."""
    known = set(before.fills)
    return tuple(lot for lot in after.fills if lot not in known)


def _alerts(state: State, before: Order, change: Change) -> tuple[Alert, ...]:
    """What a person must look at, though the fill is booked. A change of status alone is no news."""
    account, after, quantity = state.account, change.order, change.quantity
    if after is None or not change.lots:
        return ()
    found = []
    available = account.balance - account.blocked
    left = available + change.gross - change.fee - change.blocked
    if left < 0 and left < available and account.cash_mode is _TRACKED:
        found.append((AlertCode.CASH_SHORTFALL, f"{-left} minor units are missing"))
    if quantity < 0:
        held = (state.position.free if state.position else 0) + quantity - change.reserved
        if held < 0:
            found.append((AlertCode.SHARES_SHORT, f"{-held} billionths of {after.ticker} are missing"))
    if after.filled > after.quantity and not before.is_overfilled:
        found.append((AlertCode.OVERFILLED, "more was filled than ordered"))
    if before.status is _REFUSED:
        found.append((AlertCode.FILL_OF_REFUSED, "the broker filled an order that was refused here"))
    elif before.status in _CLOSED:
        found.append((AlertCode.FILL_AFTER_CLOSE, f"the order was {before.status}"))
    if change.kind is _CORRECTION:
        found.append((AlertCode.FILL_RESTATED, "an earlier booking was corrected"))
    if not found:
        return ()
    return tuple(Alert(code, after.user_id, after.order_id, change.cause, text) for code, text in found)
