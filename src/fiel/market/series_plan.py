"""What to ask for so that a series is known, and what of it is due. Pure.

A row comes out at the hour of its publication day; before that nothing is missing. What was read while it
could still be revised is read once more after that, and then never again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from fiel.infra.resilience.timing import check_duration
from fiel.kernel.calendars.business import FIRST_DAY
from fiel.market.catalogue import Periodicity, SeriesSpec
from fiel.market.providers.fields import BRASILIA
from fiel.market.sanitizer.context import local_day
from fiel.market.store.series import Span
from fiel.market.windows import Window, windows

#: Rows of days to come are asked so far ahead: a Copom meeting is at most so many days away.
AHEAD = timedelta(days=45)
_DAY = timedelta(days=1)
#: A block of years and the recent rows after it are one question while they are shorter than this.
_ONE_QUESTION = timedelta(days=9 * 365)


@dataclass(frozen=True, slots=True)
class SeriesFreshness:
    """`reread`: how often rows that may be revised are read again; `late`: how long to wait before asking
    again for a row that is due and was not there; `grace`: a row is not called missing sooner after its hour.

    Raises `InvalidInput` out of range.
    """

    reread: timedelta = timedelta(hours=24)
    late: timedelta = timedelta(minutes=30)
    grace: timedelta = timedelta(hours=1)

    def __post_init__(self) -> None:
        check_duration(self.reread, "reread", longest=timedelta(days=30))
        check_duration(self.late, "late", longest=timedelta(days=1))
        check_duration(self.grace, "grace", shortest=timedelta(), longest=timedelta(days=2))


@dataclass(frozen=True, slots=True)
class Known:
    """What is held of a series: days with a row in the range of interest, and the spans answered for.

    `tried`: when the recent rows were last asked for in vain, if they were.
    """

    days: Collection[date]
    spans: Sequence[Span]
    tried: datetime | None = None


def due_at(spec: SeriesSpec, day: date) -> datetime:
    """The instant from which the row of `day` (from 1990 on) is told."""
    return datetime.combine(spec.due_on(day), spec.hour, BRASILIA)


def due_days(spec: SeriesSpec, first: date, last: date, now: datetime) -> tuple[date, ...]:
    """The days whose row was told by `now`, as far as the calendar can say, in order."""
    if spec.gaps_from is None:
        return ()
    first = max(first, spec.gaps_from, FIRST_DAY)
    if first > last:
        return ()
    days = spec.expected_days(first, min(last, local_day(now)))
    end = len(days)
    while end and due_at(spec, days[end - 1]) > now:
        end -= 1
    return days[:end]


def missing_days(
    spec: SeriesSpec, first: date, last: date, now: datetime, have: Collection[date]
) -> tuple[date, ...]:
    """The days whose row should be there and is not."""
    return tuple(day for day in due_days(spec, first, last, now) if day not in have)


def border(spec: SeriesSpec, spans: Sequence[Span], now: datetime) -> date:
    """The first day whose row is not yet final, or was not when it was read last."""
    today = local_day(now)
    day = spec.revisable_from(today)
    tail = max((span for span in spans), key=lambda span: span.last, default=None)
    if tail is not None and tail.last >= (then := spec.revisable_from(local_day(tail.checked_at))):
        day = min(day, then)
    return max(day, spec.first_day)


def to_ask(
    spec: SeriesSpec,
    first: date,
    last: date,
    known: Known,
    now: datetime,
    freshness: SeriesFreshness,
    *,
    renew: bool = False,
) -> tuple[Window, ...]:
    """The windows to ask for, oldest first; nothing that is final and was answered for is among them.

    `renew`: the rows that may be revised are read again whenever they were read last.
    """
    today = local_day(now)
    end = min(last, today + AHEAD) if spec.ahead else min(last, today)
    edge = border(spec, known.spans, now)
    old: tuple[Window, ...] = ()
    if first < edge:
        settled = list(_before(known.spans, edge))
        old = windows(spec, first, min(end, edge - _DAY), today=today, covered=settled)
    if end < edge or not (renew or _recent_due(spec, max(first, edge), known, now, freshness)):
        return old
    recent = Window(_month(spec, min(edge, today)), today + AHEAD if spec.ahead else today)
    if recent.last - recent.first >= _ONE_QUESTION:
        # Nobody has looked for years.
        return (*old, *windows(spec, recent.first, today, today=today))
    if old and old[-1].last == recent.first - _DAY and recent.last - old[-1].first < _ONE_QUESTION:
        return (*old[:-1], Window(old[-1].first, recent.last))
    return (*old, recent)


def _recent_due(
    spec: SeriesSpec, first: date, known: Known, now: datetime, freshness: SeriesFreshness
) -> bool:
    """Whether the rows that may be revised should be read now."""
    checked = checked_at(first, known)
    if known.tried is not None and now - known.tried < freshness.late:
        return False
    if checked is None or now - checked >= freshness.reread:
        return True
    missing = missing_days(spec, first, local_day(now), now, known.days)
    return bool(missing) and (due_at(spec, missing[-1]) > checked or now - checked >= freshness.late)


def checked_at(first: date, known: Known) -> datetime | None:
    """When the rows from `first` on were last answered for; `None` for never."""
    found = [span.checked_at for span in known.spans if span.first <= first <= span.last]
    return max(found, default=None)


def _before(spans: Iterable[Span], edge: date) -> Iterable[tuple[date, date]]:
    for span in spans:
        if span.first < edge:
            yield span.first, min(span.last, edge - _DAY)


def _month(spec: SeriesSpec, day: date) -> date:
    return day.replace(day=1) if spec.periodicity is Periodicity.MONTHS else day
