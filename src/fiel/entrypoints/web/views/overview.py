"""What `/` shows: how much there is, whether it is on plan, what is coming, and what to look after.

Money in reais, shares as fractions of the whole; a figure that nobody knows is `None`, never zero.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from fiel.copilot.income.view import IncomeView
from fiel.copilot.own_plan.desk import OwnPlanDesk
from fiel.copilot.own_plan.kinds import book_asset
from fiel.copilot.own_plan.owned import Owned
from fiel.copilot.own_plan.prices import unpriced, with_kept_prices
from fiel.copilot.performing.desk import PerformanceView
from fiel.copilot.portfolio import Portfolio
from fiel.custody.accounts import PRICE_SCALE
from fiel.custody.ports import LastPrice, PriceSource
from fiel.entrypoints.web.views.ages import NO_DATA, Age, age_of, oldest
from fiel.income.values import State
from fiel.kernel.errors import Rejected
from fiel.rebalancing.drift import before_orders, node_states, out_of_band
from fiel.rebalancing.model import build

CURRENCY = "BRL"
PAYMENTS_SHOWN = 4
_ZERO = Decimal(0)
#: Payments that are still to come.
_COMING = frozenset({State.ANNOUNCED, State.CONFIRMED, State.ESTIMATED})


@dataclass(frozen=True, slots=True)
class Node:
    """A group of the tree. `low` and `high`: its band. Fractions of the whole that bands are measured on: all
    that is invested, and the cash where the targets have a place for it."""

    name: str
    depth: int
    share: Decimal
    target: Decimal
    low: Decimal | None
    high: Decimal | None
    value: Decimal

    @property
    def drift(self) -> Decimal:
        """Fraction of the whole, above zero when there is too much of it."""
        return self.share - self.target

    @property
    def side(self) -> str:
        """in_band, above_band or below_band; in_band without a band."""
        if self.low is None or self.high is None or self.low <= self.share <= self.high:
            return "in_band"
        return "above_band" if self.drift > 0 else "below_band"


@dataclass(frozen=True, slots=True)
class Tree:
    """Target and actual, parents first. `out` of `counted` nodes are out of their band, leaves too.

    `has_cash`: whether cash is part of the whole.
    """

    nodes: tuple[Node, ...]
    out: int
    counted: int
    worst: Node | None
    untargeted: tuple[str, ...]
    has_cash: bool

    @property
    def scale(self) -> Decimal:
        """The right end of the bars: the next tenth above the longest."""
        longest = max(
            (max(each.share, each.target, each.high or _ZERO) for each in self.nodes), default=_ZERO
        )
        return min(Decimal(1), (longest * 10).to_integral_value(rounding="ROUND_CEILING") / 10 or Decimal(1))


@dataclass(frozen=True, slots=True)
class Worth:
    """All that is owned. `total` leaves out what has no price, which `unpriced` names."""

    total: Decimal
    cash: Decimal
    unpriced: tuple[str, ...]
    age: Age
    stale: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Standing:
    """The wallet now. `tree_refused`: why there is no tree although there are targets."""

    worth: Worth
    has_targets: bool
    tree: Tree | None
    tree_refused: Rejected | None
    is_empty: bool


@dataclass(frozen=True, slots=True)
class Coming:
    """A payment to come, net, reais."""

    day: date
    asset: str
    amount: Decimal
    currency: str
    state: str


def standing(desk: OwnPlanDesk, prices: PriceSource, wallet: str, now: datetime, today: date) -> Standing:
    """Worth and tree of a wallet. Raises `Unavailable`, `Corrupt`."""
    seen, saved = desk.look(wallet), desk.saved(wallet)
    tree, refused, owned = None, None, None
    if saved is not None:
        try:
            targets = desk.read(seen, saved.body, name=wallet)
            found = desk.portfolio(seen, targets, today)
            owned = found.owned
            portfolio = with_kept_prices(found.portfolio, prices)
            tree = tree_of(portfolio, found.untargeted)
        except Rejected as rejected:
            refused = rejected
    owned = owned or desk.owned(seen, today)
    worth = worth_of(owned, prices, now)
    is_empty = not owned.assets and not owned.free_cash and not seen.assets
    return Standing(worth, saved is not None, tree, refused, is_empty)


def worth_of(owned: Owned, prices: PriceSource, now: datetime) -> Worth:
    """What is owned at the last prices. Raises `Unavailable`."""
    held = [each for each in owned.assets.values() if each.quantity]
    found = prices.last_prices([each.asset for each in held])
    total, lacking, stale, ages = owned.free_cash, [], [], []
    for each in held:
        price = found.get(each.asset)
        if not isinstance(price, LastPrice) or price.currency != CURRENCY:
            lacking.append(each.asset)
            continue
        total += each.quantity * Decimal(price.price) / PRICE_SCALE
        age = age_of(price.as_of, now, price.source)
        ages.append(age)
        if age.level == "stale":
            stale.append(each.asset)
    age = oldest(ages) if ages else (Age("now", now) if not held else NO_DATA)
    return Worth(total, owned.free_cash, tuple(sorted(lacking)), age, tuple(sorted(stale)))


def tree_of(portfolio: Portfolio, untargeted: Sequence[str]) -> Tree | None:
    """The tree at these prices; `None` while something has none. Raises `Rejected`."""
    if unpriced(portfolio.assets):
        return None
    model = build(portfolio.to_problem())
    before = before_orders(model)
    states = node_states(model, before, before)
    parents, whole = {each.parent for each in states}, states[0].value_before or Decimal(1)
    nodes = tuple(
        Node(
            each.label,
            each.depth - 1,
            each.value_before / whole,
            each.target,
            None if each.band is None else max(_ZERO, each.target - each.band),
            None if each.band is None else each.target + each.band,
            each.value_before,
        )
        for each in states
        if each.depth > 0 and (each.id in parents or each.is_cash or each.depth == 1)
    )
    out = out_of_band(model)
    banded = sum(each.band is not None for each in states)
    worst = max(
        (each for each in nodes if each.side != "in_band"), key=lambda one: abs(one.drift), default=None
    )
    names = tuple(book_asset(each) for each in untargeted)
    return Tree(nodes, len(out), banded, worst, names, any(each.is_cash for each in states))


def coming_of(view: IncomeView, today: date) -> tuple[Coming, ...]:
    """The next payments, soonest first."""
    found = [
        Coming(each.day, each.asset, each.net, each.currency, each.state.value)
        for each in view.entries
        if each.day is not None and each.day >= today and each.state in _COMING and each.net > 0
    ]
    return tuple(sorted(found, key=lambda one: (one.day, one.asset))[:PAYMENTS_SHOWN])


@dataclass(frozen=True, slots=True)
class Gained:
    """How the wallet did: reais and fractions of the period; what nobody can say is `None`."""

    first: date
    until: date
    gain: Decimal
    time_weighted: Decimal
    cdi: Decimal | None
    of_cdi: Decimal | None
    real: Decimal | None
    last_day: Decimal | None


def gained_of(view: PerformanceView) -> Gained:
    """The sentence of the performance."""
    told = view.report
    cdi = next((one.time_weighted for one in view.benchmarks if one.name == "CDI"), None)
    quotas = told.quotas
    last = Decimal(quotas[-1]) / quotas[-2] - 1 if len(quotas) > 1 and quotas[-2] else None
    of_cdi = None if view.against is None or view.against.of_period is None else view.against.of_period / 100
    return Gained(
        view.first,
        view.until,
        told.portfolio.identity.gain,
        told.portfolio.time_weighted,
        cdi,
        of_cdi,
        view.real,
        last,
    )


@dataclass(frozen=True, slots=True)
class Pending:
    """Something to look after: `key` of its words, the number in it, the names in it, and where to go."""

    key: str
    count: int
    names: str
    href: str


def pendings_of(now: Standing, late: int, proposals: int, lacking: Iterable[str]) -> tuple[Pending, ...]:
    """What is to do, the gravest first."""
    worth = now.worth
    rows = [
        Pending("ov_todo_unpriced", len(worth.unpriced), ", ".join(worth.unpriced), "/fontes"),
        Pending("ov_todo_stale", len(worth.stale), ", ".join(worth.stale), "/fontes"),
        Pending("ov_todo_late", late, "", "/proventos?situacao=atrasado"),
        Pending("ov_todo_accept", proposals, "", "/proventos"),
    ]
    if now.tree is not None:
        names = ", ".join(now.tree.untargeted)
        rows.append(Pending("ov_todo_untargeted", len(now.tree.untargeted), names, "/alvos"))
    missing = list(lacking)
    rows.append(Pending("ov_todo_lacking", len(missing), ", ".join(missing), "/fontes"))
    return tuple(row for row in rows if row.count)
