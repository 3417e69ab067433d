"""What scenes are made of: a clock to move, faults that a test writes, a gate before the broker, patience."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from fiel.autobalance.brokers.simulated.fates import SMOOTH, Fate
from fiel.autobalance.orders import BrokerOrder, OrderReport
from fiel.autobalance.ports import Broker
from fiel.infra.system import SystemClock

E9 = 10**9
#: Far beyond what anything here takes, even on a busy machine.
WAIT_S = 60.0
LOOK_S = 0.005


@dataclass(slots=True)
class MovableClock:
    """The system's clock, with somebody's hand on it."""

    offset: timedelta = timedelta(0)
    _system: SystemClock = field(default_factory=SystemClock)

    def now(self) -> datetime:
        return self._system.now() + self.offset

    def move(self, **by: float) -> None:
        self.offset += timedelta(**by)


@dataclass
class Whims:
    """Fates by a function that a test writes; `seen` are the orders that arrived, with each arrival."""

    decide: Callable[[BrokerOrder, int], Fate] = lambda _order, _arrival: SMOOTH
    seen: list[tuple[str, int]] = field(default_factory=list)

    def fate(self, order: BrokerOrder, arrival: int) -> Fate:
        self.seen.append((order.client_order_id, arrival))
        return self.decide(order, arrival)

    def is_out(self, at: datetime) -> bool:
        return False

    def arrivals(self) -> dict[str, int]:
        """How often each name came."""
        found: dict[str, int] = {}
        for name, _ in self.seen:
            found[name] = found.get(name, 0) + 1
        return found


class Gate:
    """A broker whose orders wait at a gate; `came` is set when the first of them stands there."""

    def __init__(self, inner: Broker, holds: Callable[[BrokerOrder], bool] = lambda _order: True) -> None:
        self._inner, self._holds = inner, holds
        self.came, self.opened = threading.Event(), threading.Event()

    async def place(self, order: BrokerOrder) -> OrderReport:
        if self._holds(order):
            self.came.set()
            while not self.opened.is_set():
                await asyncio.sleep(LOOK_S)
        return await self._inner.place(order)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)


def until(condition: Callable[[], bool], what: str) -> None:
    """Wait for a condition. Fails when it does not come."""
    deadline = time.monotonic() + WAIT_S
    while not condition():
        assert time.monotonic() < deadline, f"waited in vain until {what}"
        time.sleep(LOOK_S)
