"""Trading on paper: real prices, made-up executions, and books that begin as custody's own."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

from fiel.autobalance.brokers.simulated.books import PLAIN, Handling, Statement
from fiel.autobalance.brokers.simulated.exchange import Exchange
from fiel.autobalance.brokers.simulated.floor import Hours
from fiel.autobalance.orders import BrokerOrder, OrderReport
from fiel.autobalance.ports import BrokerFees, TradingStatus
from fiel.custody.reservations import Fees
from fiel.kernel.clock import Clock
from fiel.kernel.errors import InvalidInput

_MILLION = 1_000_000
_STALE = "no price that is fresh enough"


class MarketPrice(NamedTuple):
    """A price in billionths of the currency, and when it was so."""

    price: int
    at: datetime


class Opening(NamedTuple):
    """What a portfolio has, reservations included: minor units, billionths by ticker."""

    cash_minor: int
    shares: Mapping[str, int]
    currency: str = "BRL"


#: The last prices of some tickers; those without one are left out.
Prices = Callable[[Collection[str]], Awaitable[Mapping[str, MarketPrice]]]
#: What custody has of a portfolio.
Opener = Callable[[str], Awaitable[Opening]]


@dataclass(frozen=True, slots=True)
class PaperTerms:
    """`spread_ppm` (between bid and ask) and `slippage_ppm`, in millionths of the price, are what trading
    costs beside the fees; older prices than `oldest` are refused."""

    fees: Fees = field(default_factory=Fees)
    spread_ppm: int = 1_000
    slippage_ppm: int = 0
    oldest: timedelta = timedelta(minutes=15)

    def __post_init__(self) -> None:
        for name in ("spread_ppm", "slippage_ppm"):
            if not 0 <= getattr(self, name) <= _MILLION // 2:
                raise InvalidInput("rate_out_of_range", f"from 0 to {_MILLION // 2}", field=name)
        if not timedelta() < self.oldest <= timedelta(days=7):
            raise InvalidInput("duration_out_of_range", "more than nothing, at most 7 days", field="oldest")


class PaperBroker:
    """A `Broker` for one event loop. Orders execute whole, at the market's price and half the spread and
    the slippage, or wait until a question finds the price within their limit.

    `batch_of` tells the batch of an order by its client's name: before each batch the books take over what
    custody has by then.

    The books live in memory and begin with what `opener` says at a portfolio's first order or question.
    After a restart an order that was open is unknown; one whose execution custody has booked is in
    custody's opening, so that nothing is done twice.
    """

    def __init__(
        self,
        prices: Prices,
        opener: Opener,
        clock: Clock,
        terms: PaperTerms | None = None,
        hours: Hours | None = None,
        *,
        batch_of: Callable[[str], str] | None = None,
    ) -> None:
        self._terms = terms or PaperTerms()
        cost = -(-self._terms.spread_ppm // 2) + self._terms.slippage_ppm
        self._exchange = Exchange(clock, self._terms.fees, hours=hours, spread_ppm=cost)
        self._prices, self._opener, self._clock = prices, opener, clock
        self._tickers: dict[str, str] = {}
        self._batch_of = batch_of
        #: The batch for which a portfolio's books were last brought up to custody's.
        self._batches: dict[str, str] = {}
        self._opening = asyncio.Lock()

    async def place(self, order: BrokerOrder) -> OrderReport:
        """REJECTED without a fresh price. Raises what the price function and the opener raise."""
        await self._begin(order)
        fresh = await self._refresh([order.ticker])
        report = self._exchange.place(order, PLAIN if order.ticker in fresh else Handling(reject=_STALE))
        self._tickers[order.client_order_id] = order.ticker
        return report

    async def query(self, client_order_id: str, portfolio: str) -> OrderReport | None:
        """Looks at the market again if the order is still open."""
        report = self._exchange.query(client_order_id, portfolio)
        if report is None or report.state.is_final:
            return report
        await self._refresh([self._tickers[client_order_id]])
        return self._exchange.query(client_order_id, portfolio)

    async def cancel(self, client_order_id: str, portfolio: str) -> OrderReport | None:
        return self._exchange.cancel(client_order_id, portfolio)

    async def positions(self, portfolio: str) -> Mapping[str, int]:
        await self._open(portfolio)
        return self._exchange.positions(portfolio)

    async def cash(self, portfolio: str) -> Decimal:
        await self._open(portfolio)
        return self._exchange.cash(portfolio)

    async def fees(self, portfolio: str) -> BrokerFees:
        await self._open(portfolio)
        return self._exchange.fees(portfolio)

    async def trading_status(self, tickers: Collection[str]) -> Mapping[str, TradingStatus]:
        """A ticker without a fresh price does not trade."""
        fresh = await self._refresh(tickers)
        found = self._exchange.trading_status(tickers)
        stale = TradingStatus(is_open=False, reason=_STALE)
        return {ticker: status if ticker in fresh else stale for ticker, status in found.items()}

    async def reopen(self, portfolio: str) -> None:
        """Take over what custody has by now (deposits, the user's own trades). Only between batches: what
        custody has not booked yet would be lost. Raises `Conflict` while open orders hold what is gone."""
        async with self._opening:
            await self._reopen(portfolio)

    async def _begin(self, order: BrokerOrder) -> None:
        """Before the first order of a batch, what custody got since the last one is taken over: all of that
        one is booked by then, for a portfolio has one batch at a time."""
        portfolio = order.portfolio
        batch = "" if self._batch_of is None else self._batch_of(order.client_order_id)
        async with self._opening:
            if not self._exchange.has_account(portfolio):
                await self._open_new(portfolio)
            elif self._batches.get(portfolio, batch) != batch:
                await self._reopen(portfolio)
            self._batches[portfolio] = batch

    async def _reopen(self, portfolio: str) -> None:
        if not self._exchange.has_account(portfolio):
            await self._open_new(portfolio)
            return
        opening = await self._opener(portfolio)
        now: Statement = self._exchange.statement(portfolio)
        shares = {
            ticker: opening.shares.get(ticker, 0) - now.shares.get(ticker, 0)
            for ticker in opening.shares.keys() | now.shares.keys()
        }
        self._exchange.move(portfolio, opening.cash_minor - now.cash, shares)

    async def _open(self, portfolio: str) -> None:
        async with self._opening:
            if not self._exchange.has_account(portfolio):
                await self._open_new(portfolio)

    async def _open_new(self, portfolio: str) -> None:
        opening = await self._opener(portfolio)
        self._exchange.open_account(portfolio, opening.cash_minor, opening.shares, opening.currency)

    async def _refresh(self, tickers: Collection[str]) -> frozenset[str]:
        """Take the market's prices; the tickers whose price is fresh."""
        found = await self._prices(tickers)
        earliest = self._clock.now() - self._terms.oldest
        fresh = {
            ticker: quote.price
            for ticker, quote in found.items()
            if ticker in tickers and quote.at >= earliest and quote.price > 0
        }
        if fresh:
            self._exchange.set_prices(fresh)
        return frozenset(fresh)
