"""Trades as tax sees them, and the pairs of one day that are day trades."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, localcontext
from enum import StrEnum

from fiel.kernel.errors import InvalidInput
from fiel.kernel.rounding import finance_context
from fiel.portfolio.holdings import share_of
from fiel.tax.dated_rows import Category

_NUMBER_MAX = Decimal(10) ** 15
_DECIMALS_MAX = 9
_ZERO = Decimal(0)


class Side(StrEnum):
    """Which way."""

    BUY = "buy"
    SELL = "sell"


@dataclass(frozen=True, slots=True)
class Trade:
    """One execution: `price` and `fees` in reais, `quantity` in units, all Decimal with at most 9 decimals.

    `asset` is what cost knows (PETR4 for PETR4F too: `instruments.cost_id`). `sequence` orders the trades
    of one day; trades of equal sequence keep the order in which they are given. Fees are those of the note;
    they raise a cost and lower what a sale brings. Raises `InvalidInput` for numbers out of range.
    """

    id: str
    day: date
    asset: str
    category: Category
    side: Side
    quantity: Decimal
    price: Decimal
    fees: Decimal = _ZERO
    broker: str = ""
    sequence: int = 0

    def __post_init__(self) -> None:
        if isinstance(self.day, datetime) or not isinstance(self.day, date):
            raise InvalidInput("date_expected", "a trade has a date", field=f"trades.{self.id}.day")
        for name in ("quantity", "price", "fees"):
            self._check(name)

    def _check(self, name: str) -> None:
        value, place = getattr(self, name), f"trades.{self.id}.{name}"
        if not isinstance(value, Decimal):
            raise InvalidInput("float_refused", f"{name} must be a Decimal", field=place)
        is_low = value.is_finite() and (value < 0 or (name == "quantity" and not value))
        if not value.is_finite() or is_low or value > _NUMBER_MAX:
            raise InvalidInput(f"{name}_out_of_range", f"{name} {value} is out of range", field=place)
        if int(value.as_tuple().exponent) < -_DECIMALS_MAX:
            raise InvalidInput(
                "too_many_decimals", f"{name} {value} has more than {_DECIMALS_MAX} decimals", field=place
            )


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a trade: `value` = quantity * price, exact; `fees` its share, 12 decimals half to even."""

    trade: Trade
    quantity: Decimal
    value: Decimal
    fees: Decimal


@dataclass(frozen=True, slots=True)
class DayPair:
    """What was bought and sold of one asset at one broker on one day, taken out before the average."""

    day: date
    asset: str
    category: Category
    broker: str
    quantity: Decimal
    bought: Decimal
    sold: Decimal
    fees_bought: Decimal
    fees_sold: Decimal

    @property
    def gain(self) -> Decimal:
        """Net of the fees of both sides; a loss when negative."""
        with localcontext(finance_context()):
            return self.sold - self.fees_sold - self.bought - self.fees_bought


@dataclass(frozen=True, slots=True)
class Paired:
    """The pair of the day, or `None`, and what is left over, all of it bought or all of it sold."""

    pair: DayPair | None
    left: tuple[Piece, ...]


def pair_day(trades: Sequence[Trade]) -> Paired:
    """Pairs the trades of one day, asset and broker: the matched quantity first in, first out on both sides.

    Source: IN RFB 1585/2015 art. 65. Which came first, the sale or the purchase, plays no part.
    """
    buys = [trade for trade in trades if trade.side is Side.BUY]
    sells = [trade for trade in trades if trade.side is Side.SELL]
    with localcontext(finance_context()):
        matched = min(_quantity(buys), _quantity(sells))
        if not matched:
            return Paired(None, tuple(_piece(trade, trade.quantity) for trade in trades))
        bought, buys_left = _cut(buys, matched)
        sold, sells_left = _cut(sells, matched)
        first = trades[0]
        pair = DayPair(
            *(first.day, first.asset, first.category, first.broker, matched),
            bought=sum((one.value for one in bought), _ZERO),
            sold=sum((one.value for one in sold), _ZERO),
            fees_bought=sum((one.fees for one in bought), _ZERO),
            fees_sold=sum((one.fees for one in sold), _ZERO),
        )
    return Paired(pair, (*buys_left, *sells_left))


def _quantity(trades: Sequence[Trade]) -> Decimal:
    return sum((trade.quantity for trade in trades), _ZERO)


def _cut(trades: Sequence[Trade], quantity: Decimal) -> tuple[list[Piece], list[Piece]]:
    """The first `quantity` units of the trades, and the rest of them."""
    taken, left = [], []
    for trade in trades:
        part = min(trade.quantity, quantity)
        quantity -= part
        first = _piece(trade, part)
        if part:
            taken.append(first)
        if part < trade.quantity:
            rest = trade.quantity - part
            left.append(Piece(trade, rest, rest * trade.price, trade.fees - first.fees))
    return taken, left


def _piece(trade: Trade, quantity: Decimal) -> Piece:
    fees = share_of(trade.fees, quantity, trade.quantity)
    return Piece(trade, quantity, quantity * trade.price, fees)
