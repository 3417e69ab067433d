"""A made-up book of any size: prices that wander, monthly deposits, buys, sales and dividends."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from fiel.performance.entries import Asset, Entry, EntryKind, PriceSeries

_CLASSES = ("shares", "funds", "etfs", "bdrs")


@dataclass(frozen=True, slots=True)
class Wallet:
    """What `value_book` takes."""

    assets: tuple[Asset, ...]
    entries: tuple[Entry, ...]
    prices: dict[str, PriceSeries]
    sessions: tuple[date, ...]


def wallet(years: int, assets: int, transactions: int, *, seed: int = 7, accounts: int = 3) -> Wallet:
    """Weekdays of `years`; the same seed gives the same wallet."""
    drawn = random.Random(seed)
    first = date(2006, 1, 2)
    days = tuple(day for step in range(365 * years) if (day := first + timedelta(days=step)).weekday() < 5)
    known = tuple(Asset(f"AST{at:03d}", _CLASSES[at % len(_CLASSES)]) for at in range(assets))
    prices = {asset.id: _walk(drawn, days, asset.id) for asset in known}
    entries = _entries(drawn, known, prices, days, transactions, accounts)
    return Wallet(known, tuple(entries), prices, days)


def _walk(drawn: random.Random, days: tuple[date, ...], name: str) -> PriceSeries:
    """Closes in cents."""
    price, units = drawn.randint(800, 9000), []
    for _ in days:
        price = max(50, price + round(price * drawn.gauss(0.0003, 0.015)))
        units.append(price)
    return PriceSeries(days, tuple(units), 2, f"drawn {name}")


def _entries(
    drawn: random.Random,
    known: tuple[Asset, ...],
    prices: dict[str, PriceSeries],
    days: tuple[date, ...],
    transactions: int,
    accounts: int,
) -> list[Entry]:
    """A deposit every 21 sessions, the rest trades and dividends over all days."""
    names = [f"broker {at}" for at in range(accounts)]
    entries = [
        Entry(day, EntryKind.CONTRIBUTION, names[at % accounts], amount=Decimal(5000))
        for at, day in enumerate(days[::21])
    ]
    held: dict[tuple[str, str], int] = {}
    places = sorted(drawn.randrange(len(days)) for _ in range(transactions - len(entries)))
    for place in places:
        asset, account = drawn.choice(known).id, drawn.choice(names)
        entries.append(_trade(drawn, held, (account, asset), days[place], prices[asset].units[place] or 0))
    return entries


def _trade(
    drawn: random.Random, held: dict[tuple[str, str], int], key: tuple[str, str], day: date, price: int
) -> Entry:
    account, asset = key
    owned, lot = held.get(key, 0), drawn.choice((1, 10, 100))
    chance = drawn.random()
    cents = Decimal(price) / 100
    if owned and chance < 0.3:
        return Entry(day, EntryKind.INCOME, account, asset, (cents * owned / 100).quantize(Decimal("0.01")))
    if owned >= lot and chance < 0.5:
        held[key] = owned - lot
        kind = EntryKind.SELL
    else:
        held[key] = owned + lot
        kind = EntryKind.BUY
    return Entry(day, kind, account, asset, cents * lot, Decimal(lot), fees=Decimal("0.53"))
