"""Days and months: read from text, as the first days of months, and counted from a day."""

from __future__ import annotations

from calendar import monthrange
from datetime import date

from fiel.kernel.errors import InvalidInput


def parse_day(text: str, field: str) -> date:
    """A day from ISO 8601. Raises `InvalidInput` (day_malformed) naming the field.

    >>> parse_day("2026-01-31", "--on")
    datetime.date(2026, 1, 31)
    """
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InvalidInput(
            "day_malformed", f"{text[:20]!r} is not a day; write it like 2026-01-31", field=field
        ) from None


def first_of(day: date) -> date:
    """The first day of a day's month.

    >>> first_of(date(2026, 2, 28))
    datetime.date(2026, 2, 1)
    """
    return day.replace(day=1)


def month_after(day: date, months: int = 1) -> date:
    """The first day of the month so many months later (earlier when negative).

    >>> month_after(date(2026, 12, 31)), month_after(date(2026, 1, 5), -1)
    (datetime.date(2027, 1, 1), datetime.date(2025, 12, 1))
    """
    index = day.year * 12 + day.month - 1 + months
    return date(index // 12, index % 12 + 1, 1)


def months_between(first: date, last: date) -> int:
    """How many months `last` lies after `first`.

    >>> months_between(date(2025, 12, 1), date(2026, 3, 1))
    3
    """
    return (last.year - first.year) * 12 + last.month - first.month


def months_later(day: date, months: int) -> date:
    """The same day so many months later, or the last of a shorter month.

    >>> months_later(date(2026, 8, 31), 6)
    datetime.date(2027, 2, 28)
    """
    first = month_after(day, months)
    return first.replace(day=min(day.day, monthrange(first.year, first.month)[1]))
