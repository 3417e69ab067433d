"""What each asset and class added to the return, in parts that add up to it exactly.

The quota moves by q_(t-1) * gain_t / base_t each day, and the gain of a day is the sum of the gains of the
cells: so the return is the sum over cells of q_(t-1) * gain_cell_t / base_t, without any linking method.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from operator import mul

from fiel.kernel.errors import Corrupt
from fiel.performance.cells import Cell
from fiel.performance.quotas import QUOTA_ONE, WEIGHT_SCALE, Quotas

POINT_DECIMALS = 10
#: Units of the last decimal by which exact parts may miss a rounded total.
_SLACK = 2
_POINT = QUOTA_ONE * WEIGHT_SCALE // 10**POINT_DECIMALS


@dataclass(frozen=True, slots=True)
class Share:
    """What one asset or class added: `gain` in BRL, and `points` of the return (0.01 = one point), A-10."""

    name: str
    asset_class: str
    gain: Decimal
    points: Decimal


def weighted_gain(
    cell: Cell,
    flows: Iterable[tuple[int, int, int]],
    weights: Sequence[int],
    turns: Sequence[int],
    first: int,
) -> int:
    """The sum over days of weight times the gain of the cell, times 10^28. `turns`: see `turns_of`."""
    last = first + len(weights)
    held = cell.values[max(first, 0) : last + 1] if first >= 0 else [0, *cell.values[: last + 1]]
    total: int = sum(map(mul, held, turns))
    for place, inn, out in flows:
        if first < place <= last:
            total += weights[place - first - 1] * (out - inn)
    return total


def turns_of(quotas: Quotas) -> list[int]:
    """How often, weighted, the worth of each day counts: with its own day's weight, less that of the next.

    sum of w_t * (V_t - V_(t-1)) = sum of V_t * (w_t - w_(t+1)).
    """
    weights = quotas.weights
    return [one - other for one, other in zip((0, *weights), (*weights, 0), strict=True)]


def shared_out(parts: Sequence[int], total: Decimal, decimals: int = POINT_DECIMALS) -> list[Decimal]:
    """Parts (times 10^28) as fractions with `decimals` that sum to `total`, exactly (largest remainder).

    What cutting the parts leaves goes to those with the largest remainders. Raises `Corrupt` when they miss
    the total by more than that: never by bad input.
    """
    unit = _POINT if decimals == POINT_DECIMALS else QUOTA_ONE * WEIGHT_SCALE // 10**decimals
    told = [part // unit for part in parts]
    missing = int(total.scaleb(decimals).to_integral_value()) - sum(told)
    if not -_SLACK <= missing <= len(parts) + _SLACK:
        raise Corrupt("shares_do_not_add_up", f"shares miss the return by {missing} units of 10^-{decimals}")
    order = sorted(range(len(parts)), key=lambda at: (-(parts[at] % unit), at))
    whole, rest = divmod(missing, len(parts)) if parts else (0, 0)
    for rank, at in enumerate(order):
        told[at] += whole + (rank < rest)
    return [Decimal(part).scaleb(-decimals) for part in told]
