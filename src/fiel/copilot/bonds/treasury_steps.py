"""The working of a federal bond's price, step by step. Every number comes from the pricing code itself."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from fiel.copilot.bonds.answer import Step, Unit
from fiel.fixed_income.treasury import Flow, Lft, Ltn, NtnB, NtnB1, NtnBPrincipal, NtnC, NtnF, ntnb, ntnf
from fiel.fixed_income.treasury.discounting import check_rate, exact_sum, semiannual_coupon
from fiel.fixed_income.treasury.indexed import nominal, price_of
from fiel.kernel.calendars import anbima
from fiel.kernel.daycount import exponent_252

AUCTIONS = "STN, Metodologia de Cálculo dos Títulos Públicos Federais"
CALENDAR = "ANBIMA"


def steps_of_price(
    bond: Ltn | NtnF | NtnB | NtnBPrincipal | NtnB1 | NtnC | Lft,
    settlement: date,
    rate: Decimal,
    vna: Decimal | None,
) -> tuple[Step, ...]:
    """From days and rate to the unit price; `vna` in BRL for the bonds that are a percentage of it."""
    cut = _rate_cut(rate)
    match bond:
        case Ltn():
            days = _days(settlement, bond.maturity)
            return (*days, cut, _ltn_price(bond, settlement, rate, days[-1]))
        case NtnF():
            flows = bond.flows(settlement, rate)
            coupon = ntnf.pricing_coupon()
            first = _coupon("A-5(1000 * (1.10^0.5 - 1))", (("C", "10"),), coupon, Unit.BRL, "A-5")
            return (
                cut,
                first,
                *_flows(flows, rate, "A-9", Unit.BRL),
                _sum_price(flows, bond.pu(settlement, rate)),
            )
        case NtnB() | NtnC():
            annual = ntnb.COUPON_PCT if isinstance(bond, NtnB) else bond.coupon_pct
            flows, quotation = bond.flows(settlement, rate), bond.quotation(settlement, rate)
            coupon = semiannual_coupon(annual, 100, 6)
            formula = "A-6(100 * ((1 + C/100)^0.5 - 1))"
            first = _coupon(formula, (("C", str(annual)),), coupon, Unit.PERCENT_VNA, "A-6")
            working = (
                cut,
                first,
                *_flows(flows, rate, "A-10", Unit.PERCENT_VNA),
                _sum_quotation(flows, quotation),
            )
            return (*working, *_indexed(quotation, vna))
        case NtnB1():
            flows, quotation = bond.flows(settlement, rate), bond.quotation(settlement, rate)
            parts = _flows(flows, rate, "A-10", Unit.PERCENT_VNA)
            return (cut, *parts, _sum_quotation(flows, quotation), *_indexed(quotation, vna))
        case NtnBPrincipal() | Lft():
            days = _days(settlement, bond.maturity)
            quotation = bond.quotation(settlement, rate)
            return (*days, cut, _zero_quotation(quotation, rate, days[-1]), *_indexed(quotation, vna))


def _days(settlement: date, maturity: date) -> tuple[Step, Step]:
    count = anbima(settlement).business_days_between(settlement, maturity)
    ends = (("d0", settlement.isoformat()), ("d1", maturity.isoformat()))
    exponent = exponent_252(count)
    return (
        Step("business_days", "du = [d0, d1)", ends, Decimal(count), Unit.BUSINESS_DAYS, "", CALENDAR),
        Step("exponent", "t = T-14(du/252)", (("du", str(count)),), exponent, Unit.FACTOR, "T-14", AUCTIONS),
    )


def _rate_cut(rate: Decimal) -> Step:
    return Step(
        "rate", "i = T-6(i)", (("i", f"{rate:f}"),), check_rate(rate), Unit.PERCENT_YEAR, "T-6", AUCTIONS
    )


def _ltn_price(bond: Ltn, settlement: date, rate: Decimal, exponent: Step) -> Step:
    numbers = (("VN", f"{bond.FACE:f}"), ("i", f"{check_rate(rate):f}"), ("t", f"{exponent.result:f}"))
    return Step(
        "price",
        "PU = T-6(VN / (1 + i/100)^t)",
        numbers,
        bond.pu(settlement, rate),
        Unit.BRL_PER_UNIT,
        "T-6",
        AUCTIONS,
    )


def _coupon(
    formula: str, numbers: tuple[tuple[str, str], ...], value: Decimal, unit: Unit, rounding: str
) -> Step:
    return Step("coupon", f"J = {formula}", numbers, value, unit, rounding, AUCTIONS)


def _flows(flows: tuple[Flow, ...], rate: Decimal, rounding: str, unit: Unit) -> tuple[Step, ...]:
    cut = f"{check_rate(rate):f}"
    return tuple(
        Step(
            "flow",
            f"VP = {rounding}(F / (1 + i/100)^T-14(du/252))",
            (("F", f"{flow.cash:f}"), ("i", cut), ("du", str(flow.business_days))),
            flow.present_value,
            unit,
            rounding,
            AUCTIONS,
            label=flow.day.isoformat(),
        )
        for flow in flows
    )


def _sum_price(flows: tuple[Flow, ...], price: Decimal) -> Step:
    total = exact_sum(flow.present_value for flow in flows)
    return Step("price", "PU = T-6(ΣVP)", (("ΣVP", f"{total:f}"),), price, Unit.BRL_PER_UNIT, "T-6", AUCTIONS)


def _sum_quotation(flows: tuple[Flow, ...], quotation: Decimal) -> Step:
    total = exact_sum(flow.present_value for flow in flows)
    return Step(
        "quotation", "Q = T-4(ΣVP)", (("ΣVP", f"{total:f}"),), quotation, Unit.PERCENT_VNA, "T-4", AUCTIONS
    )


def _zero_quotation(quotation: Decimal, rate: Decimal, exponent: Step) -> Step:
    numbers = (("i", f"{check_rate(rate):f}"), ("t", f"{exponent.result:f}"))
    return Step(
        "quotation", "Q = T-4(100 / (1 + i/100)^t)", numbers, quotation, Unit.PERCENT_VNA, "T-4", AUCTIONS
    )


def _indexed(quotation: Decimal, vna: Decimal | None) -> tuple[Step, ...]:
    if vna is None:
        return ()
    cut = nominal(vna)
    return (
        Step("vna", "VNA = T-6(VNA)", (("VNA", f"{vna:f}"),), cut, Unit.BRL_PER_UNIT, "T-6", AUCTIONS),
        Step(
            "price",
            "PU = T-6(Q/100 * VNA)",
            (("Q", f"{quotation:f}"), ("VNA", f"{cut:f}")),
            price_of(quotation, vna),
            Unit.BRL_PER_UNIT,
            "T-6",
            AUCTIONS,
        ),
    )
