"""What the exchange keeps: accounts, and orders with everything that became of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from fiel.autobalance.orders import BrokerOrder, Execution, OrderReport, OrderState


@dataclass(frozen=True, slots=True)
class Handling:
    """How the exchange is to treat an order that it takes: all at once, unless told otherwise.

    `reject` is the reason to refuse it. `first_ppm` is the part of it (millionths) that the market offers
    at once; the rest is offered at the `rest_after`-th question about the order, and never if that is
    `None`. `published_twice`: its events are told twice.
    """

    reject: str | None = None
    first_ppm: int = 1_000_000
    rest_after: int | None = None
    published_twice: bool = False


#: Nothing out of the ordinary.
PLAIN = Handling()


@dataclass(slots=True)
class Account:
    """One portfolio's money (minor units) and shares (billionths), and what open orders hold of them."""

    portfolio: str
    currency: str
    cash: int
    shares: dict[str, int] = field(default_factory=dict)
    held_cash: int = 0
    held_shares: dict[str, int] = field(default_factory=dict)

    @property
    def free_cash(self) -> int:
        """What a new order may use."""
        return self.cash - self.held_cash

    def free_shares(self, ticker: str) -> int:
        """What a new order may sell."""
        return self.shares.get(ticker, 0) - self.held_shares.get(ticker, 0)

    def add_shares(self, ticker: str, quantity: int) -> None:
        """Shares that come, or go (below zero)."""
        _add(self.shares, ticker, quantity)

    def hold_shares(self, ticker: str, quantity: int) -> None:
        """Hold more for open orders, or less (below zero)."""
        _add(self.held_shares, ticker, quantity)


@dataclass(slots=True)
class Taken:
    """An order that the exchange took (or refused): `number` is the exchange's own, from 1.

    `offered` is how much of it the market lets execute so far; `exact`, `gross` and `fee` are its money
    (10^-18 of the currency, and minor units).
    """

    number: int
    order: BrokerOrder
    handling: Handling
    state: OrderState = OrderState.OPEN
    executions: tuple[Execution, ...] = ()
    reason: str | None = None
    offered: int = 0
    questions: int = 0
    filled: int = 0
    exact: int = 0
    gross: int = 0
    fee: int = 0
    held: int = 0

    @property
    def open_quantity(self) -> int:
        return self.order.quantity - self.filled

    def report(self) -> OrderReport:
        """What is told to whoever asks."""
        return OrderReport(self.order.client_order_id, self.state, self.executions, self.reason)


class Statement(NamedTuple):
    """What the exchange says a portfolio has, to be compared with custody: minor units and billionths.

    `held_*` are parts of the former that open orders hold.
    """

    portfolio: str
    currency: str
    cash: int
    shares: dict[str, int]
    held_cash: int
    held_shares: dict[str, int]


class Counters(NamedTuple):
    """What happened so far. `duplicates_refused`: an order came again under its name, and was the same.
    `duplicate_orders`: executed orders beyond one per name; anything but 0 is a fault of somebody's."""

    orders: int
    executions: int
    rejected: int
    cancelled: int
    expired: int
    duplicates_refused: int
    duplicate_orders: int


def _add(quantities: dict[str, int], ticker: str, quantity: int) -> None:
    left = quantities.get(ticker, 0) + quantity
    if left:
        quantities[ticker] = left
    else:
        quantities.pop(ticker, None)
