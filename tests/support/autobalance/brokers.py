"""Brokers to try: each stand is one adapter over one exchange, with the handles that a story needs."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import AsyncIterator, Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import httpx

from fiel.autobalance.brokers.alpaca import AlpacaBroker, AlpacaKeys, AlpacaTerms
from fiel.autobalance.brokers.paper import MarketPrice, Opening, PaperBroker, PaperTerms
from fiel.autobalance.brokers.simulated.books import Handling
from fiel.autobalance.brokers.simulated.broker import SimulatedBroker
from fiel.autobalance.brokers.simulated.client import HttpBroker
from fiel.autobalance.brokers.simulated.exchange import Exchange
from fiel.autobalance.brokers.simulated.fates import Fate, Outage
from fiel.autobalance.brokers.simulated.publishing import Publish
from fiel.autobalance.brokers.simulated.server import ExchangeServer, serve_exchange
from fiel.autobalance.orders import BrokerOrder
from fiel.autobalance.ports import Broker
from fiel.custody.order_events.event import Side
from fiel.custody.reservations import Fees
from fiel.kernel.clock import FixedClock
from tests.support.autobalance.fake_alpaca import FakeAlpaca, serving

NOW = datetime(2026, 1, 5, 14, 0, tzinfo=UTC)
CLOCK = FixedClock(NOW)
PORTFOLIO, TICKER = "rosa", "PETR4"
#: 10 000.00 and 100 shares.
CASH, SHARES = 1_000_000, 100 * 10**9
PRICE = 30 * 10**9
#: 1.00 and 0.03 % of the value.
FEES = Fees(fixed=100, rate_ppm=300)
UNIT = 10**9


@dataclass(slots=True)
class OpenFates:
    """Fates that a test may still add to."""

    script: dict[str, list[Fate]] = field(default_factory=dict)
    out: list[Outage] = field(default_factory=list)

    def fate(self, order: BrokerOrder, arrival: int) -> Fate:
        told = self.script.get(order.client_order_id)
        return told[min(arrival, len(told)) - 1] if told else Fate()

    def is_out(self, at: datetime) -> bool:
        return any(outage.start <= at < outage.end for outage in self.out)


@dataclass(slots=True)
class Stand:
    """One broker under test. `exchange` is what stands behind it; `faulty` says whether it can be made to
    leave questions unanswered, `charges` whether it charges `FEES`."""

    name: str
    broker: Broker
    exchange: Exchange
    fates: OpenFates
    currency: str = "BRL"
    faulty: bool = True
    charges: bool = True
    quotes: dict[str, int] = field(default_factory=dict)

    def order(
        self,
        name: str,
        side: Side = Side.BUY,
        quantity: int = 10 * UNIT,
        limit: int = PRICE,
        ticker: str = TICKER,
    ) -> BrokerOrder:
        """An order of the portfolio."""
        return BrokerOrder(name, PORTFOLIO, ticker, side, quantity, limit, self.currency)

    def quote(self, price: int) -> None:
        """The market's price of the ticker from now on."""
        self.quotes[TICKER] = price
        if self.faulty:
            self.exchange.set_prices({TICKER: price})

    def fated(self, name: str, *fates: Fate) -> None:
        """What becomes of the arrivals of an order, the last for all that follow."""
        self.fates.script[name] = list(fates)

    def partly(self, name: str, first_ppm: int, rest_after: int | None = None) -> None:
        """The market takes only a part of an order at first."""
        self.fated(name, Fate(Handling(first_ppm=first_ppm, rest_after=rest_after)))


def exchange(currency: str = "BRL", fees: Fees = FEES) -> Exchange:
    """An exchange with the portfolio and the price."""
    found = Exchange(CLOCK, fees)
    _furnish(found, currency)
    return found


def _furnish(found: Exchange, currency: str) -> None:
    found.open_account(PORTFOLIO, CASH, {TICKER: SHARES}, currency)
    found.set_prices({TICKER: PRICE})


@contextlib.asynccontextmanager
async def simulated() -> AsyncIterator[Stand]:
    """The exchange in process."""
    behind, fates = exchange(), OpenFates()
    yield Stand("simulated", SimulatedBroker(behind, CLOCK, fates), behind, fates)


@contextlib.asynccontextmanager
async def http() -> AsyncIterator[Stand]:
    """The exchange behind a real server on loopback."""
    fates = OpenFates()
    with running(fates=fates) as server:
        _furnish(server.exchange, "BRL")
        async with httpx.AsyncClient() as client:
            yield Stand("http", HttpBroker(server.url, client), server.exchange, fates)


@contextlib.asynccontextmanager
async def paper() -> AsyncIterator[Stand]:
    """Trading on paper without spread, so that prices are as in the others."""
    quotes = {TICKER: PRICE}

    async def prices(tickers: Collection[str]) -> Mapping[str, MarketPrice]:
        return {each: MarketPrice(quotes[each], NOW) for each in tickers if each in quotes}

    async def opening(portfolio: str) -> Opening:
        return Opening(CASH, {TICKER: SHARES})

    broker = PaperBroker(prices, opening, CLOCK, PaperTerms(FEES, spread_ppm=0))
    yield Stand("paper", broker, exchange(), OpenFates(), faulty=False, quotes=quotes)


@contextlib.asynccontextmanager
async def alpaca() -> AsyncIterator[Stand]:
    """Alpaca's API over an exchange of ours, at a real server on loopback."""
    behind, fates = exchange("USD", Fees()), OpenFates()
    fake = FakeAlpaca(behind, fates, PORTFOLIO)
    keys = {PORTFOLIO: AlpacaKeys(fake.key_id, fake.secret)}
    with serving(fake.app()) as url:
        async with httpx.AsyncClient() as client:
            broker = AlpacaBroker(client, keys, CLOCK, AlpacaTerms(url))
            yield Stand("alpaca", broker, behind, fates, currency="USD", charges=False)


STANDS: Mapping[str, Callable[[], contextlib.AbstractAsyncContextManager[Stand]]] = {
    "simulated": simulated,
    "http": http,
    "paper": paper,
    "alpaca": alpaca,
}


@contextlib.contextmanager
def running(
    *,
    fates: OpenFates | None = None,
    log: Path | None = None,
    publish: Publish | None = None,
    fees: Fees = FEES,
) -> Iterator[ExchangeServer]:
    """The exchange's process in a thread."""
    servers: list[ExchangeServer] = []
    listening = threading.Event()

    def started(server: ExchangeServer) -> None:
        servers.append(server)
        listening.set()

    thread = threading.Thread(
        target=serve_exchange,
        kwargs={
            "clock": CLOCK, "fees": fees, "fates": fates, "log": log, "publish": publish, "started": started,
        },
    )  # fmt: skip
    thread.start()
    assert listening.wait(30)
    try:
        yield servers[0]
    finally:
        servers[0].stop()
        thread.join(30)


def money(minor: int) -> Decimal:
    """Cents as money."""
    return Decimal(minor).scaleb(-2)
