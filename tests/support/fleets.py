"""Random fleets, and the definition of drift written out in fractions, for tests."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import inf, isfinite

import numpy as np
from numpy.typing import NDArray

from fiel.rebalancing.fleet import NO_ASSET, NO_GROUP, Fleet, Verdict, fleet_of


def random_fleet(
    seed: int,
    *,
    portfolios: int = 70,
    slots: int = 7,
    symbols: int = 12,
    classes: int = 3,
    shared: int = 0,
    own_layout: bool = False,
    empty_part: float = 0.2,
) -> tuple[Fleet, NDArray[np.float64]]:
    """A fleet near its targets, ragged (`empty_part` of the slots), and its prices.

    `shared` > 0: so many models, followed by all portfolios. `classes` = 0: flat.
    """
    dice = np.random.default_rng(seed)
    rows = shared or portfolios
    asset = np.argsort(dice.random((rows, symbols)), axis=1)[:, :slots].astype(np.uint16)
    asset[dice.random((rows, slots)) < empty_part] = NO_ASSET
    target = dice.uniform(0.2, 1, (rows, slots)) * (asset != NO_ASSET)
    target /= np.maximum(target.sum(axis=1, keepdims=True), 1e-9)
    price = dice.uniform(1, 100, symbols)
    model = dice.integers(0, rows, portfolios).astype(np.uint32) if shared else None
    followed = model if model is not None else np.arange(portfolios)
    cost = np.where(asset == NO_ASSET, 1.0, price[np.minimum(asset, symbols - 1)])[followed]
    noise = dice.normal(1, 0.15, (portfolios, slots))
    quantity = 1e5 * target[followed] * np.maximum(noise, 0) / cost
    group = None
    if classes:
        group = np.sort(dice.integers(0, classes, (rows if own_layout else 1, slots)), axis=1).astype(
            np.uint8
        )
        group[:, -1] = NO_GROUP
    fleet = fleet_of(
        tuple(f"S{i}" for i in range(symbols)),
        asset,
        quantity,
        target,
        group=group,
        model=model,
        absolute=dice.uniform(0.01, 0.06, portfolios),
        relative=np.where(dice.random(portfolios) < 0.3, inf, 0.25),
    )
    return fleet, price


def verdict_in_fractions(fleet: Fleet, prices: Sequence[float], portfolio: int, near: float) -> Verdict:
    """The definition, slot by slot and class by class, in exact fractions of the arrays' own numbers."""
    row = fleet.row_of(portfolio)
    values, targets = [], []
    for slot in range(fleet.slots):
        symbol, quantity, target = (
            fleet.asset[row, slot],
            fleet.quantity[portfolio, slot],
            fleet.target[row, slot],
        )
        price = 0.0 if symbol == NO_ASSET else float(prices[symbol])
        if symbol != NO_ASSET and (quantity or target) and not (isfinite(price) and price > 0):
            return Verdict.UNPRICED
        values.append(Fraction(float(quantity)) * (Fraction(price) if quantity else 0))
        targets.append(Fraction(float(target)))
    whole = sum(values, Fraction(0))
    if whole <= 0:
        return Verdict.EMPTY
    nodes = list(zip(values, targets, strict=True))
    layout = row if len(fleet.node_start) > 1 else 0
    for node in range(fleet.node_start.shape[1]):
        begin, end = int(fleet.node_start[layout, node]), int(fleet.node_end[layout, node])
        nodes.append((sum(values[begin:end], Fraction(0)), Fraction(float(fleet.node_target[row, node]))))
    absolute = float(fleet.absolute[portfolio if fleet.absolute.size > 1 else 0])
    relative = float(fleet.relative[portfolio if fleet.relative.size > 1 else 0])
    worst = max((_excess(v / whole, w, absolute, relative) for v, w in nodes if v or w), default=Fraction(-1))
    if worst > Fraction(near):
        return Verdict.OUT
    return Verdict.NEAR if worst >= -Fraction(near) else Verdict.INSIDE


def _excess(weight: Fraction, target: Fraction, absolute: float, relative: float) -> Fraction:
    limits = [Fraction(absolute)] if isfinite(absolute) else []
    limits += [Fraction(relative) * target] if isfinite(relative) else []
    return abs(weight - target) - min(limits, default=Fraction(10))
