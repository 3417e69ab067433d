"""NTN-F (Tesouro Prefixado com Juros Semestrais): 10 % a year in two halves, R$ 1,000 at maturity."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal, localcontext

from fiel.fixed_income.treasury.discounting import (
    Flow,
    Schedule,
    check_positive,
    check_rate,
    exact_sum,
    schedule,
    semiannual_coupon,
)
from fiel.fixed_income.treasury.rate_search import rate_of
from fiel.kernel.decimals import DecimalInput
from fiel.kernel.rounding import finance_context, round_half_up, truncate

FACE = Decimal(1000)
COUPON_PCT = 10
_FLOW_DECIMALS = 9
_QUANTUM = Decimal("0.000001")


@dataclass(frozen=True, slots=True)
class NtnF:
    """A bond of fixed rate with half-yearly coupons. `known_on` (trade date) chooses the holiday list.

    Source: STN auction methodology, NTN-F.

    >>> NtnF(date(2035, 1, 1)).pu(date(2024, 7, 5), "11.921")
    Decimal('895.359254')
    """

    maturity: date

    def flows(
        self, settlement: date, rate_pct: DecimalInput, known_on: date | None = None
    ) -> tuple[Flow, ...]:
        """The payments after settlement in BRL, each `A-9(cash / (1 + r)^T-14(du/252))`."""
        return self._schedule(settlement, known_on).flows(check_rate(rate_pct), _FLOW_DECIMALS)

    def pu(self, settlement: date, rate_pct: DecimalInput, known_on: date | None = None) -> Decimal:
        """Price in BRL: T-6 of the sum of the present values."""
        return _price(self._schedule(settlement, known_on), check_rate(rate_pct))

    def rate_pct(self, settlement: date, pu: DecimalInput, known_on: date | None = None) -> Decimal:
        """Rate in percent per year, six decimals, of a price in BRL (see `rate_search.rate_of`).

        >>> NtnF(date(2035, 1, 1)).rate_pct(date(2024, 7, 5), "895.359254")
        Decimal('11.921000')
        """
        payments = self._schedule(settlement, known_on)
        return rate_of(lambda rate: _price(payments, rate), check_positive(pu, "pu"), _QUANTUM)

    def _schedule(self, settlement: date, known_on: date | None) -> Schedule:
        return schedule(settlement, self.maturity, pricing_coupon(), FACE, known_on)


def pricing_coupon(face: DecimalInput = FACE) -> Decimal:
    """The coupon as pricing sees it, in BRL: `A-5(face * (1.10^0.5 - 1))`.

    >>> pricing_coupon()
    Decimal('48.80885')
    """
    with localcontext(finance_context()):
        return round_half_up(check_positive(face, "face") * ((1 + Decimal(COUPON_PCT) / 100).sqrt() - 1), 5)


def coupon_payment(face: DecimalInput = FACE) -> Decimal:
    """The coupon as it is paid, in BRL: `T-6(face * A-8(1.10^0.5 - 1))`.

    >>> coupon_payment()
    Decimal('48.808850')
    """
    with localcontext(finance_context()):
        return truncate(check_positive(face, "face") * semiannual_coupon(COUPON_PCT, 1, 8), 6)


def _price(payments: Schedule, rate_pct: Decimal) -> Decimal:
    return truncate(exact_sum(flow.present_value for flow in payments.flows(rate_pct, _FLOW_DECIMALS)), 6)
