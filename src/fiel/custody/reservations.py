"""What an order holds, and what each event means to it: the two-phase rules, as data.

A reservation lives on its order's row: *pending*, then *posted* (in parts or whole), *voided* or
*expired*. What is released is what the row holds, never what an event says.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import product
from types import MappingProxyType
from typing import NamedTuple

from fiel.custody.accounts import Lot, exact_value, minor_step, rounded_up
from fiel.custody.order_events.event import EventStatus, Side


class OrderStatus(StrEnum):
    """Where an order stands. UNSEEN has no row; REFUSED is our no; TIMED_OUT is our own patience's end."""

    UNSEEN = "UNSEEN"
    PENDING = "PENDING"
    PARTIALLY_FILLED = "PARTIALLY_FILLED"
    FILLED = "FILLED"
    REJECTED = "REJECTED"
    CANCELLED = "CANCELLED"
    EXPIRED = "EXPIRED"
    REFUSED = "REFUSED"
    TIMED_OUT = "TIMED_OUT"


class ReservationStatus(StrEnum):
    PENDING = "pending"
    POSTED = "posted"
    VOIDED = "voided"
    EXPIRED = "expired"
    REFUSED = "refused"


class Action(StrEnum):
    """What to do with an event. RESERVE, AMEND, FILL and CLOSE apply it."""

    RESERVE = "reserve"
    AMEND = "amend"
    FILL = "fill"
    CLOSE = "close"
    IGNORE = "ignore as stale"
    PARK = "park"
    DEAD_LETTER = "dead letter"


# Names of enum members are looked up by Python code: once here, not once per event.
_BUY, _SELL = Side.BUY, Side.SELL

#: The `refusal` of an order whose reservation ran out of time: it holds nothing, though it may live.
TIMED_OUT = "reservation_timed_out"

#: Orders that still hold something, and may be amended or run out of time.
OPEN = frozenset({OrderStatus.PENDING, OrderStatus.PARTIALLY_FILLED})

_COLUMNS = (
    EventStatus.PENDING,
    EventStatus.PARTIALLY_FILLED,
    EventStatus.FILLED,
    EventStatus.REJECTED,
    EventStatus.CANCELLED,
    EventStatus.EXPIRED,
)
_R, _A, _F, _C = Action.RESERVE, Action.AMEND, Action.FILL, Action.CLOSE
_I, _P, _D = Action.IGNORE, Action.PARK, Action.DEAD_LETTER
_ROWS = {
    # order status                PENDING PARTIAL FILLED REJECT CANCEL EXPIRED
    OrderStatus.UNSEEN:           (_R, _P, _P, _P, _P, _P),
    OrderStatus.PENDING:          (_A, _F, _F, _C, _C, _C),
    OrderStatus.PARTIALLY_FILLED: (_A, _F, _F, _C, _C, _C),
    OrderStatus.FILLED:           (_I, _F, _F, _D, _I, _I),
    OrderStatus.REJECTED:         (_I, _F, _F, _I, _I, _I),
    OrderStatus.CANCELLED:        (_I, _F, _F, _I, _I, _I),
    OrderStatus.EXPIRED:          (_I, _F, _F, _I, _I, _I),
    OrderStatus.REFUSED:          (_I, _F, _F, _C, _C, _C),
    OrderStatus.TIMED_OUT:        (_I, _F, _F, _C, _C, _C),
}  # fmt: skip

#: Total: every (order status, event status) has its action. A fill is a fact, so no row ignores one
#: unread; `ledger.fills` tells a new fill from a repeated one by its cumulative quantity.
TRANSITIONS: Mapping[tuple[OrderStatus, EventStatus], Action] = MappingProxyType(
    {(row, column): _ROWS[row][index] for row, (index, column) in product(_ROWS, enumerate(_COLUMNS))}
)


@dataclass(frozen=True, slots=True)
class Fees:
    """What an order costs beside its price: `fixed` minor units once, plus `rate_ppm` millionths of gross."""

    fixed: int = 0
    rate_ppm: int = 0

    def of(self, gross: int) -> int:
        """Fees of an order that executed `gross` in all, half up to the minor unit; nothing, no fees."""
        if gross <= 0:
            return 0
        rate = self.rate_ppm
        return self.fixed + (2 * gross * rate + 1_000_000) // 2_000_000 if rate else self.fixed


class TickerChange(NamedTuple):
    """From `effective` on, what was traded as `old` is called `new`."""

    old: str
    new: str
    effective: date


@dataclass(frozen=True, slots=True)
class Policy:
    """What the house decides. `reserve_for` is the patience with a silent order; `None` is without end."""

    fees: Fees = field(default_factory=Fees)
    park_for: timedelta = timedelta(hours=24)
    reserve_for: timedelta | None = None
    ticker_changes: tuple[TickerChange, ...] = ()

    def ticker_at(self, ticker: str, on: date) -> str:
        """What a ticker is called on a day, through all its changes up to then."""
        if not self.ticker_changes:
            return ticker
        for change in sorted(self.ticker_changes, key=lambda change: change.effective):
            if change.old == ticker and change.effective <= on:
                ticker = change.new
        return ticker


class Order(NamedTuple):
    """An order's row, and the reservation on it.

    `held_cash` (minor units) and `held_shares` are what it holds now. `filled` is the quantity
    executed; `gross`, `fee` its money so far; `rest` the part of `gross` below the minor unit that
    rounding left out, in 10^-18 of the currency. `fills` are its lots by cumulative quantity.
    `expires_at` is when the reservation times out. `refusal` is why nothing is held for it.
    """

    order_id: int
    user_id: str
    currency: str
    ticker: str
    side: Side
    status: OrderStatus
    quantity: int
    price: int
    held_cash: int = 0
    held_shares: int = 0
    filled: int = 0
    gross: int = 0
    rest: int = 0
    fee: int = 0
    fills: tuple[Lot, ...] = ()
    terms_sequence: int | None = None
    refusal: str | None = None
    expires_at: datetime | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None

    @property
    def reported(self) -> int:
        """The highest cumulative quantity that any fill told of."""
        return self.fills[-1].upto if self.fills else 0

    @property
    def is_open(self) -> bool:
        return self.status in OPEN

    @property
    def is_overfilled(self) -> bool:
        """More was executed than ordered: booked, and to be looked at."""
        return self.filled > self.quantity

    @property
    def reservation(self) -> ReservationStatus:
        """The two-phase name of where the reservation stands; parts may be posted before it is over."""
        if self.refusal is None or self.status is OrderStatus.FILLED:
            return _RESERVATIONS[self.status]
        return ReservationStatus.EXPIRED if self.refusal == TIMED_OUT else ReservationStatus.REFUSED


_RESERVATIONS = {
    OrderStatus.UNSEEN: ReservationStatus.REFUSED,
    OrderStatus.PENDING: ReservationStatus.PENDING,
    OrderStatus.PARTIALLY_FILLED: ReservationStatus.PENDING,
    OrderStatus.FILLED: ReservationStatus.POSTED,
    OrderStatus.REJECTED: ReservationStatus.VOIDED,
    OrderStatus.CANCELLED: ReservationStatus.VOIDED,
    OrderStatus.EXPIRED: ReservationStatus.EXPIRED,
    OrderStatus.REFUSED: ReservationStatus.REFUSED,
    OrderStatus.TIMED_OUT: ReservationStatus.EXPIRED,
}


def cash_needed(order: Order, fees: Fees) -> int:
    """What a BUY must hold for what is still open of it, in minor units. A SELL never holds cash.

    Limit price x open quantity plus the fees still to come. The rounding up is of executed and open
    together, so that fills at the limit never need a cent more than was held for them.
    """
    open_quantity = order.quantity - order.filled
    if order.side is not _BUY or open_quantity <= 0:
        return 0
    step = minor_step(order.currency)
    executed = order.gross * step + order.rest
    whole = rounded_up(executed + exact_value(order.price, open_quantity), step)
    return whole - order.gross + max(0, fees.of(whole) - order.fee)


def cash_needed_by_new(side: Side, quantity: int, price: int, currency: str, fees: Fees) -> int:
    """`cash_needed` of an order of which nothing is executed yet."""
    if side is not _BUY:
        return 0
    whole = rounded_up(exact_value(price, quantity), minor_step(currency))
    return whole + fees.of(whole)


def shares_needed(order: Order) -> int:
    """What a SELL must hold for what is still open of it; a BUY holds no shares."""
    return max(0, order.quantity - order.filled) if order.side is _SELL else 0
