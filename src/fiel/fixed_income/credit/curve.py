"""A paper on its curve: every event with what it pays, and the unit price of any day.

Accrual runs between payment dates (nominal dates moved to the next business day), start included and
end excluded; the index of an IPCA paper runs between nominal dates, so that whole months stay whole.

Source: B3, Caderno de Fórmulas (debêntures). Rounding: that of each factor (`accrual`) and of each event
(`credit.settlement`); nothing is rounded between them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from fiel.fixed_income.accrual.interest import grown, interest_factor, prefixed_factor, spread_factor
from fiel.fixed_income.credit import walking
from fiel.fixed_income.credit.papers import CreditPaper, MarketRates
from fiel.fixed_income.credit.schedule import AmortisationBase, Interest, ScheduledEvent
from fiel.fixed_income.credit.settlement import Settlement, settle
from fiel.fixed_income.credit.terms import Floating, IpcaPlus, Prefixed, Remuneration
from fiel.kernel.errors import InvalidInput
from fiel.kernel.rounding import exact_context

__all__ = ["CreditEvent", "CreditPaper", "MarketRates", "UnitPrice", "events", "factors", "unit_price"]

_ONE = Decimal(1)


@dataclass(frozen=True, slots=True)
class CreditEvent:
    """An event of one unit: nominal date and payment date, nominal value before, factors, results."""

    nominal_day: date
    day: date
    nominal_before: Decimal
    index_factor: Decimal
    interest_factor: Decimal
    settlement: Settlement


@dataclass(frozen=True, slots=True)
class UnitPrice:
    """A unit on a day, after the events of that day: nominal (updated), interest run up, both in reais."""

    day: date
    nominal: Decimal
    interest: Decimal

    @property
    def price(self) -> Decimal:
        """PU on the curve, 8 decimals."""
        return exact_context().add(self.nominal, self.interest)


@dataclass(frozen=True, slots=True)
class _State:
    """Where a unit stands after an event."""

    nominal_day: date
    day: date
    nominal: Decimal
    #: The nominal value had nothing been amortised.
    original: Decimal


def events(paper: CreditPaper, rates: MarketRates, until: date | None = None) -> tuple[CreditEvent, ...]:
    """Every event paid up to `until` (included; all when None), with what it pays per unit.

    Events that keep their interest running are not listed. Money and rounding are those of `settle` (T-8).
    Raises `Refused` for a rate that is missing.

    Half a year (126 business days) at 21 % is 10 %, of R$ 1,000 and then of the R$ 500 that are left:

    >>> from fiel.fixed_income.credit.schedule import Schedule
    >>> from fiel.fixed_income.credit.terms import Kind
    >>> from fiel.kernel.calendars import anbima
    >>> issued, half, due = date(2026, 1, 5), date(2026, 7, 8), date(2027, 1, 8)
    >>> table = Schedule((ScheduledEvent(half, amortisation=Decimal(50)), ScheduledEvent(due)))
    >>> paper = CreditPaper(Kind.DEBENTURE, Decimal(1000), issued, Prefixed(Decimal(21)), table)
    >>> paid = [(str(one.day), one.settlement) for one in events(paper, MarketRates(anbima(issued)))]
    >>> [(day, f"{done.interest:.2f}", f"{done.amortisation:.2f}") for day, done in paid]
    [('2026-07-08', '100.00', '500.00'), ('2027-01-08', '50.00', '500.00')]
    """
    return tuple(event for event, _ in _walk(paper, rates, until))


def unit_price(paper: CreditPaper, day: date, rates: MarketRates) -> UnitPrice:
    """The unit on its curve on `day`, after the events of that day; zero from the maturity's payment on.

    PU = T-8(VN * C) + T-8(VNA * (FatorJuros - 1)). A day that is not a business day has the accrual of the
    next one. Raises `InvalidInput` before the start, `Refused` for a rate that is missing.

    Half a year (126 business days) at 21 % is 10 %:

    >>> from fiel.fixed_income.credit.schedule import bullet
    >>> from fiel.fixed_income.credit.terms import Kind
    >>> from fiel.kernel.calendars import anbima
    >>> issued, terms = date(2026, 1, 5), Prefixed(Decimal(21))
    >>> paper = CreditPaper(Kind.CDB, Decimal(1000), issued, terms, bullet(date(2027, 1, 8)))
    >>> unit_price(paper, date(2026, 7, 8), MarketRates(anbima(issued))).price
    Decimal('1100.00000000')
    """
    if day < paper.start:
        raise InvalidInput("before_start", f"the paper starts on {paper.start}", field="day")
    updated, run_up = walking.price(paper, rates, day)
    return UnitPrice(day, walking.reais(updated), walking.reais(run_up))


def factors(
    remuneration: Remuneration,
    rates: MarketRates,
    index_start: date,
    index_end: date,
    start: date,
    end: date,
) -> tuple[Decimal, Decimal]:
    """The index factor (8 decimals; 1 without indexation) and FatorJuros of a period.

    The index runs from `index_start` to `index_end`, the interest from `start` to `end`. The index is T-8,
    FatorJuros A-9 (A-8 for a percentage of the CDI or Selic without spread).

    The published factor of a debenture's event (PTMI11, 2018-06-15, 123 business days):

    >>> from fiel.kernel.calendars import anbima
    >>> rates, span = MarketRates(anbima(date(2017, 12, 15))), (date(2017, 12, 15), date(2018, 6, 15))
    >>> factors(Prefixed(Decimal("7.3754")), rates, *span, *span)
    (Decimal('1'), Decimal('1.035343552'))
    """
    match remuneration:
        case Floating(benchmark, percent, spread):
            factor = rates.daily(benchmark).factor(start, end, percent)
            if not spread:
                return _ONE, factor
            return _ONE, interest_factor(factor, spread_factor(spread, _count(rates, start, end)))
        case Prefixed(rate):
            return _ONE, prefixed_factor(rate, _count(rates, start, end))
        case IpcaPlus(rate, pro_rata, anniversary):
            index = rates.index().factor(
                index_start, index_end, rates.calendar, pro_rata=pro_rata, anniversary=anniversary
            )
            return index, spread_factor(rate, _count(rates, start, end))


def _walk(paper: CreditPaper, rates: MarketRates, until: date | None) -> Iterator[tuple[CreditEvent, _State]]:
    state = _beginning(paper)
    for planned in paper.schedule.events:
        day = rates.calendar.following(planned.day)
        if until is not None and day > until:
            return
        if planned.interest is not Interest.KEPT:
            event, state = _settled(paper, rates, state, planned, day)
            yield event, state


def _settled(
    paper: CreditPaper, rates: MarketRates, state: _State, planned: ScheduledEvent, day: date
) -> tuple[CreditEvent, _State]:
    index, factor = factors(paper.remuneration, rates, state.nominal_day, planned.day, state.day, day)
    last = planned is paper.schedule.events[-1]
    base = grown(state.original, index) if paper.schedule.base is AmortisationBase.ORIGINAL else None
    done = settle(
        state.nominal,
        index_factor=index,
        interest_factor=factor,
        amortisation_percent=100 if last else planned.amortisation,
        # At the maturity all that is left is paid, whatever the table's roundings were.
        amortisation_base=None if last else base,
        treatment=planned.interest,
    )
    event = CreditEvent(planned.day, day, state.nominal, index, factor, done)
    original = grown(state.original, index)
    if planned.interest is Interest.CAPITALISED:
        original = grown(original, factor)
    return event, _State(planned.day, day, done.nominal_after, original)


def _beginning(paper: CreditPaper) -> _State:
    return _State(paper.start, paper.start, paper.nominal, paper.nominal)


def _count(rates: MarketRates, start: date, end: date) -> int:
    return rates.calendar.business_days_between(start, end)
