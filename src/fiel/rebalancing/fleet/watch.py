"""A fleet under watch: at each price tick, test the holders of what moved and nobody else.

A portfolio that was judged once has a budget: the value by which its prices may move, up and down added
up, before its verdict can change (see `kernels._answer_budget`). A tick takes |quantity * change| off the
budget of every holder, which costs a few nanoseconds each, and only those whose budget ran out are judged
again, in full. No verdict is ever missed, because the budget is a bound and not an estimate.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from fiel.kernel.errors import InvalidInput
from fiel.rebalancing.fleet import kernels
from fiel.rebalancing.fleet.arrays import NO_ASSET, Fleet, node_targets, price_table, usable_price
from fiel.rebalancing.fleet.holders import HolderIndex
from fiel.rebalancing.fleet.kernels import F32, F64, U16, U32
from fiel.rebalancing.fleet.scan import NEAR_ZONE, DriftScan, Verdict, checked_zone, scan_into

#: A batch of ticks that touches more than this many holders per portfolio of the fleet is answered by a
#: full scan, which then costs less (measured: one scanned portfolio = 6 to 9 tested holders).
SCAN_ABOVE_HOLDERS = 8.0


@dataclass(frozen=True, slots=True)
class TickReport:
    """What one batch of ticks did.

    `changed`: portfolios whose verdict is not what it was (read it in `Watch.verdict`). `near`: portfolios
    among those tested that only the exact rule can judge, at every tick anew. `tested` counts holders,
    `judged` the portfolios judged in full, `scanned` says that the whole fleet was.
    """

    changed: U32
    near: U32
    tested: int
    judged: int
    scanned: bool


class Watch:
    """Verdicts of a fleet, kept true while prices tick and portfolios trade.

    The watch writes to the arrays of the fleet in `replace`; give it a fleet of its own. Not safe for
    concurrent calls. Memory beside the fleet: 8.5 bytes per holding and 17 per portfolio.
    """

    def __init__(
        self,
        fleet: Fleet,
        prices: ArrayLike,
        *,
        near: float = NEAR_ZONE,
        scan_above: float = SCAN_ABOVE_HOLDERS,
    ) -> None:
        self.fleet = fleet
        self.index = HolderIndex.of(fleet)
        self._near = checked_zone(near)
        self._scan_above = scan_above
        self._table: F64 = price_table(fleet, prices)
        self._budget: F64 = np.zeros(len(fleet), np.float64)
        self._due: U32 = np.zeros(len(fleet), np.uint32)
        self.verdict: NDArray[np.uint8] = np.zeros(len(fleet), np.uint8)
        self.deviation: F32 = np.zeros(len(fleet), np.float32)
        self._judge(None)

    @property
    def state(self) -> DriftScan:
        """The verdicts now (`deviation` is that of the moment each portfolio was last judged in full)."""
        return DriftScan(self.verdict.copy(), self.deviation.copy())

    def tick(self, symbol: int, price: float) -> TickReport:
        """Take one new price (NaN or not above 0: the price is gone)."""
        return self.ticks({symbol: price})

    def ticks(self, prices: Mapping[int, float]) -> TickReport:
        """Take several new prices at once, by symbol id: the latest of each symbol is enough.

        Raises `InvalidInput` on an unknown symbol or a price above 1e30, before anything changes.
        """
        fresh = self._checked(prices)
        tested = sum(self.index.count(symbol) for symbol in fresh)
        if tested > self._scan_above * len(self.fleet):
            for symbol, price in fresh.items():
                self._table[symbol] = price
            changed, near = self._judge(None)
            return TickReport(changed, near, tested, len(self.fleet), scanned=True)
        due = 0
        for symbol, price in fresh.items():
            due = self._spend(symbol, price, due)
        chosen = np.sort(self._due[:due])
        changed, near = self._judge(chosen)
        return TickReport(changed, near, tested, due, scanned=False)

    def replace(
        self,
        portfolio: int,
        quantity: ArrayLike,
        *,
        asset: ArrayLike | None = None,
        target: ArrayLike | None = None,
    ) -> Verdict:
        """A portfolio traded: take its new row of quantities [K] (and assets and targets), judge it.

        A fleet whose portfolios share rows takes quantities only. Raises `InvalidInput`, before anything
        changes, on a wrong shape or value.
        """
        fleet = self.fleet
        held = self._checked_row(quantity, "quantity").astype(np.float32)
        row = fleet.row_of(portfolio)
        if (asset is not None or target is not None) and fleet.model.size:
            raise InvalidInput("row_is_shared", "portfolios of this fleet share assets and targets")
        assets = fleet.asset[row] if asset is None else self._checked_row(asset, "asset").astype(np.uint16)
        targets = (
            fleet.target[row] if target is None else self._checked_row(target, "target").astype(np.float32)
        )
        _check_row(assets, held, targets, len(fleet.symbols), signed=fleet.signed)
        gone = set(fleet.asset[row].tolist()) - set(assets.tolist())
        fleet.quantity[portfolio], fleet.asset[row], fleet.target[row] = held, assets, targets
        layout = slice(None) if len(fleet.node_start) == 1 else slice(row, row + 1)
        if target is not None:
            fleet.node_target[row] = node_targets(
                targets[None, :], fleet.node_start[layout], fleet.node_end[layout]
            )[0]
        self._reindex(portfolio, gone, assets, held)
        self._judge(np.array([portfolio], np.uint32))
        return Verdict(int(self.verdict[portfolio]))

    def _checked(self, prices: Mapping[int, float]) -> dict[int, float]:
        """The prices as floats, NaN where one is missing."""
        fresh: dict[int, float] = {}
        for symbol, price in prices.items():
            if not 0 <= symbol < len(self.fleet.symbols):
                raise InvalidInput("symbol_unknown", f"no symbol has the id {symbol}", field="symbol")
            fresh[symbol] = usable_price(float(price))
        return fresh

    def _spend(self, symbol: int, price: float, due: int) -> int:
        """Put a price in force and take the move off the holders' budgets; the new count of those due."""
        index, before = self.index, float(self._table[symbol])
        begin, end = int(index.offsets[symbol]), int(index.ends[symbol])
        self._table[symbol] = price
        if np.isnan(before) and np.isnan(price):
            return due
        if np.isnan(before) or np.isnan(price):
            return kernels.spend_all(index.holders, begin, end, self._budget, self._due, due)
        return kernels.spend(
            index.holders, index.held, begin, end, price - before, self._budget, self._due, due
        )

    def _judge(self, chosen: U32 | None) -> tuple[U32, U32]:
        """Judge in full; which verdicts changed, and which are near."""
        before = self.verdict.copy() if chosen is None else self.verdict[chosen]
        scan_into(
            self.fleet,
            self._table,
            self._near,
            self.verdict,
            self.deviation,
            budget=self._budget,
            chosen=chosen,
        )
        after = self.verdict if chosen is None else self.verdict[chosen]
        changed, near = np.flatnonzero(after != before), np.flatnonzero(after == Verdict.NEAR)
        if chosen is None:
            return changed.astype(np.uint32), near.astype(np.uint32)
        return chosen[changed], chosen[near]

    def _reindex(self, portfolio: int, gone: set[int], assets: U16, held: F32) -> None:
        """Note the new quantities in the index; rebuild it if a symbol has no room left."""
        total: dict[int, float] = {}
        for symbol, quantity in zip(assets.tolist(), held.tolist(), strict=True):
            total[symbol] = total.get(symbol, 0.0) + abs(quantity)
        total.pop(NO_ASSET, None)
        for symbol in gone - {NO_ASSET}:
            self.index.drop(symbol, portfolio)
        room = [self.index.put(symbol, portfolio, quantity) for symbol, quantity in total.items()]
        if not all(room):
            self.index = HolderIndex.of(self.fleet)

    def _checked_row(self, values: ArrayLike, name: str) -> NDArray[np.float64]:
        row = np.asarray(values, dtype=np.float64)
        if row.shape != (self.fleet.slots,):
            raise InvalidInput("fleet_shape", f"give {self.fleet.slots} values, one per slot", field=name)
        return row


def _check_row(asset: U16, quantity: F32, target: F32, symbols: int, *, signed: bool) -> None:
    if bool(((asset >= symbols) & (asset != NO_ASSET)).any()):
        raise InvalidInput("symbol_unknown", "asset holds an id beyond the symbols", field="asset")
    if not bool(np.isfinite(quantity).all()):
        raise InvalidInput("quantity_not_finite", "a quantity is NaN or infinite", field="quantity")
    if not signed and bool((quantity < 0).any()):
        raise InvalidInput(
            "quantity_negative", "no quantity of this fleet was negative when it was built", field="quantity"
        )
    if not bool(((target >= 0) & (target <= 1)).all()):
        raise InvalidInput("target_out_of_range", "targets are fractions from 0 to 1", field="target")
