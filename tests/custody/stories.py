"""A small book to tell stories with: wire messages in, rows out, everything checked."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from fiel.custody.accounts import Account, AccountKey, CashMode, Lot, Position, PositionKey, Rejection
from fiel.custody.events import (
    AlertCode,
    BookIncome,
    BringShares,
    CorrectFill,
    Deposit,
    TimeOut,
    Withdraw,
)
from fiel.custody.ledger import Batch, Record, Verdict, check
from fiel.custody.ledger.deciding import Decision
from fiel.custody.order_events import OrderEvent, parse_order_event
from fiel.custody.reservations import Order, Policy
from fiel.income.values import IncomeKind

START = datetime(2026, 5, 4, 13, 0, tzinfo=UTC)
E9 = 10**9


def wire(status: str = "PENDING", **fields: Any) -> dict[str, Any]:
    """A message as the order service writes it: order 1 of ana, buy 100 PETR4 at 10.00."""
    message = {
        "orderId": 1,
        "userId": "ana",
        "ticker": "PETR4",
        "quantity": 100,
        "price": "10.00",
        "executedPrice": None,
        "side": "BUY",
        "status": status,
        "eventTimestamp": [2026, 5, 4, 10, 0],
    }
    return message | fields


def event(status: str = "PENDING", **fields: Any) -> OrderEvent:
    """The same, read."""
    parsed = parse_order_event(json.dumps(wire(status, **fields)).encode())
    assert isinstance(parsed, OrderEvent), parsed
    return parsed


class Book:
    """A batch that is never flushed: all rows of the book in memory."""

    def __init__(self, policy: Policy | None = None) -> None:
        self.batch = Batch(policy or Policy())
        self.now = START
        self.commands = 0

    def tick(self, delta: timedelta = timedelta(seconds=1)) -> datetime:
        self.now += delta
        return self.now

    def open(self, user: str = "ana", currency: str = "BRL", mode: CashMode = CashMode.TRACKED) -> AccountKey:
        key = AccountKey(user, currency)
        self.batch.open_account(key, mode)
        return key

    def deposit(self, cents: int, user: str = "ana", command_id: str | None = None) -> Decision:
        return self.batch.run(self.open(user), Deposit(command_id or self._id(), cents, self.tick()))

    def withdraw(self, cents: int, user: str = "ana") -> Decision:
        return self.batch.run(self.open(user), Withdraw(self._id(), cents, self.tick()))

    def bring(self, quantity: int, cost: int, ticker: str = "PETR4", user: str = "ana") -> Decision:
        command = BringShares(
            self._id(), ticker, quantity * E9, cost, self.tick(), START - timedelta(days=30)
        )
        return self.batch.run(self.open(user), command)

    def income(
        self,
        cents: int,
        kind: IncomeKind = IncomeKind.DIVIDEND,
        *,
        withheld: int = 0,
        ticker: str = "PETR4",
        at: datetime | None = None,
    ) -> Decision:
        """Paid to ana, at the present unless told otherwise."""
        command = BookIncome(self._id(), ticker, kind, cents, self.tick(), at, withheld)
        return self.batch.run(AccountKey("ana", "BRL"), command)

    def correct(self, order_id: int, upto: int, price: int | None) -> Decision:
        command = CorrectFill(self._id(), upto * E9, price, self.tick())
        return self.batch.run(AccountKey("ana", "BRL"), command, order_id)

    def time_out(self, order_id: int) -> Decision:
        return self.batch.run(AccountKey("ana", "BRL"), TimeOut(self.now), order_id)

    def take(self, status: str = "PENDING", **fields: Any) -> Verdict:
        return self.batch.take(event(status, **fields), self.tick())

    def _id(self) -> str:
        self.commands += 1
        return f"command-{self.commands}"

    def account(self, user: str = "ana") -> Account:
        return self.batch.accounts[AccountKey(user, "BRL")]

    def order(self, order_id: int = 1) -> Order:
        return self.batch.orders[order_id]

    def position(self, ticker: str = "PETR4", user: str = "ana") -> Position:
        key = PositionKey(user, "BRL", ticker)
        self.batch.restate(self._stored)
        return self.batch.positions.get(key) or Position(*key)

    def _stored(self, key: PositionKey) -> list[Lot]:
        return []  # nothing is flushed: all lots are the batch's own

    def alerts(self) -> set[AlertCode]:
        return {alert.code for alert in self.batch.alerts}

    def dead(self) -> list[str]:
        return [letter.rejection.code for letter in self.batch.dead_letters]

    def wallet(self) -> list[tuple[str, int]]:
        """The wallet transactions as (type, amount)."""
        return [(row.type.value, row.amount) for row in self.batch.transactions]

    def record(self) -> Record:
        self.batch.restate(self._stored)
        batch = self.batch
        return Record(
            accounts=[*batch.accounts.values()],
            orders=[*batch.orders.values()],
            positions=[*batch.positions.values()],
            lots=[*batch.lots.values()],
            entries=batch.entries,
            postings=batch.postings,
            transactions=batch.transactions,
        )

    def snapshot(self) -> tuple[object, ...]:
        """All rows as a value, to see that a refused operation changed none of them."""
        record = self.record()
        return (
            tuple(record.accounts),
            tuple(record.orders),
            tuple(record.positions),
            tuple(record.lots),
            tuple(record.postings),
            tuple(record.transactions),
        )

    def adds_up(self) -> None:
        assert check(self.record()) == []


def refused(decision: Decision) -> str:
    """The code of a refusal; fails when there was none."""
    assert isinstance(decision, Rejection), decision
    return decision.code
