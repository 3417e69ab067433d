"""What the composition root puts together once, for whoever works with balanced portfolios."""

from __future__ import annotations

from dataclasses import dataclass

from fiel.autobalance.config import AutobalanceConfig
from fiel.autobalance.journal import Journal
from fiel.autobalance.planning import Planner
from fiel.autobalance.portfolios import Portfolios
from fiel.autobalance.registry import registry
from fiel.autobalance.store.enrolments import StoredEnrolments
from fiel.autobalance.watching import PriceSink, Shard, Watcher
from fiel.custody.bookings import Bookings
from fiel.custody.ports import PriceSource
from fiel.custody.queries import Queries
from fiel.infra.storage.database import Database
from fiel.kernel.clock import Clock


@dataclass(frozen=True, slots=True)
class Parts:
    """The auto-balancer on one database. `prices` are read from, and `sink` written to, the same place."""

    database: Database
    queries: Queries
    bookings: Bookings
    prices: PriceSource
    sink: PriceSink
    portfolios: Portfolios
    enrolments: StoredEnrolments
    planner: Planner
    journal: Journal
    clock: Clock
    config: AutobalanceConfig

    def watcher(self, shard: Shard | None = None) -> Watcher:
        """A watcher of a shard (of everybody, without one), to be rebuilt before it is asked."""
        return Watcher(
            registry(ask_again_seconds=self.config.ask_again.total_seconds()),
            self.enrolments,
            self.queries,
            self.prices,
            self.sink,
            self.clock,
            self.config,
            shard or Shard(),
        )
