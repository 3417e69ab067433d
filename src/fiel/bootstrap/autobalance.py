"""The auto-balancer put together: on the book's own database, with the brokers that the settings name."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta

from fiel.autobalance.brokers.config import BrokerKind
from fiel.autobalance.config import AutobalanceConfig
from fiel.autobalance.journal import Journal, JournalConfig
from fiel.autobalance.parts import Parts
from fiel.autobalance.planning import Planner
from fiel.autobalance.portfolios import Portfolios
from fiel.autobalance.ports import Broker
from fiel.autobalance.saga.model import saga_of
from fiel.autobalance.saga.step import step
from fiel.autobalance.store.enrolments import StoredEnrolments
from fiel.bootstrap import Closing, OpenCustody, OpenPrices, open_custody, open_prices, stored_prices
from fiel.custody.bookings import Bookings
from fiel.custody.joint import JointBook
from fiel.custody.ports import LastPrice, PriceSource
from fiel.custody.wallet_events import WalletEvents
from fiel.kernel.clock import Clock
from fiel.kernel.errors import NotFound
from fiel.settings import Settings


@dataclass(frozen=True, slots=True)
class OpenAutobalance(Closing):
    """The auto-balancer, open, with the book under it."""

    parts: Parts
    custody: OpenCustody
    prices: OpenPrices

    def close(self) -> None:
        """Give back every connection."""
        self.prices.close()
        self.custody.close()


@dataclass(frozen=True, slots=True)
class OpenBroker:
    """A broker, and how to give back what it holds (within the event loop that used it)."""

    broker: Broker
    close: Callable[[], Awaitable[None]]


def open_broker(settings: Settings, parts: Parts) -> OpenBroker:
    """The broker that the settings name. Nothing is connected yet."""
    config = settings.autobalance.broker
    if config.kind is BrokerKind.PAPER:
        return OpenBroker(_paper(settings, parts), _nothing)
    import httpx

    client = httpx.AsyncClient(timeout=settings.autobalance.config.patience.answer.total_seconds())
    if config.kind is BrokerKind.EXCHANGE:
        from fiel.autobalance.brokers.simulated.client import HttpBroker

        assert config.url is not None  # noqa: S101 (`BrokerConfig` has checked it)
        return OpenBroker(HttpBroker(config.url, client), client.aclose)
    from fiel.autobalance.brokers.alpaca import PAPER, AlpacaBroker, AlpacaKeys, AlpacaTerms

    keys = {portfolio: AlpacaKeys(*pair) for portfolio, pair in config.keys.items()}
    terms = AlpacaTerms(base_url=config.url or PAPER)
    return OpenBroker(AlpacaBroker(client, keys, parts.clock, terms), client.aclose)


def _paper(settings: Settings, parts: Parts) -> Broker:
    """Executions at the last prices of the book's own source, on what custody has."""
    from fiel.autobalance.brokers.paper import MarketPrice, Opening, PaperBroker, PaperTerms

    async def prices(tickers: Collection[str]) -> Mapping[str, MarketPrice]:
        found = await asyncio.to_thread(parts.prices.last_prices, tickers)
        return {
            each.ticker: MarketPrice(each.price, each.as_of)
            for each in found.values()
            if isinstance(each, LastPrice) and each.as_of is not None
        }

    def opening(portfolio: str) -> Opening:
        with parts.queries.snapshot() as book:
            accounts, positions = book.accounts_of([portfolio]), book.positions_of([portfolio])
        currency = parts.portfolios.status(portfolio).portfolio.currency
        account = next((each for each in accounts[portfolio] if each.currency == currency), None)
        if account is None:
            raise NotFound("account_unknown", f"{portfolio} has no account in {currency}", field="portfolio")
        held = {p.ticker: p.quantity for p in positions[portfolio] if p.currency == account.currency}
        return Opening(account.balance, held, account.currency)

    async def opener(portfolio: str) -> Opening:
        return await asyncio.to_thread(opening, portfolio)

    oldest = settings.autobalance.config.price_age_max
    terms = PaperTerms(fees=settings.custody.fees, oldest=min(oldest, timedelta(days=7)))
    return PaperBroker(prices, opener, parts.clock, terms, batch_of=saga_of)


async def _nothing() -> None:
    return None


def open_autobalance(
    settings: Settings,
    database_url: str | None = None,
    *,
    config: AutobalanceConfig | None = None,
    clock: Clock | None = None,
    broker: str | None = None,
) -> OpenAutobalance:
    """The auto-balancer of a database. Raises what `open_custody` and `open_prices` raise.

    `broker`: only portfolios that are enrolled with it are worked on (`None`: all of them).
    """
    opened = open_custody(settings, database_url)
    try:
        prices = open_prices(settings.outside, opened.database)
    except BaseException:
        opened.close()
        raise
    parts = autobalance_of(settings, opened, prices.source, config=config, clock=clock, broker=broker)
    return OpenAutobalance(parts, opened, prices)


def autobalance_of(
    settings: Settings,
    opened: OpenCustody,
    prices: PriceSource,
    *,
    config: AutobalanceConfig | None = None,
    clock: Clock | None = None,
    broker: str | None = None,
) -> Parts:
    """The same on a book and prices that are open."""
    config, database = config or settings.autobalance.config, opened.database
    clock = clock or opened.custody.clock
    enrolments = StoredEnrolments(database, clock, config, broker)
    policy = settings.custody.policy
    return Parts(
        database=database,
        queries=opened.queries,
        bookings=Bookings(opened.custody.book, clock),
        prices=prices,
        sink=stored_prices(database),
        portfolios=Portfolios(database, clock),
        enrolments=enrolments,
        planner=Planner(opened.queries, prices, enrolments, clock, config, policy.fees),
        journal=Journal(
            database,
            JointBook(policy, WalletEvents(settings.custody.zone), settings.custody.zone),
            clock,
            stepping=step,
            patience=config.patience,
            config=JournalConfig(
                config.lease.time_to_live, config.lease.longest, config.group_commit, broker
            ),
        ),
        clock=clock,
        config=config,
    )
