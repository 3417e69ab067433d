"""What one unit pays on one day, split up: between the kinds of titles and the flows of a holding."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import NamedTuple

ONE_8 = 10**8


class Part(NamedTuple):
    """A payment of one unit, in whole units of 10^-8 reais."""

    nominal_day: date
    day: date
    principal: int
    indexation: int
    interest: int
    is_known: bool


def units_of(reais: Decimal) -> int:
    """Reais with at most 8 decimals as units of 10^-8.

    >>> units_of(Decimal("7.2314877"))
    723148770
    """
    numerator, denominator = reais.as_integer_ratio()
    return numerator * ONE_8 // denominator
