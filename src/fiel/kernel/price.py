"""Price: money per unit of an asset, with more decimals than the currency has when the market does."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import total_ordering
from typing import ClassVar

from fiel.kernel.decimals import DecimalInput, plain, read_decimal
from fiel.kernel.money import Money, currency_decimals, currency_mismatch
from fiel.kernel.quantity import Quantity
from fiel.kernel.rounding import Rounding, exact_context


@total_ordering
@dataclass(frozen=True, slots=True, init=False, repr=False)
class Price:
    """Money per unit, at most 9 decimals. A difference of prices may be negative.

    Raises `InvalidInput`: floats, malformed text, too many decimals, operations between currencies.

    >>> Price("38.2") * Quantity("100")
    Decimal('3820')
    """

    amount: Decimal
    currency: str

    DECIMALS: ClassVar[int] = 9

    def __init__(self, amount: DecimalInput, currency: str = "BRL") -> None:
        currency_decimals(currency)
        object.__setattr__(self, "amount", read_decimal(amount, self.DECIMALS))
        object.__setattr__(self, "currency", currency)

    @classmethod
    def rounded(cls, amount: DecimalInput, rounding: Rounding, currency: str = "BRL") -> Price:
        """The price brought to 9 decimals by a named rounding."""
        return cls(read_decimal(amount, cls.DECIMALS, rounding), currency)

    def times(self, quantity: Quantity, rounding: Rounding) -> Money:
        """The financial value of a quantity, to the cent by a named rounding.

        >>> Price("10.789").times(Quantity("1.5"), Rounding.TRUNCATE)
        Money('16.18', 'BRL')
        """
        return Money.rounded(self * quantity, rounding, self.currency)

    def __mul__(self, quantity: Quantity) -> Decimal:
        if not isinstance(quantity, Quantity):
            return NotImplemented
        return plain(exact_context().multiply(self.amount, quantity.value))

    __rmul__ = __mul__

    def __add__(self, other: Price) -> Price:
        if not isinstance(other, Price):
            return NotImplemented
        self._same_currency(other)
        return Price(exact_context().add(self.amount, other.amount), self.currency)

    def __sub__(self, other: Price) -> Price:
        if not isinstance(other, Price):
            return NotImplemented
        self._same_currency(other)
        return Price(exact_context().subtract(self.amount, other.amount), self.currency)

    def __neg__(self) -> Price:
        return Price(self.amount.copy_negate(), self.currency)

    def __abs__(self) -> Price:
        return Price(self.amount.copy_abs(), self.currency)

    def __lt__(self, other: Price) -> bool:
        if not isinstance(other, Price):
            return NotImplemented
        self._same_currency(other)
        return self.amount < other.amount

    def __repr__(self) -> str:
        return f"Price('{self.amount:f}', '{self.currency}')"

    def __str__(self) -> str:
        return f"{self.currency} {self.amount:f}"

    def _same_currency(self, other: Price) -> None:
        if self.currency != other.currency:
            raise currency_mismatch(self.currency, other.currency)
