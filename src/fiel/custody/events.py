"""What custody is asked, and what it answers: commands, ledger events, refusals and alerts. All values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple, TypeAlias

from fiel.custody.accounts import Account, Lot, Position
from fiel.custody.order_events.event import LogPlace, OrderEvent
from fiel.custody.reservations import Order
from fiel.income.values import IncomeKind


class AlertCode(StrEnum):
    """What a person must look at though it was booked."""

    CASH_SHORTFALL = "cash_shortfall"
    SHARES_SHORT = "shares_short"
    OVERFILLED = "overfilled"
    FILL_AFTER_CLOSE = "fill_after_close"
    FILL_OF_REFUSED = "fill_of_refused"
    FILL_RESTATED = "fill_restated"
    ORDER_REFUSED = "order_refused"
    RESERVATION_TIMED_OUT = "reservation_timed_out"
    PENDING_NEVER_CAME = "pending_never_came"
    EVENT_ID_REUSED = "event_id_reused"
    ACCOUNT_HELD_BACK = "account_held_back"
    HELD_BACK_TOO_LONG = "held_back_too_long"
    CONSUMER_STOPPED = "consumer_stopped"


class Alert(NamedTuple):
    code: AlertCode
    user_id: str
    order_id: int | None
    event_id: str
    message: str


@dataclass(frozen=True, slots=True)
class Deposit:
    """Money comes in. `amount` in minor units; `command_id` names the request through all its retries."""

    command_id: str
    amount: int
    at: datetime
    occurred_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Withdraw:
    """Money goes out, never more than is available."""

    command_id: str
    amount: int
    at: datetime
    occurred_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class BringShares:
    """Shares come in from elsewhere with what they cost (`cost`, minor units)."""

    command_id: str
    ticker: str
    quantity: int
    cost: int
    at: datetime
    occurred_at: datetime | None = None


class Receive(NamedTuple):
    """An order event has arrived; `at` is when we learned of it."""

    event: OrderEvent
    at: datetime


@dataclass(frozen=True, slots=True)
class TimeOut:
    """Our patience with the order's reservation may be over."""

    at: datetime


@dataclass(frozen=True, slots=True)
class CorrectFill:
    """The broker takes a fill back (`price` is `None`: bust) or changes its price.

    The fill is named by the cumulative quantity it completed.
    """

    command_id: str
    upto: int
    price: int | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Adjust:
    """The book follows a broker's statement, after a person agreed: money, or shares of `ticker`.

    `amount` is in minor units and `quantity` in billionths, of either sign. Shares that come bring `cost`
    (minor units); shares that leave take their part of the position's cost along.
    """

    command_id: str
    at: datetime
    occurred_at: datetime
    amount: int = 0
    ticker: str | None = None
    quantity: int = 0
    cost: int = 0


@dataclass(frozen=True, slots=True)
class BookIncome:
    """An asset paid: `amount` is what reached the account, `withheld` the tax kept back from it before.

    Both in minor units. An amount below zero takes money back, and `withheld` may then have either sign.
    """

    command_id: str
    ticker: str
    kind: IncomeKind
    amount: int
    at: datetime
    occurred_at: datetime | None = None
    withheld: int = 0


class FactKind(StrEnum):
    """What happened elsewhere and is told afterwards: by a file, or by a person.

    Of money     deposit, withdrawal, fee, tax; with a ticker: fraction_sale (of an auction), rights_sale
    Of trades    trade
    Of shares from and to outside, with their cost     opening, delivery
    Between accounts of one owner, cost kept           move
    Of companies   split (cost stays), bonus (brings the declared cost), conversion (a leg of a merger,
                   spin-off or exercise), fraction (leaves for an auction with its share of the cost)
    """

    DEPOSIT = "deposit"
    WITHDRAWAL = "withdrawal"
    FEE = "fee"
    TAX = "tax"
    FRACTION_SALE = "fraction_sale"
    RIGHTS_SALE = "rights_sale"
    TRADE = "trade"
    OPENING = "opening"
    DELIVERY = "delivery"
    MOVE = "move"
    SPLIT = "split"
    BONUS = "bonus"
    CONVERSION = "conversion"
    FRACTION = "fraction"


@dataclass(frozen=True, slots=True)
class BookFact:
    """Something that happened elsewhere: booked as told, never refused for what the account lacks.

    `amount` (minor units) is what the cash gained before `fee`; `quantity` (billionths) what the position
    gained. `cost` (minor units) comes with shares without money; of a conversion it is the change of cost,
    of either sign; of shares that leave it is not told, they take their part. `price` (billionths) is of
    trades. An account whose cash is kept elsewhere has no deposits and withdrawals.
    """

    command_id: str
    kind: FactKind
    at: datetime
    occurred_at: datetime
    ticker: str | None = None
    quantity: int = 0
    amount: int = 0
    fee: int = 0
    cost: int = 0
    price: int = 0


#: How the name of a command begins that takes an entry back; the entry's follows.
REVERSING = "reverse:"


@dataclass(frozen=True, slots=True)
class Reverse:
    """A booked entry without an order is taken back: what it moved moves back, its lot counts no more."""

    entry: BookedEntry
    at: datetime

    @property
    def command_id(self) -> str:
        """An entry is taken back once: the name follows from it."""
        return f"{REVERSING}{self.entry.id}"

    @property
    def ticker(self) -> str | None:
        """The position that it touches."""
        return self.entry.ticker


class BookedEntry(NamedTuple):
    """What a journal entry moved, read from its postings: own cash, fees, tax withheld, own shares."""

    id: str
    user_id: str
    currency: str
    kind: ChangeKind
    cause: str
    occurred_at: datetime
    ticker: str | None = None
    gross: int = 0
    fee: int = 0
    quantity: int = 0
    withheld: int = 0
    lots: tuple[Lot, ...] = ()


Command: TypeAlias = (
    Deposit
    | Withdraw
    | BringShares
    | Receive
    | TimeOut
    | CorrectFill
    | Adjust
    | BookIncome
    | BookFact
    | Reverse
)


class ChangeKind(StrEnum):
    """What a change of the book was; also the kind of its journal entry."""

    DEPOSIT = "DEPOSIT"
    WITHDRAWAL = "WITHDRAWAL"
    TRANSFER = "TRANSFER"
    ADJUSTMENT = "ADJUSTMENT"
    INCOME = "INCOME"
    CAPITAL_RETURN = "CAPITAL_RETURN"
    TRADE = "TRADE"
    FEE = "FEE"
    TAX = "TAX"
    SHARES = "SHARES"
    RESERVE = "RESERVE"
    REFUSE = "REFUSE"
    AMEND = "AMEND"
    FILL = "FILL"
    CORRECTION = "CORRECTION"
    CLOSE = "CLOSE"
    TIME_OUT = "TIME_OUT"


class Change(NamedTuple):
    """One change of the book, as differences: what `evolve` adds to the rows and the journal posts.

    `gross` is money from (+) or to (-) the other side, `fee` what is paid on top (negative when given
    back), `blocked` the cash newly held for orders, `quantity` and `reserved` the same for shares.
    `withheld` is tax that the payer of income kept back: it is in no balance, and not in `gross`.
    `order` is the order's row afterwards; `lots` are rows to write, by id. A change without
    differences (a refusal) makes no journal entry.
    """

    kind: ChangeKind
    id: str
    cause: str
    occurred_at: datetime
    recorded_at: datetime
    order_id: int | None = None
    ticker: str | None = None
    gross: int = 0
    fee: int = 0
    blocked: int = 0
    quantity: int = 0
    reserved: int = 0
    order: Order | None = None
    lots: tuple[Lot, ...] = ()
    restates: bool = False
    alerts: tuple[Alert, ...] = ()
    withheld: int = 0


class Ignored(NamedTuple):
    """Nothing to do: the event tells nothing new."""

    event_id: str
    reason: str


class ParkReason(StrEnum):
    """What a parked event waits for."""

    ORDER_UNSEEN = "order_unseen"
    BEHIND_POISON = "behind_poison"


class Parked(NamedTuple):
    """The event waits until `deadline`: for its order's PENDING, or behind a message of its account that
    could not be handled (`Batch.hold_back`). After the deadline a person is told; it waits on.
    """

    event: OrderEvent
    parked_at: datetime
    deadline: datetime
    reason: ParkReason = ParkReason.ORDER_UNSEEN

    @property
    def sort_key(self) -> tuple[bool, LogPlace, datetime]:
        """The order of the log; events without a place in it go last, by the time they were parked."""
        place = self.event.place
        return (place is None, place or LogPlace("", 0, 0), self.parked_at)


LedgerEvent: TypeAlias = Change | Ignored | Parked


class State(NamedTuple):
    """The rows that one command can touch: an account, and the order and position it is about."""

    account: Account
    order: Order | None = None
    position: Position | None = None
