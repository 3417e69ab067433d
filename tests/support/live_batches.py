"""A batch under way while pages look at it: a wallet out of its band, a broker that takes its time."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from fiel.autobalance.hosting import SagaHost
from fiel.autobalance.orders import BrokerOrder, OrderReport
from fiel.autobalance.ports import Broker
from fiel.autobalance.wire import Request
from fiel.autobalance.working import RequestDesk
from fiel.bootstrap import stored_prices
from fiel.bootstrap.autobalance import OpenBroker, autobalance_of, open_broker
from fiel.entrypoints.worker.autobalance import saga_host
from fiel.kernel.clock import FixedClock
from tests.copilot.own_plan.books import SavedBook
from tests.support.planned_wallets import LISTED_TARGETS
from tests.support.served_pages import pages_app, served, settings_of

#: A Monday in the middle of the session.
MONDAY = datetime(2026, 11, 23, 15, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class SlowBroker:
    """A broker whose orders wait: the first until it is let go, and each some time."""

    behind: Broker
    let_go: threading.Event
    seconds: float

    async def place(self, order: BrokerOrder) -> OrderReport:
        """After the wait, as the one behind does it."""
        while not self.let_go.is_set():
            await asyncio.sleep(0.02)
        await asyncio.sleep(self.seconds)
        return await self.behind.place(order)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.behind, name)


@dataclass(slots=True)
class LiveSite:
    """Pages over an enrolled wallet; `begin` starts a batch, `let_go` lets its orders execute."""

    url: str
    host: SagaHost
    desk: RequestDesk
    let_go: threading.Event = field(default_factory=threading.Event)
    ended: threading.Event = field(default_factory=threading.Event)

    def begin(self) -> None:
        """One batch, as the watcher would ask for it."""
        assert self.desk.take([Request("ana", "person", MONDAY)]).begun == 1


@contextmanager
def live_site(folder: Path, *, seconds: float = 0.3) -> Iterator[LiveSite]:
    """Served, with a host beside it that runs what is begun."""
    clock = FixedClock(MONDAY)
    with pages_app(folder, clock=clock) as (app, opened):
        _fill(SavedBook(opened))
        # A busy machine must not make the runner give an order up.
        settings = settings_of(folder, FIEL_AUTOBALANCE_ANSWER="30s")
        parts = autobalance_of(settings, opened, stored_prices(opened.database), clock=clock)
        let_go, ended = threading.Event(), threading.Event()
        paper = open_broker(settings, parts)
        slow: Any = SlowBroker(paper.broker, let_go, seconds)
        host = saga_host(parts, OpenBroker(slow, paper.close), lambda _saga: ended.set())
        host.start()
        try:
            with served(app) as url:
                desk = RequestDesk(parts.planner, host, parts.enrolments)
                yield LiveSite(url, host, desk, let_go, ended)
        finally:
            let_go.set()
            host.stop()


def _fill(book: SavedBook) -> None:
    """Far too much of one share, and none of the fund of the index."""
    book.deposits("2120.00")
    book.holds("PETR4", "1000", "38000")
    book.holds("ITUB4", "400", "12000")
    book.holds("XPML11", "150", "15000")
    at = MONDAY - timedelta(minutes=2)
    book.costs(at, PETR4="38.10", ITUB4="32.20", XPML11="101.20", BOVA11="120.5")
    book.desk().save("ana", LISTED_TARGETS)
