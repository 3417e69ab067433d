"""The exact side of the fleet: fleets from models, and the Decimal rule where floats may not decide."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import MAX_EMAX, MIN_EMIN, Context, Decimal, localcontext

import numpy as np

from fiel.kernel.errors import InvalidInput
from fiel.portfolio.targets import Band
from fiel.rebalancing.fleet.arrays import CASH, NO_ASSET, Fleet
from fiel.rebalancing.fleet.scan import DriftScan, Verdict
from fiel.rebalancing.model import Model
from fiel.rebalancing.problem import Basis

#: Digits that hold every sum and product of the rule without rounding, for quantities, prices and
#: shares of up to 28 digits each.
EXACT = Context(prec=400, Emax=MAX_EMAX, Emin=MIN_EMIN)

#: Answers for one portfolio, given its index: INSIDE, OUT, UNPRICED or EMPTY.
Judge = Callable[[int], Verdict]


def exact_verdict(model: Model, prices: Mapping[str, Decimal] | None = None) -> Verdict:
    """Judge one portfolio by the definition, in Decimal, without a division and without rounding.

    Out if |x_v - w_v * V0| > limit_v * V0 at any node v below the root (leaves only where the strategy
    says so), on the basis of the portfolio or of the parent node. `prices` replace the model's own. The
    flow is not counted: a trigger looks at what is there.
    """
    current: list[Decimal] = []
    for asset, own in zip(model.assets, model.prices, strict=True):
        price = own if prices is None else prices.get(asset.id)
        if price is None or not price.is_finite() or price <= 0:
            return Verdict.UNPRICED
        current.append(price)
    with localcontext(EXACT):
        values = _values(model, current)
        if values[0] <= 0:
            return Verdict.EMPTY
        return Verdict.OUT if any(_is_out(model, v, values) for v in range(1, len(values))) else Verdict.INSIDE


def _values(model: Model, prices: Sequence[Decimal]) -> list[Decimal]:
    values = [Decimal(0)] * len(model.nodes)
    for node in reversed(model.nodes):
        if node.asset >= 0:
            values[node.index] += prices[node.asset] * model.assets[node.asset].quantity
        elif node.is_cash:
            values[node.index] += model.problem.cash
        if node.parent >= 0:
            values[node.parent] += values[node.index]
    return values


def _is_out(model: Model, index: int, values: Sequence[Decimal]) -> bool:
    node, strategy = model.nodes[index], model.problem.strategy
    if strategy.leaves_only and node.asset < 0 and not node.is_cash:
        return False
    if strategy.basis is Basis.PORTFOLIO:
        limit = node.band.limit(node.share)
        return limit is not None and abs(values[index] - node.share * values[0]) > limit * values[0]
    base, parent_share = values[node.parent], node.parent_share
    if base <= 0 or parent_share <= 0:
        return values[index] != 0 and base <= 0
    # limit of w / parent_share, everything multiplied by parent_share
    widths = [] if node.band.absolute is None else [node.band.absolute * parent_share]
    widths += [] if node.band.relative is None else [node.band.relative * node.share]
    return bool(widths) and abs(values[index] * parent_share - node.share * base) > min(widths) * base


@dataclass(frozen=True, slots=True)
class ModelJudge:
    """The `Judge` of a fleet whose portfolios are `models`, at `prices` by symbol (`None` = their own)."""

    models: Sequence[Model]
    prices: Mapping[str, Decimal] | None = None

    def __call__(self, portfolio: int) -> Verdict:
        return exact_verdict(self.models[portfolio], self.prices)


def exact_recheck(scan: DriftScan, judge: Judge) -> DriftScan:
    """The same scan with every `NEAR` replaced by what the exact rule says: all decisions are then exact.

    Raises `InvalidInput` if the judge itself answers `NEAR`.
    """
    verdict = scan.verdict.copy()
    for portfolio in scan.near:
        answer = judge(int(portfolio))
        if answer is Verdict.NEAR:
            raise InvalidInput("judge_undecided", f"the exact rule left portfolio {portfolio} undecided")
        verdict[portfolio] = answer
    return DriftScan(verdict, scan.deviation)


def fleet_of_models(models: Sequence[Model], symbols: Sequence[str] | None = None) -> Fleet:
    """A fleet with the quantities, trees and bands of these models, one row each, trees of any depth.

    `symbols` fixes the ids (default: all assets, sorted, after cash). A model whose bands cannot be put in
    two numbers (a node with its own band, or the parent as the basis) is marked for the exact rule.
    """
    names = tuple(symbols) if symbols is not None else _symbols_of(models)
    ids = {name: i for i, name in enumerate(names)}
    layouts = [_layout(model) for model in models]
    slots = max((len(layout.leaves) for layout in layouts), default=0)
    nodes = max((len(layout.classes) for layout in layouts), default=0)
    count = len(models)
    asset = np.full((count, slots), NO_ASSET, np.uint16)
    quantity, target = np.zeros((count, slots), np.float32), np.zeros((count, slots), np.float32)
    start, end = np.zeros((count, nodes), np.uint16), np.zeros((count, nodes), np.uint16)
    node_target = np.zeros((count, nodes), np.float32)
    bands = np.empty((2, count), np.float32)
    for row, (model, layout) in enumerate(zip(models, layouts, strict=True)):
        bands[:, row] = _two_bands(model)
        for slot, (symbol, held, share) in enumerate(layout.leaves):
            if symbol not in ids:
                raise InvalidInput("symbol_unknown", f"{symbol} is not among the symbols", field="symbols")
            asset[row, slot], quantity[row, slot], target[row, slot] = ids[symbol], held, share
        for node, (first, last, share) in enumerate(layout.classes):
            start[row, node], end[row, node], node_target[row, node] = first, last, share
    signed = bool((quantity < 0).any())
    none = np.zeros(0, np.uint32)
    return Fleet(
        names, quantity, asset, target, start, end, node_target, none, bands[0], bands[1], signed=signed
    )


@dataclass(frozen=True, slots=True)
class _Layout:
    """Leaves in the order of the tree (symbol, quantity, share); classes as runs of them (start, end, share)."""

    leaves: list[tuple[str, Decimal, Decimal]]
    classes: list[tuple[int, int, Decimal]]


def _layout(model: Model) -> _Layout:
    leaves: list[tuple[str, Decimal, Decimal]] = []
    first, last = [0] * len(model.nodes), [0] * len(model.nodes)
    for node in model.nodes:
        first[node.index] = len(leaves)
        if node.asset >= 0:
            leaves.append((model.assets[node.asset].id, model.assets[node.asset].quantity, node.share))
        elif node.is_cash:
            leaves.append((CASH, model.problem.cash, node.share))
        for above in model.path_to_root(node.index):
            last[above] = len(leaves)
    inner = [
        (first[n.index], last[n.index], n.share)
        for n in model.nodes[1:]
        if n.asset < 0 and not n.is_cash and not model.problem.strategy.leaves_only
    ]
    return _Layout(leaves, inner)


def _two_bands(model: Model) -> tuple[float, float]:
    band: Band = model.problem.strategy.band
    if model.problem.strategy.basis is not Basis.PORTFOLIO or any(n.band != band for n in model.nodes[1:]):
        return float("nan"), float("inf")
    absolute = float("inf") if band.absolute is None else float(band.absolute)
    relative = float("inf") if band.relative is None else float(band.relative)
    return absolute, relative


def _symbols_of(models: Sequence[Model]) -> tuple[str, ...]:
    return (CASH, *sorted({asset.id for model in models for asset in model.assets}))
