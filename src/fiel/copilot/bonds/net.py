"""What would be left of a holding: IOF and IR as figures and as steps; and the rate of the other tax."""

from __future__ import annotations

from datetime import date
from decimal import Decimal, localcontext

from fiel.copilot.bonds.answer import Figure, Step, Unit
from fiel.fixed_income.accrual.interest import annual_rate_of
from fiel.fixed_income.credit.terms import Floating, Kind, Remuneration
from fiel.fixed_income.returns import exempt_equivalent, taxed_equivalent, taxed_equivalent_rate
from fiel.kernel.rounding import finance_context, round_half_up, truncate
from fiel.tax.fixed_income import NetValue

TAX_LAW = "Lei 11.033/2004; Decreto 6.306/2007"
_CENTS = "Fiel"


def cents(price: Decimal, units: Decimal) -> Decimal:
    """T-2 of price times units, in reais: cut once for the whole holding."""
    with localcontext(finance_context()):
        return truncate(price * units, 2)


def figures_of_net(net: NetValue, on: date) -> tuple[Figure, ...]:
    """Value, cost, tax and what is left."""
    tax = net.tax
    return (
        Figure("gross_value", net.gross, Unit.BRL, on),
        Figure("cost", net.cost, Unit.BRL, on),
        Figure("gross_yield", tax.gross_yield, Unit.BRL, on),
        Figure("days_held", Decimal(net.days), Unit.CALENDAR_DAYS, on),
        Figure("iof", tax.iof, Unit.BRL, on, TAX_LAW),
        Figure("ir_rate", tax.ir_pct, Unit.PERCENT, on, TAX_LAW),
        Figure("ir", tax.ir, Unit.BRL, on, TAX_LAW),
        Figure("net_value", net.net, Unit.BRL, on),
    )


def steps_of_net(net: NetValue, units: Decimal, price: Decimal) -> tuple[Step, ...]:
    """From the unit price to what would be left after tax, in cents."""
    sold = (("PU", f"{price:f}"), ("n", f"{units:f}"))
    made = (("VB", f"{net.gross:f}"), ("VC", f"{net.cost:f}"))
    return (
        Step("gross_value", "VB = T-2(PU * n)", sold, net.gross, Unit.BRL, "T-2", _CENTS),
        Step("gross_yield", "R = VB - VC", made, net.tax.gross_yield, Unit.BRL, "", TAX_LAW),
        *steps_of_tax(net),
    )


def steps_of_tax(net: NetValue, label: str = "") -> tuple[Step, ...]:
    """IOF, income tax, and the rest. `label`: which payment, when there are several."""
    tax = net.tax
    made, days = f"{tax.gross_yield:f}", str(net.days)
    iof = (("R", made), ("d", days), ("q", f"{tax.iof_pct:f}"))
    ir = (("R", made), ("IOF", f"{tax.iof:f}"), ("d", days), ("a", f"{tax.ir_pct:f}"))
    left = (("VB", f"{net.gross:f}"), ("IOF", f"{tax.iof:f}"), ("IR", f"{tax.ir:f}"))
    return (
        Step("iof", "IOF = A-2(max(R, 0) * q(d)/100)", iof, tax.iof, Unit.BRL, "A-2", TAX_LAW, label),
        Step("ir", "IR = A-2((max(R, 0) - IOF) * a(d)/100)", ir, tax.ir, Unit.BRL, "A-2", TAX_LAW, label),
        Step("net_value", "VL = VB - IOF - IR", left, net.net, Unit.BRL, "", TAX_LAW, label),
    )


def equivalent(
    pays: Remuneration, kind: Kind, tax: Decimal, count: int, factor: Decimal
) -> tuple[Decimal, Unit]:
    """The rate at which a paper of the other tax (taxed for an exempt one) leaves as much after `tax` %.

    `factor` is gross value over cost after `count` business days. In percent of the CDI when the paper is
    one (the usual approximation), else in percent per year (252), exactly.
    """
    exempt = kind.exempt_for_individuals
    if isinstance(pays, Floating) and not pays.spread:
        find = taxed_equivalent if exempt else exempt_equivalent
        return find(pays.percent, tax), Unit.PERCENT_CDI
    if exempt:
        return taxed_equivalent_rate(annual_rate_of(factor, count), tax, count), Unit.PERCENT_YEAR
    with localcontext(finance_context()):
        made = round_half_up((factor - 1) * 100, 8)
        kept = round_half_up(1 + exempt_equivalent(made, tax, 8) / 100, 16)
    return annual_rate_of(kept, count), Unit.PERCENT_YEAR
