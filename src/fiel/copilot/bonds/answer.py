"""What is answered about a title: figures with unit, day and source; the steps behind them; what was assumed.

Texts of figures, units and steps are keys: the words are the entrypoints'. Formulas and sources are the
same in every language.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum


class Unit(StrEnum):
    """What a number is."""

    BRL = "brl"
    BRL_PER_UNIT = "brl_per_unit"
    PERCENT = "percent"
    PERCENT_YEAR = "percent_year"
    PERCENT_MONTH = "percent_month"
    PERCENT_VNA = "percent_vna"
    PERCENT_CDI = "percent_cdi"
    BUSINESS_DAYS = "business_days"
    CALENDAR_DAYS = "calendar_days"
    FACTOR = "factor"
    UNITS = "units"
    NONE = "none"


#: Where a figure comes from when nobody outside told it.
GIVEN = "given"
COMPUTED = "computed"


@dataclass(frozen=True, slots=True)
class Figure:
    """One number of the answer: `key` names it, `source` is `given`, `computed` or who told it."""

    key: str
    value: Decimal
    unit: Unit
    as_of: date
    source: str = COMPUTED


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the working: the formula, the numbers put in, what came out and how it was rounded.

    `rounding` is A-n, T-n or empty (exact, or to 50 digits). `label` tells steps of one key apart (a date).
    """

    key: str
    formula: str
    inputs: tuple[tuple[str, str], ...]
    result: Decimal
    unit: Unit
    rounding: str
    source: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class SeriesUsed:
    """A series behind the answer: who told it, its last day, and what was assumed from then on.

    `assumed` is percent in `unit`; `assumed_from` is the first day that nobody knows. Both are empty when
    the answer needed no day beyond the last one.
    """

    key: str
    sources: tuple[str, ...]
    last_day: date | None
    unit: Unit
    assumed: tuple[tuple[date, Decimal], ...] = ()
    #: `flat`: as on the last day; `given`: by an option or a file.
    how: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """All that is said of one title on one day. The step that makes the first figure has its key."""

    title: str
    kind: str
    on: date
    maturity: date | None
    figures: tuple[Figure, ...]
    steps: tuple[Step, ...]
    series: tuple[SeriesUsed, ...] = ()
    #: Keys of sentences with their values: what the reader should know.
    notes: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = ()

    def figure(self, key: str) -> Figure:
        """A figure by its key. Raises `KeyError`."""
        for found in self.figures:
            if found.key == key:
                return found
        raise KeyError(key)


def steps_to(result: Decimal, steps: tuple[Step, ...]) -> tuple[Step, ...]:
    """The steps, when the last one gives `result`: a working that led elsewhere would be worse than none."""
    if steps[-1].result != result:
        raise AssertionError(f"the working ends at {steps[-1].result}, the price is {result}")
    return steps
