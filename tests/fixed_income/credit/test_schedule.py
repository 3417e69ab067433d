"""Tables of events."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import pytest

from fiel.fixed_income.credit.schedule import (
    AmortisationBase,
    Interest,
    Schedule,
    ScheduledEvent,
    bullet,
    periodic,
)
from fiel.kernel.errors import InvalidInput

START = date(2026, 1, 15)
MATURITY = date(2028, 1, 15)


def test_a_bullet_pays_everything_once() -> None:
    """Interest and principal at maturity."""
    assert bullet(MATURITY).events == (ScheduledEvent(MATURITY, Interest.PAID, Decimal(100)),)


def test_interest_dates_are_counted_back_from_the_maturity() -> None:
    """Every six months, and the start is not one of them."""
    days = [event.day for event in periodic(START, MATURITY, 6).events]
    assert days == [date(2026, 7, 15), date(2027, 1, 15), date(2027, 7, 15), MATURITY]


def test_the_last_day_of_a_month_stays_the_last_day() -> None:
    """A paper that is due on 31 August pays in February on the 28th."""
    days = [event.day for event in periodic(date(2026, 1, 2), date(2026, 8, 31), 2).events]
    assert days == [date(2026, 2, 28), date(2026, 4, 30), date(2026, 6, 30), date(2026, 8, 31)]


def test_a_table_adds_its_percents_and_its_dates() -> None:
    """Amortisation on an interest date and on one of its own."""
    schedule = periodic(START, MATURITY, 12, amortisations={date(2027, 1, 15): "40", date(2027, 4, 15): 30})
    assert [(event.day, event.amortisation) for event in schedule.events] == [
        (date(2027, 1, 15), Decimal(40)),
        (date(2027, 4, 15), Decimal(30)),
        (MATURITY, Decimal(100)),
    ]


def test_in_grace_interest_is_capitalised_or_kept() -> None:
    """Up to and including the end of grace, never at a date of the table."""
    grace = date(2027, 1, 15)
    for treatment in (Interest.CAPITALISED, Interest.KEPT):
        schedule = periodic(START, MATURITY, 6, grace_until=grace, grace=treatment)
        assert [event.interest for event in schedule.events] == [
            treatment,
            treatment,
            Interest.PAID,
            Interest.PAID,
        ]
    early = periodic(START, MATURITY, 6, grace_until=grace, amortisations={date(2026, 7, 15): 1})
    assert early.events[0].interest is Interest.PAID


def test_disorder_is_refused() -> None:
    """Order, one event per date, a maturity that pays, and no more than the whole."""
    one, other = ScheduledEvent(date(2027, 1, 15)), ScheduledEvent(date(2026, 7, 15))
    with pytest.raises(InvalidInput, match="order"):
        Schedule((one, other))
    with pytest.raises(InvalidInput, match="order"):
        Schedule((one, one))
    with pytest.raises(InvalidInput, match="1 to"):
        Schedule(())
    with pytest.raises(InvalidInput, match="maturity"):
        Schedule((ScheduledEvent(MATURITY, Interest.CAPITALISED),))
    heavy = tuple(ScheduledEvent(date(2026, month, 15), amortisation=Decimal(60)) for month in (7, 8, 9))
    with pytest.raises(InvalidInput, match="120 %"):
        Schedule(heavy, AmortisationBase.ORIGINAL)


def test_events_that_make_no_sense_are_refused() -> None:
    """A datetime, more than the whole, amortisation while interest runs on."""
    with pytest.raises(InvalidInput, match="date"):
        ScheduledEvent(datetime(2026, 1, 1))  # noqa: DTZ001 - a datetime is what must be refused
    with pytest.raises(InvalidInput, match="amortisation"):
        ScheduledEvent(MATURITY, amortisation=Decimal("100.1"))
    with pytest.raises(InvalidInput, match="settles the interest"):
        ScheduledEvent(MATURITY, Interest.KEPT, Decimal(1))


def test_tables_outside_the_paper_are_refused() -> None:
    """A date before the start or after the maturity, a maturity before the start, no months."""
    with pytest.raises(InvalidInput, match="outside"):
        periodic(START, MATURITY, 6, amortisations={date(2028, 2, 15): 1})
    with pytest.raises(InvalidInput, match="after the start"):
        periodic(MATURITY, START, 6)
    with pytest.raises(InvalidInput, match="months"):
        periodic(START, MATURITY, 0)
