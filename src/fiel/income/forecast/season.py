"""The year of an asset: its occasions of the last years laid over each other, slot by slot.

Years are of 365 days and end at the origin, so that a slot needs no calendar: it is a number of days after
the origin, and the same occasion of three years lies within a few weeks of it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from fiel.income.forecast.history import Occasion

YEAR = 365
#: Years laid over each other for the slots, and years summed for the level.
SLOT_YEARS = 3
LEVEL_YEARS = 4
#: The same occasion of another year is at most this many days away.
SLOT_DAYS = 40


@dataclass(frozen=True, slots=True)
class Slot:
    """`offset`: days from the origin to the next one, 1 to 365. `years`: what was paid, the newest first."""

    offset: int
    years: tuple[Occasion | None, ...]

    @property
    def newest(self) -> Occasion:
        """The newest that was paid in it: there is one, or there were no slot."""
        return next(each for each in self.years if each is not None)

    def amount(self, year: int) -> Decimal:
        """What was paid in a year, 0 for the newest; zero when nothing was."""
        paid = self.years[year]
        return paid.total if paid is not None else Decimal(0)


@dataclass(frozen=True, slots=True)
class Season:
    """The slots at an origin, and the sums of each year back from it (as many as are known)."""

    origin: int
    slots: tuple[Slot, ...]
    annual: tuple[Decimal, ...]
    past: Sequence[Occasion]

    @property
    def years(self) -> int:
        """How many years are known, at most `LEVEL_YEARS`."""
        return len(self.annual)

    @property
    def is_regular(self) -> bool:
        """Whether any occasion came back in another year; unknown, and so assumed, in the first year."""
        return self.years < 2 or any(sum(each is not None for each in slot.years) > 1 for slot in self.slots)


def season_at(past: Sequence[Occasion], origin: int) -> Season:
    """What the occasions known at the end of day `origin` say. `past` by day, all of them before or on it."""
    ends = [bisect_right(past, origin - YEAR * year, key=_day) for year in range(LEVEL_YEARS + 1)]
    windows = [past[ends[year + 1] : ends[year]] for year in range(LEVEL_YEARS)]
    known = (origin - past[0].day + YEAR // 2) // YEAR if past else 0
    years = min(LEVEL_YEARS, max(1, known))
    annual = tuple(sum((each.total for each in window), Decimal(0)) for window in windows[:years])
    return Season(origin, _slots(windows[: min(SLOT_YEARS, years)], origin), annual, past)


def _day(occasion: Occasion) -> int:
    return occasion.day


def _slots(windows: Sequence[Sequence[Occasion]], origin: int) -> tuple[Slot, ...]:
    """Each occasion of an older year joins the nearest slot that is free; the rest begin new slots."""
    offsets: list[int] = []
    years: list[list[Occasion | None]] = []
    for year, window in enumerate(windows):
        here = [occasion.day - origin + YEAR * (year + 1) for occasion in window]
        taken = _nearest(offsets, here)
        for index, occasion in enumerate(window):
            if index not in taken:
                taken[index] = len(offsets)
                offsets.append(here[index])
                years.append([None] * len(windows))
            years[taken[index]][year] = occasion
    slots = [Slot(offset, tuple(each)) for offset, each in zip(offsets, years, strict=True)]
    return tuple(sorted(slots, key=lambda slot: (slot.offset, -slot.newest.day)))


def _nearest(offsets: Sequence[int], here: Sequence[int]) -> dict[int, int]:
    """Index of `here` -> slot, the closest pairs first, each once; around the turn of the year too."""
    pairs = [
        (apart, slot, index)
        for slot, offset in enumerate(offsets)
        for index, place in enumerate(here)
        if (apart := abs(offset - place)) <= SLOT_DAYS or (apart := YEAR - apart) <= SLOT_DAYS
    ]
    taken: dict[int, int] = {}
    used: set[int] = set()
    for _, slot, index in sorted(pairs):
        if slot not in used and index not in taken:
            used.add(slot)
            taken[index] = slot
    return taken
