"""Values as they travel to and from the exchange's process: JSON, whole numbers in billionths, no floats."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, TypeVar

from fiel.autobalance.orders import BrokerOrder, Execution, OrderReport, OrderState
from fiel.custody.order_events.event import Side
from fiel.kernel.errors import InvalidInput

_T = TypeVar("_T")
_EXECUTIONS_MAX = 100_000


def parsed(body: bytes, field: str = "body") -> dict[str, Any]:
    """A JSON object. Raises `InvalidInput`; decimals, NaN and Infinity are refused."""
    try:
        document = json.loads(body, parse_float=_refuse, parse_constant=_refuse)
    except (ValueError, RecursionError):
        raise InvalidInput("json_malformed", "send a JSON object with whole numbers", field=field) from None
    if not isinstance(document, dict):
        raise InvalidInput("json_malformed", "send a JSON object", field=field)
    return document


def written(document: Mapping[str, object]) -> bytes:
    """Compact JSON on one line."""
    return json.dumps(document, separators=(",", ":"), ensure_ascii=False).encode()


def whole(document: Mapping[str, Any], name: str, default: int | None = None) -> int:
    """A whole number. Raises `InvalidInput` naming the field."""
    number = document.get(name, default)
    if type(number) is not int:
        raise InvalidInput("number_malformed", "a whole number", field=name)
    return number


def text(document: Mapping[str, Any], name: str, default: str | None = None) -> str:
    """Text. Raises `InvalidInput` naming the field."""
    found = document.get(name, default)
    if not isinstance(found, str) or not found:
        raise InvalidInput("text_malformed", "text that is not empty", field=name)
    return found


def wholes(document: Mapping[str, Any], name: str) -> dict[str, int]:
    """Whole numbers by name; none if it is not there. Raises `InvalidInput` naming the field."""
    found = document.get(name) or {}
    if not isinstance(found, dict) or any(type(number) is not int for number in found.values()):
        raise InvalidInput("numbers_malformed", "whole numbers by name", field=name)
    return dict(found)


def order_document(order: BrokerOrder) -> dict[str, object]:
    return {
        "client_order_id": order.client_order_id,
        "portfolio": order.portfolio,
        "ticker": order.ticker,
        "side": order.side.value,
        "quantity": order.quantity,
        "limit": order.limit,
        "currency": order.currency,
    }


def read_order(document: Mapping[str, Any]) -> BrokerOrder:
    """Raises `InvalidInput` naming the field."""
    return BrokerOrder(
        text(document, "client_order_id"),
        text(document, "portfolio"),
        text(document, "ticker"),
        one_of(Side, document, "side"),
        whole(document, "quantity"),
        whole(document, "limit"),
        text(document, "currency", "BRL"),
    )


def report_document(report: OrderReport) -> dict[str, object]:
    return {
        "client_order_id": report.client_order_id,
        "state": report.state.value,
        "executions": [
            [each.number, each.quantity, each.price, each.at.isoformat()] for each in report.executions
        ],
        "reason": report.reason,
    }


def read_report(document: Mapping[str, Any]) -> OrderReport:
    """Raises `InvalidInput` naming the field."""
    rows = document.get("executions", [])
    if not isinstance(rows, list) or len(rows) > _EXECUTIONS_MAX:
        raise InvalidInput("executions_malformed", "a list of executions", field="executions")
    reason = document.get("reason")
    return OrderReport(
        text(document, "client_order_id"),
        one_of(OrderState, document, "state"),
        tuple(_read_execution(row, number) for number, row in enumerate(rows, 1)),
        str(reason)[:500] if reason is not None else None,
    )


def _read_execution(row: object, number: int) -> Execution:
    match row:
        case [int(found), int(quantity), int(price), str(at)] if found == number:
            if quantity > 0 and price > 0:
                return Execution(number, quantity, price, instant(at, "executions"))
    raise InvalidInput("executions_malformed", "number, quantity, price and instant", field="executions")


def instant(told: str, field: str) -> datetime:
    """An instant with its time zone. Raises `InvalidInput`."""
    try:
        at = datetime.fromisoformat(told)
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise InvalidInput("instant_malformed", "ISO 8601 with a time zone", field=field)
    return at


def one_of(kind: Callable[[str], _T], document: Mapping[str, Any], name: str) -> _T:
    """A member of an enumeration. Raises `InvalidInput` naming the field."""
    try:
        return kind(text(document, name))
    except ValueError:
        raise InvalidInput("choice_unknown", f"{document[name]!r} is not one of them", field=name) from None


def _refuse(told: str) -> object:
    raise ValueError(told)
