"""What custody needs from elsewhere."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class LastPrice:
    """A last price in billionths of `currency`, always above zero. `as_of` is `None` when nobody said."""

    ticker: str
    price: int
    currency: str
    as_of: datetime | None
    source: str


@dataclass(frozen=True, slots=True)
class NoPrice:
    """Why a ticker has no usable price: `unknown`, or `unusable` with what was found instead."""

    ticker: str
    reason: str


class PriceSource(Protocol):
    """Last prices of tickers."""

    def last_prices(self, tickers: Collection[str]) -> Mapping[str, LastPrice | NoPrice]:
        """One answer per ticker. Raises `Unavailable` when the source cannot be asked."""
