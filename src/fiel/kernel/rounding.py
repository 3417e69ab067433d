"""Named roundings and the decimal contexts of the house.

Brazilian market rules write a rounding as `A-n` (arredondar: round half away from zero at n decimals)
or `T-n` (truncar: cut at n decimals). The rounding is part of a price's definition, so it is
always named at the call. The process-wide decimal context is never read nor changed here.
"""

from __future__ import annotations

import decimal
from decimal import Context, Decimal
from enum import StrEnum

from fiel.kernel.errors import InvalidInput

FINANCE_PRECISION = 50
EXACT_PRECISION = 200
DECIMALS_MAX = 30
#: Above this power of ten a number is a mistake or an attack, not an amount.
MAGNITUDE_MAX = 150


class Rounding(StrEnum):
    """How a number loses decimals. For negative numbers "up" means away from zero, "down" towards it."""

    HALF_UP = decimal.ROUND_HALF_UP
    HALF_EVEN = decimal.ROUND_HALF_EVEN
    TRUNCATE = decimal.ROUND_DOWN
    #: Another name of TRUNCATE.
    DOWN = decimal.ROUND_DOWN
    UP = decimal.ROUND_UP
    FLOOR = decimal.ROUND_FLOOR
    CEILING = decimal.ROUND_CEILING


_TRAPS = (decimal.InvalidOperation, decimal.DivisionByZero, decimal.Overflow, decimal.FloatOperation)


def finance_context() -> Context:
    """A fresh context of 50 digits (half-even) that refuses floats; use it in `with localcontext(...)`."""
    return Context(prec=FINANCE_PRECISION, rounding=decimal.ROUND_HALF_EVEN, traps=list(_TRAPS))


def exact_context() -> Context:
    """A fresh context for sums and products that must be exact: it raises instead of losing a digit."""
    return Context(prec=EXACT_PRECISION, traps=[*_TRAPS, decimal.Inexact])


def round_to(value: Decimal | int, decimals: int, rounding: Rounding) -> Decimal:
    """`value` with exactly `decimals` decimals (0 to 30). Never returns a negative zero.

    Raises `InvalidInput` for a float, a bool, NaN, an infinity or a number beyond 150 digits.

    >>> round_to(Decimal("2.345"), 2, Rounding.HALF_UP), round_to(Decimal("2.345"), 2, Rounding.HALF_EVEN)
    (Decimal('2.35'), Decimal('2.34'))
    """
    if type(decimals) is not int or not 0 <= decimals <= DECIMALS_MAX:
        raise InvalidInput(
            "decimals_out_of_range", f"decimals must be a whole number from 0 to {DECIMALS_MAX}"
        )
    number = _finite(value)
    result = number.quantize(
        Decimal(1).scaleb(-decimals), Rounding(rounding).value, context=Context(prec=EXACT_PRECISION)
    )
    return result if result else result.copy_abs()


def round_half_up(value: Decimal | int, decimals: int) -> Decimal:
    """`A-n`: half goes away from zero. Source: STN and SELIC formula booklets.

    >>> round_half_up(Decimal("-0.125"), 2)
    Decimal('-0.13')
    """
    return round_to(value, decimals, Rounding.HALF_UP)


def truncate(value: Decimal | int, decimals: int) -> Decimal:
    """`T-n`: what lies beyond `n` decimals is cut. Source: STN and SELIC formula booklets.

    >>> truncate(Decimal("10.789"), 2)
    Decimal('10.78')
    """
    return round_to(value, decimals, Rounding.TRUNCATE)


def _finite(value: object) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, Decimal | int):
        kind = type(value).__name__
        raise InvalidInput("number_type", f"a {kind} cannot be rounded exactly; give a Decimal or an int")
    # The size is asked of the int's bits, because writing a huge int out in decimal is slow.
    if isinstance(value, int) and value.bit_length() > MAGNITUDE_MAX * 4:
        raise InvalidInput("number_too_large", f"the number has more than {MAGNITUDE_MAX} digits")
    number = Decimal(value)
    if not number.is_finite():
        raise InvalidInput("number_not_finite", "NaN and infinity are not numbers to compute with")
    if number and number.adjusted() >= MAGNITUDE_MAX:
        raise InvalidInput("number_too_large", f"the number has more than {MAGNITUDE_MAX} digits")
    return number
