"""Growth by a yearly rate over business days, to 47 digits and not rounded: each rule rounds it itself."""

from __future__ import annotations

from decimal import Decimal, localcontext
from functools import lru_cache

from fiel.kernel.daycount import BUSINESS_DAYS_A_YEAR
from fiel.kernel.decimals import DecimalInput, parse_decimal
from fiel.kernel.errors import InvalidInput
from fiel.kernel.rounding import finance_context

#: Percent per year. Beyond this a rate is a slip of the decimal point; Brazil's worst CDI was below.
RATE_MAX = Decimal(100_000)
#: Four hundred years of business days.
BUSINESS_DAYS_MAX = 100_800


def annual_rate(value: DecimalInput, *, field: str, minimum: DecimalInput = "-99.9999") -> Decimal:
    """A rate in percent per year, read and checked.

    Raises `InvalidInput` for a float, for what is not a number and outside `minimum`..100000.
    """
    return parse_decimal(value, field=field, minimum=minimum, maximum=RATE_MAX)


def business_days(count: int, *, field: str = "business_days") -> int:
    """A count of business days, checked: a whole number from 0 to 100800."""
    if type(count) is not int or not 0 <= count <= BUSINESS_DAYS_MAX:
        raise InvalidInput(
            "business_days_count",
            f"business days are a whole number from 0 to {BUSINESS_DAYS_MAX}",
            field=field,
        )
    return count


def growth(rate: Decimal, count: int) -> Decimal:
    """(1 + rate/100)^(count/252), to 47 digits, not rounded. `rate` in percent per year.

    >>> growth(Decimal(21), 126)
    Decimal('1.1')
    """
    with localcontext(finance_context()):
        base = 1 + rate / 100
        whole, rest = divmod(count, BUSINESS_DAYS_A_YEAR)
        # Whole years by integer powers: exact where it can be.
        grown = base**whole
        if rest * 2 == BUSINESS_DAYS_A_YEAR:
            return grown * base.sqrt()
        return grown * _daily_root(base) ** rest if rest else grown


@lru_cache(maxsize=4096)
def _daily_root(base: Decimal) -> Decimal:
    """base^(1/252). Kept, because a fractional power costs a hundred times what a whole one does."""
    with localcontext(finance_context()):
        return base ** (Decimal(1) / BUSINESS_DAYS_A_YEAR)
