"""Runs a simulation: founds the fleet, moves prices wave by wave, and lets everybody who drifts be repaired.

Watcher, planner, journal and host are the product's own; only the bus is left out (a wave is handed over
at once), and the broker is the exchange in this process.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from fiel.autobalance.brokers.simulated.broker import SimulatedBroker
from fiel.autobalance.brokers.simulated.exchange import Exchange
from fiel.autobalance.hosting import HostPace, SagaHost
from fiel.autobalance.journal_async import AsyncJournal
from fiel.autobalance.parts import Parts
from fiel.autobalance.runner import Runner
from fiel.autobalance.saga.model import Saga, SagaStatus
from fiel.autobalance.simulation.faults import Crashes, SimulatedFates
from fiel.autobalance.simulation.fleet import FleetMaker
from fiel.autobalance.simulation.founding import Founding
from fiel.autobalance.simulation.result import (
    SimulationResult,
    disagreements,
    everybody,
    fraction_text,
    worst_deviation,
)
from fiel.autobalance.triggers import Policy
from fiel.autobalance.watching import Watcher
from fiel.autobalance.wire import Request, Tick
from fiel.autobalance.working import RequestDesk
from fiel.custody.accounts import PRICE_SCALE
from fiel.infra import system
from fiel.kernel.errors import Unavailable

#: Portfolios that are still out of band after a wave (their batch was undone) are asked for so often.
ROUNDS_MAX = 25
#: Without any batch ending for so long, something is broken.
STUCK_S = 300.0
LOOK_S = 0.01


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a simulation is: `wave` from 1 (0: the fleet is being founded) of `waves`."""

    wave: int
    waves: int
    running: int
    ended: int
    stale: int


@dataclass
class Simulation:
    """One run on an empty book. `on_progress` is told now and then, from the thread that runs it."""

    parts: Parts
    maker: FleetMaker
    exchange: Exchange
    fates: SimulatedFates
    crashes: Crashes
    pace: HostPace
    on_progress: Callable[[Progress], None] = lambda _progress: None
    _ended: dict[SagaStatus, int] = field(default_factory=lambda: dict.fromkeys(SagaStatus, 0))
    _wave: int = 0

    def run(self) -> SimulationResult:
        """Raises `Unavailable` (simulation_stuck), and what the parts raise."""
        started = system.elapsed_seconds()
        self._found()
        watcher = self._watcher()
        host = self._host()
        host.start()
        try:
            for wave in self.maker.waves():
                self._wave += 1
                self._move(wave, watcher, host)
        finally:
            host.stop()
        return self._result(system.elapsed_seconds() - started)

    def _found(self) -> None:
        parts, prices = self.parts, self.maker.start_prices()
        self.exchange.set_prices(prices)
        self._tell(0)
        founding = Founding(
            parts.bookings, parts.portfolios, self.exchange, Policy.of(parts.config), parts.clock.now()
        )
        founding.found(self.maker.portfolios(), prices)

    def _watcher(self) -> Watcher:
        watcher, now = self.parts.watcher(), self.parts.clock.now()
        watcher.rebuild()
        watcher.take_ticks(_tick(ticker, price, now) for ticker, price in self.maker.start_prices().items())
        return watcher

    def _host(self) -> SagaHost:
        parts = self.parts
        journal = AsyncJournal(parts.journal, "simulation")
        broker = SimulatedBroker(self.exchange, parts.clock, self.fates)
        runner = Runner(journal, broker, parts.clock, parts.config.patience, at_point=self.crashes)
        return SagaHost(runner, journal, self.pace, self._note)

    def _note(self, saga: Saga) -> None:
        self._ended[saga.status] += 1

    def _move(self, wave: Sequence[tuple[str, int]], watcher: Watcher, host: SagaHost) -> None:
        """The prices change one after the other; then everybody who is out is repaired."""
        for ticker, price in wave:
            self.exchange.set_prices({ticker: price})
        self._tell(host.running())
        now = self.parts.clock.now()
        requests = watcher.take_ticks(_tick(ticker, price, now) for ticker, price in wave)
        desk = RequestDesk(self.parts.planner, host, self.parts.enrolments)
        for _ in range(ROUNDS_MAX):
            begun = 0
            size = self.parts.config.requests_per_batch
            for start in range(0, len(requests), size):
                begun += desk.take(requests[start : start + size]).begun
                self._tell(host.running())
            if not begun:
                return
            self._wait(host)
            requests = self._still_out(requests, watcher)

    def _still_out(self, asked: Sequence[Request], watcher: Watcher) -> list[Request]:
        watcher.refresh()
        watcher.take_changes([request.portfolio for request in asked])
        watcher.lost(asked)
        return watcher.due()

    def _wait(self, host: SagaHost) -> None:
        """Until nothing runs and nothing is unfinished: who died is taken over meanwhile."""
        ended, since = self._count(), system.elapsed_seconds()
        while host.running() or self.parts.journal.has_unfinished():
            system.pause(LOOK_S)
            self._tell(host.running())
            if self._count() != ended:
                ended, since = self._count(), system.elapsed_seconds()
            if system.elapsed_seconds() - since > STUCK_S:
                raise Unavailable("simulation_stuck", f"no batch has ended for {STUCK_S:g} seconds")
        self._tell(host.running())

    def _count(self) -> int:
        return sum(self._ended.values())

    def _tell(self, running: int) -> None:
        waves = len(self.maker.plan.waves)
        stale = self._ended[SagaStatus.STALE]
        self.on_progress(Progress(self._wave, waves, running, self._count(), stale))

    def _result(self, seconds: float) -> SimulationResult:
        parts, counters = self.parts, self.exchange.counters()
        statements = (self.exchange.statement(name) for name in self.exchange.portfolios())
        findings = disagreements(parts, statements)
        prices = {
            ticker: Decimal(self.exchange.price(ticker) or 0) / PRICE_SCALE for ticker in self._tickers()
        }
        ended = parts.journal.counts()
        undoing = sum(not order.client_order_id.endswith(".f") for order, _ in self.exchange.orders())
        return SimulationResult(
            rebalances=sum(ended.values()),
            orders=counters.orders,
            compensations=undoing,
            stale=tuple(sorted(each.portfolio for each in everybody(parts) if each.is_stale)),
            stale_expected=tuple(sorted(self.fates.made_to_fail)),
            duplicate_orders=counters.duplicate_orders,
            worst_deviation=fraction_text(worst_deviation(parts, prices)),
            conservation=not findings,
            seconds=f"{seconds:.2f}",
            seed=self.maker.plan.seed,
            portfolios=self.maker.plan.portfolios,
            done=ended[SagaStatus.DONE],
            rolled_back=ended[SagaStatus.ROLLED_BACK],
            abandoned=ended[SagaStatus.ABANDONED],
            crashes=self.crashes.count,
            findings=findings,
        )

    def _tickers(self) -> list[str]:
        return list(self.maker.start_prices())


def _tick(ticker: str, price: int, at: datetime) -> Tick:
    return Tick(ticker, Decimal(price) / PRICE_SCALE, at)
