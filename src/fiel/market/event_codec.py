"""Events as JSON text, for the database and for messages: exact decimals as text, dates in ISO form."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Any, TypeVar, get_type_hints

from fiel.kernel.errors import Corrupt
from fiel.market.reconciling import ReconciledCash, Standing
from fiel.market.values import CashEvent, ShareEvent, SubscriptionEvent

Told = TypeVar("Told", CashEvent, ShareEvent, SubscriptionEvent)


def cash_text(event: ReconciledCash) -> str:
    """A reconciled payment with all its tellings."""
    body = {
        "event": as_fields(event.event),
        "told": [as_fields(each) for each in event.told],
        "standing": event.standing.value,
        "differences": list(event.differences),
    }
    return _text(body)


def cash_of(event_id: str, text: str) -> ReconciledCash:
    """The way back. Raises `Corrupt`."""
    try:
        body = json.loads(text)
        return ReconciledCash(
            event_id,
            of_fields(CashEvent, body["event"]),
            tuple(of_fields(CashEvent, each) for each in body["told"]),
            Standing(body["standing"]),
            tuple(body["differences"]),
        )
    except (ValueError, KeyError, TypeError, ArithmeticError) as error:
        raise Corrupt("stored_event", f"the stored event {event_id} cannot be read") from error


def told_text(event: ShareEvent | SubscriptionEvent) -> str:
    """One telling of something that is not cash."""
    return _text(as_fields(event))


def told_of(kind: type[Told], event_id: str, text: str) -> Told:
    """The way back. Raises `Corrupt`."""
    try:
        return of_fields(kind, json.loads(text))
    except (ValueError, KeyError, TypeError, ArithmeticError) as error:
        raise Corrupt("stored_event", f"the stored event {event_id} cannot be read") from error


def as_fields(event: CashEvent | ShareEvent | SubscriptionEvent) -> dict[str, str | bool | None]:
    """Field by field, as JSON can hold it."""
    return {field.name: _plain(getattr(event, field.name)) for field in fields(event)}


def of_fields(kind: type[Told], given: Mapping[str, Any]) -> Told:
    """The event of those fields. Raises the errors of its types."""
    hints = get_type_hints(kind)
    return kind(**{field.name: _value(hints[field.name], given[field.name]) for field in fields(kind)})


def _plain(value: object) -> str | bool | None:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, Decimal):
        return f"{value:f}"
    return value.isoformat() if isinstance(value, date) else str(value)


def _value(hint: Any, given: Any) -> Any:
    if given is None or isinstance(given, bool):
        return given
    kinds = getattr(hint, "__args__", (hint,))
    kind = next(each for each in kinds if each is not type(None))
    return date.fromisoformat(given) if kind is date else kind(given)


def _text(body: object) -> str:
    return json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
