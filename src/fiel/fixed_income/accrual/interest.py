"""Interest by a factor: spread over the CDI, prefixed rate, and what they make of a nominal value.

    FatorSpread = A-9((1 + s/100)^(du/252))
    FatorJuros  = A-9(FatorDI * FatorSpread)
    J           = T-8(VN * (FatorJuros - 1))

Source: B3, Caderno de Fórmulas (debêntures); checked against published unit prices of debentures.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal, localcontext
from functools import lru_cache

from fiel.fixed_income.accrual.powers import annual_rate, business_days, growth, quick_growth9
from fiel.kernel.decimals import DecimalInput, parse_decimal
from fiel.kernel.errors import InvalidInput
from fiel.kernel.rounding import finance_context, round_half_up, truncate


def spread_factor(rate: DecimalInput, count: int) -> Decimal:
    """FatorSpread, A-9: `rate` in percent per year (252) over `count` business days.

    >>> spread_factor("3.9", 125)
    Decimal('1.019158754')
    """
    return round_half_up(growth(annual_rate(rate, field="rate"), business_days(count)), 9)


# Typed: a float must not find what its equal Decimal left here.
@lru_cache(maxsize=65_536, typed=True)
def spread_factor9(rate: Decimal, count: int) -> int:
    """FatorSpread (A-9) times 10^9, kept by rate (checked, percent per year) and business days.

    The published factor of a debenture's event (PTPN13, 2018-10-11):

    >>> spread_factor9(Decimal("3.9"), 125)
    1019158754
    """
    quick = quick_growth9(rate, count)
    if quick is not None:
        return quick
    with localcontext(finance_context()):
        return int((growth(rate, count) * 10**9).to_integral_value(ROUND_HALF_UP))


def interest_factor(rate_factor: DecimalInput, spread: DecimalInput) -> Decimal:
    """FatorJuros, A-9: FatorDI (8 decimals) times FatorSpread (9 decimals).

    >>> interest_factor("1.03120491", "1.019158754")
    Decimal('1.050961511')
    """
    with localcontext(finance_context()):
        return round_half_up(_factor(rate_factor, "rate_factor") * _factor(spread, "spread"), 9)


def interest(nominal: DecimalInput, factor: DecimalInput) -> Decimal:
    """J, T-8: what `factor` adds to a nominal value.

    >>> interest("97.75", "1.050961511")
    Decimal('4.98148770')
    """
    value = parse_decimal(nominal, field="nominal", minimum=0)
    with localcontext(finance_context()):
        return truncate(value * (_factor(factor, "factor") - 1), 8)


def grown(nominal: DecimalInput, factor: DecimalInput) -> Decimal:
    """The nominal value times the factor, T-8: a unit value (PU).

    >>> grown("1000", "1.01281279")
    Decimal('1012.81279000')
    """
    value = parse_decimal(nominal, field="nominal", minimum=0)
    with localcontext(finance_context()):
        return truncate(value * _factor(factor, "factor"), 8)


def prefixed_factor(rate: DecimalInput, count: int) -> Decimal:
    """A-9((1 + rate/100)^(count/252)): `rate` in percent per year, `count` business days.

    >>> prefixed_factor("12", 252)
    Decimal('1.120000000')
    """
    return spread_factor(rate, count)


def prefixed_value(principal: DecimalInput, rate: DecimalInput, count: int, decimals: int = 8) -> Decimal:
    """VF = VP * (1 + rate/100)^(count/252), T-`decimals` (B3 registers unit values with 8; cents: 2).

    The power is not rounded before the product, so a large principal keeps its cents.

    >>> prefixed_value(10000, "12.5", 378, 2)
    Decimal('11932.42')
    """
    value = parse_decimal(principal, field="principal", minimum=0)
    base = annual_rate(rate, field="rate")
    with localcontext(finance_context()):
        return truncate(value * growth(base, business_days(count)), decimals)


def annual_rate_of(factor: DecimalInput, count: int, decimals: int = 4) -> Decimal:
    """The rate in percent per year (252), A-`decimals`, that makes `factor` in `count` business days (>= 1).

    >>> annual_rate_of("1.1236", 504)
    Decimal('6.0000')
    """
    if business_days(count) == 0:
        raise InvalidInput("business_days_count", "a rate needs at least one business day", field="count")
    base = _factor(factor, "factor")
    if base == 0:
        raise InvalidInput("factor_zero", "a factor of zero has no rate", field="factor")
    with localcontext(finance_context()):
        return round_half_up((base ** (Decimal(252) / count) - 1) * 100, decimals)


def _factor(value: DecimalInput, field: str) -> Decimal:
    return parse_decimal(value, field=field, minimum=0)
