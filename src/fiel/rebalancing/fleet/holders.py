"""Who holds a symbol: an inverted index over a fleet, kept up to date without rebuilding it at each trade."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fiel.rebalancing.fleet import kernels
from fiel.rebalancing.fleet.arrays import Fleet
from fiel.rebalancing.fleet.kernels import F32, U32

#: Spare places per symbol when the index is built: one sixteenth of its holders, at least eight.
SPARE_PART = 16
SPARE_MIN = 8


@dataclass(slots=True)
class HolderIndex:
    """Symbol -> portfolios with a slot for it, as runs with room to grow (compressed sparse rows).

    | field | dtype and shape | meaning |
    |---|---|---|
    | `offsets` | int64 [S + 1] | symbol s has the places offsets[s] .. offsets[s+1]-1 |
    | `ends` | int64 [S] | its run ends here; the places after it are spare |
    | `sorted_ends` | int64 [S] | up to here its holders ascend; after it they stand as they came |
    | `holders` | uint32 [places] | portfolio |
    | `held` | float32 [places] | its quantity of the symbol (0 = targeted only, or sold) |

    Eight bytes per holding and one sixteenth of spare room. A symbol whose room is used up makes the
    owner rebuild the whole, which thereby happens at most once per `holders / 16` newcomers of a symbol.
    """

    offsets: NDArray[np.int64]
    ends: NDArray[np.int64]
    sorted_ends: NDArray[np.int64]
    holders: U32
    held: F32

    @classmethod
    def of(cls, fleet: Fleet) -> HolderIndex:
        """Build the index in two passes over the fleet."""
        counts = np.zeros(len(fleet.symbols), np.int64)
        kernels.count_holders(fleet.asset, fleet.model, len(fleet), counts)
        room = counts + np.maximum(counts // SPARE_PART, SPARE_MIN)
        offsets = np.zeros(len(counts) + 1, np.int64)
        np.cumsum(room, out=offsets[1:])
        holders = np.zeros(int(offsets[-1]), np.uint32)
        held = np.zeros(int(offsets[-1]), np.float32)
        cursor = offsets[:-1].copy()
        kernels.fill_holders(fleet.asset, fleet.model, fleet.quantity, cursor, holders, held)
        return cls(offsets, cursor, cursor.copy(), holders, held)

    @property
    def nbytes(self) -> int:
        """Bytes of all arrays together."""
        arrays = (self.offsets, self.ends, self.sorted_ends, self.holders, self.held)
        return sum(array.nbytes for array in arrays)

    def count(self, symbol: int) -> int:
        """How many holders a symbol has, those that sold since the last build included."""
        return int(self.ends[symbol] - self.offsets[symbol])

    def holders_of(self, symbol: int) -> U32:
        """The holders of a symbol, ascending."""
        begin, end = self.offsets[symbol], self.ends[symbol]
        return np.unique(self.holders[begin:end])

    def put(self, symbol: int, portfolio: int, quantity: float) -> bool:
        """Note what a portfolio now has of a symbol (0 = targeted only); False if there is no room: rebuild.

        A portfolio that names a symbol in two slots is given their sum in its first place; the other one
        then stays as it was, so that a move of the price counts too much, never too little.
        """
        place, end = self._find(symbol, portfolio), int(self.ends[symbol])
        if place < 0:
            if end == self.offsets[symbol + 1]:
                return False
            place = end
            self.holders[place] = portfolio
            self.ends[symbol] = end + 1
        self.held[place] = quantity
        return True

    def drop(self, symbol: int, portfolio: int) -> None:
        """A portfolio has no slot for the symbol any more; its place is given back at the next rebuild."""
        place = self._find(symbol, portfolio)
        if place >= 0:
            self.held[place] = 0.0

    def _find(self, symbol: int, portfolio: int) -> int:
        begin, end = int(self.offsets[symbol]), int(self.ends[symbol])
        return int(kernels.find_holder(self.holders, begin, int(self.sorted_ends[symbol]), end, portfolio))
