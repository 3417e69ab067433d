"""The banks' calendar (ANBIMA): CDI, Selic, Tesouro and every du/252.

Ash Wednesday, 24 and 31 December and municipal or state holidays are business days here.
Source: ANBIMA's national holidays; Lei 14.759/2023. Two lists exist: prices made up to 22 December
2023 did not know that 20 November would become a holiday, and only the old list reproduces them.
"""

from __future__ import annotations

from datetime import date, datetime
from functools import cache

from fiel.kernel.calendars.business import BusinessCalendar
from fiel.kernel.calendars.feasts import (
    Feast,
    Holiday,
    Override,
    apply_overrides,
    day_before,
    moving_feasts,
    national_holidays,
)
from fiel.kernel.errors import InvalidInput

#: First reference date of the new list; 23 to 25 December 2023 were not business days.
NEW_LIST_SINCE = date(2023, 12, 26)

# Resolução CMN 2.516/1998 ended the banks' Holy Thursday from the year 2000.
_HOLY_THURSDAY_LAST_YEAR = 1999

#: ANBIMA publishes its list from 2001. Before it, days on which no CDI rate was published (BCB SGS 12).
OVERRIDES = (
    Override(date(1994, 7, 1), is_open=False, reason="first day of the real: no CDI rate"),
    Override(date(1994, 10, 3), is_open=False, reason="general election: no CDI rate"),
    Override(date(1996, 10, 3), is_open=False, reason="municipal election: no CDI rate"),
)


def anbima(reference_date: date) -> BusinessCalendar:
    """The banks' calendar as it was known on `reference_date`, the date of the trade or price.

    Before 26 December 2023 it is the old list, in which 20 November is a business day even in the
    years to come; from then on it is the new list.
    """
    if isinstance(reference_date, datetime):
        raise InvalidInput(
            "date_expected", "the list depends on a date, not an instant; say which date is meant"
        )
    return _calendar(knows_black_awareness=reference_date >= NEW_LIST_SINCE)


@cache
def _calendar(*, knows_black_awareness: bool) -> BusinessCalendar:
    listed = [
        holiday
        for holiday in national_holidays()
        if knows_black_awareness or holiday.feast is not Feast.BLACK_AWARENESS
    ]
    name = "ANBIMA" if knows_black_awareness else "ANBIMA until 2023-12-22"
    return BusinessCalendar.of(name, apply_overrides([*listed, *_holy_thursdays()], OVERRIDES))


def _holy_thursdays() -> list[Holiday]:
    return [
        day_before(feast, Feast.HOLY_THURSDAY)
        for feast in moving_feasts()
        if feast.feast is Feast.GOOD_FRIDAY and feast.day.year <= _HOLY_THURSDAY_LAST_YEAR
    ]
