"""`Fleet`: very many portfolios as arrays, twelve bytes per holding or less.

Everything in it is a float for searching only: an order never comes from here, and a trigger decision
that floats could get wrong is handed to the exact rule (see `fiel.rebalancing.fleet.exact`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from fiel.kernel.errors import InvalidInput
from fiel.rebalancing.fleet.kernels import F32, F64, U16, U32, Rows

#: Symbol id of an empty slot.
NO_ASSET = 0xFFFF
#: Group of a slot that hangs directly under the root.
NO_GROUP = 0xFF
#: The symbol of a cash leaf: its price is 1 and its quantity is the money.
CASH = "$cash"
PRICE_MAX = 1e30


@dataclass(frozen=True, slots=True)
class Fleet:
    """N portfolios of at most K slots over S symbols; build it with `fleet_of` or `fleet_of_models`.

    | field | dtype and shape | meaning |
    |---|---|---|
    | `symbols` | S strings | the id of a symbol is its place here, below 65,535 |
    | `quantity` | float32 [N, K] | units held |
    | `asset` | uint16 [M, K] | symbol id, `NO_ASSET` = empty slot |
    | `target` | float32 [M, K] | fraction of the whole |
    | `node_start`, `node_end` | uint16 [1 or M, G] | a class is the slots start..end-1 (none if equal) |
    | `node_target` | float32 [M, G] | fraction of the whole |
    | `model` | uint32 [N] or [0] | which of the M rows a portfolio follows; empty: M = N, row = portfolio |
    | `absolute`, `relative` | float32 [1 or N] | bands as fractions; inf = no such band |

    A NaN in `absolute` means that the bands cannot be put in two numbers: that portfolio is always left
    to the exact rule. `signed` says that a quantity may be negative (overdrawn cash). The arrays are not
    copied: whoever changes a quantity changes the fleet.
    """

    symbols: tuple[str, ...]
    quantity: F32
    asset: U16
    target: F32
    node_start: U16
    node_end: U16
    node_target: F32
    model: U32
    absolute: F32
    relative: F32
    signed: bool = False

    def __len__(self) -> int:
        return int(self.quantity.shape[0])

    @property
    def slots(self) -> int:
        """K, the slots per portfolio."""
        return int(self.quantity.shape[1])

    @property
    def nbytes(self) -> int:
        """Bytes of all arrays together."""
        return sum(array.nbytes for array in self.rows())

    def rows(self) -> Rows:
        """The arrays in the order in which the kernels take them."""
        return (
            self.quantity,
            self.asset,
            self.target,
            self.node_start,
            self.node_end,
            self.node_target,
            self.model,
            self.absolute,
            self.relative,
        )

    def row_of(self, portfolio: int) -> int:
        """The row of assets and targets that a portfolio follows."""
        return int(self.model[portfolio]) if self.model.size else portfolio

    def price_vector(self, prices: Mapping[str, Decimal]) -> F64:
        """Prices in money per unit as float64 [S]; NaN where one is missing, 1 for cash."""
        found = [Decimal(1) if s == CASH else prices.get(s) for s in self.symbols]
        return np.array([np.nan if p is None else float(p) for p in found], dtype=np.float64)


def usable_price(price: float) -> float:
    """The price, or NaN for one that counts as missing: NaN, infinite, zero or negative.

    Raises `InvalidInput` above 1e30.
    """
    if not 0 < price < float("inf"):
        return float("nan")
    if price > PRICE_MAX:
        raise InvalidInput("price_out_of_range", f"a price is above {PRICE_MAX:g}", field="prices")
    return price


def price_table(fleet: Fleet, prices: ArrayLike) -> F64:
    """Prices [S] laid out for the kernels: one place per possible id, NaN = missing, 0 for `NO_ASSET`.

    A price that is NaN, infinite, zero or negative is missing. Raises `InvalidInput` on a wrong shape
    or a price above 1e30.
    """
    given = np.asarray(prices, dtype=np.float64)
    if given.shape != (len(fleet.symbols),):
        raise InvalidInput(
            "prices_shape", f"give {len(fleet.symbols)} prices, one per symbol", field="prices"
        )
    known = np.isfinite(given) & (given > 0)
    if bool((given[known] > PRICE_MAX).any()):
        raise InvalidInput("price_out_of_range", f"a price is above {PRICE_MAX:g}", field="prices")
    table = np.full(NO_ASSET + 1, np.nan)
    table[: given.size] = np.where(known, given, np.nan)
    table[NO_ASSET] = 0.0
    return table


def fleet_of(
    symbols: tuple[str, ...],
    asset: ArrayLike,
    quantity: ArrayLike,
    target: ArrayLike,
    *,
    group: ArrayLike | None = None,
    model: ArrayLike | None = None,
    absolute: ArrayLike = np.inf,
    relative: ArrayLike = np.inf,
) -> Fleet:
    """A fleet from plain arrays, checked; `group` makes it nested (classes of leaves).

    `asset` [M, K], `quantity` [N, K], `target` [M, K] fractions, `group` uint8 [1 or M, K] (class of each
    slot, `NO_GROUP` = directly under the root), `model` [N] when portfolios share rows (else M = N),
    bands as scalars or [N]. The target of a class is the sum of its leaves' targets, as in any tree whose
    weights sum to 100. Slots are put in the order of their groups; arrays already of the right dtype and
    order are taken as they are, without a copy.

    Raises `InvalidInput` on wrong shapes, unknown ids, targets outside 0..1 or quantities not finite.
    """
    ids = np.ascontiguousarray(asset, dtype=np.uint16)
    held = np.ascontiguousarray(quantity, dtype=np.float32)
    share = np.ascontiguousarray(target, dtype=np.float32)
    rows = np.zeros(0, np.uint32) if model is None else np.ascontiguousarray(model, dtype=np.uint32)
    _check_shapes(symbols, ids, held, share, rows)
    start, end = np.zeros((1, 0), np.uint16), np.zeros((1, 0), np.uint16)
    if group is not None:
        groups = np.ascontiguousarray(group, dtype=np.uint8)
        if groups.ndim != 2 or groups.shape[0] not in {1, len(ids)} or groups.shape[1] != ids.shape[1]:
            raise InvalidInput("fleet_shape", "group must have the shape of asset, or one row", field="group")
        if bool((groups[:, 1:] < groups[:, :-1]).any()):
            order = np.argsort(groups, axis=1, kind="stable")
            groups = np.take_along_axis(groups, order, axis=1)
            ids = np.take_along_axis(ids, order, axis=1)
            share = np.take_along_axis(share, order, axis=1)
            held = np.take_along_axis(held, order[rows] if rows.size and len(order) > 1 else order, axis=1)
        start, end = _runs(groups)
    return Fleet(
        symbols,
        held,
        ids,
        share,
        start,
        end,
        node_targets(share, start, end),
        rows,
        _bands(absolute, len(held), "absolute"),
        _bands(relative, len(held), "relative"),
        signed=bool((held < 0).any()),
    )


def node_targets(target: F32, start: U16, end: U16) -> F32:
    """The target of every class, [M, G]: the sum of the targets in its run of slots."""
    running = np.zeros((target.shape[0], target.shape[1] + 1))
    if start.shape[1]:
        np.cumsum(target, axis=1, dtype=np.float64, out=running[:, 1:])
    shape = (target.shape[0], start.shape[1])
    last = np.take_along_axis(running, np.broadcast_to(end, shape).astype(np.intp), axis=1)
    first = np.take_along_axis(running, np.broadcast_to(start, shape).astype(np.intp), axis=1)
    return np.where(np.broadcast_to(start == end, shape), 0.0, last - first).astype(np.float32)


def _runs(groups: NDArray[np.uint8]) -> tuple[U16, U16]:
    """Where each group starts and ends in rows of groups that ascend."""
    named = groups[groups != NO_GROUP]
    count = int(named.max()) + 1 if named.size else 0
    start = np.stack([(groups < g).sum(axis=1) for g in range(count)], axis=1) if count else None
    end = np.stack([(groups <= g).sum(axis=1) for g in range(count)], axis=1) if count else None
    empty = np.zeros((1, 0), np.uint16)
    if start is None or end is None:
        return empty, empty
    return start.astype(np.uint16), end.astype(np.uint16)


def _check_shapes(symbols: tuple[str, ...], asset: U16, quantity: F32, target: F32, model: U32) -> None:
    if len(symbols) > NO_ASSET:
        raise InvalidInput(
            "too_many_symbols", f"at most {NO_ASSET} symbols fit in one fleet", field="symbols"
        )
    if asset.ndim != 2 or quantity.ndim != 2 or asset.shape != target.shape:
        raise InvalidInput("fleet_shape", "asset and target must be [M, K] alike, quantity [N, K]")
    if asset.shape[1] != quantity.shape[1] or asset.shape[1] > NO_ASSET:
        raise InvalidInput("fleet_shape", "asset and quantity must have the same slots, at most 65,535")
    if model.size == 0 and len(asset) != len(quantity):
        raise InvalidInput("fleet_shape", "give one row of assets per portfolio, or `model`", field="asset")
    if model.size and (model.shape != (len(quantity),) or int(model.max()) >= len(asset)):
        raise InvalidInput("fleet_shape", "model must name a row of assets per portfolio", field="model")
    if bool(((asset >= len(symbols)) & (asset != NO_ASSET)).any()):
        raise InvalidInput("symbol_unknown", "asset holds an id beyond the symbols", field="asset")
    if not bool(np.isfinite(quantity).all()):
        raise InvalidInput("quantity_not_finite", "a quantity is NaN or infinite", field="quantity")
    if not bool(((target >= 0) & (target <= 1)).all()):
        raise InvalidInput("target_out_of_range", "targets are fractions from 0 to 1", field="target")
    if bool((asset == NO_ASSET).any()) and bool((target[asset == NO_ASSET] != 0).any()):
        raise InvalidInput("target_without_asset", "an empty slot has a target", field="target")


def _bands(values: ArrayLike, portfolios: int, name: str) -> F32:
    bands = np.atleast_1d(np.asarray(values, dtype=np.float32))
    if bands.shape not in {(1,), (portfolios,)} or bool((bands < 0).any()):
        raise InvalidInput("bands", "give one band, or one per portfolio, none negative", field=name)
    return np.ascontiguousarray(bands)
