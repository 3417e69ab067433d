"""The daily rate of the CDI and of the Selic, and its accumulation as B3 and the STN write it.

    TDI   = A-8((1 + DI/100)^(1/252) - 1)          DI in percent per year
    day   = T-16(1 + TDI * p/100)                  p = percent of the rate, 4 decimals
    F     = T-16(F * day), oldest day first; factor = A-8(F)

The rate of day k pays for k to the next business day: start included, end excluded.
Source: B3, Caderno de Fórmulas (debêntures and CDB); BCB SGS 4389 (CDI % p.a.), 12 (CDI % a day),
1178 (Selic % p.a.), 11 (Selic % a day). Both rates follow the same formula.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, localcontext
from functools import lru_cache

from fiel.fixed_income.accrual.powers import annual_rate, growth
from fiel.fixed_income.accrual.spans import Spans
from fiel.fixed_income.days import Days
from fiel.fixed_income.series import RateSeries
from fiel.kernel.calendars import BusinessCalendar
from fiel.kernel.decimals import DecimalInput, parse_decimal
from fiel.kernel.errors import InvalidInput, Refused
from fiel.kernel.rounding import exact_context, finance_context, round_half_up

#: Percent of the rate: beyond ten times it is a slip.
PERCENT_MAX = 1_000
_ONE = 10**16
#: TDI has 8 decimals and p/100 has 6: their product has 14, so T-16 of a day's factor loses nothing.
_PER_DAY = 100


def daily_rate(rate: DecimalInput) -> Decimal:
    """TDI, a fraction per business day with 8 decimals (A-8), of a rate in percent per year, 0 or more.

    >>> daily_rate("13.65")
    Decimal('0.00050788')
    """
    annual = annual_rate(rate, field="rate", minimum=0)
    with localcontext(finance_context()):
        return round_half_up(growth(annual, 1) - 1, 8)


def daily_rate_from_daily_percent(percent: DecimalInput) -> Decimal:
    """TDI of what SGS 12 and SGS 11 publish: percent per business day, at most 6 decimals.

    >>> daily_rate_from_daily_percent("0.050788")
    Decimal('0.00050788')
    """
    number = parse_decimal(percent, field="percent", decimals_max=6, minimum=0, maximum=100)
    return round_half_up(_shifted(number, -2), 8)


def daily_percent(rate: DecimalInput) -> Decimal:
    """What SGS 12 shows for a rate in percent per year: 100 * TDI, 6 decimals.

    >>> daily_percent("13.65")
    Decimal('0.050788')
    """
    return _shifted(daily_rate(rate), 2)


def annual_from_daily_rate(tdi: DecimalInput) -> Decimal:
    """The rate in percent per year, A-2, that a TDI comes from.

    >>> annual_from_daily_rate("0.00050788")
    Decimal('13.65')
    """
    number = parse_decimal(tdi, field="tdi", decimals_max=8, minimum=0, maximum=1)
    with localcontext(finance_context()):
        return round_half_up(((1 + number) ** 252 - 1) * 100, 2)


def accumulate(tdis: Iterable[Decimal], percent: DecimalInput = 100) -> Decimal:
    """F, with 16 decimals (T-16 at each day): the product of the daily factors, oldest first.

    `tdis` have at most 8 decimals (as `daily_rate` gives); `percent` is the percent of the rate, at
    most 4 decimals. Source: B3, Caderno de Fórmulas.

    >>> accumulate([daily_rate("10.84"), daily_rate("10.81")], "130")
    Decimal('1.0010609512547194')
    """
    step = _percent_step(percent)
    return _as_factor(_product((_scaled(tdi) for tdi in tdis), step))


def rate_factor(tdis: Iterable[Decimal], percent: DecimalInput = 100) -> Decimal:
    """FatorDI (or FatorSelic): A-8 of the accumulated F.

    >>> rate_factor([daily_rate("6.89")] * 22)
    Decimal('1.00583386')
    """
    return round_half_up(accumulate(tdis, percent), 8)


def accumulated_percent(tdis: Iterable[Decimal], decimals: int = 4) -> Decimal:
    """How much the rate made, in percent, from the product of 1 + TDI without roundings, A-`decimals`.

    For benchmarks and the tables of month and year; unit prices need `rate_factor`.

    >>> accumulated_percent([daily_rate("13.65")] * 18)
    Decimal('0.9181')
    """
    with localcontext(finance_context()):
        product = Decimal(1)
        for tdi in tdis:
            product *= 1 + tdi
        return round_half_up((product - 1) * 100, decimals)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class DailyRates:
    """TDIs by business day, ready to accumulate between any two dates. Make it once, ask often.

    Days of the calendar without a rate are kept as unknown, and refused when a period needs them. A
    rate on a day that is no business day pays for nothing and is left out (`RateSeries.on_closed_days`).
    """

    name: str
    calendar: BusinessCalendar
    first_day: date
    #: TDI times 10^8 per business day since `first_day`; -1 = unknown.
    _scaled: tuple[int, ...]
    _spans: Spans = field(init=False)
    _days: Days = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_days", Days(self.calendar))
        object.__setattr__(self, "_spans", Spans(self._scaled))

    @classmethod
    def from_annual(cls, series: RateSeries, calendar: BusinessCalendar) -> DailyRates:
        """From rates in percent per year (SGS 4389, SGS 1178). Raises `Refused` for an empty series."""
        known: dict[Decimal, int] = {}
        scaled = []
        for day in calendar.sessions(series.first_day, calendar.next_business_day(series.last_day)):
            rate = series.at(day) if day in series else None
            if rate is not None and rate not in known:
                known[rate] = _scaled(daily_rate(rate))
            scaled.append(-1 if rate is None else known[rate])
        return cls(series.name, calendar, calendar.following(series.first_day), tuple(scaled))

    @classmethod
    def from_daily_percent(cls, series: RateSeries, calendar: BusinessCalendar) -> DailyRates:
        """From percents per day (SGS 12, SGS 11). Raises `Refused` for an empty series."""
        days = calendar.sessions(series.first_day, calendar.next_business_day(series.last_day))
        scaled = tuple(
            _scaled(daily_rate_from_daily_percent(series.at(day))) if day in series else -1 for day in days
        )
        return cls(series.name, calendar, calendar.following(series.first_day), scaled)

    @property
    def known_until(self) -> date:
        """The first day that needs a rate not known yet: the latest end of a period."""
        return self.calendar.add_business_days(self.first_day, len(self._scaled))

    def extended(self, until: date, rate: DecimalInput) -> DailyRates:
        """The same, with `rate` (percent per year) assumed from `known_until` up to `until` (excluded).

        This is a stated assumption for projections, not knowledge.
        """
        missing = self.calendar.business_days_between(self.known_until, until)
        if missing <= 0:
            return self
        tail = (_scaled(daily_rate(rate)),) * missing
        return DailyRates(
            f"{self.name} (assumed from {self.known_until})",
            self.calendar,
            self.first_day,
            self._scaled + tail,
        )

    def extended_by(self, until: date, steps: Sequence[tuple[date, DecimalInput]] = ()) -> DailyRates:
        """The same, assumed up to `until` (excluded): at the last rate, then at each step's from its day on.

        Steps are in order, in percent per year. This is a stated assumption, not knowledge.
        """
        days = self.calendar.sessions(self.known_until, until)
        if not days:
            return self
        rates = [_scaled(daily_rate(rate)) for _, rate in steps]
        starts = [day for day, _ in steps]
        tail = (rates[at - 1] if (at := bisect_right(starts, day)) else self._scaled[-1] for day in days)
        name = f"{self.name} (assumed from {self.known_until})"
        longer = DailyRates(name, self.calendar, self.first_day, (*self._scaled, *tail))
        # Both have the same days up to here, and so the same products.
        object.__setattr__(longer, "_spans", self._spans.extended(longer._scaled))
        return longer

    def rates(self, start: date, end: date) -> tuple[Decimal, ...]:
        """The TDIs from `start` (included) to `end` (excluded)."""
        return tuple(_as_tdi(scaled) for scaled in self._between(start, end))

    def accumulate(self, start: date, end: date, percent: DecimalInput = 100) -> Decimal:
        """F from `start` (included) to `end` (excluded), T-16. Raises `Refused` for an unknown day."""
        return _as_factor(_product(self._between(start, end), _percent_step(percent)))

    def factor(self, start: date, end: date, percent: DecimalInput = 100) -> Decimal:
        """A-8 of F: FatorDI or FatorSelic from `start` (included) to `end` (excluded).

        February 2023, whose CDI was published as 0.9181 %:

        >>> from fiel.kernel.calendars import anbima
        >>> start, end = date(2023, 2, 1), date(2023, 3, 1)
        >>> calendar = anbima(start)
        >>> cdi = RateSeries.of("CDI", ((day, "13.65") for day in calendar.sessions(start, end)))
        >>> DailyRates.from_annual(cdi, calendar).factor(start, end)
        Decimal('1.00918141')
        """
        return _shifted(Decimal(self.factor8(start, end, percent)), -8)

    def factor8(self, start: date, end: date, percent: DecimalInput = 100) -> int:
        """The same times 10^8. Its digits are those of `accumulate`; shared days are not walked again."""
        position = self._days.position
        origin = position(self.first_day)
        first, last = position(start) - origin, position(end) - origin
        if 0 <= first <= last <= len(self._scaled):
            found = self._spans.factor(first, last, _percent_step(percent))
            if found is not None:
                return found
        return int(_shifted(round_half_up(self.accumulate(start, end, percent), 8), 8))

    def __repr__(self) -> str:
        return f"DailyRates('{self.name}', {self.first_day} to {self.known_until})"

    def _between(self, start: date, end: date) -> tuple[int, ...]:
        first = self.calendar.business_days_between(self.first_day, start)
        last = self.calendar.business_days_between(self.first_day, end)
        if end < start:
            raise InvalidInput("dates_reversed", f"{end} comes before {start}; swap them", field=self.name)
        taken = self._scaled[first:last] if first >= 0 else ()
        if len(taken) != last - first or -1 in taken:
            raise self._missing(start, first, last)
        return taken

    def _missing(self, start: date, first: int, last: int) -> Refused:
        known = range(len(self._scaled))
        unknown = [at for at in range(first, last) if at not in known or self._scaled[at] < 0]
        day = self.calendar.add_business_days(start, unknown[0] - first)
        return Refused(
            "rate_missing",
            f"{self.name} has no rate for {day} and {len(unknown) - 1} other days of the period "
            f"(known from {self.first_day}, up to {self.known_until} excluded); "
            "fetch it or state an assumption",
            field=self.name,
            details={"missing": str(len(unknown)), "first": day.isoformat()},
        )


def _product(scaled: Iterable[int], step: int) -> int:
    """F times 10^16. Whole numbers: floor division is T-16, as factors are positive."""
    one = factor = day = _ONE
    last = 0
    for tdi in scaled:
        # Rates stay for weeks: the factor of a day is made once for each.
        if tdi != last:
            last, day = tdi, one + tdi * step
        factor = factor * day // one
    return factor


# Typed: a float must not find what its equal Decimal left here.
@lru_cache(maxsize=4096, typed=True)
def _percent_step(percent: DecimalInput) -> int:
    number = parse_decimal(percent, field="percent", decimals_max=4, minimum=0, maximum=PERCENT_MAX)
    return int(_shifted(number, 4)) * _PER_DAY


def _scaled(tdi: Decimal) -> int:
    number = parse_decimal(tdi, field="tdi", decimals_max=8, minimum=0, maximum=1)
    return int(_shifted(number, 8))


def _as_tdi(scaled: int) -> Decimal:
    return _shifted(Decimal(scaled), -8)


def _as_factor(scaled: int) -> Decimal:
    return _shifted(Decimal(scaled), -16)


def _shifted(number: Decimal, places: int) -> Decimal:
    """The number times a power of ten, exact whatever the caller's decimal context."""
    return exact_context().scaleb(number, Decimal(places))
