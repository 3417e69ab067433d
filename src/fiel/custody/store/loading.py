"""Loading the rows that events name, with their accounts locked until the end of the transaction.

The account's lock is the lock of everything the user owns: orders, positions and lots are read after it.
Accounts are locked in one order (by user), so two batches wait for each other and never deadlock.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import ExitStack
from typing import Any, TypeAlias

from sqlalchemy import Connection

from fiel.custody.accounts import Lot, PositionKey
from fiel.custody.events import Parked
from fiel.custody.ledger.batch import Batch
from fiel.custody.order_events.event import EventStatus, OrderEvent
from fiel.custody.reservations import Policy
from fiel.custody.store import rows
from fiel.custody.store.numbers import QUESTION, Numbers, ask_numbers, given
from fiel.infra.storage.arrays import array
from fiel.infra.storage.bulk import (
    BY_INDEX_PLANNED_ONCE,
    Asked,
    Shape,
    ask,
    fetch,
    find_by_index,
    in_list,
    key_list,
    plan_once,
    take_off,
)
from fiel.infra.storage.offsets import Assignment, ask_to_advance

CONSUMER = "custody"
#: Waits for what was asked, takes it into the batch, and gives back the rows of the orders.
_Answers: TypeAlias = Callable[[Numbers], list[tuple[Any, ...]]]
#: A partition, where it moves on to, and whether it may be there or further already.
Move: TypeAlias = tuple[Assignment, int, bool]
_new = tuple.__new__  # a row from all its fields in order, without the cost of naming them
#: Up to here, statements one by one (and one that writes all) are cheaper than sending them together.
FEW = 8


def load_for_events(
    connection: Connection,
    policy: Policy,
    events: Sequence[OrderEvent],
    numbers: Numbers,
    moves: Sequence[Move] = (),
    flight: ExitStack | None = None,
) -> Batch:
    """A batch that holds whatever the events can touch, and a number for the entry of each.

    All questions go out together: each is answered from what is committed when its turn comes, so those
    after the first see what the accounts' locks protect. So do the `moves` of the consumer's offsets:
    raises `Conflict` (epoch_lost) and `Corrupt` (offset_went_back) as `offsets.advance`. Of a few events
    the questions take off with `flight`, and what is written follows on it.
    """
    batch = Batch(policy)
    # An order seldom has another ticker than its event; then its position is asked for below.
    likely = _tickers_touched(batch, events)
    together_costs_less = len(events) > FEW or connection.dialect.name == "sqlite"
    load = _load_many if together_costs_less else _load_few
    with ExitStack() as own:
        take_off(connection, own if together_costs_less or flight is None else flight)
        answers = load(connection, batch, events, likely)
        # Last, because plans are made once from here on.
        moving = [(ask_to_advance(connection, mine, upto), again) for mine, upto, again in moves]
        found = answers(numbers)
        stuck = [(move, again) for move, again in moving if not move.answer()]
    if stuck and flight is not None:
        flight.close()
    for move, again in stuck:
        if not (again and move.stands()):
            raise move.refused()
    _take_orders(connection, batch, found)
    waiting = [parked.event for group in batch.parked.values() for parked in group]
    others = {event.user_id for event in waiting} - {key.user_id for key in batch.accounts}
    if others:
        lock_accounts(connection, batch, others)
    of_orders = {_new(PositionKey, order[1:4]) for order in batch.orders.values()}
    load_positions(connection, batch, (of_orders | _tickers_touched(batch, waiting)) - likely)
    return batch


def _load_many(
    connection: Connection,
    batch: Batch,
    events: Sequence[OrderEvent],
    likely: Collection[PositionKey],
) -> _Answers:
    """Asks for everything. The answers are taken into the batch, but for the rows of the orders."""
    starting = {event.order_id for event in events if event.status is EventStatus.PENDING}
    find_by_index(connection)
    locked = _ask_accounts(connection, {event.user_id for event in events})
    known = _ask_by_key(connection, rows.NEW_ORDER, "order_id", "int8", {e.order_id for e in events})
    waits = _ask_parked(connection, starting)
    held = _ask_positions(connection, likely)
    handled = _ask_seen(connection, [event.event_id for event in events])
    plan_once(connection)  # of what follows: numbers, offsets, and what will be written
    numbered = ask_numbers(connection, len(events)) if connection.dialect.name != "sqlite" else None

    def answers(numbers: Numbers) -> list[tuple[Any, ...]]:
        _take_accounts(batch, locked.rows())
        found = known.rows()
        _take_parked(batch, waits.rows(), starting - {row[0] for row in found})
        _take_positions(batch, held.rows())
        batch.seen.update(handled.rows())
        if numbered is not None:
            numbers.keep(row[0] for row in numbered.rows())
        return found

    return answers


def _load_few(
    connection: Connection,
    batch: Batch,
    events: Sequence[OrderEvent],
    likely: Collection[PositionKey],
) -> _Answers:
    """The same for a few events on PostgreSQL in two questions, the first of which locks the accounts."""
    starting = {event.order_id for event in events if event.status is EventStatus.PENDING}
    users = sorted({event.user_id for event in events})
    names = ", ".join(f'"{name}"' for name in rows.NEW_ACCOUNT.columns)
    locked = ask(
        connection,
        f"SELECT {names}, {BY_INDEX_PLANNED_ONCE} FROM accounts WHERE user_id = ANY (%s::text[]) "
        "ORDER BY user_id, currency FOR UPDATE",
        (array("text", users),),
    )
    others = ask(
        connection,
        _FEW_QUESTIONS,
        (
            array("int8", {event.order_id for event in events}),
            array("int8", starting),
            *_position_arrays(sorted(likely)),
            array("text", [event.event_id for event in events]),
            *given(len(events)),
        ),
    )

    def answers(numbers: Numbers) -> list[tuple[Any, ...]]:
        _take_accounts(batch, locked.rows())
        orders, waits, held, handled, fresh = others.rows()[0]
        numbers.keep(fresh)
        found = [tuple(row) for row in orders]
        _take_parked(batch, waits, starting - {row[0] for row in found})
        _take_positions(batch, held)
        batch.seen.update((event_id, digest) for event_id, digest in handled)
        return found

    return answers


def _as_json(shape: Shape, of: str, source: str, order: str = "") -> str:
    """A question whose rows come back as one JSON array of arrays (whole numbers stay exact)."""
    cells = ", ".join(f'{of}."{name}"' for name in shape.columns)
    return f"(SELECT coalesce(json_agg(json_build_array({cells}){order}), '[]') FROM {source})"


_POSITIONS = (
    "unnest(%s::text[], %s::text[], %s::text[]) AS asked (u, c, t) JOIN positions AS held "
    "ON held.user_id = asked.u AND held.currency = asked.c AND held.ticker = asked.t"
)
_SEEN = Shape("inbox", ("message_id", "payload_hash"), ("text", "text"), ("message_id",))
_FEW_QUESTIONS = "SELECT " + ", ".join(
    (
        _as_json(rows.NEW_ORDER, "orders", "orders WHERE order_id = ANY (%s::int8[])"),
        _as_json(
            rows.PARKED,
            "parked_events",
            "parked_events WHERE order_id = ANY (%s::int8[])",
            " ORDER BY parked_at, event_id",
        ),
        _as_json(rows.NEW_POSITION, "held", _POSITIONS),
        _as_json(_SEEN, "inbox", f"inbox WHERE consumer = '{CONSUMER}' AND message_id = ANY (%s::text[])"),
        f"(SELECT coalesce(json_agg(number), '[]') FROM ({QUESTION}) AS fresh)",
    )
)


def _position_arrays(keys: Sequence[PositionKey]) -> list[str]:
    columns_of = zip(*keys, strict=True) if keys else ((), (), ())
    return [array("text", cells) for cells in columns_of]


def _tickers_touched(batch: Batch, events: Iterable[OrderEvent]) -> set[PositionKey]:
    """Under the ticker that the event names, and under every new one."""
    touched = set()
    for event in events:
        touched.add(_new(PositionKey, (event.user_id, event.currency, event.ticker)))
        for change in batch.policy.ticker_changes:
            touched.add(PositionKey(event.user_id, event.currency, change.new))
    return touched


def lock_accounts(connection: Connection, batch: Batch, users: Collection[str]) -> None:
    """All accounts of the users."""
    _take_accounts(batch, _ask_accounts(connection, users).rows())


def _ask_accounts(connection: Connection, users: Collection[str]) -> Asked:
    lock = "" if connection.dialect.name == "sqlite" else " FOR UPDATE"
    tail = f"ORDER BY user_id, currency{lock}"
    return _ask_by_key(connection, rows.NEW_ACCOUNT, "user_id", "text", sorted(users), tail)


def _take_accounts(batch: Batch, found: Iterable[Any]) -> None:
    for row in found:
        account = rows.account_of(row)
        batch.accounts[account.key] = account


def load_orders(connection: Connection, batch: Batch, ids: Collection[int]) -> None:
    """Orders with their fills."""
    if ids:
        _take_orders(
            connection, batch, _ask_by_key(connection, rows.NEW_ORDER, "order_id", "int8", ids).rows()
        )


def _take_orders(connection: Connection, batch: Batch, found: Sequence[tuple[Any, ...]]) -> None:
    filled = [row[0] for row in found if row[14]]
    lots: dict[int, list[Lot]] = defaultdict(list)
    if filled:
        tail = "ORDER BY order_id, upto"
        for row in _ask_by_key(connection, rows.LOT, "order_id", "int8", filled, tail).rows():
            lots[row[0]].append(rows.lot_of(row))
    for row in found:
        batch.orders[row[0]] = rows.order_of(row, tuple(lots.get(row[0], ())))


def _ask_parked(connection: Connection, order_ids: Collection[int]) -> Asked:
    tail = "ORDER BY parked_at, event_id"
    return _ask_by_key(connection, rows.PARKED, "order_id", "int8", order_ids, tail)


def _take_parked(batch: Batch, found: Iterable[Any], wanted: Collection[int]) -> None:
    """What waits for the orders wanted."""
    waiting: dict[int, list[Parked]] = defaultdict(list)
    for row in found:
        if row[0] in wanted:
            waiting[row[0]].append(rows.parked_of(row))
    batch.parked.update((order_id, tuple(group)) for order_id, group in waiting.items())


def load_positions(connection: Connection, batch: Batch, keys: Collection[PositionKey]) -> None:
    """The positions that exist; a missing one is made by the first lot."""
    if keys:
        _take_positions(batch, _ask_positions(connection, keys).rows())


def _ask_positions(connection: Connection, keys: Collection[PositionKey]) -> Asked:
    ordered = sorted(keys)
    columns = ", ".join(f'held."{name}"' for name in rows.NEW_POSITION.columns)
    if connection.dialect.name == "sqlite":
        asked = "SELECT value ->> 0 AS u, value ->> 1 AS c, value ->> 2 AS t FROM json_each(?)"
        same = "WHERE held.user_id = asked.u AND held.currency = asked.c AND held.ticker = asked.t"
        # CROSS JOIN keeps the order: the few keys first, each found by the primary key.
        statement = f"SELECT {columns} FROM ({asked}) AS asked CROSS JOIN positions AS held {same}"
        return ask(connection, statement, (json.dumps(ordered),))
    return ask(connection, f"SELECT {columns} FROM {_POSITIONS}", _position_arrays(ordered))


def _take_positions(batch: Batch, found: Iterable[Any]) -> None:
    for row in found:
        position = rows.position_of(row)
        batch.positions[position.key] = position


def lots_of(connection: Connection, key: PositionKey) -> list[Lot]:
    """Every lot of a position."""
    mark = "?" if connection.dialect.name == "sqlite" else "%s"
    names = ", ".join(f'"{name}"' for name in rows.LOT.columns)
    statement = f"SELECT {names} FROM lots WHERE user_id = {mark} AND currency = {mark} AND ticker = {mark}"
    return [rows.lot_of(row) for row in fetch(connection, statement, tuple(key))]


def seen(connection: Connection, ids: Collection[str]) -> dict[str, str]:
    """Of the events given, those handled before, with the hash of what they said."""
    return dict(_ask_seen(connection, ids).rows()) if ids else {}


def _ask_seen(connection: Connection, ids: Collection[str]) -> Asked:
    condition = in_list(connection, "message_id", "text")
    statement = f"SELECT message_id, payload_hash FROM inbox WHERE consumer = '{CONSUMER}' AND {condition}"
    return ask(connection, statement, (key_list(connection, "text", ids),))


def _ask_by_key(
    connection: Connection,
    shape: Shape,
    column: str,
    kind: str,
    keys: Collection[Any],
    tail: str = "",
) -> Asked:
    names = ", ".join(f'"{name}"' for name in shape.columns)
    statement = f"SELECT {names} FROM {shape.table} WHERE {in_list(connection, column, kind)} {tail}"
    return ask(connection, statement, (key_list(connection, kind, keys),))
