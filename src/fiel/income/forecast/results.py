"""What a forecast says: the payments expected, how each was reckoned, and how wrong the method has been."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from fiel.income.values import IncomeKind


class Method(StrEnum):
    """How the next twelve months are reckoned from the past. See `methods` for the formulae.

    last_year     the payments of the last twelve months again: the benchmark of all others
    slots         seasonal slots, each believed by how many of the last three years paid in it
    slot_median   seasonal slots, each with the weighted median of its three years
    trailing      the sum of the last twelve months, spread over the seasonal slots
    trend         the same, moved half as far as the sum moved against the year before
    blend         slots, last twelve months and the median of four years together
    monthly       who pays each month: the median of the last three, each month
    """

    LAST_YEAR = "last_year"
    SLOTS = "slots"
    SLOT_MEDIAN = "slot_median"
    TRAILING = "trailing"
    TREND = "trend"
    BLEND = "blend"
    MONTHLY = "monthly"


@dataclass(frozen=True, slots=True)
class Trial:
    """How a method would have done on this asset: forecast at `origins` past days, twelve months ahead each.

    `error` is the sum of |forecast - paid| over the sum paid, `median_error` the median of
    |forecast - paid| / paid; both are ratios with 4 decimals (ROUND_HALF_UP), `None` when nothing was paid
    in any of those twelve months, or there is no such day.
    """

    method: Method
    origins: int
    error: Decimal | None
    median_error: Decimal | None


@dataclass(frozen=True, slots=True)
class Basis:
    """A past payment that a forecast rests on; `per_unit` in the units of today (splits applied)."""

    event_id: str
    com_date: date
    per_unit: Decimal


@dataclass(frozen=True, slots=True)
class ForecastPayment:
    """A payment that nobody announced. All amounts gross per unit, with at most 8 decimals (ROUND_HALF_UP).

    `low` and `high`: the least and the most that the same season paid of the same kind in the last three
    years, never narrower than `per_unit`; low is zero when a year was left out. `error` is that of the
    method on this asset (`Trial.error`), `None` while the history is too short to tell.
    """

    asset: str
    kind: IncomeKind
    com_date: date
    payment_date: date
    per_unit: Decimal
    low: Decimal
    high: Decimal
    method: Method
    basis: tuple[Basis, ...]
    error: Decimal | None
    currency: str = "BRL"


@dataclass(frozen=True, slots=True)
class Forecast:
    """What is expected of one asset from the day after `today` on, for `months` months of com dates.

    `payments` holds forecasts only, by date; `announced` names the announced payments that came first and
    took the place of forecasts. `candidates` are the methods considered with their errors. `slots` is how
    many occasions a year the forecast has at most. `reasons` are stable codes with their figures:

    no_history, too_few_payments:1, history_too_short:120, stopped_paying:2021-07-05, irregular
                            there is no forecast, and `method` is `None`
    default, better_here:0.1200/0.3100
                            why this method: the best over many assets, or clearly better on this one
    pays_monthly:12         how many of the last twelve months paid
    error_unknown:2         too few past days to try the method on
    """

    asset: str
    today: date
    months: int
    payments: tuple[ForecastPayment, ...]
    method: Method | None
    error: Decimal | None
    reasons: tuple[str, ...]
    candidates: tuple[Trial, ...] = ()
    announced: tuple[str, ...] = ()
    slots: int = 0
