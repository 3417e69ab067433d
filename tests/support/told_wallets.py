"""What stories of one wallet have in common: its accounts, orders, new tickers, and splits that the market
tells."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import ClassVar

from fiel.bootstrap import OpenCustody, open_custody
from fiel.copilot.store.accounts import WalletAccount, add_accounts
from fiel.custody.accounts import AccountKey, CashMode, PositionKey
from fiel.custody.bookings import Bookings, Told
from fiel.custody.events import BookFact, BookIncome
from fiel.custody.messages import Message
from fiel.kernel.clock import Clock
from fiel.market import event_codec
from fiel.market.store.events import SHARES, EventRow, StoredEvents
from fiel.market.values import ShareEvent, ShareKind
from fiel.settings import Settings
from tests.support.custody_homes import ready_made

WALLET = "ana"
#: Noon in São Paulo, in UTC.
NOON = time(15)


@contextmanager
def new_book(folder: Path) -> Iterator[OpenCustody]:
    """A new embedded database."""
    settings = Settings.read({"FIEL_DATA_DIR": str(folder)}, folder, sys.platform)
    with open_custody(settings, f"sqlite:///{ready_made(folder / 'book.db')}") as opened:
        yield opened


def day(text: str) -> date:
    """A date of 2026 from "MM-DD", or a whole one."""
    return date.fromisoformat(text if len(text) > 5 else f"2026-{text}")


def at(on: str, hour: time = NOON) -> datetime:
    """An instant of a day; the hour is in UTC."""
    return datetime.combine(day(on), hour, UTC)


def nano(text: str) -> int:
    """Units in billionths."""
    return int(Decimal(text) * 10**9)


def cents(text: str) -> int:
    """Reais in cents."""
    return int(Decimal(text) * 100)


@dataclass(slots=True)
class ToldWallet:
    """Ana's book: her own account, and those at brokers, whose cash is not kept."""

    opened: OpenCustody
    #: When all of it was learned.
    learned: ClassVar[datetime]
    clock: ClassVar[Clock]

    @property
    def bookings(self) -> Bookings:
        """What books facts."""
        return Bookings(self.opened.custody.book, self.clock)

    def account(self, label: str, currency: str = "BRL") -> AccountKey:
        """Her own account, or the one at a broker, which is opened."""
        if not label:
            return AccountKey(WALLET, currency)
        broker = WalletAccount(WALLET, label, f"{WALLET}/{label}", label)
        self.opened.database.transact(lambda unit: add_accounts(unit.connection, [broker], self.learned))
        return AccountKey(broker.user_id, currency)

    def booked(self, command: BookFact | BookIncome, account: str, currency: str = "BRL") -> str:
        """A fact of a file. Gives its entry."""
        key = self.account(account, currency)
        modes = {key: CashMode.EXTERNAL} if account else {}
        return self.bookings.book_all([Told(key, command)], modes).entries[command.command_id]

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
        pending = Message(told | {"status": "PENDING"})
        filled = Message(told | {"status": "FILLED", "executedPrice": price})
        done = self.opened.custody.receive([pending, filled])
        assert not done.dead_letters, done

    def renames(self, on: str, old: str, new: str) -> None:
        """The company changes its ticker."""
        key = PositionKey(WALLET, "BRL", old)
        self.opened.custody.rename(key, new, command_key=new, occurred_at=at(on))

    def market_tells(
        self, com: str, symbol: str, new_per_old: str, kind: ShareKind = ShareKind.SPLIT
    ) -> None:
        """A split, grouping or bonus, by its com date."""
        event = ShareEvent(symbol, kind, kind.value, Decimal(new_per_old), day(com), "brapi")
        row = EventRow(f"{symbol}{com}", SHARES, day(com), None, event_codec.told_text(event))
        StoredEvents(self.opened.database).save(symbol, [row], at=self.learned)
