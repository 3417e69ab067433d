"""Lots first in, first out, of trades as cases write them: what is left, what it cost and what sales made."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class Lots:
    """(shares, cost) of each lot left, oldest first, and the gain of all sales."""

    left: tuple[tuple[Fraction, Fraction], ...]
    realised: Fraction

    @property
    def cost(self) -> Decimal:
        return as_decimal(sum((cost for _, cost in self.left), Fraction(0)))

    @property
    def shares(self) -> Decimal:
        return as_decimal(sum((shares for shares, _ in self.left), Fraction(0)))


def first_in_first_out(trades: Iterable[tuple[str, Decimal, Decimal]]) -> Lots:
    """`trades`: (buy or sell, shares, amount in all), in order."""
    lots: list[tuple[Fraction, Fraction]] = []
    realised = Fraction(0)
    for kind, shares, amount in trades:
        if kind == "buy":
            lots.append((Fraction(shares), Fraction(amount)))
            continue
        wanted, gone = Fraction(shares), Fraction(0)
        while wanted:
            held, cost = lots.pop(0)
            sold = min(held, wanted)
            gone += cost * sold / held
            wanted -= sold
            if held > sold:
                lots.insert(0, (held - sold, cost * (held - sold) / held))
        realised += Fraction(amount) - gone
    return Lots(tuple(lots), realised)


def as_decimal(number: Fraction) -> Decimal:
    """To 28 digits."""
    return Decimal(number.numerator) / Decimal(number.denominator)
