"""A wallet as tax sees it: trades, corporate actions and income from the custody book and the market."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, tzinfo
from types import MappingProxyType

from fiel.copilot.income.announced import announced_of
from fiel.copilot.income.wallet import asset_of, local_day
from fiel.copilot.store.accounts import users_of
from fiel.copilot.taxes.categories import Categories, decide
from fiel.copilot.taxes.facts import read_facts
from fiel.copilot.taxes.lots import CURRENCY, read_lots
from fiel.copilot.taxes.remarks import Remark, remark
from fiel.copilot.taxes.share_events import actions_of
from fiel.copilot.taxes.told import Told
from fiel.custody.accounts import Lot, money_of
from fiel.custody.queries import IncomeReceipt, Snapshot
from fiel.income.values import IncomeKind
from fiel.infra.storage.database import Session
from fiel.market.queries import events_of
from fiel.market.symbol_events import SymbolEvents
from fiel.portfolio.corporate_actions import Action, Amortisation, FractionAuction
from fiel.portfolio.holdings import Holding
from fiel.portfolio.instruments import Kind, infer_kind
from fiel.tax.annual import IncomeKind as FormKind
from fiel.tax.annual import Received
from fiel.tax.cost_basis import History, replay
from fiel.tax.trades import Side, Trade

#: What the forms call each kind of income; capital given back is no income, and OTHER nobody can place.
_FORM_KINDS: Mapping[IncomeKind, FormKind] = MappingProxyType(
    {
        IncomeKind.DIVIDEND: FormKind.DIVIDEND,
        IncomeKind.JCP: FormKind.JCP,
        IncomeKind.FII_INCOME: FormKind.FUND_INCOME,
        IncomeKind.INTEREST: FormKind.FIXED_INCOME,
    }
)
#: Actions that may make a gain, and so need a category.
_GAINS = (Amortisation, FractionAuction)


@dataclass(frozen=True, slots=True)
class TaxBook:
    """All that the reckoning needs of one wallet; reais, units, days in the zone of tax.

    All accounts of the wallet are one. `remarks` are of the whole book.
    """

    wallet: str
    trades: tuple[Trade, ...]
    actions: tuple[Action, ...]
    received: tuple[Received, ...]
    categories: Categories
    remarks: tuple[Remark, ...]

    def sold_until(self, day: date) -> frozenset[str]:
        """Assets whose category the tax of the days up to `day` needs: sold, or paid capital back."""
        sold = {one.asset for one in self.trades if one.side is Side.SELL and one.day <= day}
        paid = {one.asset for one in self.actions if isinstance(one, _GAINS) and one.day <= day}
        return frozenset(sold | paid)

    @property
    def taxed(self) -> TaxBook:
        """Without the assets that are outside the tax by the month."""
        outside = self.categories.outside
        return replace(
            self,
            trades=tuple(one for one in self.trades if one.asset not in outside),
            actions=tuple(one for one in self.actions if one.asset not in outside),
        )

    def history(self, until: date) -> History:
        """What was done up to a day, each in its category. Raises `Refused` (quantity_not_held,
        average_cost_missing)."""
        return replay(self.trades, self.actions, until=until, categories=self.categories.known)

    def holdings(self, on: date) -> Mapping[str, Holding]:
        """What was held at the end of a day, splits applied; sold short stands below zero."""
        return replay(self.trades, self.actions, until=on, short_selling=True).holdings


def read_book(connection: Session, wallet: str, zone: tzinfo, told: Told) -> TaxBook:
    """The wallet in the connection's transaction. Raises `Unavailable`, `Corrupt`."""
    book = Snapshot(connection)
    users = users_of(connection, wallet)
    lots = book.lots_together(users)
    receipts = [receipt for each in book.income_of(users).values() for receipt in each]
    facts = read_facts(book.entries_of(users), zone, CURRENCY)
    assets = {asset_of(lot.ticker) for lot in lots if lot.currency == CURRENCY}
    events = events_of(connection, assets)
    share_actions, remarks = actions_of([each for one in events.values() for each in one.shares])
    done = read_lots(lots, share_actions, zone, facts)
    announced = {asset: announced_of(each) for asset, each in events.items()}
    paying = assets | {fact.asset for fact in facts.money}
    categories = decide(paying, _odd_lots(lots), _paid(receipts), announced, told).with_rights(done.rights)
    first = min((local_day(lot.occurred_at, zone) for lot in lots), default=date.max)
    received, of_income = _received(receipts, zone)
    return TaxBook(
        wallet,
        tuple(_placed(done.trades, categories)),
        tuple(done.actions),
        received,
        categories,
        (*_since(first, remarks, done.settled), *done.remarks, *_unasked(assets, events), *of_income),
    )


def _placed(trades: Iterable[Trade], categories: Categories) -> Iterable[Trade]:
    """The trades in their categories; what nothing tells stays, as `require` refuses where it counts."""
    for one in trades:
        category = categories.known.get(one.asset, one.category)
        yield one if category is one.category else replace(one, category=category)


def _since(first: date, remarks: Iterable[Remark], settled: Collection[tuple[str, date]]) -> Iterable[Remark]:
    """Without those on events before the first day of the wallet, or whose cost the book knows."""
    for one in remarks:
        is_known = one.code == "bonus_without_cost" and (dict(one.values)["asset"], one.day) in settled
        if not is_known and (one.day is None or one.day >= first):
            yield one


def _odd_lots(lots: Iterable[Lot]) -> frozenset[str]:
    return frozenset(asset_of(lot.ticker) for lot in lots if infer_kind(lot.ticker) is Kind.STOCK_FRACTIONAL)


def _paid(receipts: Iterable[IncomeReceipt]) -> dict[str, set[IncomeKind]]:
    paid: defaultdict[str, set[IncomeKind]] = defaultdict(set)
    for each in receipts:
        paid[asset_of(each.ticker)].add(each.kind)
    return dict(paid)


def _unasked(assets: Iterable[str], events: Mapping[str, SymbolEvents]) -> tuple[Remark, ...]:
    """Assets of which no event is kept: a split of theirs would not be known here."""
    missing = sorted(set(assets) - events.keys())
    return (remark("events_unasked", assets=", ".join(missing), first=missing[0]),) if missing else ()


def _received(
    receipts: Iterable[IncomeReceipt], zone: tzinfo
) -> tuple[tuple[Received, ...], tuple[Remark, ...]]:
    """Income in the words of the forms, and what has no place in them."""
    found, remarks = [], []
    for each in receipts:
        asset = asset_of(each.ticker)
        day = local_day(each.occurred_at, zone)
        net, withheld = money_of(each.net, CURRENCY), money_of(each.withheld, CURRENCY)
        kind = _FORM_KINDS.get(each.kind)
        if each.kind.is_capital or each.currency != CURRENCY:
            continue
        if kind is None or infer_kind(asset) is Kind.BDR:
            remarks.append(
                remark("income_left_out", day, asset=asset, amount=f"{net:f}", kind=each.kind.value)
            )
        else:
            found.append(Received(kind, asset, day, net + withheld, withheld))
    return tuple(found), tuple(remarks)
