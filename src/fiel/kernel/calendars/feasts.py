"""The holidays of Brazil as values: fixed dates from the law, moving feasts from the `holidays` library."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, time, timedelta
from enum import StrEnum
from functools import cache

from fiel.kernel.errors import Corrupt

YEAR_MIN = 1990
YEAR_MAX = 2100


class Feast(StrEnum):
    """Why a day is closed; stable names, translated at the edge."""

    NEW_YEAR = "new_year"
    SAO_PAULO_CITY = "sao_paulo_city"
    CARNIVAL = "carnival"
    HOLY_THURSDAY = "holy_thursday"
    GOOD_FRIDAY = "good_friday"
    TIRADENTES = "tiradentes"
    LABOUR = "labour"
    CORPUS_CHRISTI = "corpus_christi"
    SAO_PAULO_STATE = "sao_paulo_state"
    INDEPENDENCE = "independence"
    APARECIDA = "aparecida"
    ALL_SOULS = "all_souls"
    REPUBLIC = "republic"
    BLACK_AWARENESS = "black_awareness"
    CHRISTMAS_EVE = "christmas_eve"
    CHRISTMAS = "christmas"
    YEAR_END = "year_end"
    #: A dated decision: an entry of an override table.
    SPECIAL = "special"


@dataclass(frozen=True, slots=True)
class Holiday:
    """A day of the holiday list and its reason. It may fall on a weekend."""

    day: date
    feast: Feast


@dataclass(frozen=True, slots=True)
class Override:
    """A dated decision that beats the rules: the day is open or closed, and why."""

    day: date
    is_open: bool
    reason: str


@dataclass(frozen=True, slots=True)
class SpecialOpening:
    """A session that begins late: `opens_at` is the local time of São Paulo."""

    day: date
    opens_at: time


@dataclass(frozen=True, slots=True)
class _Fixed:
    feast: Feast
    month: int
    day: int
    since: int = YEAR_MIN


# Lei 662/1949 as amended by Lei 10.607/2002 (the seven civil days), Lei 6.802/1980 (12 Oct),
# Lei 14.759/2023 (20 Nov from 2024).
_FIXED = (
    _Fixed(Feast.NEW_YEAR, 1, 1),
    _Fixed(Feast.TIRADENTES, 4, 21),
    _Fixed(Feast.LABOUR, 5, 1),
    _Fixed(Feast.INDEPENDENCE, 9, 7),
    _Fixed(Feast.APARECIDA, 10, 12),
    _Fixed(Feast.ALL_SOULS, 11, 2),
    _Fixed(Feast.REPUBLIC, 11, 15),
    _Fixed(Feast.BLACK_AWARENESS, 11, 20, since=2024),
    _Fixed(Feast.CHRISTMAS, 12, 25),
)

#: The library's English name, our feast, and how many days a year it takes.
_MOVING = (
    ("Carnival", Feast.CARNIVAL, 2),
    ("Good Friday", Feast.GOOD_FRIDAY, 1),
    ("Corpus Christi", Feast.CORPUS_CHRISTI, 1),
)


@cache
def national_holidays() -> tuple[Holiday, ...]:
    """National holidays and the feasts kept by banks nationwide, 1990 to 2100, in order of date."""
    return in_order([*moving_feasts(), *_fixed_feasts()])


@cache
def moving_feasts() -> tuple[Holiday, ...]:
    """Carnival Monday and Tuesday, Good Friday and Corpus Christi of every year, 1990 to 2100.

    Only the feasts that move are taken from the library, by name: should its list of the exchange
    grow other days one day, the banks' calendar must not move. Raises `Corrupt` if a feast is missing.
    """
    import holidays  # heavy (a quarter of a second): loaded by those who ask for a calendar

    years = range(YEAR_MIN, YEAR_MAX + 1)
    listed = holidays.financial_holidays("BVMF", years=years, language="en_US")
    found: list[Holiday] = []
    for name, feast, days_a_year in _MOVING:
        days = listed.get_named(name, lookup="exact")
        if len(days) != days_a_year * len(years):
            raise Corrupt("holiday_source", f"the holidays library gives {len(days)} days of {name}")
        found.extend(Holiday(day, feast) for day in days)
    return in_order(found)


def in_order(days: Iterable[Holiday]) -> tuple[Holiday, ...]:
    """Sorted by date, each date once: the first reason given is kept."""
    by_day: dict[date, Holiday] = {}
    for holiday in days:
        by_day.setdefault(holiday.day, holiday)
    return tuple(by_day[day] for day in sorted(by_day))


def apply_overrides(days: Iterable[Holiday], overrides: Iterable[Override]) -> tuple[Holiday, ...]:
    """The list with the dated decisions in it; the last word about a day wins."""
    by_day = {holiday.day: holiday for holiday in days}
    for override in overrides:
        if override.is_open:
            by_day.pop(override.day, None)
        else:
            by_day.setdefault(override.day, Holiday(override.day, Feast.SPECIAL))
    return in_order(by_day.values())


def yearly(feast: Feast, month: int, day: int, first: int, last: int) -> Iterator[Holiday]:
    """The same date in every year from `first` to `last`, both included."""
    return (Holiday(date(year, month, day), feast) for year in range(first, last + 1))


def day_before(holiday: Holiday, feast: Feast) -> Holiday:
    """The eve of a holiday, as a holiday of its own."""
    return Holiday(holiday.day - timedelta(days=1), feast)


def _fixed_feasts() -> Iterator[Holiday]:
    for fixed in _FIXED:
        yield from yearly(fixed.feast, fixed.month, fixed.day, fixed.since, YEAR_MAX)
