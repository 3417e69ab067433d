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

from dataclasses import dataclass
from datetime import date
from decimal import Decimal, localcontext
from enum import StrEnum

from fiel.fixed_income.series import RateSeries
from fiel.kernel.calendars import BusinessCalendar
from fiel.kernel.decimals import DecimalInput, parse_decimal
from fiel.kernel.errors import InvalidInput, Refused
from fiel.kernel.rounding import finance_context, round_half_up, truncate

#: A hundred years of months: no paper lives longer.
MONTHS_MAX = 1_200


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
    """The anniversary day of a month (1 to 28)."""
    if type(anniversary) is not int or not 1 <= anniversary <= 28:
        raise InvalidInput("anniversary_day", "the anniversary is a day from 1 to 28", field="anniversary")
    return date(year, month, anniversary)


def parts(
    start: date, end: date, calendar: BusinessCalendar, pro_rata: ProRata, anniversary: int = 15
) -> tuple[Part, ...]:
    """The index months between two dates, oldest first, each with the part of it that was lived.

    Business days are counted start included, end excluded, between the nominal anniversaries.
    """
    if end < start:
        raise InvalidInput("dates_reversed", f"{end} comes before {start}; swap them", field="end")
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
            raise InvalidInput("period_too_long", f"at most {MONTHS_MAX} months can be computed", field="end")
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

    def factor(
        self,
        start: date,
        end: date,
        calendar: BusinessCalendar,
        *,
        pro_rata: ProRata = ProRata.BUSINESS_DAYS,
        anniversary: int = 15,
    ) -> Decimal:
        """C, T-8, from `start` to `end`. Raises `Refused` for a month neither known nor projected."""
        product = Decimal(1)
        with localcontext(finance_context()):
            for part in parts(start, end, calendar, pro_rata, anniversary):
                product = truncate(product * self._factor(part), 16)
        return truncate(product, 8)

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
    for estimates and real returns, not for unit prices. Raises `Refused` when a month is missing.
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


def _days(start: date, end: date, calendar: BusinessCalendar, pro_rata: ProRata) -> int:
    if pro_rata is ProRata.BUSINESS_DAYS:
        return calendar.business_days_between(start, end)
    return (end - start).days


def _next_month(day: date, *, back: bool = False) -> date:
    months = day.year * 12 + day.month - 1 + (-1 if back else 1)
    return day.replace(year=months // 12, month=months % 12 + 1)
