"""What is held of series: the database, and this process's memory for while the database is away.

What is told while it is away is kept in memory and written when it is back. A final row of the central bank
stays as it is, whoever tells it otherwise and whenever.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from fiel.kernel.errors import Unavailable
from fiel.market import messages
from fiel.market.catalogue import SeriesSpec
from fiel.market.ports import SeriesStore
from fiel.market.sanitizer.context import local_day
from fiel.market.sanitizer.series import agree
from fiel.market.series_sources import FIRST_HAND
from fiel.market.store.series import Span, StoredRow
from fiel.market.values import Observation
from fiel.market.verdicts import Finding, Kind

#: Rows of all series that memory holds at most; the series used longest ago goes first.
ROWS_MAX = 200_000
#: Tellings that wait for the database at most; the oldest is dropped, and will be asked for again.
WAITING_MAX = 200


@dataclass(frozen=True, slots=True)
class Telling:
    """Rows that were believed, who told them, and the days that they answer for."""

    spec: SeriesSpec
    rows: tuple[Observation, ...]
    source: str
    at: datetime
    span: tuple[date, date] | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """Rows of a range with the spans of the series. `away`: the database could not be asked."""

    rows: tuple[StoredRow, ...]
    spans: tuple[Span, ...]
    away: bool = False

    def between(self, first: date, last: date) -> tuple[StoredRow, ...]:
        """The rows of those days."""
        return tuple(each for each in self.rows if first <= each.row.day <= last)


@dataclass(frozen=True, slots=True)
class Kept:
    """What became of a telling: `written` rows are new or other; `contradicted` ones were not taken."""

    written: int
    contradicted: tuple[Finding, ...] = ()
    away: bool = False


@dataclass(slots=True)
class _Memory:
    rows: dict[date, StoredRow] = field(default_factory=dict)
    spans: tuple[Span, ...] = ()


@dataclass(slots=True)
class SeriesBook:
    """Reads and writes rows. `waiting` counts tellings that the database has not got yet."""

    store: SeriesStore
    _memory: OrderedDict[str, _Memory] = field(default_factory=OrderedDict)
    _waiting: list[Telling] = field(default_factory=list)
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def waiting(self) -> int:
        """Tellings kept in memory until the database is back."""
        return len(self._waiting)

    async def read(self, key: str, first: date, last: date) -> Page:
        """The rows of those days. Raises `Corrupt`, nothing else."""
        try:
            await self._catch_up()
            rows, spans = await asyncio.to_thread(
                lambda: (self.store.between(key, first, last), self.store.spans(key))
            )
        except Unavailable:
            held = self._memory.get(key, _Memory())
            rows = [row for day, row in sorted(held.rows.items()) if first <= day <= last]
            return Page(tuple(rows), held.spans, away=True)
        self._remember(key, rows, tuple(spans))
        return Page(tuple(rows), tuple(spans))

    async def keep(self, telling: Telling) -> Kept:
        """Keep what is new. Raises `Corrupt`, nothing else."""
        try:
            await self._catch_up()
            return await self._write(telling)
        except Unavailable:
            self._waiting = [*self._waiting, telling][-WAITING_MAX:]
            return self._in_memory(telling)

    async def _catch_up(self) -> None:
        """Write what waited. Raises `Unavailable`; nothing is lost then."""
        if not self._waiting:
            return
        async with self._turn:
            while self._waiting:
                first = self._waiting[0]
                await self._write(first)
                self._waiting = [each for each in self._waiting if each is not first]

    async def _write(self, telling: Telling) -> Kept:
        if not telling.rows and telling.span is None:
            return Kept(0)
        written, contradicted = await asyncio.to_thread(self._write_now, telling)
        return Kept(written, contradicted)

    def _write_now(self, telling: Telling) -> tuple[int, tuple[Finding, ...]]:
        held = self._held(telling)
        news, contradicted = sift(telling, held)
        values = {each.row.day: each.row.value for each in held}
        changed = [row for row in news if values.get(row.day) != row.value]
        key, source = telling.spec.key, telling.source
        told = [messages.series_updated(key, changed, source, telling.at)] if changed else []
        self.store.save(key, news, source=source, at=telling.at, span=telling.span, messages=told)
        return len(changed), contradicted

    def _held(self, telling: Telling) -> Sequence[StoredRow]:
        if not telling.rows:
            return ()
        days = [row.day for row in telling.rows]
        return self.store.between(telling.spec.key, min(days), max(days))

    def _in_memory(self, telling: Telling) -> Kept:
        key = telling.spec.key
        held = self._memory.get(key, _Memory())
        news, contradicted = sift(telling, tuple(held.rows.values()))
        rows = [StoredRow(row, telling.source, telling.at) for row in news]
        spans = held.spans
        if telling.span is not None:
            spans = (*spans, Span(*telling.span, telling.at))
        self._remember(key, rows, spans)
        return Kept(len(news), contradicted, away=True)

    def _remember(self, key: str, rows: Sequence[StoredRow], spans: tuple[Span, ...]) -> None:
        held = self._memory.setdefault(key, _Memory())
        held.rows.update({each.row.day: each for each in rows})
        held.spans = spans
        self._memory.move_to_end(key)
        while len(self._memory) > 1 and sum(len(each.rows) for each in self._memory.values()) > ROWS_MAX:
            self._memory.popitem(last=False)


def sift(telling: Telling, held: Sequence[StoredRow]) -> tuple[list[Observation], tuple[Finding, ...]]:
    """The rows of a telling that are to be written over those held, and what contradicts a row that stays.

    The central bank's rows give way only to its own revisions of rows that are not final; those of others
    give way to the central bank, and to themselves.
    """
    by_day = {each.row.day: each for each in held}
    today = local_day(telling.at)
    first_hand = telling.source in FIRST_HAND
    news: list[Observation] = []
    contradicted: list[Finding] = []
    for row in telling.rows:
        kept = by_day.get(row.day)
        if kept is None:
            news.append(row)
            continue
        same = kept.row.value == row.value
        # What could still be revised when it was read is not final until it has been read again.
        final = telling.spec.final(row.day, local_day(kept.fetched_at))
        own = kept.source == telling.source or (first_hand and kept.source in FIRST_HAND)
        if (first_hand and not own) or (
            own and not final and (not same or telling.spec.final(row.day, today))
        ):
            news.append(row)
        elif same:
            continue
        elif not agree(row.value, kept.row.value, telling.spec, converted=not own):
            detail = f"{kept.row.value:f} of {kept.source} is held, {telling.source} tells {row.value:f}"
            contradicted.append(Finding(Kind.CONFLICT, row.day.isoformat(), detail))
    return news, tuple(contradicted)
