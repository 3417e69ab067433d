"""Percent (of a whole, 4 decimals) and Rate (a fraction, 16 decimals).

13.25 % is Percent('13.25') or Rate('0.1325').
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar

from fiel.kernel.decimals import DecimalInput, plain, read_decimal
from fiel.kernel.money import Money
from fiel.kernel.rounding import Rounding, exact_context
from fiel.kernel.scalar import Scalar


@dataclass(frozen=True, slots=True, init=False, repr=False)
class Rate(Scalar):
    """A fraction per one, at most 16 decimals: 0.1325 is 13.25 %. Its period is the caller's to name.

    >>> Rate.from_percent("13.65").factor
    Decimal('1.1365')
    """

    DECIMALS: ClassVar[int] = 16

    @classmethod
    def from_percent(cls, value: DecimalInput, rounding: Rounding | None = None) -> Rate:
        """The rate that is `value` percent.

        Raises `InvalidInput` beyond 14 decimals of percent unless a rounding is named.
        """
        percent = read_decimal(value, cls.DECIMALS - 2, rounding)
        return cls(exact_context().scaleb(percent, Decimal(-2)))

    @property
    def percent(self) -> Decimal:
        """The same rate in percent, exact."""
        return plain(exact_context().scaleb(self.value, Decimal(2)))

    @property
    def factor(self) -> Decimal:
        """One plus the rate, exact: what one real becomes."""
        return exact_context().add(Decimal(1), self.value)

    def of(self, amount: Money, rounding: Rounding) -> Money:
        """This share of an amount of money, to the cent by a named rounding."""
        return amount.times(self.value, rounding)


@dataclass(frozen=True, slots=True, init=False, repr=False)
class Percent(Scalar):
    """A percentage with at most 4 decimals: Percent('33.3333').

    >>> Percent("12.5").fraction
    Decimal('0.125')
    """

    DECIMALS: ClassVar[int] = 4

    @classmethod
    def from_fraction(cls, fraction: DecimalInput, rounding: Rounding | None = None) -> Percent:
        """The percentage that a fraction (0.125) is. Raises beyond 4 decimals unless a rounding is named."""
        exact = read_decimal(fraction, cls.DECIMALS + 2, rounding)
        return cls(exact_context().scaleb(exact, Decimal(2)))

    @property
    def fraction(self) -> Decimal:
        """The percentage divided by one hundred, exact."""
        return plain(exact_context().scaleb(self.value, Decimal(-2)))

    def rate(self) -> Rate:
        """The same number as a Rate."""
        return Rate(self.fraction)

    def of(self, amount: Money, rounding: Rounding) -> Money:
        """This percentage of an amount of money, to the cent by a named rounding.

        >>> print(Percent("0.03").of(Money("1234.56"), Rounding.HALF_UP))
        BRL 0.37
        """
        return amount.times(self.fraction, rounding)

    def __str__(self) -> str:
        return f"{self.value:f}%"
