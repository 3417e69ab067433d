"""How often an asset paid, and what it paid a year on what it cost."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal, localcontext
from enum import StrEnum

from fiel.kernel.decimals import DecimalInput, parse_decimal
from fiel.kernel.errors import Refused
from fiel.kernel.rounding import finance_context, round_half_up

#: A payment below this part of its year's mean is an extra, and does not count for the rhythm.
_EXTRA = Decimal("0.3")


class Periodicity(StrEnum):
    """The rhythm of payments."""

    NONE = "none"
    #: One payment has no rhythm, and neither have payments too close or too far apart.
    UNKNOWN = "unknown"
    MONTHLY = "monthly"
    QUARTERLY = "quarterly"
    SEMIANNUAL = "semiannual"
    ANNUAL = "annual"


#: Mean days between payments, above and up to.
_RHYTHMS = (
    (20, 60, Periodicity.MONTHLY),
    (60, 130, Periodicity.QUARTERLY),
    (130, 270, Periodicity.SEMIANNUAL),
    (270, 429, Periodicity.ANNUAL),
)


def periodicity(days: Sequence[date], amounts: Sequence[Decimal] | None = None) -> Periodicity:
    """The rhythm by the mean distance of payments; calendar years without any are left out of it.

    With `amounts`, extras below 30 % of their year's mean do not count.

    >>> periodicity([date(2019, 1, 15), date(2020, 1, 15)])
    <Periodicity.ANNUAL: 'annual'>
    """
    if not days:
        return Periodicity.NONE
    first, last = min(days), max(days)
    years = {day.year for day in days}
    counted = _regular(days, amounts) if amounts is not None else len(days)
    if counted < 2:
        return Periodicity.UNKNOWN
    empty = last.year - first.year + 1 - len(years)
    spread = max((last - first).days - 365 * empty, 0)
    distance = (2 * spread + counted - 1) // (2 * (counted - 1))
    return next((name for low, high, name in _RHYTHMS if low < distance <= high), Periodicity.UNKNOWN)


def _regular(days: Sequence[date], amounts: Sequence[Decimal]) -> int:
    """How many payments are no extras."""
    by_year: dict[int, list[Decimal]] = {}
    for day, amount in zip(days, amounts, strict=True):
        by_year.setdefault(day.year, []).append(amount)
    return sum(amount * len(paid) > _EXTRA * sum(paid) for paid in by_year.values() for amount in paid)


def yield_on_cost(payments: Sequence[tuple[date, DecimalInput]], cost: DecimalInput) -> Decimal:
    """What was paid in a mean calendar year, from the first with a payment to the last, over the cost, A-12.

    Raises `Refused` without payments or without a cost.

    >>> yield_on_cost([(date(2019, 1, 15), 1), (date(2020, 1, 15), 1)], 10)
    Decimal('0.100000000000')
    """
    base = parse_decimal(cost, field="cost", minimum=0)
    if not payments or not base:
        raise Refused("yield_unknown", "a yield on cost needs payments and a cost", field="payments")
    years = max(day for day, _ in payments).year - min(day for day, _ in payments).year + 1
    with localcontext(finance_context()):
        paid = sum((parse_decimal(amount, field="payments") for _, amount in payments), Decimal(0))
        return round_half_up(paid / years / base, 12)
