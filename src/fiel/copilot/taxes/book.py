"""A wallet as tax sees it: trades, corporate actions and income from the custody book and the market."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, tzinfo
from decimal import Decimal
from types import MappingProxyType

from fiel.copilot.income.announced import announced_of
from fiel.copilot.income.wallet import asset_of, local_day
from fiel.copilot.taxes.categories import Categories, decide
from fiel.copilot.taxes.lots import CURRENCY, read_lots
from fiel.copilot.taxes.remarks import Remark, remark
from fiel.copilot.taxes.share_events import actions_of
from fiel.copilot.taxes.told import Told
from fiel.custody.accounts import Lot
from fiel.custody.queries import IncomeReceipt, Snapshot
from fiel.income.values import IncomeKind
from fiel.infra.storage.database import Session
from fiel.market.queries import events_of
from fiel.market.symbol_events import SymbolEvents
from fiel.portfolio.corporate_actions import Action, Amortisation
from fiel.portfolio.instruments import Kind, infer_kind
from fiel.tax.annual import IncomeKind as FormKind
from fiel.tax.annual import Received
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


@dataclass(frozen=True, slots=True)
class TaxBook:
    """All that the reckoning needs of one wallet; reais, units, days in the zone of tax.

    `withdrawn`: units that left without a sale, for lots by age. `remarks` are of the whole book.
    """

    wallet: str
    trades: tuple[Trade, ...]
    actions: tuple[Action, ...]
    withdrawn: tuple[Trade, ...]
    received: tuple[Received, ...]
    categories: Categories
    remarks: tuple[Remark, ...]

    def sold_until(self, day: date) -> frozenset[str]:
        """Assets whose category the tax of the days up to `day` needs: sold, or paid capital back."""
        sold = {one.asset for one in self.trades if one.side is Side.SELL and one.day <= day}
        return frozenset(
            sold | {one.asset for one in self.actions if isinstance(one, Amortisation) and one.day <= day}
        )

    @property
    def taxed(self) -> TaxBook:
        """Without the assets that are outside the tax by the month."""
        outside = self.categories.outside
        return replace(
            self,
            trades=tuple(one for one in self.trades if one.asset not in outside),
            actions=tuple(one for one in self.actions if one.asset not in outside),
            withdrawn=tuple(one for one in self.withdrawn if one.asset not in outside),
        )


def read_book(connection: Session, wallet: str, zone: tzinfo, told: Told) -> TaxBook:
    """The wallet in the connection's transaction. Raises `Unavailable`, `Corrupt`."""
    book = Snapshot(connection)
    lots, receipts = book.lots(wallet), book.income_received(wallet)
    assets = {asset_of(lot.ticker) for lot in lots if lot.currency == CURRENCY}
    events = events_of(connection, assets)
    share_actions, remarks = actions_of([each for one in events.values() for each in one.shares])
    done = read_lots(lots, share_actions, zone)
    categories = decide(
        assets,
        _odd_lots(lots),
        _paid(receipts),
        {asset: announced_of(each) for asset, each in events.items()},
        told,
    )
    first = min((local_day(lot.occurred_at, zone) for lot in lots), default=date.max)
    received, of_income = _received(receipts, zone)
    return TaxBook(
        wallet,
        tuple(_placed(done.trades, categories)),
        tuple(done.actions),
        tuple(done.withdrawn),
        received,
        categories,
        (*_since(first, remarks), *done.remarks, *_unasked(assets, events), *of_income),
    )


def _placed(trades: Iterable[Trade], categories: Categories) -> Iterable[Trade]:
    """The trades in their categories; what nothing tells stays, as `require` refuses where it counts."""
    for one in trades:
        yield replace(one, category=categories.known.get(one.asset, one.category))


def _since(first: date, remarks: Iterable[Remark]) -> Iterable[Remark]:
    """Without those on events before the first day of the wallet."""
    return (one for one in remarks if one.day is None or one.day >= first)


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
        net, withheld = Decimal(each.net).scaleb(-2), Decimal(each.withheld).scaleb(-2)
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
