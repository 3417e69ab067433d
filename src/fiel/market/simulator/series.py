"""The series of the simulated central bank: recorded rows, then rows that go on.

After the recorded rows the CDI, Selic and their annual forms keep their last rate (they are derived from
each other), the dollar and the price indices walk. Poupança and TR have a row for every day, whose period
ends a month later; recorded are those of the 1st, which the other days of the month repeat.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal, localcontext
from enum import StrEnum
from functools import cached_property, lru_cache
from types import MappingProxyType

from fiel.kernel.calendars import anbima
from fiel.kernel.errors import NotFound
from fiel.kernel.rounding import Rounding, finance_context, round_to
from fiel.market.providers.recorded import recorded_series
from fiel.market.simulator.draws import between
from fiel.market.simulator.sessions import local_instant
from fiel.market.values import Observation

_LAST_DAY = date(2030, 12, 31)
_TARGET_AHEAD = timedelta(days=40)
_TARGET_OVER_CDI = Decimal("0.10")


class Days(StrEnum):
    """Which days have a row."""

    BUSINESS = "business"
    ALL = "all"
    MONTHS = "months"


@dataclass(frozen=True, slots=True)
class Told:
    """A series as the central bank tells it: SGS code, days, decimals, and when a row comes out:
    `hour` of the day that lies `delay` business days (for months: the `month_day` of the next month) later.
    """

    key: str
    code: int
    days: Days
    decimals: int
    hour: time = time(9)
    delay: int = 1
    month_day: int = 0
    ahead: timedelta = timedelta()
    periods: bool = False


_TOLD = (
    Told("cdi", 12, Days.BUSINESS, 6),
    Told("selic", 11, Days.BUSINESS, 6),
    Told("cdi_annual", 4389, Days.BUSINESS, 2),
    Told("selic_annual", 1178, Days.BUSINESS, 2),
    Told("selic_target", 432, Days.ALL, 2, delay=0, hour=time(0), ahead=_TARGET_AHEAD),
    Told("usd_ptax", 1, Days.BUSINESS, 4, delay=0, hour=time(13, 30)),
    Told("ipca", 433, Days.MONTHS, 2, month_day=12),
    Told("inpc", 188, Days.MONTHS, 2, month_day=12),
    Told("igpm", 189, Days.MONTHS, 2, month_day=1),
    Told("poupanca_old", 25, Days.ALL, 4, delay=0, hour=time(0), periods=True),
    Told("poupanca", 195, Days.ALL, 4, delay=0, hour=time(0), periods=True),
    Told("tr", 226, Days.ALL, 4, delay=0, hour=time(0), periods=True),
)
TOLD = MappingProxyType({told.key: told for told in _TOLD})
BY_CODE = MappingProxyType({told.code: told for told in _TOLD})


def comes_out(told: Told, day: date) -> datetime:
    """The instant from which the row of `day` is told."""
    if told.days is Days.MONTHS:
        following = (day.replace(day=1) + timedelta(days=32)).replace(day=told.month_day)
        return local_instant(anbima(following).following(following), told.hour)
    out = anbima(day).add_business_days(day, told.delay) if told.delay else day
    return local_instant(out, told.hour) - told.ahead


def month_later(day: date) -> date:
    """The same day of the next month, or its 1st after when there is none."""
    following = (day.replace(day=1) + timedelta(days=32)).replace(day=1)
    try:
        return following.replace(day=day.day)
    except ValueError:
        return (following + timedelta(days=32)).replace(day=1)


class SeriesWorld:
    """All rows of every series up to the end of 2030, of one seed; made when first asked."""

    def __init__(self, seed: int = 0) -> None:
        self.seed = seed
        self._rows: dict[str, dict[date, Observation]] = {}

    def rows(self, key: str) -> dict[date, Observation]:
        """Every row by its day, in order. Raises `NotFound`."""
        if key not in TOLD:
            raise NotFound("series_unknown", f"series {key} is not simulated", field=key)
        if key not in self._rows:
            self._rows[key] = {row.day: row for row in self._makers[key]()}
        return self._rows[key]

    @cached_property
    def _makers(self) -> dict[str, Callable[[], Iterator[Observation]]]:
        return {
            "cdi": lambda: self._kept("cdi"),
            "selic": lambda: self._kept("selic"),
            "cdi_annual": lambda: self._annual("cdi"),
            "selic_annual": self._selic_annual,
            "selic_target": self._target,
            "usd_ptax": self._dollar,
            "ipca": lambda: self._index("ipca"),
            "inpc": lambda: self._index("inpc"),
            "igpm": lambda: self._index("igpm"),
            "poupanca_old": lambda: self._periods(lambda rate: rate),
            "poupanca": lambda: self._periods(lambda rate: rate),
            "tr": lambda: self._periods(_tr),
        }

    def _kept(self, key: str) -> Iterator[Observation]:
        rows = recorded_series(key).rows
        yield from rows
        for day in _business_days_after(rows[-1].day):
            yield Observation(day, rows[-1].value)

    def _annual(self, key: str) -> Iterator[Observation]:
        for row in self.rows(key).values():
            yield Observation(row.day, annual(row.value))

    def _selic_annual(self) -> Iterator[Observation]:
        rows = recorded_series("selic_annual").rows
        yield from rows
        for row in self.rows("selic").values():
            if row.day > rows[-1].day:
                yield Observation(row.day, annual(row.value))

    def _target(self) -> Iterator[Observation]:
        rows, cdi = recorded_series("selic_target").rows, self.rows("cdi")
        yield from rows
        day, value = rows[-1].day + timedelta(days=1), rows[-1].value
        while day <= _LAST_DAY:
            if day in cdi:
                value = annual(cdi[day].value) + _TARGET_OVER_CDI
            yield Observation(day, value)
            day += timedelta(days=1)

    def _dollar(self) -> Iterator[Observation]:
        rows = recorded_series("usd_ptax").rows
        yield from rows
        value = rows[-1].value
        for day in _business_days_after(rows[-1].day):
            value = round_to(
                value * (10_000 + between(-80, 80, self.seed, "usd", day)) / 10_000, 4, Rounding.HALF_EVEN
            )
            yield Observation(day, value)

    def _index(self, key: str) -> Iterator[Observation]:
        rows = recorded_series(key).rows
        yield from rows
        day = month_later(rows[-1].day)
        while day <= _LAST_DAY:
            yield Observation(day, Decimal(between(5, 60, self.seed, key, day)).scaleb(-2))
            day = month_later(day)

    def _periods(self, rate_of: Callable[[Decimal], Decimal]) -> Iterator[Observation]:
        rates = {row.day: row.value for row in recorded_series("poupanca_old").rows}
        day, rate = min(rates), Decimal(0)
        while day <= _LAST_DAY:
            rate = rates.get(day, rate)
            yield Observation(day, rate_of(rate), until=month_later(day))
            day += timedelta(days=1)


# Rates stay the same for weeks: a few hundred values stand for thirty years.
@lru_cache(maxsize=4096)
def annual(daily: Decimal) -> Decimal:
    """% per year of 252 days from % per day, to two decimals."""
    with localcontext(finance_context()):
        return round_to(((1 + daily / 100) ** 252 - 1) * 100, 2, Rounding.HALF_EVEN)


def daily(yearly: Decimal) -> Decimal:
    """% per day from % per year of 252 days, to six decimals."""
    with localcontext(finance_context()):
        return round_to(((1 + yearly / 100) ** (Decimal(1) / 252) - 1) * 100, 6, Rounding.HALF_EVEN)


def _tr(poupanca: Decimal) -> Decimal:
    """The TR inside a poupança rate of half a percent plus TR."""
    with localcontext(finance_context()):
        return round_to(((1 + poupanca / 100) / Decimal("1.005") - 1) * 100, 4, Rounding.HALF_EVEN)


def _business_days_after(day: date) -> tuple[date, ...]:
    return anbima(day).sessions(day + timedelta(days=1), _LAST_DAY)
