"""A paper on its curve: every event with what it pays, and the unit price of any day.

Accrual runs between payment dates (nominal dates moved to the next business day), start included and
end excluded; the index of an IPCA paper runs between nominal dates, so that whole months stay whole.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from fiel.fixed_income.accrual.daily import DailyRates
from fiel.fixed_income.accrual.interest import (
    grown,
    interest,
    interest_factor,
    prefixed_factor,
    spread_factor,
)
from fiel.fixed_income.accrual.ipca import IpcaIndex
from fiel.fixed_income.credit.schedule import AmortisationBase, Interest, Schedule, ScheduledEvent
from fiel.fixed_income.credit.settlement import Settlement, settle
from fiel.fixed_income.credit.terms import Benchmark, Floating, IpcaPlus, Kind, Prefixed, Remuneration
from fiel.kernel.calendars import BusinessCalendar
from fiel.kernel.decimals import parse_decimal
from fiel.kernel.errors import InvalidInput, Refused
from fiel.kernel.rounding import exact_context

_ONE = Decimal(1)


@dataclass(frozen=True, slots=True)
class CreditPaper:
    """One issue: `nominal` reais per unit at `start` (the first day of accrual)."""

    kind: Kind
    nominal: Decimal
    start: date
    remuneration: Remuneration
    schedule: Schedule

    def __post_init__(self) -> None:
        parse_decimal(self.nominal, field="nominal", decimals_max=8, minimum="0.00000001")
        if self.schedule.events[0].day <= self.start:
            raise InvalidInput(
                "event_before_start", "the first event comes after the start", field="schedule"
            )


@dataclass(frozen=True, slots=True)
class MarketRates:
    """What accrual needs to know: the banks' calendar of the reference date, and the series.

    A series that is not given is refused when a paper needs it. Future days are known only as far as
    the series were extended by a stated assumption.
    """

    calendar: BusinessCalendar
    cdi: DailyRates | None = None
    selic: DailyRates | None = None
    ipca: IpcaIndex | None = None

    def daily(self, benchmark: Benchmark) -> DailyRates:
        """The daily rates of a benchmark. Raises `Refused` when they were not given."""
        rates = self.cdi if benchmark is Benchmark.CDI else self.selic
        if rates is None:
            raise Refused(
                "rate_missing", f"the paper follows the {benchmark}; give its series", field=benchmark
            )
        return rates

    def index(self) -> IpcaIndex:
        """The IPCA. Raises `Refused` when it was not given."""
        if self.ipca is None:
            raise Refused("rate_missing", "the paper follows the IPCA; give its index numbers", field="ipca")
        return self.ipca


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

    Events that keep their interest running are not listed. Raises `Refused` for a rate that is missing.
    """
    return tuple(event for event, _ in _walk(paper, rates, until))


def unit_price(paper: CreditPaper, day: date, rates: MarketRates) -> UnitPrice:
    """The unit on its curve on `day`, after the events of that day; zero from the maturity's payment on.

    A day that is not a business day has the accrual of the next one. Raises `InvalidInput` before the
    start, `Refused` for a rate that is missing.
    """
    if day < paper.start:
        raise InvalidInput("before_start", f"the paper starts on {paper.start}", field="day")
    state = _beginning(paper)
    for _, after in _walk(paper, rates, day):
        state = after
    if state.nominal == 0:
        return UnitPrice(day, Decimal(0), Decimal(0))
    index, factor = factors(paper.remuneration, rates, state.nominal_day, day, state.day, day)
    updated = grown(state.nominal, index)
    return UnitPrice(day, updated, interest(updated, factor))


def factors(
    remuneration: Remuneration,
    rates: MarketRates,
    index_start: date,
    index_end: date,
    start: date,
    end: date,
) -> tuple[Decimal, Decimal]:
    """The index factor (8 decimals; 1 without indexation) and FatorJuros of a period.

    The index runs from `index_start` to `index_end`, the interest from `start` to `end`.
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
