"""Comparing returns: real and nominal, against the CDI, taxed and exempt.

Returns are in percent of the period (4.06 = 4.06 %) unless a name says per year. Results are Decimal
to `decimals`, rounded half up. 252 business days make a year.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, localcontext

from fiel.fixed_income.accrual.powers import business_days
from fiel.kernel.decimals import DecimalInput, parse_decimal
from fiel.kernel.errors import InvalidInput, Refused
from fiel.kernel.rounding import finance_context, round_half_up

_DECIMALS = 8


@dataclass(frozen=True, slots=True)
class RealReturn:
    """A return taken apart, each in percent of the period: (1+total) = (1+inflation) * (1+real)."""

    total: Decimal
    inflation: Decimal
    real: Decimal


def real_return(total: DecimalInput, inflation: DecimalInput, decimals: int = _DECIMALS) -> Decimal:
    """((1+total)/(1+inflation) - 1), percent, A-`decimals`; both in percent of the same period.

    >>> real_return("10.25", "5", 4)
    Decimal('5.0000')
    """
    with localcontext(finance_context()):
        return round_half_up((_factor(total, "total") / _factor(inflation, "inflation") - 1) * 100, decimals)


def decompose(
    start_price: DecimalInput,
    end_price: DecimalInput,
    start_index: DecimalInput,
    end_index: DecimalInput,
    decimals: int = _DECIMALS,
) -> RealReturn:
    """The return from two prices, and its inflation from two index numbers (or VNAs), A-`decimals`.

    Coupons are not prices: add them to `end_price`, reinvested, when there were any.

    >>> decompose("3716.65", "3867.52", "4387.86", "4474.04", 2)
    RealReturn(total=Decimal('4.06'), inflation=Decimal('1.96'), real=Decimal('2.05'))
    """
    with localcontext(finance_context()):
        total = _positive(end_price, "end_price") / _positive(start_price, "start_price")
        inflation = _positive(end_index, "end_index") / _positive(start_index, "start_index")
        return RealReturn(
            total=round_half_up((total - 1) * 100, decimals),
            inflation=round_half_up((inflation - 1) * 100, decimals),
            real=round_half_up((total / inflation - 1) * 100, decimals),
        )


def percent_of_cdi(total: DecimalInput, cdi: DecimalInput, decimals: int = 4) -> Decimal:
    """total/cdi * 100, A-`decimals`: both are returns of the same period, in percent.

    This is the figure of statements; it is not the p of a paper at p % of the CDI (see
    `daily_percent_of_cdi`). Raises `Refused` when the CDI is not above zero or the return is negative,
    where a percentage says nothing: use `over_cdi`.

    >>> percent_of_cdi("5.5", "5")
    Decimal('110.0000')
    """
    made, benchmark = _period(total, "total"), _period(cdi, "cdi")
    _comparable(made, benchmark)
    with localcontext(finance_context()):
        return round_half_up(made / benchmark * 100, decimals)


def daily_percent_of_cdi(total: DecimalInput, cdi: DecimalInput, count: int, decimals: int = 4) -> Decimal:
    """The p that, at p % of the CDI on each of `count` business days, makes `total`, A-`decimals`.

    ((1+total)^(1/n) - 1) / ((1+cdi)^(1/n) - 1) * 100, returns of the period in percent. With returns
    per year, n is 252. Refuses like `percent_of_cdi`.

    >>> daily_percent_of_cdi("11.8746", "11.725", 252, 8)
    Decimal('101.20718008')
    """
    made, benchmark = _period(total, "total"), _period(cdi, "cdi")
    _comparable(made, benchmark)
    if business_days(count, field="count") == 0:
        raise InvalidInput("business_days_count", "a period has at least one business day", field="count")
    with localcontext(finance_context()):
        once = Decimal(1) / count
        ratio = ((1 + made / 100) ** once - 1) / ((1 + benchmark / 100) ** once - 1)
        return round_half_up(ratio * 100, decimals)


def over_cdi(total: DecimalInput, cdi: DecimalInput, decimals: int = _DECIMALS) -> Decimal:
    """What was made above the CDI: (1+total)/(1+cdi) - 1, percent of the period; negative when below.

    >>> over_cdi("-1", "2", 4)
    Decimal('-2.9412')
    """
    return real_return(total, cdi, decimals)


def annualised(total: DecimalInput, count: int, decimals: int = 4) -> Decimal:
    """A return of `count` business days, in percent, as percent per year (252), A-`decimals`.

    >>> annualised("1", 21)
    Decimal('12.6825')
    """
    if business_days(count, field="count") == 0:
        raise InvalidInput("business_days_count", "a period has at least one business day", field="count")
    with localcontext(finance_context()):
        return round_half_up((_factor(total, "total") ** (Decimal(252) / count) - 1) * 100, decimals)


def taxed_equivalent(exempt: DecimalInput, tax: DecimalInput, decimals: int = 4) -> Decimal:
    """The rate of a taxed paper (CDB) that leaves as much as an exempt one (LCI, LCA): exempt/(1-tax).

    `exempt` is a percent of the CDI, or a yield of the period; `tax` is the income tax of the horizon in
    percent (22.5, 20, 17.5 or 15). Exact for a yield of the period; the usual approximation for a
    percent of the CDI or a rate per year over long terms (then use `taxed_equivalent_rate`).

    >>> taxed_equivalent("90", "15")
    Decimal('105.8824')
    """
    with localcontext(finance_context()):
        return round_half_up(_period(exempt, "exempt") / _kept(tax), decimals)


def exempt_equivalent(taxed: DecimalInput, tax: DecimalInput, decimals: int = 4) -> Decimal:
    """The rate of an exempt paper that leaves as much as a taxed one: taxed * (1-tax).

    >>> exempt_equivalent("110", "17.5")
    Decimal('90.7500')
    """
    with localcontext(finance_context()):
        return round_half_up(_period(taxed, "taxed") * _kept(tax), decimals)


def taxed_equivalent_rate(exempt: DecimalInput, tax: DecimalInput, count: int, decimals: int = 4) -> Decimal:
    """The rate, percent per year, of a taxed bullet that leaves as much as an exempt one, exactly.

    Over `count` business days the exempt paper at `exempt` % a year yields Y; the taxed one must yield
    Y/(1-tax). The tax falls on the yield at the end, which is why terms matter.

    >>> taxed_equivalent_rate("10", "15", 504)
    Decimal('11.6718')
    """
    if business_days(count, field="count") == 0:
        raise InvalidInput("business_days_count", "a period has at least one business day", field="count")
    with localcontext(finance_context()):
        made = (_factor(exempt, "exempt") ** (Decimal(count) / 252) - 1) / _kept(tax)
        return round_half_up(((1 + made) ** (Decimal(252) / count) - 1) * 100, decimals)


def _kept(tax: DecimalInput) -> Decimal:
    number = parse_decimal(tax, field="tax", minimum=0, maximum="99.99")
    return (100 - number) / 100


def _period(value: DecimalInput, field: str) -> Decimal:
    return parse_decimal(value, field=field, minimum="-99.99999999", maximum=10**12)


def _factor(value: DecimalInput, field: str) -> Decimal:
    return 1 + _period(value, field) / 100


def _positive(value: DecimalInput, field: str) -> Decimal:
    number = parse_decimal(value, field=field, minimum=0)
    if number == 0:
        raise InvalidInput("number_zero", "zero is no price to compare with", field=field)
    return number


def _comparable(made: Decimal, benchmark: Decimal) -> None:
    if benchmark <= 0 or made < 0:
        raise Refused(
            "percent_of_cdi_undefined",
            "a percentage of the CDI needs a CDI above zero and a return that is not negative; "
            "show the difference to the CDI instead",
        )
