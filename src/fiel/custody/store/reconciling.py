"""Reconciliation items: kept once, decided once."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, RowMapping, Select, select, update

from fiel.custody.accounts import AccountKey
from fiel.custody.differences import Difference, Item, ItemStatus
from fiel.custody.tables import reconciliation_items as table
from fiel.infra.storage.upserts import insert_into


def keep(connection: Connection, item: Item) -> Item:
    """Adds an item; one that is there already stays as it is, and is given back."""
    difference = item.difference
    added = insert_into(table, connection).values(
        id=item.id,
        user_id=difference.key.user_id,
        currency=difference.key.currency,
        statement=item.statement,
        kind=difference.kind.value,
        asset=difference.asset,
        ours=difference.ours,
        theirs=difference.theirs,
        status=item.status.value,
        as_of=item.as_of,
        recorded_at=item.recorded_at,
    )
    added = added.on_conflict_do_nothing()
    if connection.execute(added.returning(table.c.id)).first() is not None:
        return item
    return found(connection, item.id) or item


def found(connection: Connection, item_id: str, *, lock: bool = False) -> Item | None:
    """An item; with `lock` nobody else's until the end of the transaction."""
    asked: Select[Any] = select(table).where(table.c.id == item_id)
    row = connection.execute(asked.with_for_update() if lock else asked).mappings().first()
    return None if row is None else _item(row)


def listed(connection: Connection, status: ItemStatus | None, limit: int) -> list[Item]:
    """Items, oldest first."""
    asked = select(table).order_by(
        table.c.recorded_at, table.c.user_id, table.c.currency, table.c.asset, table.c.id
    )
    if status is not None:
        asked = asked.where(table.c.status == status.value)
    return [_item(row) for row in connection.execute(asked.limit(limit)).mappings()]


def settle(connection: Connection, item: Item) -> None:
    """What was decided, by whom and when."""
    decided = {
        "status": item.status.value,
        "decided_at": item.decided_at,
        "decided_by": item.decided_by,
        "entry_id": item.entry_id,
    }
    connection.execute(update(table).where(table.c.id == item.id).values(decided))


def _item(row: RowMapping) -> Item:
    key = AccountKey(row["user_id"], row["currency"])
    return Item(
        id=row["id"],
        statement=row["statement"],
        as_of=row["as_of"],
        difference=Difference(key, row["asset"], row["ours"], row["theirs"]),
        status=ItemStatus(row["status"]),
        recorded_at=row["recorded_at"],
        decided_at=row["decided_at"],
        decided_by=row["decided_by"],
        entry_id=row["entry_id"],
    )
