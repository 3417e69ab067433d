"""Which event comes when: bullets, periodic interest, amortisation tables, grace.

Dates are nominal, as the deed prints them; payment and accrual move to the next business day (see
`curve`). Percents of amortisation are of the current or of the original nominal value, by deed.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, localcontext
from enum import StrEnum
from itertools import pairwise

from fiel.kernel.decimals import DecimalInput, parse_decimal
from fiel.kernel.errors import InvalidInput
from fiel.kernel.rounding import finance_context

EVENTS_MAX = 1_200
_WHOLE = Decimal(100)


class Interest(StrEnum):
    """What happens to the interest run up by the date of an event."""

    PAID = "paid"
    #: Added to the nominal value (grace).
    CAPITALISED = "capitalised"
    #: It runs on, unpaid and not added, until a later event.
    KEPT = "kept"


class AmortisationBase(StrEnum):
    """What the percents of an amortisation table are percents of."""

    #: The nominal value just before the event, updated.
    CURRENT = "current"
    #: The nominal value as it would be, updated, had nothing been amortised.
    ORIGINAL = "original"


@dataclass(frozen=True, slots=True)
class ScheduledEvent:
    """One line of the deed's table: `amortisation` in percent, 0 to 100, of the schedule's base."""

    day: date
    interest: Interest = Interest.PAID
    amortisation: Decimal = Decimal(0)

    def __post_init__(self) -> None:
        if isinstance(self.day, datetime) or not isinstance(self.day, date):
            raise InvalidInput("date_expected", "an event has a date", field="day")
        parse_decimal(self.amortisation, field="amortisation", minimum=0, maximum=_WHOLE)
        if self.interest is Interest.KEPT and self.amortisation:
            raise InvalidInput(
                "interest_kept",
                "an amortisation settles the interest of its date; say whether it is paid or capitalised",
                field=f"events.{self.day}",
            )


@dataclass(frozen=True, slots=True)
class Schedule:
    """All events in order of date. The last one is the maturity and pays everything that is left."""

    events: tuple[ScheduledEvent, ...]
    base: AmortisationBase = AmortisationBase.CURRENT

    def __post_init__(self) -> None:
        if not 1 <= len(self.events) <= EVENTS_MAX:
            raise InvalidInput("events_count", f"a schedule has 1 to {EVENTS_MAX} events", field="events")
        days = [event.day for event in self.events]
        if any(later <= earlier for earlier, later in pairwise(days)):
            raise InvalidInput("events_order", "events come in order, one per date", field="events")
        if self.events[-1].interest is not Interest.PAID:
            raise InvalidInput("maturity_interest", "the maturity pays its interest", field="events")
        with localcontext(finance_context()):
            before = sum((event.amortisation for event in self.events[:-1]), Decimal(0))
        if self.base is AmortisationBase.ORIGINAL and before > _WHOLE:
            raise InvalidInput(
                "amortised_too_much", f"the table amortises {before} % of the original value", field="events"
            )

    @property
    def maturity(self) -> date:
        """The nominal date of the last event."""
        return self.events[-1].day


def bullet(maturity: date) -> Schedule:
    """Principal and interest at maturity, nothing before: most CDBs, LCIs and LCAs.

    >>> [(str(event.day), str(event.amortisation)) for event in bullet(date(2028, 1, 5)).events]
    [('2028-01-05', '100')]
    """
    return Schedule((ScheduledEvent(maturity, Interest.PAID, _WHOLE),))


def periodic(
    start: date,
    maturity: date,
    every_months: int,
    *,
    amortisations: Mapping[date, DecimalInput] | None = None,
    base: AmortisationBase = AmortisationBase.CURRENT,
    grace_until: date | None = None,
    grace: Interest = Interest.CAPITALISED,
) -> Schedule:
    """Interest every `every_months` months, counted back from the maturity, with an amortisation table.

    Dates of the table that are not interest dates become events that pay interest too. Up to
    `grace_until` (included) interest is not paid but treated as `grace` says, except on the dates of
    the table. A maturity on the 29th to 31st falls on the last day of shorter months. Percents are kept as
    the deed gives them: nothing is rounded.

    >>> deed = periodic(date(2026, 1, 15), date(2027, 7, 15), 6,
    ...                 amortisations={date(2027, 1, 15): "40"}, grace_until=date(2026, 7, 15))
    >>> [(str(event.day), event.interest.value, str(event.amortisation)) for event in deed.events]
    [('2026-07-15', 'capitalised', '0'), ('2027-01-15', 'paid', '40'), ('2027-07-15', 'paid', '100')]
    """
    if type(every_months) is not int or not 1 <= every_months <= 120:
        raise InvalidInput("months", "interest comes every 1 to 120 months", field="every_months")
    if maturity <= start:
        raise InvalidInput("maturity_before_start", "the maturity comes after the start", field="maturity")
    table = {
        day: parse_decimal(percent, field=f"amortisations.{day}", minimum=0, maximum=_WHOLE)
        for day, percent in (amortisations or {}).items()
    }
    outside = sorted(day for day in table if not start < day <= maturity)
    if outside:
        raise InvalidInput(
            "amortisation_outside", f"{outside[0]} lies outside {start}..{maturity}", field="amortisations"
        )
    table[maturity] = _WHOLE
    events = []
    for day in sorted({*_back_from(maturity, start, every_months), *table}):
        in_grace = grace_until is not None and day <= grace_until and day not in table
        events.append(ScheduledEvent(day, grace if in_grace else Interest.PAID, table.get(day, Decimal(0))))
    return Schedule(tuple(events), base)


def _back_from(maturity: date, start: date, every_months: int) -> list[date]:
    """The dates every so many months before the maturity, after the start."""
    found: list[date] = []
    index = maturity.year * 12 + maturity.month - 1
    day = maturity
    while day > start and len(found) <= EVENTS_MAX:
        found.append(day)
        index -= every_months
        year, month = divmod(index, 12)
        day = date(year, month + 1, min(maturity.day, monthrange(year, month + 1)[1]))
    return found
