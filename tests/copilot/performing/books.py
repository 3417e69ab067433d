"""A wallet's book filled by stories: facts as files tell them, closes, events and series of the market."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from itertools import count

from fiel.bootstrap import OpenCustody
from fiel.copilot.performing.asked import read_yardstick
from fiel.copilot.performing.desk import PerformanceDesk, PerformanceView
from fiel.copilot.store.accounts import WalletAccount, add_accounts
from fiel.custody.accounts import AccountKey, CashMode
from fiel.custody.bookings import Bookings, Told
from fiel.custody.events import BookFact, BookIncome, FactKind
from fiel.custody.messages import Message
from fiel.income.values import IncomeKind
from fiel.infra.system import SystemClock
from fiel.kernel.calendars import b3
from fiel.market import event_codec
from fiel.market.store.events import SHARES, EventRow, StoredEvents
from fiel.market.store.series import StoredSeries
from fiel.market.store.symbols import StoredSymbols
from fiel.market.values import Bar, Observation, ShareEvent, ShareKind
from fiel.performance.identity import Identity
from fiel.performance.report import LevelReport

WALLET = "ana"
#: A Friday evening: the session is over.
NOW = datetime(2026, 1, 30, 23, tzinfo=UTC)
NOON = time(15)


def day(text: str) -> date:
    """A date of 2026 from "MM-DD", or a whole one."""
    return date.fromisoformat(text if len(text) > 5 else f"2026-{text}")


def at(on: str, hour: time = NOON) -> datetime:
    """An instant of a day; the hour is in UTC."""
    return datetime.combine(day(on), hour, UTC)


def sessions(first: str, last: str) -> tuple[date, ...]:
    """The exchange's days, both ends included."""
    return b3().sessions(day(first), day(last) + timedelta(days=1))


@dataclass(slots=True)
class Wallet:
    """Ana's book: her own account, whose cash is kept, and those at brokers, whose cash is not."""

    opened: OpenCustody
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
        numbers = (_nano(quantity), _cents(amount), _cents(fee), _cents(cost))
        fact = BookFact(command, kind, NOW, at(on, hour), ticker, *numbers)
        return self._booked(fact, account, currency)

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
        numbers = {"amount": _cents(net), "withheld": _cents(withheld)}
        return self._booked(BookIncome(command, ticker, kind, at=NOW, occurred_at=at(on), **numbers), account)

    def takes_back(self, entry: str) -> None:
        """A booking was wrong."""
        self.bookings.reverse([entry])

    def fills(self, on: str, number: int, ticker: str, quantity: int, price: str, side: str = "BUY") -> None:
        """An order, filled whole at noon."""
        told = {
            "orderId": number,
            "userId": WALLET,
            "ticker": ticker,
            "quantity": quantity,
            "price": price,
            "executedPrice": None,
            "side": side,
            "eventTimestamp": f"{day(on)}T12:00:{number:02d}",
        }
        filled = Message(told | {"status": "FILLED", "executedPrice": price})
        assert not self.opened.custody.receive([Message(told | {"status": "PENDING"}), filled]).dead_letters

    def renames(self, on: str, old: str, new: str) -> None:
        """The company changes its ticker."""
        from fiel.custody.accounts import PositionKey

        key = PositionKey(WALLET, "BRL", old)
        self.opened.custody.rename(key, new, command_key=new, occurred_at=at(on))

    def closes(
        self, symbol: str, prices: Mapping[date, str], source: str = "brapi", adjusted: bool = False
    ) -> None:
        """What a source tells of a symbol."""
        bars = [
            Bar(on, Decimal(price), adjusted_close=Decimal(price) if adjusted else None)
            for on, price in sorted(prices.items())
        ]
        StoredSymbols(self.opened.database).replace_bars(symbol, source, bars, at=NOW)

    def market_tells(
        self, com: str, symbol: str, new_per_old: str, kind: ShareKind = ShareKind.SPLIT
    ) -> None:
        """A split, grouping or bonus, by its com date."""
        event = ShareEvent(symbol, kind, kind.value, Decimal(new_per_old), day(com), "brapi")
        row = EventRow(f"{symbol}{com}", SHARES, day(com), None, event_codec.told_text(event))
        StoredEvents(self.opened.database).save(symbol, [row], at=NOW)

    def series(self, key: str, rows: Mapping[date, str]) -> None:
        """Rows of a series."""
        found = [Observation(on, Decimal(value)) for on, value in sorted(rows.items())]
        StoredSeries(self.opened.database).save(key, found, source="bcb_sgs", at=NOW, span=None)

    def view(self, period: str = "all", *benchmarks: str, now: datetime = NOW) -> PerformanceView:
        """The report."""
        wanted = [read_yardstick(text) for text in benchmarks]
        return PerformanceDesk(self.opened.database).view(WALLET, period, wanted, now)

    @property
    def bookings(self) -> Bookings:
        """The book's door for facts."""
        return Bookings(self.opened.custody.book, SystemClock())

    def _booked(self, command: BookFact | BookIncome, account: str, currency: str = "BRL") -> str:
        key = self.account(account, currency)
        modes = {key: CashMode.EXTERNAL} if account else {}
        return self.bookings.book_all([Told(key, command)], modes).entries[command.command_id]

    def account(self, label: str, currency: str = "BRL") -> AccountKey:
        """Her own account, or the one at a broker, which is opened."""
        if not label:
            return AccountKey(WALLET, currency)
        broker = WalletAccount(WALLET, label, f"{WALLET}/{label}", label)
        self.opened.database.transact(lambda unit: add_accounts(unit.connection, [broker], NOW))
        return AccountKey(broker.user_id, currency)


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


def _nano(text: str) -> int:
    return int(Decimal(text) * 10**9)


def _cents(text: str) -> int:
    return int(Decimal(text) * 100)
