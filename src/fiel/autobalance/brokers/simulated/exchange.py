"""An exchange in process: limit orders against one price per ticker, without margin. Synchronous.

A buy executes while the price is at or below its limit, a sale while it is at or above, always at the
price and not at the limit. Open orders hold what they may come to need, as custody's reservations do, so
that neither cash nor shares ever fall below zero.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal

from fiel.autobalance.brokers.simulated.books import PLAIN, Account, Counters, Handling, Statement, Taken
from fiel.autobalance.brokers.simulated.floor import Floor, Hours, Phase, Told
from fiel.autobalance.orders import BrokerOrder, OrderReport, OrderState
from fiel.autobalance.ports import BrokerFees, TradingStatus
from fiel.custody.accounts import AMOUNT_MAX, INT64_MAX, money_of
from fiel.custody.reservations import Fees
from fiel.kernel.clock import Clock
from fiel.kernel.errors import Conflict, InvalidInput, Unavailable
from fiel.kernel.money import currency_decimals

_MILLION = 1_000_000
_ID_MAX = 100


@dataclass(frozen=True, slots=True)
class Capacity:
    """How much the exchange keeps before it says that it is full."""

    accounts: int = 10_000_000
    tickers: int = 100_000
    orders: int = 50_000_000


class Exchange:
    """For one thread at a time. `told` gets executions and closings, as `order_events` names them.

    `spread_ppm` is what a buy pays above the price, and a sale gets below it, in millionths.
    With `deduplicates=False` it is a careless one, which makes a second order of a name that it knows:
    to show that nobody relies on the broker to be careful (`Counters.duplicate_orders`).
    """

    def __init__(
        self,
        clock: Clock,
        fees: Fees | None = None,
        *,
        told: Told | None = None,
        hours: Hours | None = None,
        spread_ppm: int = 0,
        deduplicates: bool = True,
        capacity: Capacity | None = None,
    ) -> None:
        self._floor = Floor(clock, fees or Fees(), told, hours, spread_ppm)
        self._deduplicates, self._capacity = deduplicates, capacity or Capacity()
        self._orders: dict[str, Taken] = {}

    # Accounts and prices

    def open_account(
        self, portfolio: str, cash_minor: int, shares: Mapping[str, int] | None = None, currency: str = "BRL"
    ) -> None:
        """A portfolio with money (minor units) and shares (billionths).

        Raises `Conflict` (account_exists), `InvalidInput`, `Unavailable` (exchange_full).
        """
        shares = dict(shares or {})
        if not 1 <= len(portfolio) <= _ID_MAX:
            raise InvalidInput(
                "portfolio_malformed", f"a portfolio has 1 to {_ID_MAX} characters", field="portfolio"
            )
        _checked_amount(cash_minor, "cash")
        for ticker, quantity in shares.items():
            _checked_amount(quantity, f"shares.{ticker}", INT64_MAX)
        currency_decimals(currency)
        if portfolio in self._floor.accounts:
            raise Conflict("account_exists", f"{portfolio} has an account already", field="portfolio")
        _checked_room(len(self._floor.accounts), self._capacity.accounts, "accounts")
        held = {ticker: quantity for ticker, quantity in shares.items() if quantity}
        self._floor.accounts[portfolio] = Account(portfolio, currency, cash_minor, held)

    def move(self, portfolio: str, cash_minor: int = 0, shares: Mapping[str, int] | None = None) -> None:
        """Money and shares that come (above zero) or go (below): a deposit, a withdrawal, a transfer.

        Raises `NotFound` (account_unknown), `Conflict` (not_available) for what is not there or is held.
        """
        account = self._floor.account(portfolio)
        shares = dict(shares or {})
        if account.free_cash + cash_minor < 0 or account.cash + cash_minor > INT64_MAX:
            raise Conflict("not_available", "the money is not there, or held by open orders", field="cash")
        for ticker, quantity in shares.items():
            if not 0 <= account.free_shares(ticker) + quantity <= INT64_MAX:
                raise Conflict("not_available", f"{ticker} is not there, or held", field=f"shares.{ticker}")
        account.cash += cash_minor
        for ticker, quantity in shares.items():
            account.add_shares(ticker, quantity)

    def set_prices(self, prices: Mapping[str, int]) -> None:
        """Prices in billionths; open orders that they reach are executed. Raises `InvalidInput`."""
        for ticker, price in prices.items():
            if type(price) is not int or not 0 < price <= INT64_MAX:
                raise InvalidInput(
                    "price_out_of_range", "a price is above zero and in billionths", field=f"prices.{ticker}"
                )
        new = sum(ticker not in self._floor.prices for ticker in prices)
        _checked_room(len(self._floor.prices) + new - 1, self._capacity.tickers, "tickers")
        self._floor.prices.update(prices)
        for ticker in prices:
            self._floor.match_all(ticker)

    def set_phase(self, ticker: str, phase: Phase) -> None:
        """Open, halt or close a ticker."""
        self._floor.phases[ticker] = phase
        self._floor.match_all(ticker)

    def end_day(self) -> None:
        """Whatever is still open has expired."""
        self._floor.close_all(OrderState.EXPIRED)

    # Orders

    def place(self, order: BrokerOrder, handling: Handling = PLAIN) -> OrderReport:
        """Take an order, or refuse it with a reason (a REJECTED report). Known: its report as it stands.

        Raises `Conflict` (client_order_id_reused) for a known name with other terms.
        """
        known = self._orders.get(order.client_order_id)
        if known is not None and known.order != order:
            raise Conflict(
                "client_order_id_reused",
                f"{order.client_order_id} is the name of an order with other terms",
                field="client_order_id",
            )
        if known is not None and self._deduplicates:
            self._floor.tally.duplicates_refused += 1
            return known.report()
        _checked_room(self._floor.tally.orders, self._capacity.orders, "orders")
        self._floor.tally.orders += 1
        taken = Taken(self._floor.tally.orders, order, handling)
        self._orders[order.client_order_id] = taken
        reason = handling.reject or self._floor.refusal(order)
        if reason is not None:
            taken.reason = reason
            self._floor.close(taken, OrderState.REJECTED)
            return taken.report()
        if handling.first_ppm:
            taken.offered = max(1, order.quantity * handling.first_ppm // _MILLION)
        self._floor.admit(taken)
        return taken.report()

    def query(self, client_order_id: str, portfolio: str) -> OrderReport | None:
        """Where an order of the portfolio stands; `None` when there is none. Counts as a question."""
        taken = self._known(client_order_id, portfolio)
        if taken is None:
            return None
        if self.heeds_question(client_order_id):
            taken.questions += 1
            if taken.questions >= (taken.handling.rest_after or 0):
                taken.offered = taken.order.quantity
                self._floor.match(taken)
        return taken.report()

    def heeds_question(self, client_order_id: str) -> bool:
        """Whether a question about the order may change something."""
        taken = self._orders.get(client_order_id)
        return (
            taken is not None
            and taken.state is OrderState.OPEN
            and taken.handling.rest_after is not None
            and taken.offered < taken.order.quantity
        )

    def cancel(self, client_order_id: str, portfolio: str) -> OrderReport | None:
        """Close an open order of the portfolio; the report afterwards, `None` when there is none."""
        taken = self._known(client_order_id, portfolio)
        if taken is None:
            return None
        if taken.state is OrderState.OPEN:
            self._floor.close(taken, OrderState.CANCELLED)
        return taken.report()

    # What can be asked

    def positions(self, portfolio: str) -> dict[str, int]:
        """Shares by ticker. Raises `NotFound` (account_unknown)."""
        return dict(self._floor.account(portfolio).shares)

    def cash(self, portfolio: str) -> Decimal:
        """Money, held or not. Raises `NotFound` (account_unknown)."""
        account = self._floor.account(portfolio)
        return money_of(account.cash, account.currency)

    def fees(self, portfolio: str) -> BrokerFees:
        """What orders cost. Raises `NotFound` (account_unknown)."""
        fees, currency = self._floor.fees, self._floor.account(portfolio).currency
        return BrokerFees(money_of(fees.fixed, currency), Decimal(fees.rate_ppm).scaleb(-6))

    def price(self, ticker: str) -> int | None:
        """The price now, in billionths."""
        return self._floor.prices.get(ticker)

    def trading_status(self, tickers: Collection[str]) -> dict[str, TradingStatus]:
        """Whether each trades now; a ticker without a price does not."""
        market = self._floor.market()
        return {ticker: self._floor.status(ticker, market) for ticker in tickers}

    def statement(self, portfolio: str) -> Statement:
        """What the portfolio has. Raises `NotFound` (account_unknown)."""
        account = self._floor.account(portfolio)
        shares, held = dict(account.shares), dict(account.held_shares)
        return Statement(portfolio, account.currency, account.cash, shares, account.held_cash, held)

    def has_account(self, portfolio: str) -> bool:
        """Whether the portfolio has an account here."""
        return portfolio in self._floor.accounts

    def portfolios(self) -> tuple[str, ...]:
        """All that have an account."""
        return tuple(self._floor.accounts)

    def orders(self) -> tuple[tuple[BrokerOrder, OrderReport], ...]:
        """Every name's order, in the order of arrival."""
        return tuple((taken.order, taken.report()) for taken in self._orders.values())

    def counters(self) -> Counters:
        tally, ended = self._floor.tally, self._floor.tally.ended
        return Counters(
            orders=tally.orders,
            executions=tally.executions,
            rejected=ended.get(OrderState.REJECTED, 0),
            cancelled=ended.get(OrderState.CANCELLED, 0),
            expired=ended.get(OrderState.EXPIRED, 0),
            duplicates_refused=tally.duplicates_refused,
            duplicate_orders=tally.executed_again,
        )

    def _known(self, client_order_id: str, portfolio: str) -> Taken | None:
        taken = self._orders.get(client_order_id)
        return taken if taken is not None and taken.order.portfolio == portfolio else None


def _checked_amount(amount: int, field: str, highest: int = AMOUNT_MAX) -> None:
    if type(amount) is not int or not 0 <= amount <= highest:
        raise InvalidInput("amount_out_of_range", f"from 0 to {highest}, a whole number", field=field)


def _checked_room(count: int, capacity: int, what: str) -> None:
    if count >= capacity:
        raise Unavailable("exchange_full", f"the exchange keeps at most {capacity} {what}", field=what)
