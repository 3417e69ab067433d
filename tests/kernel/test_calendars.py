"""What the calendars answer, and the laws between the answers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fiel.kernel.calendars import (
    FIRST_DAY,
    LAST_DAY,
    BusinessCalendar,
    Feast,
    Holiday,
    Override,
    anbima,
    b3,
    special_opening,
)
from fiel.kernel.calendars.banking import OVERRIDES as BANKING_OVERRIDES
from fiel.kernel.calendars.exchange import OVERRIDES as EXCHANGE_OVERRIDES
from fiel.kernel.errors import InvalidInput
from tests.kernel.strategies import days

OLD, NEW = anbima(date(2023, 12, 22)), anbima(date(2023, 12, 26))
calendars = st.sampled_from([OLD, NEW, b3()])


@pytest.mark.parametrize(
    ("day", "banks", "exchange"),
    [
        ("2026-02-16", False, False),  # Carnival Monday
        ("2026-02-18", True, True),  # Ash Wednesday
        ("2026-04-03", False, False),  # Good Friday
        ("2026-06-04", False, False),  # Corpus Christi
        ("2026-01-25", False, False),  # a Sunday
        ("2021-01-25", True, False),  # city of São Paulo
        ("2022-01-25", True, True),
        ("1997-07-09", True, True),  # before the state's holiday
        ("2021-07-09", True, False),
        ("2026-07-09", True, True),
        ("2020-07-09", True, True),  # brought forward in the pandemic
        ("2003-11-20", True, True),
        ("2019-11-20", True, False),
        ("2020-11-20", True, True),
        ("2023-11-20", True, True),
        ("2024-11-20", False, False),
        ("2014-06-12", True, False),  # World Cup
        ("2026-12-24", True, False),
        ("2026-12-31", True, False),
        ("2022-12-30", True, False),  # 31 December is a Saturday
        ("2023-12-29", True, False),  # and a Sunday
        ("1999-04-01", False, True),  # Holy Thursday
        ("1996-10-03", False, True),  # election day
    ],
)
def test_famous_days(day: str, banks: bool, exchange: bool) -> None:
    """The days on which banks and exchange differ, one by one."""
    when = date.fromisoformat(day)

    assert (NEW.is_business_day(when), b3().is_business_day(when)) == (banks, exchange)


def test_the_reference_date_chooses_the_list_of_banks() -> None:
    """Until 25 December 2023, 20 November stays a business day for ever; from the 26th it does not."""
    november = date(2024, 11, 20)

    assert anbima(date(2001, 1, 2)).is_business_day(november)
    assert anbima(date(2023, 12, 25)).is_business_day(november)
    assert not anbima(date(2023, 12, 26)).is_business_day(november)
    assert anbima(date(2026, 1, 2)) is NEW


def test_settlement_steps_over_holidays() -> None:
    """T+2 of 22 December 2025 is the 26th, of Carnival Friday 2026 the Thursday after."""
    assert b3().add_business_days(date(2025, 12, 22), 2) == date(2025, 12, 26)
    assert b3().add_business_days(date(2026, 2, 13), 2) == date(2026, 2, 19)


def test_a_saturday_stands_for_the_next_business_day() -> None:
    """From a day that is closed, counting starts at the next open one, in both directions."""
    saturday = date(2026, 3, 7)

    assert NEW.add_business_days(saturday, 0) == NEW.following(saturday) == date(2026, 3, 9)
    assert NEW.add_business_days(saturday, 1) == date(2026, 3, 10)
    assert NEW.add_business_days(saturday, -1) == NEW.preceding(saturday) == date(2026, 3, 6)


def test_next_and_previous_always_move() -> None:
    """On a business day, following and preceding stay; next and previous do not."""
    friday = date(2026, 3, 6)

    assert NEW.following(friday) == NEW.preceding(friday) == friday
    assert NEW.next_business_day(friday) == date(2026, 3, 9)
    assert NEW.previous_business_day(friday) == date(2026, 3, 5)


def test_the_holidays_of_a_year_carry_their_reasons() -> None:
    """The list of 2026 is in order, and names what closes only the exchange."""
    listed = b3().holidays(2026)

    assert [holiday.day for holiday in listed] == sorted(holiday.day for holiday in listed)
    extra = set(listed) - set(NEW.holidays(2026))
    assert extra == {
        Holiday(date(2026, 12, 24), Feast.CHRISTMAS_EVE),
        Holiday(date(2026, 12, 31), Feast.YEAR_END),
    }
    assert Holiday(date(2026, 11, 15), Feast.REPUBLIC) in listed  # a Sunday
    assert Holiday(date(2014, 6, 12), Feast.SPECIAL) in b3().holidays(2014)


def test_a_new_decision_of_the_exchange_can_be_given() -> None:
    """An override closes or opens a day in the calendar it is given to, and in no other."""
    closing = Override(date(2027, 3, 3), is_open=False, reason="test")
    opening = Override(date(2027, 12, 24), is_open=True, reason="test")
    changed = b3((closing, opening))

    assert not changed.is_business_day(closing.day)
    assert changed.is_business_day(opening.day)
    assert b3().is_business_day(closing.day)
    assert not b3().is_business_day(opening.day)


def test_every_recorded_override_changes_an_answer() -> None:
    """No line of the override tables is dead: each is on a weekday and is obeyed."""
    for calendar, overrides in ((NEW, BANKING_OVERRIDES), (b3(), EXCHANGE_OVERRIDES)):
        for override in overrides:
            assert override.day.weekday() < 5
            assert calendar.is_business_day(override.day) is override.is_open


def test_ash_wednesday_opens_at_one() -> None:
    """The only late session of the year is Ash Wednesday's, the day after Carnival."""
    late = [special_opening(date(2026, 1, 1) + timedelta(days=n)) for n in range(365)]

    assert [(o.day, o.opens_at) for o in late if o] == [(date(2026, 2, 18), time(13, 0))]
    assert special_opening(date(1980, 1, 1)) is None


@given(calendars, days(), days())
def test_a_count_is_the_number_of_sessions(calendar: BusinessCalendar, start: date, end: date) -> None:
    """The du between two dates equals the sessions in between, one by one, and has a sign."""
    first, last = min(start, end), max(start, end)
    last = min(last, first + timedelta(days=800))
    listed = calendar.sessions(first, last)
    walked = [first + timedelta(days=n) for n in range((last - first).days)]

    assert list(listed) == [day for day in walked if calendar.is_business_day(day)]
    assert calendar.business_days_between(first, last) == len(listed)
    assert calendar.business_days_between(last, first) == -len(listed)
    assert calendar.sessions(last, first) == ()


@given(calendars, days(), days(), days())
def test_counts_add_up(calendar: BusinessCalendar, a: date, b: date, c: date) -> None:
    """From a to b and from b to c is from a to c."""
    count = calendar.business_days_between

    assert count(a, b) + count(b, c) == count(a, c)


@given(
    calendars, days(date(2010, 1, 1), date(2080, 1, 1)), st.integers(-2000, 2000), st.integers(-2000, 2000)
)
def test_adding_days_is_the_inverse_of_counting(
    calendar: BusinessCalendar, day: date, steps: int, more: int
) -> None:
    """The result is a business day at that count, and two steps are one step of their sum."""
    reached = calendar.add_business_days(day, steps)

    assert calendar.is_business_day(reached)
    assert calendar.business_days_between(day, reached) == steps
    assert calendar.add_business_days(reached, more) == calendar.add_business_days(day, steps + more)


@given(calendars, days())
def test_neighbours_are_the_nearest_business_days(calendar: BusinessCalendar, day: date) -> None:
    """Nothing open lies between a day and its neighbours, which are themselves open."""
    after, before = calendar.next_business_day(day), calendar.previous_business_day(day)

    assert before < day < after
    assert calendar.is_business_day(before)
    assert calendar.is_business_day(after)
    between = calendar.sessions(before + timedelta(days=1), after)
    assert between == ((day,) if calendar.is_business_day(day) else ())
    assert calendar.following(day) == (day if between else after)
    assert calendar.preceding(day) == (day if between else before)


@given(days(), st.booleans())
def test_the_exchange_never_trades_when_banks_rest(day: date, old: bool) -> None:
    """From 2000 every session of B3 is a business day of the old list, and from 2024 of the new one too."""
    if b3().is_business_day(day) and day.year >= 2000:
        assert OLD.is_business_day(day)
        assert NEW.is_business_day(day)


@pytest.mark.parametrize("calendar", [OLD, NEW, b3()])
def test_days_outside_the_range_are_refused(calendar: BusinessCalendar) -> None:
    """Before 1990, after 2100 and steps beyond them are errors, not answers."""
    one_day = timedelta(days=1)
    questions: list[Callable[[], object]] = [
        lambda: calendar.is_business_day(FIRST_DAY - one_day),
        lambda: calendar.is_business_day(LAST_DAY + one_day),
        lambda: calendar.business_days_between(FIRST_DAY - one_day, LAST_DAY),
        lambda: calendar.sessions(FIRST_DAY, LAST_DAY + one_day),
        lambda: calendar.add_business_days(LAST_DAY, 10),
        lambda: calendar.add_business_days(FIRST_DAY, -1),
        lambda: calendar.preceding(FIRST_DAY),
        lambda: calendar.next_business_day(LAST_DAY),
        lambda: calendar.holidays(1989),
        lambda: calendar.holidays(2101),
    ]
    for question in questions:
        with pytest.raises(InvalidInput) as caught:
            question()
        assert caught.value.code == "date_outside_calendar"
    assert not calendar.is_business_day(FIRST_DAY)
    assert calendar.holidays(2100)


def test_an_instant_is_not_a_date() -> None:
    """A datetime is refused: its date depends on the time zone."""
    for question in (NEW.is_business_day, NEW.following, anbima):
        with pytest.raises(InvalidInput) as caught:
            question(datetime(2026, 1, 2))  # noqa: DTZ001 - naive on purpose
        assert caught.value.code == "date_expected"
