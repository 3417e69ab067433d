"""A simulation put together on an empty book."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta

from fiel.autobalance.brokers.simulated.exchange import Exchange
from fiel.autobalance.brokers.simulated.fates import SeededFates
from fiel.autobalance.config import AutobalanceConfig, LeaseSpans
from fiel.autobalance.hosting import HostPace
from fiel.autobalance.saga.model import Patience
from fiel.autobalance.simulation.faults import Crashes, SimulatedFates, Troubles
from fiel.autobalance.simulation.fleet import FleetMaker, FleetPlan
from fiel.autobalance.simulation.world import Progress, Simulation
from fiel.bootstrap import Closing
from fiel.bootstrap.autobalance import OpenAutobalance, open_autobalance
from fiel.kernel.errors import Refused
from fiel.settings import Settings

#: The house's rules but for the waiting: a simulation has no market hours, and its broker answers at once.
PATIENCE = Patience(
    answer=timedelta(seconds=2),
    fill=timedelta(seconds=1),
    poll=timedelta(milliseconds=20),
    first_query=timedelta(milliseconds=10),
    longest_query=timedelta(milliseconds=200),
    grace=timedelta(milliseconds=20),
    delay=timedelta(milliseconds=20),
)
CONFIG = AutobalanceConfig(
    lease=LeaseSpans(time_to_live=timedelta(seconds=1), heartbeat=timedelta(milliseconds=250)),
    patience=PATIENCE,
    cool_down=timedelta(0),
    hours=None,
    price_age_max=timedelta(hours=12),
    ask_again=timedelta(milliseconds=1),
)
PACE = replace(HostPace.of(CONFIG), look_every=timedelta(milliseconds=100))


@dataclass(frozen=True, slots=True)
class OpenSimulation(Closing):
    """An empty book and everything that a simulation needs on it."""

    opened: OpenAutobalance
    settings: Settings
    plan: FleetPlan
    troubles: Troubles

    def simulation(self, on_progress: Callable[[Progress], None] = lambda _progress: None) -> Simulation:
        """One run; a second one needs another empty book."""
        parts, plan, troubles = self.opened.parts, self.plan, self.troubles
        fates = SimulatedFates(
            plan.seed,
            SeededFates(plan.seed, troubles.rates),
            troubles.fail_rate > 0,
            parts.config.patience.tries,
        )
        return Simulation(
            parts,
            FleetMaker(plan),
            Exchange(parts.clock, self.settings.custody.fees),
            fates,
            Crashes(plan.seed, troubles.crash_rate),
            PACE,
            on_progress,
        )

    def close(self) -> None:
        """Give back every connection."""
        self.opened.close()


def open_simulation(
    settings: Settings, database_url: str, plan: FleetPlan, troubles: Troubles
) -> OpenSimulation:
    """Raises what `open_custody` raises, and `Refused` (book_not_empty) for a book that somebody uses."""
    outside = replace(settings.outside, redis_url="")
    settings = replace(settings, outside=outside)
    opened = open_autobalance(settings, database_url, config=CONFIG)
    with opened.parts.queries.snapshot() as book:
        known = book.user_ids(limit=1)
    if known:
        opened.close()
        raise Refused(
            "book_not_empty",
            f"the book holds accounts ({known[0]}...); a simulation needs an empty one",
            field="database",
        )
    return OpenSimulation(opened, settings, plan, troubles)
