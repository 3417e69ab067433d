"""Whether to act at all: a flow, a band, a date, or a band on a date."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from fiel.kernel.errors import InvalidInput
from fiel.kernel.months import months_later
from fiel.rebalancing.drift import OutOfBand, out_of_band
from fiel.rebalancing.model import Model
from fiel.rebalancing.plan import Status
from fiel.rebalancing.problem import Frequency, Strategy, StrategyKind

#: No market closes for longer; a calendar that says so is broken.
CLOSED_DAYS_MAX = 366


class Trigger(StrEnum):
    """What decided."""

    FLOW = "flow"
    ALWAYS = "always"
    BAND = "band"
    DATE = "date"
    BAND_ON_DATE = "band_on_date"


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether to look for orders, and why.

    `status` is `None` when acting (the orders found decide it), else the reason for standing still. `out`
    holds the nodes outside their band where bands were looked at; `due` the day the calendar fell due
    or falls due next (`None` without a calendar or without a rebalance before).
    """

    act: bool
    trigger: Trigger
    status: Status | None = None
    out: tuple[OutOfBand, ...] = ()
    due: date | None = None


def is_weekday(day: date) -> bool:
    """Monday to Friday: the default where no market calendar is given."""
    return day.weekday() < 5


def decide(model: Model, is_business_day: Callable[[date], bool] = is_weekday) -> Decision:
    """Decide whether the problem's strategy acts now.

    The day is that of `problem.now`, read in the time zone it carries. Raises `InvalidInput` when a
    calendar strategy has no frequency, or has a last rebalance but no `now` to compare with.
    """
    strategy = model.problem.strategy
    if model.problem.flow != 0:
        return Decision(act=True, trigger=Trigger.FLOW)
    match strategy.kind:
        case StrategyKind.NONE:
            return Decision(act=True, trigger=Trigger.ALWAYS)
        case StrategyKind.THRESHOLD:
            return _by_band(model, Trigger.BAND, None)
        case StrategyKind.CALENDAR:
            due = next_due(strategy, is_business_day)
            is_due = _has_come(model, due)
            return Decision(is_due, Trigger.DATE, None if is_due else Status.NOT_DUE, due=due)
        case StrategyKind.HYBRID:
            due = next_due(strategy, is_business_day)
            if not _has_come(model, due):
                return Decision(act=False, trigger=Trigger.BAND_ON_DATE, status=Status.NOT_DUE, due=due)
            return _by_band(model, Trigger.BAND_ON_DATE, due)


def next_due(strategy: Strategy, is_business_day: Callable[[date], bool] = is_weekday) -> date | None:
    """The next date of a calendar: the last rebalance plus the frequency, moved on to a business day.

    `None` when there was no rebalance yet, which means due now.
    """
    if strategy.frequency is None:
        raise InvalidInput("frequency_missing", "say how often: weekly to yearly", field="strategy.frequency")
    if strategy.last_rebalance is None:
        return None
    try:
        day = one_period_after(strategy.last_rebalance, strategy.frequency)
        for _ in range(CLOSED_DAYS_MAX):
            if is_business_day(day):
                return day
            day += timedelta(days=1)
    except (OverflowError, ValueError) as beyond:
        raise InvalidInput(
            "date_out_of_range",
            f"no calendar goes beyond {strategy.last_rebalance}",
            field="strategy.last_rebalance",
        ) from beyond
    raise InvalidInput(
        "calendar_closed", f"no business day in the {CLOSED_DAYS_MAX} days before {day}", field="strategy"
    )


def one_period_after(day: date, frequency: Frequency) -> date:
    """One week, month, quarter or year later; a day that the month does not have becomes its last one."""
    match frequency:
        case Frequency.WEEKLY:
            return day + timedelta(days=7)
        case Frequency.MONTHLY:
            return months_later(day, 1)
        case Frequency.QUARTERLY:
            return months_later(day, 3)
        case Frequency.YEARLY:
            return months_later(day, 12)


def _has_come(model: Model, due: date | None) -> bool:
    if due is None:
        return True
    if model.problem.now is None:
        raise InvalidInput("now_missing", "a calendar strategy needs to know the date", field="now")
    return model.problem.now.date() >= due


def _by_band(model: Model, trigger: Trigger, due: date | None) -> Decision:
    out = out_of_band(model)
    return Decision(bool(out), trigger, None if out else Status.INSIDE_BANDS, out, due)
