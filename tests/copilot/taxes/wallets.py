"""A custody book filled by stories: orders, shares that come and leave, income, splits of the market."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from decimal import Decimal
from itertools import count
from typing import ClassVar

from fiel.copilot.taxes.desk import MonthView, PositionsView, TaxDesk, YearView
from fiel.copilot.taxes.told import Told as Said
from fiel.custody.accounts import AccountKey, CashMode, PositionKey
from fiel.custody.events import Adjust, BookFact, FactKind
from fiel.custody.store.book import BookUnit
from fiel.kernel.clock import Clock, FixedClock
from tests.support.told_wallets import NOON, WALLET, ToldWallet, cents, day, nano

__all__ = ["MORNING", "NINE", "NOON", "TODAY", "WALLET", "Wallet", "day", "noon"]

TODAY = date(2026, 11, 20)
MORNING = datetime(2026, 11, 20, 12, tzinfo=UTC)

#: Nine in the morning in São Paulo, when files' corporate events happen.
NINE = time(12)


def noon(on: date) -> datetime:
    """Noon of a day in São Paulo."""
    return datetime.combine(on, NOON, UTC)


@dataclass(slots=True)
class Wallet(ToldWallet):
    """Ana's book. Orders are filled whole, one after the other."""

    learned: ClassVar[datetime] = MORNING
    clock: ClassVar[Clock] = FixedClock(MORNING)
    orders: count[int] = field(default_factory=lambda: count(1))

    def __post_init__(self) -> None:
        self.opened.custody.deposit(WALLET, "10000000.00", key="start")

    def buys(self, on: str, ticker: str, quantity: int, price: str) -> None:
        """A purchase at noon."""
        self.fills(on, next(self.orders), ticker, quantity, price)

    def sells(self, on: str, ticker: str, quantity: int, price: str) -> None:
        """A sale at noon."""
        self.fills(on, next(self.orders), ticker, quantity, price, "SELL")

    def brings(
        self, on: str, ticker: str, quantity: str, cost: str, currency: str = "BRL", at: time = NOON
    ) -> None:
        """Shares come from elsewhere with their cost; `at` in UTC."""
        occurred = datetime.combine(day(on), at, UTC)
        self.opened.custody.bring_shares(
            WALLET, ticker, quantity, cost, currency, key=f"{on}{ticker}", occurred_at=occurred
        )

    def is_paid(self, on: str, ticker: str, kind: str, net: str, withheld: str = "0") -> None:
        """Income reaches the account."""
        self.opened.custody.book_income(
            WALLET, ticker, kind, net, withheld=withheld, key=f"{on}{ticker}{kind}", occurred_at=noon(day(on))
        )

    def loses(self, on: str, ticker: str, quantity: int) -> None:
        """Shares leave without a sale: the book follows a statement."""
        owner, at = AccountKey(WALLET, "BRL"), noon(day(on))
        command = Adjust(f"adjust-{on}-{ticker}", at, at, ticker=ticker, quantity=-quantity * 10**9)

        def work(unit: BookUnit) -> None:
            batch = unit.load(WALLET, tickers={PositionKey(*owner, ticker)})
            batch.open_account(owner, CashMode.TRACKED)
            batch.run(owner, command)
            unit.save(batch, MORNING)

        self.opened.custody.book.transact(work)

    def tells(
        self,
        kind: FactKind,
        on: str,
        ticker: str,
        quantity: str = "0",
        *,
        cost: str = "0",
        amount: str = "0",
        price: str = "0",
        fee: str = "0",
        account: str = "",
        name: str = "",
        at: time = NINE,
    ) -> str:
        """A fact of a file: units, reais, `at` in UTC; `account` is a broker's label. Gives its entry."""
        command = name or f"{kind}-{on}-{ticker}-{account}-{at}"
        fact = BookFact(
            command,
            kind,
            MORNING,
            datetime.combine(day(on), at, UTC),
            ticker,
            nano(quantity),
            cents(amount),
            cents(fee),
            cents(cost),
            nano(price),
        )
        return self.booked(fact, account)

    def trades(self, on: str, ticker: str, quantity: str, price: str, account: str = "") -> str:
        """A trade of a file: bought at noon, sold (below zero) at three."""
        units = Decimal(quantity)
        amount = str(-(units * Decimal(price)).quantize(Decimal("0.01")))
        at = NOON if units > 0 else time(18)
        return self.tells(
            FactKind.TRADE, on, ticker, quantity, amount=amount, price=price, account=account, at=at
        )

    def remembers(self, words: dict[str, str]) -> None:
        """A person says once what assets are."""
        self._desk(Said(words)).remember(WALLET, MORNING)

    def month(self, text: str, told: Said | None = None) -> MonthView:
        """The tax of a month, "YYYY-MM"."""
        return self._desk(told).month(WALLET, date.fromisoformat(f"{text}-01"), TODAY)

    def year(self, year: int, told: Said | None = None) -> YearView:
        """The forms of a year."""
        return self._desk(told).year(WALLET, year, TODAY)

    def positions(self, on: str, *, by_age: bool = False) -> PositionsView:
        """What was held."""
        return self._desk(None).positions(WALLET, day(on), by_age=by_age)

    def _desk(self, told: Said | None) -> TaxDesk:
        return TaxDesk(self.opened.database, told or Said())
