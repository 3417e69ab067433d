"""The stream that product and yardsticks are given: the same steps, as numbers and as messages.

An order is a PENDING and, about 200 events later, a FILLED (90 %, at its price or a little below) or a
REJECTED (10 %). Everybody buys, nobody is refused. Money in cents, quantities in billionths.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

ACCOUNTS, TICKERS, INTERLEAVE = 10_000, 200, 200
#: R$ 10,000,000.00 each.
BALANCE = 10**9
NANO = 10**9
PENDING, FILLED, REJECTED = 0, 1, 2
_STATUSES = ("PENDING", "FILLED", "REJECTED")
_START = datetime(2026, 5, 4, 13, 0, tzinfo=UTC)


class Step(NamedTuple):
    """An event in numbers; `price` is the limit of a PENDING or REJECTED, the executed one of a FILLED."""

    event: int
    order: int
    account: int
    ticker: int
    kind: int
    quantity: int
    price: int
    limit: int

    @property
    def cost(self) -> int:
        """Quantity times price in cents, rounded up."""
        return -(-self.price * self.quantity // NANO)


def steps(orders: int, seed: int = 1) -> Iterator[Step]:
    """Two steps an order, in the order of the log; made as they are asked for."""
    chance = random.Random(seed)
    waiting: list[Step] = []
    for order in range(1, orders + 1):
        account, ticker = chance.randrange(ACCOUNTS), chance.randrange(TICKERS)
        quantity, limit = chance.randrange(1, 5_000) * 1_000_000, chance.randrange(100, 50_000)
        yield Step(2 * order, order, account, ticker, PENDING, quantity, limit, limit)
        kind = FILLED if chance.random() < 0.9 else REJECTED
        price = limit - chance.randrange(min(100, limit)) if kind == FILLED else limit
        waiting.append(Step(2 * order + 1, order, account, ticker, kind, quantity, price, limit))
        if len(waiting) > INTERLEAVE:
            chosen = chance.randrange(len(waiting))
            waiting[chosen], waiting[-1] = waiting[-1], waiting[chosen]
            yield waiting.pop()
    yield from waiting


def share_of(given: Iterable[Step], worker: int, workers: int) -> Iterator[Step]:
    """The steps of a worker's accounts."""
    return (step for step in given if step.account % workers == worker)


def user_of(account: int) -> str:
    """The account as the product names it."""
    return f"user-{account:05d}"


def message(step: Step, number: int) -> dict[str, Any]:
    """The step as a decoded message: numbers as text, times as the Java producer's arrays."""
    at = _START + timedelta(milliseconds=7 * number)
    return {
        "orderId": step.order,
        "userId": user_of(step.account),
        "ticker": f"TCK{step.ticker:03d}",
        "quantity": f"{step.quantity // NANO}.{step.quantity % NANO // 1_000_000:03d}",
        "price": _money(step.limit),
        "executedPrice": _money(step.price) if step.kind == FILLED else None,
        "side": "BUY",
        "status": _STATUSES[step.kind],
        "eventTimestamp": [at.year, at.month, at.day, at.hour, at.minute, at.second, at.microsecond * 1000],
    }


def _money(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02d}"
