"""The market worker as a process: an event loop in the main thread, the relay beside it."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field

from prometheus_client import CollectorRegistry, ProcessCollector
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from fiel.bootstrap import open_outlets
from fiel.bootstrap.market import OpenMarket, held_symbols, open_market
from fiel.entrypoints.worker.chores import Chore, Chores
from fiel.entrypoints.worker.exposing import exposed
from fiel.entrypoints.worker.housekeeping import Relaying
from fiel.entrypoints.worker.market import MarketWorker
from fiel.entrypoints.worker.running import Listening
from fiel.entrypoints.worker.stopping import asked_to_stop
from fiel.infra.resilience.breaker import State
from fiel.kernel.errors import FielError, Unavailable
from fiel.settings import Settings

_log = logging.getLogger("fiel.worker")


@dataclass(slots=True)
class _Asked:
    """What a signal does, whether the loop runs yet or not."""

    stopped: bool = False
    fault: FielError | None = None
    loop: asyncio.AbstractEventLoop | None = None
    event: asyncio.Event = field(default_factory=asyncio.Event)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def stop(self) -> None:
        self.stopped = True
        if self.loop is not None:
            self.loop.call_soon_threadsafe(self.event.set)

    def end(self, error: FielError) -> None:
        """A chore found something that nobody should go on after."""
        self.fault = self.fault or error
        self.stop()


def run_market_worker(
    settings: Settings, database_url: str | None = None, listening: Listening | None = None
) -> None:
    """Until SIGTERM or SIGINT. Raises `Unavailable` when the database is not there at the start, and damage
    that a chore found. Call it from the main thread.
    """
    asked, where = _Asked(), listening or Listening()
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    with asked_to_stop(asked.stop), exposed(registry, where.host, where.port) as url:
        asyncio.run(_work(settings, database_url, asked, registry, url))
    if asked.fault is not None:
        raise asked.fault


async def _work(
    settings: Settings, database_url: str | None, asked: _Asked, registry: CollectorRegistry, url: str | None
) -> None:
    asked.loop = asyncio.get_running_loop()
    if asked.stopped:
        return
    async with open_market(settings, database_url) as market:
        if market.degraded:
            raise Unavailable("database_unavailable", f"the database is not there: {market.degraded}")
        worker = MarketWorker(market, lambda: _watched(settings, market))
        registry.register(MarketCollector(market, worker))
        outlets = open_outlets(settings, market.database)
        chores = Chores(
            [Chore("relay", Relaying(market.database, outlets).turn, 0.5, to_end=True)], on_fatal=asked.end
        )
        chores.start()
        _log.info(
            "started: market data into %s%s", market.database.shown, f", metrics at {url}" if url else ""
        )
        try:
            await worker.run(asked.event)
        finally:
            await asyncio.to_thread(chores.stop)
            outlets.close()


def _watched(settings: Settings, market: OpenMarket) -> Sequence[str]:
    """Named in the settings, or held by anybody."""
    return sorted({*settings.market.tickers, *held_symbols(market.database)})


class MarketCollector(Collector):
    """The worker in numbers for Prometheus; all names begin with `fiel_market_`."""

    def __init__(self, market: OpenMarket, worker: MarketWorker) -> None:
        self._market, self._worker = market, worker

    def collect(self) -> list[Metric]:
        """The present numbers."""
        tally, snapshot = self._worker.tally, self._market.pipeline.snapshot()
        answers = CounterMetricFamily(
            "fiel_market_answers",
            "Looks by what was looked at and how it was had.",
            labels=["what", "quality"],
        )
        for what, counts in (("quotes", dict(tally.quotes)), ("series", dict(tally.series))):
            for quality, count in counts.items():
                answers.add_metric([what, quality], count)
        calls = CounterMetricFamily(
            "fiel_market_calls", "What came of asking each service.", labels=["source", "outcome"]
        )
        for (source, outcome), count in snapshot.counts.items():
            calls.add_metric([source or "-", outcome], count)
        breakers = GaugeMetricFamily(
            "fiel_market_breakers_open", "Breakers that are not closed, by host.", labels=["host"]
        )
        for host, topics in snapshot.breakers.items():
            breakers.add_metric([host], sum(each.state is not State.CLOSED for each in topics.values()))
        failed = CounterMetricFamily("fiel_market_turn_failures", "Turns that failed.", value=tally.failures)
        changed = CounterMetricFamily(
            "fiel_market_events_changed",
            "Dividends and actions that are new or other.",
            value=tally.events_changed,
        )
        return [answers, calls, breakers, failed, changed]
