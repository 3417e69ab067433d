"""The registry of a fleet: a `Watch` over arrays, and the exact rule where floats may not decide.

Portfolios that come later stand in an `ExactRegistry` beside the arrays until they are a sixteenth of
them; then the arrays are built anew. So do the few that the arrays cannot hold (cash that became negative
in a fleet where none was).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from math import inf, nan

import numpy as np
from numpy.typing import NDArray

from fiel.autobalance.model_text import BalanceModel
from fiel.autobalance.registry.exact import ExactRegistry, Templates
from fiel.autobalance.registry.judging import Template, usable
from fiel.autobalance.registry.port import Enrolled, State, Verdict
from fiel.custody.accounts import QUANTITY_SCALE
from fiel.kernel.errors import NotFound
from fiel.kernel.money import currency_decimals
from fiel.rebalancing import fleet as arrays
from fiel.rebalancing.fleet import CASH, NO_ASSET, Fleet, Watch, fleet_of_models
from fiel.rebalancing.problem import Strategy

#: So many newcomers at least, and this part of the fleet, before the arrays are built anew.
YOUNG_MIN = 256
YOUNG_PART = 16

_OUT, _NEAR = int(Verdict.OUT), int(arrays.Verdict.NEAR)


@dataclass(frozen=True, slots=True)
class _Group:
    """Portfolios of one model, strategy and currency; `slots` names what stands in each column."""

    model: BalanceModel
    strategy: Strategy
    currency: str
    template: Template
    slots: tuple[str, ...]
    #: What a unit of each slot is, as a part of 1: a billionth of a share, or a cent.
    units: NDArray[np.float64]


@dataclass(slots=True)
class _Grown:
    """The arrays of a fleet; `exact` has billionths (of cash: minor units), `asked` seconds since 1970."""

    watch: Watch
    groups: list[_Group]
    symbols: dict[str, int]
    rows: dict[str, int]
    names: list[str]
    exact: NDArray[np.int64]
    verdict: NDArray[np.uint8]
    asked: NDArray[np.float64]

    def group(self, row: int) -> _Group:
        return self.groups[self.watch.fleet.row_of(row)]

    def held(self, row: int) -> tuple[dict[str, int], int]:
        """What a portfolio holds, and its cash."""
        slots = self.group(row).slots
        found = dict(zip(slots, self.exact[row, : len(slots)].tolist(), strict=True))
        cash = found.pop(CASH, 0)
        return found, cash


class FleetRegistry:
    """A `Registry` on numpy arrays: a tick costs some ten nanoseconds per holder.

    Memory per holding: 4 bytes (quantity), 8 (exact) and 8.5 (index); see `rebalancing.fleet.Fleet`.
    """

    def __init__(self, *, ask_again_seconds: float = 60.0) -> None:
        self._ask_again = ask_again_seconds
        self._templates = Templates()
        self._young = ExactRegistry(ask_again_seconds=ask_again_seconds, templates=self._templates)
        self._late: dict[str, Enrolled] = {}
        self._grown: _Grown | None = None
        self._prices: dict[str, Decimal] = {}
        self._priced_at: dict[str, datetime] = {}

    def __len__(self) -> int:
        return len(self._young) + (len(self._grown.rows) if self._grown else 0)

    def tickers(self) -> frozenset[str]:
        """See `Registry`."""
        grown = frozenset(self._grown.symbols) if self._grown else frozenset()
        return grown | self._young.tickers()

    def load(self, portfolios: Iterable[Enrolled]) -> None:
        """See `Registry`."""
        self._build({each.portfolio: each for each in portfolios}, {})

    def add(self, portfolios: Iterable[Enrolled]) -> None:
        """See `Registry`."""
        given = {each.portfolio: each for each in portfolios}
        for portfolio in given:
            self.remove(portfolio)
        grown = len(self._grown.rows) if self._grown else 0
        if len(self._young) + len(given) <= max(YOUNG_MIN, grown // YOUNG_PART):
            self._late |= given
            self._young.add(given.values())
            return
        kept = {name: self._young.state(name).asked_at for name in self._late}
        asked = {name: at.timestamp() for name, at in kept.items() if at is not None}
        everybody = dict(self._old()) | self._late | given
        if self._grown is not None:
            asked |= {name: float(self._grown.asked[row]) for name, row in self._grown.rows.items()}
        self._build(everybody, asked)

    def ticks(self, prices: Mapping[str, Decimal | None], at: datetime) -> list[str]:
        """See `Registry`."""
        for ticker, given in prices.items():
            price = usable(given)
            if price is None:
                self._prices.pop(ticker, None)
                self._priced_at.pop(ticker, None)
            else:
                self._prices[ticker], self._priced_at[ticker] = price, at
        self._tick(prices)
        due = self._young.ticks(prices, at)
        return sorted([*self._due(at), *due]) if self._grown else due

    def forget_prices(self, before: datetime) -> None:
        """See `Registry`."""
        old = [ticker for ticker, at in self._priced_at.items() if at < before]
        for ticker in old:
            del self._prices[ticker], self._priced_at[ticker]
        self._tick(old)
        self._young.forget_prices(before)

    def replace(self, portfolio: str, quantities: Mapping[str, int], cash: int) -> Verdict:
        """See `Registry`."""
        grown, row = self._grown, self._row(portfolio)
        if grown is None or row is None:
            late = self._late[portfolio]
            self._late[portfolio] = _with(late, quantities, cash)
            return self._young.replace(portfolio, quantities, cash)
        group = grown.group(row)
        line = _line(group.slots, quantities, cash)
        if not grown.watch.fleet.signed and min(line, default=0) < 0:
            asked = self.state(portfolio).asked_at
            late = Enrolled(portfolio, group.model, group.strategy, dict(quantities), cash, group.currency)
            self.remove(portfolio)
            self._late[portfolio] = late
            self._young.add([late])
            self._young.asked(portfolio, asked)
            return self._young.state(portfolio).verdict
        grown.exact[row, : len(line)] = line
        values = np.zeros(grown.exact.shape[1])
        values[: len(line)] = grown.exact[row, : len(line)] * group.units
        grown.watch.replace(row, values)
        self._settle(np.array([row], np.uint32))
        return Verdict(int(grown.verdict[row]))

    def remove(self, portfolio: str) -> None:
        """See `Registry`."""
        self._young.remove(portfolio)
        self._late.pop(portfolio, None)
        if self._grown is not None:
            row = self._grown.rows.pop(portfolio, None)
            if row is not None:
                # Its row stays until the arrays are built anew, and is never told of.
                self._grown.names[row] = ""
                self._grown.verdict[row] = Verdict.INSIDE

    def ask_again(self, portfolios: Iterable[str]) -> None:
        """See `Registry`."""
        names = list(portfolios)
        self._young.ask_again(names)
        if self._grown is not None:
            rows = [self._grown.rows[name] for name in names if name in self._grown.rows]
            self._grown.asked[rows] = -inf

    def state(self, portfolio: str) -> State:
        """See `Registry`."""
        row = self._row(portfolio)
        if self._grown is None or row is None:
            return self._young.state(portfolio)
        asked = float(self._grown.asked[row])
        at = None if asked == -inf else datetime.fromtimestamp(asked, UTC)
        return State(Verdict(int(self._grown.verdict[row])), at)

    def _row(self, portfolio: str) -> int | None:
        row = self._grown.rows.get(portfolio) if self._grown else None
        if row is None and portfolio not in self._late:
            raise NotFound("not_watched", f"{portfolio} is not watched here", field="portfolio")
        return row

    def _old(self) -> Iterator[tuple[str, Enrolled]]:
        """Those in the arrays, as they stand."""
        grown = self._grown
        if grown is not None:
            for name, row in grown.rows.items():
                group = grown.group(row)
                held, cash = grown.held(row)
                yield name, Enrolled(name, group.model, group.strategy, held, cash, group.currency)

    def _build(self, portfolios: Mapping[str, Enrolled], asked: Mapping[str, float]) -> None:
        self._young.load(())
        self._late = {}
        self._grown = _grown(list(portfolios.values()), self._templates, self._prices, asked)
        if self._grown is not None:
            self._settle(np.arange(len(self._grown.names), dtype=np.uint32))

    def _tick(self, tickers: Iterable[str]) -> None:
        grown = self._grown
        if grown is None:
            return
        fresh = {
            grown.symbols[ticker]: float(self._prices.get(ticker, nan))
            for ticker in tickers
            if ticker in grown.symbols
        }
        if fresh:
            report = grown.watch.ticks(fresh)
            self._settle(np.union1d(report.changed, report.near))

    def _settle(self, rows: NDArray[np.uint32]) -> None:
        """Take over the verdicts of rows, those too near for floats by the exact rule."""
        grown = self._grown
        if grown is None or not rows.size:
            return
        found = grown.watch.verdict[rows]
        grown.verdict[rows] = found
        for row in rows[found == _NEAR].tolist():
            held, cash = grown.held(row)
            group = grown.group(row)
            grown.verdict[row] = group.template.judge(held, cash, group.currency, self._prices)

    def _due(self, at: datetime) -> list[str]:
        grown = self._grown
        if grown is None:
            return []
        rows = np.flatnonzero(grown.verdict == _OUT)
        if not rows.size:
            return []
        now = at.timestamp()
        since = now - grown.asked[rows]
        rows = rows[(since >= self._ask_again) | (since < 0)]
        names = [(grown.names[row], row) for row in rows.tolist()]
        due = [row for name, row in names if name]
        grown.asked[due] = now
        return [name for name, _ in names if name]


def _grown(
    portfolios: list[Enrolled],
    templates: Templates,
    prices: Mapping[str, Decimal],
    asked: Mapping[str, float],
) -> _Grown | None:
    """The arrays of so many portfolios; `None` without any."""
    if not portfolios:
        return None
    keys: dict[tuple[str, Strategy, str], int] = {}
    followed = np.zeros(len(portfolios), np.uint32)
    firsts: list[Enrolled] = []
    for row, each in enumerate(portfolios):
        key = (each.model.id, each.strategy, each.currency)
        place = keys.setdefault(key, len(firsts))
        if place == len(firsts):
            firsts.append(each)
        followed[row] = place
    known = [templates.of(each.model, each.strategy) for each in firsts]
    shape = fleet_of_models([template.model for template in known])
    groups = [
        _group(each, template, shape, row)
        for row, (each, template) in enumerate(zip(firsts, known, strict=True))
    ]
    exact = np.zeros((len(portfolios), shape.slots), np.int64)
    for row, each in enumerate(portfolios):
        line = _line(groups[followed[row]].slots, each.quantities, each.cash)
        exact[row, : len(line)] = line
    units = np.zeros((len(groups), shape.slots))
    for row, group in enumerate(groups):
        units[row, : len(group.units)] = group.units
    made = Fleet(
        shape.symbols,
        (exact * units[followed]).astype(np.float32),
        shape.asset,
        shape.target,
        shape.node_start,
        shape.node_end,
        shape.node_target,
        followed,
        shape.absolute[followed],
        shape.relative[followed],
        signed=bool((exact < 0).any()),
    )
    watch = Watch(made, made.price_vector(prices))
    names = [each.portfolio for each in portfolios]
    return _Grown(
        watch,
        groups,
        {symbol: number for number, symbol in enumerate(made.symbols) if symbol != CASH},
        {name: row for row, name in enumerate(names)},
        names,
        exact,
        watch.verdict.copy(),
        np.array([asked.get(name, -inf) for name in names]),
    )


def _group(each: Enrolled, template: Template, shape: Fleet, row: int) -> _Group:
    slots = tuple(shape.symbols[symbol] for symbol in shape.asset[row].tolist() if symbol != NO_ASSET)
    cent = 10.0 ** -currency_decimals(each.currency)
    units = np.array([cent if slot == CASH else 1 / QUANTITY_SCALE for slot in slots])
    return _Group(each.model, each.strategy, each.currency, template, slots, units)


def _line(slots: tuple[str, ...], quantities: Mapping[str, int], cash: int) -> list[int]:
    return [cash if slot == CASH else quantities.get(slot, 0) for slot in slots]


def _with(each: Enrolled, quantities: Mapping[str, int], cash: int) -> Enrolled:
    return Enrolled(each.portfolio, each.model, each.strategy, dict(quantities), cash, each.currency)
