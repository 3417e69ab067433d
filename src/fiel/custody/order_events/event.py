"""An order event as a value, and who it is: its identity and the hash of what it claims."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from typing import NamedTuple


class Side(StrEnum):
    BUY = "BUY"
    SELL = "SELL"


class EventStatus(StrEnum):
    """What the order service says happened. The first three are the original wallet's."""

    PENDING = "PENDING"
    FILLED = "FILLED"
    REJECTED = "REJECTED"
    PARTIALLY_FILLED = "PARTIALLY_FILLED"
    CANCELLED = "CANCELLED"
    EXPIRED = "EXPIRED"


#: Statuses that report an execution.
FILLS = frozenset({EventStatus.FILLED, EventStatus.PARTIALLY_FILLED})


class LogPlace(NamedTuple):
    """Where a message stands in the log."""

    topic: str
    partition: int
    offset: int


class OrderEvent(NamedTuple):
    """One message of `order-events-v1`.

    Quantities are billionths of a unit, prices billionths of the currency. `upto` is the cumulative
    filled quantity of a fill (of FILLED without one: the ordered quantity), else `None`.
    `executed_price` is the price of what was filled since the previous report. `occurred_at` is in
    UTC, or `None` when the producer left it out.
    """

    event_id: str
    payload_hash: str
    order_id: int
    user_id: str
    ticker: str
    side: Side
    status: EventStatus
    quantity: int
    price: int
    executed_price: int | None = None
    upto: int | None = None
    currency: str = "BRL"
    sequence: int | None = None
    occurred_at: datetime | None = None
    place: LogPlace | None = None

    @property
    def is_fill(self) -> bool:
        return self.status in FILLS


def identity(
    producer_id: str | None, order_id: int, status: EventStatus, sequence: int | None, upto: int | None
) -> str:
    """The producer's id, else order, status and sequence (or cumulative quantity).

    The prefixes keep one kind of id from ever meeting another.
    """
    if producer_id is not None:
        return f"producer:{producer_id}"
    if sequence is not None:
        return f"order:{order_id}:{status}:s{sequence}"
    return f"order:{order_id}:{status}:{'-' if upto is None else f'q{upto}'}"


def log_identity(place: LogPlace) -> str:
    """The last resort, for messages that cannot be read: where they stand in the log."""
    return f"log:{place.topic}:{place.partition}:{place.offset}"


_CLAIMS = "\x1f".join(["%s"] * 11)


def payload_hash(*claims: str | int | None) -> str:
    """SHA-256 of the eleven things that the event claims, in one spelling: 1.0, "1.00" and 1 hash the same.

    The time is no claim: a producer that publishes the same order again stamps it anew.
    """
    # No claim can hold the separator: text with control characters is refused before.
    return sha256((_CLAIMS % claims).encode()).hexdigest()
