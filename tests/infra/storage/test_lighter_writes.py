"""From traces to lighter writes and back: what waits to be published and what orders hold stays."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import insert, text

from fiel.custody.tables import orders
from fiel.infra.storage import schema
from fiel.infra.storage.database import Database
from fiel.infra.storage.tables import outbox
from fiel.infra.storage.types import instant_of

_SOON = instant_of(1_800_000_000_000_000)
_ORDER = dict.fromkeys(
    (
        "quantity", "price", "held_cash", "held_shares", "filled", "gross", "rest", "fee", "lots",
    ),
    1,
) | {"user_id": "ana", "currency": "BRL", "ticker": "PETR4", "side": "BUY"}  # fmt: skip


@pytest.fixture
def empty(empty_url: str) -> Iterator[Database]:
    """An empty database, on each engine in turn."""
    database = Database.at(empty_url)
    yield database
    database.close()


def _fill(database: Database) -> None:
    with database.unit_of_work() as unit:
        for order_id, status in enumerate(("PENDING", "PARTIALLY_FILLED", "CANCELLED"), 1):
            row = _ORDER | {"order_id": order_id, "status": status, "expires_at": _SOON}
            due = _SOON if status != "CANCELLED" else None
            unit.connection.execute(insert(orders).values(row | {"due_at": due}))
        for name in ("first", "second", "third"):
            told = {"message_id": name, "topic": "t", "key": "ana", "body": "{}", "created_at": _SOON}
            unit.connection.execute(insert(outbox).values(told))
        unit.connection.execute(text("DELETE FROM outbox WHERE message_id = 'third'"))


def _orders(database: Database) -> list[tuple[object, ...]]:
    with database.reading() as connection:
        found = connection.execute(text("SELECT order_id, due_at, expires_at FROM orders ORDER BY order_id"))
        return [tuple(row) for row in found]


def _told(database: Database) -> list[tuple[object, ...]]:
    with database.reading() as connection:
        found = connection.execute(text("SELECT id, message_id, body, attempts FROM outbox ORDER BY id"))
        return [tuple(row) for row in found]


def test_rows_stay_on_the_way_down_and_up(empty: Database) -> None:
    """Open orders are due when they were, closed ones never; messages keep their numbers and their order."""
    schema.upgrade(empty)
    _fill(empty)
    held, told = _orders(empty), _told(empty)
    assert [due is None for _, due, _ in held] == [False, False, True]
    schema.downgrade(empty, "0012")
    assert _told(empty) == told
    schema.upgrade(empty)
    assert (_orders(empty), _told(empty)) == (held, told)
    assert schema.differences(empty) == []


def test_numbers_of_messages_go_on(empty: Database) -> None:
    """The number of a message that is gone is not given again, down or up: order hangs on the numbers."""
    schema.upgrade(empty)
    _fill(empty)
    schema.downgrade(empty, "0012")
    schema.upgrade(empty)
    with empty.unit_of_work() as unit:
        told = {"message_id": "fourth", "topic": "t", "key": "ana", "body": "{}", "created_at": _SOON}
        unit.connection.execute(insert(outbox).values(told))
    assert _told(empty)[-1][0] == 4
