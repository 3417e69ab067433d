"""Simulations: a small fleet in a market that moves, with faults asked for; run beside, one at a time."""

from __future__ import annotations

import logging
import tempfile
import threading
from collections import OrderedDict
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path as Folder
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Request
from pydantic import ConfigDict, Field
from starlette.responses import Response

from fiel.autobalance.simulation.faults import Troubles
from fiel.autobalance.simulation.fleet import FleetPlan
from fiel.bootstrap.simulation import open_simulation
from fiel.entrypoints.answers.values import moment_text
from fiel.entrypoints.http.api.answering import reads, reply, writes
from fiel.entrypoints.http.api.desk import ADMIN, At
from fiel.entrypoints.http.api.models import Instant, Question, Shape
from fiel.infra.system import RandomIds
from fiel.kernel.clock import Clock
from fiel.kernel.errors import Conflict, FielError, InvalidInput, NotFound
from fiel.settings import Settings

routes = APIRouter(prefix="/api/v1/simulations", tags=["simulations"], dependencies=[ADMIN])
PORTFOLIOS_MAX, STOCKS_MAX, WAVES_MAX, CHANGES_MAX, KEPT_MAX = 200, 100, 10, 500, 20
_log = logging.getLogger("fiel.simulations")
#: A rate is text, as all numbers with decimals are.
Rate = Annotated[str, Field(pattern=r"^(0(\.[0-9]{1,6})?|1(\.0{1,6})?)$", examples=["0.05"])]


class SimulationAsk(Question):
    """How large a fleet, how often prices change in each wave, and how often things go wrong (0 to 1)."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"portfolios": 20, "stocks": 10, "waves": [5, 10]}}
    )

    portfolios: Annotated[int, Field(ge=1, le=PORTFOLIOS_MAX)] = 20
    stocks: Annotated[int, Field(ge=1, le=STOCKS_MAX)] = 10
    waves: Annotated[
        list[Annotated[int, Field(ge=1, le=CHANGES_MAX)]], Field(min_length=1, max_length=WAVES_MAX)
    ] = Field(default=[5, 10])
    seed: Annotated[int, Field(ge=0, le=2**53)] = 7
    fail_rate: Rate = "0"
    timeout_rate: Rate = "0"
    crash_rate: Rate = "0"


class SimulationResult(Shape):
    """What it ended with, and the sums that say whether it may be believed."""

    model_config = ConfigDict(extra="allow", alias_generator=None)

    rebalances: int
    orders: int
    compensations: int
    stale: list[str]
    duplicate_orders: int
    worst_deviation: str
    conservation: bool
    seconds: str
    seed: int
    findings: list[str]


class Simulation(Shape):
    """A simulation; `result` when it is done, `error` when it failed."""

    id: str
    state: Literal["running", "done", "failed"]
    started_at: Instant
    ended_at: Instant | None
    wave: int
    waves: int
    result: SimulationResult | None
    error: str | None


class Simulations(Shape):
    """The latest of this process."""

    simulations: list[Simulation]


@dataclass(frozen=True, slots=True)
class Run:
    """One simulation as it is now."""

    id: str
    started_at: datetime
    waves: int
    state: str = "running"
    wave: int = 0
    ended_at: datetime | None = None
    result: dict[str, object] | None = None
    error: str | None = None

    def body(self) -> dict[str, Any]:
        """On the wire."""
        return {
            "id": self.id,
            "state": self.state,
            "startedAt": moment_text(self.started_at),
            "endedAt": moment_text(self.ended_at),
            "wave": self.wave,
            "waves": self.waves,
            "result": self.result,
            "error": self.error,
        }


@dataclass(slots=True)
class Simulator:
    """The simulations of this process: the latest are kept in memory, and one runs at a time."""

    clock: Clock
    settings: Settings
    _runs: OrderedDict[str, Run] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def all(self) -> list[Run]:
        """The latest first."""
        with self._lock:
            return list(reversed(self._runs.values()))

    def named(self, name: str) -> Run:
        """One of them. Raises `NotFound`."""
        with self._lock:
            if name in self._runs:
                return self._runs[name]
        raise NotFound("simulation_unknown", "there is no such simulation here", field="simulation")

    def start(self, plan: FleetPlan, troubles: Troubles) -> Run:
        """Begin one beside. Raises `Conflict` (simulation_running)."""
        with self._lock:
            if any(run.state == "running" for run in self._runs.values()):
                raise Conflict("simulation_running", "one simulation at a time; wait for its end")
            run = Run(RandomIds("simulation").next_id(), self.clock.now(), len(plan.waves))
            self._runs[run.id] = run
            while len(self._runs) > KEPT_MAX:
                self._runs.popitem(last=False)
        threading.Thread(
            target=self._work, args=(run.id, plan, troubles), name="simulation", daemon=True
        ).start()
        return run

    def _work(self, name: str, plan: FleetPlan, troubles: Troubles) -> None:
        try:
            with tempfile.TemporaryDirectory(prefix="fiel-simulation-", ignore_cleanup_errors=True) as folder:
                url = f"sqlite:///{Folder(folder) / 'simulation.db'}"
                with open_simulation(self.settings, url, plan, troubles) as opened:
                    found = opened.simulation(lambda at: self._set(name, wave=at.wave)).run()
            self._set(name, state="done", result=found.as_json(), ended_at=self.clock.now())
        except FielError as error:
            self._set(name, state="failed", error=f"{error.code}: {error.message}", ended_at=self.clock.now())
        except Exception:  # noqa: BLE001 (a thread has nobody else to tell)
            _log.exception("simulation %s", name)
            self._set(name, state="failed", error="a defect; it was logged", ended_at=self.clock.now())

    def _set(self, name: str, **changes: Any) -> None:
        with self._lock:
            if name in self._runs:
                self._runs[name] = replace(self._runs[name], **changes)


def simulator_of(request: Request, desk: At) -> Simulator:
    """The simulator of the process; made with the first question."""
    found: Simulator | None = getattr(request.app.state, "simulator", None)
    if found is None:
        found = request.app.state.simulator = Simulator(desk.services.clock, desk.settings)
    return found


@routes.post(
    "",
    summary="Begin a simulation",
    operation_id="startSimulation",
    status_code=202,
    responses=writes(Simulation, "It runs beside; ask for it by its id", status=202),
)
def start(request: Request, asked: SimulationAsk, desk: At) -> Response:
    """On an empty book of its own that is thrown away; the same seed gives the same fleet and market."""
    if sum(asked.waves) > CHANGES_MAX:
        raise InvalidInput("too_many_changes", f"at most {CHANGES_MAX} changes in all", field="waves")
    plan = FleetPlan(asked.portfolios, asked.stocks, tuple(asked.waves), asked.seed)
    # Chances of a drawn fate, and no amounts: floats are what a draw is compared with.
    troubles = Troubles(float(asked.fail_rate), float(asked.timeout_rate), float(asked.crash_rate) / 2)
    run = simulator_of(request, desk).start(plan, troubles)
    return reply(request, run.body(), status=202, headers={"Location": f"/api/v1/simulations/{run.id}"})


@routes.get(
    "",
    summary="The latest simulations",
    operation_id="listSimulations",
    responses=reads(Simulations, "The latest first"),
)
def listed(request: Request, desk: At) -> Response:
    """Those of this process."""
    return reply(request, {"simulations": [each.body() for each in simulator_of(request, desk).all()]})


@routes.get(
    "/{simulation_id}",
    summary="A simulation",
    operation_id="getSimulation",
    responses=reads(Simulation, "How far it is, or what it ended with"),
)
def one(
    request: Request,
    simulation_id: Annotated[str, Path(min_length=1, max_length=100)],
    desk: At,
) -> Response:
    """Running, done or failed."""
    return reply(request, simulator_of(request, desk).named(simulation_id).body())
