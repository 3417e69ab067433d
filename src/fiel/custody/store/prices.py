"""The embedded price store."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import select

from fiel.custody.ports import LastPrice, NoPrice
from fiel.custody.tables import latest_prices as table
from fiel.infra.storage.database import Database
from fiel.infra.storage.upserts import insert_into

_CHUNK = 500


@dataclass(frozen=True, slots=True)
class StoredPrices:
    """Last prices in the book's own database."""

    database: Database

    def last_prices(self, tickers: Collection[str]) -> Mapping[str, LastPrice | NoPrice]:
        """One answer per ticker."""
        wanted = sorted({ticker.upper() for ticker in tickers})
        found: dict[str, LastPrice | NoPrice] = {ticker: NoPrice(ticker, "unknown") for ticker in wanted}
        with self.database.reading() as connection:
            for start in range(0, len(wanted), _CHUNK):
                asked = select(table).where(table.c.ticker.in_(wanted[start : start + _CHUNK]))
                for row in connection.execute(asked):
                    found[row.ticker] = LastPrice(row.ticker, row.price, row.currency, row.as_of, row.source)
        return found

    def put(self, prices: Collection[LastPrice]) -> int:
        """Keeps prices that are newer than those at hand; gives back how many were."""

        with self.database.unit_of_work() as unit:
            kept = 0
            for price in sorted(prices, key=lambda price: price.ticker):
                given = insert_into(table, unit.connection).values(
                    ticker=price.ticker.upper(),
                    currency=price.currency,
                    price=price.price,
                    as_of=price.as_of,
                    source=price.source,
                )
                put = given.on_conflict_do_update(
                    index_elements=[table.c.ticker],
                    set_={name: given.excluded[name] for name in ("currency", "price", "as_of", "source")},
                    where=table.c.as_of <= given.excluded.as_of,
                ).returning(table.c.ticker)
                kept += unit.connection.execute(put).first() is not None
            return kept
