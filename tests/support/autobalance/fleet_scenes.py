"""Whole simulations in a line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from sqlalchemy import event

from fiel.autobalance.simulation.faults import Troubles
from fiel.autobalance.simulation.fleet import FleetPlan
from fiel.autobalance.simulation.result import SimulationResult
from fiel.autobalance.simulation.world import Progress
from fiel.bootstrap.simulation import OpenSimulation, open_simulation
from fiel.settings import Settings

#: Enough of each that a small fleet meets all of them.
ALL_TROUBLES = Troubles(fail_rate=0.2, timeout_rate=0.2, crash_rate=0.02)


def opened(url: str, folder: Path, plan: FleetPlan, troubles: Troubles) -> OpenSimulation:
    """A simulation on an empty book, ready to run."""
    found = open_simulation(Settings.read({}, folder, "linux"), url, plan, troubles)
    engine = found.opened.parts.database.engine
    if engine.dialect.name == "sqlite":
        # These stories kill no machine.
        event.listen(engine, "connect", lambda raw, _: raw.execute("PRAGMA synchronous=OFF").close())
        engine.dispose()
    return found


def ran(
    url: str,
    folder: Path,
    plan: FleetPlan,
    troubles: Troubles,
    on_progress: Callable[[Progress], None] = lambda _progress: None,
) -> SimulationResult:
    """What a simulation ended with."""
    with opened(url, folder, plan, troubles) as simulation:
        return simulation.simulation(on_progress).run()


def acceptance(url: str, folder: Path) -> SimulationResult:
    """`fiel simulate --portfolios 100 --stocks 50 --waves 10,20,100 --seed 7` with faults on."""
    return ran(url, folder, FleetPlan(), Troubles(fail_rate=0.05, timeout_rate=0.02, crash_rate=0.01))
