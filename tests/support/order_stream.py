"""A stream of order events as the order service sends it: orders of many users, told in life's order."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from typing import Any

USERS, TICKERS = 200, ("PETR4", "VALE3", "ITUB4", "BBDC4", "WEGE3", "MXRF11")
DEPOSIT = "10000000.00"
_OPEN_MAX = 400


def user_of(number: int) -> str:
    """The name of a user."""
    return f"user-{number:03d}"


def order_stream(count: int, seed: int) -> list[tuple[bytes, bytes]]:
    """`count` events, (key, value): lives of orders interleaved, each order's events in their order.

    Sells follow the buys of the same user and ticker, for no more than was filled.
    """
    chance = random.Random(seed)
    events: list[tuple[bytes, bytes]] = []
    lives: list[Iterator[dict[str, Any]]] = []
    held: dict[tuple[str, str], int] = {}
    number = 0
    while len(events) < count:
        while len(lives) < _OPEN_MAX:
            number += 1
            lives.append(_life(chance, number, held))
        place = chance.randrange(len(lives))
        event = next(lives[place], None)
        if event is None:
            del lives[place]
            continue
        minute, second = divmod(len(events), 60)
        event["eventTimestamp"] = [2026, 5, 4, 10 + minute // 60 % 8, minute % 60, second, 123_000_000]
        events.append((event["userId"].encode(), json.dumps(event).encode()))
    return events


def _life(chance: random.Random, number: int, held: dict[tuple[str, str], int]) -> Iterator[dict[str, Any]]:
    user, ticker = user_of(chance.randrange(USERS)), chance.choice(TICKERS)
    free = held.get((user, ticker), 0)
    selling = free > 1 and chance.random() < 0.4
    quantity = chance.randint(1, free) if selling else chance.randint(2, 300)
    if selling:
        held[user, ticker] = free - quantity
    price = f"{chance.randint(500, 9_000) / 100:.2f}"

    def told(status: str, **more: object) -> dict[str, Any]:
        return {
            "orderId": number,
            "userId": user,
            "ticker": ticker,
            "quantity": quantity,
            "price": float(price),
            "executedPrice": None,
            "side": "SELL" if selling else "BUY",
            "status": status,
        } | more

    yield told("PENDING")
    filled = 0
    if quantity > 1 and chance.random() < 0.5:
        filled = chance.randint(1, quantity - 1)
        yield told("PARTIALLY_FILLED", filledQuantity=filled, executedPrice=float(price))
    end = chance.random()
    if end < 0.8:
        filled = quantity
        yield told("FILLED", executedPrice=float(price))
    elif end < 0.9:
        yield told("CANCELLED")
    elif not filled:
        yield told("REJECTED")
    if not selling:
        held[user, ticker] = held.get((user, ticker), 0) + filled
