"""The series that are known: what they measure, on which days they have a row, and what may be believed.

Codes are those of SGS (Banco Central do Brasil). The plausible ranges were set from the published history
with a margin; they catch a wrong unit, a lost decimal point or another series under the same code.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from decimal import Decimal
from enum import StrEnum
from functools import cache
from types import MappingProxyType

from fiel.kernel.calendars.banking import NEW_LIST_SINCE, anbima
from fiel.kernel.calendars.business import FIRST_DAY, LAST_DAY, BusinessCalendar
from fiel.kernel.errors import NotFound
from fiel.market.wire import Provider


class Unit(StrEnum):
    """What the numbers are. Percent, not fractions: 0.052531 % per day."""

    PERCENT_DAY = "% per day"
    PERCENT_YEAR = "% per year, base 252"
    PERCENT_MONTH = "% per month"
    PERCENT_PERIOD = "% over the period"
    BRL = "BRL"


class Periodicity(StrEnum):
    """Which days have a row; `periods`: a row for each start day, covering up to its `until`."""

    BUSINESS_DAYS = "business days"
    EVERY_DAY = "every day"
    MONTHS = "months"
    PERIODS = "periods"


@dataclass(frozen=True, slots=True)
class Era:
    """From `since` on, values from `low` to `high` (both allowed) are plausible.

    `jump`: a value more than so many times its neighbour, or less than that part of it, is not; `None`
    where nothing can be said.
    """

    since: date
    low: Decimal
    high: Decimal
    jump: Decimal | None = None


@dataclass(frozen=True, slots=True)
class SecondSource:
    """Where else the series is told. `yearly`: there in % per year of 252 days, here in % per day."""

    provider: Provider
    code: str
    yearly: bool = False


@dataclass(frozen=True, slots=True)
class SeriesSpec:
    """One series. `eras` are in order; `decimals` is how many the service publishes.

    `gaps_from`: since when a row on each due day is known to exist, `None` when that cannot be told.
    `ahead`: rows of days to come are published. The row of a day comes out at `hour` (Brasilia) of the day
    `delay` business days later, of a month on the `month_day` of the next one, or the next business day.
    `revisable`: so many business days before today a row may still change; older ones are final.
    """

    key: str
    code: int
    name: str
    name_pt: str
    unit: Unit
    periodicity: Periodicity
    decimals: int
    eras: tuple[Era, ...]
    gaps_from: date | None
    ahead: bool = False
    hour: time = time(9)
    delay: int = 1
    month_day: int = 12
    revisable: int = 20
    second_sources: tuple[SecondSource, ...] = field(default=())

    @property
    def first_day(self) -> date:
        """Nothing is asked for earlier days."""
        return self.eras[0].since

    def era(self, day: date) -> Era:
        """What is plausible on `day`; the first era stands for all earlier days."""
        return next((era for era in reversed(self.eras) if era.since <= day), self.eras[0])

    def plausible(self, day: date, value: Decimal) -> bool:
        """Whether the value may be true on that day."""
        era = self.era(day)
        return era.low <= value <= era.high

    def second(self, provider: Provider) -> SecondSource | None:
        """How another service tells this series; `None` when it does not."""
        return next((each for each in self.second_sources if each.provider is provider), None)

    def may_have_row(self, day: date) -> bool:
        """Whether a row may be dated so: no business-day series has one on a holiday or weekend."""
        if self.periodicity is Periodicity.MONTHS:
            return day.day == 1
        if self.periodicity is Periodicity.BUSINESS_DAYS and FIRST_DAY <= day <= LAST_DAY:
            # Before its lists are known to be whole, the calendar may be wrong about holidays.
            judged = self.gaps_from is not None and day >= self.gaps_from
            return calendar().is_business_day(day) if judged else day.weekday() < 5
        return True

    def expected_days(self, start: date, end: date) -> tuple[date, ...]:
        """The days from `start` to `end`, both included, that have a row once published, in order."""
        start = max(start, self.first_day, FIRST_DAY if self._business else self.first_day)
        end = min(end, LAST_DAY - timedelta(days=1))
        if start > end:
            return ()
        if self._business:
            return calendar().sessions(start, end + timedelta(days=1))
        if self.periodicity is Periodicity.MONTHS:
            return _months(start, end)
        return tuple(start + timedelta(days=offset) for offset in range((end - start).days + 1))

    def due_on(self, day: date) -> date:
        """The day on which, at `hour`, the row of `day` comes out (from 1990 on)."""
        if self.periodicity is Periodicity.MONTHS:
            following = (day.replace(day=1) + timedelta(days=32)).replace(day=self.month_day)
            return calendar().following(following)
        return calendar().add_business_days(day, self.delay) if self.delay else day

    def overdue(self, day: date, today: date) -> bool:
        """Whether the row of `day` should be there: its publication day is over (months: for ten days)."""
        grace = 10 if self.periodicity is Periodicity.MONTHS else 0
        return day < FIRST_DAY or self.due_on(day) + timedelta(days=grace) < today

    def final(self, day: date, today: date) -> bool:
        """Whether a row of `day` can no longer change and need not be asked for again."""
        return day < self.revisable_from(today)

    def revisable_from(self, today: date) -> date:
        """The first day whose row may still be revised."""
        if self.periodicity is Periodicity.MONTHS:
            return (today.replace(day=1) - timedelta(days=32)).replace(day=1)
        return calendar().add_business_days(today, -self.revisable)

    @property
    def _business(self) -> bool:
        return self.periodicity is Periodicity.BUSINESS_DAYS


def calendar() -> BusinessCalendar:
    """The days on which banks were open, as known today: the new list differs only from 2024 on."""
    return anbima(NEW_LIST_SINCE)


def _months(start: date, end: date) -> tuple[date, ...]:
    first = start.year * 12 + start.month - 1 + (start.day > 1)
    return tuple(date(month // 12, month % 12 + 1, 1) for month in range(first, end.year * 12 + end.month))


def _era(since: str, low: str, high: str, jump: str | None = None) -> Era:
    return Era(date.fromisoformat(since), Decimal(low), Decimal(high), Decimal(jump) if jump else None)


# CDI 1994-07..2026-08: 0.007469 (2020) to 0.4 (1994-07); the largest step is that of 1997-10-31, 2.13 times.
def _daily_rate(since: str) -> tuple[Era, ...]:
    return (
        _era(since, "0.0005", "9"),
        _era("1994-07-01", "0.05", "0.45"),
        _era("1996-01-01", "0.04", "0.2", "2.5"),
        _era("2000-01-01", "0.005", "0.12", "2"),
    )


def _yearly_rate(since: str) -> tuple[Era, ...]:
    return (
        _era(since, "0.5", "10000000"),
        _era("1994-07-01", "12", "250"),
        _era("1996-01-01", "10", "70", "2.5"),
        _era("2000-01-01", "1", "35", "2"),
    )


# IPCA and INPC: up to 82.39 % (1990-03); since 1996 -0.68 (2022-07) to 3.02 (2002-11).
def _consumer_prices(since: str) -> tuple[Era, ...]:
    return (_era(since, "-2", "95"), _era("1994-07-01", "-2", "10"), _era("1996-01-01", "-2", "4"))


_SPECS = (
    SeriesSpec(
        "cdi",
        12,
        "CDI (DI over)",
        "CDI (DI over)",
        Unit.PERCENT_DAY,
        Periodicity.BUSINESS_DAYS,
        6,
        _daily_rate("1986-03-06"),
        date(1994, 7, 4),
        second_sources=(
            SecondSource(Provider.IPEADATA, "SGS366_CDI366"),
            SecondSource(Provider.B3, "CDIIDI", yearly=True),
            SecondSource(Provider.BRAPI, "cdi"),
        ),
    ),
    SeriesSpec(
        "selic",
        11,
        "Selic over",
        "Selic over",
        Unit.PERCENT_DAY,
        Periodicity.BUSINESS_DAYS,
        6,
        _daily_rate("1986-06-04"),
        date(2000, 1, 3),
        second_sources=(
            SecondSource(Provider.IPEADATA, "GM366_TJOVER366", yearly=True),
            SecondSource(Provider.BRAPI, "selicovernight"),
        ),
    ),
    SeriesSpec(
        "cdi_annual",
        4389,
        "CDI, annualised",
        "CDI anualizado",
        Unit.PERCENT_YEAR,
        Periodicity.BUSINESS_DAYS,
        2,
        _yearly_rate("1986-03-06"),
        date(2000, 1, 3),
        second_sources=(SecondSource(Provider.B3, "CDIIDI"),),
    ),
    SeriesSpec(
        "selic_annual",
        1178,
        "Selic over, annualised",
        "Selic over anualizada",
        Unit.PERCENT_YEAR,
        Periodicity.BUSINESS_DAYS,
        2,
        _yearly_rate("1986-06-04"),
        date(2000, 1, 3),
        second_sources=(SecondSource(Provider.IPEADATA, "GM366_TJOVER366"),),
    ),
    SeriesSpec(
        "selic_target",
        432,
        "Selic target (Copom)",
        "Meta Selic (Copom)",
        Unit.PERCENT_YEAR,
        Periodicity.EVERY_DAY,
        2,
        (_era("1999-03-05", "10", "50", "2"), _era("2000-01-01", "1", "35", "2")),
        date(1999, 3, 5),
        ahead=True,
        hour=time(0),
        delay=0,
        second_sources=(
            SecondSource(Provider.IPEADATA, "BM366_TJOVER366"),
            SecondSource(Provider.BRAPI, "selic"),
        ),
    ),
    SeriesSpec(
        "ipca",
        433,
        "IPCA, monthly change",
        "IPCA, variação mensal",
        Unit.PERCENT_MONTH,
        Periodicity.MONTHS,
        2,
        _consumer_prices("1980-01-01"),
        date(1980, 1, 1),
        second_sources=(
            SecondSource(Provider.IPEADATA, "PRECOS12_IPCAG12"),
            SecondSource(Provider.BRAPI, "ipca"),
        ),
    ),
    SeriesSpec(
        "inpc",
        188,
        "INPC, monthly change",
        "INPC, variação mensal",
        Unit.PERCENT_MONTH,
        Periodicity.MONTHS,
        2,
        _consumer_prices("1979-04-01"),
        date(1980, 1, 1),
        second_sources=(
            SecondSource(Provider.IPEADATA, "PRECOS12_INPC12"),
            SecondSource(Provider.BRAPI, "inpc"),
        ),
    ),
    SeriesSpec(
        "igpm",
        189,
        "IGP-M, monthly change",
        "IGP-M, variação mensal",
        Unit.PERCENT_MONTH,
        Periodicity.MONTHS,
        2,
        # July 1994 still had 40 %: the old currency's prices were in the average.
        (_era("1989-06-01", "-3", "95"), _era("1994-08-01", "-3", "10"), _era("1996-01-01", "-3", "7")),
        date(1990, 1, 1),
        month_day=1,
        second_sources=(
            SecondSource(Provider.IPEADATA, "IGP12_IGPMG12"),
            SecondSource(Provider.BRAPI, "igpm"),
        ),
    ),
    SeriesSpec(
        "tr",
        226,
        "TR",
        "TR",
        Unit.PERCENT_PERIOD,
        Periodicity.PERIODS,
        4,
        (_era("1991-02-01", "0", "60"), _era("1994-08-01", "0", "5"), _era("2000-01-01", "0", "1.5")),
        None,
        second_sources=(SecondSource(Provider.BRAPI, "tr"),),
    ),
    SeriesSpec(
        "poupanca",
        195,
        "Savings account (deposits since 2012-05-04)",
        "Poupança (depósitos a partir de 04/05/2012)",
        Unit.PERCENT_PERIOD,
        Periodicity.PERIODS,
        4,
        (_era("2012-05-04", "0.05", "1.5"),),
        None,
    ),
    SeriesSpec(
        "poupanca_old",
        25,
        "Savings account (deposits until 2012-05-03)",
        "Poupança (depósitos até 03/05/2012)",
        Unit.PERCENT_PERIOD,
        Periodicity.PERIODS,
        4,
        (_era("1991-01-01", "0.4", "60"), _era("1994-08-01", "0.49", "6"), _era("2000-01-01", "0.49", "2")),
        None,
    ),
    SeriesSpec(
        "usd_ptax",
        1,
        "US dollar, PTAX sale",
        "Dólar americano, PTAX venda",
        Unit.BRL,
        Periodicity.BUSINESS_DAYS,
        4,
        # Other currencies until 1994-06-30.
        (
            _era("1984-11-28", "0.0001", "1000000"),
            _era("1994-07-01", "0.75", "1.4", "1.25"),
            _era("1999-01-01", "1.1", "5", "1.25"),
            _era("2010-01-01", "1.2", "15", "1.25"),
        ),
        date(2000, 1, 3),
        hour=time(13, 30),
        delay=0,
        second_sources=(
            SecondSource(Provider.OLINDA, "USD"),
            SecondSource(Provider.IPEADATA, "GM366_ERV366"),
        ),
    ),
)


@cache
def catalogue() -> Mapping[str, SeriesSpec]:
    """All known series by key, in the order in which they are shown."""
    return MappingProxyType({spec.key: spec for spec in _SPECS})


def series_spec(key: str) -> SeriesSpec:
    """The series of that key. Raises `NotFound` listing the known keys."""
    spec = catalogue().get(key)
    if spec is None:
        known = ", ".join(catalogue())
        raise NotFound("series_unknown", f"{key!r} is no known series; known are {known}", field="series")
    return spec


def series_of_code(code: int) -> SeriesSpec:
    """The series of that SGS code. Raises `NotFound` listing the known codes."""
    for spec in _SPECS:
        if spec.code == code:
            return spec
    known = ", ".join(f"{spec.code} ({spec.key})" for spec in _SPECS)
    raise NotFound("series_unknown", f"SGS code {code} is not known; known are {known}", field="code")
