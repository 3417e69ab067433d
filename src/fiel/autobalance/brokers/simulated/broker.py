"""The simulated exchange as a broker, in the same process."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping
from decimal import Decimal

from fiel.autobalance.brokers.simulated.desk import Desk
from fiel.autobalance.brokers.simulated.exchange import Exchange
from fiel.autobalance.brokers.simulated.fates import Fates, NoFaults
from fiel.autobalance.orders import BrokerOrder, OrderReport
from fiel.autobalance.ports import BrokerFees, TradingStatus
from fiel.kernel.clock import Clock

Sleep = Callable[[float], Awaitable[None]]


class SimulatedBroker:
    """A `Broker`. Without latency its calls never wait. A caller that gives up half-way through the latency
    has placed its order or not, as at a real broker."""

    def __init__(
        self, exchange: Exchange, clock: Clock, fates: Fates | None = None, sleep: Sleep = asyncio.sleep
    ) -> None:
        self._desk, self._exchange, self._sleep = Desk(exchange, fates or NoFaults(), clock), exchange, sleep

    async def place(self, order: BrokerOrder) -> OrderReport:
        """Raises as the port says, by the order's fate."""
        fate = self._desk.arrive(order)
        if not fate.latency_s:
            return self._desk.take(order, fate)
        await self._sleep(fate.latency_s / 2)
        try:
            return self._desk.take(order, fate)
        finally:
            await self._sleep(fate.latency_s / 2)

    async def query(self, client_order_id: str, portfolio: str) -> OrderReport | None:
        return self._desk.query(client_order_id, portfolio)

    async def cancel(self, client_order_id: str, portfolio: str) -> OrderReport | None:
        return self._desk.cancel(client_order_id, portfolio)

    async def positions(self, portfolio: str) -> Mapping[str, int]:
        self._desk.check_open()
        return self._exchange.positions(portfolio)

    async def cash(self, portfolio: str) -> Decimal:
        self._desk.check_open()
        return self._exchange.cash(portfolio)

    async def fees(self, portfolio: str) -> BrokerFees:
        self._desk.check_open()
        return self._exchange.fees(portfolio)

    async def trading_status(self, tickers: Collection[str]) -> Mapping[str, TradingStatus]:
        self._desk.check_open()
        return self._exchange.trading_status(tickers)
