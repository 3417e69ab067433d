"""The calendars against published lists: the repository's own table, and the recorded files when present."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from pathlib import Path

import pytest

from fiel.kernel.calendars import BusinessCalendar, anbima, b3

TABLE = Path(__file__).parent / "expected_holidays.txt"
RECORDED = Path(__file__).parents[3] / "shared/data"

OLD, NEW = anbima(date(2023, 12, 22)), anbima(date(2023, 12, 26))

needs_recorded = pytest.mark.skipif(not RECORDED.is_dir(), reason="the recorded data is not on this machine")


def closed_weekdays(calendar: BusinessCalendar, first: date, last: date) -> set[date]:
    """The weekdays on which the calendar is closed, from first to last."""
    every = (first + timedelta(days=n) for n in range((last - first).days + 1))
    return {day for day in every if day.weekday() < 5 and not calendar.is_business_day(day)}


def expected() -> dict[str, dict[int, set[date]]]:
    """The repository's table: list -> year -> closed weekdays."""
    table: dict[str, dict[int, set[date]]] = defaultdict(dict)
    for line in TABLE.read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            year, name, *entries = line.split()
            table[name][int(year)] = {date(int(year), int(e[:2]), int(e[2:])) for e in entries}
    return table


def recorded(name: str) -> set[date]:
    """The first column of a recorded file."""
    lines = (RECORDED / name).read_text(encoding="utf-8").splitlines()[1:]
    return {date.fromisoformat(line.split(",")[0]) for line in lines}


def weekdays(days: set[date]) -> set[date]:
    """Those that are no Saturday or Sunday."""
    return {day for day in days if day.weekday() < 5}


@pytest.mark.parametrize("year", range(2000, 2028))
def test_the_banks_rest_on_the_days_of_their_list(year: int) -> None:
    """Each year of the new list is as published, and the old list is that without 20 November."""
    published = expected()["banks"][year]

    assert closed_weekdays(NEW, date(year, 1, 1), date(year, 12, 31)) == published
    without = published - {date(year, 11, 20)}
    assert closed_weekdays(OLD, date(year, 1, 1), date(year, 12, 31)) == without


@pytest.mark.parametrize("year", range(2000, 2027))
def test_the_exchange_rests_on_the_days_of_its_list(year: int) -> None:
    """Each year of B3 is the banks' list plus the exchange's own days, as published."""
    published = expected()["banks"][year] | expected()["exchange"][year]

    assert closed_weekdays(b3(), date(year, 1, 1), date(year, 12, 31)) == published


@needs_recorded
@pytest.mark.parametrize(
    ("calendar", "name"),
    [
        (NEW, "anbima_holidays.csv"),
        (NEW, "anbima_holidays_new_list_refdate_from_2023-12-26.csv"),
        (OLD, "anbima_holidays_old_list_refdate_until_2023-12-22.csv"),
    ],
)
def test_the_recorded_lists_of_banks_agree_from_2000_to_2099(calendar: BusinessCalendar, name: str) -> None:
    """Every weekday of a century is as recorded; two files miss Good Friday 2000, which the third has."""
    known_gap = {date(2000, 4, 21)} if "list" in name else set()

    ours = closed_weekdays(calendar, date(2000, 1, 1), date(2099, 12, 31))
    assert ours == weekdays(recorded(f"calendars/{name}")) | known_gap


@needs_recorded
def test_the_recorded_sources_of_the_exchange_agree_with_each_other_and_with_us() -> None:
    """Sessions since 1995 and holidays since 2000, from two sources, hold no day that we answer otherwise."""
    sessions = recorded("calendars/b3_sessions_exchange_calendars.csv")

    assert set(b3().sessions(date(1995, 1, 1), date(2027, 1, 1))) == sessions
    ours = closed_weekdays(b3(), date(2000, 1, 1), date(2026, 12, 31))
    assert ours == weekdays(recorded("calendars/b3_holidays.csv"))


@needs_recorded
def test_a_cdi_rate_exists_exactly_on_the_business_days_of_banks() -> None:
    """From the first rate of 1994 to the last recorded, rates and business days are the same days."""
    rates = recorded("bcb/cdi_sgs12_daily.csv")

    assert set(NEW.sessions(min(rates), max(rates) + timedelta(days=1))) == rates
