"""What every federal bond shares: checked inputs, flows, and the discount by du/252.

Rates are percent per year, compounded, on 252 business days, cut at six decimals (T-6) before use.
Source: STN, "Metodologia de Cálculo dos Títulos Públicos Federais Ofertados nos Leilões Primários".
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, localcontext

from fiel.kernel.calendars import LAST_DAY, anbima
from fiel.kernel.daycount import exponent_252
from fiel.kernel.decimals import DecimalInput, parse_decimal
from fiel.kernel.errors import InvalidInput
from fiel.kernel.rounding import finance_context, round_half_up, truncate

RATE_DECIMALS = 6
#: Percent per year. Beyond these a rate is a slip of the decimal point.
RATE_MIN = Decimal(-50)
RATE_MAX = Decimal(1000)
#: Longer than any federal bond ever issued.
YEARS_MAX = 60
_MONTHS_BETWEEN_COUPONS = 6
_COUPON_DAYS = (1, 15)
_VALUE_MAX = Decimal(10) ** 12


@dataclass(frozen=True, slots=True)
class Flow:
    """A payment to come: nominal date, cash, business days to it, and present value.

    Cash and present value are in the unit of the bond's price: BRL for LTN and NTN-F, percent of the
    updated nominal value (VNA) for the indexed ones. The payment itself falls on the next business day.
    """

    day: date
    cash: Decimal
    business_days: int
    present_value: Decimal


def check_rate(rate_pct: DecimalInput) -> Decimal:
    """The rate in percent per year, T-6. Raises `InvalidInput` outside -50 to 1000.

    >>> check_rate("14.3600009")
    Decimal('14.360000')
    """
    rate = parse_decimal(rate_pct, field="rate_pct", minimum=RATE_MIN, maximum=RATE_MAX)
    return truncate(rate, RATE_DECIMALS)


def check_positive(value: DecimalInput, field: str) -> Decimal:
    """An amount above zero and up to a million millions, exact. Raises `InvalidInput` naming `field`."""
    amount = parse_decimal(value, field=field, minimum=0, maximum=_VALUE_MAX)
    if not amount:
        raise InvalidInput("value_not_positive", "the value must be above zero", field=field)
    return amount


def business_days(settlement: date, maturity: date, known_on: date | None = None) -> int:
    """du from settlement (included) to maturity (excluded), by the holiday list known on a date.

    `known_on` is the trade or pricing date; the settlement date stands for it by default. A maturity
    that is not a business day counts like the next business day.
    Raises `InvalidInput` unless settlement comes before maturity, at most 60 years.

    The STN's example of an LTN:

    >>> business_days(date(2008, 5, 21), date(2010, 7, 1))
    532
    """
    _check_term(settlement, maturity)
    calendar = anbima(settlement if known_on is None else known_on)
    return calendar.business_days_between(settlement, maturity)


def zero_price(face: Decimal, rate_pct: Decimal, days: int) -> Decimal:
    """`face / (1 + r)^T-14(du/252)`, to 50 digits; `rate_pct` already cut.

    The STN's example of an LTN:

    >>> truncate(zero_price(Decimal(1000), Decimal("14.36"), 532), 6)
    Decimal('753.315323')
    """
    with localcontext(finance_context()):
        return _discounted(face, _log_growth(rate_pct), days)


def semiannual_coupon(annual_pct: int, base: int, decimals: int) -> Decimal:
    """`A-n(base * ((1 + annual)^0.5 - 1))`: a yearly coupon paid in two compounded halves.

    >>> semiannual_coupon(6, 100, 6), semiannual_coupon(10, 1000, 5)
    (Decimal('2.956301'), Decimal('48.80885'))
    """
    with localcontext(finance_context()):
        half = (1 + Decimal(annual_pct) / 100).sqrt() - 1
        return round_half_up(base * half, decimals)


def coupon_dates(settlement: date, maturity: date) -> tuple[date, ...]:
    """The nominal coupon dates after settlement, in order: maturity and every sixth month before it.

    Settling on a coupon date leaves that coupon to the seller.

    >>> [str(day) for day in coupon_dates(date(2024, 5, 15), date(2025, 5, 15))]
    ['2024-11-15', '2025-05-15']
    """
    _check_term(settlement, maturity)
    if maturity.day not in _COUPON_DAYS:
        raise InvalidInput(
            "maturity_day",
            f"bonds with coupons mature on the 1st or the 15th, not {maturity}",
            field="maturity",
        )
    dates = []
    day = maturity
    while day > settlement:
        dates.append(day)
        day = _half_a_year_before(day)
    return tuple(reversed(dates))


@dataclass(frozen=True, slots=True)
class Schedule:
    """The payments of a coupon bond after a settlement, with their business days but no rate yet."""

    days: tuple[date, ...]
    cash: tuple[Decimal, ...]
    business_days: tuple[int, ...]

    def flows(self, rate_pct: Decimal, decimals: int) -> tuple[Flow, ...]:
        """Each payment with its present value, A-n at `decimals`: `cash / (1 + r)^T-14(du/252)`.

        The first coupon of the STN's example of an NTN-B:

        >>> coupon = Schedule((date(2008, 8, 15),), (Decimal("2.956301"),), (61,))
        >>> coupon.flows(Decimal("8.29"), 10)[0].present_value
        Decimal('2.8998535976')
        """
        rows = zip(self.days, self.cash, self.business_days, strict=True)
        with localcontext(finance_context()):
            growth = _log_growth(rate_pct)
            return tuple(
                Flow(day, cash, days, round_half_up(_discounted(cash, growth, days), decimals))
                for day, cash, days in rows
            )


def schedule(
    settlement: date, maturity: date, coupon: Decimal, principal: Decimal, known_on: date | None = None
) -> Schedule:
    """Coupons after settlement and the principal at maturity, in the unit of the two amounts; sums are exact.

    The STN's example of an NTN-B:

    >>> found = schedule(date(2008, 5, 21), date(2010, 8, 15), Decimal("2.956301"), Decimal(100))
    >>> found.business_days, found.cash[0], found.cash[-1]
    ((61, 190, 314, 439, 564), Decimal('2.956301'), Decimal('102.956301'))
    """
    dates = coupon_dates(settlement, maturity)
    calendar = anbima(settlement if known_on is None else known_on)
    days = tuple(calendar.business_days_between(settlement, day) for day in dates)
    cash = (coupon,) * (len(dates) - 1) + (exact_sum((coupon, principal)),)
    return Schedule(dates, cash, days)


def exact_sum(values: Iterable[Decimal]) -> Decimal:
    """A sum of few rounded values, exact: 50 digits hold them all.

    >>> exact_sum((Decimal("2.956301"), Decimal(100)))
    Decimal('102.956301')
    """
    with localcontext(finance_context()):
        return sum(values, Decimal(0))


def _log_growth(rate_pct: Decimal) -> Decimal:
    """ln(1 + r), in the caller's context: taken once for all the flows of a bond."""
    return (1 + rate_pct / 100).ln()


def _discounted(cash: Decimal, log_growth: Decimal, days: int) -> Decimal:
    """A power as e^(t ln(1 + r)): four times faster, and still right beyond forty digits."""
    return cash / (log_growth * exponent_252(days)).exp()


def _check_term(settlement: date, maturity: date) -> None:
    for field, day in (("settlement", settlement), ("maturity", maturity)):
        if isinstance(day, datetime) or not isinstance(day, date):
            raise InvalidInput("date_expected", f"a date is expected, not {type(day).__name__}", field=field)
    if settlement >= maturity:
        raise InvalidInput(
            "settlement_after_maturity",
            f"settlement {settlement} must come before maturity {maturity}",
            field="settlement",
        )
    if maturity > LAST_DAY or maturity.year - settlement.year > YEARS_MAX:
        raise InvalidInput(
            "maturity_too_far",
            f"maturity {maturity} lies more than {YEARS_MAX} years after settlement {settlement}",
            field="maturity",
        )


def _half_a_year_before(day: date) -> date:
    """Same day of the month: coupon bonds mature on the 1st or the 15th, which every month has."""
    month = day.month - _MONTHS_BETWEEN_COUPONS
    return day.replace(month=month) if month > 0 else day.replace(year=day.year - 1, month=month + 12)
