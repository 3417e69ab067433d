"""What the reckoning of performance starts from: assets, what happened on a day, prices and exchange rates.

Amounts are Decimal in the currency named, at most 2 decimals; quantities at most 9; prices as traded on their
day, never adjusted for what came later. A price that is not there is missing, never zero.
"""

from __future__ import annotations

import operator
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from itertools import islice

from fiel.kernel.decimals import DecimalInput, decimals_of, parse_decimal
from fiel.kernel.errors import InvalidInput

BASE_CURRENCY = "BRL"
AMOUNT_DECIMALS = 2
QUANTITY_DECIMALS = 9
PRICE_DECIMALS_MAX = 18
#: Before the point, of an amount or a quantity.
DIGITS_MAX = 15
#: Before the name of a currency: the id of money in an account, told like an asset.
CASH = "cash:"
CASH_CLASS = "cash"
_ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Asset:
    """An asset, its class (any word, the unit of attribution) and the currency of its prices."""

    id: str
    asset_class: str
    currency: str = BASE_CURRENCY

    def __post_init__(self) -> None:
        if not self.id or self.id.startswith(CASH):
            raise InvalidInput("asset_id", f"an asset has an id that does not begin with {CASH}", field="id")


class EntryKind(StrEnum):
    """What happened. Amounts are never negative: the kind says the direction."""

    #: Money from outside into the account's cash, and out of it.
    CONTRIBUTION = "contribution"
    WITHDRAWAL = "withdrawal"
    #: `amount` is price times quantity; `fees` and `taxes` come on top of a buy and off a sale.
    BUY = "buy"
    SELL = "sell"
    #: Dividend, JCP, coupon, rent; without an asset, interest on cash. `amount` is gross.
    INCOME = "income"
    #: A cost by itself (custody, DARF); without an asset it belongs to the cash.
    FEE = "fee"
    TAX = "tax"
    #: Capital given back (amortisation): money out of the asset that is no income.
    CAPITAL = "capital"
    #: Assets from outside and to outside, worth `amount`, or the price of the day when it is `None`.
    DELIVERY_IN = "delivery_in"
    DELIVERY_OUT = "delivery_out"
    #: Split, grupamento, bonus: `quantity` more (negative: fewer), no money. `ratio` is new over old.
    QUANTITY = "quantity"


_WITH_ASSET = frozenset(
    {EntryKind.BUY, EntryKind.SELL, EntryKind.CAPITAL, EntryKind.DELIVERY_IN, EntryKind.DELIVERY_OUT}
    | {EntryKind.QUANTITY}
)
_OF_CASH = frozenset({EntryKind.CONTRIBUTION, EntryKind.WITHDRAWAL})


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened in an account. `currency` counts only where there is no asset."""

    day: date
    kind: EntryKind
    account: str
    asset: str | None = None
    amount: Decimal | None = None
    quantity: Decimal = _ZERO
    fees: Decimal = _ZERO
    taxes: Decimal = _ZERO
    currency: str = BASE_CURRENCY
    #: Of QUANTITY: what one share of before is now, so that a price of before can be carried over.
    ratio: Decimal | None = None

    def __post_init__(self) -> None:
        check_day(self.day, "day")
        is_refused = _OF_CASH if self.asset is not None else _WITH_ASSET
        if self.kind in is_refused:
            raise InvalidInput("entry_asset", f"{self.kind} needs an asset, or has none", field="asset")
        may_miss = self.kind in (EntryKind.DELIVERY_IN, EntryKind.DELIVERY_OUT, EntryKind.QUANTITY)
        if self.amount is None and not may_miss:
            raise InvalidInput("amount_missing", f"{self.kind} needs an amount", field="amount")
        for name in ("amount", "fees", "taxes"):
            _check_number(getattr(self, name), name, AMOUNT_DECIMALS, minimum=0)
        lowest = None if self.kind is EntryKind.QUANTITY else 0
        _check_number(self.quantity, "quantity", QUANTITY_DECIMALS, minimum=lowest)
        if self.ratio is not None:
            parse_decimal(self.ratio, field="ratio", minimum="0.000001", maximum=1_000_000)


@dataclass(frozen=True, slots=True)
class Transfer:
    """Something that leaves one place of the book and arrives at another; nothing comes from outside.

    Covers assets or cash between accounts, one currency for another, a merger, a spin-off, a new ticker.
    Without an asset it is cash in `currency`; its quantity is money then. `amount` is what moved, in the
    currency of where it left; `None`: the quantity at the price of the day (of what arrives, when nothing
    left, as in a spin-off).
    """

    day: date
    account: str
    to_account: str
    asset: str | None = None
    to_asset: str | None = None
    quantity: Decimal = _ZERO
    to_quantity: Decimal = _ZERO
    amount: Decimal | None = None
    currency: str = BASE_CURRENCY
    to_currency: str = BASE_CURRENCY

    def __post_init__(self) -> None:
        check_day(self.day, "day")
        _check_number(self.amount, "amount", AMOUNT_DECIMALS, minimum=0)
        for name, asset in (("quantity", self.asset), ("to_quantity", self.to_asset)):
            decimals = AMOUNT_DECIMALS if asset is None else QUANTITY_DECIMALS
            _check_number(getattr(self, name), name, decimals, minimum=0)


@dataclass(frozen=True, slots=True, repr=False)
class PriceSeries:
    """Prices (or exchange rates, in BRL for one unit) of days, ascending, as whole units of 10^-decimals.

    `None` says that the price of a day is known to be missing. `source` is told beside what rests on it.
    """

    days: tuple[date, ...]
    units: tuple[int | None, ...]
    decimals: int
    source: str

    def __post_init__(self) -> None:
        if len(self.days) != len(self.units):
            raise InvalidInput("prices_uneven", "give one price or None for each day", field="units")
        # Without a loop of Python: a report reads half a million prices.
        if any(map(operator.ge, self.days, islice(self.days, 1, None))):
            raise InvalidInput("days_out_of_order", "days of prices ascend, each once", field="days")
        if not 0 <= self.decimals <= PRICE_DECIMALS_MAX:
            raise InvalidInput("decimals_out_of_range", "prices have 0 to 18 decimals", field="decimals")
        known = filter(None, self.units) if None in self.units else self.units
        if min(known, default=0) < 0:  # type: ignore[operator,type-var]  # `None` is not among them
            raise InvalidInput("price_negative", "a price is not below zero", field="units")

    @classmethod
    def of(cls, prices: Mapping[date, DecimalInput | None], source: str) -> PriceSeries:
        """A series from prices by day in any order.

        >>> PriceSeries.of({date(2026, 1, 2): "10.50", date(2026, 1, 5): None}, "B3").units
        (105, None)
        """
        days = tuple(sorted(prices))
        numbers = [
            None if prices[day] is None else parse_decimal(prices[day], field=f"prices.{day}", minimum=0)
            for day in days
        ]
        decimals = max((decimals_of(number) for number in numbers if number is not None), default=0)
        one = Decimal(10) ** decimals
        units = tuple(None if number is None else int(number * one) for number in numbers)
        return cls(days, units, decimals, source)

    def __repr__(self) -> str:
        return f"PriceSeries({len(self.days)} days, {self.source!r})"


def check_day(day: object, field: str) -> None:
    """Raises `InvalidInput` for what is no date, or is a datetime."""
    if isinstance(day, datetime) or not isinstance(day, date):
        raise InvalidInput("date_expected", f"a date is expected, not {type(day).__name__}", field=field)


def _check_number(value: object, field: str, decimals: int, *, minimum: int | None) -> None:
    """A finite Decimal with few enough decimals, or `None`."""
    if value is None:
        return
    if not isinstance(value, Decimal):
        raise InvalidInput("float_refused", f"{field} must be a Decimal", field=field)
    exponent = value.as_tuple().exponent
    if not isinstance(exponent, int) or -exponent > decimals or (minimum is not None and value < minimum):
        parse_decimal(value, field=field, decimals_max=decimals, minimum=minimum)
    if value.adjusted() >= DIGITS_MAX:
        raise InvalidInput("number_too_large", f"at most {DIGITS_MAX} digits before the point", field=field)
