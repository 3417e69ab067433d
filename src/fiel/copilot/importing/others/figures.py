"""Numbers and days as texts of other programs, read exactly or not at all."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal, localcontext

from fiel.kernel.errors import InvalidInput
from fiel.kernel.rounding import Rounding, exact_context, finance_context, round_to


def trimmed(value: Decimal) -> Decimal:
    """Without zeros that only a binary number wrote: 100.0 is 100.

    >>> trimmed(Decimal("100.0")), trimmed(Decimal("37.20"))
    (Decimal('100'), Decimal('37.2'))
    """
    context = exact_context()
    if value == value.to_integral_value():
        return value.quantize(Decimal(1), context=context)
    return value.normalize(context)


def at_least_cents(value: Decimal) -> Decimal:
    """With two decimals, or more when there are more.

    >>> at_least_cents(Decimal("35.5000")), at_least_cents(Decimal("0.355"))
    (Decimal('35.50'), Decimal('0.355'))
    """
    least = trimmed(value)
    exponent = least.as_tuple().exponent
    if isinstance(exponent, int) and exponent < -2:
        return least
    return least.quantize(Decimal("0.01"), context=exact_context())


def price_of(amount: Decimal, quantity: Decimal) -> Decimal:
    """Price per unit, as far as it goes: exact, or rounded half to even at 8 decimals."""
    with localcontext(finance_context()):
        price = abs(amount) / abs(quantity)
    exponent = price.as_tuple().exponent
    return round_to(price, 8, Rounding.HALF_EVEN) if isinstance(exponent, int) and exponent < -8 else price


def times(quantity: Decimal, price: Decimal) -> Decimal:
    """The exact product, with at least two decimals."""
    return at_least_cents(exact_context().multiply(quantity, price))


_DAYS = (
    (re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:[T ].*)?"), (1, 2, 3)),
    (re.compile(r"(\d{4})(\d{2})(\d{2})(?:[;T ].*)?"), (1, 2, 3)),
    (re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})(?: .*)?"), (3, 2, 1)),
)
_US_DAY = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})(?: .*)?")


def needed_day(text: str | None) -> date:
    """The day, or `InvalidInput` `date_malformed`."""
    found = day(text or "")
    if found is None:
        raise InvalidInput("date_malformed", f"{(text or '')[:40]!r} is not a date that can be read")
    return found


def day(text: str) -> date | None:
    """`2025-01-10`, with or without a time after it, `20250110`, `10-01-2025`, `10/01/2025`, `10.01.2025`.

    >>> day("30/04/2025"), day("20250506"), day("2025-01-10T00:00")
    (datetime.date(2025, 4, 30), datetime.date(2025, 5, 6), datetime.date(2025, 1, 10))
    """
    for shape, (year, month, of_month) in _DAYS:
        found = shape.fullmatch(text.strip())
        if found:
            return _date(found[year], found[month], found[of_month])
    return None


def us_day(text: str) -> date | None:
    """`11/01/2023` is the first of November; `... as of ...` after it does not matter."""
    found = _US_DAY.fullmatch(text.strip())
    return _date(found[3], found[1], found[2]) if found else None


def _date(year: str, month: str, of_month: str) -> date | None:
    try:
        return date(int(year), int(month), int(of_month))
    except ValueError:
        return None
