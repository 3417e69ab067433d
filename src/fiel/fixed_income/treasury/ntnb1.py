"""NTN-B1 (Tesouro RendA+ and Educa+): IPCA, and 240 or 60 equal monthly amortisations from a conversion date.

Not confirmed against published prices. The shape (payments on the 15ths, n equal parts of the updated
nominal value, no coupons) is public; the roundings are assumed to be those of the NTN-B: each part
A-10, the quotation T-4, the price T-6, a payment T-6. Take a price of the Tesouro when there is one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal, localcontext
from enum import StrEnum

from fiel.fixed_income.treasury import indexed
from fiel.fixed_income.treasury.discounting import Flow, Schedule, check_rate, exact_sum
from fiel.kernel.calendars import anbima
from fiel.kernel.decimals import DecimalInput
from fiel.kernel.errors import InvalidInput
from fiel.kernel.rounding import finance_context, truncate


class Plan(StrEnum):
    """Which of the two titles it is."""

    RETIREMENT = "RendA+"
    EDUCATION = "Educa+"

    @property
    def payments(self) -> int:
        """How many months it pays."""
        return 240 if self is Plan.RETIREMENT else 60


@dataclass(frozen=True, slots=True)
class NtnB1:
    """A title that pays the VNA in equal monthly parts, the first one on `conversion` (a 15th).

    >>> bond = NtnB1(Plan.EDUCATION, date(2030, 1, 15))
    >>> bond.maturity, len(bond.days())
    (datetime.date(2034, 12, 15), 60)
    """

    plan: Plan
    conversion: date

    def __post_init__(self) -> None:
        if self.conversion.day != 15:
            raise InvalidInput(
                "conversion_day", f"payments fall on the 15th, not on {self.conversion}", field="conversion"
            )

    @property
    def maturity(self) -> date:
        """The nominal date of the last payment."""
        return self.days()[-1]

    def days(self) -> tuple[date, ...]:
        """The nominal dates of all payments."""
        first = self.conversion.year * 12 + self.conversion.month - 1
        months = range(first, first + self.plan.payments)
        return tuple(date(month // 12, month % 12 + 1, 15) for month in months)

    def payment(self, vna: DecimalInput) -> Decimal:
        """One month's payment per title in BRL: `T-6(VNA / n)`; the roundings are assumed.

        >>> NtnB1(Plan.RETIREMENT, date(2030, 1, 15)).payment("4596.158793")
        Decimal('19.150661')
        """
        with localcontext(finance_context()):
            return truncate(indexed.nominal(vna) / self.plan.payments, 6)

    def flows(
        self, settlement: date, rate_pct: DecimalInput, known_on: date | None = None
    ) -> tuple[Flow, ...]:
        """The payments after settlement, percent of VNA, each `A-10(100/n / (1 + r)^T-14(du/252))`."""
        return self._schedule(settlement, known_on).flows(check_rate(rate_pct), 10)

    def quotation(self, settlement: date, rate_pct: DecimalInput, known_on: date | None = None) -> Decimal:
        """T-4 of the sum of the present values, percent of VNA; the roundings are assumed.

        >>> NtnB1(Plan.EDUCATION, date(2030, 1, 15)).quotation(date(2026, 2, 6), "7.5")
        Decimal('63.5288')
        """
        flows = self.flows(settlement, rate_pct, known_on)
        return truncate(exact_sum(flow.present_value for flow in flows), 4)

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

    def _schedule(self, settlement: date, known_on: date | None) -> Schedule:
        days = tuple(day for day in self.days() if day > settlement)
        if not days:
            raise InvalidInput(
                "settlement_after_maturity",
                f"settlement {settlement} must come before maturity {self.maturity}",
                field="settlement",
            )
        calendar = anbima(settlement if known_on is None else known_on)
        with localcontext(finance_context()):
            part = indexed.PAR / self.plan.payments
        counts = tuple(calendar.business_days_between(settlement, day) for day in days)
        return Schedule(days, (part,) * len(days), counts)
