"""What an account is worth: cash and positions at last prices. A missing price is never zero.

A position without a price is left out of the sum and named; the valuation then says `incomplete`. A price
older than `price_age_max` is used (stale but right), and named as well.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from fiel.custody.accounts import Account, Position, exact_value, minor_step, rounded_half_up
from fiel.custody.ports import LastPrice, NoPrice

PRICE_AGE_MAX = timedelta(days=4)


class Completeness(StrEnum):
    """Whether every position has a price that is recent enough."""

    COMPLETE = "complete"
    INCOMPLETE = "incomplete"


@dataclass(frozen=True, slots=True)
class Lack:
    """A ticker whose price is missing or old: `reason` is unknown, unusable, currency or stale."""

    ticker: str
    reason: str


@dataclass(frozen=True, slots=True)
class ValuedPosition:
    """A position with its price; `value` in minor units (half up), `None` without a price."""

    position: Position
    price: LastPrice | None
    value: int | None


@dataclass(frozen=True, slots=True)
class Valuation:
    """Minor units of the account's currency. `oldest_price_at` is `None` when no price says its time."""

    account: Account
    positions: tuple[ValuedPosition, ...]
    positions_value: int
    lacks: tuple[Lack, ...]
    oldest_price_at: datetime | None
    at: datetime

    @property
    def total_equity(self) -> int:
        """Cash, free and held, and the positions that have a price."""
        return self.account.balance + self.positions_value

    @property
    def completeness(self) -> Completeness:
        return Completeness.INCOMPLETE if self.lacks else Completeness.COMPLETE

    @property
    def missing(self) -> tuple[str, ...]:
        """The tickers that are not in the sum."""
        return tuple(lack.ticker for lack in self.lacks if lack.reason != "stale")

    @property
    def oldest_price_age(self) -> timedelta | None:
        return None if self.oldest_price_at is None else self.at - self.oldest_price_at


def value(
    account: Account,
    positions: Iterable[Position],
    prices: Mapping[str, LastPrice | NoPrice],
    at: datetime,
    price_age_max: timedelta = PRICE_AGE_MAX,
) -> Valuation:
    """The account at last prices. `positions` are the account's own, in its currency."""
    valued, lacks, times, total = [], [], [], 0
    for position in positions:
        if not position.quantity:
            continue
        price = prices.get(position.ticker)
        lack = _lack(account, position, price, at, price_age_max)
        if lack is not None:
            lacks.append(lack)
        if not isinstance(price, LastPrice) or (lack is not None and lack.reason != "stale"):
            valued.append(ValuedPosition(position, None, None))
            continue
        worth = _worth(position, price)
        total += worth
        if price.as_of is not None:
            times.append(price.as_of)
        valued.append(ValuedPosition(position, price, worth))
    return Valuation(account, tuple(valued), total, tuple(lacks), min(times, default=None), at)


def _lack(
    account: Account, position: Position, price: LastPrice | NoPrice | None, at: datetime, age_max: timedelta
) -> Lack | None:
    if price is None:
        return Lack(position.ticker, "unknown")
    if isinstance(price, NoPrice):
        return Lack(position.ticker, price.reason)
    if price.currency != account.currency:
        return Lack(position.ticker, "currency")
    if price.as_of is not None and at - price.as_of > age_max:
        return Lack(position.ticker, "stale")
    return None


def _worth(position: Position, price: LastPrice) -> int:
    sign = -1 if position.quantity < 0 else 1
    exact = exact_value(price.price, abs(position.quantity))
    return sign * rounded_half_up(exact, minor_step(position.currency))
