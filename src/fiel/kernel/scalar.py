"""The common body of Quantity, Percent and Rate: an exact Decimal with a unit and a limit of decimals.

Only values of the same unit add, subtract and compare; anything else is a `TypeError`.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import total_ordering
from typing import ClassVar, Self

from fiel.kernel.decimals import DecimalInput, parse_decimal, read_decimal
from fiel.kernel.rounding import Rounding, exact_context


@total_ordering
@dataclass(frozen=True, slots=True, init=False, repr=False)
class Scalar:
    """A number with a unit. Not used by itself: see Quantity, Percent and Rate.

    Raises `InvalidInput` on floats, malformed text and more decimals than the unit has.
    """

    value: Decimal

    DECIMALS: ClassVar[int] = 0

    def __init__(self, value: DecimalInput) -> None:
        object.__setattr__(self, "value", read_decimal(value, self.DECIMALS))

    @classmethod
    def rounded(cls, value: DecimalInput, rounding: Rounding) -> Self:
        """The value cut to the unit's decimals by a named rounding."""
        return cls(read_decimal(value, cls.DECIMALS, rounding))

    @property
    def is_zero(self) -> bool:
        return not self.value

    @property
    def is_negative(self) -> bool:
        return self.value < 0

    def __add__(self, other: Self) -> Self:
        if type(other) is not type(self):
            return NotImplemented
        return type(self)(exact_context().add(self.value, other.value))

    def __sub__(self, other: Self) -> Self:
        if type(other) is not type(self):
            return NotImplemented
        return type(self)(exact_context().subtract(self.value, other.value))

    def __mul__(self, times: int) -> Self:
        if type(times) is not int:
            return NotImplemented
        return type(self)(exact_context().multiply(self.value, parse_decimal(times)))

    __rmul__ = __mul__

    def __neg__(self) -> Self:
        return type(self)(self.value.copy_negate())

    def __abs__(self) -> Self:
        return type(self)(self.value.copy_abs())

    def __lt__(self, other: Self) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return self.value < other.value

    def __repr__(self) -> str:
        return f"{type(self).__name__}('{self.value:f}')"

    def __str__(self) -> str:
        return f"{self.value:f}"
