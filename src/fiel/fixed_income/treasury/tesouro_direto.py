"""Tesouro Direto, the retail window: displayed prices, least purchase, custody fee. All by date.

Sources: prices shown on the site in October 2019 (only truncation reproduces them); B3 and Tesouro
Nacional notices of November and December 2024 on the minimum and the fee. The dates of the fee's
rates before 2020 and in 2022 come from secondary sources.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, localcontext

from fiel.fixed_income.treasury.discounting import check_positive
from fiel.kernel.decimals import DecimalInput, parse_decimal
from fiel.kernel.errors import InvalidInput, Refused
from fiel.kernel.rounding import finance_context, truncate

#: Bonds are bought in multiples of this.
FRACTION = Decimal("0.01")
#: From this day 0.01 bond may be bought whatever it costs.
NO_LEAST_VALUE_SINCE = date(2024, 11, 18)
#: BRL; until then the purchase had to be worth this.
LEAST_VALUE_BEFORE = Decimal(30)
#: BRL per investor and month, as it stands now.
MONTHLY_MAXIMUM = Decimal(2_000_000)
#: From this day the fee is taken from payments only: redemption, coupon, maturity.
FEE_ON_EVENTS_SINCE = date(2024, 12, 31)
_DAYS_A_YEAR = 365
_FRACTIONS_MAX = 1_000_000
_FEE_PCT = ((date(2019, 1, 1), Decimal("0.25")), (date(2022, 1, 1), Decimal("0.20")))
_SELIC_EXEMPT_SINCE = date(2020, 8, 1)
_SELIC_EXEMPT = Decimal(10_000)


@dataclass(frozen=True, slots=True)
class Minimum:
    """The least purchase: a fraction of a bond and its value in BRL."""

    fraction: Decimal
    value: Decimal


@dataclass(frozen=True, slots=True)
class CustodyTerms:
    """B3's custody fee: percent per year, the BRL per investor that pay nothing, and when it is taken."""

    rate_pct: Decimal
    exempt_up_to: Decimal
    is_charged_on_events_only: bool


def display_price(pu: DecimalInput) -> Decimal:
    """The price shown and paid for one bond, BRL: `T-2(PU)`.

    >>> display_price("2919.947234")
    Decimal('2919.94')
    """
    return truncate(check_positive(pu, "pu"), 2)


def financial_value(quantity: DecimalInput, pu: DecimalInput) -> Decimal:
    """What a quantity costs, BRL: `T-2(quantity * PU)`. The quantity has at most two decimals.

    The least purchase that the site showed in October 2019:

    >>> financial_value("0.05", "732.87")
    Decimal('36.64')
    """
    amount = check_positive(quantity, "quantity")
    parse_decimal(amount, field="quantity", decimals_max=2)
    with localcontext(finance_context()):
        return truncate(amount * check_positive(pu, "pu"), 2)


def minimum_investment(on: date, unit_price: DecimalInput) -> Minimum:
    """The least purchase on a day, at a displayed price per bond: its value is `T-2(fraction * price)`.

    Since 2024-11-18: 0.01 bond. Before: the smallest multiple of 0.01 worth R$ 30.00 or more.
    Raises `Refused` when that would take more than 10,000 bonds.

    >>> minimum_investment(date(2019, 10, 24), "732.87")
    Minimum(fraction=Decimal('0.05'), value=Decimal('36.64'))
    """
    _check_day("on", on)
    price = check_positive(unit_price, "unit_price")
    with localcontext(finance_context()):
        fractions = 1
        if on < NO_LEAST_VALUE_SINCE:
            fractions = int(LEAST_VALUE_BEFORE // (price * FRACTION))
            fractions += fractions * FRACTION * price < LEAST_VALUE_BEFORE
        if fractions > _FRACTIONS_MAX:
            raise Refused("price_too_small", f"{price} per bond is no price of a bond", field="unit_price")
        fraction = fractions * FRACTION
        return Minimum(fraction, truncate(fraction * price, 2))


def custody_terms(on: date, *, is_selic: bool) -> CustodyTerms:
    """The terms of the custody fee on a day; not for Renda+ and Educa+, which have their own table.

    Raises `Refused` before 2019, whose rates are not known here.

    Tesouro Selic from August 2020: nothing on the first R$ 10,000:

    >>> custody_terms(date(2020, 8, 1), is_selic=True)
    CustodyTerms(rate_pct=Decimal('0.25'), exempt_up_to=Decimal('10000'), is_charged_on_events_only=False)
    """
    _check_day("on", on)
    known = [rate for since, rate in _FEE_PCT if on >= since]
    if not known:
        raise Refused(
            "custody_fee_unknown", f"the custody fee on {on} is not known; it is from 2019", field="on"
        )
    is_exempt = is_selic and on >= _SELIC_EXEMPT_SINCE
    return CustodyTerms(known[-1], _SELIC_EXEMPT if is_exempt else Decimal(0), on >= FEE_ON_EVENTS_SINCE)


def custody_fee(
    position_value: DecimalInput,
    rate_pct: DecimalInput,
    exempt_up_to: DecimalInput = Decimal(0),
    days: int = _DAYS_A_YEAR,
) -> Decimal:
    """The fee of some calendar days, BRL: `T-2((value - exempt) * rate * days/365)`, never below zero.

    The value is that of all the investor's bonds of the kind, in BRL.

    >>> custody_fee("11000", "0.25", "10000")
    Decimal('2.50')
    """
    value = parse_decimal(position_value, field="position_value", minimum=0, maximum=10**15)
    rate = parse_decimal(rate_pct, field="rate_pct", minimum=0, maximum=100)
    exempt = parse_decimal(exempt_up_to, field="exempt_up_to", minimum=0)
    if type(days) is not int or not 0 <= days <= _DAYS_A_YEAR * 100:
        raise InvalidInput("days_out_of_range", "days must be a whole number, zero to 36500", field="days")
    with localcontext(finance_context()):
        return truncate(max(value - exempt, Decimal(0)) * rate * days / (100 * _DAYS_A_YEAR), 2)


def _check_day(field: str, day: date) -> None:
    if isinstance(day, datetime) or not isinstance(day, date):
        raise InvalidInput("date_expected", f"a date is expected, not {type(day).__name__}", field=field)
