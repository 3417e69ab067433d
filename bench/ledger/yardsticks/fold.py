"""The rules in their barest form: what a step does to an account, an order and a position in plain lists."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from bench.ledger.stream import FILLED, PENDING, Step

#: Where an order stands.
OPEN, DONE, REFUSED = 1, 2, 9
#: Books of the double entry.
FREE, HELD, MARKET = 1, 2, 3


@dataclass(slots=True)
class Fold:
    """Rows by key: account [balance, blocked], order [account, ticker, quantity, held, filled, state].

    `audit` is (event, account, order, kind, balance change, blocked change, balance, blocked), `postings`
    (event, account, book, asset, amount).
    """

    accounts: dict[int, list[int]]
    orders: dict[int, list[int]]
    changed_orders: set[int] = field(default_factory=set)
    bought: dict[tuple[int, int], list[int]] = field(default_factory=dict)
    audit: list[tuple[int, ...]] = field(default_factory=list)
    postings: list[tuple[int, ...]] = field(default_factory=list)

    def take(self, steps: Iterable[Step]) -> None:
        for step in steps:
            order = self.orders.get(step.order)
            if step.kind == PENDING:
                if order is None:
                    self._reserve(step)
            elif order is not None and order[5] == OPEN:
                self._settle(step, order)

    def _reserve(self, step: Step) -> None:
        account, cost = self.accounts[step.account], step.cost
        if account[0] - account[1] < cost:
            self.orders[step.order] = [step.account, step.ticker, step.quantity, 0, 0, REFUSED]
        else:
            account[1] += cost
            self.orders[step.order] = [step.account, step.ticker, step.quantity, cost, 0, OPEN]
            self._book(step, account, 0, cost)
        self.changed_orders.add(step.order)

    def _settle(self, step: Step, order: list[int]) -> None:
        account, held, cost = self.accounts[step.account], order[3], 0
        order[3], order[5] = 0, DONE
        if step.kind == FILLED:
            cost, order[4] = step.cost, step.quantity
            position = self.bought.setdefault((step.account, step.ticker), [0, 0])
            position[0] += step.quantity
            position[1] += cost
        account[0] -= cost
        account[1] -= held
        self.changed_orders.add(step.order)
        self._book(step, account, -cost, -held)

    def _book(self, step: Step, account: list[int], paid: int, held: int) -> None:
        event, owner = step.event, step.account
        self.audit.append((event, owner, step.order, step.kind, paid, held, account[0], account[1]))
        self.postings.append((event, owner, FREE, 0, -held))
        self.postings.append((event, owner, HELD, 0, held))
        if paid:
            self.postings.append((event, owner, FREE, 0, paid))
            self.postings.append((event, owner, MARKET, 0, -paid))
