"""Lots of the custody book as trades and corporate actions of tax.

A TRADE is a trade. Shares that come (MOVE) are an opening at the cost they carry; a renamed position is the
same holding under its new name; shares that leave take their part of the average cost, which is no sale;
capital given back (RETURN) lowers the cost. The book knows no brokers: all of it is one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta, tzinfo
from decimal import Decimal, localcontext

from fiel.copilot.income.wallet import asset_of, local_day
from fiel.copilot.taxes.remarks import Remark, remark
from fiel.custody.accounts import PRICE_SCALE, QUANTITY_SCALE, Lot, LotKind
from fiel.kernel.rounding import finance_context
from fiel.portfolio.corporate_actions import Action, Amortisation, Bonus, Opening, Renamed, Split
from fiel.portfolio.holdings import Holding
from fiel.tax.cost_basis import replay
from fiel.tax.dated_rows import Category
from fiel.tax.trades import Side, Trade

#: The currency of Brazilian tax.
CURRENCY = "BRL"
#: Cost knows no category: while lots are read, every asset passes for a share.
_ANY = Category.STOCK
_ONE_DAY = timedelta(days=1)


@dataclass(slots=True)
class Ledgered:
    """What the lots gave: trades and actions by asset, and what must be said of them.

    `withdrawn` are units that left without a sale, as sales at no price: lots by age need to lose them too.
    """

    trades: list[Trade] = field(default_factory=list)
    actions: list[Action] = field(default_factory=list)
    withdrawn: list[Trade] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)


def read_lots(lots: Iterable[Lot], share_actions: Sequence[Action], zone: tzinfo) -> Ledgered:
    """Trades and actions, the share actions among them. Fees and costs in reais, days in the zone.

    Lots of other currencies than the real are left out and said.
    """
    ordered = sorted(lots, key=lambda lot: lot.sort_key)
    done = Ledgered(actions=list(share_actions))
    foreign = sorted({lot.currency for lot in ordered if lot.currency != CURRENCY})
    if foreign:
        done.remarks.append(remark("foreign_left_out", currencies=", ".join(foreign)))
    mine = [lot for lot in ordered if lot.currency == CURRENCY]
    reading = _Reading(done, zone, _event_days(share_actions))
    renamed = reading.rename(mine)
    later = []
    for place, lot in enumerate(mine):
        if lot.id in renamed:
            continue
        if lot.kind is LotKind.TRADE:
            reading.trade(lot, place)
        elif lot.kind is LotKind.MOVE and lot.quantity > 0:
            reading.bring(lot, place)
        else:
            later.append(lot)
    # What leaves and what is given back need what was held then: everything else must be known first.
    for lot in later:
        (reading.give_back if lot.kind is LotKind.RETURN else reading.leave)(lot)
    return done


def _event_days(actions: Iterable[Action]) -> frozenset[tuple[str, date]]:
    return frozenset((one.asset, one.day) for one in actions if isinstance(one, Split | Bonus))


@dataclass(slots=True)
class _Reading:
    """The lots of one wallet on their way."""

    done: Ledgered
    zone: tzinfo
    event_days: frozenset[tuple[str, date]]

    def trade(self, lot: Lot, place: int) -> None:
        """One execution; one that the broker took back has no quantity left."""
        if not lot.quantity:
            return
        side = Side.BUY if lot.quantity > 0 else Side.SELL
        numbers = _units(abs(lot.quantity)), Decimal(lot.price) / PRICE_SCALE, _reais(lot.fee)
        head = (lot.id, self._day(lot), asset_of(lot.ticker), _ANY, side)
        self.done.trades.append(Trade(*head, *numbers, sequence=place))

    def bring(self, lot: Lot, place: int) -> None:
        """Units with what they cost. On the first day of a split they are new units: bought, not opening."""
        asset, day, quantity = asset_of(lot.ticker), self._day(lot), _units(lot.quantity)
        if not lot.gross:
            self.done.remarks.append(
                remark("brought_without_cost", day, asset=asset, quantity=f"{quantity:f}")
            )
        if (asset, day) in self.event_days:
            # An opening would come before the split. Its cost stands as fees, which keeps it exact.
            numbers = quantity, Decimal(0), _reais(lot.gross)
            broker = f"moved {lot.id}"
            self.done.trades.append(
                Trade(lot.id, day, asset, _ANY, Side.BUY, *numbers, broker=broker, sequence=place)
            )
            return
        self.done.actions.append(Opening(lot.id, day, asset, quantity, _reais(lot.gross)))

    def rename(self, lots: Sequence[Lot]) -> frozenset[str]:
        """The lots of renamed positions, now an action: what left one ticker came to another at once."""
        leaving: defaultdict[tuple[object, ...], list[Lot]] = defaultdict(list)
        for lot in lots:
            if lot.kind is LotKind.MOVE and lot.quantity < 0:
                leaving[lot.occurred_at, -lot.quantity, lot.gross].append(lot)
        found: set[str] = set()
        for lot in lots:
            pair = leaving.get((lot.occurred_at, lot.quantity, lot.gross))
            if lot.kind is LotKind.MOVE and lot.quantity > 0 and pair:
                old = pair.pop(0)
                found |= {old.id, lot.id}
                names = asset_of(old.ticker), asset_of(lot.ticker)
                if names[0] != names[1]:
                    self.done.actions.append(Renamed(lot.id, self._day(lot), *names))
        return frozenset(found)

    def leave(self, lot: Lot) -> None:
        """Units that leave without a sale, at the average cost; after the day's trades when it needs them."""
        asset, day, quantity = asset_of(lot.ticker), self._day(lot), _units(-lot.quantity)
        at, held = day, self._held(asset, day, traded=False)
        if (asset, day) in self.event_days or held.quantity < quantity:
            at, held = day + _ONE_DAY, self._held(asset, day, traded=True)
        cost = held.cost_of(quantity) if held.quantity else Decimal(0)
        self.done.actions.append(Opening(lot.id, at, asset, -quantity, None if cost is None else -cost))
        gone = (lot.id, at, asset, _ANY, Side.SELL, quantity, Decimal(0))
        self.done.withdrawn.append(Trade(*gone, broker=f"moved {lot.id}"))
        told = remark("left_without_sale", day, asset=asset, quantity=f"{quantity:f}")
        self.done.remarks.append(told)

    def give_back(self, lot: Lot) -> None:
        """Capital lowers the cost; taken back (below zero) it raises it again."""
        asset, day, amount = asset_of(lot.ticker), self._day(lot), _reais(lot.gross)
        if amount < 0:
            self.done.actions.append(Opening(lot.id, day, asset, Decimal(0), -amount))
            return
        held = self._held(asset, day, traded=False)
        if held.quantity <= 0:
            self.done.remarks.append(remark("capital_of_nothing", day, asset=asset, amount=f"{amount:f}"))
            return
        with localcontext(finance_context()):
            self.done.actions.append(Amortisation(lot.id, day, asset, amount / held.quantity))

    def _held(self, asset: str, day: date, *, traded: bool) -> Holding:
        """What was held after the day's events, with or without the day's trades."""
        names = self._names(asset)
        trades = [
            one
            for one in self.done.trades
            if one.asset in names and (one.day < day or (traded and one.day == day))
        ]
        actions = [one for one in self.done.actions if one.asset in names]
        holdings = replay(trades, actions, until=day, short_selling=True).holdings
        return holdings.get(asset, Holding(asset))

    def _names(self, asset: str) -> frozenset[str]:
        """The asset and every name that it, or what became it, had."""
        names = {asset}
        while True:
            before = {
                one.asset for one in self.done.actions if isinstance(one, Renamed) and one.into in names
            }
            if before <= names:
                return frozenset(names)
            names |= before

    def _day(self, lot: Lot) -> date:
        return local_day(lot.occurred_at, self.zone)


def _units(billionths: int) -> Decimal:
    return Decimal(billionths) / QUANTITY_SCALE


def _reais(cents: int) -> Decimal:
    return Decimal(cents).scaleb(-2)
