"""Series of the central bank, kept for good: what is final is asked once, what may be revised now and then.

`get` serves what is held and asks only for what is not; `sync` fills the history, window by window.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from fiel.infra.resilience.attempts import Request
from fiel.infra.resilience.pipeline import Pipeline
from fiel.kernel.clock import Clock
from fiel.kernel.errors import FielError, InvalidInput
from fiel.market.asking import Asker, Told
from fiel.market.catalogue import Periodicity, SeriesSpec, series_spec
from fiel.market.sanitizer.context import local_day
from fiel.market.sanitizer.series import answered_span
from fiel.market.series_answer import Heard, SeriesAnswer, instant_of, quality_of, tellings
from fiel.market.series_book import Page, SeriesBook, Telling
from fiel.market.series_plan import AHEAD, Known, SeriesFreshness, missing_days, to_ask
from fiel.market.series_sources import FIRST_HAND, Wanted, series_sources
from fiel.market.values import Observation, Quality, SeriesReading, Served
from fiel.market.verdicts import Finding, Kind
from fiel.market.windows import Window

KEYS_MAX = 100
#: Rows before a window that are looked at with it, so that steps and other hosts can be judged.
_BEFORE = timedelta(days=25)
#: Ranges that end so many days ago at most are looked at together with the rows up to today.
_RECENT = timedelta(days=150)
#: A rate of a day is looked for among the rows of so many days before it.
_BACK = timedelta(days=15)


@dataclass(frozen=True, slots=True)
class SyncStep:
    """One window that was asked for. `done` of `total` are behind us; `failed` says why nothing came.

    `rows` were written; `source` told them; `calls` were made for it.
    """

    series: str
    window: Window
    done: int
    total: int
    rows: int
    calls: int
    source: str = ""
    failed: str = ""


@dataclass(frozen=True, slots=True)
class SyncReport:
    """What a sync did, window by window."""

    steps: tuple[SyncStep, ...]

    @property
    def rows(self) -> int:
        """Rows written."""
        return sum(step.rows for step in self.steps)

    @property
    def calls(self) -> int:
        """Calls made, retries included."""
        return sum(step.calls for step in self.steps)

    @property
    def failed(self) -> tuple[SyncStep, ...]:
        """The windows that are still to be asked for."""
        return tuple(step for step in self.steps if step.failed)


@dataclass(slots=True)
class SeriesDesk:
    """Series by key. Shared by all who ask, within one event loop."""

    pipeline: Pipeline
    asker: Asker
    book: SeriesBook
    clock: Clock
    freshness: SeriesFreshness = field(default_factory=SeriesFreshness)
    _locks: dict[str, asyncio.Lock] = field(default_factory=dict)
    #: When a window was asked for in vain; the key alone stands for the recent rows.
    _tried: dict[tuple[str, Window | None], datetime] = field(default_factory=dict)
    _asked: Counter[str] = field(default_factory=Counter)

    async def get(self, key: str, first: date, last: date, *, renew: bool = False) -> SeriesAnswer:
        """The rows from `first` to `last`. `renew`: read again what may be revised.

        Raises `NotFound` for an unknown series, `InvalidInput` for a reversed range, `Corrupt`; services and
        databases that are away raise nothing: see `quality`, `missing` and `trail`.
        """
        spec = series_spec(key)
        if first > last:
            raise InvalidInput("range_reversed", f"{first} comes after {last}; swap them", field="first")
        asked, heard = self._asked[key], Heard()
        page = await self._page(spec, first, last)
        if self._plan(spec, first, last, page, renew=renew):
            async with self._lock(key):
                # Somebody may have asked while we waited.
                again = renew and self._asked[key] == asked
                page = await self._page(spec, first, last)
                for window in self._plan(spec, first, last, page, renew=again):
                    heard.add(await self._ask(spec, window))
                page = await self._page(spec, first, last)
        return self._answer(spec, first, last, page, heard)

    async def rate_on(self, key: str, day: date) -> Served[Observation] | None:
        """The value that holds on a day: that day's row or the last one before it (see its own `day`); of
        monthly series the month's. `None` when nothing is known. Raises as `get`.
        """
        spec = series_spec(key)
        monthly = spec.periodicity is Periodicity.MONTHS
        first = (day.replace(day=1) - _BACK).replace(day=1) if monthly else day - _BACK
        answer = await self.get(key, first, day)
        row = next((each for each in reversed(answer.rows) if each.row.day <= day), None)
        if row is None:
            return None
        late = any(each > row.row.day for each in answer.missing)
        quality = Quality.STALE if late else answer.quality
        if quality is Quality.FALLBACK and row.source in FIRST_HAND:
            quality = Quality.CACHED
        as_of, findings = instant_of(row.row.day), answer.findings
        return Served(row.row, answer.unit, as_of, row.fetched_at, row.source, quality, findings)

    async def sync(
        self, keys: Sequence[str], since: date, *, on_progress: Callable[[SyncStep], None] | None = None
    ) -> SyncReport:
        """Everything from `since` on that is not final and held, series by series, oldest window first.

        What is done stays done: after an interruption the same call goes on. A window that fails stops no
        other. Raises `NotFound`, `InvalidInput` (a day to come, too many series), `Corrupt`.
        """
        if len(keys) > KEYS_MAX:
            raise InvalidInput("too_many_series", f"at most {KEYS_MAX} series at once", field="keys")
        today = local_day(self.clock.now())
        if since > today:
            raise InvalidInput("since_to_come", f"{since} is after today, {today}", field="since")
        plan: list[tuple[SeriesSpec, Window]] = []
        for spec in [series_spec(key) for key in dict.fromkeys(keys)]:
            page = await self._page(spec, since, today)
            plan += [(spec, window) for window in self._windows(spec, since, today, page)]
        steps: list[SyncStep] = []
        for spec, window in plan:
            async with self._lock(spec.key):
                heard = await self._ask(spec, window)
            steps.append(_step(spec, window, heard, len(steps) + 1, len(plan)))
            if on_progress is not None:
                on_progress(steps[-1])
        return SyncReport(tuple(steps))

    def _lock(self, key: str) -> asyncio.Lock:
        return self._locks.setdefault(key, asyncio.Lock())

    async def _page(self, spec: SeriesSpec, first: date, last: date) -> Page:
        """The rows of the range; of a recent one also those after it, by which it is seen to be fresh."""
        today = local_day(self.clock.now())
        recent = today + AHEAD if spec.ahead else today
        return await self.book.read(spec.key, first, max(last, recent) if last >= today - _RECENT else last)

    def _windows(
        self, spec: SeriesSpec, first: date, last: date, page: Page, tried: datetime | None = None
    ) -> tuple[Window, ...]:
        """What is wanted, whether it was tried or not."""
        known = Known({each.row.day for each in page.rows}, page.spans, tried)
        return to_ask(spec, first, last, known, self.clock.now(), self.freshness)

    def _plan(
        self, spec: SeriesSpec, first: date, last: date, page: Page, *, renew: bool
    ) -> tuple[Window, ...]:
        """What to ask now: not again what was asked in vain a moment ago."""
        now = self.clock.now()
        if renew:
            known = Known({each.row.day for each in page.rows}, page.spans)
            return to_ask(spec, first, last, known, now, self.freshness, renew=True)
        soon = now - self.freshness.late
        wanted = self._windows(spec, first, last, page, self._tried.get((spec.key, None)))
        return tuple(one for one in wanted if self._tried.get((spec.key, one), soon) <= soon)

    async def _ask(self, spec: SeriesSpec, window: Window) -> Heard:
        """Ask for one window and keep what may be believed."""
        now = self.clock.now()
        today = local_day(now)
        page = await self.book.read(spec.key, window.first - _BEFORE, window.last)
        have = {each.row.day for each in page.rows}
        missing = missing_days(spec, window.first, window.last, now, have)
        sources = series_sources(self.asker, Wanted(spec, window, today, page.rows, missing))
        result = await self.pipeline.get(Request(f"series:{spec.key}:{window.first}:{window.last}", sources))
        heard = Heard(asked=1, trail=list(result.trail))
        spanned = False
        for told in tellings(result):
            spanned = await self._keep(spec, window, told, today, heard) or spanned
        self._asked[spec.key] += 1
        self._note_trial(spec, window, today, in_vain=not spanned)
        return heard

    async def _keep(
        self, spec: SeriesSpec, window: Window, told: Told[SeriesReading], today: date, heard: Heard
    ) -> bool:
        """Keep a telling; whether days are now answered for. Only the central bank answers for days."""
        reading, source = told.verdict.value, told.provider.value
        if reading is None:
            return False
        span = None
        if source in FIRST_HAND:
            span = answered_span(told.verdict, spec, (window.first, window.last), today)
        kept = await self.book.keep(Telling(spec, reading.rows, source, told.fetched_at, span))
        heard.answered = 1
        heard.written += kept.written
        heard.fallback = heard.fallback or source not in FIRST_HAND
        heard.sources.append(source)
        heard.findings += (*told.verdict.findings, *kept.contradicted)
        if kept.contradicted:
            await self._disbelieve(spec, source, kept.contradicted)
        return span is not None

    async def _disbelieve(self, spec: SeriesSpec, source: str, found: Sequence[Finding]) -> None:
        details = "; ".join(f"{each.place}: {each.detail}" for each in found[:5])
        kind, at = Kind.CONFLICT.value, self.clock.now()
        try:
            await asyncio.to_thread(self.asker.desk.disbelieve, source, spec.key, kind, details, at)
        except FielError:
            self.asker.notes_lost += 1

    def _note_trial(self, spec: SeriesSpec, window: Window, today: date, *, in_vain: bool) -> None:
        names: list[tuple[str, Window | None]] = [(spec.key, window)]
        if window.last >= today:
            names.append((spec.key, None))
        for name in names:
            if in_vain:
                self._tried[name] = self.clock.now()
            else:
                self._tried.pop(name, None)

    def _answer(self, spec: SeriesSpec, first: date, last: date, page: Page, heard: Heard) -> SeriesAnswer:
        now = self.clock.now()
        rows = page.between(first, last)
        unsatisfied = bool(self._windows(spec, first, last, page))
        quality, missing = quality_of(
            spec,
            rows,
            (first, last),
            heard,
            unsatisfied=unsatisfied,
            now=now,
            freshness=self.freshness,
        )
        findings = tuple(heard.findings)
        if page.away:
            detail = "the database is away: rows are those of this process and of the services"
            findings = (Finding(Kind.DEGRADED, "store", detail), *findings)
        return SeriesAnswer(
            spec,
            first,
            last,
            rows,
            quality,
            local_day(now),
            missing,
            findings,
            tuple(heard.trail),
            degraded=page.away,
        )


def _step(spec: SeriesSpec, window: Window, heard: Heard, done: int, total: int) -> SyncStep:
    failed = "" if heard.answered else heard.reason
    source = heard.sources[0] if heard.sources else ""
    return SyncStep(spec.key, window, done, total, heard.written, heard.calls, source, failed)
