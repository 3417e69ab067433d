"""Dividends and corporate actions as they were reconciled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Select, select

from fiel.infra.storage import outbox
from fiel.infra.storage.database import Database, UnitOfWork
from fiel.infra.storage.outbox import OutboxMessage
from fiel.infra.storage.upserts import insert_into
from fiel.market import event_codec
from fiel.market.reconciling import ReconciledCash
from fiel.market.tables import market_events as table
from fiel.market.values import ShareEvent, SubscriptionEvent

CASH, SHARES, SUBSCRIPTION = "cash", "shares", "subscription"


@dataclass(frozen=True, slots=True)
class EventRow:
    """One event as it stands in the table."""

    event_id: str
    kind: str
    com_date: date | None
    payment_date: date | None
    body: str


@dataclass(frozen=True, slots=True)
class StoredEvents:
    """Events by symbol."""

    database: Database

    def cash(self, symbol: str) -> tuple[ReconciledCash, ...]:
        """All payments known of a symbol, oldest com date first."""
        return tuple(event_codec.cash_of(name, body) for name, body in self._bodies(symbol, CASH))

    def shares(self, symbol: str) -> tuple[ShareEvent, ...]:
        """Splits, reverse splits and bonus issues, oldest first."""
        found = self._bodies(symbol, SHARES)
        return tuple(event_codec.told_of(ShareEvent, name, body) for name, body in found)

    def subscriptions(self, symbol: str) -> tuple[SubscriptionEvent, ...]:
        """Rights to subscribe, oldest first."""
        found = self._bodies(symbol, SUBSCRIPTION)
        return tuple(event_codec.told_of(SubscriptionEvent, name, body) for name, body in found)

    def save(
        self, symbol: str, rows: Sequence[EventRow], *, at: datetime, messages: Sequence[OutboxMessage] = ()
    ) -> int:
        """Keep new and changed events; how many there were. Nothing is removed. Messages go with them."""

        def write(unit: UnitOfWork) -> int:
            changed = 0
            for row in rows:
                given = insert_into(table, unit.connection).values(
                    symbol=symbol,
                    event_id=row.event_id,
                    kind=row.kind,
                    com_date=None if row.com_date is None else row.com_date.isoformat(),
                    payment_date=None if row.payment_date is None else row.payment_date.isoformat(),
                    body=row.body,
                    first_seen_at=at,
                    changed_at=at,
                )
                names = ("kind", "com_date", "payment_date", "body", "changed_at")
                put = given.on_conflict_do_update(
                    index_elements=[table.c.symbol, table.c.event_id],
                    set_={name: given.excluded[name] for name in names},
                    where=table.c.body != given.excluded.body,
                ).returning(table.c.event_id)
                changed += unit.connection.execute(put).first() is not None
            if changed and messages:
                outbox.append(unit.connection, messages, at=at)
            return changed

        return self.database.transact(write)

    def _bodies(self, symbol: str, kind: str) -> list[tuple[str, str]]:
        with self.database.reading() as connection:
            return [(row.event_id, row.body) for row in connection.execute(_of(symbol, kind))]


def _of(symbol: str, kind: str) -> Select[tuple[str, str]]:
    return (
        select(table.c.event_id, table.c.body)
        .where(table.c.symbol == symbol, table.c.kind == kind)
        .order_by(table.c.com_date, table.c.payment_date, table.c.event_id)
    )
