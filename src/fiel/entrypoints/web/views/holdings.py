"""What a wallet holds: worth, share, cost and result; what it held once; one asset step by step."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal, localcontext

from fiel.copilot.booking.looking import Looking
from fiel.copilot.own_plan.desk import OwnPlanDesk
from fiel.copilot.own_plan.kinds import book_asset
from fiel.copilot.own_plan.owned import OwnedAsset, Part
from fiel.copilot.taxes.book import TaxBook
from fiel.copilot.taxes.remarks import Remark
from fiel.custody.accounts import PRICE_SCALE, Position, money_of, units_of
from fiel.custody.ports import LastPrice, NoPrice, PriceSource
from fiel.entrypoints.web.views.ages import NO_DATA, Age, age_of, oldest
from fiel.infra.storage.database import Database
from fiel.infra.zones import DEFAULT_ZONE, zone_of
from fiel.kernel.errors import NotFound, Unavailable
from fiel.kernel.rounding import finance_context
from fiel.portfolio.corporate_actions import Action, Renamed
from fiel.portfolio.holdings import Holding
from fiel.tax.fifo import Lot, fifo_lots
from fiel.tax.trades import Trade

CURRENCY = "BRL"
#: Steps of the average cost that one page shows.
STEPS_MAX = 300
_ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class HoldingRow:
    """One asset; reais and units. `value`, `result` and what follows from them are `None` without a price, or
    without a cost. `share` is a fraction of all that could be valued, cash of the wallet too; `result_share`
    is a fraction of the cost."""

    asset: str
    quantity: Decimal
    average_cost: Decimal | None
    cost: Decimal | None
    price: Decimal | None
    age: Age
    value: Decimal | None
    share: Decimal | None
    result: Decimal | None
    result_share: Decimal | None
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class ForeignRow:
    """A holding in another currency: its cost in it."""

    asset: str
    account: str
    currency: str
    quantity: Decimal
    cost: Decimal


@dataclass(frozen=True, slots=True)
class ClosedRow:
    """What was held and is no more: what its sales left over their cost, reais, as the book reckons it."""

    asset: str
    realised: Decimal
    last_day: date | None


@dataclass(frozen=True, slots=True)
class HoldingsView:
    """`total` sums what has a price, and `cash`; `unpriced` names what is not in it."""

    wallet: str
    rows: tuple[HoldingRow, ...]
    closed: tuple[ClosedRow, ...]
    foreign: tuple[ForeignRow, ...]
    cash: Decimal
    total: Decimal
    cost: Decimal | None
    result: Decimal | None
    result_share: Decimal | None
    unpriced: tuple[str, ...]
    age: Age
    remarks: tuple[Remark, ...]

    @property
    def cost_known(self) -> Decimal:
        """What all that is held cost, where that is known."""
        return sum((row.cost for row in self.rows if row.cost is not None), _ZERO)


def holdings_view(
    database: Database, desk: OwnPlanDesk, prices: PriceSource, wallet: str, today: date, now: datetime
) -> HoldingsView:
    """The wallet at the last prices that are kept. Raises `Unavailable`, `Corrupt`."""
    seen = desk.look(wallet)
    owned = desk.owned(seen, today)
    held = sorted(owned.assets)
    found = _last_prices(prices, held)
    rows = [_row(owned.assets[name], found.get(name), now) for name in held]
    cash = owned.free_cash
    with localcontext(finance_context()):
        total = cash + sum((row.value for row in rows if row.value is not None), _ZERO)
        shared = [_shared(row, total) for row in rows]
        whole = [row for row in rows if row.result is not None and row.cost is not None]
        cost = sum((row.cost for row in whole if row.cost is not None), _ZERO)
        result = sum((row.result for row in whole if row.result is not None), _ZERO)
    positions = Looking(database).positions(wallet, closed=True)
    return HoldingsView(
        wallet,
        tuple(sorted(shared, key=lambda row: (row.value is None, -(row.value or _ZERO), row.asset))),
        _closed(positions, owned.assets),
        _foreign(positions, seen.labels),
        cash,
        total,
        cost if whole else None,
        result if whole else None,
        result / cost if whole and cost else None,
        tuple(row.asset for row in rows if row.value is None),
        oldest(row.age for row in rows if row.value is not None) if whole else NO_DATA,
        owned.remarks,
    )


def _last_prices(prices: PriceSource, names: list[str]) -> Mapping[str, LastPrice | NoPrice]:
    try:
        return prices.last_prices(names) if names else {}
    except Unavailable:
        # The page holds without worths; each says that it has no data.
        return {}


def _row(owned: OwnedAsset, found: LastPrice | NoPrice | None, now: datetime) -> HoldingRow:
    last = found if isinstance(found, LastPrice) and found.currency == CURRENCY else None
    price = None if last is None else Decimal(last.price) / PRICE_SCALE
    age = NO_DATA if last is None else age_of(last.as_of, now, last.source)
    average = owned.average_cost
    with localcontext(finance_context()):
        cost = None if average is None else average * owned.quantity
        value = None if price is None else price * owned.quantity
        result = None if value is None or cost is None else value - cost
        gained = None if result is None or not cost else result / cost
    return HoldingRow(
        owned.asset,
        owned.quantity,
        average,
        cost,
        price,
        age,
        value,
        None,
        result,
        gained,
        owned.parts,
    )


def _shared(row: HoldingRow, total: Decimal) -> HoldingRow:
    return row if row.value is None or not total else replace(row, share=row.value / total)


def _closed(positions: Iterable[Position], open_ones: Mapping[str, OwnedAsset]) -> tuple[ClosedRow, ...]:
    realised: defaultdict[str, int] = defaultdict(int)
    last: dict[str, datetime] = {}
    for each in positions:
        name = book_asset(each.ticker)
        if each.currency == CURRENCY and name not in open_ones:
            realised[name] += each.realised
            if each.last_at is not None:
                last[name] = max(each.last_at, last.get(name, each.last_at))
    zone = zone_of(DEFAULT_ZONE)
    return tuple(
        ClosedRow(name, money_of(minor, CURRENCY), last[name].astimezone(zone).date())
        for name, minor in sorted(realised.items(), key=lambda one: (-_stamp(last.get(one[0])), one[0]))
        if name in last
    )


def _stamp(at: datetime | None) -> int:
    return 0 if at is None else at.toordinal()


def _foreign(positions: Iterable[Position], labels: Mapping[str, str]) -> tuple[ForeignRow, ...]:
    return tuple(
        ForeignRow(
            each.ticker,
            labels.get(each.user_id, each.user_id),
            each.currency,
            units_of(each.quantity),
            money_of(each.cost, each.currency),
        )
        for each in positions
        if each.currency != CURRENCY and each.quantity
    )


@dataclass(frozen=True, slots=True)
class CostStep:
    """A day on which an asset changed: what happened, and what was held at its end."""

    day: date
    trades: tuple[Trade, ...]
    actions: tuple[Action, ...]
    quantity: Decimal
    average_cost: Decimal | None
    cost: Decimal | None


@dataclass(frozen=True, slots=True)
class AssetView:
    """One asset: `row` is `None` when it is held no more. `steps` latest first, `left_out` older ones."""

    asset: str
    row: HoldingRow | None
    steps: tuple[CostStep, ...]
    left_out: int
    lots: tuple[Lot, ...]
    closed: ClosedRow | None
    remarks: tuple[Remark, ...]


def asset_view(desk: OwnPlanDesk, held: HoldingsView, asset: str, today: date) -> AssetView:
    """An asset of the wallet. Raises `NotFound` (asset_unknown) for one that it never had."""
    seen = desk.look(held.wallet)
    if asset not in seen.assets:
        raise NotFound("asset_unknown", "this wallet never had it", field="ativo")
    own = _own(seen.book, asset)
    days = sorted({one.day for one in (*own.trades, *own.actions) if one.day <= today})
    steps = [_step(own, asset, day) for day in days[-STEPS_MAX:]]
    row = next((each for each in held.rows if each.asset == asset), None)
    lots: tuple[Lot, ...] = ()
    if row is not None and row.quantity > 0:
        found = fifo_lots(own.trades, own.actions, until=today).held
        lots = tuple(one for one in found.get(asset, ()) if one.quantity)
    return AssetView(
        asset,
        row,
        tuple(reversed(steps)),
        max(0, len(days) - STEPS_MAX),
        lots,
        next((each for each in held.closed if each.asset == asset), None),
        tuple(one for one in held.remarks if ("asset", asset) in one.values),
    )


def _own(book: TaxBook, asset: str) -> TaxBook:
    """The book of one asset and of what became it."""
    names = {asset}
    for one in sorted(book.actions, key=lambda one: one.day, reverse=True):
        into = getattr(one, "into", None)
        if into in names:
            names.add(one.asset)
    return replace(
        book,
        trades=tuple(one for one in book.trades if one.asset in names),
        actions=tuple(one for one in book.actions if one.asset in names),
    )


def _step(own: TaxBook, asset: str, day: date) -> CostStep:
    now = own.holdings(day)
    held = now.get(asset) or _before_name(own, asset, now) or Holding(asset)
    return CostStep(
        day,
        tuple(one for one in own.trades if one.day == day),
        tuple(one for one in own.actions if one.day == day),
        held.quantity,
        held.average_cost,
        held.cost if held.quantity else None,
    )


def _before_name(own: TaxBook, asset: str, now: Mapping[str, Holding]) -> Holding | None:
    """What was held under the name that the asset had before."""
    old = [one.asset for one in own.actions if isinstance(one, Renamed) and one.into == asset]
    return next((now[name] for name in old if name in now), None)
