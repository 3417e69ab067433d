"""Orders told in custody's wire format (`order-events-v1`): one place that gives events their names.

The saga folds these events into the book in the transaction that records them, and an exchange that
publishes them by itself uses the same names and the same claims: whoever comes second is a duplicate.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

from fiel.autobalance.orders import BrokerOrder, Execution, OrderReport, OrderState
from fiel.custody.accounts import PRICE_SCALE, QUANTITY_SCALE, units_text

_PENDING = "pending"
_CLOSED = {
    OrderState.CANCELLED: "CANCELLED",
    OrderState.REJECTED: "REJECTED",
    OrderState.EXPIRED: "EXPIRED",
}


def pending(order: BrokerOrder, at: datetime) -> dict[str, object]:
    """The order is about to be sent: custody reserves what it needs."""
    return _event(order, "PENDING", _PENDING, at)


def prepared_by(event: Mapping[str, object]) -> str | None:
    """The order that an event of `pending` is about, by its client's name; `None` for other events."""
    if event["status"] != "PENDING":
        return None
    return str(event["eventId"]).removesuffix(f":{_PENDING}")


def executed(order: BrokerOrder, execution: Execution, upto: int) -> dict[str, object]:
    """One execution; `upto` is the quantity executed so far, this one included, in billionths."""
    status = "FILLED" if upto >= order.quantity else "PARTIALLY_FILLED"
    return _event(order, status, f"fill:{execution.number}", execution.at) | {
        "executedPrice": units_text(execution.price, PRICE_SCALE),
        "filledQuantity": units_text(upto, QUANTITY_SCALE),
    }


def closed(order: BrokerOrder, state: OrderState, at: datetime) -> dict[str, object]:
    """Nothing more will be executed, though not all was: custody gives the rest back."""
    return _event(order, _CLOSED[state], "closed", at)


def of_report(order: BrokerOrder, report: OrderReport, at: datetime) -> Iterator[dict[str, object]]:
    """All that a report says, from the first execution on; `at` is the time of a closing.

    An order that ends FILLED with less executed than ordered is told as CANCELLED: the rest is free.
    """
    upto = 0
    for execution in report.executions:
        upto += execution.quantity
        yield executed(order, execution, upto)
    if report.state.is_final and upto < order.quantity:
        state = OrderState.CANCELLED if report.state is OrderState.FILLED else report.state
        yield closed(order, state, at)


def _event(order: BrokerOrder, status: str, what: str, at: datetime) -> dict[str, object]:
    return {
        "eventId": f"{order.client_order_id}:{what}",
        "orderId": order.order_id,
        "userId": order.portfolio,
        "ticker": order.ticker,
        "side": order.side.value,
        "status": status,
        "quantity": units_text(order.quantity, QUANTITY_SCALE),
        "price": units_text(order.limit, PRICE_SCALE),
        "currency": order.currency,
        "eventTimestamp": at.isoformat(),
    }
