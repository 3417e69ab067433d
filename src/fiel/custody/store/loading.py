"""Loading the rows that events name, with their accounts locked until the end of the transaction.

The account's lock is the lock of everything the user owns: orders, positions and lots are read after it.
Accounts are locked in one order (by user), so two batches wait for each other and never deadlock.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from sqlalchemy import Connection

from fiel.custody.accounts import Lot, PositionKey
from fiel.custody.events import Parked
from fiel.custody.ledger.batch import Batch
from fiel.custody.order_events.event import EventStatus, OrderEvent
from fiel.custody.reservations import Policy
from fiel.custody.store import rows
from fiel.infra.storage.bulk import Shape, array, fetch, in_list, key_list

CONSUMER = "custody"


def load_for_events(connection: Connection, policy: Policy, events: Sequence[OrderEvent]) -> Batch:
    """A batch that holds whatever the events can touch."""
    batch = Batch(policy)
    lock_accounts(connection, batch, {event.user_id for event in events})
    load_orders(connection, batch, {event.order_id for event in events})
    unseen = {
        event.order_id
        for event in events
        if event.status is EventStatus.PENDING and event.order_id not in batch.orders
    }
    load_parked(connection, batch, unseen)
    waiting = [parked.event for group in batch.parked.values() for parked in group]
    others = {event.user_id for event in waiting} - {key.user_id for key in batch.accounts}
    if others:
        lock_accounts(connection, batch, others)
    load_positions(connection, batch, _tickers_touched(batch, [*events, *waiting]))
    batch.seen.update(seen(connection, [event.event_id for event in events]))
    return batch


def _tickers_touched(batch: Batch, events: Iterable[OrderEvent]) -> set[PositionKey]:
    touched = set()
    for event in events:
        order = batch.orders.get(event.order_id)
        if order is not None:
            touched.add(PositionKey(order.user_id, order.currency, order.ticker))
        touched.add(PositionKey(event.user_id, event.currency, event.ticker))
        if batch.policy.ticker_changes:
            for change in batch.policy.ticker_changes:
                touched.add(PositionKey(event.user_id, event.currency, change.new))
    return touched


def lock_accounts(connection: Connection, batch: Batch, users: Collection[str]) -> None:
    """All accounts of the users."""
    lock = "" if connection.dialect.name == "sqlite" else " FOR UPDATE"
    found = _by_key(
        connection, rows.NEW_ACCOUNT, "user_id", "text", sorted(users), f"ORDER BY user_id, currency{lock}"
    )
    for row in found:
        account = rows.account_of(row)
        batch.accounts[account.key] = account


def load_orders(connection: Connection, batch: Batch, ids: Collection[int]) -> None:
    """Orders with their fills."""
    found = _by_key(connection, rows.NEW_ORDER, "order_id", "int8", ids)
    filled = [row[0] for row in found if row[14]]
    lots: dict[int, list[Lot]] = defaultdict(list)
    for row in _by_key(connection, rows.LOT, "order_id", "int8", filled, "ORDER BY order_id, upto"):
        lots[row[0]].append(rows.lot_of(row))
    for row in found:
        batch.orders[row[0]] = rows.order_of(row, tuple(lots.get(row[0], ())))


def load_parked(connection: Connection, batch: Batch, order_ids: Collection[int]) -> None:
    """What waits for the orders."""
    waiting: dict[int, list[Parked]] = defaultdict(list)
    for row in _by_key(
        connection, rows.PARKED, "order_id", "int8", order_ids, "ORDER BY parked_at, event_id"
    ):
        waiting[row[0]].append(rows.parked_of(row))
    batch.parked.update((order_id, tuple(group)) for order_id, group in waiting.items())


def load_positions(connection: Connection, batch: Batch, keys: Collection[PositionKey]) -> None:
    """The positions that exist; a missing one is made by the first lot."""
    if not keys:
        return
    ordered = sorted(keys)
    columns = ", ".join(f'held."{name}"' for name in rows.NEW_POSITION.columns)
    same = "held.user_id = asked.u AND held.currency = asked.c AND held.ticker = asked.t"
    given: tuple[str, ...]
    if connection.dialect.name == "sqlite":
        asked = "SELECT value ->> 0 AS u, value ->> 1 AS c, value ->> 2 AS t FROM json_each(?)"
        # CROSS JOIN keeps the order: the few keys first, each found by the primary key.
        statement = f"SELECT {columns} FROM ({asked}) AS asked CROSS JOIN positions AS held WHERE {same}"  # noqa: S608
        given = (json.dumps(ordered),)
    else:
        asked = "unnest(%s::text[], %s::text[], %s::text[]) AS asked (u, c, t)"
        statement = f"SELECT {columns} FROM {asked} JOIN positions AS held ON {same}"  # noqa: S608
        given = tuple(array("text", cells) for cells in zip(*ordered, strict=True))
    for row in fetch(connection, statement, given):
        position = rows.position_of(row)
        batch.positions[position.key] = position


def lots_of(connection: Connection, key: PositionKey) -> list[Lot]:
    """Every lot of a position."""
    mark = "?" if connection.dialect.name == "sqlite" else "%s"
    names = ", ".join(f'"{name}"' for name in rows.LOT.columns)
    statement = (
        f"SELECT {names} FROM lots "  # noqa: S608 (names of our own)
        f"WHERE user_id = {mark} AND currency = {mark} AND ticker = {mark}"
    )
    return [rows.lot_of(row) for row in fetch(connection, statement, tuple(key))]


def seen(connection: Connection, ids: Collection[str]) -> dict[str, str]:
    """Of the events given, those handled before, with the hash of what they said."""
    if not ids:
        return {}
    condition = in_list(connection, "message_id", "text")
    statement = f"SELECT message_id, payload_hash FROM inbox WHERE consumer = '{CONSUMER}' AND {condition}"  # noqa: S608
    return dict(fetch(connection, statement, (key_list(connection, "text", ids),)))


def _by_key(
    connection: Connection,
    shape: Shape,
    column: str,
    kind: str,
    keys: Collection[Any],
    tail: str = "",
) -> list[tuple[Any, ...]]:
    if not keys:
        return []
    names = ", ".join(f'"{name}"' for name in shape.columns)
    statement = f"SELECT {names} FROM {shape.table} WHERE {in_list(connection, column, kind)} {tail}"  # noqa: S608
    return fetch(connection, statement, (key_list(connection, kind, keys),))
