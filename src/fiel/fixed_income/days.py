"""A calendar that remembers what it was asked: thousands of papers share their days. Changes no answer."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from fiel.kernel.calendars import FIRST_DAY, BusinessCalendar


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Days:
    """Positions and payment days of one calendar; at most one entry for each of its days."""

    calendar: BusinessCalendar
    _positions: dict[date, int] = field(default_factory=dict)
    _following: dict[date, date] = field(default_factory=dict)

    def position(self, day: date) -> int:
        """Business days before `day` since the calendar begins: two positions differ by the du between."""
        found = self._positions.get(day)
        if found is None:
            found = self._positions[day] = self.calendar.business_days_between(FIRST_DAY, day)
        return found

    def business_days_between(self, start: date, end: date) -> int:
        """Business days from `start` (included) to `end` (excluded); negative when reversed."""
        return self.position(end) - self.position(start)

    def following(self, day: date) -> date:
        """`day` itself when it is a business day, else the next one."""
        found = self._following.get(day)
        if found is None:
            found = self._following[day] = self.calendar.following(day)
        return found
