"""What one answer says of one or more symbols: a price, sessions, events, or why there is nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from types import MappingProxyType

from fiel.market.values import EventsReading, PriceHistory, QuoteReading


@dataclass(frozen=True, slots=True)
class SymbolReading:
    """`symbol` as the service calls it now, `requested` as it was asked. Parts not asked are `None`.

    `stamps`: the service's own Unix seconds of the bars of `history`, in order; `dropped`: those left out.
    """

    requested: str
    symbol: str
    quote: QuoteReading | None = None
    history: PriceHistory | None = None
    events: EventsReading | None = None
    stamps: tuple[int, ...] = ()
    dropped: tuple[int, ...] = ()
    details: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class BatchReading:
    """The symbols of one answer that could be read, in its order. `told_at`: when the service answered."""

    symbols: tuple[SymbolReading, ...]
    told_at: datetime | None = None

    def of(self, requested: str) -> SymbolReading | None:
        """By the name that was asked."""
        return next((one for one in self.symbols if one.requested == requested), None)


@dataclass(frozen=True, slots=True)
class CurrencyQuote:
    """One unit of `code` in `into`. What is not told is `None`. `variation` in percent."""

    code: str
    into: str
    buy: Decimal | None
    sell: Decimal | None
    variation: Decimal | None = None
    as_of: datetime | None = None
    name: str = ""


@dataclass(frozen=True, slots=True)
class IndexQuote:
    """Points of a stock index; `None` when they are not told. `variation` in percent."""

    code: str
    points: Decimal | None
    variation: Decimal | None = None
    name: str = ""


@dataclass(frozen=True, slots=True)
class RatesReading:
    """Currencies and indexes of one answer."""

    currencies: tuple[CurrencyQuote, ...] = ()
    indexes: tuple[IndexQuote, ...] = ()


@dataclass(frozen=True, slots=True)
class Listing:
    """One line of a list of tickers."""

    symbol: str
    name: str = ""
    close: Decimal | None = None
    kind: str = ""


@dataclass(frozen=True, slots=True)
class ListingReading:
    """Tickers known to the service, and whether there is another page."""

    listings: tuple[Listing, ...]
    indexes: tuple[str, ...] = ()
    more: bool = False


@dataclass(frozen=True, slots=True)
class UsageReading:
    """How many requests of the plan are used: `limit` and `remaining` may be unknown."""

    used: int
    limit: int | None = None
    remaining: int | None = None
    window: str = ""
