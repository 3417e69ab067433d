"""Stretches of time: the worth at the close of `after` is what a period starts from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from fiel.kernel.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class Period:
    """What happened after the close of `after`, up to and with the close of `until`."""

    after: date
    until: date

    def __post_init__(self) -> None:
        if self.until <= self.after:
            raise InvalidInput(
                "dates_reversed", f"{self.until} is not after {self.after}; swap them", field="until"
            )

    @property
    def days(self) -> int:
        """Calendar days."""
        return (self.until - self.after).days


def month_to_date(until: date) -> Period:
    """From the end of the month before.

    >>> month_to_date(date(2026, 3, 10))
    Period(after=datetime.date(2026, 2, 28), until=datetime.date(2026, 3, 10))
    """
    return Period(until.replace(day=1) - timedelta(days=1), until)


def year_to_date(until: date) -> Period:
    """From the end of the year before."""
    return Period(date(until.year - 1, 12, 31), until)


def twelve_months(until: date) -> Period:
    """From the same day one year before (28 February for a 29th)."""
    if (until.month, until.day) == (2, 29):
        return Period(date(until.year - 1, 2, 28), until)
    return Period(until.replace(year=until.year - 1), until)


def since_start(first: date, until: date) -> Period:
    """From the close of the day before the first entry."""
    return Period(first - timedelta(days=1), until)
