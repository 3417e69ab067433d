"""NTN-B Principal (Tesouro IPCA+): the updated nominal value at maturity and nothing before."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from fiel.fixed_income.treasury import indexed
from fiel.fixed_income.treasury.discounting import business_days
from fiel.kernel.decimals import DecimalInput


@dataclass(frozen=True, slots=True)
class NtnBPrincipal:
    """A zero-coupon bond on the IPCA. `known_on` (trade date) chooses the holiday list.

    Source: STN auction methodology; quotation as for a single flow of 100.

    >>> NtnBPrincipal(date(2024, 8, 15)).pu(date(2019, 10, 25), "2.19", "3238.649808")
    Decimal('2919.947234')
    """

    maturity: date

    def business_days(self, settlement: date, known_on: date | None = None) -> int:
        """du from settlement to maturity."""
        return business_days(settlement, self.maturity, known_on)

    def quotation(self, settlement: date, rate_pct: DecimalInput, known_on: date | None = None) -> Decimal:
        """`T-4(100 / (1 + r)^T-14(du/252))`, percent of VNA."""
        return indexed.zero_quotation(settlement, self.maturity, rate_pct, known_on)

    def pu(
        self, settlement: date, rate_pct: DecimalInput, vna: DecimalInput, known_on: date | None = None
    ) -> Decimal:
        """Price in BRL: `T-6(quotation/100 * VNA)`, the VNA being that of the settlement date."""
        return indexed.price_of(self.quotation(settlement, rate_pct, known_on), vna)

    def rate_pct(
        self, settlement: date, pu: DecimalInput, vna: DecimalInput, known_on: date | None = None
    ) -> Decimal:
        """Real rate in percent per year, six decimals, of a price in BRL (see `rate_search.rate_of`)."""
        return indexed.zero_rate(settlement, self.maturity, pu, vna, known_on)
