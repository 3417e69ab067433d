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
from fiel.custody.order_events.event import EventStatus, OrderEvent, Side
from fiel.custody.reservations import Fees, Order, OrderStatus, Policy, cash_needed, shares_needed
from fiel.kernel.ids import deterministic_id

#: A fill shows that such an order lives, whatever was believed of it.
_REVIVED = frozenset({OrderStatus.PENDING, OrderStatus.REFUSED, OrderStatus.TIMED_OUT})
_CLOSED = frozenset({OrderStatus.REJECTED, OrderStatus.CANCELLED, OrderStatus.EXPIRED, OrderStatus.TIMED_OUT})


def fill(state: State, order: Order, command: Receive, policy: Policy) -> Change | Ignored | Rejection:
    """What a PARTIALLY_FILLED or FILLED does. The first report of a cumulative quantity counts."""
    event = command.event
    if event.upto is None or event.executed_price is None:
        return Rejection("fill_incomplete", "a fill needs its price and quantity", "executedPrice")
    after = order._replace(status=_status_after(order, event), updated_at=command.at)
    if event.upto > order.reported:
        after = _appended(after, event, policy.fees, command.at)
        return _change(ChangeKind.FILL, state, order, after, policy=policy, at=command.at, event=event)
    index = bisect_left(order.fills, event.upto, key=lambda lot: lot.upto)
    piece = order.fills[index]
    if piece.upto == event.upto:
        return _told_before(state, after, piece, command, policy)
    if not piece.quantity:
        return Ignored(event.event_id, "the broker took this fill back")
    after = _repriced(after, _cut(order, index, event, command.at), policy.fees)
    return _change(ChangeKind.CORRECTION, state, order, after, policy=policy, at=command.at, event=event)


def _told_before(
    state: State, after: Order, piece: Lot, command: Receive, policy: Policy
) -> Change | Ignored | Rejection:
    event, order = command.event, state.order
    if order is not None and after.status is not order.status:
        return _change(ChangeKind.CLOSE, state, order, after, policy=policy, at=command.at, event=event)
    if piece.price == event.executed_price or event.status is EventStatus.FILLED or not piece.quantity:
        return Ignored(event.event_id, "this fill is booked already")
    return Rejection("fill_conflict", "the same fill was told with another price", "executedPrice")


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
    return _change(
        ChangeKind.CORRECTION, state, order, after, policy=policy, at=command.at, cause=command.command_id
    )


def _status_after(order: Order, event: OrderEvent) -> OrderStatus:
    if event.status is EventStatus.FILLED:
        return OrderStatus.FILLED
    return OrderStatus.PARTIALLY_FILLED if order.status in _REVIVED else order.status


def _lot(order: Order, event: OrderEvent, quantity: int, at: datetime) -> Lot:
    """A new lot of the order without its money. `quantity` is without sign."""
    upto = event.upto or 0
    return Lot(
        f"{order.order_id}:{upto}",
        order.user_id,
        order.currency,
        order.ticker,
        order.order_id,
        upto,
        LotKind.TRADE,
        quantity if order.side is Side.BUY else -quantity,
        event.executed_price or 0,
        0,
        0,
        event.occurred_at or at,
        event.event_id,
    )


def _appended(order: Order, event: OrderEvent, fees: Fees, at: datetime) -> Order:
    """The order with one more piece at its end. Money is rounded on the order's total, half up, so
    that the drift of any number of fills stays below one minor unit.
    """
    quantity = (event.upto or 0) - order.reported
    lot = _lot(order, event, quantity, at)
    step = minor_step(order.currency)
    exact = order.gross * step + order.rest + exact_value(lot.price, quantity)
    gross = rounded_half_up(exact, step)
    fee = max(order.fee, fees.of(gross))
    lot = lot._replace(gross=gross - order.gross, fee=fee - order.fee)
    return order._replace(
        filled=order.filled + quantity,
        gross=gross,
        rest=exact - gross * step,
        fee=fee,
        fills=(*order.fills, lot),
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
    cash, shares = 0, 0
    if after.is_open and after.refusal is None:
        # A function of terms and executions alone, so that every order of arrival holds the same.
        cash, shares = cash_needed(after, policy.fees), shares_needed(after)
    if event is None:
        cash, shares = min(cash, before.held_cash), min(shares, before.held_shares)
    if state.account.cash_mode is CashMode.EXTERNAL:
        cash = 0
    after = after._replace(held_cash=cash, held_shares=shares)
    sign = 1 if after.side is Side.BUY else -1
    if abs(after.gross - before.gross) > AMOUNT_MAX:
        return Rejection(
            "amount_overflow", "quantity times price is larger than the book can hold", "quantity"
        )
    cause = event.event_id if event else cause
    change = Change(
        kind,
        deterministic_id("entry", cause),
        cause,
        (event.occurred_at if event else None) or at,
        at,
        after.order_id,
        after.ticker,
        gross=-sign * (after.gross - before.gross),
        fee=after.fee - before.fee,
        blocked=cash - before.held_cash,
        quantity=sign * (after.filled - before.filled),
        reserved=shares - before.held_shares,
        order=after,
        lots=_written(kind, before, after),
        restates=kind is ChangeKind.CORRECTION,
    )
    alerts = _alerts(state, before, change) if change.lots else ()
    return change._replace(alerts=alerts) if alerts else change


def _written(kind: ChangeKind, before: Order, after: Order) -> tuple[Lot, ...]:
    """The lots that are new or other than before."""
    if kind is ChangeKind.FILL:
        return after.fills[-1:]
    known = set(before.fills)
    return tuple(lot for lot in after.fills if lot not in known)


def _alerts(state: State, before: Order, change: Change) -> tuple[Alert, ...]:
    """What a person must look at, though the fill is booked."""
    account, after = state.account, change.order
    assert after is not None, "a fill always has its order"  # noqa: S101 - programmer error
    left = account.available + change.gross - change.fee - change.blocked
    held = (state.position.free if state.position else 0) + change.quantity - change.reserved
    tracked = account.cash_mode is CashMode.TRACKED
    found = []
    if tracked and left < 0 and left < account.available:
        found.append((AlertCode.CASH_SHORTFALL, f"{-left} minor units are missing"))
    if held < 0 and change.quantity < 0:
        found.append((AlertCode.SHARES_SHORT, f"{-held} billionths of {after.ticker} are missing"))
    if after.is_overfilled and not before.is_overfilled:
        found.append((AlertCode.OVERFILLED, "more was filled than ordered"))
    if before.status is OrderStatus.REFUSED:
        found.append((AlertCode.FILL_OF_REFUSED, "the broker filled an order that was refused here"))
    if before.status in _CLOSED:
        found.append((AlertCode.FILL_AFTER_CLOSE, f"the order was {before.status}"))
    if change.kind is ChangeKind.CORRECTION:
        found.append((AlertCode.FILL_RESTATED, "an earlier booking was corrected"))
    return tuple(Alert(code, after.user_id, after.order_id, change.cause, text) for code, text in found)
