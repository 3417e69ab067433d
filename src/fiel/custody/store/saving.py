"""Writing what a batch decided, in one transaction: rows, journal, audit, inbox, and what to tell others."""

from __future__ import annotations

import json
from collections.abc import Collection
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from sqlalchemy import Connection, Table

from fiel.custody import tables
from fiel.custody.accounts import AccountKey, PositionKey
from fiel.custody.events import Alert, Parked
from fiel.custody.ledger.batch import Batch
from fiel.custody.store import rows
from fiel.custody.store.loading import CONSUMER, FEW, lots_of
from fiel.custody.store.numbers import Numbers
from fiel.custody.topics import ALERTS
from fiel.custody.wallet_events import WalletEvents
from fiel.infra.storage import inbox, outbox
from fiel.infra.storage.bulk import Row, Shape, Writes, fetch, take_off, writing
from fiel.infra.storage.inbox import Inbox
from fiel.infra.storage.types import micros_of

_INBOX = Inbox(CONSUMER)


@dataclass(frozen=True, slots=True)
class Stored:
    """Which rows of a batch are in the database already."""

    accounts: frozenset[AccountKey]
    orders: frozenset[int]
    positions: frozenset[PositionKey]
    lots: frozenset[str]

    @classmethod
    def of(cls, batch: Batch) -> Stored:
        """Of a batch as it was loaded, before anything was decided."""
        lots = frozenset(lot.id for order in batch.orders.values() for lot in order.fills)
        return cls(frozenset(batch.accounts), frozenset(batch.orders), frozenset(batch.positions), lots)


class Saving:
    """Writes what a batch decides. What is only ever added can be written while the batch still grows
    (`ahead`): PostgreSQL then works on it while the next events are decided. `finish` writes the rest.
    """

    def __init__(
        self, numbers: Numbers, batch: Batch, stored: Stored, *, wire: WalletEvents, at: datetime
    ) -> None:
        self._connection, self._numbers = numbers.connection, numbers
        self._batch, self._stored = batch, stored
        self._topic, self._body, self._at = wire.topic, wire.writer(), at
        self._micros = rows.micros_memo()
        self._open = ExitStack()
        self._ahead: Writes | None = None
        self._handled = self._entries = self._postings = self._transactions = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._open.__exit__(*error)  # type: ignore[arg-type]  # what came in goes on

    def ahead(self) -> None:
        """Begin to write the history decided since the last time."""
        if self._connection.dialect.name == "sqlite":
            return  # it would do nothing meanwhile
        if self._ahead is None:
            self._ahead = self._open.enter_context(writing(self._connection))
        self._history(self._ahead, few=False)

    def finish(self, flight: ExitStack | None = None) -> None:
        """Everything that is left. With a `flight` (see `UnitOfWork`) nothing is waited for, and COMMIT goes
        with it: nothing else may follow, and an error of these rows comes out of the commit.
        """
        batch, now = self._batch, micros_of(self._at)
        others = batch.newly_parked or batch.unparked or batch.alerts
        if others or any(batch.positions[key].restate for key in batch.touched_positions):
            self._ask_and_wait(flight)
        few = self._ahead is None and len(batch.entries) <= FEW
        if flight is not None:
            # What is under way already goes on in the flight.
            flight.enter_context(self._open.pop_all())
            take_off(self._connection, flight)
            write = self._ahead or Writes(self._connection, few=few)
        else:
            write = self._ahead or self._open.enter_context(writing(self._connection, few=few))
        self._history(write, few=few)
        _save_accounts(write, batch, self._stored, now)
        _save_orders(write, batch, self._stored, self._micros)
        _save_positions(write, batch, self._stored, self._micros, now)
        _save_lots(write, batch, self._stored, self._micros)
        write.finish()
        self._open.close()

    def _ask_and_wait(self, flight: ExitStack | None) -> None:
        """What needs answers: nothing may be under way."""
        self._open.close()
        self._ahead = None
        if flight is not None:
            flight.close()
        batch = self._batch
        batch.restate(lambda key: lots_of(self._connection, key))
        _save_waiting(self._connection, batch, self._micros)
        save_alerts(self._connection, batch.alerts, self._at)

    def _history(self, write: Writes, *, few: bool) -> None:
        """What was decided since the last time and is never changed again."""
        batch, micros = self._batch, self._micros
        handled, entries = batch.inbox[self._handled :], batch.entries[self._entries :]
        postings = batch.postings[self._postings :]
        transactions = batch.transactions[self._transactions :]
        self._handled, self._entries = len(batch.inbox), len(batch.entries)
        self._postings, self._transactions = len(batch.postings), len(batch.transactions)
        told = ((each.event_id, each.payload_hash) for each in handled)
        write.insert(inbox.ROW, _INBOX.rows(told, at=self._at))
        bodies = ((each.id, self._topic, each.user_id, self._body(each)) for each in transactions)
        write.insert(outbox.guarded_shape(), outbox.guarded_rows_at(bodies, self._at))
        numbers = self._numbers.take(len(entries), few=few)
        seq = dict(zip([entry.id for entry in entries], numbers, strict=True))
        write.insert(rows.ENTRY, rows.entry_rows(entries, seq, micros))
        write.insert(rows.POSTING, rows.posting_rows(postings, seq))
        write.insert(rows.TRANSACTION, rows.transaction_rows(transactions, seq, micros))


def _save_accounts(write: Writes, batch: Batch, stored: Stored, now: int) -> None:
    touched = sorted(batch.touched_accounts)
    new = [rows.new_account_row(batch.accounts[key], now) for key in touched if key not in stored.accounts]
    old = [rows.old_account_row(batch.accounts[key], now) for key in touched if key in stored.accounts]
    write.insert(rows.NEW_ACCOUNT, new)
    write.update(rows.OLD_ACCOUNT, old)


def _save_orders(write: Writes, batch: Batch, stored: Stored, micros: rows.Micros) -> None:
    new: list[Row] = []
    old: list[Row] = []
    for order_id in sorted(batch.touched_orders):
        order = batch.orders[order_id]
        if order_id in stored.orders:
            old.append(rows.old_order_row(order, micros))
        else:
            new.append(rows.new_order_row(order, micros))
    write.insert(rows.NEW_ORDER, new)
    write.update(rows.OLD_ORDER, old)


def _save_positions(write: Writes, batch: Batch, stored: Stored, micros: rows.Micros, now: int) -> None:
    new: list[Row] = []
    old: list[Row] = []
    for key in sorted(batch.touched_positions):
        row = rows.position_row(batch.positions[key], micros, now)
        (old if key in stored.positions else new).append(row)
    write.insert(rows.NEW_POSITION, new)
    write.update(rows.NEW_POSITION, old)


def _save_lots(write: Writes, batch: Batch, stored: Stored, micros: rows.Micros) -> None:
    """Lots of fills are new; those of a correction may be there and are written over."""
    new: list[Row] = []
    old: list[Row] = []
    for lot in batch.lots.values():
        (old if lot.id in stored.lots else new).append(rows.lot_row(lot, micros))
    write.insert(rows.LOT, new)
    write.update(rows.LOT, old)


def _save_waiting(connection: Connection, batch: Batch, micros: rows.Micros) -> None:
    left = {(each.event.order_id, each.event.event_id) for each in batch.unparked}
    stay = [each for each in batch.newly_parked if _waiting_key(each) not in left]
    insert_once(connection, tables.parked_events, [rows.parked_row(each, micros) for each in stay])
    gone = tables.parked_events.c
    for order_id, event_id in sorted(left):
        connection.execute(
            tables.parked_events.delete().where(gone.order_id == order_id, gone.event_id == event_id)
        )


def _waiting_key(parked: Parked) -> tuple[int, str]:
    return (parked.event.order_id, parked.event.event_id)


def save_alerts(connection: Connection, alerts: Collection[Alert], at: datetime) -> None:
    """Alerts, each once per cause, and a message for whoever alerts people."""
    now = micros_of(at)
    fresh = insert_once(connection, tables.alerts, [rows.alert_row(alert, now) for alert in alerts])
    told = [(str(row[0]), ALERTS, str(row[2]), _alert_body(row, at)) for row in fresh]
    outbox.append_checked(connection, told, at=at)


def _alert_body(row: Row, at: datetime) -> str:
    names = ("alertId", "code", "userId", "orderId", "eventId", "message")
    body: dict[str, Any] = dict(zip(names, row[:6], strict=True))
    return json.dumps(body | {"recordedAt": at.isoformat()}, ensure_ascii=False)


def insert_once(connection: Connection, table: Table, given: Collection[Row]) -> list[Row]:
    """Adds rows whose key is not there yet; gives back those added. For the few, not for the stream."""
    shape, fresh = Shape.of(table), []
    for row in dict.fromkeys(given):
        marks = ", ".join(["?" if connection.dialect.name == "sqlite" else "%s"] * len(row))
        names = ", ".join(f'"{name}"' for name in shape.columns)
        statement = f"INSERT INTO {shape.table} ({names}) VALUES ({marks}) ON CONFLICT DO NOTHING RETURNING 1"
        if fetch(connection, statement, row):
            fresh.append(row)
    return fresh
