"""The rows of the book, in whole minor units that fit 64 bits on every database.

Money is in the currency's minor unit (cents), quantities in billionths of a unit, prices in billionths
of the currency. Nothing here is rounded; nothing is a float. Rows are tuples, because a stream makes
millions of them: as values they are as frozen as the rest.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from fiel.kernel.money import currency_decimals
from fiel.kernel.rounding import exact_context

INT64_MAX = 2**63 - 1
QUANTITY_SCALE = 10**9
PRICE_SCALE = 10**9
#: One amount (a deposit, a reservation, a fill): leaves room for 92 of them in a 64-bit balance.
AMOUNT_MAX = 10**17


def fits(*values: int) -> bool:
    """Whether every number can be stored in 64 bits, with its negative."""
    return min(values) >= -INT64_MAX and max(values) <= INT64_MAX


def exact_value(price: int, quantity: int) -> int:
    """Price times quantity in 10^-18 of the currency: exact, and not bound to 64 bits."""
    return price * quantity


def minor_step(currency: str) -> int:
    """How many 10^-18 of the currency are in its minor unit (BRL: 10^16)."""
    return _STEPS.get(currency) or 10 ** (18 - currency_decimals(currency))


_STEPS = {"BRL": 10**16, "USD": 10**16, "EUR": 10**16}


def rounded_up(exact: int, step: int) -> int:
    """10^-18 units to minor units, any fraction going up (away from the account's favour)."""
    return -(-exact // step)


def rounded_half_up(exact: int, step: int) -> int:
    """10^-18 units to minor units, half going up. Both signs never mix in one sum, so it is symmetric."""
    return (2 * exact + step) // (2 * step)


def units_text(units: int, scale: int) -> str:
    """Scaled units as plain decimal text without trailing zeros.

    >>> units_text(1_500_000_000, QUANTITY_SCALE)
    '1.5'
    """
    sign, whole = ("-" if units < 0 else ""), abs(units)
    head, tail = divmod(whole, scale)
    decimals = f"{tail:0{len(str(scale)) - 1}d}".rstrip("0")
    return f"{sign}{head}.{decimals}" if decimals else f"{sign}{head}"


def units_of(billionths: int) -> Decimal:
    """A stored quantity as the units it is, with all of its nine decimals.

    >>> units_of(1_500_000_000)
    Decimal('1.500000000')
    """
    return Decimal(billionths).scaleb(-9)


def money_of(minor: int, currency: str) -> Decimal:
    """A stored amount as the money it is, with the decimals of its currency.

    >>> money_of(123_450, "BRL")
    Decimal('1234.50')
    """
    return Decimal(minor).scaleb(-currency_decimals(currency))


@dataclass(frozen=True, slots=True)
class Rejection:
    """A no: `code` for machines, `message` for people, `field` the place in the input."""

    code: str
    message: str
    field: str | None = None


class CashMode(StrEnum):
    """Whether the account's money is kept here, or somewhere else (only its shares are then kept)."""

    TRACKED = "TRACKED"
    EXTERNAL = "EXTERNAL"


class AccountKey(NamedTuple):
    user_id: str
    currency: str


class PositionKey(NamedTuple):
    user_id: str
    currency: str
    ticker: str


class Account(NamedTuple):
    """One currency of one user, in minor units. `sequence` counts the wallet transactions written."""

    user_id: str
    currency: str = "BRL"
    cash_mode: CashMode = CashMode.TRACKED
    balance: int = 0
    blocked: int = 0
    sequence: int = 0

    @property
    def key(self) -> AccountKey:
        return AccountKey(self.user_id, self.currency)

    @property
    def available(self) -> int:
        """What can be spent or withdrawn. Negative only while a booked fill lacks its money."""
        return self.balance - self.blocked

    @property
    def shortfall(self) -> int:
        """Money that booked facts used and that is not there; zero in a healthy account."""
        return max(0, -self.available)


class LotKind(StrEnum):
    """Why shares moved. A MOVE carries its cost along; it is no trade, though it can cover a short one.

    Of a RETURN no share moves: the asset gave back capital, and the cost of what is held is lower by it.
    A CHANGE is what a company did to a holding: quantity and cost change by exactly what is told (`gross`
    is the change of cost, of either sign), and nothing is gained by it.
    """

    TRADE = "TRADE"
    MOVE = "MOVE"
    RETURN = "RETURN"
    CHANGE = "CHANGE"


class Lot(NamedTuple):
    """Shares that came (quantity above zero) or left (below), and the money of it.

    `upto` is the order's cumulative quantity that this lot completes. `gross` is quantity times price
    and `fee` the fees, both in minor units and not negative; of a MOVE, `gross` is the cost carried, which
    is below zero for a position that is; of a RETURN it is the capital, below zero when it was taken back; of
    a CHANGE it is the change of cost.
    """

    id: str
    user_id: str
    currency: str
    ticker: str
    order_id: int
    upto: int
    kind: LotKind
    quantity: int
    price: int
    gross: int
    fee: int
    occurred_at: datetime
    event_id: str

    @property
    def position(self) -> PositionKey:
        """The position that it changed."""
        return PositionKey(self.user_id, self.currency, self.ticker)

    @property
    def sort_key(self) -> tuple[datetime, int, int, str]:
        """The order of execution: what average cost is counted in, whatever the order of arrival."""
        return (self.occurred_at, self.order_id, self.upto, self.id)


class Position(NamedTuple):
    """What is held of a ticker. `cost` in minor units is what the whole quantity cost, fees included.

    `last_*` name the latest lot by order of execution. `restate` says that a lot came out of that
    order, so that cost and profit must be counted again from the lots (`ledger.positions.restated`).
    """

    user_id: str
    currency: str
    ticker: str
    quantity: int = 0
    reserved: int = 0
    cost: int = 0
    realised: int = 0
    last_at: datetime | None = None
    last_order: int = 0
    last_upto: int = 0
    last_lot: str = ""
    restate: bool = False

    @property
    def key(self) -> PositionKey:
        return PositionKey(self.user_id, self.currency, self.ticker)

    @property
    def free(self) -> int:
        """Shares that can still be sold."""
        return self.quantity - self.reserved

    @property
    def average_price(self) -> Decimal | None:
        """Cost per unit in the currency to 12 decimals (half even), `None` when nothing is held."""
        if not self.quantity:
            return None
        # cost / 10^d / (quantity / 10^9), kept in integers up to the last step.
        top = abs(self.cost) * 10 ** (21 - currency_decimals(self.currency))
        whole, rest = divmod(top, abs(self.quantity))
        half = 2 * rest - abs(self.quantity)
        whole += half > 0 or (half == 0 and whole % 2 == 1)
        return exact_context().scaleb(Decimal(whole), Decimal(-12))
