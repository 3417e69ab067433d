"""The market service on simulated services, simulated time and a real database.

On a virtual clock a thread would be overtaken by every timer: `at_once` makes work for threads run in place.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from fiel.infra.resilience.pipeline import Pipeline
from fiel.infra.resilience.quota import MemoryQuotaStore, Quotas
from fiel.infra.storage.database import Database
from fiel.kernel.errors import Unavailable
from fiel.market.asking import Asker
from fiel.market.config import default_providers, pipeline_config, quota_configs
from fiel.market.health import HealthDesk
from fiel.market.history import Histories
from fiel.market.series import SeriesDesk
from fiel.market.series_book import SeriesBook
from fiel.market.simulator.faults import Plan
from fiel.market.simulator.in_process import SimulatedTransport
from fiel.market.simulator.plans import parse_plan
from fiel.market.simulator.truth import Truth
from fiel.market.simulator.upstream import Upstream
from fiel.market.store.desk import Desk
from fiel.market.store.events import StoredEvents
from fiel.market.store.series import StoredSeries
from fiel.market.store.symbols import StoredSymbols
from fiel.market.symbol_events import EventsDesk
from tests.support.resilience import timing_of
from tests.support.simulated import TRUTH
from tests.support.virtual_time import VirtualClock, run

#: A Friday at noon in São Paulo: the CDI of Thursday is out since nine.
FRIDAY = datetime(2026, 7, 24, 15, 0, tzinfo=UTC)


class InPlace(ThreadPoolExecutor):
    """Does the work in the thread that asks."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        done: Future[Any] = Future()
        try:
            done.set_result(fn(*args, **kwargs))
        except BaseException as error:  # noqa: BLE001 -- handed over to whoever waits
            done.set_exception(error)
        return done


class AwayOrNot:
    """Something with methods that raise `Unavailable` while it is `away`."""

    def __init__(self, inner: object) -> None:
        self.inner, self.away = inner, False

    def __getattr__(self, name: str) -> Any:
        found = getattr(self.inner, name)
        if not callable(found):
            return found

        def call(*given: Any, **named: Any) -> Any:
            if self.away:
                raise Unavailable("database_unavailable", "the database is away")
            return found(*given, **named)

        return call


@dataclass
class Scene:
    """Everything of one process; `again` is a new process on the same database and services."""

    clock: VirtualClock
    database: Database
    upstream: Upstream
    pipeline: Pipeline
    quotas: Quotas
    asker: Asker
    store: AwayOrNot
    desk: Desk
    series: SeriesDesk
    symbols: StoredSymbols
    events: StoredEvents
    transport: SimulatedTransport = field(repr=False)

    @property
    def histories(self) -> Histories:
        """Price histories, of a process that has just started."""
        return Histories(self.pipeline, self.asker, self.symbols, self.clock, self.events.shares)

    @property
    def announced(self) -> EventsDesk:
        """Dividends and corporate actions."""
        return EventsDesk(self.pipeline, self.asker, self.events, self.symbols, self.clock)

    @property
    def health(self) -> HealthDesk:
        """How everything is."""
        return HealthDesk(self.pipeline, self.desk, StoredSeries(self.database), self.symbols, self.clock)

    @property
    def calls(self) -> dict[str, int]:
        """Questions that each service got."""
        return {provider.value: count for provider, count in self.upstream.calls.items() if count}

    @property
    def total_calls(self) -> int:
        """Questions that all services got."""
        return sum(self.upstream.calls.values())

    async def until(self, instant: datetime) -> None:
        """Let simulated time pass until an instant."""
        await self.clock.pause((instant - self.clock.now()).total_seconds())

    def faults(self, *rules: str, seed: int = 1) -> None:
        """From now on these faults, none without rules."""
        self.upstream.plan = parse_plan(rules, seed=seed) if rules else Plan()

    def again(self) -> Scene:
        """A new process: nothing in memory."""
        return scene_on(self.clock, self.database, self.upstream)


def scene_on(clock: VirtualClock, database: Database, upstream: Upstream) -> Scene:
    """A process that has just started."""

    async def pause(span: timedelta) -> None:
        await clock.pause(span.total_seconds())

    timing = timing_of(clock)
    providers = default_providers()
    budgets = quota_configs(providers)
    quotas = Quotas(budgets, MemoryQuotaStore(), timing)
    pipeline = Pipeline(pipeline_config(providers), timing, quotas)
    desk, transport = Desk(database), SimulatedTransport(upstream, pause)
    asker = Asker(transport, desk, clock, frozenset(budgets))
    store = AwayOrNot(StoredSeries(database))
    series = SeriesDesk(pipeline, asker, SeriesBook(store), clock)
    return Scene(
        clock,
        database,
        upstream,
        pipeline,
        quotas,
        asker,
        store,
        desk,
        series,
        StoredSymbols(database),
        StoredEvents(database),
        transport,
    )


def play(
    story: Callable[[Scene], Any],
    database: Database,
    *faults: str,
    start: datetime = FRIDAY,
    truth: Truth = TRUTH,
    seed: int = 1,
) -> None:
    """Run a story on simulated time."""

    async def main(clock: VirtualClock) -> None:
        asyncio.get_running_loop().set_default_executor(InPlace())
        upstream = Upstream(truth, clock, parse_plan(faults, seed=seed))
        await story(scene_on(clock, database, upstream))

    run(main, start)
