"""A day of market data through the product's own composition, on simulated time, and what was served."""

from __future__ import annotations

import asyncio
import random
import shutil
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from pathlib import Path

from fiel.bootstrap.market import OpenMarket, open_market
from fiel.infra.caching.layered import Layered
from fiel.infra.caching.memory import MemoryConfig, MemoryLayer
from fiel.infra.caching.port import Layer
from fiel.infra.resilience.breaker import Snapshot
from fiel.market.catalogue import series_spec
from fiel.market.config import MarketConfig
from fiel.market.quotes import QuoteAnswer
from fiel.market.sanitizer.context import is_session, local_day
from fiel.market.series_answer import SeriesAnswer
from fiel.market.simulator.faults import Plan
from fiel.market.simulator.in_process import SimulatedTransport
from fiel.market.simulator.truth import Truth
from fiel.market.simulator.upstream import Upstream
from fiel.market.values import Quality
from fiel.settings import Settings
from tests.market.chaos.shared_cache import SharedCache, Spell
from tests.market.chaos.weather import Times
from tests.support.resilience import timing_of
from tests.support.virtual_time import VirtualClock, run

SERIES = ("cdi", "selic", "cdi_annual", "selic_annual", "selic_target", "usd_ptax", "ipca", "tr")
#: Rows of so many days are read each time; some of them may still be revised.
LOOK_BACK = timedelta(days=75)


@dataclass(frozen=True, slots=True)
class Scene:
    """What a day is made of: `bursts` of questions, each for a `share` of all symbols and series."""

    seed: int
    truth: Truth
    times: Times
    plan: Plan
    spells: Sequence[Spell] = ()
    bursts: int = 6
    share: float = 0.2


@dataclass(slots=True)
class Record:
    """What was served. `wrong`, `mislabelled` and `unanswered` hold a line for each that should not be."""

    served: Counter[Quality] = field(default_factory=Counter)
    rows: Counter[Quality] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    mislabelled: list[str] = field(default_factory=list)
    unanswered: list[str] = field(default_factory=list)
    calls: Counter[str] = field(default_factory=Counter)
    befallen: int = 0
    oldest: timedelta = timedelta()
    breakers: Mapping[str, Mapping[str, Snapshot]] = field(default_factory=dict)
    opened: int = 0

    @property
    def complaints(self) -> list[str]:
        """Everything that should not be, the worst first."""
        return [*self.wrong, *self.unanswered, *self.mislabelled]


class Day:
    """One day as it goes on."""

    def __init__(
        self,
        scene: Scene,
        opened: OpenMarket,
        upstream: Upstream,
        shared: SharedCache,
        clock: VirtualClock,
    ) -> None:
        self.upstream = upstream
        self.scene, self.opened, self.shared, self.clock = scene, opened, shared, clock
        self.symbols = scene.truth.world.symbols
        self.record = Record()
        self.series = opened.rates
        #: Each of them had its first success the evening before.
        self.known: set[str] = {*self.symbols, *SERIES}
        self.as_of: dict[str, datetime] = {}
        self.chance = random.Random(f"day {scene.seed}")

    def forget_memory(self) -> None:
        """As when the process starts again: only what others keep is left."""
        layers: list[Layer] = [MemoryLayer(MemoryConfig(), self.clock), self.shared]
        quotes = self.opened.quotes
        quotes.shelf = replace(quotes.shelf, layers=Layered(layers, self.clock))

    async def live(self) -> None:
        """From the beginning to the end, the last hour of which is calm."""
        bursts = [self._burst(at, share=share) for at, share in self._instants()]
        await asyncio.gather(*bursts)
        await self._until(self.scene.times.calm)
        for _ in range(2):
            await self.clock.pause(600)
            asked = [self.quote(symbol, renew=True) for symbol in self.symbols[:3]]
            await asyncio.gather(*asked, *(self.rows(key, renew=True) for key in SERIES[:2]))

    async def ask_all(self, *, renew: bool = False) -> None:
        """Every symbol and every series, at once."""
        asked = [self.quote(symbol, renew=renew) for symbol in self.symbols]
        await asyncio.gather(*asked, *(self.rows(key, renew=renew) for key in SERIES))

    async def quote(self, symbol: str, *, renew: bool = False) -> None:
        """Ask for a symbol, and look at what is served."""
        asked_at = self.clock.now()
        answer = await self.opened.quotes.get(symbol, renew=renew)
        self._look(symbol, answer, asked_at)

    async def rows(self, key: str, *, renew: bool = False) -> None:
        """Ask for the last rows of a series, and look at them."""
        today = local_day(self.clock.now())
        answer = await self.series.get(key, today - LOOK_BACK, today, renew=renew)
        self._look_at_rows(key, answer)

    async def _burst(self, at: datetime, *, share: float) -> None:
        """A share of all symbols and series within a minute, in an order of their own."""
        await self._until(at)
        if self.chance.random() < 0.2:
            self.forget_memory()
        names = [*self.symbols, *SERIES]
        drawn = self.chance.sample(names, max(int(len(names) * share), 1))
        await asyncio.gather(*(self._soon(name) for name in drawn))

    async def _soon(self, name: str) -> None:
        await self.clock.pause(self.chance.random() * 60)
        # Nothing new is told on a Saturday: whoever asks insists.
        renew = not is_session(local_day(self.scene.times.begin))
        await (self.rows(name) if name in SERIES else self.quote(name, renew=renew))

    def _instants(self) -> list[tuple[datetime, float]]:
        """When how much is asked for."""
        times = self.scene.times
        seconds = (times.calm - times.begin).total_seconds() - 60
        # More of them by day: by night there is little to ask for.
        drawn = [self.chance.triangular(0, seconds, seconds / 4) for _ in range(self.scene.bursts)]
        return [(times.begin + timedelta(seconds=each), self.scene.share) for each in drawn]

    async def _until(self, at: datetime) -> None:
        await self.clock.pause(max((at - self.clock.now()).total_seconds(), 0))

    def _look(self, symbol: str, answer: QuoteAnswer, asked_at: datetime) -> None:
        now, served, record = self.clock.now(), answer.served, self.record
        if served is None:
            if symbol in self.known:
                record.unanswered.append(f"{now} {symbol}: {answer.how} {answer.trail}")
            return
        self.known.add(symbol)
        record.served[served.quality] += 1
        record.oldest = max(record.oldest, served.age(now))
        right = self.scene.truth.quote(symbol, served.as_of).price
        if served.value.price != right or served.value.symbol != symbol:
            record.wrong.append(
                f"{now} {symbol}: {served.value.price} of {served.as_of} by {served.source}"
                f" ({served.quality}), right is {right}; {served.findings}"
            )
        for wrong in self._mislabels(symbol, answer, asked_at):
            record.mislabelled.append(f"{now} {symbol}: {wrong}; {served}")
        self.as_of[symbol] = served.as_of

    def _mislabels(self, symbol: str, answer: QuoteAnswer, asked_at: datetime) -> Iterator[str]:
        served, now = answer.served, self.clock.now()
        assert served is not None
        new = served.fetched_at >= asked_at
        until = self.opened.quotes.shelf.freshness.fresh_until(served.as_of, served.fetched_at)
        if served.quality is Quality.CACHED and not (new or asked_at < until):
            yield f"its time was over at {until}"
        if served.quality in (Quality.FRESH, Quality.FALLBACK) and not new:
            yield "it was not read just now"
        if served.quality is Quality.FRESH and served.source != "brapi":
            yield "another than the first source told it"
        if served.quality is Quality.QUARANTINED:
            yield "what is not believed was served"
        if served.as_of > now or served.age(now) != now - served.as_of:
            yield "its age is wrong"
        if served.as_of < self.as_of.get(symbol, served.as_of):
            yield f"an older one than the one of {self.as_of[symbol]} that was served before"

    def _look_at_rows(self, key: str, answer: SeriesAnswer) -> None:
        now, record = self.clock.now(), self.record
        if not answer.rows:
            if key in self.known:
                record.unanswered.append(f"{now} {key}: {answer.trail}")
            return
        self.known.add(key)
        record.rows[answer.quality] += len(answer.rows)
        for each in answer.rows:
            right = self.scene.truth.series(key, each.row.day)
            if each.row.value != right:
                told = f"{each.row.value} of {each.row.day} by {each.source}, read {each.fetched_at}"
                record.wrong.append(f"{now} {key}: {told}, right is {right}")
        due = self._due(key, answer)
        if due and answer.quality is not Quality.STALE:
            record.mislabelled.append(f"{now} {key}: {answer.quality} without {due}")

    def _due(self, key: str, answer: SeriesAnswer) -> list[date]:
        """Rows that came out two hours ago and are not in the answer, where the hour is known at all."""
        if series_spec(key).gaps_from is None:
            return []
        then = self.clock.now() - timedelta(hours=2)
        have = {each.row.day for each in answer.rows}
        told = self.scene.truth.published(key, answer.first, answer.last, then)
        return [row.day for row in told if row.day not in have]


@dataclass(frozen=True, slots=True)
class Evening:
    """A world, and the database of somebody who looked at all of it the evening before the day begins."""

    truth: Truth
    times: Times
    database: Path

    @classmethod
    def of(cls, truth: Truth, begin: datetime, folder: Path) -> Evening:
        """Looks at everything eleven hours before `begin`."""
        file = folder / f"evening-{begin:%Y-%m-%d}.db"
        before = Times.of(begin - timedelta(hours=11))
        record = day_of(Scene(0, truth, before, Plan()), f"sqlite:///{file}", lambda day: day.ask_all())
        assert not record.complaints, record.complaints[0]
        return cls(truth, Times.of(begin), file)

    @contextmanager
    def copied(self) -> Iterator[str]:
        """The address of a copy of its database, for the length of the block."""
        file = self.database.with_name(f"copy-of-{self.database.name}")
        shutil.copyfile(self.database, file)
        try:
            yield f"sqlite:///{file}"
        finally:
            for end in ("", "-wal", "-shm"):
                Path(f"{file}{end}").unlink(missing_ok=True)


def day_of(scene: Scene, database_url: str, story: Callable[[Day], Awaitable[None]] | None = None) -> Record:
    """The record of a day, lived as usual or as the story says."""

    async def main(clock: VirtualClock) -> Record:
        upstream = Upstream(scene.truth, clock, scene.plan)

        async def pause(time: timedelta) -> None:
            await clock.pause(time.total_seconds())

        settings = Settings(Path(), database_url, market=MarketConfig())
        transport = SimulatedTransport(upstream, pause)
        timing = timing_of(clock, scene.seed)
        async with open_market(settings, transport=transport, timing=timing) as opened:
            shared = SharedCache(clock, scene.spells)
            day = Day(scene, opened, upstream, shared, clock)
            day.forget_memory()
            await (story(day) if story is not None else day.live())
            record = day.record
            record.calls = Counter({provider.value: n for provider, n in upstream.calls.items()})
            record.befallen = upstream.faults.total()
            record.breakers = opened.pipeline.snapshot().breakers
            record.opened = opened.pipeline.breakers.hosts.opened
            return record

    return run(main, scene.times.begin)
