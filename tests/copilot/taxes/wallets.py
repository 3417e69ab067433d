"""A custody book filled by stories: orders, shares that come and leave, income, splits of the market."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from decimal import Decimal
from itertools import count

from fiel.bootstrap import OpenCustody
from fiel.copilot.store.accounts import WalletAccount, add_accounts
from fiel.copilot.taxes.desk import MonthView, PositionsView, TaxDesk, YearView
from fiel.copilot.taxes.told import Told as Said
from fiel.custody.accounts import AccountKey, CashMode, PositionKey
from fiel.custody.bookings import Bookings, Told
from fiel.custody.events import Adjust, BookFact, FactKind
from fiel.custody.messages import Message
from fiel.custody.store.book import BookUnit
from fiel.kernel.clock import FixedClock
from fiel.market import event_codec
from fiel.market.store.events import SHARES, EventRow, StoredEvents
from fiel.market.values import ShareEvent, ShareKind

WALLET = "ana"
TODAY = date(2026, 11, 20)
MORNING = datetime(2026, 11, 20, 12, tzinfo=UTC)


#: Noon in São Paulo, in UTC.
NOON = time(15)
#: Nine in the morning there, when files' corporate events happen.
NINE = time(12)


def day(text: str) -> date:
    """A date of 2026 from "MM-DD", or a whole one."""
    return date.fromisoformat(text if len(text) > 5 else f"2026-{text}")


def noon(on: date) -> datetime:
    """Noon of a day in São Paulo."""
    return datetime.combine(on, NOON, UTC)


@dataclass(slots=True)
class Wallet:
    """Ana's book. Orders are filled whole, one after the other."""

    opened: OpenCustody
    orders: count[int] = field(default_factory=lambda: count(1))

    def __post_init__(self) -> None:
        self.opened.custody.deposit(WALLET, "10000000.00", key="start")

    def buys(self, on: str, ticker: str, quantity: int, price: str) -> None:
        """A purchase at noon."""
        self._filled(on, ticker, quantity, price, "BUY")

    def sells(self, on: str, ticker: str, quantity: int, price: str) -> None:
        """A sale at noon."""
        self._filled(on, ticker, quantity, price, "SELL")

    def _filled(self, on: str, ticker: str, quantity: int, price: str, side: str) -> None:
        number = next(self.orders)
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
        pending = Message(told | {"status": "PENDING"})
        filled = Message(told | {"status": "FILLED", "executedPrice": price})
        done = self.opened.custody.receive([pending, filled])
        assert not done.dead_letters, done

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

    def renames(self, on: str, old: str, new: str) -> None:
        """The company changes its ticker."""
        key = PositionKey(WALLET, "BRL", old)
        self.opened.custody.rename(key, new, command_key=new, occurred_at=noon(day(on)))

    def market_tells(
        self, com: str, symbol: str, new_per_old: str, kind: ShareKind = ShareKind.SPLIT
    ) -> None:
        """A split, grouping or bonus, by its com date."""
        event = ShareEvent(symbol, kind, kind.value, Decimal(new_per_old), day(com), "brapi")
        row = EventRow(f"{symbol}{com}", SHARES, day(com), None, event_codec.told_text(event))
        StoredEvents(self.opened.database).save(symbol, [row], at=MORNING)

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
            int(Decimal(quantity) * 10**9),
            int(Decimal(amount) * 100),
            int(Decimal(fee) * 100),
            int(Decimal(cost) * 100),
            int(Decimal(price) * 10**9),
        )
        user = self.account(account)
        modes = {user: CashMode.EXTERNAL} if account else {}
        return self.bookings.book_all([Told(user, fact)], modes).entries[command]

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

    def takes_back(self, entry: str) -> None:
        """A booking was wrong."""
        self.bookings.reverse([entry])

    def account(self, label: str) -> AccountKey:
        """The wallet's own account, or the one at a broker, which is opened."""
        if not label:
            return AccountKey(WALLET, "BRL")
        broker = WalletAccount(WALLET, label, f"{WALLET}/{label}", label)
        self.opened.database.transact(lambda unit: add_accounts(unit.connection, [broker], MORNING))
        return AccountKey(broker.user_id, "BRL")

    @property
    def bookings(self) -> Bookings:
        """What books facts."""
        return Bookings(self.opened.custody.book, FixedClock(MORNING))

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
