"""The days of a forecast: sessions for com dates, business days some time later for payments."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from fiel.income.forecast.history import Occasion
from fiel.income.forecast.lines import Line
from fiel.income.forecast.months import add_months
from fiel.income.forecast.season import YEAR
from fiel.income.values import IncomeKind
from fiel.kernel.calendars import b3

#: From the com date to the payment when the asset never told: the median of the packaged history.
LAG_UNKNOWN = 30
#: Longer than this between com date and payment is no habit: the rest of a year's dividends may come so late.
LAG_MAX = 400


def com_day(line: Line, today: date) -> date:
    """The session on or before the day, or the first one after `today` when that has passed.

    A payment that is so many years of 365 days after the one it is like comes on the same day of its month.
    """
    day = date.fromordinal(line.day)
    years, rest = divmod(line.day - line.draft.like.day, YEAR)
    if not rest:
        day = add_months(date.fromordinal(line.draft.like.day), 12 * years)
    found = b3().preceding(day)
    return found if found > today else b3().next_business_day(today)


def payment_day(com: date, line: Line, lags: Mapping[IncomeKind, int]) -> date:
    """As long after the com date as in the past: of the same slot and kind, of the kind, or of anybody."""
    found = [
        each.lag
        for occasion in line.draft.basis
        if occasion
        for each in occasion.paid
        if each.kind is line.kind and _is_habit(each.lag)
    ]
    lag = _middle([each for each in found if each]) or lags.get(line.kind) or LAG_UNKNOWN
    return b3().following(com + timedelta(days=lag))


def usual_lags(past: Sequence[Occasion]) -> Mapping[IncomeKind, int]:
    """Kind -> days from the com date to the payment, the median of all that are known."""
    found: dict[IncomeKind, list[int]] = defaultdict(list)
    for occasion in past:
        for each in occasion.paid:
            if each.lag and _is_habit(each.lag):
                found[each.kind].append(each.lag)
    return {kind: _middle(lags) for kind, lags in found.items()}


def _is_habit(lag: int | None) -> bool:
    return lag is not None and 0 < lag <= LAG_MAX


def _middle(lags: Sequence[int]) -> int:
    """The lower of the two middle ones when they are even in number; 0 of none."""
    return sorted(lags)[(len(lags) - 1) // 2] if lags else 0
