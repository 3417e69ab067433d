"""A calendar of business days: constant-time questions over counts made once, 1990 to 2100."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from fiel.kernel.calendars.feasts import YEAR_MAX, YEAR_MIN, Holiday
from fiel.kernel.errors import InvalidInput

FIRST_DAY = date(YEAR_MIN, 1, 1)
LAST_DAY = date(YEAR_MAX, 12, 31)

_ORIGIN = FIRST_DAY.toordinal()
_LENGTH = LAST_DAY.toordinal() - _ORIGIN + 1
_SATURDAY = 5


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class BusinessCalendar:
    """Business days = neither weekend nor holiday. Make one with `anbima(...)`, `b3()` or `of(...)`.

    Every method raises `InvalidInput` for a day outside 1990-01-01..2100-12-31 and for a datetime
    (whose date depends on a time zone: say which date is meant).
    """

    name: str
    #: [i] = business days before day i of the range.
    _before: array[int]
    #: Business days as offsets from FIRST_DAY.
    _open: array[int]
    _holidays: tuple[Holiday, ...]

    @classmethod
    def of(cls, name: str, holidays: Iterable[Holiday]) -> BusinessCalendar:
        """A calendar from a list of holidays; those outside the range are ignored."""
        listed = tuple(
            sorted((h for h in holidays if FIRST_DAY <= h.day <= LAST_DAY), key=lambda holiday: holiday.day)
        )
        closed = {holiday.day.toordinal() - _ORIGIN for holiday in listed}
        first_weekday = FIRST_DAY.weekday()
        before, is_open, count = array("H", [0]), array("H"), 0
        for offset in range(_LENGTH):
            if (first_weekday + offset) % 7 < _SATURDAY and offset not in closed:
                is_open.append(offset)
                count += 1
            before.append(count)
        return cls(name, before, is_open, listed)

    def is_business_day(self, day: date) -> bool:
        """Whether `day` is a business day."""
        offset = self._offset(day)
        return self._before[offset + 1] > self._before[offset]

    def business_days_between(self, start: date, end: date) -> int:
        """Business days from `start` (included) to `end` (excluded): the "du" of Brazilian markets.

        Negative when `end` comes before `start`. A non-business `end` counts like the next business day.
        """
        return self._before[self._offset(end)] - self._before[self._offset(start)]

    def add_business_days(self, day: date, count: int) -> date:
        """The business day at `count` du from `day`: `business_days_between(day, result) == count`.

        A day that is not a business day stands for the next one: Saturday + 0 is Monday, Saturday + 1
        Tuesday, Saturday - 1 Friday. T+2 is `add_business_days(trade_date, 2)`.
        """
        return self._at(self._before[self._offset(day)] + count)

    def following(self, day: date) -> date:
        """`day` itself when it is a business day, else the next one."""
        return self.add_business_days(day, 0)

    def preceding(self, day: date) -> date:
        """`day` itself when it is a business day, else the one before."""
        return self._at(self._before[self._offset(day) + 1] - 1)

    def next_business_day(self, day: date) -> date:
        """The first business day after `day`, never `day` itself."""
        return self._at(self._before[self._offset(day) + 1])

    def previous_business_day(self, day: date) -> date:
        """The last business day before `day`, never `day` itself."""
        return self.add_business_days(day, -1)

    def sessions(self, start: date, end: date) -> tuple[date, ...]:
        """The business days from `start` (included) to `end` (excluded), in order; empty if reversed."""
        first, last = self._before[self._offset(start)], self._before[self._offset(end)]
        return tuple(date.fromordinal(_ORIGIN + offset) for offset in self._open[first:last])

    def holidays(self, year: int) -> tuple[Holiday, ...]:
        """The holiday list of a year, in order, days that fall on weekends included."""
        if not YEAR_MIN <= year <= YEAR_MAX:
            raise self._outside(str(year))
        first = bisect_left(self._holidays, date(year, 1, 1), key=lambda holiday: holiday.day)
        last = bisect_left(self._holidays, date(year + 1, 1, 1), key=lambda holiday: holiday.day)
        return self._holidays[first:last]

    def __repr__(self) -> str:
        return f"BusinessCalendar('{self.name}')"

    def _offset(self, day: date) -> int:
        if isinstance(day, datetime) or not isinstance(day, date):
            raise InvalidInput(
                "date_expected", f"calendar {self.name} needs a date, not {type(day).__name__}"
            )
        offset = day.toordinal() - _ORIGIN
        if not 0 <= offset < _LENGTH:
            raise self._outside(day.isoformat())
        return offset

    def _at(self, position: int) -> date:
        if not 0 <= position < len(self._open):
            raise self._outside("the answer")
        return date.fromordinal(_ORIGIN + self._open[position])

    def _outside(self, what: str) -> InvalidInput:
        return InvalidInput(
            "date_outside_calendar",
            f"{what} lies outside calendar {self.name}, which knows {FIRST_DAY} to {LAST_DAY}",
        )
