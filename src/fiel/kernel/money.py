"""Money: an amount in a currency, exact to the cent. Inflow is positive."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal, localcontext
from functools import total_ordering
from types import MappingProxyType

from fiel.kernel.decimals import DIGITS_MAX, DecimalInput, parse_decimal, read_decimal, too_large
from fiel.kernel.errors import InvalidInput
from fiel.kernel.rounding import Rounding, exact_context, finance_context, round_to

#: Decimals of the minor unit (ISO 4217) of the currencies that Fiel knows.
CURRENCY_DECIMALS = MappingProxyType({"BRL": 2, "EUR": 2, "GBP": 2, "JPY": 0, "USD": 2})

_CODE = re.compile(r"[A-Z]{3}")


def currency_decimals(currency: str) -> int:
    """How many decimals the currency has. Raises `InvalidInput` for a code that is unknown."""
    if type(currency) is not str or not _CODE.fullmatch(currency):
        raise InvalidInput("currency_malformed", "write the currency as three capital letters, such as BRL")
    if currency not in CURRENCY_DECIMALS:
        known = ", ".join(CURRENCY_DECIMALS)
        raise InvalidInput("currency_unknown", f"currency {currency} is not supported; use one of {known}")
    return CURRENCY_DECIMALS[currency]


def currency_mismatch(left: str, right: str) -> InvalidInput:
    """The refusal of an operation between two currencies."""
    return InvalidInput("currency_mismatch", f"{left} and {right} do not mix; convert one of them first")


@total_ordering
@dataclass(frozen=True, slots=True, init=False, repr=False)
class Money:
    """An amount with the decimals of its currency (BRL 2, JPY 0), at most 38 digits.

    Raises `InvalidInput`: floats, malformed text, more decimals than the currency has (name a
    rounding with `Money.rounded`), unknown currency, operations between currencies.

    >>> Money("10.50") + Money(2)
    Money('12.50', 'BRL')
    """

    amount: Decimal
    currency: str

    def __init__(self, amount: DecimalInput, currency: str = "BRL") -> None:
        decimals = currency_decimals(currency)
        exact = parse_decimal(amount, decimals_max=decimals, integer_digits_max=DIGITS_MAX - decimals)
        object.__setattr__(self, "amount", round_to(exact, decimals, Rounding.TRUNCATE))
        object.__setattr__(self, "currency", currency)

    @classmethod
    def rounded(cls, amount: DecimalInput, rounding: Rounding, currency: str = "BRL") -> Money:
        """The amount brought to the currency's decimals by a named rounding."""
        return cls(read_decimal(amount, currency_decimals(currency), rounding), currency)

    @classmethod
    def from_minor(cls, units: int, currency: str = "BRL") -> Money:
        """Money from whole minor units (cents), as kept in databases.

        >>> Money.from_minor(1050)
        Money('10.50', 'BRL')
        """
        if type(units) is not int:
            raise InvalidInput("number_type", "minor units are a whole number; give an int")
        exact = exact_context().scaleb(parse_decimal(units), Decimal(-currency_decimals(currency)))
        return cls(exact, currency)

    @classmethod
    def zero(cls, currency: str = "BRL") -> Money:
        return cls(0, currency)

    @property
    def minor(self) -> int:
        """The amount in whole minor units (cents)."""
        return int(exact_context().scaleb(self.amount, Decimal(CURRENCY_DECIMALS[self.currency])))

    @property
    def is_zero(self) -> bool:
        return not self.amount

    @property
    def is_negative(self) -> bool:
        return self.amount < 0

    def times(self, factor: DecimalInput, rounding: Rounding) -> Money:
        """The amount times an exact factor, to the cent by a named rounding."""
        exact = exact_context().multiply(self.amount, parse_decimal(factor))
        return Money(round_to(exact, CURRENCY_DECIMALS[self.currency], rounding), self.currency)

    def ratio_to(self, whole: Money) -> Decimal:
        """This amount divided by another of the same currency, to 50 digits (half-even).

        Raises `InvalidInput` when the other amount is zero: a share of nothing is unknown.
        """
        self._same_currency(whole)
        if whole.is_zero:
            raise InvalidInput("ratio_to_zero", "a share of zero is unknown; check the amount divided by")
        with localcontext(finance_context()):
            return self.amount / whole.amount

    def __add__(self, other: Money) -> Money:
        if not isinstance(other, Money):
            return NotImplemented
        self._same_currency(other)
        return _exact(exact_context().add(self.amount, other.amount), self.currency)

    def __sub__(self, other: Money) -> Money:
        if not isinstance(other, Money):
            return NotImplemented
        self._same_currency(other)
        return _exact(exact_context().subtract(self.amount, other.amount), self.currency)

    def __mul__(self, times: int) -> Money:
        if type(times) is not int:
            return NotImplemented
        return _exact(exact_context().multiply(self.amount, parse_decimal(times)), self.currency)

    __rmul__ = __mul__

    def __neg__(self) -> Money:
        return _exact(self.amount.copy_negate(), self.currency)

    def __abs__(self) -> Money:
        return _exact(self.amount.copy_abs(), self.currency)

    def __lt__(self, other: Money) -> bool:
        if not isinstance(other, Money):
            return NotImplemented
        self._same_currency(other)
        return self.amount < other.amount

    def __repr__(self) -> str:
        return f"Money('{self.amount:f}', '{self.currency}')"

    def __str__(self) -> str:
        return f"{self.currency} {self.amount:f}"

    def _same_currency(self, other: Money) -> None:
        if self.currency != other.currency:
            raise currency_mismatch(self.currency, other.currency)


def total(amounts: Iterable[Money], currency: str = "BRL") -> Money:
    """The exact sum of amounts of one currency; zero of `currency` when there is none."""
    result = Money.zero(currency)
    for amount in amounts:
        result += amount
    return result


def _exact(amount: Decimal, currency: str) -> Money:
    """Money from a result that already has the currency's decimals: no second reading of its digits."""
    if len(amount.as_tuple().digits) > DIGITS_MAX:
        raise too_large()
    money = object.__new__(Money)
    object.__setattr__(money, "amount", amount if amount else amount.copy_abs())
    object.__setattr__(money, "currency", currency)
    return money
