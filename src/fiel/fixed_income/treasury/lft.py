"""LFT (Tesouro Selic): R$ 1,000 of July 2000 carried by the Selic rate, with a small premium or discount."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from fiel.fixed_income.treasury import indexed
from fiel.fixed_income.treasury.discounting import business_days
from fiel.kernel.decimals import DecimalInput


@dataclass(frozen=True, slots=True)
class Lft:
    """A zero-coupon bond on the Selic rate. `known_on` (trade date) chooses the holiday list.

    The rate is what the bond pays above (or, when negative, below) the Selic, percent per year.
    Source: STN auction methodology, LFT.

    >>> bond = Lft(date(2030, 9, 1))
    >>> bond.quotation(date(2024, 7, 24), "0.1717"), bond.pu(date(2024, 7, 24), "0.1717", "15785.324502")
    (Decimal('98.9645'), Decimal('15621.867466'))
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
        """Rate over the Selic in percent per year, six decimals, of a price (see `rate_search.rate_of`).

        >>> Lft(date(2030, 9, 1)).rate_pct(date(2024, 7, 24), "15621.867466", "15785.324502")
        Decimal('0.171700')
        """
        return indexed.zero_rate(settlement, self.maturity, pu, vna, known_on)

    def rate_of_quotation(
        self, settlement: date, quotation_pct: DecimalInput, known_on: date | None = None
    ) -> Decimal:
        """Rate over the Selic in percent per year, six decimals, of a quotation in percent of VNA."""
        return indexed.zero_rate_of_quotation(settlement, self.maturity, quotation_pct, known_on)
