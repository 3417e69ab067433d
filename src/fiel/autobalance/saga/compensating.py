"""Taking back what was executed: what was bought is sold, then what was sold is bought."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from decimal import Decimal

from fiel.autobalance.orders import BrokerOrder
from fiel.autobalance.saga.draft import Draft
from fiel.autobalance.saga.events import SagaAlertCode, Wake
from fiel.autobalance.saga.model import (
    Attempt,
    AttemptKind,
    Operation,
    Patience,
    Saga,
    SagaStatus,
    client_order_id,
)
from fiel.custody.accounts import INT64_MAX, QUANTITY_SCALE, units_text
from fiel.custody.order_events.event import Side


def compensate(draft: Draft) -> None:
    """Starts the tries that are due; when none is going on or left, the saga ends."""
    # Selling first: what buying back costs must be there.
    for side in (Side.BUY, Side.SELL):
        if _reversing(draft, side):
            return
    stuck = [operation for operation in draft.operations if operation.open_quantity]
    draft.status = SagaStatus.STALE if stuck else SagaStatus.ROLLED_BACK
    if stuck:
        text = "; ".join(_left(operation) for operation in stuck)
        draft.alert(SagaAlertCode.PORTFOLIO_STALE, None, f"{text}. Look, put it right, then clear the STALE")


def pause_before(patience: Patience, attempt_id: str, number: int) -> timedelta:
    """Before the second and each further try: doubling, and a part that differs from name to name."""
    digest = hashlib.sha256(attempt_id.encode("utf-8")).digest()
    fraction = int.from_bytes(digest[:4], "big") / 2**32
    pause = patience.delay * (1 << (number - 2))
    return pause + pause * (patience.jitter * fraction)


def round_trip_cost(saga: Saga) -> int:
    """What reversing cost, in 10^-18 of the currency, exact, fees left out; below zero for a gain.

    What the compensations took back is held against the forward executions of as much, the last first.
    """
    return sum(_cost(operation) for operation in saga.operations)


def _reversing(draft: Draft, side: Side) -> bool:
    """Whether operations of this side are being reversed still; starts what is due, the last first."""
    going_on = False
    for operation in reversed(draft.operations):
        if operation.side is not side or not operation.attempts:
            continue
        if not all(attempt.state.is_final for attempt in operation.attempts):
            going_on = True
        elif operation.open_quantity > 0 and _may_try(operation, draft.patience.tries):
            going_on = True
            if not _waits_for_cash(draft, operation):
                _try(draft, operation)
    return going_on


def _may_try(operation: Operation, tries: int) -> bool:
    """Orders that the book had not the cash for were never sent, and use up none of the tries; nor are there
    more of them than tries."""
    refused = len(operation.attempts) - 1 - _sent(operation)
    return _sent(operation) < tries and refused < tries


def _sent(operation: Operation) -> int:
    return sum(1 for attempt in operation.attempts[1:] if attempt.sends)


def _waits_for_cash(draft: Draft, operation: Operation) -> bool:
    """The book had not the cash for its last try, and what is open still may free some: no try is wasted."""
    last = operation.attempts[-1]
    refused = last.kind is AttemptKind.COMPENSATION and not last.sends
    return refused and any(not attempt.state.is_final for attempt in draft.attempts())


def _try(draft: Draft, operation: Operation) -> None:
    """One order for what is still open: the first at once, the others after a pause."""
    number = len(operation.attempts)
    name = client_order_id(draft.saga_id, operation.number, AttemptKind.COMPENSATION, number)
    order = BrokerOrder(
        name,
        draft.portfolio,
        operation.ticker,
        Side.SELL if operation.side is Side.BUY else Side.BUY,
        operation.open_quantity,
        _limit(operation, draft.patience.width, _sent(operation) + 1),
        draft.currency,
    )
    attempt = Attempt(operation.number, AttemptKind.COMPENSATION, number, order)
    if number == 1:
        draft.send(attempt)
    else:
        draft.put(attempt)
        draft.ask(Wake(name, pause_before(draft.patience, name, number)))


def _limit(operation: Operation, width: Decimal, number: int) -> int:
    """The worst price of a try, away from the last execution by `width`, which doubles with each try.

    Rounded away from the market (a sale down, a purchase up), and kept above zero. When the book had not
    the cash for a purchase at such a price, the further tries pay no more than the sale brought.
    """
    executions = operation.attempts[0].executions
    if operation.side is Side.SELL and any(not attempt.sends for attempt in operation.attempts[1:]):
        return max(1, sum(each.quantity * each.price for each in executions) // operation.filled)
    price = executions[-1].price
    part, whole = width.as_integer_ratio()
    part *= 1 << (number - 1)
    if operation.side is Side.BUY:
        return max(1, price * (whole - part) // whole)
    return min(INT64_MAX, -(-price * (whole + part) // whole))


def _left(operation: Operation) -> str:
    quantity = units_text(abs(operation.open_quantity), QUANTITY_SCALE)
    was = "bought" if operation.side is Side.BUY else "sold"
    name = f"operation {operation.number}: {quantity} {operation.ticker}"
    if operation.open_quantity < 0:
        return f"{name} reversed beyond what was {was}"
    reason = operation.attempts[-1].reason or "unknown"
    return f"{name} {was} and not reversed after {len(operation.attempts) - 1} tries ({reason})"


def _cost(operation: Operation) -> int:
    back = sum(each.quantity * each.price for try_ in operation.attempts[1:] for each in try_.executions)
    left, forward = operation.reversed, 0
    for each in reversed(operation.attempts[0].executions if operation.attempts else ()):
        part = min(left, each.quantity)
        forward += part * each.price
        left -= part
    return forward - back if operation.side is Side.BUY else back - forward
