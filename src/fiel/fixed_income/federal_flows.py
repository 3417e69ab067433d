"""The payments of one federal bond, from its rules and the nominal values (VNA) of their days.

    LTN, NTN-F        R$ 1,000 and coupons of R$ 48.808850: always known
    NTN-B, NTN-C      coupon T-6(VNA * A-8((1 + c)^0.5 - 1)); at maturity the VNA
    NTN-B Principal   the VNA at maturity;  NTN-B1: T-6(VNA / n) each month (see its module)
    LFT               the VNA at maturity

VNA of a later anniversary = T-6(VNA known * I / I_known), I: index of the month before. Without a known
VNA, an IPCA series that has June 2000 gives that of the NTN-B. VNA of the LFT = T-6(VNA known * product of
1 + daily Selic). A projected VNA is no price: it is as good as the assumption.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal, localcontext

from fiel.fixed_income.accrual.daily import DailyRates
from fiel.fixed_income.accrual.ipca import IpcaIndex
from fiel.fixed_income.credit.terms import Benchmark
from fiel.fixed_income.flow_parts import Part, units_of
from fiel.fixed_income.outlook import KnownVna, Outlook
from fiel.fixed_income.titles import FederalBond
from fiel.fixed_income.treasury import Lft, Ltn, NtnB, NtnB1, NtnBPrincipal, NtnC, NtnF, ntnb, ntnf
from fiel.fixed_income.treasury.discounting import coupon_dates
from fiel.fixed_income.treasury.vna import BASE_VALUE
from fiel.kernel.errors import InvalidInput, Refused
from fiel.kernel.months import month_after
from fiel.kernel.rounding import finance_context, truncate

_ZERO = Decimal(0)
#: The index month behind the base of the NTN-B (R$ 1,000 on 2000-07-15).
_IPCA_BASE_MONTH = date(2000, 6, 1)
#: No run of days without business is longer.
_LONGEST_CLOSURE = 7


def federal_parts(bond: FederalBond, rates: Outlook, from_day: date) -> tuple[Part, ...]:
    """The payments of one bond that are made on `from_day` or later, in order of date.

    Units of 10^-8 reais; each amount T-6 as above. Source: STN auction methodology. The last coupon and the
    face value of an NTN-F, on the business day after the holiday:

    >>> from fiel.fixed_income.credit.papers import MarketRates
    >>> from fiel.fixed_income.outlook import outlook
    >>> from fiel.kernel.calendars import anbima
    >>> today = date(2034, 8, 1)
    >>> paid = federal_parts(NtnF(date(2035, 1, 1)), outlook(MarketRates(anbima(today))), today)
    >>> [(str(part.day), part.principal, part.interest) for part in paid]
    [('2035-01-02', 100000000000, 4880885000)]
    """
    match bond:
        case Ltn(maturity):
            days = _to_come((maturity,), rates, from_day)
            return tuple(_part(rates, day, BASE_VALUE, _ZERO, _ZERO, is_known=True) for day in days)
        case NtnF(maturity):
            return _fixed_coupons(maturity, _coupons_to_come(maturity, rates, from_day), rates)
        case NtnB(maturity):
            days = _coupons_to_come(maturity, rates, from_day)
            return tuple(_indexed(rates, day, maturity, ntnb.coupon_payment, _ntnb_vna) for day in days)
        case NtnC(maturity):
            days = _coupons_to_come(maturity, rates, from_day)
            return tuple(_indexed(rates, day, maturity, bond.coupon_payment, _ntnc_vna) for day in days)
        case NtnBPrincipal(maturity):
            days = _to_come((maturity,), rates, from_day)
            return tuple(_indexed(rates, day, maturity, _no_coupon, _ntnb_vna) for day in days)
        case NtnB1():
            return _monthly(bond, _to_come(bond.days(), rates, from_day), rates)
        case Lft(maturity):
            return tuple(_selic_redemption(day, rates) for day in _to_come((maturity,), rates, from_day))


def _to_come(days: tuple[date, ...], rates: Outlook, from_day: date) -> tuple[date, ...]:
    """The nominal days whose payment is made on `from_day` or later."""
    return tuple(day for day in days if rates.market.calendar.following(day) >= from_day)


def _coupons_to_come(maturity: date, rates: Outlook, from_day: date) -> tuple[date, ...]:
    before = from_day - timedelta(days=_LONGEST_CLOSURE)
    return _to_come(coupon_dates(before, maturity), rates, from_day) if before < maturity else ()


def _fixed_coupons(maturity: date, days: tuple[date, ...], rates: Outlook) -> tuple[Part, ...]:
    coupon = ntnf.coupon_payment()
    return tuple(
        _part(rates, day, BASE_VALUE if day == maturity else _ZERO, _ZERO, coupon, is_known=True)
        for day in days
    )


def _indexed(
    rates: Outlook,
    day: date,
    maturity: date,
    coupon: Callable[[Decimal], Decimal],
    vna_on: Callable[[Outlook, date], tuple[Decimal, bool]],
) -> Part:
    """A coupon, and at maturity the nominal value."""
    vna, is_known = vna_on(rates, day)
    if day != maturity:
        return _part(rates, day, _ZERO, _ZERO, coupon(vna), is_known=is_known)
    return _part(rates, day, BASE_VALUE, _minus(vna, BASE_VALUE), coupon(vna), is_known=is_known)


def _no_coupon(_vna: Decimal) -> Decimal:
    return _ZERO


def _monthly(bond: NtnB1, days: tuple[date, ...], rates: Outlook) -> tuple[Part, ...]:
    """Principal is T-6(R$ 1,000 / n); the last payment has what those cuts left."""
    found = []
    count = bond.plan.payments
    with localcontext(finance_context()):
        share = truncate(BASE_VALUE / count, 6)
        last_share = BASE_VALUE - share * (count - 1)
        for day in days:
            vna, is_known = _ntnb_vna(rates, day)
            principal, paid = last_share if day == bond.maturity else share, bond.payment(vna)
            found.append(_part(rates, day, principal, paid - principal, _ZERO, is_known=is_known))
    return tuple(found)


def _selic_redemption(maturity: date, rates: Outlook) -> Part:
    known, selic = rates.vnas.lft, rates.market.daily(Benchmark.SELIC)
    if known is None:
        raise _no_vna("LFT", "the official VNA of a day")
    vna = _selic_vna(known, selic, maturity)
    until = rates.known_until(Benchmark.SELIC)
    is_known = until is not None and maturity <= until
    return _part(rates, maturity, BASE_VALUE, _ZERO, _minus(vna, BASE_VALUE), is_known=is_known)


def _selic_vna(known: KnownVna, selic: DailyRates, day: date) -> Decimal:
    if day < known.day:
        raise InvalidInput("vna_too_late", f"the bond was due before the VNA of {known.day}", field="vna")
    with localcontext(finance_context()):
        product = known.value
        for tdi in selic.rates(known.day, day):
            product *= 1 + tdi
        return truncate(product, 6)


def _ntnb_vna(rates: Outlook, day: date) -> tuple[Decimal, bool]:
    """The nominal value on a 15th, and whether its index is published."""
    index, known = rates.market.index(), rates.vnas.ntnb
    if known is None and _IPCA_BASE_MONTH in index.numbers:
        known = KnownVna(month_after(_IPCA_BASE_MONTH).replace(day=15), BASE_VALUE)
    if known is None:
        raise _no_vna("NTN-B", "the official VNA of a 15th, or IPCA numbers from June 2000 on")
    return _indexed_vna(known, index, day), _is_published(day, rates.ipca_known_to)


def _ntnc_vna(rates: Outlook, day: date) -> tuple[Decimal, bool]:
    """The nominal value on a 1st, and whether its index is published."""
    if rates.igpm is None:
        raise Refused("rate_missing", "the bond follows the IGP-M; give its index numbers", field="igpm")
    if rates.vnas.ntnc is None:
        raise _no_vna("NTN-C", "the official VNA of a 1st")
    return _indexed_vna(rates.vnas.ntnc, rates.igpm, day), _is_published(day, rates.igpm_known_to)


def _indexed_vna(known: KnownVna, index: IpcaIndex, day: date) -> Decimal:
    if known.day.day != day.day:
        raise InvalidInput(
            "vna_day", f"give the VNA of a day {day.day} of a month, not of {known.day}", field="vna"
        )
    # On the index day the number of the month before is the one in force.
    now, before = month_after(day, -1), month_after(known.day, -1)
    with localcontext(finance_context()):
        return truncate(known.value * index.numbers.at(now) / index.numbers.at(before), 6)


def _is_published(day: date, known_to: date | None) -> bool:
    return known_to is not None and month_after(day, -1) <= known_to


def _part(
    rates: Outlook, day: date, principal: Decimal, indexation: Decimal, interest: Decimal, *, is_known: bool
) -> Part:
    paid_on = rates.market.calendar.following(day)
    amounts = (units_of(principal), units_of(indexation), units_of(interest))
    return Part(day, paid_on, *amounts, is_known)


def _minus(one: Decimal, other: Decimal) -> Decimal:
    with localcontext(finance_context()):
        return one - other


def _no_vna(bond: str, needed: str) -> Refused:
    return Refused("vna_missing", f"payments of an {bond} follow from its VNA; give {needed}", field="vna")
