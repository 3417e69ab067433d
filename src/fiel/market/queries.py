"""Market's reads for other rooms, on a connection that they hold: events, closes and series as kept."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import groupby

from sqlalchemy import BigInteger, Connection, func, select, type_coerce

from fiel.market import event_codec
from fiel.market.store.events import CASH, SHARES, SUBSCRIPTION
from fiel.market.symbol_events import SymbolEvents
from fiel.market.tables import market_closes as closes
from fiel.market.tables import market_events as table
from fiel.market.tables import market_rows as series
from fiel.market.values import ShareEvent, SubscriptionEvent

#: Names in one statement.
SYMBOLS_AT_ONCE = 500
_LOW_BITS = 2**32
#: Stands between values that are joined in one text; no day and no price has one.
_BETWEEN = ","


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


@dataclass(frozen=True, slots=True, repr=False)
class StoredCloses:
    """Sessions of a symbol, oldest first, all of one source and so in its scale; prices as exact text.

    `adjusted` is for dividends too: of every session, or empty where the source does not tell it. `read_on`:
    the day (UTC) on which the last of them was read.
    """

    symbol: str
    source: str
    days: tuple[date, ...]
    closes: tuple[str, ...]
    adjusted: tuple[str, ...]
    read_on: date


@dataclass(frozen=True, slots=True)
class StoredValues:
    """Rows of a series by day, in its unit of the catalogue, and who told them."""

    key: str
    rows: tuple[tuple[date, Decimal], ...]
    sources: tuple[str, ...]


def closes_of(connection: Connection, symbols: Collection[str], last: date) -> Mapping[str, StoredCloses]:
    """What is kept of each symbol up to a day, of the source that goes furthest; never of two together.

    Symbols without sessions have no entry.
    """
    found: dict[str, StoredCloses] = {}
    known: dict[str, tuple[date, ...]] = {}
    for symbol in sorted(set(symbols)):
        source, read_at = _furthest(connection, symbol)
        told = _joined(connection, symbol, source, last)
        if told is None or read_at is None:
            continue
        days, prices, adjusted = told
        if days not in known:
            known[days] = tuple(map(date.fromisoformat, days.split(_BETWEEN)))
        found[symbol] = StoredCloses(symbol, source, known[days], prices, adjusted, read_at.date())
    return found


def _joined(
    connection: Connection, symbol: str, source: str, last: date
) -> tuple[str, tuple[str, ...], tuple[str, ...]] | None:
    """Days in one text, closes, and adjusted closes of every day or of none; `None` without sessions."""
    rows = (
        select(closes.c.day, closes.c.close, closes.c.adjusted_close)
        .where(closes.c.symbol == symbol, closes.c.source == source, closes.c.day <= last.isoformat())
        .order_by(closes.c.day)
        .subquery()
    )
    # Joined in the database: a row of Python for each of half a million sessions costs seconds. What is not
    # told is left out of its join, which then is shorter.
    texts = [func.aggregate_strings(column, _BETWEEN) for column in rows.c]
    days, prices, adjusted = tuple(connection.execute(select(*texts)).one())
    if days is None:
        return None
    told, full = tuple(prices.split(_BETWEEN)), tuple((adjusted or "").split(_BETWEEN))
    return days, told, full if len(full) == len(told) and adjusted else ()


def _furthest(connection: Connection, symbol: str) -> tuple[str, datetime | None]:
    """The source with the latest session of a symbol, the first by name of equals, and when that was read.

    Source by source along the key: grouping would read every session.
    """
    best: tuple[str, str, datetime | None] = ("", "", None)
    source = ""
    while True:
        next_one = select(func.min(closes.c.source)).where(closes.c.symbol == symbol)
        source = connection.execute(next_one.where(closes.c.source > source)).scalar_one() or ""
        if not source:
            return best[1], best[2]
        latest = (
            select(closes.c.day, closes.c.fetched_at)
            .where(closes.c.symbol == symbol, closes.c.source == source)
            .order_by(closes.c.day.desc())
            .limit(1)
        )
        day, read_at = tuple(connection.execute(latest).one())
        if day > best[0]:
            best = (day, source, read_at)


def values_of(connection: Connection, key: str, first: date, last: date) -> StoredValues:
    """The rows of a series from one day to another, as they were believed; without rows where none are."""
    asked = (
        select(series.c.day, series.c.value, series.c.source)
        .where(series.c.series == key, series.c.day >= first.isoformat(), series.c.day <= last.isoformat())
        .order_by(series.c.day)
    )
    rows = connection.execute(asked).all()
    told = tuple((date.fromisoformat(day), Decimal(value)) for day, value, _ in rows)
    return StoredValues(key, told, tuple(sorted({source for _, _, source in rows})))
