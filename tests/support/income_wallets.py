"""Wallets that hold assets, and announcements for them, put where the product keeps both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from fiel.bootstrap import OpenIncome, open_income
from fiel.infra.jobs.port import JobQueue
from fiel.infra.storage.database import Database
from fiel.kernel.calendars import b3
from fiel.market import event_codec
from fiel.market.reconciling import reconcile
from fiel.market.store.events import CASH, EventRow, StoredEvents
from fiel.market.values import CashEvent, CashKind, EventsReading
from fiel.settings import Settings

#: The morning on which these stories happen, in Brasilia: 08:00 of a Wednesday.
MORNING = datetime(2026, 7, 15, 11, 0, tzinfo=UTC)
TODAY = date(2026, 7, 15)


@dataclass(slots=True)
class Hands:
    """A clock that is set by hand."""

    at: datetime = MORNING

    def now(self) -> datetime:
        return self.at


@dataclass(frozen=True, slots=True)
class Pays:
    """One payment told by one source; the day of payment may be unknown."""

    symbol: str
    rate: str
    com_date: date | None
    payment_date: date | None = None
    kind: CashKind = CashKind.DIVIDEND
    source: str = "brapi"


@dataclass(slots=True)
class Town:
    """An open desk with ways to fill the book and the market beside it."""

    opened: OpenIncome
    clock: Hands = field(default_factory=Hands)

    def holds(self, user: str, ticker: str, quantity: str, since: date = date(2026, 1, 5)) -> None:
        """The user bought, at ten reais each, at noon of a day."""
        at = datetime.combine(since, time(15), UTC)
        cost = f"{Decimal(quantity) * 10:.2f}"
        key = f"{ticker}-{since}-{quantity}"
        self.opened.custody.bring_shares(user, ticker, quantity, cost, key=key, occurred_at=at)

    def announce(self, *payments: Pays) -> None:
        """Add payments to what the market keeps, a second later; one that is known is corrected."""
        self.clock.at += timedelta(seconds=1)
        store = StoredEvents(self.opened.database)
        for symbol in sorted({each.symbol for each in payments}):
            told = tuple(_told(each) for each in payments if each.symbol == symbol)
            cash = reconcile([EventsReading(symbol, told)], b3(), order=("brapi",), known=store.cash(symbol))
            rows = [
                EventRow(
                    each.event_id,
                    CASH,
                    each.event.com_date,
                    each.event.payment_date,
                    event_codec.cash_text(each),
                )
                for each in cash
            ]
            store.save(symbol, rows, at=self.clock.now())

    def pay(
        self, user: str, ticker: str, amount: str, day: date, *, key: str, kind: str = "dividend"
    ) -> None:
        """Money of an asset comes into the book at noon."""
        at = datetime.combine(day, time(15), UTC)
        self.opened.custody.book_income(user, ticker, kind, amount, key=key, occurred_at=at)


def open_town(settings: Settings, url: str, *, queue: JobQueue | None = None) -> Town:
    """A desk on a database; `queue` in place of the one that the settings name."""
    clock = Hands()
    opened = open_income(settings, url, clock=clock)
    if queue is not None:
        opened.schedule.queue = queue
    return Town(opened, clock)


def _told(pays: Pays) -> CashEvent:
    return CashEvent(
        pays.symbol,
        pays.kind,
        pays.kind.value,
        Decimal(pays.rate),
        pays.com_date,
        pays.payment_date,
        pays.source,
    )


def bodies(database: Database) -> list[tuple[str, str, str]]:
    """Every record of every wallet as it lies in the database: what two runs are compared by."""
    from sqlalchemy import text

    with database.reading() as connection:
        rows = connection.execute(
            text("SELECT wallet, event_id, body FROM income_records ORDER BY wallet, event_id")
        )
        return [(row.wallet, row.event_id, row.body) for row in rows]


def many_wallets(town: Town, count: int, assets: Sequence[str]) -> list[str]:
    """`count` users who hold each of the assets."""
    users = [f"user-{number:05d}" for number in range(count)]
    for user in users:
        for place, asset in enumerate(assets):
            town.holds(user, asset, str(100 + 10 * place))
    return users
