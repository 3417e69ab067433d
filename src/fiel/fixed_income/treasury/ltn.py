"""LTN (Tesouro Prefixado): R$ 1,000 at maturity and nothing before."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal, localcontext
from typing import ClassVar

from fiel.fixed_income.treasury.discounting import (
    RATE_DECIMALS,
    RATE_MAX,
    RATE_MIN,
    business_days,
    check_positive,
    check_rate,
    zero_price,
)
from fiel.kernel.daycount import exponent_252
from fiel.kernel.decimals import DecimalInput
from fiel.kernel.errors import Refused
from fiel.kernel.rounding import finance_context, truncate


@dataclass(frozen=True, slots=True)
class Ltn:
    """A zero-coupon bond of fixed rate. `known_on` (trade date) chooses the holiday list.

    Source: STN auction methodology, LTN.

    >>> Ltn(date(2010, 7, 1)).pu(date(2008, 5, 21), "14.36")
    Decimal('753.315323')
    """

    FACE: ClassVar[Decimal] = Decimal(1000)

    maturity: date

    def business_days(self, settlement: date, known_on: date | None = None) -> int:
        """du from settlement to maturity."""
        return business_days(settlement, self.maturity, known_on)

    def pu(self, settlement: date, rate_pct: DecimalInput, known_on: date | None = None) -> Decimal:
        """Price in BRL: `T-6(1000 / (1 + r)^T-14(du/252))`. Raises `InvalidInput` for bad dates or rate."""
        days = self.business_days(settlement, known_on)
        return truncate(zero_price(self.FACE, check_rate(rate_pct), days), 6)

    def rate_pct(self, settlement: date, pu: DecimalInput, known_on: date | None = None) -> Decimal:
        """Rate in percent per year of a price: `T-6(100 * ((1000/PU)^(1/T-14(du/252)) - 1))`.

        Raises `Refused` when settlement falls on no business day before maturity, or the price belongs
        to no rate from -50 to 1000.

        >>> Ltn(date(2010, 7, 1)).rate_pct(date(2008, 5, 21), "753.315323")
        Decimal('14.360000')
        """
        price = check_positive(pu, "pu")
        days = self.business_days(settlement, known_on)
        if not days:
            raise Refused("rate_undefined", "no business day is left before maturity: every rate fits")
        with localcontext(finance_context()):
            growth = (self.FACE / price).ln() / exponent_252(days)
            # e^3 is far above the highest rate; a longer exponent could overflow.
            rate = (growth.exp() - 1) * 100 if abs(growth) <= 3 else RATE_MAX * growth
        if not RATE_MIN <= rate <= RATE_MAX:
            raise Refused(
                "price_without_rate",
                f"no rate from {RATE_MIN} % to {RATE_MAX} % has the price {price}; check its unit and dates",
                field="pu",
            )
        return truncate(rate, RATE_DECIMALS)
