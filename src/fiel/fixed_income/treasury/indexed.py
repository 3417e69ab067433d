"""Bonds whose nominal value follows an index: quotation in percent of it, price in BRL.

Source: STN auction methodology, NTN-B, NTN-C and LFT: quotation T-4, VNA T-6, price T-6.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal, localcontext

from fiel.fixed_income.treasury.discounting import (
    Flow,
    Schedule,
    business_days,
    check_positive,
    check_rate,
    exact_sum,
    schedule,
    semiannual_coupon,
    zero_price,
)
from fiel.fixed_income.treasury.rate_search import rate_of
from fiel.kernel.decimals import DecimalInput
from fiel.kernel.rounding import finance_context, truncate

PAR = Decimal(100)
_FLOW_DECIMALS = 10
_PRICE_QUANTUM = Decimal("0.000001")
_QUOTATION_QUANTUM = Decimal("0.0001")


def price_of(quotation_pct: DecimalInput, vna: DecimalInput) -> Decimal:
    """`T-6(T-4(quotation)/100 * T-6(VNA))`, in BRL.

    >>> price_of("99.3651", "4299.160173")
    Decimal('4271.864805')
    """
    quotation = truncate(check_positive(quotation_pct, "quotation_pct"), 4)
    with localcontext(finance_context()):
        return truncate(quotation * nominal(vna) / 100, 6)


def nominal(vna: DecimalInput) -> Decimal:
    """An updated nominal value, T-6. Raises `InvalidInput` unless above zero.

    >>> nominal("1726.9264599")
    Decimal('1726.926459')
    """
    return truncate(check_positive(vna, "vna"), 6)


def coupon_schedule(settlement: date, maturity: date, annual_pct: int, known_on: date | None) -> Schedule:
    """Half-yearly coupons `A-6(100 * ((1 + annual)^0.5 - 1))` and 100 at maturity, percent of VNA.

    The STN's example of an NTN-B, like those below:

    >>> payments = coupon_schedule(date(2008, 5, 21), date(2010, 8, 15), 6, None)
    >>> payments.cash[0], payments.cash[-1], payments.business_days
    (Decimal('2.956301'), Decimal('102.956301'), (61, 190, 314, 439, 564))
    """
    return schedule(settlement, maturity, semiannual_coupon(annual_pct, 100, 6), PAR, known_on)


def coupon_flows(payments: Schedule, rate_pct: DecimalInput) -> tuple[Flow, ...]:
    """Each payment with its present value, A-10, percent of VNA.

    >>> payments = coupon_schedule(date(2008, 5, 21), date(2010, 8, 15), 6, None)
    >>> [str(flow.present_value) for flow in coupon_flows(payments, "8.29")]
    ['2.8998535976', '2.7840057610', '2.6770128972', '2.5733184988', '86.1471473965']
    """
    return payments.flows(check_rate(rate_pct), _FLOW_DECIMALS)


def coupon_quotation(payments: Schedule, rate_pct: DecimalInput) -> Decimal:
    """T-4 of the sum of the present values, percent of VNA.

    >>> payments = coupon_schedule(date(2008, 5, 21), date(2010, 8, 15), 6, None)
    >>> coupon_quotation(payments, "8.29")
    Decimal('97.0813')
    """
    return truncate(exact_sum(flow.present_value for flow in coupon_flows(payments, rate_pct)), 4)


def coupon_rate(payments: Schedule, pu: DecimalInput, vna: DecimalInput) -> Decimal:
    """Rate in percent per year, six decimals, of a coupon bond's price (see `rate_search.rate_of`).

    >>> payments = coupon_schedule(date(2008, 5, 21), date(2010, 8, 15), 6, None)
    >>> coupon_rate(payments, "1678.012540", "1728.461136")
    Decimal('8.290000')
    """
    price, value = check_positive(pu, "pu"), nominal(vna)
    return rate_of(lambda rate: _price(coupon_quotation(payments, rate), value), price, _PRICE_QUANTUM)


def coupon_payment(vna: DecimalInput, annual_pct: int) -> Decimal:
    """The coupon as it is paid, in BRL per bond: `T-6(VNA * A-8((1 + annual)^0.5 - 1))`.

    The STN's example of an NTN-B, 2008-05-15:

    >>> coupon_payment("1726.926459", 6)
    Decimal('51.053144')
    """
    with localcontext(finance_context()):
        return truncate(nominal(vna) * semiannual_coupon(annual_pct, 1, 8), 6)


def zero_quotation(
    settlement: date, maturity: date, rate_pct: DecimalInput, known_on: date | None = None
) -> Decimal:
    """`T-4(100 / (1 + r)^T-14(du/252))`, percent of VNA.

    An LFT as PYield prices it, like those below:

    >>> zero_quotation(date(2024, 7, 24), date(2030, 9, 1), "0.1717")
    Decimal('98.9645')
    """
    days = business_days(settlement, maturity, known_on)
    return truncate(zero_price(PAR, check_rate(rate_pct), days), 4)


def zero_rate(
    settlement: date, maturity: date, pu: DecimalInput, vna: DecimalInput, known_on: date | None = None
) -> Decimal:
    """Rate in percent per year, six decimals, of a zero-coupon bond's price (see `rate_search.rate_of`).

    >>> zero_rate(date(2024, 7, 24), date(2030, 9, 1), "15621.867466", "15785.324502")
    Decimal('0.171700')
    """
    days = business_days(settlement, maturity, known_on)
    price, value = check_positive(pu, "pu"), nominal(vna)
    return rate_of(
        lambda rate: _price(truncate(zero_price(PAR, rate, days), 4), value), price, _PRICE_QUANTUM
    )


def zero_rate_of_quotation(
    settlement: date, maturity: date, quotation_pct: DecimalInput, known_on: date | None = None
) -> Decimal:
    """Rate in percent per year, six decimals, of a zero-coupon bond's quotation (see `rate_search.rate_of`).

    >>> zero_rate_of_quotation(date(2024, 7, 24), date(2030, 9, 1), "98.9645")
    Decimal('0.171700')
    """
    days = business_days(settlement, maturity, known_on)
    quotation = truncate(check_positive(quotation_pct, "quotation_pct"), 4)
    return rate_of(lambda rate: truncate(zero_price(PAR, rate, days), 4), quotation, _QUOTATION_QUANTUM)


def _price(quotation: Decimal, value: Decimal) -> Decimal:
    """Like `price_of`, on numbers already checked; a quotation may be zero at absurd rates."""
    with localcontext(finance_context()):
        return truncate(quotation * value / 100, 6)
