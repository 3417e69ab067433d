"""The drift scan: which portfolios of a fleet are out of their bands at these prices."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray

from fiel.kernel.errors import InvalidInput
from fiel.rebalancing.fleet import kernels
from fiel.rebalancing.fleet.arrays import Fleet, price_table
from fiel.rebalancing.fleet.kernels import F32, F64, U32

#: Half-width of the zone around a band, as a fraction of the whole, in which only the exact rule decides.
NEAR_ZONE = 1e-5
#: Floats are wrong by less than 5e-7: a narrower zone than this could let an error through.
NEAR_ZONE_MIN = 1e-6

NO_ROWS: U32 = np.zeros(0, np.uint32)
NO_BUDGET: F64 = np.zeros(0, np.float64)


class Verdict(IntEnum):
    """What a scan says of one portfolio."""

    #: Every node inside its band.
    INSIDE = kernels.INSIDE
    #: At least one node out of its band.
    OUT = kernels.OUT
    #: Too close to a band for floats, or with bands that floats cannot judge: ask the exact rule.
    NEAR = kernels.NEAR
    #: Something held or targeted has no price: not judged.
    UNPRICED = kernels.UNPRICED
    #: Worth nothing (or less), so that no weight exists: not judged.
    EMPTY = kernels.EMPTY


@dataclass(frozen=True, slots=True)
class DriftScan:
    """One verdict per portfolio: `verdict` uint8 [N], `deviation` float32 [N].

    `deviation` is the largest |value / V0 - target| of any node, a fraction; NaN where there is none.
    """

    verdict: NDArray[np.uint8]
    deviation: F32

    def indices(self, verdict: Verdict) -> U32:
        """The portfolios with this verdict, ascending."""
        return np.flatnonzero(self.verdict == verdict).astype(np.uint32)

    @property
    def out(self) -> U32:
        """Portfolios out of a band."""
        return self.indices(Verdict.OUT)

    @property
    def near(self) -> U32:
        """Portfolios that only the exact rule can judge."""
        return self.indices(Verdict.NEAR)

    @property
    def unpriced(self) -> U32:
        """Portfolios not judged because a price is missing."""
        return self.indices(Verdict.UNPRICED)

    @property
    def empty(self) -> U32:
        """Portfolios not judged because they are worth nothing."""
        return self.indices(Verdict.EMPTY)


def drift_scan(fleet: Fleet, prices: ArrayLike, *, near: float = NEAR_ZONE, threads: int = 1) -> DriftScan:
    """Judge every portfolio: out if |x_v / V0 - w_v| > min(absolute, relative * w_v) at any node v.

    `prices` are float32 or float64 [S], in money per unit; NaN, infinite, zero or negative means missing.
    V0 is the value of the slots (cash counts only where it is a slot). `threads` > 1 divides the fleet;
    the result is the same to the bit. Raises `InvalidInput` on prices of another shape.
    """
    verdict = np.zeros(len(fleet), np.uint8)
    deviation = np.zeros(len(fleet), np.float32)
    scan_into(fleet, price_table(fleet, prices), checked_zone(near), verdict, deviation, threads=threads)
    return DriftScan(verdict, deviation)


def scan_into(
    fleet: Fleet,
    table: F64,
    near: float,
    verdict: NDArray[np.uint8],
    deviation: F32,
    *,
    budget: F64 = NO_BUDGET,
    chosen: U32 | None = None,
    threads: int = 1,
) -> None:
    """The scan on prepared prices, into arrays of the caller; `chosen` limits it to some portfolios."""
    rows, answers = fleet.rows(), (verdict, deviation, budget)
    total = len(fleet) if chosen is None else len(chosen)
    picked = NO_ROWS if chosen is None else chosen
    if total == 0:
        return
    blocks = -(-total // kernels.LANES)
    share = -(-blocks // max(1, threads)) * kernels.LANES
    parts = [(first, min(first + share, total)) for first in range(0, total, share)]

    def judge(part: tuple[int, int]) -> None:
        kernels.scan_rows(rows, table, near, fleet.signed, picked, part[0], part[1], answers)

    if len(parts) == 1:
        judge(parts[0])
        return
    with ThreadPoolExecutor(len(parts)) as pool:
        list(pool.map(judge, parts))


def checked_zone(near: float) -> float:
    """The zone, refused (`InvalidInput`) where floats could get a decision wrong."""
    if not NEAR_ZONE_MIN <= near <= 1.0:
        raise InvalidInput("near_zone", f"near must lie from {NEAR_ZONE_MIN:g} to 1", field="near")
    return near
