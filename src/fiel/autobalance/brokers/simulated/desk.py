"""The counter where orders arrive: between whoever sends them and the exchange stand their fates.

Synchronous; the broker in process and the HTTP process both use it, so that the same seed means the same.
"""

from __future__ import annotations

from fiel.autobalance.brokers.simulated.exchange import Exchange
from fiel.autobalance.brokers.simulated.fates import Fate, Fates
from fiel.autobalance.orders import BrokerOrder, OrderReport
from fiel.autobalance.ports import OutcomeUnknown
from fiel.kernel.clock import Clock
from fiel.kernel.errors import Unavailable


class Desk:
    """For one thread at a time. Remembers how often each name arrived, for as long as it lives."""

    def __init__(self, exchange: Exchange, fates: Fates, clock: Clock) -> None:
        self.exchange = exchange
        self._fates, self._clock = fates, clock
        self._arrivals: dict[str, int] = {}
        self._silent: dict[str, int] = {}
        self._cancels_unanswered: set[str] = set()

    def arrive(self, order: BrokerOrder) -> Fate:
        """An order arrives: what will become of it. Raises `Unavailable` if it is turned away."""
        self.check_open()
        arrival = self._arrivals.get(order.client_order_id, 0) + 1
        self._arrivals[order.client_order_id] = arrival
        fate = self._fates.fate(order, arrival)
        if fate.unavailable:
            raise Unavailable("broker_unavailable", "the simulated broker turns the order away")
        if fate.silent_queries and arrival == 1:
            self._silent[order.client_order_id] = fate.silent_queries
        if fate.cancel_unanswered and arrival == 1:
            self._cancels_unanswered.add(order.client_order_id)
        return fate

    def take(self, order: BrokerOrder, fate: Fate) -> OrderReport:
        """Take an order that arrived. Raises `OutcomeUnknown` as its fate says, and what `place` raises."""
        if fate.lost:
            raise _unanswered("place")
        report = self.exchange.place(order, fate.handling)
        if fate.unanswered:
            raise _unanswered("place")
        return report

    def query(self, client_order_id: str, portfolio: str) -> OrderReport | None:
        """Raises `Unavailable` in an outage or for a question that gets no answer."""
        self.check_open()
        silent = self._silent.get(client_order_id, 0)
        if silent:
            self._silent[client_order_id] = silent - 1
            raise Unavailable("broker_silent", "the simulated broker does not answer the question")
        return self.exchange.query(client_order_id, portfolio)

    def cancel(self, client_order_id: str, portfolio: str) -> OrderReport | None:
        """Raises `Unavailable` in an outage, `OutcomeUnknown` once if the order's fate is such."""
        self.check_open()
        report = self.exchange.cancel(client_order_id, portfolio)
        if report is not None and client_order_id in self._cancels_unanswered:
            self._cancels_unanswered.discard(client_order_id)
            raise _unanswered("cancel")
        return report

    def check_open(self) -> None:
        """Raises `Unavailable` in an outage."""
        if self._fates.is_out(self._clock.now()):
            raise Unavailable("broker_unavailable", "the simulated broker is down")


def _unanswered(what: str) -> OutcomeUnknown:
    return OutcomeUnknown("broker_timeout", f"the simulated broker did not answer the {what}")
