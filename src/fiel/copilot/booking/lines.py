"""What is booked of a row: its account, its asset, its identity, and the row as it was said.

Two reports tell one fact in their own words. The identity has only what they agree on: the day, the asset,
the kind, and the numbers that are facts (of trades quantity and price, of money the amount).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from hashlib import sha256

from fiel.copilot.importing.rows import Row, RowKind
from fiel.kernel.rounding import Rounding, round_to

#: Kinds that an institution's name does not tell apart: other reports may spell it in another way.
TOLD_TWICE = frozenset(
    {
        RowKind.BUY,
        RowKind.SELL,
        RowKind.DIVIDEND,
        RowKind.JCP,
        RowKind.RENDIMENTO,
        RowKind.INTEREST,
        RowKind.REIMBURSEMENT,
        RowKind.CAPITAL_RETURN,
    }
)
_BY_QUANTITY = frozenset(
    {RowKind.BONUS, RowKind.FRACTION_OUT, RowKind.SPLIT, RowKind.TRANSFER, RowKind.DELIVERY_IN}
)
TRADES = frozenset({RowKind.BUY, RowKind.SELL, RowKind.SUBSCRIPTION, RowKind.REDEMPTION})
#: Kinds by which a file tells the cash of an account.
CASH = frozenset({RowKind.DEPOSIT, RowKind.WITHDRAWAL, RowKind.FX_IN})
#: The family of what was typed; its rows bear no file's hash.
TYPED = "typed"
#: Of bank statements, where nothing else tells two entries of one day apart.
_OF_BANKS = ("memo", "fitid")


@dataclass(frozen=True, slots=True)
class Line:
    """A row that can be booked. `user_id` and `to_user_id` are accounts of the book, `family` its format."""

    row: Row
    kind: RowKind
    day: date
    user_id: str
    currency: str
    asset: str | None
    family: str
    name: str = ""
    to_user_id: str | None = None
    identity: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "identity", _identity(self))

    @property
    def has_costs(self) -> bool:
        """Whether the row says what the trade cost: notes do, B3's list of trades does not."""
        return self.row.fees is not None


def _identity(line: Line) -> str:
    row = line.row
    parts: list[str] = [line.kind.value, line.currency, line.day.isoformat(), line.asset or ""]
    if line.kind in TRADES and row.price is not None:
        parts += [_plain(row.quantity), _plain(row.price)]
    elif line.kind in _BY_QUANTITY:
        parts += [_plain(row.quantity), line.user_id if line.kind is RowKind.TRANSFER else ""]
    else:
        # Without an amount the numbers that make it are the fact.
        is_told_apart = line.kind in TRADES or row.amount is None
        parts += [_plain(row.quantity) if is_told_apart else "", _cents(row.amount)]
        parts += [_plain(row.price)] if row.amount is None else []
        parts += [row.extra.get(name, "") for name in _OF_BANKS]
    return "|".join(parts)


def _plain(value: Decimal | None) -> str:
    """A number whatever its trailing zeros."""
    return "" if value is None else f"{value.normalize() + 0:f}"


def _cents(value: Decimal | None) -> str:
    return "" if value is None else f"{round_to(abs(value), 2, Rounding.HALF_EVEN):f}"


def row_id(wallet: str, user_id: str, identity: str, occurrence: int) -> str:
    """The name of a booked row: the same whenever, and from whatever file, it comes."""
    text = "\x1f".join((wallet, user_id, identity, str(occurrence)))
    return sha256(text.encode()).hexdigest()[:20]


def said_of(row: Row) -> dict[str, str]:
    """The row as it was said, for the record; numbers with the digits of the file."""
    numbers: Mapping[str, Decimal | None] = {
        "quantity": row.quantity,
        "price": row.price,
        "amount": row.amount,
        "fees": row.fees,
        "taxes": row.taxes,
    }
    said = {name: f"{value:f}" for name, value in numbers.items() if value is not None}
    texts = {"ticker": row.ticker, "raw_ticker": row.raw_ticker, "institution": row.institution}
    said |= {name: text for name, text in texts.items() if text}
    return {**{f"x_{name}": text for name, text in row.extra.items() if text}, **said}
