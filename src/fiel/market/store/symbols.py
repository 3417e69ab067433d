"""The last believed quote of each symbol, and sessions by source."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import Row, delete, func, select

from fiel.infra.storage import outbox
from fiel.infra.storage.database import Database, UnitOfWork
from fiel.infra.storage.outbox import OutboxMessage
from fiel.infra.storage.upserts import insert_into
from fiel.kernel.errors import Corrupt
from fiel.market.quote_codec import quote_fields, quote_of
from fiel.market.tables import market_closes as closes
from fiel.market.tables import market_quotes as quotes
from fiel.market.values import Bar, QuoteReading

_CHUNK = 300


@dataclass(frozen=True, slots=True)
class StoredQuote:
    """A quote that was believed. `fallback`: a second source gave it.

    `confirmed`: what was known before or another source speaks for it. One that is not confirmed is no
    measure for others.
    """

    reading: QuoteReading
    as_of: datetime
    fetched_at: datetime
    source: str
    fallback: bool
    confirmed: bool = True


@dataclass(frozen=True, slots=True)
class StoredSymbols:
    """Quotes and sessions."""

    database: Database

    def quote(self, symbol: str) -> StoredQuote | None:
        """The last believed quote."""
        return self.quotes([symbol]).get(symbol)

    def quotes(self, symbols: Collection[str]) -> Mapping[str, StoredQuote]:
        """The last believed quotes of those that have one."""
        wanted, found = sorted(set(symbols)), {}
        with self.database.reading() as connection:
            for start in range(0, len(wanted), _CHUNK):
                asked = select(quotes).where(quotes.c.symbol.in_(wanted[start : start + _CHUNK]))
                for row in connection.execute(asked):
                    found[str(row.symbol)] = _quote(row)
        return found

    def quoted_between(self) -> tuple[datetime | None, datetime | None]:
        """The instants of the oldest and of the newest last quote: one row per symbol is looked at."""
        with self.database.reading() as connection:
            first, last = connection.execute(select(func.min(quotes.c.as_of), func.max(quotes.c.as_of))).one()
        return first, last

    def put_quote(self, quote: StoredQuote, messages: Sequence[OutboxMessage] = ()) -> bool:
        """Keep a quote unless a later one is held; whether it was. Messages go with it when it is news."""

        def put(unit: UnitOfWork) -> bool:
            held = unit.connection.execute(
                select(quotes.c.as_of, quotes.c.price).where(quotes.c.symbol == quote.reading.symbol)
            ).first()
            news = held is None or (held.as_of, held.price) != (quote.as_of, f"{quote.reading.price:f}")
            given = insert_into(quotes, unit.connection).values(
                symbol=quote.reading.symbol,
                price=f"{quote.reading.price:f}",
                currency=quote.reading.currency,
                as_of=quote.as_of,
                fetched_at=quote.fetched_at,
                source=quote.source,
                fallback=int(quote.fallback),
                body=json.dumps(
                    quote_fields(quote.reading) | {"confirmed": quote.confirmed},
                    ensure_ascii=False,
                    sort_keys=True,
                ),
            )
            changed = ("price", "currency", "as_of", "fetched_at", "source", "fallback", "body")
            kept = unit.connection.execute(
                given.on_conflict_do_update(
                    index_elements=[quotes.c.symbol],
                    set_={name: given.excluded[name] for name in changed},
                    where=quotes.c.as_of <= given.excluded.as_of,
                ).returning(quotes.c.symbol)
            ).first()
            if kept is not None and news and messages:
                outbox.append(unit.connection, messages, at=quote.fetched_at)
            return kept is not None

        return self.database.transact(put)

    def bars(self, symbol: str, source: str, first: date, last: date) -> list[Bar]:
        """Sessions of one source, oldest first."""
        asked = (
            select(closes)
            .where(
                closes.c.symbol == symbol,
                closes.c.source == source,
                closes.c.day >= first.isoformat(),
                closes.c.day <= last.isoformat(),
            )
            .order_by(closes.c.day)
        )
        with self.database.reading() as connection:
            return [_bar(row) for row in connection.execute(asked)]

    def sources_of(self, symbol: str) -> Mapping[str, date]:
        """The sources that have sessions of a symbol, with the last day of each."""
        asked = select(closes.c.source, func.max(closes.c.day)).where(closes.c.symbol == symbol)
        with self.database.reading() as connection:
            found = connection.execute(asked.group_by(closes.c.source))
            return {str(source): date.fromisoformat(day) for source, day in found}

    def read_at(self, symbol: str, source: str) -> datetime | None:
        """When the sessions of a source were read last; `None` when there are none."""
        asked = select(func.max(closes.c.fetched_at)).where(
            closes.c.symbol == symbol, closes.c.source == source
        )
        with self.database.reading() as connection:
            found: datetime | None = connection.execute(asked).scalar()
            return found

    def replace_bars(self, symbol: str, source: str, bars: Sequence[Bar], *, at: datetime) -> None:
        """Keep the history of a source, whole: one answer has one scale, and two are never mixed."""

        def write(unit: UnitOfWork) -> None:
            unit.connection.execute(
                delete(closes).where(closes.c.symbol == symbol, closes.c.source == source)
            )
            for start in range(0, len(bars), _CHUNK):
                part = [_closing(symbol, source, bar, at) for bar in bars[start : start + _CHUNK]]
                unit.connection.execute(closes.insert(), part)

        self.database.transact(write)


def _quote(row: Row[tuple[object, ...]]) -> StoredQuote:
    try:
        body = json.loads(row.body)
        confirmed = body["confirmed"] is True
        reading = quote_of(row.symbol, row.price, row.currency, row.as_of, body)
    except (ValueError, KeyError, TypeError, ArithmeticError) as error:
        raise Corrupt("stored_quote", f"the stored quote of {row.symbol} cannot be read") from error
    return StoredQuote(reading, row.as_of, row.fetched_at, row.source, bool(row.fallback), confirmed)


def _closing(symbol: str, source: str, bar: Bar, at: datetime) -> dict[str, object]:
    prices: dict[str, object] = {
        name: _text(getattr(bar, name)) for name in ("open", "high", "low", "adjusted_close")
    }
    return {
        "symbol": symbol,
        "source": source,
        "day": bar.day.isoformat(),
        "close": f"{bar.close:f}",
        "volume": bar.volume,
        "fetched_at": at,
    } | prices


def _bar(row: Row[tuple[object, ...]]) -> Bar:
    return Bar(
        date.fromisoformat(row.day),
        Decimal(row.close),
        _number(row.open),
        _number(row.high),
        _number(row.low),
        _number(row.adjusted_close),
        row.volume,
    )


def _text(value: Decimal | None) -> str | None:
    return None if value is None else f"{value:f}"


def _number(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
