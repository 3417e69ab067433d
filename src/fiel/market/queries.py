"""Market's reads for other rooms, on a connection that they hold: what is announced of many symbols."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from itertools import groupby

from sqlalchemy import BigInteger, Connection, func, select, type_coerce

from fiel.market import event_codec
from fiel.market.store.events import CASH, SHARES, SUBSCRIPTION
from fiel.market.symbol_events import SymbolEvents
from fiel.market.tables import market_events as table
from fiel.market.values import ShareEvent, SubscriptionEvent

#: Names in one statement.
SYMBOLS_AT_ONCE = 500
_LOW_BITS = 2**32


def event_versions(connection: Connection, symbols: Collection[str]) -> dict[str, tuple[int, int]]:
    """Of each symbol with events: a sum over the instants at which they changed, and how many there are.

    Two equal answers mean that nothing changed in between: events are changed and added, never removed. Not
    the last instant alone, which stays the same when a clock that was set back writes.
    """
    # The low 32 bits: whole microseconds of a few thousand events do not fit 64 bits together.
    changes = func.sum(type_coerce(table.c.changed_at, BigInteger) % _LOW_BITS)
    found: dict[str, tuple[int, int]] = {}
    for part in _parts(symbols):
        asked = (
            select(table.c.symbol, changes, func.count())
            .where(table.c.symbol.in_(part))
            .group_by(table.c.symbol)
        )
        for symbol, sum_of_changes, count in connection.execute(asked):
            found[symbol] = (int(sum_of_changes), count)
    return found


def events_of(connection: Connection, symbols: Collection[str]) -> Mapping[str, SymbolEvents]:
    """What is kept of each symbol; symbols without events have no entry."""
    found: dict[str, SymbolEvents] = {}
    for part in _parts(symbols):
        asked = (
            select(table.c.symbol, table.c.kind, table.c.event_id, table.c.body)
            .where(table.c.symbol.in_(part))
            .order_by(table.c.symbol, table.c.com_date, table.c.payment_date, table.c.event_id)
        )
        for symbol, rows in groupby(connection.execute(asked), key=lambda row: row.symbol):
            found[symbol] = _events(symbol, [(row.kind, row.event_id, row.body) for row in rows])
    return found


def _events(symbol: str, rows: list[tuple[str, str, str]]) -> SymbolEvents:
    def of_kind(wanted: str) -> list[tuple[str, str]]:
        return [(name, body) for kind, name, body in rows if kind == wanted]

    rights = of_kind(SUBSCRIPTION)
    return SymbolEvents(
        symbol,
        cash=tuple(event_codec.cash_of(name, body) for name, body in of_kind(CASH)),
        shares=tuple(event_codec.told_of(ShareEvent, name, body) for name, body in of_kind(SHARES)),
        subscriptions=tuple(event_codec.told_of(SubscriptionEvent, name, body) for name, body in rights),
    )


def _parts(symbols: Collection[str]) -> list[list[str]]:
    names = sorted(set(symbols))
    return [names[start : start + SYMBOLS_AT_ONCE] for start in range(0, len(names), SYMBOLS_AT_ONCE)]
