"""A book, prices and enrolments in memory, for planners."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal

from fiel.autobalance.config import AutobalanceConfig
from fiel.autobalance.journal_port import Plan
from fiel.autobalance.model_text import BalanceModel
from fiel.autobalance.planning import NotPlanned, Planner, Subject
from fiel.autobalance.triggers import Policy, Standing
from fiel.autobalance.wire import Request
from fiel.custody.accounts import Account, CashMode
from fiel.custody.order_events.event import Side
from fiel.custody.ports import LastPrice, NoPrice
from fiel.custody.queries import Holding
from fiel.custody.reservations import Fees
from fiel.kernel.clock import FixedClock
from fiel.portfolio.targets import placed
from tests.support.autobalance.fleets import E9

#: A Monday on which B3 trades, at 11:00 of São Paulo.
NOON = datetime(2026, 5, 4, 14, tzinfo=UTC)


@dataclass
class Desk:
    """Everything that a planner asks, and a planner on it."""

    config: AutobalanceConfig = field(default_factory=AutobalanceConfig)
    fees: Fees = field(default_factory=Fees)
    arrays: bool | None = None
    now: datetime = NOON
    accounts: dict[str, Account] = field(default_factory=dict)
    holdings: dict[tuple[str, str], Holding] = field(default_factory=dict)
    subjects: dict[str, Subject] = field(default_factory=dict)
    prices: dict[str, LastPrice | NoPrice] = field(default_factory=dict)
    questions: int = 0

    def price(self, at: datetime | None = None, currency: str = "BRL", **prices: str) -> None:
        """Last prices by ticker."""
        for ticker, price in prices.items():
            units = int(Decimal(price) * E9)
            self.prices[ticker] = LastPrice(ticker, units, currency, at or self.now, "test")

    def enroll(
        self,
        name: str,
        model: BalanceModel,
        *,
        cash: str = "0",
        blocked: str = "0",
        sequence: int = 7,
        policy: Policy | None = None,
        standing: Standing | None = None,
        mode: CashMode = CashMode.TRACKED,
        **quantities: str,
    ) -> None:
        """A portfolio and what custody keeps of it; `A="10/4"` is ten units of which four are reserved."""
        house = policy or Policy.of(self.config)
        self.subjects[name] = Subject(name, "BRL", model, house, standing or Standing())
        self.accounts[name] = Account(
            name, "BRL", mode, int(Decimal(cash) * 100), int(Decimal(blocked) * 100), sequence
        )
        for ticker, units in quantities.items():
            quantity, _, reserved = units.partition("/")
            self.holdings[name, ticker] = Holding(
                name, "BRL", ticker, int(Decimal(quantity) * E9), int(Decimal(reserved or 0) * E9)
            )

    @property
    def planner(self) -> Planner:
        return Planner(self, _Prices(self), self, FixedClock(self.now), self.config, self.fees, self.arrays)

    def plan(self, *names: str) -> list[Plan | NotPlanned]:
        """What the planner answers; everybody without names."""
        return self.planner.plan_many([Request(name, "band", self.now) for name in names or self.subjects])

    def plan_one(self, name: str = "ana") -> Plan:
        """The plan of one portfolio, which must be one."""
        (found,) = self.plan(name)
        assert isinstance(found, Plan), found
        return found

    def why_not(self, name: str = "ana") -> tuple[str, str]:
        """Why there is no plan: code and detail."""
        (found,) = self.plan(name)
        assert isinstance(found, NotPlanned), found
        return found.code.value, found.detail

    def carried_out(self, plan: Plan) -> dict[str, Decimal]:
        """What a portfolio has after its plan was filled at the market price: units by ticker, `cash`."""
        cash = Decimal(self.accounts[plan.portfolio].balance) / 100
        found = {
            held.ticker: Decimal(held.quantity) / E9
            for (name, _), held in self.holdings.items()
            if name == plan.portfolio
        }
        for each in plan.operations:
            sign = 1 if each.side is Side.BUY else -1
            quantity = Decimal(each.quantity) / E9 * sign
            found[each.ticker] = found.get(each.ticker, Decimal(0)) + quantity
            cash -= quantity * Decimal(each.price) / E9
        return found | {"cash": cash}

    @contextmanager
    def snapshot(self) -> Iterator[Desk]:
        self.questions += 1
        yield self

    def accounts_of(self, user_ids: Collection[str]) -> Mapping[str, list[Account]]:
        return {user: [self.accounts[user]] if user in self.accounts else [] for user in user_ids}

    def holdings_of(self, user_ids: Collection[str]) -> list[Holding]:
        asked = set(user_ids)
        return [held for (user, _), held in self.holdings.items() if user in asked]

    def subjects_of(self, portfolios: Collection[str]) -> Mapping[str, Subject]:
        return {name: self.subjects[name] for name in portfolios if name in self.subjects}

    def stands(self, name: str, **standing: object) -> None:
        """Change where a portfolio stands."""
        told = Standing(**standing)  # type: ignore[arg-type]
        self.subjects[name] = replace(self.subjects[name], standing=told)


@dataclass(frozen=True)
class _Prices:
    desk: Desk

    def last_prices(self, tickers: Collection[str]) -> Mapping[str, LastPrice | NoPrice]:
        return {ticker: self.desk.prices.get(ticker, NoPrice(ticker, "unknown")) for ticker in tickers}


def orders(plan: Plan) -> list[tuple[int, str, str, Decimal | int]]:
    """Stage, side, ticker and units of each operation."""
    return [(op.stage, op.side.value, op.ticker, Decimal(op.quantity) / E9) for op in plan.operations]


def worst_after(desk: Desk, plan: Plan) -> Decimal:
    """The largest deviation of any asset from its target after the plan, a fraction of the invested value."""
    after = desk.carried_out(plan)
    model = desk.subjects[plan.portfolio].model
    price = {t: Decimal(p.price) / E9 for t, p in desk.prices.items() if isinstance(p, LastPrice)}
    whole = sum((after.get(t, Decimal(0)) * price[t] for t in model.assets), after["cash"])
    share = {place.node.asset: place.share for place in placed(model.tree) if place.node.asset}
    return max(abs(after.get(t, Decimal(0)) * price[t] / whole - share[t]) for t in model.assets)
