"""What is announced, expected, received: the values that the rest of this room is about.

Money in Decimal reais (or `currency`) with 2 decimals, amounts per unit with all their digits, days as
dates of the wallet's time zone.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum


class IncomeKind(StrEnum):
    """What is paid. Amortisation and redemption give back capital and are no income."""

    DIVIDEND = "dividend"
    JCP = "jcp"
    FII_INCOME = "fii_income"
    #: Interest of fixed income, and what companies call "rendimento".
    INTEREST = "interest"
    AMORTISATION = "amortisation"
    REDEMPTION = "redemption"
    OTHER = "other"

    @property
    def is_capital(self) -> bool:
        """Whether it gives back what was invested, and lowers the cost instead of being income."""
        return self in (IncomeKind.AMORTISATION, IncomeKind.REDEMPTION)


class Standing(StrEnum):
    """How well a payment is known: two sources agree, only one tells it, or they contradict each other."""

    AGREED = "agreed"
    SINGLE = "single"
    CONFLICT = "conflict"


class State(StrEnum):
    """Where a payment stands, in the order of its life.

    estimated   a forecast; nobody announced it, and nothing is stored of it
    announced   a source tells it, the com date is to come: what is held then decides
    confirmed   the com date has passed and something was held; the payment is to come or has no date yet
    due         today is the day of payment, or it passed so lately that the money may still be on its way
    late        more than the patience of the policy has passed since then
    missing     so late that somebody should ask the broker
    received    the book holds the money
    corrected   the source changed the payment after the money had come: see `IncomeRecord.reasons`
    lapsed      announced once, and nothing comes of it: not held at the com date, or taken back
    """

    ESTIMATED = "estimated"
    ANNOUNCED = "announced"
    CONFIRMED = "confirmed"
    DUE = "due"
    LATE = "late"
    MISSING = "missing"
    RECEIVED = "received"
    CORRECTED = "corrected"
    LAPSED = "lapsed"


@dataclass(frozen=True, slots=True)
class Announcement:
    """Cash per unit that a source tells of, gross. `com_date`: the last day of trading with the right.

    `event_id` stays the same when a source corrects the payment. `deadline`: `payment_date` says "until".
    `payer`: the legal entity, as far as it is known; empty: the first four letters of the ticker.
    `decided_on`: when the distribution was approved, which decides the tax on profits of 2025 and before.
    """

    event_id: str
    asset: str
    kind: IncomeKind
    per_unit: Decimal
    com_date: date | None
    payment_date: date | None
    source: str
    standing: Standing = Standing.SINGLE
    decided_on: date | None = None
    deadline: bool = False
    currency: str = "BRL"
    payer: str = ""
    differences: tuple[str, ...] = ()

    @property
    def entity(self) -> str:
        """Who pays: PETR3 and PETR4 are one company."""
        return self.payer or self.asset[:4]


@dataclass(frozen=True, slots=True)
class Movement:
    """Units of an asset that came (+) or left (-) in an account, on the day of the trade."""

    day: date
    account: str
    asset: str
    quantity: Decimal


@dataclass(frozen=True, slots=True)
class ShareChange:
    """`new_per_old` units after the event for one held at the close of `com_date`.

    `booked`: custody's journal holds it as movements of its own, so it must not be applied again.
    """

    asset: str
    com_date: date
    new_per_old: Decimal
    booked: bool = False


@dataclass(frozen=True, slots=True)
class Holding:
    """What an account held of an asset at the close of a day. Negative: sold and not there (lent, short)."""

    account: str
    quantity: Decimal


@dataclass(frozen=True, slots=True)
class Receipt:
    """Money of the book that came from an asset. `amount` is net, `day` when it was credited.

    `record_id` names the record that it was booked for, when it was booked from one.
    """

    receipt_id: str
    asset: str
    amount: Decimal
    day: date
    account: str
    kind: IncomeKind | None = None
    record_id: str = ""
    currency: str = "BRL"


@dataclass(frozen=True, slots=True)
class AccountShare:
    """What one account gets of a payment; the shares of all accounts sum to the record, cent by cent."""

    account: str
    quantity: Decimal
    gross: Decimal
    withheld: Decimal
    net: Decimal


@dataclass(frozen=True, slots=True)
class IncomeRecord:
    """A payment of one wallet: what is expected, what came, and why it stands where it stands.

    `record_id` is a pure function of wallet and event. `received` is the net money in the book, `None`
    before any came. `reasons` are stable codes with their figures, such as `com_date_passed:2026-03-30` or
    `amount_differs:12.30/12.00`; the words are made at the edge. `withholding`: the rule that was applied.
    """

    record_id: str
    wallet: str
    event_id: str
    asset: str
    kind: IncomeKind
    state: State
    quantity: Decimal
    per_unit: Decimal
    gross: Decimal
    withheld: Decimal
    net: Decimal
    currency: str
    com_date: date | None
    payment_date: date | None
    source: str
    standing: Standing
    shares: tuple[AccountShare, ...] = ()
    received: Decimal | None = None
    received_on: date | None = None
    receipts: tuple[str, ...] = ()
    withholding: str = ""
    reasons: tuple[str, ...] = ()
    deadline: bool = False
    #: How often the source changed the payment since the record was first written.
    corrections: int = 0


class ProposalKind(StrEnum):
    """What a person may accept: book money that is due, link a receipt, or book a difference."""

    BOOK = "book"
    LINK = "link"
    BOOK_DIFFERENCE = "book_difference"


@dataclass(frozen=True, slots=True)
class Proposal:
    """A booking to accept. `proposal_id` is a pure function of what it is about: accepting twice is once.

    `amount` is net money to book on `day` in `account` (zero for a link).
    """

    proposal_id: str
    kind: ProposalKind
    record_id: str
    asset: str
    income_kind: IncomeKind
    amount: Decimal
    currency: str
    day: date
    account: str
    receipt_id: str = ""
    reasons: tuple[str, ...] = ()
