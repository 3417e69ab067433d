"""What is to be asked of a series: when its rows were last answered for."""

from __future__ import annotations

from datetime import UTC, date, datetime

from fiel.market.series_plan import Known, checked_at
from fiel.market.store.series import Span

NOON = datetime(2026, 7, 24, 15, 0, tzinfo=UTC)


def test_a_span_that_ends_the_day_before_says_nothing_of_the_rows() -> None:
    """Only one that reaches the first of them does."""
    before = Span(date(2026, 1, 1), date(2026, 6, 23), NOON)
    reaching = Span(date(2026, 1, 1), date(2026, 6, 24), NOON)

    assert checked_at(date(2026, 6, 24), Known(set(), (before,))) is None
    assert checked_at(date(2026, 6, 24), Known(set(), (reaching,))) == NOON
