"""Alpaca's orders API in JSON: what is sent, and what an order, a fill and an asset say.

Source: Alpaca's Trading API v2 reference (docs.alpaca.markets: orders, account activities, clock, assets)
as published in 2026. Numbers travel as text; quantities have up to 9 decimals.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from fiel.autobalance.brokers.wire_values import instant, text
from fiel.autobalance.orders import BrokerOrder, Execution, OrderState
from fiel.custody.accounts import PRICE_SCALE, QUANTITY_SCALE, units_text
from fiel.custody.order_events.event import Side
from fiel.kernel.decimals import parse_decimal
from fiel.kernel.errors import InvalidInput

#: From one dollar up a price has two decimals, below four (the sub-penny rule); in billionths.
_DOLLAR, _CENT, _HUNDREDTH = 10**9, 10**7, 10**5
_FINAL = {
    "filled": OrderState.FILLED,
    "canceled": OrderState.CANCELLED,
    "expired": OrderState.EXPIRED,
    "rejected": OrderState.REJECTED,
}
_OPEN = frozenset(
    {
        "new",
        "accepted",
        "pending_new",
        "accepted_for_bidding",
        "partially_filled",
        "done_for_day",
        "pending_cancel",
        "pending_replace",
        "stopped",
        "suspended",
        "calculated",
        "held",
    }
)


@dataclass(frozen=True, slots=True)
class AlpacaOrder:
    """What matters of an order object. `limit` and the quantities in billionths."""

    id: str
    client_order_id: str
    symbol: str
    side: Side
    quantity: int
    limit: int
    state: OrderState
    filled: int
    created_at: datetime


def limit_for(order: BrokerOrder) -> int:
    """The limit on Alpaca's grid, never worse than ours: a buy's goes down, a sale's up. Can be 0."""
    tick = _CENT if order.limit >= _DOLLAR else _HUNDREDTH
    if order.side is Side.BUY:
        return order.limit // tick * tick
    return -(-order.limit // tick) * tick


def order_body(order: BrokerOrder) -> dict[str, object]:
    """The body of `POST /v2/orders`."""
    return {
        "symbol": order.ticker,
        "qty": units_text(order.quantity, QUANTITY_SCALE),
        "side": order.side.value.lower(),
        "type": "limit",
        "time_in_force": "day",
        "limit_price": units_text(limit_for(order), PRICE_SCALE),
        "client_order_id": order.client_order_id,
    }


def is_same(order: BrokerOrder, found: AlpacaOrder) -> bool:
    """Whether the order found under the name is the one that was to be placed."""
    terms = (order.client_order_id, order.ticker, order.side, order.quantity, limit_for(order))
    return terms == (found.client_order_id, found.symbol, found.side, found.quantity, found.limit)


def read_order(document: Any) -> AlpacaOrder:
    """Raises `InvalidInput` naming the field, also for an order that somebody replaced by another."""
    if not isinstance(document, dict):
        raise InvalidInput("order_malformed", "an order is an object", field="order")
    return AlpacaOrder(
        text(document, "id"),
        text(document, "client_order_id"),
        text(document, "symbol"),
        _side(document),
        nanos(document, "qty"),
        nanos(document, "limit_price"),
        _state(document),
        nanos(document, "filled_qty"),
        instant(text(document, "created_at"), "created_at"),
    )


def executions_of(order_id: str, activities: Sequence[Mapping[str, Any]]) -> tuple[Execution, ...]:
    """The order's executions among fills of the account, by cumulative quantity, up to the first gap: the
    list can lag behind the order, and what was numbered once must keep its number."""
    fills = {
        nanos(each, "cum_qty"): each for each in activities if each.get("order_id") == order_id
    }  # a page that was asked for twice repeats its rows
    found: list[Execution] = []
    upto = 0
    for cumulative, fill in sorted(fills.items()):
        quantity = nanos(fill, "qty")
        if quantity <= 0 or upto + quantity != cumulative:
            break
        upto = cumulative
        at = instant(text(fill, "transaction_time"), "transaction_time")
        found.append(Execution(len(found) + 1, quantity, nanos(fill, "price"), at))
    return tuple(found)


def nanos(document: Mapping[str, Any], name: str) -> int:
    """A number as text (or as a JSON number), in billionths. Raises `InvalidInput` naming the field."""
    number = decimal(document, name).scaleb(9)
    if number != number.to_integral_value():
        raise InvalidInput("number_too_fine", "at most 9 decimals", field=name)
    return int(number)


def decimal(document: Mapping[str, Any], name: str) -> Decimal:
    """A number as text (or as a JSON number). Raises `InvalidInput` naming the field."""
    found = document.get(name)
    if not isinstance(found, str | int) or isinstance(found, bool) or len(str(found)) > 40:
        raise InvalidInput("number_malformed", "a number as text", field=name)
    return parse_decimal(str(found), field=name)


def _state(document: Mapping[str, Any]) -> OrderState:
    status = text(document, "status")
    if status in _OPEN:
        return OrderState.OPEN
    if status not in _FINAL:
        raise InvalidInput("status_unknown", f"{status!r} is none that is known here", field="status")
    return _FINAL[status]


def _side(document: Mapping[str, Any]) -> Side:
    side = text(document, "side").upper()
    if side not in {"BUY", "SELL"}:
        raise InvalidInput("side_unknown", f"{side!r} is neither buy nor sell", field="side")
    return Side(side)
