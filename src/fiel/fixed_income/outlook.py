"""Rates as they are known and as they are assumed to go on: what a projection is driven by.

A `Forward` is the assumption, named, as a value. `outlook` joins it to the series, and remembers where
knowledge ends, so that each projected payment can say which of the two it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal, localcontext
from itertools import pairwise
from typing import TypeAlias

from fiel.fixed_income.accrual.daily import DailyRates
from fiel.fixed_income.accrual.ipca import IpcaIndex
from fiel.fixed_income.accrual.powers import annual_rate
from fiel.fixed_income.credit.papers import MarketRates
from fiel.fixed_income.credit.terms import Benchmark
from fiel.fixed_income.series import RateSeries
from fiel.kernel.calendars import LAST_DAY
from fiel.kernel.decimals import parse_decimal
from fiel.kernel.errors import InvalidInput, Refused
from fiel.kernel.months import first_of, month_after, months_between
from fiel.kernel.rounding import Rounding, finance_context, round_half_up, round_to

#: From this day (for the CDI and Selic) or month (for price indices) on, percent per year or per month.
Step: TypeAlias = tuple[date, Decimal]
STEPS_MAX = 600
#: Decimals of an assumed index number. Rounded up, so that the ratio of two months, which formulas cut at 8
#: decimals, is not cut below the percent that was assumed.
_INDEX_DECIMALS = 16
_FLAT_MONTHS = 12
_HORIZON_YEARS = 40


@dataclass(frozen=True, slots=True)
class Forward:
    """How rates are assumed to go on. `name` is shown beside every projected amount.

    `cdi`, `selic`: steps in percent per year (252); `ipca`, `igpm`: steps in percent per month. A step
    holds until the next one, the last for good. Where there are none, and before the first, it goes on
    flat: the CDI and Selic at the last daily rate, an index at the mean month of its last twelve.
    """

    name: str
    cdi: tuple[Step, ...] = ()
    selic: tuple[Step, ...] = ()
    ipca: tuple[Step, ...] = ()
    igpm: tuple[Step, ...] = ()

    def __post_init__(self) -> None:
        if not self.name.strip():
            raise InvalidInput("assumption_unnamed", "say in words what is assumed", field="name")
        for field, steps in (
            ("cdi", self.cdi),
            ("selic", self.selic),
            ("ipca", self.ipca),
            ("igpm", self.igpm),
        ):
            if len(steps) > STEPS_MAX:
                raise InvalidInput("too_many_steps", f"at most {STEPS_MAX} steps", field=field)
            if any(later <= earlier for (earlier, _), (later, _) in pairwise(steps)):
                raise InvalidInput("steps_order", "steps come in order, one per date", field=field)
            for _, rate in steps:
                annual_rate(rate, field=field, minimum=0 if field in ("cdi", "selic") else -50)


FLAT = Forward("flat at the last rates")


@dataclass(frozen=True, slots=True)
class KnownVna:
    """An official nominal value: of a 15th for the NTN-B, a 1st for the NTN-C, any day for the LFT."""

    day: date
    value: Decimal

    def __post_init__(self) -> None:
        parse_decimal(self.value, field="vna", minimum="0.000001", maximum=10**9)


@dataclass(frozen=True, slots=True)
class Vnas:
    """The nominal values that projections of federal bonds start from."""

    ntnb: KnownVna | None = None
    ntnc: KnownVna | None = None
    lft: KnownVna | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Outlook:
    """Series extended by an assumption up to `until`, and the day from which each is assumed."""

    market: MarketRates
    igpm: IpcaIndex | None
    vnas: Vnas
    forward: Forward
    until: date
    #: The first day whose rate is not known; `None` where there is no series.
    cdi_known_until: date | None
    selic_known_until: date | None
    #: The last published month.
    ipca_known_to: date | None
    igpm_known_to: date | None

    def known_until(self, benchmark: Benchmark) -> date | None:
        """The first day that needs a rate of this benchmark which is not published."""
        return self.cdi_known_until if benchmark is Benchmark.CDI else self.selic_known_until


def outlook(
    market: MarketRates,
    forward: Forward = FLAT,
    *,
    until: date | None = None,
    igpm: IpcaIndex | None = None,
    vnas: Vnas | None = None,
) -> Outlook:
    """What is known, continued by an assumption up to `until` (forty years after the series by default).

    A projection of the index's next month (`IpcaIndex.projection`, ANBIMA's) is used for that month.
    Make it once for many titles. Raises `Refused` for an index with fewer than two months.

    An assumed index number is the one before times (1 + percent/100), 16 decimals, rounded up (the formulas
    cut); daily rates are A-8. An assumption of this program or its user: no source stands behind it.

    >>> from fiel.kernel.calendars import anbima
    >>> known = RateSeries.of("IPCA", {date(2026, 1, 1): 100, date(2026, 2, 1): 101})
    >>> half = Forward("half a percent a month", ipca=((date(2026, 3, 1), Decimal("0.5")),))
    >>> market = MarketRates(anbima(date(2026, 3, 2)), ipca=IpcaIndex(known))
    >>> outlook(market, half, until=date(2026, 3, 31)).market.index().numbers.at(date(2026, 3, 1))
    Decimal('101.505')
    """
    ends = [rates.known_until for rates in (market.cdi, market.selic) if rates is not None]
    ends += [index.numbers.last_day for index in (market.ipca, igpm) if index is not None]
    last = until or _years_after(max(ends, default=date(2026, 1, 1)), _HORIZON_YEARS)
    extended = MarketRates(
        market.calendar,
        _daily(market.cdi, forward.cdi, last),
        _daily(market.selic, forward.selic, last),
        _index(market.ipca, forward.ipca, last),
    )
    return Outlook(
        extended,
        _index(igpm, forward.igpm, last),
        vnas or Vnas(),
        forward,
        last,
        None if market.cdi is None else market.cdi.known_until,
        None if market.selic is None else market.selic.known_until,
        None if market.ipca is None else market.ipca.numbers.last_day,
        None if igpm is None else igpm.numbers.last_day,
    )


def _daily(rates: DailyRates | None, steps: tuple[Step, ...], until: date) -> DailyRates | None:
    if rates is None:
        return None
    # One more week: a payment of the last day may move to the next business day.
    return rates.extended_by(rates.calendar.add_business_days(until, 5), steps)


def _index(index: IpcaIndex | None, steps: tuple[Step, ...], until: date) -> IpcaIndex | None:
    """The index with numbers for every month up to the one of `until`."""
    if index is None:
        return None
    known, last = index.numbers, index.numbers.last_day
    flat = _mean_month(index.numbers)
    entries = [(day, known.at(day)) for day in known.days]
    level, month = known.at(last), month_after(last)
    with localcontext(finance_context()):
        while month <= until:
            percent = _in_force(steps, month, flat)
            if index.projection is not None and month == month_after(last):
                percent = round_half_up(index.projection, 2)
            level = round_to(level * (1 + percent / 100), _INDEX_DECIMALS, Rounding.UP)
            entries.append((month, level))
            month = month_after(month)
    return IpcaIndex(RateSeries.of(known.name, entries))


def _mean_month(numbers: RateSeries) -> Decimal:
    """The geometric mean of the last twelve months (or of those there are), percent per month."""
    days = numbers.days[-_FLAT_MONTHS - 1 :]
    if len(days) < 2:
        raise Refused("series_too_short", f"{numbers.name} needs two months to go on", field=numbers.name)
    with localcontext(finance_context()):
        ratio = numbers.at(days[-1]) / numbers.at(days[0])
        return (ratio ** (Decimal(1) / months_between(days[0], days[-1])) - 1) * 100


def _in_force(steps: tuple[Step, ...], month: date, otherwise: Decimal) -> Decimal:
    return next((rate for since, rate in reversed(steps) if first_of(since) <= month), otherwise)


def _years_after(day: date, years: int) -> date:
    return min(date(day.year + years, 12, 31), LAST_DAY.replace(year=LAST_DAY.year - 1))
