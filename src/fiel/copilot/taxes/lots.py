"""Lots of the custody book as trades and corporate actions of tax.

A TRADE is a trade. Shares that come (MOVE) are an opening at the cost they carry; a renamed position is the
same holding under its new name; shares that leave take their part of the average cost, which is no sale;
shares that only change their account are no matter of tax; capital given back (RETURN) lowers the cost; what
a company did (CHANGE) is a split, bonus or conversion. All accounts of a wallet are one (`changes`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, tzinfo
from decimal import Decimal, localcontext

from fiel.copilot.income.wallet import asset_of, local_day
from fiel.copilot.taxes.changes import Leg, changes_of, pair_with_market
from fiel.copilot.taxes.days import Days, Moved
from fiel.copilot.taxes.facts import Facts
from fiel.copilot.taxes.remarks import Remark, remark
from fiel.custody.accounts import PRICE_SCALE, QUANTITY_SCALE, Lot, LotKind, money_of
from fiel.custody.events import FactKind
from fiel.kernel.rounding import finance_context, round_half_up
from fiel.portfolio.corporate_actions import Action, Opening, Renamed
from fiel.tax.dated_rows import Category
from fiel.tax.trades import Side, Trade

#: The currency of Brazilian tax.
CURRENCY = "BRL"
#: Cost knows no category: while lots are read, every asset passes for a share.
_ANY = Category.STOCK
_CENT = Decimal("0.01")


@dataclass(slots=True)
class Ledgered:
    """What the lots gave: trades and actions, and what must be said of them.

    `settled`: bonuses of the market (asset, first day) whose cost the book knows. `rights`: assets that
    stand for rights sold, with the asset they are of.
    """

    trades: list[Trade] = field(default_factory=list)
    actions: list[Action] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)
    settled: set[tuple[str, date]] = field(default_factory=set)
    rights: dict[str, str] = field(default_factory=dict)


def read_lots(
    lots: Iterable[Lot], market: Sequence[Action], zone: tzinfo, facts: Facts | None = None
) -> Ledgered:
    """Trades and actions, those of the market among them. Fees and costs in reais, days in the zone.

    `facts`: why lots are there. Lots of other currencies than the real are left out and said.
    """
    told = facts or Facts()
    ordered = sorted(lots, key=lambda lot: lot.sort_key)
    done = Ledgered()
    foreign = sorted({lot.currency for lot in ordered if lot.currency != CURRENCY})
    if foreign:
        done.remarks.append(remark("foreign_left_out", currencies=", ".join(foreign)))
    mine = [
        lot for lot in ordered if lot.currency == CURRENCY and (lot.quantity or lot.kind is LotKind.RETURN)
    ]
    reading = _Reading(done, zone, told, Days(done.remarks))
    changes = changes_of(legs_of(mine, told, zone))
    days = reading.days
    days.changes = changes
    days.market = pair_with_market(changes, market)
    renamed, moved = reading.rename(mine), reading.between_accounts(mine)
    for place, lot in enumerate(mine):
        if lot.id not in renamed and lot.id not in moved and lot.kind is not LotKind.CHANGE:
            reading.read(lot, place)
    for one in told.money:
        days.money.append(one)
    days.run()
    done.trades.extend(days.trades)
    done.actions.extend(days.actions)
    done.settled |= days.settled
    done.rights.update(days.rights)
    return done


def legs_of(lots: Iterable[Lot], facts: Facts, zone: tzinfo) -> list[Leg]:
    """What companies did, as the lots of kind CHANGE tell it."""
    return [
        Leg(
            lot.id,
            facts.stem_of(lot.id),
            lot.user_id,
            facts.kind_of(lot.id) or FactKind.CONVERSION,
            local_day(lot.occurred_at, zone),
            asset_of(lot.ticker),
            _units(lot.quantity),
            money_of(lot.gross, CURRENCY),
        )
        for lot in lots
        if lot.kind is LotKind.CHANGE
    ]


@dataclass(slots=True)
class _Reading:
    """The lots of one wallet on their way to the days on which they count."""

    done: Ledgered
    zone: tzinfo
    facts: Facts
    days: Days

    def read(self, lot: Lot, place: int) -> None:
        """One lot that is neither a change nor one of a pair."""
        if lot.kind is LotKind.TRADE:
            self._trade(lot, place)
        elif lot.kind is LotKind.RETURN:
            self.days.returns.append(self._moved(lot, money_of(lot.gross, CURRENCY)))
        elif lot.quantity > 0:
            self._bring(lot, place)
        else:
            waits = self.facts.kind_of(lot.id) is FactKind.FRACTION
            self.days.leaving.append(self._moved(lot, Decimal(0), waits=waits))

    def _trade(self, lot: Lot, place: int) -> None:
        """One execution; accounts are brokers, whose day trades are their own."""
        side = Side.BUY if lot.quantity > 0 else Side.SELL
        numbers = _units(abs(lot.quantity)), _price(lot), money_of(lot.fee, CURRENCY)
        head = (lot.id, self._day(lot), asset_of(lot.ticker), _ANY, side)
        self.days.traded.append((Trade(*head, *numbers, broker=lot.user_id, sequence=place), lot.user_id))

    def _bring(self, lot: Lot, place: int) -> None:
        """Units with what they cost."""
        moved = self._moved(lot, money_of(lot.gross, CURRENCY))
        if not lot.gross:
            self.done.remarks.append(
                remark("brought_without_cost", moved.day, asset=moved.asset, quantity=f"{moved.quantity:f}")
            )
        broker = f"moved {lot.id}"
        # As a trade its cost stands as fees, which keeps it exact.
        head = (lot.id, moved.day, moved.asset, _ANY, Side.BUY, moved.quantity, Decimal(0), moved.amount)
        bought = Trade(*head, broker=broker, sequence=place)
        opening = Opening(lot.id, moved.day, moved.asset, moved.quantity, moved.amount)
        self.days.coming.append((opening, bought, lot.user_id))

    def rename(self, lots: Sequence[Lot]) -> frozenset[str]:
        """The lots of renamed positions, now an action: what left one ticker came to another at once."""
        leaving: defaultdict[tuple[object, ...], list[Lot]] = defaultdict(list)
        unnamed = [lot for lot in lots if lot.kind is LotKind.MOVE and self.facts.kind_of(lot.id) is None]
        for lot in unnamed:
            if lot.quantity < 0:
                leaving[lot.user_id, lot.occurred_at, -lot.quantity, lot.gross].append(lot)
        found: set[str] = set()
        for lot in unnamed:
            pair = leaving.get((lot.user_id, lot.occurred_at, lot.quantity, lot.gross))
            if lot.quantity > 0 and pair:
                old = pair.pop(0)
                found |= {old.id, lot.id}
                names = asset_of(old.ticker), asset_of(lot.ticker)
                if names[0] != names[1]:
                    self.days.renames.append(Renamed(lot.id, self._day(lot), *names))
        return frozenset(found)

    def between_accounts(self, lots: Sequence[Lot]) -> frozenset[str]:
        """The lots that left one account of the wallet for another: what is held stays the same."""
        events: defaultdict[tuple[str, str], list[Lot]] = defaultdict(list)
        for lot in lots:
            if self.facts.kind_of(lot.id) is FactKind.MOVE:
                events[self.facts.stem_of(lot.id), asset_of(lot.ticker)].append(lot)
        found: set[str] = set()
        for legs in events.values():
            if not sum(lot.quantity for lot in legs):
                found |= {lot.id for lot in legs}
                self.days.shifts.extend(self._moved(lot, Decimal(0)) for lot in legs)
        return frozenset(found)

    def _moved(self, lot: Lot, amount: Decimal, *, waits: bool = False) -> Moved:
        head = lot.id, lot.user_id, self._day(lot), asset_of(lot.ticker)
        return Moved(*head, _units(lot.quantity), amount, waits)

    def _day(self, lot: Lot) -> date:
        return local_day(lot.occurred_at, self.zone)


def _units(billionths: int) -> Decimal:
    return Decimal(billionths) / QUANTITY_SCALE


def _price(lot: Lot) -> Decimal:
    """As executed; of a trade that was told, what was paid where the price printed does not give it."""
    price = Decimal(lot.price) / PRICE_SCALE
    if lot.order_id:
        return price
    with localcontext(finance_context()):
        quantity, gross = _units(abs(lot.quantity)), money_of(lot.gross, CURRENCY)
        return price if abs(price * quantity - gross) <= _CENT else round_half_up(gross / quantity, 9)
