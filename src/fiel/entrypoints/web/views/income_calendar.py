"""One month of payments as a calendar: weeks of seven days, Sunday first, with what each day brings."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from fiel.income.calendar import CalendarEntry
from fiel.income.summary import Layer, layer_of
from fiel.kernel.months import month_after

_ONE_DAY = timedelta(days=1)
_BRL = "BRL"


@dataclass(frozen=True, slots=True)
class DayPayment:
    """One payment of a day; `amount` net or gross as asked, in `currency`."""

    asset: str
    amount: Decimal
    currency: str
    layer: Layer
    record_id: str


@dataclass(frozen=True, slots=True)
class CalendarDay:
    """A day; `is_inside`: of the month that is shown."""

    day: date
    is_inside: bool
    is_today: bool
    payments: tuple[DayPayment, ...]


@dataclass(frozen=True, slots=True)
class CalendarMonth:
    """A month by weeks; `total` is of its payments in reais. `before` and `after`: "YYYY-MM"."""

    first: date
    weeks: tuple[tuple[CalendarDay, ...], ...]
    total: Decimal
    before: str
    after: str


def calendar_of(entries: Iterable[CalendarEntry], month: str, today: date, *, gross: bool) -> CalendarMonth:
    """The month "YYYY-MM" of the entries that have a day."""
    first = date(int(month[:4]), int(month[5:]), 1)
    after = month_after(first)
    on: defaultdict[date, list[DayPayment]] = defaultdict(list)
    total = Decimal("0.00")
    for one in entries:
        if one.day is None or one.month != month:
            continue
        amount = one.gross if gross else one.net
        on[one.day].append(DayPayment(one.asset, amount, one.currency, layer_of(one.state), one.record_id))
        total += amount if one.currency == _BRL else 0
    start = first - timedelta(days=(first.weekday() + 1) % 7)
    weeks = []
    while start < after:
        days = (start + timedelta(days=step) for step in range(7))
        weeks.append(
            tuple(
                CalendarDay(day, first <= day < after, day == today, tuple(on.get(day, ()))) for day in days
            )
        )
        start += 7 * _ONE_DAY
    before = first - _ONE_DAY
    return CalendarMonth(first, tuple(weeks), total, f"{before:%Y-%m}", f"{after:%Y-%m}")
