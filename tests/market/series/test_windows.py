"""Cutting long spans into windows."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fiel.kernel.errors import InvalidInput
from fiel.market.catalogue import series_spec
from fiel.market.windows import Window, WindowConfig, reread_window, windows

TODAY = date(2026, 11, 20)
CDI, IPCA = series_spec("cdi"), series_spec("ipca")


def test_thirty_years_of_a_daily_series_are_cut_at_whole_blocks_of_five() -> None:
    """The cuts do not depend on where one begins."""
    found = windows(CDI, date(1996, 3, 4), date(2026, 11, 20), today=TODAY)
    assert found[0] == Window(date(1996, 3, 4), date(1999, 12, 31))
    assert found[1] == Window(date(2000, 1, 1), date(2004, 12, 31))
    assert found[-1] == Window(date(2025, 1, 1), TODAY)


def test_a_monthly_series_takes_twenty_years_at_once_and_begins_on_the_first() -> None:
    """20 years pass."""
    found = windows(IPCA, date(2000, 5, 17), date(2026, 11, 20), today=TODAY)
    assert found == (Window(date(2000, 5, 1), date(2019, 12, 31)), Window(date(2020, 1, 1), TODAY))


def test_nothing_is_asked_of_the_future_nor_before_the_beginning() -> None:
    """Even of a series that is published ahead."""
    target = series_spec("selic_target")
    found = windows(target, date(1990, 1, 1), date(2030, 1, 1), today=TODAY)
    assert (found[0].first, found[-1].last) == (date(1999, 3, 5), TODAY)
    assert windows(target, date(2027, 1, 1), date(2030, 1, 1), today=TODAY) == ()


def test_what_is_covered_is_left_out() -> None:
    """An interrupted sync goes on where it stopped."""
    whole = windows(CDI, date(2010, 1, 1), TODAY, today=TODAY)
    done = [(window.first, window.last) for window in whole[:2]]
    assert windows(CDI, date(2010, 1, 1), TODAY, today=TODAY, covered=done) == whole[2:]
    assert windows(CDI, date(2010, 1, 1), TODAY, today=TODAY, covered=[(date(2000, 1, 1), TODAY)]) == ()


def test_a_hole_between_covered_spans_is_asked_alone() -> None:
    """Only the missing days."""
    covered = [(date(2026, 2, 1), TODAY), (date(2020, 1, 1), date(2025, 12, 31))]
    found = windows(CDI, date(2020, 1, 1), TODAY, today=TODAY, covered=covered)
    assert found == (Window(date(2026, 1, 1), date(2026, 1, 31)),)


@pytest.mark.parametrize("years", [0, 11])
def test_more_years_than_are_answered_are_refused(years: int) -> None:
    """At most ten for daily series."""
    with pytest.raises(InvalidInput, match="1 to 10"):
        WindowConfig(daily_years=years)


def test_a_reversed_window_is_refused() -> None:
    """First before last."""
    with pytest.raises(InvalidInput, match="swap"):
        Window(date(2026, 2, 1), date(2026, 1, 1))


def test_the_rows_that_may_be_revised_are_read_again() -> None:
    """Twenty business days; of months the last ones."""
    assert reread_window(CDI, date(2026, 9, 4)) == Window(date(2026, 8, 7), date(2026, 9, 4))
    assert reread_window(IPCA, date(2026, 9, 4)) == Window(date(2026, 7, 1), date(2026, 9, 4))


_days = st.dates(date(1994, 7, 1), TODAY)


@given(_days, _days, st.lists(st.tuples(_days, _days), max_size=5), st.integers(1, 10))
def test_windows_and_covered_spans_tile_the_question(
    start: date, end: date, spans: list[tuple[date, date]], years: int
) -> None:
    """Each day asked lies in exactly one window or in a covered span; no window is too long."""
    covered = [(min(pair), max(pair)) for pair in spans]
    config = WindowConfig(daily_years=years)
    found = windows(CDI, start, end, today=TODAY, covered=covered, config=config)
    asked = [
        window.first + timedelta(days=offset)
        for window in found
        for offset in range((window.last - window.first).days + 1)
    ]
    wanted = [
        start + timedelta(days=offset)
        for offset in range((end - start).days + 1)
        if not any(first <= start + timedelta(days=offset) <= last for first, last in covered)
    ]
    assert asked == wanted
    assert all(window.last.year - window.first.year < years for window in found)
