"""The exact side of the fleet: fleets from models, and the Decimal rule where floats may not decide."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

import numpy as np

from fiel.kernel.errors import InvalidInput
from fiel.portfolio.targets import Band
from fiel.rebalancing.drift import out_of_band
from fiel.rebalancing.evaluation import exact
from fiel.rebalancing.fleet.arrays import CASH, NO_ASSET, Fleet
from fiel.rebalancing.fleet.scan import DriftScan, Verdict
from fiel.rebalancing.model import Model
from fiel.rebalancing.problem import Basis

#: Answers for one portfolio, given its index: INSIDE, OUT, UNPRICED or EMPTY.
Judge = Callable[[int], Verdict]


def exact_verdict(model: Model, prices: Mapping[str, Decimal] | None = None) -> Verdict:
    """Judge one portfolio by the definition of `fiel.rebalancing.drift`, in Decimal.

    `prices` by asset id replace the model's own; one that is missing, not finite or not above zero makes
    the portfolio `UNPRICED`, a whole of zero or less `EMPTY`.
    """
    if prices is not None:
        current = [prices.get(asset.id, Decimal(0)) for asset in model.assets]
        if not all(price.is_finite() and price > 0 for price in current):
            return Verdict.UNPRICED
        model = replace(model, prices=tuple(current))
    with exact():
        quantities = [asset.quantity for asset in model.assets]
        values = model.values(quantities, model.problem.cash + model.problem.flow)
        if values[0] <= 0:
            return Verdict.EMPTY
        return Verdict.OUT if out_of_band(model, values) else Verdict.INSIDE


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
    """Leaves in the order of the tree (symbol, quantity, share); classes as runs of them."""

    leaves: list[tuple[str, Decimal, Decimal]]
    #: Start, end (past it) and share.
    classes: list[tuple[int, int, Decimal]]


def _layout(model: Model) -> _Layout:
    leaves: list[tuple[str, Decimal, Decimal]] = []
    first, last = [0] * len(model.nodes), [0] * len(model.nodes)
    for node in model.nodes:
        first[node.index] = len(leaves)
        if node.asset >= 0:
            leaves.append((model.assets[node.asset].id, model.assets[node.asset].quantity, node.share))
        elif node.is_cash:
            leaves.append((CASH, model.problem.cash + model.problem.flow, node.share))
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
