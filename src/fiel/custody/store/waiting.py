"""Orders and events that wait, and for whom time runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select, update

from fiel.custody.accounts import PositionKey
from fiel.custody.events import Parked
from fiel.custody.reservations import OPEN
from fiel.custody.store import rows
from fiel.custody.tables import orders, parked_events

_OPEN = tuple(sorted(status.value for status in OPEN))


@dataclass(frozen=True, slots=True)
class Overdue:
    """A parked event whose order's PENDING did not come in time."""

    order_id: int
    event_id: str
    parked: Parked


def expiring(connection: Connection, now: datetime, limit: int) -> list[tuple[str, int]]:
    """Open orders whose `expires_at` has passed, the longest waiting first."""
    asked = (
        select(orders.c.user_id, orders.c.order_id)
        .where(orders.c.due_at <= now, orders.c.due_at.is_not(None))
        .order_by(orders.c.due_at, orders.c.order_id)
        .limit(limit)
    )
    return [(row.user_id, row.order_id) for row in connection.execute(asked)]


def overdue(connection: Connection, now: datetime, limit: int) -> list[Overdue]:
    """Parked events past their deadline without an alert yet."""
    asked = (
        select(parked_events)
        .where(parked_events.c.deadline <= now, parked_events.c.alerted_at.is_(None))
        .order_by(parked_events.c.deadline, parked_events.c.event_id)
        .limit(limit)
    )
    return [
        Overdue(row.order_id, row.event_id, Parked(rows.event_of(row.event), row.parked_at, row.deadline))
        for row in connection.execute(asked)
    ]


def mark_alerted(connection: Connection, found: Sequence[Overdue], at: datetime) -> None:
    """No second alert for these."""
    for each in found:
        mine = update(parked_events).where(
            parked_events.c.order_id == each.order_id, parked_events.c.event_id == each.event_id
        )
        connection.execute(mine.values(alerted_at=at))


def open_orders_on(connection: Connection, key: PositionKey) -> list[int]:
    """The open orders of a user on a ticker."""
    asked = select(orders.c.order_id).where(
        orders.c.user_id == key.user_id,
        orders.c.currency == key.currency,
        orders.c.ticker == key.ticker,
        orders.c.status.in_(_OPEN),
    )
    return list(connection.execute(asked).scalars())
