"""NTN-C (Tesouro IGPM+ com Juros Semestrais): IGP-M, 6 % a year in two halves, 12 % for January 2031.

No longer sold; the one of 2031 is still held by many.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from fiel.fixed_income.treasury import indexed
from fiel.fixed_income.treasury.discounting import Flow, Schedule
from fiel.kernel.decimals import DecimalInput

COUPON_PCT = 6
#: The one series with another coupon.
EXCEPTION = (date(2031, 1, 1), 12)


@dataclass(frozen=True, slots=True)
class NtnC:
    """A bond on the IGP-M with half-yearly coupons. `known_on` (trade date) chooses the holiday list.

    Source: STN auction methodology, NTN-C: the roundings of the NTN-B; VNA dates fall on the 1st.

    >>> bond = NtnC(date(2031, 1, 1))
    >>> bond.quotation(date(2025, 3, 21), "6.7626"), bond.pu(date(2025, 3, 21), "6.7626", "6598.913723")
    (Decimal('126.4958'), Decimal('8347.348705'))
    """

    maturity: date

    @property
    def coupon_pct(self) -> int:
        """The coupon in percent per year."""
        return EXCEPTION[1] if self.maturity == EXCEPTION[0] else COUPON_PCT

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
        """Real rate in percent per year, six decimals, of a price in BRL (see `rate_search.rate_of`)."""
        return indexed.coupon_rate(self._schedule(settlement, known_on), pu, vna)

    def coupon_payment(self, vna: DecimalInput) -> Decimal:
        """The coupon paid per bond in BRL: `T-6(VNA * A-8((1 + coupon)^0.5 - 1))`.

        >>> NtnC(date(2031, 1, 1)).coupon_payment("6598.913723")
        Decimal('384.720101')
        """
        return indexed.coupon_payment(vna, self.coupon_pct)

    def _schedule(self, settlement: date, known_on: date | None) -> Schedule:
        return indexed.coupon_schedule(settlement, self.maturity, self.coupon_pct, known_on)
