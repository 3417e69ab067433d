"""What is read from market data services. Values in Decimal, dates as the service wrote them, units named.

`Served` is what leaves this room: a value never travels without its unit, age, source and how it was had.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Generic, TypeVar

from fiel.market.verdicts import Finding

Value = TypeVar("Value")


class Quality(StrEnum):
    """How a value was had: asked just now, from a cache within its time, from a second source, or old.

    `stale`: its time is over and no source gave a better one. `quarantined` values are shown to operators
    only.
    """

    FRESH = "fresh"
    CACHED = "cached"
    FALLBACK = "fallback"
    STALE = "stale"
    QUARANTINED = "quarantined"


@dataclass(frozen=True, slots=True)
class Served(Generic[Value]):
    """A value with its papers. `as_of`: the instant it speaks of; `fetched_at`: when it was read."""

    value: Value
    unit: str
    as_of: datetime
    fetched_at: datetime
    source: str
    quality: Quality
    findings: tuple[Finding, ...] = ()

    def age(self, now: datetime) -> timedelta:
        """How long ago it was true; never negative."""
        return max(now - self.as_of, timedelta())


@dataclass(frozen=True, slots=True)
class QuoteReading:
    """The last price of one unit of `symbol`. Whatever the service did not say is `None`, never zero.

    `requested` differs from `symbol` when the service answers for a successor.
    """

    symbol: str
    price: Decimal
    currency: str
    as_of: datetime | None
    requested: str = ""
    previous_close: Decimal | None = None
    open: Decimal | None = None
    high: Decimal | None = None
    low: Decimal | None = None
    volume: int | None = None
    change: Decimal | None = None
    change_percent: Decimal | None = None
    name: str = ""

    @property
    def unit(self) -> str:
        """What `price` is in: `BRL per unit`."""
        return f"{self.currency} per unit"


@dataclass(frozen=True, slots=True)
class Bar:
    """One session. `close` in the scale of the source; `adjusted_close` also for dividends, when given."""

    day: date
    close: Decimal
    open: Decimal | None = None
    high: Decimal | None = None
    low: Decimal | None = None
    adjusted_close: Decimal | None = None
    volume: int | None = None


@dataclass(frozen=True, slots=True)
class PriceHistory:
    """Sessions of one symbol, oldest first, one a day, in one scale."""

    symbol: str
    bars: tuple[Bar, ...]
    requested: str = ""


@dataclass(frozen=True, slots=True)
class Observation:
    """One value of a series. `until` is the last day of the period it covers, for series of periods."""

    day: date
    value: Decimal
    until: date | None = None


@dataclass(frozen=True, slots=True)
class SeriesReading:
    """Rows of one series, oldest first, one a day, in the unit of the catalogue."""

    series: str
    rows: tuple[Observation, ...]


class CashKind(StrEnum):
    """What is paid. `other` keeps its label; amortisation gives back capital and is no income."""

    DIVIDEND = "dividend"
    JCP = "jcp"
    FII_INCOME = "fii_income"
    INTEREST = "interest"
    AMORTIZATION = "amortization"
    REDEMPTION = "redemption"
    OTHER = "other"


class ShareKind(StrEnum):
    """What becomes of the shares."""

    SPLIT = "split"
    REVERSE_SPLIT = "reverse_split"
    BONUS = "bonus"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class CashEvent:
    """Cash per share, gross, in `currency`. `com_date` is the last day with the right (data com).

    `label` is the service's own word. `deadline`: `payment_date` only says "until".
    """

    symbol: str
    kind: CashKind
    label: str
    rate: Decimal
    com_date: date | None
    payment_date: date | None
    source: str
    approved_on: date | None = None
    ex_date: date | None = None
    isin: str = ""
    related_to: str = ""
    remarks: str = ""
    deadline: bool = False
    currency: str = "BRL"


@dataclass(frozen=True, slots=True)
class ShareEvent:
    """`new_per_old` shares after the event for one before: 2 splits, 0.01 groups, 1.1 is a bonus of 10 %.

    `factor_text` is what the service wrote.
    """

    symbol: str
    kind: ShareKind
    label: str
    new_per_old: Decimal
    com_date: date | None
    source: str
    effective_date: date | None = None
    approved_on: date | None = None
    isin: str = ""
    factor_text: str = ""
    remarks: str = ""


@dataclass(frozen=True, slots=True)
class SubscriptionEvent:
    """A right to buy `percent` new shares per old share held, at `price` each."""

    symbol: str
    label: str
    percent: Decimal | None
    price: Decimal | None
    com_date: date | None
    source: str
    subscription_until: date | None = None
    approved_on: date | None = None
    isin: str = ""
    remarks: str = ""


@dataclass(frozen=True, slots=True)
class EventsReading:
    """Everything announced for one symbol, as one source tells it."""

    symbol: str
    cash: tuple[CashEvent, ...] = ()
    shares: tuple[ShareEvent, ...] = ()
    subscriptions: tuple[SubscriptionEvent, ...] = ()
    requested: str = ""
