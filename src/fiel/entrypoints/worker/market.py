"""`fiel worker market`: keeps quotes, series and events up to date, each at its own time.

| what    | when                                                                                        |
|---------|---------------------------------------------------------------------------------------------|
| quotes  | looked at every minute; a service is asked only when what is held is no longer fresh          |
| series  | looked at every ten minutes; asked when rows are due, or may have been revised               |
| events  | once a day after the close, per symbol, by one worker of all (the mark is in the database)    |
| relay   | what was accepted, updated or not believed goes out to the bus                              |
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from fiel.bootstrap.market import OpenMarket
from fiel.infra.storage import job_runs
from fiel.infra.storage.database import Database
from fiel.kernel.errors import FielError, Unavailable
from fiel.market.catalogue import catalogue
from fiel.market.providers.fields import BRASILIA
from fiel.market.values import Quality

_log = logging.getLogger("fiel.worker")
#: After the close, when services know the announcements of the day.
EVENTS_FROM = time(19, 30)
EVENTS_JOB = "market-events"
#: Rows of so many days are kept in view: the revisable ones, and some before.
SERIES_VIEW = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class MarketPace:
    """How often each thing is looked at; looking is not asking."""

    quotes: timedelta = timedelta(minutes=1)
    series: timedelta = timedelta(minutes=10)
    events: timedelta = timedelta(minutes=15)


@dataclass(slots=True)
class Tally:
    """What the worker did since it started: answers by quality, and turns that failed."""

    quotes: dict[str, int] = field(default_factory=dict)
    series: dict[str, int] = field(default_factory=dict)
    events_changed: int = 0
    failures: int = 0


@dataclass(slots=True)
class MarketWorker:
    """`symbols` says what is watched now: named in the settings, or held in custody."""

    market: OpenMarket
    symbols: Callable[[], Sequence[str]]
    pace: MarketPace = field(default_factory=MarketPace)
    tally: Tally = field(default_factory=Tally)

    async def run(self, stopping: asyncio.Event) -> None:
        """Until `stopping` is set. A turn that fails is told, and tried again at its next time."""
        chores = (
            self._again("quotes", self.look_at_quotes, self.pace.quotes, stopping),
            self._again("series", self.look_at_series, self.pace.series, stopping),
            self._again("events", self.look_at_events, self.pace.events, stopping),
        )
        await asyncio.gather(*chores)

    async def look_at_quotes(self) -> None:
        """Every watched symbol; what is fresh costs nothing."""
        symbols = await asyncio.to_thread(self.symbols)
        for answer in (await self.market.quotes.many(symbols)).values():
            quality = "none" if answer.served is None else answer.served.quality.value
            self.tally.quotes[quality] = self.tally.quotes.get(quality, 0) + 1

    async def look_at_series(self) -> None:
        """Every series of the catalogue, as far back as rows may be revised."""
        today = self._now().date()
        for key in catalogue():
            answer = await self.market.rates.get(key, today - SERIES_VIEW, today)
            self.tally.series[answer.quality.value] = self.tally.series.get(answer.quality.value, 0) + 1
            if answer.quality is Quality.STALE and answer.missing:
                _log.warning("%s: %d due days are missing", key, len(answer.missing))

    async def look_at_events(self) -> None:
        """Once a day and symbol, after the close."""
        now = self._now()
        if now.time() < EVENTS_FROM:
            return
        for symbol in await asyncio.to_thread(self.symbols):
            if not await asyncio.to_thread(self._first_today, symbol, now.date()):
                continue
            (step,) = await self.market.actions.sync_events([symbol])
            self.tally.events_changed += step.changed
            if step.failed:
                _log.warning("events of %s: %s", symbol, step.failed)

    def _first_today(self, symbol: str, day: date) -> bool:
        database: Database = self.market.database
        at, run = self.market.timing.clock.now(), f"{symbol}/{day}"
        return database.transact(lambda unit: job_runs.first_run(unit.connection, EVENTS_JOB, run, at=at))

    async def _again(
        self, name: str, turn: Callable[[], Awaitable[None]], every: timedelta, stopping: asyncio.Event
    ) -> None:
        while not stopping.is_set():
            try:
                await turn()
            except Unavailable as error:
                self.tally.failures += 1
                _log.warning("%s waits: %s [%s]", name, error, error.code)
            except FielError as error:
                self.tally.failures += 1
                _log.error("%s failed: %s [%s]", name, error, error.code)
            try:
                await asyncio.wait_for(stopping.wait(), every.total_seconds())
            except TimeoutError:
                continue

    def _now(self) -> datetime:
        return self.market.timing.clock.now().astimezone(BRASILIA)
