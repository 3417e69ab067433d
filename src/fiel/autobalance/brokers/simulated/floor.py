"""The floor of the exchange: accounts, prices and open orders, and how the one meets the other."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from fiel.autobalance import order_events
from fiel.autobalance.brokers.simulated.books import Account, Taken
from fiel.autobalance.brokers.simulated.money import cash_to_hold, fees_on, gross_of, minor_unit
from fiel.autobalance.orders import BrokerOrder, Execution, OrderState
from fiel.autobalance.ports import TradingStatus
from fiel.custody.accounts import AMOUNT_MAX, INT64_MAX
from fiel.custody.order_events.event import Side
from fiel.custody.reservations import Fees
from fiel.kernel.clock import Clock
from fiel.kernel.errors import NotFound

#: Told of every order event: the portfolio, and the event in custody's wire format.
Told = Callable[[str, Mapping[str, object]], None]
#: Whether the market as a whole is open at an instant.
Hours = Callable[[datetime], TradingStatus]

_MILLION = 1_000_000
ALWAYS_OPEN = TradingStatus(is_open=True)


class Phase(StrEnum):
    """Of one ticker. CLOSED refuses orders; HALTED takes them and executes nothing."""

    OPEN = "open"
    HALTED = "halted"
    CLOSED = "closed"


@dataclass(slots=True)
class Tally:
    """What happened so far."""

    orders: int = 0
    executions: int = 0
    duplicates_refused: int = 0
    ended: dict[OrderState, int] = field(default_factory=dict)
    #: Orders with an execution, beyond the first of a name.
    executed_again: int = 0


class Floor:
    """Executes orders and keeps the books of it. Nothing here decides whether an order is taken twice."""

    def __init__(
        self, clock: Clock, fees: Fees, told: Told | None, hours: Hours | None, spread_ppm: int = 0
    ) -> None:
        self._clock, self._told, self._hours = clock, told, hours
        self.fees, self._spread_ppm = fees, spread_ppm
        self.accounts: dict[str, Account] = {}
        self.prices: dict[str, int] = {}
        self.phases: dict[str, Phase] = {}
        self.tally = Tally()
        self._open: dict[str, dict[int, Taken]] = {}
        self._executed_names: set[str] = set()

    def account(self, portfolio: str) -> Account:
        """Raises `NotFound` (account_unknown)."""
        account = self.accounts.get(portfolio)
        if account is None:
            raise NotFound("account_unknown", f"{portfolio} has no account here", field="portfolio")
        return account

    def market(self) -> TradingStatus:
        """Whether the market as a whole is open now."""
        return self._hours(self._clock.now()) if self._hours else ALWAYS_OPEN

    def status(self, ticker: str, market: TradingStatus) -> TradingStatus:
        """Whether a ticker trades now; one without a price does not."""
        if ticker not in self.prices:
            return TradingStatus(is_open=False, reason="unknown ticker")
        phase = self.phases.get(ticker, Phase.OPEN)
        if phase is not Phase.OPEN:
            return TradingStatus(is_open=False, reason=phase.value)
        return market

    def refusal(self, order: BrokerOrder) -> str | None:
        """Why an order cannot be taken, if it cannot."""
        account = self.accounts.get(order.portfolio)
        if account is None:
            return "unknown account"
        if order.currency != account.currency:
            return f"the account is in {account.currency}"
        if order.ticker not in self.prices:
            return "unknown ticker"
        if self.phases.get(order.ticker) is Phase.CLOSED or not self.market().is_open:
            return "market closed"
        if order.side is Side.SELL:
            return self._refusal_of_sale(order, account)
        # The limit bounds the price, so it bounds the value too.
        need = cash_to_hold(0, order.limit * order.quantity, 0, minor_unit(order.currency), self.fees)
        if need > AMOUNT_MAX or account.shares.get(order.ticker, 0) + order.quantity > INT64_MAX:
            return "order too large"
        return "insufficient cash" if need > account.free_cash else None

    def _refusal_of_sale(self, order: BrokerOrder, account: Account) -> str | None:
        if order.quantity > account.free_shares(order.ticker):
            return "insufficient shares"
        unit = minor_unit(order.currency)
        least = gross_of(order.limit * order.quantity, unit)
        if max(least, gross_of(self.price_for(order) * order.quantity, unit)) > AMOUNT_MAX:
            return "order too large"
        if account.free_cash + least < fees_on(least, self.fees):
            return "proceeds do not cover the fees"
        return None

    def price_for(self, order: BrokerOrder) -> int:
        """What it would be executed at now: `spread_ppm` above the price for a buy, below it for a sale,
        rounded against the order and never to nothing."""
        price, spread = self.prices[order.ticker], self._spread_ppm
        if order.side is Side.BUY:
            return -(-price * (_MILLION + spread) // _MILLION)
        return max(1, price * (_MILLION - spread) // _MILLION)

    def admit(self, taken: Taken) -> None:
        """The order is on the floor: it holds what it may need, and executes if it can."""
        self._open.setdefault(taken.order.ticker, {})[taken.number] = taken
        self._hold(taken)
        self.match(taken)

    def match_all(self, ticker: str) -> None:
        """Everything that is open in a ticker, in the order of arrival."""
        waiting = self._open.get(ticker)
        for taken in list(waiting.values()) if waiting else ():
            self.match(taken)

    def match(self, taken: Taken) -> None:
        """Execute what the market offers of an open order, if its price is there."""
        order, quantity = taken.order, taken.offered - taken.filled
        if taken.state is not OrderState.OPEN or quantity <= 0:
            return
        if self.phases.get(order.ticker, Phase.OPEN) is not Phase.OPEN or not self.market().is_open:
            return
        price = self.price_for(order)
        reached = price <= order.limit if order.side is Side.BUY else price >= order.limit
        if reached and self._affordable(taken, price, quantity):
            self._execute(taken, price, quantity)

    def _affordable(self, taken: Taken, price: int, quantity: int) -> bool:
        """A buy holds its money; a small part of a sale may cost more in fees than it brings, and waits.
        Nor may a price have grown beyond what a book can hold."""
        if taken.order.side is Side.BUY:
            return True
        gross = gross_of(taken.exact + price * quantity, minor_unit(taken.order.currency))
        fee = max(taken.fee, fees_on(gross, self.fees))
        brings = gross - taken.gross - (fee - taken.fee)
        account = self.accounts[taken.order.portfolio]
        return gross <= AMOUNT_MAX and account.free_cash + brings >= 0 and account.cash + brings <= INT64_MAX

    def _execute(self, taken: Taken, price: int, quantity: int) -> None:
        order, account = taken.order, self.accounts[taken.order.portfolio]
        execution = Execution(len(taken.executions) + 1, quantity, price, self._clock.now())
        if not taken.executions:
            self._count_executed(order.client_order_id)
        taken.executions = (*taken.executions, execution)
        taken.filled += quantity
        taken.exact += price * quantity
        gross = gross_of(taken.exact, minor_unit(order.currency))
        fee = max(taken.fee, fees_on(gross, self.fees))
        sign = 1 if order.side is Side.BUY else -1
        account.cash -= sign * (gross - taken.gross) + (fee - taken.fee)
        account.add_shares(order.ticker, sign * quantity)
        taken.gross, taken.fee = gross, fee
        self.tally.executions += 1
        self._hold(taken)
        self._tell(taken, order_events.executed(order, execution, taken.filled))
        if taken.filled == order.quantity:
            self._end(taken, OrderState.FILLED)

    def _count_executed(self, name: str) -> None:
        if name in self._executed_names:
            self.tally.executed_again += 1
        self._executed_names.add(name)

    def _hold(self, taken: Taken) -> None:
        """Set what the order holds to what the open rest of it may need."""
        order, account = taken.order, self.accounts[taken.order.portfolio]
        rest = taken.open_quantity if taken.state is OrderState.OPEN else 0
        if order.side is Side.SELL:
            account.hold_shares(order.ticker, rest - taken.held)
            taken.held = rest
            return
        needed = 0
        if rest:
            unit, paid = minor_unit(order.currency), taken.gross + taken.fee
            needed = cash_to_hold(taken.exact, order.limit * rest, paid, unit, self.fees)
        account.held_cash += needed - taken.held
        taken.held = needed

    def close(self, taken: Taken, state: OrderState) -> None:
        """Nothing more of the order will be executed."""
        self._end(taken, state)
        self._tell(taken, order_events.closed(taken.order, state, self._clock.now()))

    def close_all(self, state: OrderState) -> None:
        """Close whatever is open."""
        for orders in list(self._open.values()):
            for taken in list(orders.values()):
                self.close(taken, state)

    def _end(self, taken: Taken, state: OrderState) -> None:
        taken.state = state
        self.tally.ended[state] = self.tally.ended.get(state, 0) + 1
        waiting = self._open.get(taken.order.ticker)
        if waiting and waiting.pop(taken.number, None) is not None:
            self._hold(taken)

    def _tell(self, taken: Taken, event: Mapping[str, object]) -> None:
        if self._told is not None:
            for _ in range(2 if taken.handling.published_twice else 1):
                self._told(taken.order.portfolio, event)
