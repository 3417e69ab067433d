"""What is held as facts are planned: the cost that moves with a transfer, and sales of what is not there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, tzinfo

from fiel.copilot.income.wallet import local_day
from fiel.custody.accounts import QUANTITY_SCALE, Account, AccountKey, Lot, PositionKey
from fiel.custody.bookings import Told
from fiel.custody.events import BookFact, Change, State
from fiel.custody.ledger.facts import book_fact
from fiel.custody.ledger.positions import cost_after, share_of


@dataclass(frozen=True, slots=True)
class Shortage:
    """More leaves an account than it has: on which day first, and how much (billionths) at the worst."""

    user_id: str
    currency: str
    asset: str
    day: str
    missing: int


@dataclass(slots=True)
class Tally:
    """The lots of a wallet, and those that planned facts would write."""

    zone: tzinfo
    lots: defaultdict[PositionKey, list[Lot]] = field(default_factory=lambda: defaultdict(list))
    planned: defaultdict[PositionKey, list[Lot]] = field(default_factory=lambda: defaultdict(list))

    @classmethod
    def of(cls, lots: Iterable[Lot], zone: tzinfo) -> Tally:
        """Of what the book has."""
        tally = cls(zone)
        for lot in lots:
            tally.lots[lot.position].append(lot)
        return tally

    def forget(self, entries: Iterable[str]) -> None:
        """The lots of entries that will be taken back."""
        gone = frozenset(entries)
        for key, lots in self.lots.items():
            self.lots[key] = [lot for lot in lots if lot.id not in gone]

    def keep(self, *lots: Lot) -> None:
        """Lots of the book that were forgotten, back in it."""
        for lot in lots:
            self.lots[lot.position].append(lot)

    def plan(self, told: Told) -> None:
        """One more fact; income and money move no shares."""
        if not isinstance(told.command, BookFact):
            return
        change = book_fact(State(Account(*told.account)), told.command)
        if isinstance(change, Change):
            for lot in change.lots:
                self.planned[lot.position].append(lot)

    def held_at(self, account: AccountKey, asset: str, at: datetime) -> tuple[int, int]:
        """(quantity, cost) before an instant, of what the book has and what is planned."""
        key = PositionKey(*account, asset)
        quantity = cost = 0
        for lot in self._in_order(key):
            if lot.occurred_at < at:
                quantity, cost, _ = cost_after(quantity, cost, lot)
        return quantity, cost

    def share_cost(self, account: AccountKey, asset: str, units: int, at: datetime) -> int:
        """What so many units of a holding cost at an instant; of more than is held, what there is."""
        quantity, cost = self.held_at(account, asset, at)
        if quantity <= 0:
            return 0
        return max(0, share_of(cost, min(units, quantity), quantity))

    def fraction_at(self, account: AccountKey, asset: str, at: datetime) -> int:
        """What is held beyond whole units at an instant."""
        quantity, _ = self.held_at(account, asset, at)
        return quantity % QUANTITY_SCALE if quantity > 0 else 0

    def shortages(self) -> list[Shortage]:
        """Holdings that the planned facts bring below zero, or further below."""
        found = []
        for key, planned in sorted(self.planned.items()):
            before, _ = self._lowest(self.lots.get(key, []))
            lowest, at = self._lowest([*self.lots.get(key, []), *planned])
            if at is not None and lowest < min(before, 0):
                found.append(Shortage(*key, local_day(at, self.zone).isoformat(), -lowest))
        return found

    def _lowest(self, lots: Iterable[Lot]) -> tuple[int, datetime | None]:
        """The lowest quantity ever, and when it was below zero first."""
        quantity = lowest = 0
        first: datetime | None = None
        for lot in sorted(lots, key=lambda lot: lot.sort_key):
            quantity += lot.quantity
            if quantity < 0 and first is None:
                first = lot.occurred_at
            lowest = min(lowest, quantity)
        return lowest, first

    def _in_order(self, key: PositionKey) -> list[Lot]:
        lots = [*self.lots.get(key, []), *self.planned.get(key, [])]
        return sorted(lots, key=lambda lot: lot.sort_key)
