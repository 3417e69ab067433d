"""A wallet's book filled by stories: facts as files tell them, closes, events and series of the market."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from itertools import count
from typing import ClassVar

from fiel.copilot.performing.asked import read_yardstick
from fiel.copilot.performing.desk import PerformanceDesk, PerformanceView
from fiel.custody.events import BookFact, BookIncome, FactKind
from fiel.income.values import IncomeKind
from fiel.infra.system import SystemClock
from fiel.kernel.calendars import b3
from fiel.kernel.clock import Clock
from fiel.market.store.series import StoredSeries
from fiel.market.store.symbols import StoredSymbols
from fiel.market.values import Bar, Observation
from fiel.performance.identity import Identity
from fiel.performance.report import LevelReport
from tests.support.told_wallets import NOON, WALLET, ToldWallet, at, cents, day, nano

__all__ = ["WALLET", "Wallet", "amounts", "at", "codes", "day", "flat", "named", "sessions", "whole"]

#: A Friday evening: the session is over.
NOW = datetime(2026, 1, 30, 23, tzinfo=UTC)


def sessions(first: str, last: str) -> tuple[date, ...]:
    """The exchange's days, both ends included."""
    return b3().sessions(day(first), day(last) + timedelta(days=1))


@dataclass(slots=True)
class Wallet(ToldWallet):
    """Ana's book: her own account, whose cash is kept, and those at brokers, whose cash is not."""

    learned: ClassVar[datetime] = NOW
    clock: ClassVar[Clock] = SystemClock()
    names: count[int] = field(default_factory=lambda: count(1))

    def tells(
        self,
        kind: FactKind,
        on: str,
        ticker: str | None = None,
        quantity: str = "0",
        *,
        amount: str = "0",
        cost: str = "0",
        fee: str = "0",
        account: str = "",
        name: str = "",
        hour: time = NOON,
        currency: str = "BRL",
    ) -> str:
        """A fact of a file, in units and reais. Gives its entry."""
        command = name or f"fact-{next(self.names)}"
        numbers = (nano(quantity), cents(amount), cents(fee), cents(cost))
        fact = BookFact(command, kind, NOW, at(on, hour), ticker, *numbers)
        return self.booked(fact, account, currency)

    def deposits(self, on: str, amount: str, currency: str = "BRL") -> str:
        """Money comes in."""
        return self.tells(FactKind.DEPOSIT, on, amount=amount, currency=currency)

    def trades(
        self, on: str, ticker: str, quantity: str, price: str, fee: str = "0", account: str = ""
    ) -> str:
        """A trade: bought, or sold below zero."""
        amount = f"{-(Decimal(quantity) * Decimal(price)):.2f}"
        return self.tells(FactKind.TRADE, on, ticker, quantity, amount=amount, fee=fee, account=account)

    def moves(self, on: str, ticker: str, quantity: str, account: str, name: str = "moved") -> None:
        """Shares of her own account go to the one at a broker."""
        self.tells(FactKind.MOVE, on, ticker, f"-{quantity}", name=f"{name}#out")
        self.tells(FactKind.MOVE, on, ticker, quantity, name=f"{name}#in", account=account)

    def is_paid(
        self,
        on: str,
        ticker: str,
        net: str,
        withheld: str = "0",
        kind: IncomeKind = IncomeKind.DIVIDEND,
        account: str = "",
    ) -> str:
        """Income reaches the account."""
        command = f"paid-{next(self.names)}"
        numbers = {"amount": cents(net), "withheld": cents(withheld)}
        return self.booked(BookIncome(command, ticker, kind, at=NOW, occurred_at=at(on), **numbers), account)

    def closes(
        self, symbol: str, prices: Mapping[date, str], source: str = "brapi", adjusted: bool = False
    ) -> None:
        """What a source tells of a symbol."""
        bars = [
            Bar(on, Decimal(price), adjusted_close=Decimal(price) if adjusted else None)
            for on, price in sorted(prices.items())
        ]
        StoredSymbols(self.opened.database).replace_bars(symbol, source, bars, at=NOW)

    def series(self, key: str, rows: Mapping[date, str]) -> None:
        """Rows of a series."""
        found = [Observation(on, Decimal(value)) for on, value in sorted(rows.items())]
        StoredSeries(self.opened.database).save(key, found, source="bcb_sgs", at=NOW, span=None)

    def view(self, period: str = "all", *benchmarks: str, now: datetime = NOW) -> PerformanceView:
        """The report."""
        wanted = [read_yardstick(text) for text in benchmarks]
        return PerformanceDesk(self.opened.database).view(WALLET, period, wanted, now)


def amounts(*numbers: int | Decimal) -> tuple[Decimal, ...]:
    """Numbers to compare with."""
    return tuple(map(Decimal, numbers))


def flat(first: str, last: str, price: str) -> dict[date, str]:
    """One price on every session."""
    return dict.fromkeys(sessions(first, last), price)


def whole(view: PerformanceView) -> Identity:
    """The identity of the portfolio, checked."""
    return view.report.portfolio.identity.check("whole")


def named(rows: tuple[LevelReport, ...], name: str) -> Identity:
    """The identity of one group, checked."""
    return next(row for row in rows if row.name == name).identity.check(name)


def codes(view: PerformanceView) -> set[str]:
    """What is said beside the numbers."""
    return {one.code for one in view.remarks}
