"""What is said of a series: its rows with their papers, and how good they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from fiel.infra.resilience.attempts import Attempt, Event, How, Result, Step
from fiel.market.asking import Told
from fiel.market.catalogue import SeriesSpec
from fiel.market.providers.fields import BRASILIA
from fiel.market.sanitizer.context import local_day
from fiel.market.series_plan import SeriesFreshness, missing_days
from fiel.market.series_sources import FIRST_HAND
from fiel.market.store.series import StoredRow
from fiel.market.values import Observation, Quality, SeriesReading
from fiel.market.verdicts import Finding, Outcome

_FINDINGS_MAX = 200


@dataclass(frozen=True, slots=True)
class SeriesAnswer:
    """Rows of `spec` from `first` to `last`, oldest first, in its unit (`unit`).

    `as_of`: the start, in Brasilia, of the day of the last row that is in force; `fetched_at`: when that row
    was read. Both are `None` without rows. `missing`: days whose row should be there. `degraded`: the
    database was away. `trail`: everything that was tried for this answer, in order.
    """

    spec: SeriesSpec
    first: date
    last: date
    rows: tuple[StoredRow, ...]
    quality: Quality
    today: date
    missing: tuple[date, ...] = ()
    findings: tuple[Finding, ...] = ()
    trail: tuple[Step, ...] = ()
    degraded: bool = False

    @property
    def unit(self) -> str:
        """The unit of every value."""
        return self.spec.unit.value

    @property
    def observations(self) -> tuple[Observation, ...]:
        """The rows without their papers."""
        return tuple(each.row for each in self.rows)

    @property
    def in_force(self) -> StoredRow | None:
        """The last row that is not of a day to come."""
        return next((each for each in reversed(self.rows) if each.row.day <= self.today), None)

    @property
    def as_of(self) -> datetime | None:
        """The instant that the last row in force speaks of."""
        row = self.in_force
        return None if row is None else instant_of(row.row.day)

    @property
    def fetched_at(self) -> datetime | None:
        """When the last row in force was read."""
        row = self.in_force
        return None if row is None else row.fetched_at

    @property
    def sources(self) -> tuple[str, ...]:
        """Who told the rows, each once, in the order of the alphabet."""
        return tuple(sorted({each.source for each in self.rows}))

    def age(self, now: datetime) -> timedelta | None:
        """How long ago the last row in force was true."""
        return None if self.as_of is None else max(now - self.as_of, timedelta())


@dataclass(slots=True)
class Heard:
    """What the questions for one answer brought."""

    asked: int = 0
    answered: int = 0
    fallback: bool = False
    written: int = 0
    sources: list[str] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    trail: list[Step] = field(default_factory=list)

    def add(self, other: Heard) -> None:
        """Another question's part."""
        self.asked += other.asked
        self.answered += other.answered
        self.fallback = self.fallback or other.fallback
        self.written += other.written
        self.sources += other.sources
        self.findings = [*self.findings, *other.findings][:_FINDINGS_MAX]
        self.trail += other.trail

    @property
    def calls(self) -> int:
        """Calls that were made, retries included."""
        return sum(1 for step in self.trail if step.attempt and step.event in _CALLED)

    @property
    def reason(self) -> str:
        """Why there is nothing: what the last source said."""
        told = [step for step in self.trail if step.event is not Event.TAKEN]
        return f"{told[-1].source}: {told[-1].reason}: {told[-1].detail}" if told else "no answer"


_CALLED = (Event.TAKEN, Event.REFUSED, Event.FAULT)


def instant_of(day: date) -> datetime:
    """The start of a day in Brasilia."""
    return datetime.combine(day, time(0), BRASILIA)


def tellings(result: Result[Told[SeriesReading]]) -> list[Told[SeriesReading]]:
    """What may be believed of an answer: the one that was taken, and those that were only partly good.

    The central bank's come first; of a source asked several times, the last.
    """
    found: dict[str, Told[SeriesReading]] = {}
    for source, attempt in result.refused:
        if (told := _partly(attempt)) is not None:
            found[source] = told
    if result.value is not None and result.how in (How.FIRST, How.FALLBACK):
        found[result.source] = result.value
    return sorted(found.values(), key=lambda told: told.provider.value not in FIRST_HAND)


def _partly(attempt: Attempt[Told[SeriesReading]]) -> Told[SeriesReading] | None:
    told = attempt.value
    if told is None or told.verdict.outcome is not Outcome.PARTIAL or told.verdict.value is None:
        return None
    return told


def quality_of(
    spec: SeriesSpec,
    rows: Sequence[StoredRow],
    asked: tuple[date, date],
    heard: Heard,
    *,
    unsatisfied: bool,
    now: datetime,
    freshness: SeriesFreshness,
) -> tuple[Quality, tuple[date, ...]]:
    """How good the rows are, and the days that are missing.

    `unsatisfied`: rows are older than they should be, or days were never answered for.
    """
    have = {each.row.day for each in rows}
    missing = missing_days(spec, *asked, now - freshness.grace, have)
    if missing or not _any_in_force(rows, now):
        return Quality.STALE, missing
    if any(each.source not in FIRST_HAND for each in rows) or heard.fallback:
        return Quality.FALLBACK, missing
    if unsatisfied:
        return Quality.STALE, missing
    return (Quality.FRESH if heard.answered else Quality.CACHED), missing


def _any_in_force(rows: Sequence[StoredRow], now: datetime) -> bool:
    return not rows or any(each.row.day <= local_day(now) for each in rows)
