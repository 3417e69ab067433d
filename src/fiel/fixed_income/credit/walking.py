"""The curve in whole numbers: what `curve.events` and `settlement.settle` say, for many papers at once.

Money in units of 10^-8 reais, index factors times 10^8, interest factors times 10^9: the decimals of the
formulas, so that a floor division is a truncation and nothing else is rounded. Events of the past that
leave the nominal value as it was are stepped over. Every digit is that of the plain path (tested).
Source: B3, Caderno de Fórmulas (debêntures), as in `settlement`.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from fiel.fixed_income.accrual.interest import spread_factor9
from fiel.fixed_income.credit.papers import CreditPaper, MarketRates
from fiel.fixed_income.credit.schedule import AmortisationBase, Interest, ScheduledEvent
from fiel.fixed_income.credit.settlement import amortised_too_much
from fiel.fixed_income.credit.terms import Floating, IpcaPlus, Prefixed

ONE_8, ONE_9, ONE_16 = 10**8, 10**9, 10**16


class Standing(NamedTuple):
    """A unit after an event: money in 10^-8 reais."""

    nominal_day: date
    day: date
    nominal: int
    #: The nominal value had nothing been amortised.
    original: int
    #: What was lent and is not paid back, without indexation.
    lent: int
    #: The index since the start times 10^16 (T-16 at each event).
    growth: int
    is_capitalised: bool


class Payment(NamedTuple):
    """What one event pays per unit, in 10^-8 reais."""

    nominal_day: date
    day: date
    principal: int
    indexation: int
    interest: int


def standing(paper: CreditPaper, rates: MarketRates, day: date) -> tuple[Standing, int]:
    """The unit after the events paid up to `day` (included), and the position of the first event after.

    T-8 of money and index factors, T-16 of the index since the start. Half of R$ 1,000 paid back leaves 500:

    >>> from fiel.fixed_income.credit.schedule import Schedule
    >>> from fiel.fixed_income.credit.terms import Kind
    >>> from fiel.kernel.calendars import anbima
    >>> issued, half, due = date(2026, 1, 5), date(2026, 7, 8), date(2027, 1, 8)
    >>> table = Schedule((ScheduledEvent(half, amortisation=Decimal(50)), ScheduledEvent(due)))
    >>> paper = CreditPaper(Kind.DEBENTURE, Decimal(1000), issued, Prefixed(Decimal(21)), table)
    >>> state, following = standing(paper, MarketRates(anbima(issued)), date(2026, 8, 1))
    >>> str(state.day), reais(state.nominal), following
    ('2026-07-08', Decimal('500.00000000'), 1)
    """
    planned = paper.schedule.events
    count = bisect_right(planned, day, key=_nominal_day)
    following = rates.days.following
    while count and following(planned[count - 1].day) > day:
        count -= 1
    return _after(paper, rates, _beginning(paper), planned[:count]), count


def price(paper: CreditPaper, rates: MarketRates, day: date) -> tuple[int, int]:
    """Updated nominal value and interest run up on a day, in 10^-8 reais, T-8 each.

    Half a year (126 business days) at 21 % is 10 % of R$ 1,000:

    >>> from fiel.fixed_income.credit.schedule import bullet
    >>> from fiel.fixed_income.credit.terms import Kind
    >>> from fiel.kernel.calendars import anbima
    >>> issued, terms = date(2026, 1, 5), Prefixed(Decimal(21))
    >>> paper = CreditPaper(Kind.CDB, Decimal(1000), issued, terms, bullet(date(2027, 1, 8)))
    >>> price(paper, MarketRates(anbima(issued)), date(2026, 7, 8))
    (100000000000, 10000000000)
    """
    state, _ = standing(paper, rates, day)
    if not state.nominal:
        return 0, 0
    index, factor = _factors(paper, rates, state, day, day)
    updated = state.nominal * index // ONE_8
    return updated, _interest(updated, factor)


def payments(paper: CreditPaper, rates: MarketRates, from_day: date) -> Iterator[Payment]:
    """The payments made on `from_day` or later, each part T-8.

    Half a year (126 business days) at 21 % is 10 %, of R$ 1,000 and then of the R$ 500 that are left:

    >>> from fiel.fixed_income.credit.schedule import Schedule
    >>> from fiel.fixed_income.credit.terms import Kind
    >>> from fiel.kernel.calendars import anbima
    >>> issued, half, due = date(2026, 1, 5), date(2026, 7, 8), date(2027, 1, 8)
    >>> table = Schedule((ScheduledEvent(half, amortisation=Decimal(50)), ScheduledEvent(due)))
    >>> paper = CreditPaper(Kind.DEBENTURE, Decimal(1000), issued, Prefixed(Decimal(21)), table)
    >>> paid = payments(paper, MarketRates(anbima(issued)), issued)
    >>> [(str(one.day), f"{reais(one.principal):.2f}", f"{reais(one.interest):.2f}") for one in paid]
    [('2026-07-08', '500.00', '100.00'), ('2027-01-08', '500.00', '50.00')]
    """
    planned = paper.schedule.events
    count = bisect_right(planned, from_day, key=_nominal_day)
    following = rates.days.following
    while count and following(planned[count - 1].day) >= from_day:
        count -= 1
    state = _after(paper, rates, _beginning(paper), planned[:count])
    for line in planned[count:]:
        if line.interest is not Interest.KEPT:
            state, paid = _settled(paper, rates, state, line, following(line.day))
            if paid.principal or paid.indexation or paid.interest:
                yield paid


def _nominal_day(line: ScheduledEvent) -> date:
    return line.day


def _beginning(paper: CreditPaper) -> Standing:
    numerator, denominator = paper.nominal.as_integer_ratio()
    nominal = numerator * ONE_8 // denominator
    return Standing(paper.start, paper.start, nominal, nominal, nominal, ONE_16, False)  # noqa: FBT003


def reais(units: int) -> Decimal:
    """Units of 10^-8 reais as reais with 8 decimals; zero is plain.

    >>> reais(723148770)
    Decimal('7.23148770')
    """
    return Decimal(f"{units}E-8") if units else Decimal(0)


def _after(
    paper: CreditPaper, rates: MarketRates, state: Standing, passed: tuple[ScheduledEvent, ...]
) -> Standing:
    """The state after events of the past."""
    last, is_indexed = paper.schedule.events[-1], isinstance(paper.remuneration, IpcaPlus)
    lines = [line for line in passed if line.interest is not Interest.KEPT]
    for position, line in enumerate(lines):
        if not _pays_interest_only(line, last):
            state, _ = _settled(paper, rates, state, line, rates.days.following(line.day))
        # Without an index only the date moves, and the next such event moves it again.
        elif is_indexed or position + 1 == len(lines) or not _pays_interest_only(lines[position + 1], last):
            state = _moved(paper, rates, state, line)
    return state


def _pays_interest_only(line: ScheduledEvent, last: ScheduledEvent) -> bool:
    return line.interest is Interest.PAID and not line.amortisation and line is not last


def _moved(paper: CreditPaper, rates: MarketRates, state: Standing, line: ScheduledEvent) -> Standing:
    """The state after an event that pays all interest and nothing else."""
    index = _index(paper, rates, state, line.day)
    return _grown(state, index, line.day, rates.days.following(line.day))


def _grown(state: Standing, index: int, nominal_day: date, day: date) -> Standing:
    """The state at an event, with its index applied."""
    _, _, nominal, original, lent, growth, is_capitalised = state
    if index != ONE_8:
        nominal, original = nominal * index // ONE_8, original * index // ONE_8
        growth = growth * index // ONE_8
    return Standing(nominal_day, day, nominal, original, lent, growth, is_capitalised)


def _settled(
    paper: CreditPaper, rates: MarketRates, state: Standing, line: ScheduledEvent, day: date
) -> tuple[Standing, Payment]:
    """One event: `settlement.settle` in whole numbers, and what its amortisation consists of."""
    index, factor = _factors(paper, rates, state, line.day, day)
    updated = state.nominal * index // ONE_8
    if _pays_interest_only(line, paper.schedule.events[-1]):
        after = _grown(state, index, line.day, day)
        return after, Payment(line.day, day, 0, 0, _interest(updated, factor))
    original = state.original * index // ONE_8
    grown = state.growth * index // ONE_8
    run_up = _interest(updated, factor)
    is_capitalised = line.interest is Interest.CAPITALISED
    back = _amortised(paper, line, updated, original)
    principal = _principal(paper, line, state, back, updated)
    beyond = back - principal
    indexation = principal * (grown - ONE_16) // ONE_16 if state.is_capitalised else beyond
    paid = 0 if is_capitalised else run_up
    after = Standing(
        line.day,
        day,
        updated - back + run_up - paid,
        original * factor // ONE_9 if is_capitalised else original,
        state.lent - principal,
        grown,
        state.is_capitalised or is_capitalised,
    )
    return after, Payment(line.day, day, principal, indexation, paid + beyond - indexation)


def _amortised(paper: CreditPaper, line: ScheduledEvent, updated: int, original: int) -> int:
    """T-8 of the percent of its base; at the maturity all that is left, whatever was cut."""
    if line is paper.schedule.events[-1]:
        return updated
    if not line.amortisation:
        return 0
    base = original if paper.schedule.base is AmortisationBase.ORIGINAL else updated
    back = _percent_of(base, line.amortisation)
    if back > updated:
        raise amortised_too_much(reais(back), reais(updated))
    return back


def _principal(paper: CreditPaper, line: ScheduledEvent, state: Standing, back: int, updated: int) -> int:
    """What an amortisation gives back of what was lent, T-8: by the table's percent where it tells."""
    if not back or back == updated:
        return state.lent if back else 0
    if paper.schedule.base is AmortisationBase.CURRENT:
        return _percent_of(state.lent, line.amortisation)
    if not state.is_capitalised:
        return min(_percent_of(_beginning(paper).nominal, line.amortisation), state.lent)
    return state.lent * back // updated


def _percent_of(base: int, percent: Decimal) -> int:
    numerator, denominator = percent.as_integer_ratio()
    return base * numerator // (denominator * 100)


def _interest(updated: int, factor: int) -> int:
    """T-8 of what a factor adds; below zero (a negative rate) it is cut towards zero too."""
    added = updated * (factor - ONE_9)
    return added // ONE_9 if added >= 0 else -(-added // ONE_9)


def _index(paper: CreditPaper, rates: MarketRates, state: Standing, nominal_day: date) -> int:
    terms = paper.remuneration
    if not isinstance(terms, IpcaPlus):
        return ONE_8
    return rates.index().factor8(
        state.nominal_day, nominal_day, rates.days, terms.pro_rata, terms.anniversary
    )


def _factors(
    paper: CreditPaper, rates: MarketRates, state: Standing, nominal_day: date, day: date
) -> tuple[int, int]:
    """The index factor times 10^8 and FatorJuros times 10^9 since an event: `curve.factors`."""
    position = rates.days.position
    match paper.remuneration:
        case Floating(benchmark, percent, spread):
            factor = rates.daily(benchmark).factor8(state.day, day, percent)
            if not spread:
                return ONE_8, factor * 10
            product = factor * spread_factor9(spread, position(day) - position(state.day))
            return ONE_8, (product + ONE_8 // 2) // ONE_8
        case Prefixed(rate):
            return ONE_8, spread_factor9(rate, position(day) - position(state.day))
        case IpcaPlus(rate):
            return _index(paper, rates, state, nominal_day), spread_factor9(
                rate, position(day) - position(state.day)
            )
