"""The order events of the wire (`order-events-v1`): read exactly, or refused with a reason."""

from __future__ import annotations

from fiel.custody.order_events.event import EventStatus, LogPlace, OrderEvent, Side, log_identity
from fiel.custody.order_events.reading import MESSAGE_BYTES_MAX, parse_order_event

__all__ = [
    "MESSAGE_BYTES_MAX",
    "EventStatus",
    "LogPlace",
    "OrderEvent",
    "Side",
    "log_identity",
    "parse_order_event",
]
