"""The past of an account: a statement over a period, and what was held at any instant.

Every entry has two times: when it became true in the market (`occurred`) and when the book learned of it
(`recorded`). A statement by occurrence tells the story as it is known today; one by recording tells what
the book said at the time, and never changes afterwards.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from fiel.custody.accounts import AccountKey, Lot, Position
from fiel.custody.ledger.journal import WalletTransaction
from fiel.custody.ledger.positions import restated
from fiel.custody.queries import Queries, Snapshot
from fiel.custody.queries.past import WITHIN, Axis, balance_before, sums_at, transactions_between
from fiel.kernel.clock import in_utc
from fiel.kernel.errors import InvalidInput

LINES_MAX = 100_000

__all__ = ["Axis", "Holding", "PastAccount", "Statement", "StatementLine", "Statements"]


@dataclass(frozen=True, slots=True)
class Holding:
    """A ticker at an instant, in billionths. `average_price` (12 decimals) is known by occurrence only."""

    ticker: str
    quantity: int
    reserved: int
    average_price: Decimal | None


@dataclass(frozen=True, slots=True)
class PastAccount:
    """An account as it stood at `at` (that instant included), in minor units and billionths."""

    key: AccountKey
    at: datetime
    axis: Axis
    balance: int
    blocked: int
    holdings: tuple[Holding, ...]

    @property
    def available(self) -> int:
        return self.balance - self.blocked


@dataclass(frozen=True, slots=True)
class StatementLine:
    """A transaction of the period and the balance after it, counted along the statement's axis."""

    transaction: WalletTransaction
    balance: int


@dataclass(frozen=True, slots=True)
class Statement:
    """Opening, lines and closing of a period [start, end); opening plus all lines is the closing."""

    key: AccountKey
    axis: Axis
    start: datetime
    end: datetime
    opening: int
    lines: tuple[StatementLine, ...]
    closing: int


@dataclass(frozen=True, slots=True)
class Statements:
    """Reads of the past."""

    queries: Queries

    def statement(
        self, key: AccountKey, start: datetime, end: datetime, axis: Axis = Axis.OCCURRED
    ) -> Statement:
        """The account's money over [start, end).

        Raises `NotFound` for an unknown account, `InvalidInput` for a period that ends before it starts
        or holds more than 100,000 lines.
        """
        start, end = in_utc(start, field="from"), in_utc(end, field="to")
        if end < start:
            raise InvalidInput("period_reversed", "the period ends before it starts", field="to")
        with self.queries.snapshot() as book:
            book.account(key)
            opening = balance_before(book, key, start, axis)
            found = transactions_between(book, key, start, end, axis, LINES_MAX + 1)
        if len(found) > LINES_MAX:
            raise InvalidInput(
                "period_too_long",
                f"the period has more than {LINES_MAX} lines; ask for a shorter one",
                field="to",
            )
        balance, lines = opening, []
        for transaction in found:
            balance += _moved(transaction)
            lines.append(StatementLine(transaction, balance))
        return Statement(key, axis, start, end, opening, tuple(lines), balance)

    def account_at(self, key: AccountKey, at: datetime, axis: Axis = Axis.OCCURRED) -> PastAccount:
        """Balance and positions at an instant. Raises `NotFound` for an unknown account."""
        at = in_utc(at, field="at")
        with self.queries.snapshot() as book:
            book.account(key)
            sums = sums_at(book, key, at, axis)
            prices = _average_prices(book, key, at) if axis is Axis.OCCURRED else {}
        free, reserved = sums.pop(key.currency, (0, 0))
        holdings = tuple(
            Holding(ticker, open_ + held, held, prices.get(ticker))
            for ticker, (open_, held) in sorted(sums.items())
            if open_ or held
        )
        return PastAccount(key, at, axis, free + reserved, reserved, holdings)


def _moved(transaction: WalletTransaction) -> int:
    return 0 if transaction.type in WITHIN else transaction.amount


def _average_prices(book: Snapshot, key: AccountKey, at: datetime) -> dict[str, Decimal | None]:
    """Average prices from the lots executed up to the instant, as they are known today."""
    by_ticker: dict[str, list[Lot]] = defaultdict(list)
    for lot in book.lots(key.user_id):
        if lot.currency == key.currency and lot.occurred_at <= at:
            by_ticker[lot.ticker].append(lot)
    return {
        ticker: restated(Position(key.user_id, key.currency, ticker), lots).average_price
        for ticker, lots in by_ticker.items()
    }
