"""Market data put together: the services outside, what limits them, the layers of cache, the database."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from types import TracebackType

from fiel.custody.prices import given_price
from fiel.custody.queries import Queries
from fiel.custody.store.prices import StoredPrices
from fiel.infra.caching.layered import Layered
from fiel.infra.caching.memory import MemoryConfig, MemoryLayer
from fiel.infra.caching.port import Layer
from fiel.infra.resilience.pipeline import Pipeline
from fiel.infra.resilience.quota import Quotas
from fiel.infra.resilience.timing import Timing, system_timing
from fiel.infra.storage.database import Database
from fiel.infra.storage.schema import open_database
from fiel.kernel.errors import Unavailable
from fiel.market.asking import Asker
from fiel.market.budgets import PatientBudgets
from fiel.market.config import pipeline_config, quota_configs
from fiel.market.health import HealthDesk
from fiel.market.history import Histories
from fiel.market.ports import LastPrices
from fiel.market.quote_shelf import QuoteShelf
from fiel.market.quotes import Quotes, is_symbol
from fiel.market.series import SeriesDesk
from fiel.market.series_book import SeriesBook
from fiel.market.store.budgets import StoredBudgets
from fiel.market.store.desk import Desk
from fiel.market.store.events import StoredEvents
from fiel.market.store.series import StoredSeries
from fiel.market.store.symbols import StoredQuote, StoredSymbols
from fiel.market.symbol_events import EventsDesk
from fiel.market.transport import HttpTransport
from fiel.market.wire import Transport
from fiel.settings import Outside, Settings


@dataclass(frozen=True, slots=True)
class OpenMarket:
    """Market data that is open, within one event loop. `degraded`: why the database was not there, if so."""

    database: Database
    quotes: Quotes
    rates: SeriesDesk
    histories: Histories
    actions: EventsDesk
    health: HealthDesk
    pipeline: Pipeline
    desk: Desk
    symbols: StoredSymbols
    events: StoredEvents
    timing: Timing
    degraded: str
    transport: Transport
    layers: Layered

    async def close(self) -> None:
        """Give back every connection."""
        await self.transport.close()
        await self.layers.close()
        self.database.close()

    async def __aenter__(self) -> OpenMarket:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()


def open_market(
    settings: Settings,
    database_url: str | None = None,
    *,
    transport: Transport | None = None,
    timing: Timing | None = None,
) -> OpenMarket:
    """Quotes, series and events. A database that is away degrades it and stops nothing.

    Call it inside a running event loop. Raises `InvalidInput`, `Conflict` (another version of the schema),
    `Corrupt`, `Unavailable` (driver_missing).
    """
    timing = timing or system_timing()
    config, degraded = settings.market, ""
    try:
        database = open_database(database_url or settings.database_url)
    except Unavailable as error:
        if error.code == "driver_missing":
            raise
        # It may come back: each use asks again.
        database, degraded = Database.at(database_url or settings.database_url), error.message
    budgets = quota_configs(config.providers)
    quotas = Quotas(budgets, PatientBudgets(StoredBudgets(database)), timing)
    pipeline = Pipeline(pipeline_config(config.providers), timing, quotas)
    carried = transport or HttpTransport(config.providers, timing.clock)
    desk, symbols, events = Desk(database), StoredSymbols(database), StoredEvents(database)
    layers = Layered(_cache_layers(settings.outside, timing), timing.clock)
    asker = Asker(carried, desk, timing.clock, frozenset(budgets))
    quotes = Quotes(
        pipeline,
        asker,
        QuoteShelf(layers, symbols, timing.clock, config.freshness),
        symbols,
        timing.clock,
        _last_prices(settings.outside, database),
        events.shares,
        limits=config.limits,
    )
    clock, series = timing.clock, StoredSeries(database)
    return OpenMarket(
        database=database,
        quotes=quotes,
        rates=SeriesDesk(pipeline, asker, SeriesBook(series), clock),
        histories=Histories(pipeline, asker, symbols, clock, events.shares, limits=config.limits),
        actions=EventsDesk(pipeline, asker, events, symbols, clock, limits=config.limits),
        health=HealthDesk(pipeline, desk, series, symbols, clock),
        pipeline=pipeline,
        desk=desk,
        symbols=symbols,
        events=events,
        timing=timing,
        degraded=degraded,
        transport=carried,
        layers=layers,
    )


def _cache_layers(outside: Outside, timing: Timing) -> list[Layer]:
    """Memory, and Redis behind it when it is named."""
    layers: list[Layer] = [MemoryLayer(MemoryConfig(), timing.clock)]
    if outside.redis_url:
        from fiel.infra.caching.redis import RedisConfig, RedisLayer

        layers.append(RedisLayer(outside.redis_url, RedisConfig(), timing))
    return layers


def _last_prices(outside: Outside, database: Database) -> LastPrices:
    return PricesForOthers(StoredPrices(database), outside.redis_url)


@dataclass(slots=True)
class PricesForOthers:
    """Last prices where custody looks them up: beside the book, and in Redis when it is named."""

    stored: StoredPrices
    redis_url: str

    async def tell(self, quote: StoredQuote) -> None:
        """A new price. Raises `Unavailable` when either place could not be told."""
        reading = quote.reading
        price = given_price(reading.symbol, f"{reading.price:f}", reading.currency, quote.as_of, quote.source)
        await asyncio.to_thread(self.stored.put, [price])
        if self.redis_url:
            await self._tell_redis(quote)

    async def _tell_redis(self, quote: StoredQuote) -> None:
        from redis.asyncio import Redis

        from fiel.market.ticker_prices import TickerPrice, TickerPrices

        reading = quote.reading
        client = Redis.from_url(self.redis_url, socket_timeout=1.0, socket_connect_timeout=1.0)
        try:
            given = TickerPrice(reading.symbol, reading.price, reading.currency, quote.as_of)
            await TickerPrices(client).write([given])
        finally:
            await client.aclose()


def held_symbols(database: Database) -> frozenset[str]:
    """The symbols of all positions in the book, those that look like ones of B3. Raises `Unavailable`."""
    with Queries(database).snapshot() as book:
        return frozenset(each.ticker for each in book.positions() if is_symbol(each.ticker))
