"""The book as cells: one for each asset, or currency of cash, in each account, with a worth for every day.

All in whole numbers: money in cents of BRL, quantities in 10^-9 (cash: in cents of its currency). A cell's
worth is rounded to the cent, half up, each day; what accounts, classes and the whole are worth are sums.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import gcd
from operator import mul, sub
from typing import NamedTuple

from fiel.performance.aligned import Aligned
from fiel.performance.entries import AMOUNT_DECIMALS, QUANTITY_DECIMALS

#: The counterparty of a leg that comes from, or goes to, the world outside.
OUTSIDE = -1


class Leg(NamedTuple):
    """Money into (`inn`) and out of (`out`) a cell at a place of the axis, in cents of BRL."""

    place: int
    cell: int
    #: The cell on the other side, or `OUTSIDE`.
    counter: int
    inn: int
    out: int


@dataclass(slots=True)
class Cell:
    """What is held of one asset in one account, being put together."""

    index: int
    account: str
    asset: str
    asset_class: str
    currency: str
    is_cash: bool
    #: What changes by place: quantity, and income, fees and taxes in cents of BRL.
    moves: dict[int, int] = field(default_factory=dict)
    income: dict[int, int] = field(default_factory=dict)
    fees: dict[int, int] = field(default_factory=dict)
    taxes: dict[int, int] = field(default_factory=dict)
    values: list[int] = field(default_factory=list)
    #: Worth in cents of its own currency; empty for BRL.
    local: list[int] = field(default_factory=list)
    rates: Aligned | None = None

    def quantities(self, length: int) -> list[tuple[int, int, int]]:
        """(from, to, quantity) of the stretches of the axis over which the quantity stays."""
        stretches, quantity, since = [], 0, 0
        for place in sorted(self.moves):
            if quantity and place > since:
                stretches.append((since, place, quantity))
            quantity += self.moves[place]
            since = place
        if quantity and since < length:
            stretches.append((since, length, quantity))
        return stretches

    def value(self, length: int, prices: Aligned | None, rates: Aligned | None) -> None:
        """Fills the worth of every day. Cash has no prices, BRL has no rates."""
        decimals = AMOUNT_DECIMALS if prices is None else QUANTITY_DECIMALS + prices.decimals
        units = None if prices is None else prices.units
        local = _worths(self.quantities(length), length, units, 10 ** (decimals - AMOUNT_DECIMALS))
        if rates is None:
            self.values = local
            return
        self.local, self.rates = local, rates
        scale: int = 10**rates.decimals
        self.values = [(2 * one + scale) // (2 * scale) for one in map(mul, local, rates.units)]

    def currency_effect(self, first: int, last: int) -> int:
        """Of the days after `first` to `last`: yesterday's worth in its currency times the rate's change.

        In cents of BRL, half up at the end. `first` is -1 for a period that begins with the axis.
        """
        if self.rates is None:
            return 0
        start, units = max(first, 0), self.rates.units
        changes = map(sub, units[start + 1 : last + 1], units[start:last])
        scale: int = 10**self.rates.decimals
        moved: int = sum(map(mul, self.local[start:last], changes))
        return (2 * moved + scale) // (2 * scale)


def _worths(
    stretches: list[tuple[int, int, int]], length: int, units: list[int] | None, scale: int
) -> list[int]:
    """Quantity times unit price over scale, half up, for each place; zero where nothing is held."""
    values: list[int] = []
    for start, end, quantity in stretches:
        values += [0] * (start - len(values))
        if units is None:
            values += [quantity] * (end - start)
            continue
        # A whole number of shares at prices in cents needs no division.
        common = gcd(quantity, scale)
        factor, divisor = quantity // common, scale // common
        if divisor == 1:
            values += [factor * unit for unit in units[start:end]]
        else:
            factor, double = 2 * factor, 2 * divisor
            values += [(factor * unit + divisor) // double for unit in units[start:end]]
    values += [0] * (length - len(values))
    return values
