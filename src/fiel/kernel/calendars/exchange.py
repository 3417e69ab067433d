"""The exchange's calendar (B3): trading sessions and settlement of shares, FIIs, ETFs and BDRs.

National holidays, plus 24 December, plus the last weekday of the year, plus the holidays of the
city and state of São Paulo up to 2021 (B3 trades on them since 2022). Source: B3's yearly notices,
as recorded by exchange_calendars (BVMF, 1995-2026) and bizdays (B3, 2000-2026), which agree on every day.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, time, timedelta
from functools import cache
from types import MappingProxyType

from fiel.kernel.calendars.business import BusinessCalendar
from fiel.kernel.calendars.feasts import (
    YEAR_MAX,
    YEAR_MIN,
    Feast,
    Holiday,
    Override,
    SpecialOpening,
    apply_overrides,
    in_order,
    moving_feasts,
    national_holidays,
    yearly,
)

#: Since 2022 the holidays of the city and of the state do not close the exchange.
_LOCAL_HOLIDAYS_LAST_YEAR = 2021
_SAO_PAULO_STATE_SINCE = 1998
_BLACK_AWARENESS_CITY_SINCE = 2004

#: Dated decisions that no rule foretells. B3's yearly notice is the authority: add a line here.
OVERRIDES = (
    Override(date(2014, 6, 12), is_open=False, reason="opening of the World Cup in São Paulo"),
    Override(date(2020, 7, 9), is_open=True, reason="São Paulo brought the holiday forward (pandemic)"),
    Override(date(2020, 11, 20), is_open=True, reason="São Paulo brought the holiday forward (pandemic)"),
)

_ASH_WEDNESDAY_OPENING = time(13, 0)


@cache
def b3(extra_overrides: tuple[Override, ...] = ()) -> BusinessCalendar:
    """The trading sessions of B3. `extra_overrides` are decisions newer than this version of Fiel."""
    listed = in_order([*national_holidays(), *_exchange_only()])
    return BusinessCalendar.of("B3", apply_overrides(listed, (*OVERRIDES, *extra_overrides)))


@cache
def _late_openings() -> MappingProxyType[int, SpecialOpening]:
    # The later of the two Carnival days of a year is Shrove Tuesday.
    tuesdays = {feast.day.year: feast.day for feast in moving_feasts() if feast.feast is Feast.CARNIVAL}
    return MappingProxyType(
        {
            year: SpecialOpening(tuesday + timedelta(days=1), _ASH_WEDNESDAY_OPENING)
            for year, tuesday in tuesdays.items()
        }
    )


def special_opening(day: date) -> SpecialOpening | None:
    """How the session of `day` begins late, or `None` when it begins as always: Ash Wednesday at 13:00.

    The practice of recent years; B3's yearly notice is the authority.
    """
    opening = _late_openings().get(day.year)
    return opening if opening is not None and opening.day == day else None


def _exchange_only() -> Iterator[Holiday]:
    """The days on which the exchange is closed and the banks are open."""
    last = _LOCAL_HOLIDAYS_LAST_YEAR
    yield from yearly(Feast.SAO_PAULO_CITY, 1, 25, YEAR_MIN, last)
    yield from yearly(Feast.SAO_PAULO_STATE, 7, 9, _SAO_PAULO_STATE_SINCE, last)
    yield from yearly(Feast.BLACK_AWARENESS, 11, 20, _BLACK_AWARENESS_CITY_SINCE, last)
    yield from yearly(Feast.CHRISTMAS_EVE, 12, 24, YEAR_MIN, YEAR_MAX)
    for year in range(YEAR_MIN, YEAR_MAX + 1):
        yield Holiday(_last_weekday(year), Feast.YEAR_END)


def _last_weekday(year: int) -> date:
    last = date(year, 12, 31)
    return last - timedelta(days=max(last.weekday() - 4, 0))
