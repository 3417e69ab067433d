"""The IPCA factor of private credit: known months, the open month, business or calendar days.

Between two anniversaries (the 15th, unless the deed says otherwise) the factor is

    (NI_k / NI_k-1)^(dup/dut)     NI_k: index number of the month in which the period starts
    (1 + A-2(proj)/100)^(dup/dut) while NI_k is not published; proj: projected IPCA, percent

Each is T-8, their running product T-16 and the result C is T-8. dup/dut are business days (deeds,
ANBIMA) or calendar days (STN, Tesouro Direto). Sources: IBGE SIDRA 1737 (index numbers, December
1993 = 100); B3, Caderno de Fórmulas. The T-8 inside a month is the standard wording of deeds and was
not checked against published prices; whole months were.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, localcontext
from enum import StrEnum
from typing import Protocol

from fiel.fixed_income.accrual.powers import quick_context, quick_scaled
from fiel.fixed_income.series import RateSeries
from fiel.kernel.calendars import BusinessCalendar
from fiel.kernel.decimals import DecimalInput, parse_decimal
from fiel.kernel.errors import InvalidInput, Refused
from fiel.kernel.rounding import finance_context, round_half_up, truncate

#: A hundred years of months: no paper lives longer.
MONTHS_MAX = 1_200
#: Parts of months kept by an index.
_PARTS_MAX = 100_000
_ONE_8 = 10**8


class Counting(Protocol):
    """A calendar, or a memory of one (`fixed_income.days.Days`)."""

    def business_days_between(self, start: date, end: date) -> int:
        """Business days from `start` (included) to `end` (excluded)."""


class ProRata(StrEnum):
    """How the part of a month is counted."""

    BUSINESS_DAYS = "business_days"
    CALENDAR_DAYS = "calendar_days"


@dataclass(frozen=True, slots=True)
class Part:
    """A part of one index month: `passed` of `total` days of the period that starts in `month`."""

    #: First day of the calendar month in which the anniversary period starts.
    month: date
    passed: int
    total: int


def known_factor(index: DecimalInput, previous: DecimalInput, passed: int = 1, total: int = 1) -> Decimal:
    """T-8((index/previous)^(passed/total)) of two index numbers.

    >>> known_factor("7100.50", "7060.10", 10, 21)
    Decimal('1.00272083')
    """
    over = parse_decimal(index, field="index", minimum=0)
    under = parse_decimal(previous, field="previous", minimum=0)
    if over == 0 or under == 0:
        field = "index" if over == 0 else "previous"
        raise InvalidInput("index_zero", "an index number is above zero", field=field)
    with localcontext(finance_context()):
        return truncate(_part_of(over / under, passed, total), 8)


def projected_factor(projection: DecimalInput, passed: int, total: int) -> Decimal:
    """T-8((1 + A-2(projection)/100)^(passed/total)); `projection` in percent for the month (ANBIMA's).

    >>> projected_factor("0.35", 10, 21)
    Decimal('1.00166514')
    """
    percent = parse_decimal(projection, field="projection", minimum=-50, maximum=1_000)
    with localcontext(finance_context()):
        return truncate(_part_of(1 + round_half_up(percent, 2) / 100, passed, total), 8)


def anniversary_on(year: int, month: int, anniversary: int) -> date:
    """The anniversary day of a month (1 to 28).

    >>> anniversary_on(2026, 2, 15)
    datetime.date(2026, 2, 15)
    """
    if type(anniversary) is not int or not 1 <= anniversary <= 28:
        raise InvalidInput("anniversary_day", "the anniversary is a day from 1 to 28", field="anniversary")
    return date(year, month, anniversary)


def parts(
    start: date, end: date, calendar: BusinessCalendar, pro_rata: ProRata, anniversary: int = 15
) -> tuple[Part, ...]:
    """The index months between two dates, oldest first, each with the part of it that was lived.

    Days are counted start included, end excluded, between the nominal anniversaries; whole numbers, so
    nothing is rounded. Source: B3, Caderno de Fórmulas (dup/dut).

    >>> from fiel.kernel.calendars import anbima
    >>> span = date(2026, 1, 5), date(2026, 2, 20)
    >>> lived = parts(*span, anbima(date(2026, 1, 5)), ProRata.CALENDAR_DAYS)
    >>> [(str(part.month), part.passed, part.total) for part in lived]
    [('2025-12-01', 10, 31), ('2026-01-01', 31, 31), ('2026-02-01', 5, 28)]
    """
    _check_order(start, end)
    opened = anniversary_on(start.year, start.month, anniversary)
    if opened > start:
        opened = _next_month(opened, back=True)
    found: list[Part] = []
    while opened < end:
        closed = _next_month(opened)
        passed = _days(max(opened, start), min(closed, end), calendar, pro_rata)
        # A stretch of a weekend has no business day and no part.
        if passed:
            found.append(Part(opened.replace(day=1), passed, _days(opened, closed, calendar, pro_rata)))
        if len(found) > MONTHS_MAX:
            raise _too_long()
        opened = closed
    return tuple(found)


@dataclass(frozen=True, slots=True)
class IpcaIndex:
    """Index numbers by month (keyed by its first day) and the projection used while one is missing.

    `projection` is percent for one month; without it a month not yet published is refused. `flat`
    says that later months are assumed to be like the projected one; otherwise only one is.
    """

    numbers: RateSeries
    projection: Decimal | None = None
    flat: bool = False
    #: Factors times 10^8 of whole months, and of parts of months; they change no answer.
    _whole: dict[int, int] = field(default_factory=dict, init=False, repr=False, compare=False)
    _logs: dict[int, Decimal] = field(default_factory=dict, init=False, repr=False, compare=False)
    _parts: dict[tuple[int, int, int], int] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def factor(
        self,
        start: date,
        end: date,
        calendar: BusinessCalendar,
        *,
        pro_rata: ProRata = ProRata.BUSINESS_DAYS,
        anniversary: int = 15,
    ) -> Decimal:
        """C, T-8, from `start` to `end`. Raises `Refused` for a month neither known nor projected.

        Two whole months, of 1 % and 2 %:

        >>> from fiel.kernel.calendars import anbima
        >>> months = {date(2025, 12, 1): 100, date(2026, 1, 1): 101, date(2026, 2, 1): "103.02"}
        >>> index, calendar = IpcaIndex(RateSeries.of("IPCA", months)), anbima(date(2026, 1, 15))
        >>> index.factor(date(2026, 1, 15), date(2026, 3, 15), calendar)
        Decimal('1.03020000')
        """
        return Decimal(f"{self.factor8(start, end, calendar, pro_rata, anniversary)}E-8")

    def factor8(self, start: date, end: date, calendar: Counting, pro_rata: ProRata, anniversary: int) -> int:
        """C times 10^8, in whole numbers: floor division cuts (T-16, T-8), as factors are positive.

        The months are those of `parts`. Months between the first and the last are whole, and the factor of
        each is kept: thousands of papers ask for them.
        """
        _check_order(start, end)
        anniversary_on(start.year, start.month, anniversary)
        first, last = _period(start, anniversary), _period(end, anniversary)
        if last - first > MONTHS_MAX:
            raise _too_long()
        product = self._part8(first, start, end, calendar, pro_rata, anniversary) * _ONE_8
        for at in range(first + 1, last):
            product = product * (self._whole.get(at) or self._whole8(at)) // _ONE_8
        if last > first:
            product = product * self._part8(last, start, end, calendar, pro_rata, anniversary) // _ONE_8
        return product // _ONE_8

    def _whole8(self, at: int) -> int:
        """The factor of a whole month times 10^8."""
        found = self._whole[at] = self._known8(at, 1, 1)
        return found

    def _part8(
        self, at: int, start: date, end: date, calendar: Counting, pro_rata: ProRata, anniversary: int
    ) -> int:
        """The factor of what a period has of a month, times 10^8; 1 when it has no business day of it."""
        opened, closed = _day_in(at, anniversary), _day_in(at + 1, anniversary)
        passed = _days(max(opened, start), min(closed, end), calendar, pro_rata)
        if not passed:
            return _ONE_8
        total = _days(opened, closed, calendar, pro_rata)
        if passed == total:
            return self._whole.get(at) or self._whole8(at)
        found = self._parts.get((at, passed, total))
        if found is None:
            if len(self._parts) >= _PARTS_MAX:
                self._parts.clear()
            found = self._parts[at, passed, total] = self._known8(at, passed, total)
        return found

    def _known8(self, at: int, passed: int, total: int) -> int:
        """`_factor` times 10^8; a part of a known month by the logarithm of the month, where that is safe."""
        month = _month(at)
        if passed < total and month in self.numbers:
            quick = quick_scaled(self._log(at), passed, total, 8, is_cut=True)
            if quick is not None:
                return quick
        numerator, denominator = self._factor(Part(month, passed, total)).as_integer_ratio()
        return numerator * _ONE_8 // denominator

    def _log(self, at: int) -> Decimal:
        """ln(NI_k / NI_k-1) of a month, to 30 digits."""
        found = self._logs.get(at)
        if found is None:
            with localcontext(quick_context()):
                ratio = self.numbers.at(_month(at)) / self.numbers.at(_month(at - 1))
                found = self._logs[at] = ratio.ln()
        return found

    def _factor(self, part: Part) -> Decimal:
        before = _next_month(part.month, back=True)
        if part.month in self.numbers:
            return known_factor(self.numbers.at(part.month), self.numbers.at(before), part.passed, part.total)
        # Only a month after the last published one may be projected: a hole is an error, not the future.
        if self.projection is None or part.month < self.numbers.last_day:
            self.numbers.at(part.month)
        if not self.flat and before != self.numbers.last_day:
            raise Refused(
                "projection_missing",
                f"the IPCA of {part.month:%Y-%m} is more than one month after the last one published "
                f"({self.numbers.last_day:%Y-%m}); state an assumption for the months to come",
                field=self.numbers.name,
            )
        return projected_factor(self.projection or 0, part.passed, part.total)


def index_from_variations(name: str, variations: RateSeries, base: DecimalInput = 100) -> RateSeries:
    """Index numbers from monthly variations in percent (BCB SGS 433), consecutive months, from `base`.

    Published variations have 2 decimals, so the last digits differ from IBGE's own index numbers: good
    for estimates and real returns, not for unit prices. Each number is A-16; the first is that of the
    month before. Source of the variations: IBGE. Raises `Refused` when a month is missing.

    >>> months = RateSeries.of("IPCA", {date(2026, 1, 1): "1.00", date(2026, 2, 1): "2.00"})
    >>> numbers = index_from_variations("index", months)
    >>> [f"{numbers.at(day):.2f}" for day in numbers.days]
    ['100.00', '101.00', '103.02']
    """
    level = parse_decimal(base, field="base", minimum="0.0001")
    numbers = {_next_month(variations.first_day, back=True): level}
    month = variations.first_day
    with localcontext(finance_context()):
        while month <= variations.last_day:
            level = round_half_up(level * (1 + variations.at(month) / 100), 16)
            numbers[month] = level
            month = _next_month(month)
    return RateSeries.of(name, numbers)


def _part_of(ratio: Decimal, passed: int, total: int) -> Decimal:
    if type(passed) is not int or type(total) is not int or not 0 <= passed <= total or total == 0:
        raise InvalidInput(
            "part_of_month", f"{passed} of {total} days is no part of a month; give 0 <= passed <= total"
        )
    if passed == total:
        return ratio
    with localcontext(finance_context()):
        return ratio ** (Decimal(passed) / total)


def _days(start: date, end: date, calendar: Counting, pro_rata: ProRata) -> int:
    if pro_rata is ProRata.BUSINESS_DAYS:
        return calendar.business_days_between(start, end)
    return (end - start).days


def _period(day: date, anniversary: int) -> int:
    """The number of the month whose anniversary is the last one on or before a day."""
    return day.year * 12 + day.month - 1 - (day.day < anniversary)


def _month(at: int) -> date:
    return _day_in(at, 1)


def _day_in(at: int, day: int) -> date:
    return date(at // 12, at % 12 + 1, day)


def _check_order(start: date, end: date) -> None:
    if end < start:
        raise InvalidInput("dates_reversed", f"{end} comes before {start}; swap them", field="end")


def _too_long() -> InvalidInput:
    return InvalidInput("period_too_long", f"at most {MONTHS_MAX} months can be computed", field="end")


def _next_month(day: date, *, back: bool = False) -> date:
    months = day.year * 12 + day.month - 1 + (-1 if back else 1)
    return day.replace(year=months // 12, month=months % 12 + 1)
