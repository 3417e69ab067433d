"""Private credit: its terms from what people write, and its value on the curve, gross and net of tax."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, localcontext
from types import MappingProxyType

from fiel.copilot.bonds.answer import GIVEN, Answer, Figure, Unit, steps_to
from fiel.copilot.bonds.credit_steps import steps_of_curve
from fiel.copilot.bonds.net import cents, equivalent, figures_of_net, steps_of_net
from fiel.copilot.bonds.pays import pays_text
from fiel.copilot.bonds.series import CDI, IPCA, HeldRates, needed_series
from fiel.fixed_income.accrual.daily import accumulated_percent
from fiel.fixed_income.accrual.interest import annual_rate_of
from fiel.fixed_income.credit.curve import CreditPaper, events, unit_price
from fiel.fixed_income.credit.schedule import (
    AmortisationBase,
    Interest,
    Schedule,
    ScheduledEvent,
    bullet,
    periodic,
)
from fiel.fixed_income.credit.terms import Kind, Remuneration
from fiel.fixed_income.returns import percent_of_cdi
from fiel.kernel.decimals import parse_decimal
from fiel.kernel.errors import InvalidInput
from fiel.kernel.rounding import finance_context, round_half_up
from fiel.tax.fixed_income import NetValue, ir_rate, net_value, tax_kind

AMOUNT_MAX = Decimal(10) ** 12
DEFAULT_AMOUNT = Decimal(1000)
#: Months between payments of interest, by name.
INTEREST: Mapping[str, int | None] = MappingProxyType(
    {"at-maturity": None, "monthly": 1, "quarterly": 3, "semiannual": 6, "yearly": 12}
)


@dataclass(frozen=True, slots=True)
class CreditTerms:
    """A paper as its holder knows it. `nominal` is reais at the start, `units` how many of them are held."""

    kind: Kind
    pays: Remuneration
    start: date
    maturity: date
    nominal: Decimal = DEFAULT_AMOUNT
    units: Decimal = Decimal(1)
    interest: str = "at-maturity"
    amortisations: Mapping[date, Decimal] | None = None
    base: AmortisationBase = AmortisationBase.CURRENT

    def __post_init__(self) -> None:
        if self.maturity <= self.start:
            raise InvalidInput(
                "maturity_before_start",
                f"it matures on {self.maturity}, which is not after its start of {self.start}",
                field="--maturity",
            )
        parse_decimal(self.nominal, field="--nominal", minimum=Decimal("0.01"), maximum=AMOUNT_MAX)
        parse_decimal(self.units, field="--units", minimum=Decimal("0.000001"), maximum=AMOUNT_MAX)
        if self.interest not in INTEREST:
            raise InvalidInput(
                "interest_unknown",
                f"{self.interest!r} is not one of: {', '.join(INTEREST)}",
                field="--interest",
                details={"known": ", ".join(INTEREST)},
            )

    @property
    def title(self) -> str:
        return f"{self.kind} {pays_text(self.pays)}, {self.start} .. {self.maturity}"

    def paper(self) -> CreditPaper:
        """The paper as accrual knows it."""
        return CreditPaper(self.kind, self.nominal, self.start, self.pays, self._schedule())

    def _schedule(self) -> Schedule:
        months = INTEREST[self.interest]
        if months is None and not self.amortisations:
            return bullet(self.maturity)
        if months is None:
            # With a table and no dates of interest, the table's dates are the only ones.
            table = sorted((dict(self.amortisations or {}) | {self.maturity: Decimal(100)}).items())
            return Schedule(
                tuple(ScheduledEvent(day, Interest.PAID, share) for day, share in table), self.base
            )
        return periodic(self.start, self.maturity, months, amortisations=self.amortisations, base=self.base)


@dataclass(frozen=True, slots=True)
class Holding:
    """When it was bought, and for how much a unit (on the curve when `paid` is not told)."""

    bought: date
    paid: Decimal | None = None


def valued(terms: CreditTerms, on: date, rates: HeldRates, holding: Holding | None = None) -> Answer:
    """The unit on its curve, the holding's value, and what would be left of it after IOF and IR on `on`.

    The tax is that of a redemption at the curve on that day; the yield is what came on top of the cost of
    what is still outstanding. Raises `InvalidInput` for days outside the paper's life.
    """
    _check_life(terms, on)
    held = holding or Holding(terms.start)
    if not terms.start <= held.bought <= on:
        raise InvalidInput(
            "bought_outside",
            f"bought on {held.bought}, which is not between the start {terms.start} and {on}",
            field="--bought",
        )
    paper = terms.paper()
    unit = unit_price(paper, on, rates.market)
    steps = steps_of_curve(paper, on, rates.market, unit)
    net = _net(terms, paper, on, rates, held, unit.price)
    figures = [
        Figure("price", unit.price, Unit.BRL_PER_UNIT, on),
        Figure("nominal", unit.nominal, Unit.BRL_PER_UNIT, on),
        Figure("interest", unit.interest, Unit.BRL_PER_UNIT, on),
        Figure("units", terms.units, Unit.UNITS, on, GIVEN),
        *figures_of_net(net, on),
    ]
    received = _received(paper, held.bought, on, rates)
    if received:
        figures.append(Figure("received", cents(received, terms.units), Unit.BRL, on))
    else:
        figures += _compared(terms, rates, net, on, held.bought)
    notes = _notes(terms)
    used = tuple(rates.used(key, on) for key in _needed(terms, rates))
    working = (*steps_to(unit.price, steps), *steps_of_net(net, terms.units, unit.price))
    return Answer(terms.title, terms.kind.value, on, terms.maturity, tuple(figures), working, used, notes)


def purchase_cost(terms: CreditTerms, holding: Holding, rates: HeldRates) -> Decimal:
    """What all units cost, reais and cents (T-2), without the interest that the next payment gives back."""
    unit = unit_price(terms.paper(), holding.bought, rates.market)
    with localcontext(finance_context()):
        paid = unit.price if holding.paid is None else holding.paid
        if len(terms.paper().schedule.events) > 1:
            paid -= unit.interest
        return max(cents(paid, terms.units), Decimal(0))


def _check_life(terms: CreditTerms, on: date) -> None:
    if not terms.start <= on < terms.maturity:
        raise InvalidInput(
            "outside_life",
            f"the paper lives from {terms.start} to {terms.maturity}; {on} is outside; correct --on, --start "
            "or --maturity",
            field="--on",
            details={
                "on": on.isoformat(),
                "start": terms.start.isoformat(),
                "maturity": terms.maturity.isoformat(),
            },
        )


def _net(
    terms: CreditTerms, paper: CreditPaper, on: date, rates: HeldRates, held: Holding, price: Decimal
) -> NetValue:
    """Value and cost of what is held, in cents (T-2, as B3 settles), and the tax between them."""
    cost = _cost(paper, on, rates, held)
    return net_value(cents(price, terms.units), cents(cost, terms.units), held.bought, on, tax_kind(paper))


def _cost(paper: CreditPaper, on: date, rates: HeldRates, held: Holding) -> Decimal:
    """What was paid for the part that is still outstanding, per unit.

    Interest that ran before the purchase comes back with the first payment, amortisations give back their
    part of the cost: what is left is the purchase price without that interest, times what is not amortised.
    """
    bought = unit_price(paper, held.bought, rates.market)
    paid = bought.price if held.paid is None else held.paid
    since = [each for each in events(paper, rates.market, on) if each.day > held.bought]
    with localcontext(finance_context()):
        if any(each.settlement.interest_paid for each in since):
            paid -= bought.interest
        for each in since:
            paid *= 1 - each.settlement.amortisation / each.settlement.updated
    return max(paid, Decimal(0))


def _received(paper: CreditPaper, since: date, on: date, rates: HeldRates) -> Decimal:
    """What one unit paid after the purchase, gross, in reais."""
    with localcontext(finance_context()):
        paid = (each.settlement.payment for each in events(paper, rates.market, on) if each.day > since)
        return sum(paid, Decimal(0))


def _compared(terms: CreditTerms, rates: HeldRates, net: NetValue, on: date, bought: date) -> list[Figure]:
    """What it made: per year, against the CDI, and what a paper of the other tax would have to make."""
    calendar = rates.market.calendar
    count = calendar.business_days_between(bought, on)
    if not count or not net.cost or net.tax.gross_yield < 0:
        return []
    with localcontext(finance_context()):
        gross, left = net.gross / net.cost, net.net / net.cost
        made = round_half_up((gross - 1) * 100, 8)
    found = [
        Figure("period_yield", round_half_up(made, 4), Unit.PERCENT, on),
        Figure("annual_gross", annual_rate_of(round_half_up(gross, 16), count), Unit.PERCENT_YEAR, on),
        Figure("annual_net", annual_rate_of(round_half_up(left, 16), count), Unit.PERCENT_YEAR, on),
    ]
    if rates.market.cdi is not None and rates.market.cdi.first_day <= bought:
        benchmark = accumulated_percent(rates.market.cdi.rates(bought, on), 8)
        if benchmark > 0:
            found.append(Figure("percent_of_cdi", percent_of_cdi(made, benchmark), Unit.PERCENT_CDI, on))
    other, unit = equivalent(terms.pays, terms.kind, ir_rate(net.days, on), count, round_half_up(gross, 16))
    key = "taxed_equivalent" if terms.kind.exempt_for_individuals else "exempt_equivalent"
    found.append(Figure(key, other, unit, on))
    return found


def _needed(terms: CreditTerms, rates: HeldRates) -> tuple[str, ...]:
    keys = needed_series(terms.pays)
    return keys if CDI in keys or rates.market.cdi is None else (*keys, CDI)


def _notes(terms: CreditTerms) -> tuple[tuple[str, tuple[tuple[str, str], ...]], ...]:
    found: list[tuple[str, tuple[tuple[str, str], ...]]] = []
    if terms.kind.fgc_covered:
        found.append(("fgc", ()))
    if IPCA in needed_series(terms.pays):
        found.append(("ipca_from_variations", ()))
    return tuple(found)
