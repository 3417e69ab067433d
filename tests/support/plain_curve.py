"""The curve as the formulas write it, one paper at a time, in Decimal: what the quick walk is judged by."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from fiel.fixed_income.accrual.interest import grown, interest
from fiel.fixed_income.accrual.ipca import IpcaIndex, ProRata, known_factor, parts, projected_factor
from fiel.fixed_income.credit.curve import CreditPaper, MarketRates, events, factors
from fiel.kernel.calendars import BusinessCalendar
from fiel.kernel.rounding import truncate


def plain_price(paper: CreditPaper, day: date, rates: MarketRates) -> tuple[Decimal, Decimal]:
    """Updated nominal value and interest run up after the events of a day."""
    nominal_day = paid_on = paper.start
    nominal = paper.nominal
    for event in events(paper, rates, day):
        nominal_day, paid_on, nominal = event.nominal_day, event.day, event.settlement.nominal_after
    if not nominal:
        return Decimal(0), Decimal(0)
    index, factor = factors(paper.remuneration, rates, nominal_day, day, paid_on, day)
    updated = grown(nominal, index)
    return updated, interest(updated, factor)


def plain_payments(paper: CreditPaper, rates: MarketRates, from_day: date) -> list[tuple[date, Decimal]]:
    """Payment days and amounts per unit from a day on."""
    return [
        (event.day, event.settlement.payment)
        for event in events(paper, rates)
        if event.day >= from_day and event.settlement.payment
    ]


def plain_index(
    index: IpcaIndex,
    start: date,
    end: date,
    calendar: BusinessCalendar,
    pro_rata: ProRata,
    anniversary: int,
) -> Decimal:
    """C by the parts of its months, each T-8, the product T-16."""
    product = Decimal(1)
    for part in parts(start, end, calendar, pro_rata, anniversary):
        if part.month in index.numbers:
            at = index.numbers.days.index(part.month)
            numbers = index.numbers.at(part.month), index.numbers.at(index.numbers.days[at - 1])
            factor = known_factor(*numbers, part.passed, part.total)
        else:
            factor = projected_factor(index.projection or 0, part.passed, part.total)
        product = truncate(product * factor, 16)
    return truncate(product, 8)
