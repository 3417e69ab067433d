"""Long spans of a series cut into windows that a service answers, leaving out what is already there."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from fiel.kernel.errors import InvalidInput
from fiel.market.catalogue import Periodicity, SeriesSpec

#: SGS refuses more for daily series (status 406); long windows are slow or answer the throttle page.
DAILY_YEARS_MAX = 10
MONTHLY_YEARS_MAX = 20
DAILY_YEARS = 5
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, order=True)
class Window:
    """Days from `first` to `last`, both included. Raises `InvalidInput` when reversed."""

    first: date
    last: date

    def __post_init__(self) -> None:
        if self.first > self.last:
            raise InvalidInput(
                "window_reversed", f"{self.first} comes after {self.last}; swap them", field="window"
            )


@dataclass(frozen=True, slots=True)
class WindowConfig:
    """Years of one question. Raises `InvalidInput` above what SGS answers."""

    daily_years: int = DAILY_YEARS
    monthly_years: int = MONTHLY_YEARS_MAX

    def __post_init__(self) -> None:
        limits = {"daily_years": DAILY_YEARS_MAX, "monthly_years": MONTHLY_YEARS_MAX}
        for name, most in limits.items():
            if not 1 <= getattr(self, name) <= most:
                raise InvalidInput("window_years", f"1 to {most} years are answered at once", field=name)


def windows(
    spec: SeriesSpec,
    start: date,
    end: date,
    *,
    today: date,
    covered: Iterable[tuple[date, date]] = (),
    config: WindowConfig | None = None,
) -> tuple[Window, ...]:
    """What to ask for so that `start` to `end` is known, oldest first; nothing before the series begins nor
    after `today`, nor in the `covered` spans (both ends included).

    The same question with more covered gives the rest of the list: an interrupted sync goes on.
    """
    config = config or WindowConfig()
    months = spec.periodicity is Periodicity.MONTHS
    years = config.monthly_years if months else config.daily_years
    start, end = max(start, spec.first_day), min(end, today)
    if months:
        start = start.replace(day=1)
    found: list[Window] = []
    for first, last in _uncovered(start, end, covered):
        found.extend(_pieces(first, last, years))
    return tuple(found)


def reread_window(spec: SeriesSpec, today: date) -> Window:
    """The rows that may still have been revised, up to today."""
    return Window(min(max(spec.revisable_from(today), spec.first_day), today), today)


def _uncovered(start: date, end: date, covered: Iterable[tuple[date, date]]) -> list[tuple[date, date]]:
    found: list[tuple[date, date]] = []
    for first, last in sorted(covered):
        if last < start:
            continue
        if first > end:
            break
        if first > start:
            found.append((start, first - _DAY))
        start = max(start, last + _DAY)
    if start <= end:
        found.append((start, end))
    return found


def _pieces(first: date, last: date, years: int) -> list[Window]:
    """Whole blocks of years since the year 1900, so that the cuts do not depend on where one begins."""
    found: list[Window] = []
    while first <= last:
        block_end = date(1900 + ((first.year - 1900) // years + 1) * years - 1, 12, 31)
        found.append(Window(first, min(block_end, last)))
        first = found[-1].last + _DAY
    return found
