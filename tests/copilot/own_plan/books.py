"""A saved book on a real embedded database, filled by stories, and plans made from it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from decimal import Decimal
from itertools import count

from fiel.bootstrap import OpenCustody
from fiel.copilot.buying import Plan
from fiel.copilot.buying import plan as plan_of
from fiel.copilot.own_plan.desk import OwnPlanDesk
from fiel.copilot.own_plan.planning import OwnPortfolio
from fiel.copilot.own_plan.prices import require_prices, with_kept_prices
from fiel.copilot.portfolio import Portfolio
from fiel.copilot.store.accounts import WalletAccount, add_accounts
from fiel.copilot.taxes.told import Told as Said
from fiel.custody.accounts import AccountKey, CashMode
from fiel.custody.bookings import Bookings, Told
from fiel.custody.events import BookFact, FactKind
from fiel.custody.ports import LastPrice
from fiel.custody.store.prices import StoredPrices
from fiel.kernel.clock import FixedClock
from fiel.market import event_codec
from fiel.market.store.events import SHARES, EventRow, StoredEvents
from fiel.market.values import ShareEvent, ShareKind

WALLET = "ana"
NOW = datetime(2026, 11, 20, 15, tzinfo=UTC)
TODAY = date(2026, 11, 20)
BILLION = 10**9
HEAD = 'schema = "fiel-portfolio/1"\n'


def _cents(amount: str) -> int:
    return int(Decimal(amount) * 100)


def _billionths(number: str) -> int:
    return int(Decimal(number) * BILLION)


@dataclass(slots=True)
class SavedBook:
    """Ana's book. An `account` is a broker's by its label; without one it is her own."""

    opened: OpenCustody
    names: count[int] = field(default_factory=lambda: count(1))
    modes: dict[str, CashMode] = field(default_factory=dict)

    def has_account(self, label: str, mode: CashMode = CashMode.EXTERNAL) -> None:
        """An account at a broker, opened with a share of nothing."""
        account = WalletAccount(WALLET, label, f"{WALLET}/{label}", label.upper())
        self.opened.database.transact(lambda unit: add_accounts(unit.connection, [account], NOW))
        self.modes[label] = mode
        self._tell("2026-01-02", FactKind.OPENING, label, "TEST3", quantity=BILLION, cost=1)
        self._tell("2026-01-03", FactKind.DELIVERY, label, "TEST3", quantity=-BILLION)

    def deposits(self, amount: str, account: str = "") -> None:
        """Money that is kept in the book."""
        self._tell("2026-01-05", FactKind.DEPOSIT, account, amount=_cents(amount))

    def holds(self, ticker: str, quantity: str, cost: str, account: str = "", on: str = "2026-01-05") -> None:
        """Shares that came with what all of them cost."""
        numbers = {"quantity": _billionths(quantity), "cost": _cents(cost)}
        self._tell(on, FactKind.OPENING, account, ticker, **numbers)

    def sells(self, on: str, ticker: str, quantity: str, price: str, account: str = "") -> None:
        """A sale at noon."""
        gross = _cents(str(Decimal(quantity) * Decimal(price)))
        numbers = {"quantity": -_billionths(quantity), "amount": gross, "price": _billionths(price)}
        self._tell(on, FactKind.TRADE, account, ticker, **numbers)

    def _tell(self, on: str, kind: FactKind, label: str, ticker: str | None = None, **numbers: int) -> None:
        user = f"{WALLET}/{label}" if label else WALLET
        key = AccountKey(user, "BRL")
        at = datetime.combine(date.fromisoformat(on), time(15), UTC)
        fact = BookFact(f"told {next(self.names)}", kind, NOW, at, ticker, **numbers)
        modes = {key: self.modes[label]} if label in self.modes else {}
        Bookings(self.opened.custody.book, FixedClock(NOW)).book_all([Told(key, fact)], modes)

    def splits(self, com: str, symbol: str, new_per_old: str) -> None:
        """The market tells a split, by its com date."""
        day = date.fromisoformat(com)
        event = ShareEvent(symbol, ShareKind.SPLIT, "split", Decimal(new_per_old), day, "brapi")
        row = EventRow(f"{symbol}{com}", SHARES, day, None, event_codec.told_text(event))
        StoredEvents(self.opened.database).save(symbol, [row], at=NOW)

    def costs(self, at: datetime = NOW, **prices: str) -> None:
        """Last prices, kept beside the book."""
        StoredPrices(self.opened.database).put(
            [LastPrice(name, _billionths(price), "BRL", at, "b3") for name, price in prices.items()]
        )

    def desk(self, said: Said | None = None) -> OwnPlanDesk:
        """The desk, its clock stopped."""
        return OwnPlanDesk(self.opened.database, FixedClock(NOW), said or Said())

    def own(self, text: str, said: Said | None = None) -> OwnPortfolio:
        """The wallet and the targets of a text, not priced."""
        desk = self.desk(said)
        seen = desk.look(WALLET)
        return desk.portfolio(seen, desk.read(seen, HEAD + text, name="targets"), TODAY)

    def priced(self, text: str, said: Said | None = None) -> Portfolio:
        """The same at the prices that are kept, all of them."""
        portfolio = with_kept_prices(self.own(text, said).portfolio, StoredPrices(self.opened.database))
        require_prices(portfolio)
        return portfolio

    def plan(
        self, text: str, cash: str | None = None, *, mode: str | None = None, said: Said | None = None
    ) -> Plan:
        """The plan of the saved book."""
        return plan_of(self.priced(text, said), cash, mode=mode, now=NOW, max_price_age="5d")


def orders(plan: Plan) -> dict[str, Decimal]:
    """Quantity by asset; below zero for a sale."""
    return {one.asset: one.quantity if one.side.value == "buy" else -one.quantity for one in plan.orders}
