"""What the page Aportar shows: the plan of the saved book for an amount, whole and adding up.

ground = assemble(desk, prices, "ana", today, "alvos de ana")     # reads the book, once per version of it
view = invest(ground, read_ask(query), now, Lang.PT)              # the answer to one question
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal, localcontext

from fiel.copilot.buying import Plan, plan, seconds_of
from fiel.copilot.own_plan.desk import OwnPlanDesk
from fiel.copilot.own_plan.planning import OwnPortfolio, SaleAt, sales_at, untaxed_sales
from fiel.copilot.own_plan.prices import unpriced, with_kept_prices
from fiel.copilot.plan_view.view import OrderRow, SkipRow
from fiel.copilot.plan_view.words import Lang
from fiel.copilot.portfolio import Portfolio
from fiel.custody.ports import PriceSource
from fiel.entrypoints.web.views.invest_ask import MODES, InvestAsk
from fiel.entrypoints.web.views.invest_rows import Bar, Shares, bars_of, worst_of
from fiel.entrypoints.web.views.supposing import with_targets
from fiel.kernel.errors import NotFound, Refused
from fiel.kernel.rounding import finance_context, round_half_up
from fiel.rebalancing.plan import NotTraded, Side
from fiel.rebalancing.problem import AssetLine

ZERO = Decimal(0)
#: A long weekend: what the command line refuses, too, unless the targets say more.
PRICE_AGE_MAX = "5d"
#: How far the search goes while a person waits: a tenth of a second; what it may have missed is told.
NODES_MAX = 3_000
#: What a price that a person supposes is said to come from.
SUPPOSED = "suposto"


@dataclass(frozen=True, slots=True)
class Ground:
    """The book, its targets and the prices that are kept; the same for every question until one changes."""

    wallet: str
    found: OwnPortfolio
    portfolio: Portfolio
    missing: tuple[str, ...]
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class OldPrice:
    """A line whose price is too old to decide on."""

    asset: str
    as_of: datetime
    source: str | None


@dataclass(frozen=True, slots=True)
class OrderLine:
    """An order with its place in the portfolio. Shares are fractions of the whole, reais to the cent."""

    row: OrderRow
    before: Decimal
    after: Decimal
    target: Decimal
    parts: tuple[tuple[str, Decimal], ...]


@dataclass(frozen=True, slots=True)
class Sums:
    """Where the money goes, reais: `fresh + cash + sells == buys + fees + tax + left`, to the cent.

    `kept` of what is left is what must stay. `after` is the sum of the column of shares after, a fraction.
    """

    fresh: Decimal
    cash: Decimal
    sells: Decimal
    buys: Decimal
    fees: Decimal
    tax: Decimal
    left: Decimal
    kept: Decimal
    after: Decimal

    @property
    def comes_in(self) -> Decimal:
        """What there is to use."""
        return self.fresh + self.cash + self.sells

    @property
    def goes_out(self) -> Decimal:
        """What it is used for, and what is left of it: the same amount."""
        return self.buys + self.fees + self.tax + self.left


@dataclass(frozen=True, slots=True)
class InvestView:
    """The answer. `shares` before and after are fractions of the whole that each add up to 1.

    `expires_at`: when the oldest price that counts is too old. `smallest_lot`: reais that the cheapest lot
    of anything that may be bought costs, where the money does not reach for one.
    """

    ask: InvestAsk
    plan: Plan
    orders: tuple[OrderLine, ...]
    skips: tuple[SkipRow, ...]
    old: tuple[OldPrice, ...]
    shares: Shares
    bars: tuple[Bar, ...]
    sums: Sums
    worst_before: Decimal
    worst_after: Decimal
    priced_at: datetime | None
    expires_at: datetime | None
    smallest_lot: Decimal | None
    untaxed: tuple[str, ...]
    adjusted: tuple[str, ...]

    @property
    def buys(self) -> tuple[OrderLine, ...]:
        """The orders that buy."""
        return tuple(one for one in self.orders if one.row.side is Side.BUY)

    @property
    def sells(self) -> tuple[OrderLine, ...]:
        """The orders that sell."""
        return tuple(one for one in self.orders if one.row.side is Side.SELL)


def assemble(desk: OwnPlanDesk, prices: PriceSource, wallet: str, today: date, name: str) -> Ground:
    """The wallet at the last prices that are kept; `name` is what problems call its targets.

    Raises `Refused` (targets_missing, category_missing, quantity_not_held), `InvalidInput` (a text of targets
    that no longer reads), `Unavailable`.
    """
    saved = desk.required(wallet)
    seen = desk.look(wallet)
    targets = desk.read(seen, saved.body, name=name)
    found = desk.portfolio(seen, targets, today)
    portfolio = with_kept_prices(found.portfolio, prices)
    missing = tuple(sorted(line.id for line in unpriced(portfolio.assets)))
    return Ground(wallet, found, portfolio, missing, saved.changed_at)


def missing_prices(ground: Ground, ask: InvestAsk) -> tuple[str, ...]:
    """Lines that have no price, neither kept nor supposed: without them there is no whole."""
    return tuple(name for name in ground.missing if name not in ask.prices)


def price_age_max(portfolio: Portfolio) -> timedelta:
    """How old a price may be to decide on: the targets' own limit, else a long weekend."""
    limit = portfolio.price_age_seconds_max
    return timedelta(seconds=float(seconds_of(PRICE_AGE_MAX) if limit is None else limit))


def invest(ground: Ground, ask: InvestAsk, now: datetime, lang: Lang) -> InvestView:
    """The plan for the question. Writes nothing.

    Raises `Refused` (own tax unknown for what sells, withdrawal_too_large, nothing_to_allocate...),
    `InvalidInput` (node_unknown, asset_unknown for what is supposed), `Refused` (own_price_missing).
    """
    if missing := missing_prices(ground, ask):
        raise Refused(
            "price_missing", f"no price of {', '.join(missing)}", field=f"assets.{missing[0]}.price"
        )
    owned = ground.found.owned
    if ask.mode != "comprar" and owned.month_refused is not None:
        raise owned.month_refused
    portfolio = _supposed(ground.portfolio, ask, now)
    tree, adjusted = with_targets(portfolio.targets, ask.targets)
    portfolio = replace(portfolio, targets=tree)
    limit = price_age_max(portfolio)
    old = () if ask.old_prices else tuple(_old(portfolio.assets, now, limit))
    portfolio = _without(portfolio, {one.asset for one in old})
    if ask.keep_cash:
        portfolio = replace(portfolio, minimum_cash=max(portfolio.minimum_cash, portfolio.cash))
    made = _plan(portfolio, ask, now, lang)
    return _view(ground, ask, portfolio, made, old, adjusted, limit)


def _plan(portfolio: Portfolio, ask: InvestAsk, now: datetime, lang: Lang) -> Plan:
    unlimited = replace(portfolio, price_age_seconds_max=None)
    mode = MODES[ask.mode].value
    if ask.mode == "retirar":
        return plan(
            unlimited, withdraw=ask.amount or ZERO, mode=mode, now=now, max_nodes=NODES_MAX, lang=lang.value
        )
    amount = ask.amount or ZERO
    return plan(unlimited, amount, mode=mode, now=now, max_nodes=NODES_MAX, lang=lang.value)


def _supposed(portfolio: Portfolio, ask: InvestAsk, now: datetime) -> Portfolio:
    """The portfolio with the prices that the question supposes. Raises `InvalidInput` (asset_unknown)."""
    known = {line.id for line in portfolio.assets}
    prices = {name: price for name, price in ask.prices.items() if name in known}
    unknown = sorted(ask.prices.keys() - known)
    if unknown:
        raise NotFound("asset_unknown", f"{unknown[0]} is not in the portfolio", field=f"preco.{unknown[0]}")
    return portfolio.with_prices(prices, as_of=now, source=SUPPOSED) if prices else portfolio


def _old(lines: Iterable[AssetLine], now: datetime, limit: timedelta) -> Iterable[OldPrice]:
    for line in lines:
        if line.as_of is not None and not line.ignored and now - line.as_of > limit:
            yield OldPrice(line.id, line.as_of, line.source)


def _without(portfolio: Portfolio, names: set[str]) -> Portfolio:
    """Neither bought nor sold: their value still counts, at the price that is known."""
    lines = tuple(
        replace(line, can_buy=False, can_sell=False) if line.id in names else line
        for line in portfolio.assets
    )
    return replace(portfolio, assets=lines)


def _view(
    ground: Ground,
    ask: InvestAsk,
    portfolio: Portfolio,
    made: Plan,
    old: tuple[OldPrice, ...],
    adjusted: tuple[str, ...],
    limit: timedelta,
) -> InvestView:
    shares = Shares.of(made.solution)
    by_asset = {row.asset: row for row in shares.rows if row.asset is not None}
    places = {sale.line: sale for sale in sales_at(made.orders, ground.found.owned)}
    orders = tuple(
        OrderLine(
            row,
            by_asset[row.asset].before,
            by_asset[row.asset].after,
            by_asset[row.asset].target,
            _parts(places.get(row.asset)),
        )
        for row in made.view.orders
    )
    stale = {one.asset for one in old}
    worst_before, worst_after = worst_of(shares)
    counted = [
        line.as_of
        for line in portfolio.assets
        if line.as_of is not None and line.id not in stale and not line.ignored
    ]
    oldest = min(counted, default=None)
    return InvestView(
        ask,
        made,
        orders,
        tuple(row for row in made.view.skips if row.asset not in stale and _is_told(row)),
        old,
        shares,
        bars_of(shares),
        _sums(made, portfolio, shares),
        worst_before,
        worst_after,
        oldest,
        None if oldest is None or ask.old_prices else oldest + limit,
        _smallest_lot(portfolio, made, ask),
        untaxed_sales(made.orders, ground.portfolio),
        adjusted,
    )


def _parts(sale: SaleAt | None) -> tuple[tuple[str, Decimal], ...]:
    return () if sale is None else tuple((part.account, part.quantity) for part in sale.parts)


def _is_told(row: SkipRow) -> bool:
    """What is on its target needs no reason."""
    return row.code is not NotTraded.ON_TARGET


def _sums(made: Plan, portfolio: Portfolio, shares: Shares) -> Sums:
    money = made.summary
    return Sums(
        fresh=money.flow,
        cash=money.cash_before,
        sells=money.sells,
        buys=money.buys,
        fees=money.fees,
        tax=money.tax,
        left=money.cash_left,
        kept=round_half_up(min(portfolio.minimum_cash, max(money.cash_left, ZERO)), 2),
        after=shares.total_after,
    )


def _smallest_lot(portfolio: Portfolio, made: Plan, ask: InvestAsk) -> Decimal | None:
    """What the cheapest lot costs, when there is money and it does not reach for any."""
    free = portfolio.cash + ask.flow - portfolio.minimum_cash
    if made.orders or free <= 0:
        return None
    wanted = {node.asset for node in portfolio.targets.walk() if node.asset is not None}
    with localcontext(finance_context()):
        lots = [
            line.price * line.lot
            for line in portfolio.assets
            if line.id in wanted and line.price is not None and line.can_buy and not line.ignored
        ]
    cheapest = min(lots, default=None)
    return None if cheapest is None or cheapest <= free else round_half_up(cheapest, 2)


def changed_targets(ground: Ground, wanted: Mapping[str, Decimal]) -> dict[str, Decimal]:
    """Of the weights wanted by node, those that differ from the saved ones."""
    now = {node.id: node.weight for node in ground.portfolio.targets.walk()}
    return {name: weight for name, weight in wanted.items() if name in now and now[name] != weight}
