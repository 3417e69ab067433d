"""The rates behind an answer: what the market's series tell, and how they are assumed to go on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, localcontext

from fiel.copilot.bonds.answer import SeriesUsed, Unit
from fiel.fixed_income.accrual.daily import DailyRates, annual_from_daily_rate
from fiel.fixed_income.accrual.ipca import IpcaIndex, index_from_variations
from fiel.fixed_income.credit.curve import MarketRates
from fiel.fixed_income.credit.terms import Benchmark, Floating, IpcaPlus, Remuneration
from fiel.fixed_income.outlook import FLAT, Forward, Outlook, Vnas, outlook
from fiel.fixed_income.series import RateSeries
from fiel.kernel.calendars import BusinessCalendar, anbima
from fiel.kernel.decimals import parse_decimal
from fiel.kernel.errors import Refused
from fiel.kernel.months import first_of, month_after
from fiel.kernel.rounding import finance_context, round_half_up

CDI, SELIC, IPCA, IGPM = "cdi", "selic", "ipca", "igpm"
_PERCENT_YEAR_MAX = 1_000
_PERCENT_MONTH_MAX = 100


@dataclass(frozen=True, slots=True)
class SeriesTold:
    """Rows of one series of the market, as it publishes them, and who told them.

    CDI and Selic in percent per day, IPCA and IGP-M in percent per month (on the first day of it).
    """

    key: str
    rows: tuple[tuple[date, Decimal], ...]
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Assumed:
    """What the reader assumes, by series: steps of (first day, percent). Where there are none: flat."""

    steps: Mapping[str, tuple[tuple[date, Decimal], ...]] = field(default_factory=dict)

    def of(self, key: str) -> tuple[tuple[date, Decimal], ...]:
        """The steps of one series, in order."""
        return self.steps.get(key, ())

    def forward(self) -> Forward:
        """The assumption as projections take it."""
        if not any(self.steps.values()):
            return FLAT
        named = ", ".join(key.upper() for key, steps in self.steps.items() if steps)
        return Forward(f"{named} as given", self.of(CDI), self.of(SELIC), self.of(IPCA), self.of(IGPM))


@dataclass(frozen=True, slots=True)
class HeldRates:
    """The series, continued by the assumption up to `outlook.until`."""

    outlook: Outlook
    told: Mapping[str, SeriesTold]
    assumed: Assumed

    @property
    def market(self) -> MarketRates:
        """What accrual runs on: known rates, then assumed ones."""
        return self.outlook.market

    def used(self, key: str, until: date) -> SeriesUsed:
        """What is to be said of a series in an answer that looks up to `until` (excluded)."""
        told = self.told.get(key)
        sources = told.sources if told else ()
        last = max((day for day, _ in told.rows), default=None) if told else None
        unit = Unit.PERCENT_YEAR if key in (CDI, SELIC) else Unit.PERCENT_MONTH
        if last is None:
            # All of it is assumed, from the first day on.
            return SeriesUsed(key, sources, last, unit, self.assumed.of(key), "given")
        unknown = self._unknown_from(key)
        if unknown is None or unknown >= until:
            return SeriesUsed(key, sources, last, unit)
        # Of the steps before the first unknown day, the last one holds there.
        steps = tuple({max(day, unknown): rate for day, rate in self.assumed.of(key) if day < until}.items())
        if steps and steps[0][0] <= unknown:
            return SeriesUsed(key, sources, last, unit, steps, "given")
        return SeriesUsed(key, sources, last, unit, ((unknown, self._flat(key, unknown)), *steps), "flat")

    def _unknown_from(self, key: str) -> date | None:
        if key in (CDI, SELIC):
            return self.outlook.known_until(Benchmark(key.upper()))
        last = self.outlook.ipca_known_to if key == IPCA else self.outlook.igpm_known_to
        return month_after(last) if last else None

    def _flat(self, key: str, day: date) -> Decimal:
        """The percent assumed on the first unknown day, as the projection itself has it."""
        if key in (CDI, SELIC):
            daily = self.market.daily(Benchmark(key.upper()))
            return annual_from_daily_rate(daily.rates(day, daily.calendar.next_business_day(day))[0])
        index = self.outlook.market.ipca if key == IPCA else self.outlook.igpm
        if index is None:
            raise Refused("rate_missing", f"{key} is not known; give it", field=key)
        with localcontext(finance_context()):
            ratio = index.numbers.at(first_of(day)) / index.numbers.at(month_after(day, -1))
            return round_half_up((ratio - 1) * 100, 4)


def needed_series(pays: Remuneration) -> tuple[str, ...]:
    """The series that a remuneration follows."""
    match pays:
        case Floating(benchmark):
            return (benchmark.value.lower(),)
        case IpcaPlus():
            return (IPCA,)
    return ()


def read_assumed(
    options: Mapping[str, str | None], curves: Mapping[str, Iterable[tuple[date, Decimal]]], since: date
) -> Assumed:
    """Assumptions from options: a number per series that holds from `since` on, or dated steps.

    CDI and Selic in percent per year, IPCA and IGP-M per month. Steps win over the number from their first
    day on. Raises `InvalidInput` naming the option.
    """
    found: dict[str, tuple[tuple[date, Decimal], ...]] = {}
    for key in (CDI, SELIC, IPCA, IGPM):
        steps = dict(curves.get(key, ()))
        text = options.get(key)
        if text is not None:
            daily = key in (CDI, SELIC)
            top, bottom = (_PERCENT_YEAR_MAX, 0) if daily else (_PERCENT_MONTH_MAX, -10)
            steps = {since: parse_decimal(text, field=f"--{key}", minimum=bottom, maximum=top)} | steps
        if steps:
            found[key] = tuple(sorted(steps.items()))
    return Assumed(found)


def held_rates(
    told: Iterable[SeriesTold],
    assumed: Assumed,
    *,
    on: date,
    until: date,
    vnas: Vnas | None = None,
    start: date | None = None,
) -> HeldRates:
    """The series told, each continued by what is assumed, up to `until`; the calendar is that of `on`.

    A series without rows stands on the assumption alone, from `start` on, when one is given.
    """
    by_key = {each.key: each for each in told}
    calendar = anbima(on)
    first = start or on
    market = MarketRates(
        calendar,
        _daily(CDI, by_key, assumed, calendar, first),
        _daily(SELIC, by_key, assumed, calendar, first),
        _index(IPCA, by_key),
    )
    found = outlook(market, assumed.forward(), until=until, igpm=_index(IGPM, by_key), vnas=vnas)
    return HeldRates(found, by_key, assumed)


def _daily(
    key: str, told: Mapping[str, SeriesTold], assumed: Assumed, calendar: BusinessCalendar, first: date
) -> DailyRates | None:
    series = told.get(key)
    if series is not None and series.rows:
        return DailyRates.from_daily_percent(RateSeries.of(key.upper(), series.rows), calendar)
    if not assumed.of(key):
        return None
    day = calendar.following(first)
    in_force = [rate for since, rate in assumed.of(key) if since <= day] or [assumed.of(key)[0][1]]
    return DailyRates.from_annual(RateSeries.of(key.upper(), {day: in_force[-1]}), calendar)


def _index(key: str, told: Mapping[str, SeriesTold]) -> IpcaIndex | None:
    series = told.get(key)
    if series is None or not series.rows:
        return None
    return IpcaIndex(index_from_variations(key.upper(), RateSeries.of(key.upper(), series.rows)))
