"""The exchange's own arithmetic: the rule that custody books by, written a second time on purpose.

Whoever compares the two books compares two programs. Values are exact in 10^-18 of the currency; what an
order executed is rounded half up to the minor unit on the order's total, never per execution.
"""

from __future__ import annotations

from fiel.custody.reservations import Fees
from fiel.kernel.money import currency_decimals

#: One billionth times one billionth.
_EXACT_DIGITS = 18
_MILLION = 1_000_000


def minor_unit(currency: str) -> int:
    """A cent (the smallest unit of the currency) in 10^-18 of it."""
    return int(10 ** (_EXACT_DIGITS - currency_decimals(currency)))


def gross_of(exact: int, unit: int) -> int:
    """Executed value in minor units, half up."""
    whole, rest = divmod(exact, unit)
    return whole + (1 if 2 * rest >= unit else 0)


def fees_on(gross: int, fees: Fees) -> int:
    """Fees of an order that executed `gross` in all, in minor units, half up; nothing executed, no fees."""
    if gross <= 0:
        return 0
    whole, rest = divmod(gross * fees.rate_ppm, _MILLION)
    return fees.fixed + whole + (1 if 2 * rest >= _MILLION else 0)


def cash_to_hold(exact_so_far: int, exact_to_come: int, paid: int, unit: int, fees: Fees) -> int:
    """What a buy must still have: executed and open at its limit, together and rounded up, and their fees,
    less `paid` (gross and fees so far, in minor units)."""
    whole = -(-(exact_so_far + exact_to_come) // unit)
    return max(0, whole + fees_on(whole, fees) - paid)
