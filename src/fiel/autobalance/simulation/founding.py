"""Founds a fleet: money and first buys in custody, the same at the exchange, and everybody enrolled."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from fiel.autobalance.portfolios import Enrolling, Portfolios
from fiel.autobalance.simulation.fleet import Founded
from fiel.autobalance.triggers import Policy, policy_text
from fiel.custody.accounts import AccountKey, exact_value, minor_step, rounded_half_up
from fiel.custody.bookings import Bookings, Told
from fiel.custody.events import BookFact, FactKind
from fiel.kernel.parts import in_parts

CURRENCY = "BRL"
BROKER = "simulated"
#: Portfolios whose facts are booked in one transaction.
TOGETHER = 500


class OpensAccounts(Protocol):
    """The exchange, in process or not."""

    def open_account(self, portfolio: str, cash_minor: int, shares: Mapping[str, int]) -> None:
        """A portfolio with its money and shares."""


@dataclass(frozen=True, slots=True)
class Founding:
    """Founds portfolios at an instant: booked once, however often it is run on the same book."""

    bookings: Bookings
    portfolios: Portfolios
    exchange: OpensAccounts
    policy: Policy
    at: datetime
    broker: str = BROKER

    def found(self, fleet: Iterable[Founded], prices: Mapping[str, int]) -> int:
        """How many were founded. Raises `Conflict` where the exchange knows one already."""
        count = 0
        policy = policy_text(self.policy)
        for part in in_parts(fleet, TOGETHER):
            self.bookings.book_all([fact for one in part for fact in self._facts(one, prices)])
            for one in part:
                self.exchange.open_account(one.portfolio, one.cash - _spent(one, prices), one.shares)
            self.portfolios.enrol_many(
                [Enrolling(one.portfolio, CURRENCY, one.model.text, policy, self.broker) for one in part],
                by="simulation",
            )
            count += len(part)
        return count

    def _facts(self, one: Founded, prices: Mapping[str, int]) -> Iterator[Told]:
        account = AccountKey(one.portfolio, CURRENCY)
        name = f"founding:{one.portfolio}"
        yield Told(account, BookFact(f"{name}:cash", FactKind.DEPOSIT, self.at, self.at, amount=one.cash))
        for ticker, quantity in one.shares.items():
            price = prices[ticker]
            yield Told(
                account,
                BookFact(
                    f"{name}:{ticker}",
                    FactKind.TRADE,
                    self.at,
                    self.at,
                    ticker=ticker,
                    quantity=quantity,
                    amount=-_gross(quantity, price),
                    price=price,
                ),
            )


def _gross(quantity: int, price: int) -> int:
    return rounded_half_up(exact_value(price, quantity), minor_step(CURRENCY))


def _spent(one: Founded, prices: Mapping[str, int]) -> int:
    return sum(_gross(quantity, prices[ticker]) for ticker, quantity in one.shares.items())
