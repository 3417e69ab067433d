"""What a file says, row by row, before anything is booked: every data row is in exactly one list.

Dates are days, numbers exact Decimals with the digits of the file, texts as they stand (trimmed). `row`
counts from 1 with the header, as a spreadsheet shows it; trades of notes and entries of OFX are numbered by
`n` instead. Nothing in here knows custody.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum


class RowKind(StrEnum):
    """What a row books. `split` adds a quantity; `rendimento` is income of a fund; JCP amounts are net."""

    BUY = "buy"
    SELL = "sell"
    DIVIDEND = "dividend"
    JCP = "jcp"
    RENDIMENTO = "rendimento"
    INTEREST = "interest"
    REIMBURSEMENT = "reimbursement"
    CAPITAL_RETURN = "capital_return"
    BONUS = "bonus"
    FRACTION_OUT = "fraction_out"
    FRACTION_AUCTION = "fraction_auction"
    SPLIT = "split"
    SUBSCRIPTION = "subscription"
    RIGHTS_SALE = "rights_sale"
    TRANSFER = "transfer"
    REDEMPTION = "redemption"
    CUSTODY_FEE = "custody_fee"
    FEE = "fee"
    TAX = "tax"
    TAX_REFUND = "tax_refund"
    DEPOSIT = "deposit"
    WITHDRAWAL = "withdrawal"
    DELIVERY_IN = "delivery_in"
    FX_IN = "fx_in"


@dataclass(frozen=True, slots=True)
class Row:
    """One data row. Whatever the file does not say is `None`, never zero.

    `ticker` without the F of the fractional market, `raw_ticker` as written. `extra`: what only some formats
    say, by the names of the docs (`market`, `expiry`, `product`, `name`, `note_number`...), as text.
    """

    row: int
    kind: RowKind | None = None
    day: date | None = None
    ticker: str | None = None
    raw_ticker: str | None = None
    quantity: Decimal | None = None
    price: Decimal | None = None
    amount: Decimal | None = None
    institution: str | None = None
    currency: str | None = None
    fees: Decimal | None = None
    taxes: Decimal | None = None
    extra: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reasoned:
    """A row that is not simply booked, with a stable code that says why, and what may be done about it.

    `text`: the reason in words, for people; empty when the code says it all.
    """

    row: Row
    reason: str
    accept: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class ReadFile:
    """All that was read of one file. `sha256` of its bytes; `layout` names the layout that was recognised.

    booked      recognised: one entry each, when accepted
    not_booked  recognised, and books nothing (settlement legs, balance lines...), with the reason
    review      asked about first: a person decides
    unknown     not recognised; reported with its text
    `positions`, `provisioned`, `aggregated`, `income_sums`: tables of files that tell holdings, coming
    income, trades summed by month or income summed by year, as rows of text; `facts`: what the file
    says of itself (period, institution, note number, net total...).
    """

    name: str
    sha256: str
    format: str
    layout: str
    booked: tuple[Row, ...] = ()
    not_booked: tuple[Reasoned, ...] = ()
    review: tuple[Reasoned, ...] = ()
    unknown: tuple[Reasoned, ...] = ()
    positions: tuple[Mapping[str, str], ...] = ()
    provisioned: tuple[Mapping[str, str], ...] = ()
    aggregated: tuple[Mapping[str, str], ...] = ()
    income_sums: tuple[Mapping[str, str], ...] = ()
    facts: Mapping[str, str] = field(default_factory=dict)
