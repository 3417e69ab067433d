"""What a holding is worth on a day, gross: on its curve, or at a market price. Net of tax: `fiel.tax`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal, localcontext
from enum import StrEnum

from fiel.fixed_income.credit.curve import CreditPaper, MarketRates, unit_price
from fiel.fixed_income.titles import FederalBond
from fiel.fixed_income.treasury import Ltn, NtnF
from fiel.kernel.decimals import DecimalInput, parse_decimal
from fiel.kernel.errors import InvalidInput
from fiel.kernel.rounding import finance_context, truncate

_UNITS_MAX = 10**12


class Basis(StrEnum):
    """What a value rests on: the paper's own rate, or a price of the market."""

    CURVE = "curve"
    MARKET = "market"


@dataclass(frozen=True, slots=True)
class Valuation:
    """A holding on a day: reais per unit, and of all units in cents, T-2."""

    day: date
    unit: Decimal
    gross: Decimal
    basis: Basis


def curve_value(paper: CreditPaper, units: DecimalInput, day: date, rates: MarketRates) -> Valuation:
    """Private credit on its curve after the payments of that day: `T-2(units * PU)`, PU with 8 decimals.

    Raises as `credit.curve.unit_price` does. What a bank pays for an early redemption may be less.
    Source: B3, Caderno de Fórmulas (PU); no rule names the cents of a holding.

    Half a year (126 business days) at 21 % is 10 %, of two and a half units of R$ 1,000:

    >>> from fiel.fixed_income.credit.schedule import bullet
    >>> from fiel.fixed_income.credit.terms import Kind, Prefixed
    >>> from fiel.kernel.calendars import anbima
    >>> issued, terms = date(2026, 1, 5), Prefixed(Decimal(21))
    >>> paper = CreditPaper(Kind.CDB, Decimal(1000), issued, terms, bullet(date(2027, 1, 8)))
    >>> curve_value(paper, "2.5", date(2026, 7, 8), MarketRates(anbima(issued))).gross
    Decimal('2750.00')
    """
    price = unit_price(paper, day, rates).price
    return Valuation(day, price, _value(units, price), Basis.CURVE)


def bond_price(
    bond: FederalBond,
    settlement: date,
    rate_pct: DecimalInput,
    vna: DecimalInput | None = None,
    known_on: date | None = None,
) -> Decimal:
    """The PU of a federal bond at a rate in percent per year: reais, 6 decimals (see each bond's module).

    With the rate of the purchase it is the price on the curve, with today's rate that of the market. `vna`:
    the nominal value on settlement, for all but LTN and NTN-F. Raises `InvalidInput` when it is missing.

    >>> bond_price(Ltn(date(2010, 7, 1)), date(2008, 5, 21), "14.36")
    Decimal('753.315323')
    """
    if isinstance(bond, Ltn | NtnF):
        return bond.pu(settlement, rate_pct, known_on)
    if vna is None:
        raise InvalidInput(
            "vna_missing", "the bond follows an index; give its VNA on settlement", field="vna"
        )
    return bond.pu(settlement, rate_pct, vna, known_on)


def curve_value_of_bond(
    bond: FederalBond,
    units: DecimalInput,
    settlement: date,
    bought_at_pct: DecimalInput,
    vna: DecimalInput | None = None,
) -> Valuation:
    """A federal bond at the rate it was bought at: `T-2(units * PU)`, which only its maturity promises.

    Source of the PU: STN auction methodology, here its example of an LTN (753.315323), times ten:

    >>> curve_value_of_bond(Ltn(date(2010, 7, 1)), 10, date(2008, 5, 21), "14.36").gross
    Decimal('7533.15')
    """
    price = bond_price(bond, settlement, bought_at_pct, vna)
    return Valuation(settlement, price, _value(units, price), Basis.CURVE)


def market_value(units: DecimalInput, price: DecimalInput, day: date) -> Valuation:
    """A federal bond at an official price of the day (the sell price of Tesouro Direto, or ANBIMA's PU).

    >>> market_value("1.5", "3899.17", date(2026, 2, 6)).gross
    Decimal('5848.75')
    """
    unit = parse_decimal(price, field="price", minimum=0, maximum=10**12)
    return Valuation(day, unit, _value(units, unit), Basis.MARKET)


def _value(units: DecimalInput, price: Decimal) -> Decimal:
    held = parse_decimal(units, field="units", minimum=0, maximum=_UNITS_MAX)
    with localcontext(finance_context()):
        return truncate(held * price, 2)
