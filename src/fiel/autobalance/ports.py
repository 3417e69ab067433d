"""What the auto-balancer needs from elsewhere."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Protocol

from fiel.autobalance.orders import BrokerOrder, OrderReport
from fiel.kernel.errors import FielError


class OutcomeUnknown(FielError):
    """The broker did not answer in time or in a way that can be read: the order may be there or not.

    Whoever gets it asks `Broker.query` and never places anew before it knows.
    """


@dataclass(frozen=True, slots=True)
class BrokerFees:
    """What an order costs at the broker: `fixed` in money once, and `rate` as a fraction of its value."""

    fixed: Decimal = Decimal(0)
    rate: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class TradingStatus:
    """Whether orders are taken now; `until` is when that changes, if the broker says so."""

    is_open: bool
    until: datetime | None = None
    reason: str | None = None


class Broker(Protocol):
    """A broker that sagas trade through. Every method may raise `Unavailable` (nothing was done) or
    `OutcomeUnknown` (nobody knows); both are `FielError`. Time-outs are the caller's.
    """

    async def place(self, order: BrokerOrder) -> OrderReport:
        """Send an order. The same `client_order_id` again is the same order: its report, never a second
        one. A refusal by the broker is a report (REJECTED), not an error.

        Raises `Conflict` (client_order_id_reused) for the id with other terms.
        """

    async def query(self, client_order_id: str, portfolio: str) -> OrderReport | None:
        """What became of an order; `None` when the broker says that it has none of this name."""

    async def cancel(self, client_order_id: str, portfolio: str) -> OrderReport | None:
        """Ask that nothing more be executed; the report afterwards (a final state, or OPEN while the
        broker is still at it). `None` when there is no such order."""

    async def positions(self, portfolio: str) -> Mapping[str, int]:
        """What the broker holds for the portfolio: billionths by ticker."""

    async def cash(self, portfolio: str) -> Decimal:
        """The money that the broker holds for the portfolio, in its currency."""

    async def fees(self, portfolio: str) -> BrokerFees:
        """What orders cost."""

    async def trading_status(self, tickers: Collection[str]) -> Mapping[str, TradingStatus]:
        """Whether each ticker trades now."""
