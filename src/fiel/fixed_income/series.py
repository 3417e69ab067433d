"""Rate series as values: a day that is not there is refused, never taken as zero and never guessed."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from types import MappingProxyType

from fiel.kernel.calendars import BusinessCalendar
from fiel.kernel.decimals import DecimalInput, parse_decimal
from fiel.kernel.errors import InvalidInput, Refused

#: About two hundred years of days.
ENTRIES_MAX = 80_000
_NAMED_DAYS_MAX = 5


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class RateSeries:
    """Numbers by date, such as the CDI in percent per year or an index number per month.

    `name` appears in refusals. The unit is the caller's: nothing is converted here. A monthly
    series is keyed by the first day of its month. Make one with `of`.
    """

    name: str
    _days: tuple[date, ...]
    _values: MappingProxyType[date, Decimal]

    @classmethod
    def of(
        cls, name: str, entries: Mapping[date, DecimalInput] | Iterable[tuple[date, DecimalInput]]
    ) -> RateSeries:
        """A series from days and numbers in any order; saying the same number twice is allowed.

        Raises `InvalidInput` for a float, a datetime, two numbers for one day, or beyond 80000 days.

        >>> RateSeries.of("CDI", {date(2026, 1, 2): "14.90"}).at(date(2026, 1, 2))
        Decimal('14.9')
        """
        values: dict[date, Decimal] = {}
        for day, value in entries.items() if isinstance(entries, Mapping) else entries:
            _check_day(day, name)
            number = parse_decimal(value, field=f"{name}.{day}")
            if values.setdefault(day, number) != number:
                raise InvalidInput(
                    "rate_twice",
                    f"{day} has two values, {values[day]} and {number}; keep one",
                    field=f"{name}.{day}",
                )
            if len(values) > ENTRIES_MAX:
                raise InvalidInput(
                    "series_too_long", f"a series has at most {ENTRIES_MAX} days; cut it", field=name
                )
        return cls(name, tuple(sorted(values)), MappingProxyType(values))

    @property
    def first_day(self) -> date:
        """The earliest day. Raises `Refused` when the series is empty."""
        return self._days[0] if self._days else self._refuse_empty()

    @property
    def last_day(self) -> date:
        """The latest day. Raises `Refused` when the series is empty."""
        return self._days[-1] if self._days else self._refuse_empty()

    @property
    def days(self) -> tuple[date, ...]:
        """The days that have a number, in order."""
        return self._days

    def __len__(self) -> int:
        return len(self._days)

    def __contains__(self, day: object) -> bool:
        return day in self._values

    def at(self, day: date) -> Decimal:
        """The number of exactly this day. Raises `Refused` (rate_missing) when there is none."""
        _check_day(day, self.name)
        value = self._values.get(day)
        if value is None:
            raise self._missing((day,))
        return value

    def in_force(self, day: date, *, max_age_days: int) -> Decimal:
        """The last number on or before `day`, for what holds until changed (the Selic target).

        Raises `Refused` when there is none, or when it is more than `max_age_days` calendar days old.
        """
        _check_day(day, self.name)
        position = bisect_right(self._days, day)
        if position == 0 or day - self._days[position - 1] > timedelta(days=max_age_days):
            raise self._missing((day,))
        return self._values[self._days[position - 1]]

    def between(self, start: date, end: date, calendar: BusinessCalendar) -> tuple[Decimal, ...]:
        """The number of every business day from `start` (included) to `end` (excluded), in order.

        Raises `InvalidInput` when `end` comes before `start`, `Refused` (rate_missing) naming the days
        that have none. A number on a day that is not a business day is not used.
        """
        _check_day(start, self.name)
        _check_day(end, self.name)
        if end < start:
            raise InvalidInput("dates_reversed", f"{end} comes before {start}; swap them", field=self.name)
        sessions = calendar.sessions(start, end)
        missing = tuple(day for day in sessions if day not in self._values)
        if missing:
            raise self._missing(missing)
        return tuple(self._values[day] for day in sessions)

    def on_closed_days(self, calendar: BusinessCalendar) -> tuple[date, ...]:
        """The days that have a number and are no business days: a sign of a wrong row or a wrong list."""
        return tuple(day for day in self._days if not calendar.is_business_day(day))

    def __repr__(self) -> str:
        return f"RateSeries('{self.name}', {len(self._days)} days)"

    def _missing(self, days: tuple[date, ...]) -> Refused:
        named = ", ".join(day.isoformat() for day in days[:_NAMED_DAYS_MAX])
        more = f" and {len(days) - _NAMED_DAYS_MAX} more" if len(days) > _NAMED_DAYS_MAX else ""
        known = f"it goes from {self._days[0]} to {self._days[-1]}" if self._days else "it is empty"
        return Refused(
            "rate_missing",
            f"{self.name} has no value for {named}{more} ({known}); fetch it or state an assumption",
            field=self.name,
            details={"missing": str(len(days)), "first": days[0].isoformat()},
        )

    def _refuse_empty(self) -> date:
        raise Refused("series_empty", f"{self.name} has no values; fetch it", field=self.name)


def _check_day(day: object, name: str) -> None:
    if isinstance(day, datetime) or not isinstance(day, date):
        raise InvalidInput("date_expected", f"a date is expected, not {type(day).__name__}", field=name)
