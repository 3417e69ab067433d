"""Rates told in another unit than that of the catalogue."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal, localcontext

from fiel.kernel.rounding import Rounding, finance_context, round_to
from fiel.market.values import SeriesReading

_YEARLY_MAX = Decimal(100_000)


def daily_from_yearly(yearly: Decimal) -> Decimal:
    """% per day from % per year of 252 business days, to six decimals (half up): 14.15 gives 0.052531.

    A rate of -100 % or less, or beyond all sense, is given back as it is: no range lets it pass.
    """
    if not -100 < yearly <= _YEARLY_MAX:
        return yearly
    with localcontext(finance_context()):
        factor = (1 + yearly / 100) ** (Decimal(1) / 252)
        return round_to((factor - 1) * 100, 6, Rounding.HALF_UP)


def converted(reading: SeriesReading) -> SeriesReading:
    """The same rows, from % per year to % per day."""
    rows = tuple(replace(row, value=daily_from_yearly(row.value)) for row in reading.rows)
    return SeriesReading(reading.series, rows)


def rounded(reading: SeriesReading, decimals: int) -> SeriesReading:
    """The same rows with no more decimals than the publisher gives (half up)."""
    rows = tuple(
        replace(row, value=round_to(row.value, decimals, Rounding.HALF_UP).normalize())
        for row in reading.rows
    )
    return SeriesReading(reading.series, rows)
