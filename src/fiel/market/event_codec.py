"""Events as JSON text, for the database and for messages: exact decimals as text, dates in ISO form."""

from __future__ import annotations

import json
from collections.abc import Callable, Hashable, Mapping
from dataclasses import fields
from datetime import date
from decimal import Decimal
from enum import Enum
from functools import cache
from typing import Any, TypeVar, cast, get_type_hints

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
        chosen = of_fields(CashEvent, body["event"])
        return ReconciledCash(
            event_id,
            chosen,
            # Most events were told once, in the words that were chosen.
            tuple(chosen if each == body["event"] else of_fields(CashEvent, each) for each in body["told"]),
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
    readers = _readers(cast(Hashable, kind))
    made: dict[str, Any] = {
        name: None if (value := given[name]) is None else read(value) for name, read in readers
    }
    return kind(**made)


@cache
def _readers(kind: Hashable) -> tuple[tuple[str, Callable[[Any], Any]], ...]:
    """Each field with what reads it: reading the hints anew for every event was most of a page's time."""
    hints = get_type_hints(kind)
    found = []
    for field in fields(cast(type[Any], kind)):
        kinds = getattr(hints[field.name], "__args__", (hints[field.name],))
        type_ = next(each for each in kinds if each is not type(None))
        found.append((field.name, date.fromisoformat if type_ is date else type_))
    return tuple(found)


def _plain(value: object) -> str | bool | None:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, Decimal):
        return f"{value:f}"
    return value.isoformat() if isinstance(value, date) else str(value)


def _text(body: object) -> str:
    return json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
