"""Every payment that a title still makes to its holder: gross, tax and net, known or assumed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, localcontext

from fiel.copilot.bonds.answer import SeriesUsed, Step, Unit
from fiel.copilot.bonds.credit_steps import event_steps
from fiel.copilot.bonds.net import steps_of_tax
from fiel.copilot.bonds.series import HeldRates
from fiel.fixed_income.credit.curve import CreditPaper
from fiel.fixed_income.projecting import Flow, flows
from fiel.fixed_income.titles import Title
from fiel.kernel.decimals import parse_decimal
from fiel.kernel.errors import InvalidInput
from fiel.kernel.rounding import finance_context, round_half_up, truncate
from fiel.tax.fixed_income import NetValue, TaxKind, net_value, tax_kind

UNITS_MAX = Decimal(10) ** 12
_CENT = 2
_SETTLED = "Tesouro Direto; B3"


@dataclass(frozen=True, slots=True)
class Bought:
    """The purchase behind the tax: its day, and its cost in reais for all units; `None` when not told."""

    day: date
    cost: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Payment:
    """One payment to the holder of all units, in reais and cents; `tax` is IOF and IR together.

    `tax` and `net` are `None` when the cost is not known and would change them. `gross` is T-2 of the exact
    sum; principal and indexation are T-2 too, and interest is the rest of it, so that they add up.
    """

    day: date
    nominal_day: date
    principal: Decimal
    indexation: Decimal
    interest: Decimal
    gross: Decimal
    tax: Decimal | None
    net: Decimal | None
    is_known: bool


@dataclass(frozen=True, slots=True)
class PaymentsAnswer:
    """The payments in order, and what they rest on."""

    title: str
    kind: str
    on: date
    units: Decimal
    payments: tuple[Payment, ...]
    steps: tuple[Step, ...]
    series: tuple[SeriesUsed, ...]
    notes: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = ()

    @property
    def gross(self) -> Decimal:
        """All payments, gross, in reais."""
        return _sum(payment.gross for payment in self.payments)

    @property
    def net(self) -> Decimal | None:
        """All payments after tax; `None` when one of them is not known."""
        nets = [payment.net for payment in self.payments]
        known = [net for net in nets if net is not None]
        return _sum(known) if len(known) == len(nets) else None


@dataclass(frozen=True, slots=True)
class Month:
    """The payments of one calendar month together."""

    month: date
    gross: Decimal
    net: Decimal | None
    is_known: bool


def payments_of(
    title: Title,
    told: str,
    kind: str,
    *,
    on: date,
    units: Decimal,
    rates: HeldRates,
    bought: Bought,
    keys: Sequence[str],
) -> PaymentsAnswer:
    """Every payment on `on` or later. Raises `Refused` for a rate or nominal value that is missing."""
    held = parse_decimal(units, field="--units", minimum=Decimal("0.000001"), maximum=UNITS_MAX)
    if bought.day > on:
        raise InvalidInput("bought_outside", f"bought on {bought.day}, after {on}", field="--bought")
    found = flows(title, held, rates.outlook, on)
    if not found:
        raise InvalidInput("nothing_left", f"nothing is paid on {on} or later", field="--on")
    payments, steps = _taxed(title, found, bought, rates)
    used = tuple(rates.used(key, found[-1].day) for key in keys)
    notes = () if all(each.net is not None for each in payments) else (("cost_unknown", ()),)
    return PaymentsAnswer(told, kind, on, held, payments, steps, used, notes)


def by_month(payments: Sequence[Payment]) -> tuple[Month, ...]:
    """The payments added up by the month in which the money comes."""
    months: dict[date, list[Payment]] = {}
    for payment in payments:
        months.setdefault(payment.day.replace(day=1), []).append(payment)
    found = []
    for month, paid in months.items():
        nets = [payment.net for payment in paid if payment.net is not None]
        net = _sum(nets) if len(nets) == len(paid) else None
        found.append(Month(month, _sum(p.gross for p in paid), net, all(p.is_known for p in paid)))
    return tuple(found)


def _taxed(
    title: Title, found: tuple[Flow, ...], bought: Bought, rates: HeldRates
) -> tuple[tuple[Payment, ...], tuple[Step, ...]]:
    """Interest and indexation are taxed when paid; principal, by what it exceeds its part of the cost.

    Each repayment gives back the share of the cost that it is of the principal.
    """
    lent, cost = _sum(flow.principal for flow in found), bought.cost
    events_of = event_steps(title, rates.market) if isinstance(title, CreditPaper) else {}
    payments: list[Payment] = []
    steps: list[Step] = []
    for flow in found:
        returned = None if flow.principal else Decimal(0)
        if cost is not None:
            with localcontext(finance_context()):
                returned = cost * flow.principal / lent if lent else Decimal(0)
        net = _net(flow, tax_kind(title), bought.day, returned)
        payments.append(_payment(flow, net))
        steps += [*events_of.get(flow.nominal_day, ()), _gross_step(flow)]
        steps += steps_of_tax(net, flow.day.isoformat()) if net else ()
    return tuple(payments), tuple(steps)


def _net(flow: Flow, kind: TaxKind, since: date, returned: Decimal | None) -> NetValue | None:
    """The payment after tax; `None` when its cost is needed and not known."""
    if returned is None and kind is TaxKind.TAXED:
        return None
    return net_value(flow.paid, round_half_up(returned or Decimal(0), _CENT), since, flow.day, kind)


def _payment(flow: Flow, net: NetValue | None) -> Payment:
    principal, indexation = truncate(flow.principal, _CENT), truncate(flow.indexation, _CENT)
    with localcontext(finance_context()):
        rest = flow.paid - principal - indexation
    return Payment(
        flow.day,
        flow.nominal_day,
        principal,
        indexation,
        rest,
        flow.paid,
        None if net is None else net.tax.total,
        None if net is None else net.net,
        flow.is_known,
    )


def _gross_step(flow: Flow) -> Step:
    parts = (("P", f"{flow.principal:f}"), ("I", f"{flow.indexation:f}"), ("J", f"{flow.interest:f}"))
    label = flow.day.isoformat()
    return Step("payment", "VB = T-2(P + I + J)", parts, flow.paid, Unit.BRL, "T-2", _SETTLED, label)


def _sum(values: Iterable[Decimal]) -> Decimal:
    with localcontext(finance_context()):
        return sum(values, Decimal(0))
