"""Whether the rows of a series may be believed: days, range, steps, gaps, and what is known already.

Nothing is ever scaled, filled or averaged. What is wrong is left out and said, or the answer is refused.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal, localcontext
from types import MappingProxyType

from fiel.kernel.rounding import finance_context
from fiel.market.catalogue import Periodicity, SeriesSpec, Unit
from fiel.market.providers.series_verdicts import NOTHING_THERE, chained
from fiel.market.sanitizer.quotes import is_scale_slip
from fiel.market.values import Observation, SeriesReading
from fiel.market.verdicts import (
    Finding,
    Keep,
    Kind,
    Outcome,
    Reaction,
    Verdict,
    accept,
    partial,
    quarantined,
    rejected,
    repaired,
)

Span = tuple[date, date]
Known = Mapping[date, Decimal]
NOTHING_KNOWN: Known = MappingProxyType({})

#: What was left out is missing now: another source may have it, what stays may be kept.
_LEFT_OUT = Reaction(retry=False, fallback=True, breaker_failure=False, keep=Keep.OK)
#: Rows are missing between others: nothing of it is kept, or the hole would look answered.
_HOLE = Reaction(retry=True, fallback=True, breaker_failure=False, keep=Keep.NEVER)
#: The last rows are late: the rows before them are whole.
_LATE = Reaction(retry=True, fallback=True, breaker_failure=False, keep=Keep.OK)
_OLD_AFTER_DAYS = 20
#: More values out of range than these are no slips: the unit is another one.
_SINGLE_MAX = 3
#: Values further apart than this say nothing about each other.
_NEIGHBOURS = timedelta(days=10)
_ONE_DAY = timedelta(days=1)


def judge_series(
    read: Verdict[SeriesReading],
    spec: SeriesSpec,
    *,
    asked: Span | None,
    today: date,
    known: Known = NOTHING_KNOWN,
) -> Verdict[SeriesReading]:
    """What a reader found, and what is thought of it, in one verdict. See `check_series`."""
    if read.value is None or not read.taken:
        return read
    told_empty = read.reaction == NOTHING_THERE
    blank = [day for finding in read.findings if not finding.repair for day in _day(finding)]
    checked = check_series(read.value, spec, asked=asked, today=today, known=known, without_value=blank)
    if not told_empty:
        return chained(read, checked)
    if checked.outcome is Outcome.REJECT:
        reaction = Reaction(retry=False, fallback=True, breaker_failure=False, keep=Keep.NEGATIVE_SHORT)
        return replace(checked, reaction=reaction, findings=(*checked.findings, *read.findings))
    return replace(checked, findings=(*checked.findings, *read.findings))


def check_series(
    reading: SeriesReading,
    spec: SeriesSpec,
    *,
    asked: Span | None,
    today: date,
    known: Known = NOTHING_KNOWN,
    without_value: Collection[date] = (),
) -> Verdict[SeriesReading]:
    """The rows that may be believed.

    `asked`: both days included, `None` when the last N rows were asked; `known`: rows that are held, to be
    compared; `without_value`: days that the service named without a value (no gaps: they were said).

    Reject: no row where some are due (`no_data`), other days than asked (`inconsistent`), half of it or more
    than three values out of range (`implausible`: the unit is not that of the series). Quarantine: a final
    row is told otherwise (`conflict`), a step in the level that cannot be (`implausible`). Partial: single
    rows left out, days missing (`gap`, one finding per day). Repair: rows of other days or of holidays left
    out. Accept with a remark: `revised` (a recent row changed), `future_rows` (of series published ahead,
    they stay: see `in_force`), `period_rows`, `no_data` (no day asked has a row).
    """
    if not reading.rows:
        return _nothing(reading, spec, asked, today, without_value)
    work = _Work(spec, today, list(reading.rows))
    if asked is not None and not work.keep_asked(asked):
        return rejected(Kind.INCONSISTENT, f"no row lies between {asked[0]} and {asked[1]}")
    work.drop_misplaced()
    work.drop_future()
    if refusal := work.drop_implausible():
        return refusal
    if step := work.drop_spikes(known):
        return quarantined(work.reading(reading.series), step)
    if conflicts := work.compare(known):
        return quarantined(work.reading(reading.series), *conflicts)
    if not work.rows:
        first = work.dropped[0] if work.dropped else work.repairs[0]
        return rejected(first.kind, first.detail, place=first.place, reaction=_LEFT_OUT_ALL)
    gaps, late = work.missing(asked, without_value)
    work.remark(asked)
    return work.verdict(reading.series, gaps, late)


_LEFT_OUT_ALL = Reaction(retry=False, fallback=True, breaker_failure=False, keep=Keep.NEVER)


def in_force(rows: Sequence[Observation], today: date) -> Observation | None:
    """The last row not after `today`: of a series published ahead, the rate that holds today."""
    return next((row for row in reversed(rows) if row.day <= today), None)


def missing_days(verdict: Verdict[SeriesReading]) -> tuple[date, ...]:
    """The days that a verdict reports as missing, in order."""
    found = (day for finding in verdict.findings if finding.kind is Kind.GAP for day in _day(finding))
    return tuple(sorted(set(found)))


def answered_span(verdict: Verdict[SeriesReading], spec: SeriesSpec, asked: Span, today: date) -> Span | None:
    """The days that may be noted as answered for: up to the day before the first one that is missing, was
    left out or is not yet published. `None` when nothing may be kept."""
    if not verdict.taken or verdict.value is None or verdict.reaction.keep is not Keep.OK:
        return None
    first, last = asked[0], min(asked[1], today)
    have = {row.day for row in verdict.value.rows}
    if spec.gaps_from is not None:
        unanswered = [day for day in spec.expected_days(first, last) if _judged(spec, day)]
    else:
        # Which days have a row cannot be told: only what lies among the rows that came is answered.
        unanswered = [max(have) + _ONE_DAY] if have else []
        if have and min(have) - first > _NEIGHBOURS:
            first = min(have)
    unanswered += [day for finding in verdict.findings if not finding.repair for day in _day(finding)]
    until = min((day for day in unanswered if day not in have and first <= day <= last), default=None)
    if until is not None:
        last = until - _ONE_DAY
    return (first, last) if first <= last else None


def agree(first: Decimal, second: Decimal, spec: SeriesSpec, *, converted: bool = False) -> bool:
    """Whether two sources say the same, beyond rounding: within half a unit of the last published decimal,
    or a whole one when one of them was `converted` from another unit."""
    unit = Decimal(1).scaleb(-spec.decimals)
    with localcontext(finance_context()):
        return abs(first - second) <= (unit if converted else unit / 2)


def disagreements(
    first: SeriesReading, second: SeriesReading, spec: SeriesSpec, *, converted: bool = False
) -> tuple[Finding, ...]:
    """The days on which two sources contradict each other, as conflicts; days of one alone say nothing."""
    theirs = {row.day: row.value for row in second.rows}
    return tuple(
        Finding(Kind.CONFLICT, row.day.isoformat(), f"{row.value:f} here, {theirs[row.day]:f} elsewhere")
        for row in first.rows
        if row.day in theirs and not agree(row.value, theirs[row.day], spec, converted=converted)
    )


@dataclass(slots=True)
class _Work:
    """Rows being looked at, and what was found so far."""

    spec: SeriesSpec
    today: date
    rows: list[Observation]
    dropped: list[Finding] = field(default_factory=list)
    repairs: list[Finding] = field(default_factory=list)
    remarks: list[Finding] = field(default_factory=list)
    explained: set[date] = field(default_factory=set)

    def reading(self, series: str) -> SeriesReading:
        return SeriesReading(series, tuple(self.rows))

    def keep_asked(self, asked: Span) -> bool:
        """Leave out rows of other days; whether any is left."""
        start, end = asked
        if self.spec.periodicity is Periodicity.MONTHS:
            start = start.replace(day=1)
        inside = [row for row in self.rows if start <= row.day <= end]
        outside = len(self.rows) - len(inside)
        if outside and inside:
            detail = f"{outside} row{'s' if outside != 1 else ''} of days that were not asked"
            self.repairs.append(Finding(Kind.METADATA_MISMATCH, "", detail, "other_days_dropped"))
        self.rows = inside
        return bool(inside)

    def drop_misplaced(self) -> None:
        """Leave out rows of days that have none: a holiday's rate would be compounded once too often."""
        wrong = [row for row in self.rows if not self.spec.may_have_row(row.day)]
        for row in wrong:
            detail = f"{row.day} has no row in a series of {self.spec.periodicity}"
            self.repairs.append(Finding(Kind.INCONSISTENT, row.day.isoformat(), detail, "row_dropped"))
        self._leave_out(wrong)

    def _leave_out(self, wrong: Sequence[Observation]) -> None:
        days = {row.day for row in wrong}
        self.rows = [row for row in self.rows if row.day not in days]

    def drop_future(self) -> None:
        """Leave out rows of days to come, in series that are not published ahead."""
        future = [row for row in self.rows if row.day > self.today]
        if future and self.spec.ahead:
            detail = f"{len(future)} rows are of days after {self.today}; they are not yet in force"
            self.remarks.append(Finding(Kind.FUTURE_ROWS, future[0].day.isoformat(), detail))
        elif future:
            self.rows = [row for row in self.rows if row.day <= self.today]
            detail = f"{len(future)} rows are of days after {self.today}, which cannot be known"
            self.dropped.append(Finding(Kind.INCONSISTENT, future[0].day.isoformat(), detail))

    def drop_implausible(self) -> Verdict[SeriesReading] | None:
        """Leave out single values out of range; refuse an answer with more of them, or half of it."""
        wrong = [row for row in self.rows if not self.spec.plausible(row.day, row.value)]
        for row in wrong:
            self._not_believed(row, _out_of_range(row, self.spec))
        if len(wrong) > _SINGLE_MAX or (wrong and 2 * len(wrong) >= len(self.rows)):
            return rejected(Kind.IMPLAUSIBLE, self.dropped[-1].detail, place=wrong[-1].day.isoformat())
        self._leave_out(wrong)
        return None

    def _not_believed(self, row: Observation, detail: str) -> None:
        self.dropped.append(Finding(Kind.IMPLAUSIBLE, row.day.isoformat(), detail))
        self.explained.add(row.day)

    def drop_spikes(self, known: Known) -> Finding | None:
        """Leave out a value far from both its neighbours; a finding when the level itself steps."""
        last = self._before(known)
        kept: list[Observation] = []
        for index, row in enumerate(self.rows):
            following = self.rows[index + 1 : index + 3]
            if last is None and len(following) == 2 and self._alone(row, *following):
                self._not_believed(row, f"{row.value:f} on {row.day} lies far from the values after it")
                continue
            if last is not None and self._steps(last, row):
                level = following[0] if following else None
                if self._steps(last, level) or not (following or kept):
                    # Not one wrong value among right ones: which side is right cannot be told here.
                    detail = f"{row.value:f} on {row.day} follows {last.value:f}: such a step was never seen"
                    return Finding(Kind.IMPLAUSIBLE, row.day.isoformat(), detail)
                self._not_believed(row, f"{row.value:f} on {row.day} lies far from the values around it")
                continue
            kept.append(row)
            last = row
        self.rows = kept
        return None

    def _before(self, known: Known) -> Observation | None:
        """The row that is held of the days just before the first one."""
        first = self.rows[0].day if self.rows else date.min
        days = (day for day in known if day < first and first - day <= _NEIGHBOURS)
        before = max(days, default=None)
        return None if before is None else Observation(before, known[before])

    def _alone(self, row: Observation, second: Observation, third: Observation) -> bool:
        """Whether the first row differs from two that agree."""
        return self._steps(row, second) and self._steps(row, third) and not self._steps(second, third)

    def _steps(self, before: Observation, row: Observation | None) -> bool:
        jump = None if row is None else self.spec.era(row.day).jump
        if row is None or jump is None or row.day - before.day > _NEIGHBOURS:
            return False
        with localcontext(finance_context()):
            return row.value > before.value * jump or row.value * jump < before.value

    def compare(self, known: Known) -> list[Finding]:
        """Conflicts with final rows, and slips of the point; revisions of recent rows are remarks."""
        conflicts: list[Finding] = []
        for row in self.rows if known else ():
            held = known.get(row.day)
            if held is None or agree(row.value, held, self.spec):
                continue
            final = self.spec.final(row.day, self.today)
            # Nobody revises by a power of ten: the decimal point slipped.
            wrong = final or (held != 0 and row.value != 0 and is_scale_slip(abs(row.value / held)))
            detail = f"{held:f} is known{' and final' if final else ''}, now told {row.value:f}"
            finding = Finding(Kind.CONFLICT, row.day.isoformat(), detail, "" if wrong else "revised")
            (conflicts if wrong else self.remarks).append(finding)
        return conflicts

    def missing(self, asked: Span | None, without_value: Collection[date]) -> tuple[list[date], list[date]]:
        """Days without a row: those before the last row, and those after it that are overdue."""
        if self.spec.gaps_from is None:
            return [], []
        start, end = asked or (self.rows[0].day, self.rows[-1].day)
        last = self.rows[-1].day
        have = {row.day for row in self.rows} | self.explained | set(without_value)
        absent = [
            day
            for day in self.spec.expected_days(start, min(end, max(self.today, last)))
            if day not in have and _judged(self.spec, day)
        ]
        late = [day for day in absent if day > last and self.spec.overdue(day, self.today)]
        return [day for day in absent if day < last], late

    def remark(self, asked: Span | None) -> None:
        if self.spec.periodicity is Periodicity.PERIODS:
            detail = "each row covers a period of its own: rows that follow each other overlap"
            self.remarks.append(Finding(Kind.PERIOD_ROWS, "", detail))
        last = self.rows[-1].day
        months = self.spec.periodicity is Periodicity.MONTHS
        old = (self.today - last).days > _OLD_AFTER_DAYS + (60 if months else 0)
        if asked is None and old:
            self.remarks.append(Finding(Kind.STALE, last.isoformat(), f"the last row is of {last}"))

    def verdict(self, series: str, gaps: list[date], late: list[date]) -> Verdict[SeriesReading]:
        reading = self.reading(series)
        noted = (*self.repairs, *self.remarks)
        holes = [_gap(day, "is missing") for day in gaps]
        overdue = [_gap(day, "should have been published") for day in late]
        if holes:
            return partial(reading, *holes, *overdue, *self.dropped, *noted, reaction=_HOLE)
        if self.dropped:
            return partial(reading, *self.dropped, *overdue, *noted, reaction=_LATE if late else _LEFT_OUT)
        if overdue:
            return partial(reading, *overdue, *noted, reaction=_LATE)
        return repaired(reading, *noted) if self.repairs else accept(reading, *self.remarks)


def _nothing(
    reading: SeriesReading, spec: SeriesSpec, asked: Span | None, today: date, without_value: Collection[date]
) -> Verdict[SeriesReading]:
    """No rows: right on days that have none, or whose rows are not yet published."""
    if asked is None:
        return rejected(Kind.NO_DATA, "no row at all")
    due = [day for day in spec.expected_days(*asked) if day <= today and day not in set(without_value)]
    overdue = [day for day in due if spec.overdue(day, today)]
    if overdue:
        detail = f"no row between {asked[0]} and {asked[1]}, where {len(overdue)} are due"
        return rejected(Kind.NO_DATA, detail)
    if due or asked[1] >= today:
        finding = Finding(Kind.NO_DATA, "", "nothing is published yet")
        return replace(accept(reading, finding), reaction=NOTHING_THERE)
    return accept(reading, Finding(Kind.NO_DATA, "", "no day in the range has a row"))


def _gap(day: date, what: str) -> Finding:
    return Finding(Kind.GAP, day.isoformat(), f"the row of {day} {what}")


def _judged(spec: SeriesSpec, day: date) -> bool:
    return spec.gaps_from is not None and day >= spec.gaps_from


def _out_of_range(row: Observation, spec: SeriesSpec) -> str:
    era = spec.era(row.day)
    text = f"{row.value:f} on {row.day} is not within {era.low:f} to {era.high:f} ({spec.unit})"
    if spec.unit is Unit.PERCENT_DAY and era.high < row.value < 100:
        return f"{text}; it looks like % per year"
    return text


def _day(finding: Finding) -> tuple[date, ...]:
    try:
        return (date.fromisoformat(finding.place),)
    except ValueError:
        return ()
