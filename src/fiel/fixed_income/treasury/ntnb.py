"""NTN-B (Tesouro IPCA+ com Juros Semestrais): IPCA, 6 % a year in two halves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from fiel.fixed_income.treasury import indexed
from fiel.fixed_income.treasury.discounting import Flow, Schedule
from fiel.kernel.decimals import DecimalInput

COUPON_PCT = 6


@dataclass(frozen=True, slots=True)
class NtnB:
    """A bond on the IPCA with half-yearly coupons. `known_on` (trade date) chooses the holiday list.

    Source: STN auction methodology, NTN-B.

    >>> bond = NtnB(date(2035, 5, 15))
    >>> bond.quotation(date(2024, 5, 31), "6.149"), bond.pu(date(2024, 5, 31), "6.149", "4299.160173")
    (Decimal('99.3651'), Decimal('4271.864805'))
    """

    maturity: date

    def flows(
        self, settlement: date, rate_pct: DecimalInput, known_on: date | None = None
    ) -> tuple[Flow, ...]:
        """The payments after settlement, percent of VNA, each `A-10(cash / (1 + r)^T-14(du/252))`."""
        return indexed.coupon_flows(self._schedule(settlement, known_on), rate_pct)

    def quotation(self, settlement: date, rate_pct: DecimalInput, known_on: date | None = None) -> Decimal:
        """T-4 of the sum of the present values, percent of VNA."""
        return indexed.coupon_quotation(self._schedule(settlement, known_on), rate_pct)

    def pu(
        self, settlement: date, rate_pct: DecimalInput, vna: DecimalInput, known_on: date | None = None
    ) -> Decimal:
        """Price in BRL: `T-6(quotation/100 * VNA)`, the VNA being that of the settlement date."""
        return indexed.price_of(self.quotation(settlement, rate_pct, known_on), vna)

    def rate_pct(
        self, settlement: date, pu: DecimalInput, vna: DecimalInput, known_on: date | None = None
    ) -> Decimal:
        """Real rate in percent per year, six decimals, of a price in BRL (see `rate_search.rate_of`).

        >>> NtnB(date(2035, 5, 15)).rate_pct(date(2024, 5, 31), "4271.864805", "4299.160173")
        Decimal('6.149000')
        """
        return indexed.coupon_rate(self._schedule(settlement, known_on), pu, vna)

    def _schedule(self, settlement: date, known_on: date | None) -> Schedule:
        return indexed.coupon_schedule(settlement, self.maturity, COUPON_PCT, known_on)


def coupon_payment(vna: DecimalInput) -> Decimal:
    """The coupon paid per bond in BRL: `T-6(VNA * 0.02956301)`, the first one in full too.

    >>> coupon_payment("1726.926459")
    Decimal('51.053144')
    """
    return indexed.coupon_payment(vna, COUPON_PCT)
