"""`fiel autobalance run --once`: look at everybody, run what is out of band to its end, and stop.

For a machine that wakes up once in a while, and to see what happens. Alerts are told before it ends.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from fiel.autobalance.hosting import SagaHost
from fiel.autobalance.journal_port import BeginResult, Held, NotBegun, Plan
from fiel.autobalance.parts import Parts
from fiel.autobalance.planning import NotPlanned
from fiel.autobalance.saga.model import Saga
from fiel.autobalance.topics import ALERTS
from fiel.autobalance.wire import Request
from fiel.autobalance.working import RequestDesk
from fiel.bootstrap import open_outlets
from fiel.bootstrap.autobalance import OpenBroker, open_autobalance, open_broker
from fiel.entrypoints.worker import housekeeping
from fiel.entrypoints.worker.alerting import Alerting
from fiel.entrypoints.worker.autobalance import saga_host
from fiel.entrypoints.worker.stopping import asked_to_stop
from fiel.infra import system
from fiel.kernel.parts import in_parts
from fiel.settings import Settings

#: What asks for these batches, in the history.
TRIGGER = "person"
LOOK_S = 0.05
#: A batch that is no longer run here and has not ended is left to whoever takes it over.
LEFT_S = 2.0
TELL_S = 20.0


@dataclass(frozen=True, slots=True)
class Left:
    """A portfolio for which nothing was begun: the code of why, and its detail."""

    portfolio: str
    code: str
    detail: str


@dataclass(frozen=True, slots=True)
class OnceDone:
    """What one look did: how many portfolios were looked at, batches that ended here, and why the others
    were not begun; `unfinished`: begun here, and left to whoever takes them over.
    """

    looked_at: int
    ended: tuple[Saga, ...]
    left: tuple[Left, ...]
    unfinished: tuple[str, ...]


@dataclass
class _Noted:
    """A planner and a host whose answers are noted, for the desk; `on_end` is told by the host."""

    parts: Parts
    begun: dict[str, str] = field(default_factory=dict)
    ended: dict[str, Saga] = field(default_factory=dict)
    left: dict[str, Left] = field(default_factory=dict)
    host: SagaHost | None = None

    def on_end(self, saga: Saga) -> None:
        self.ended[saga.id] = saga

    def plan_many(self, requests: Sequence[Request]) -> list[Plan | NotPlanned]:
        """See `working.Plans`."""
        found = self.parts.planner.plan_many(requests)
        for each in found:
            if isinstance(each, NotPlanned):
                self.left[each.portfolio] = Left(each.portfolio, each.code.value, each.detail)
        return found

    def begin(self, plans: Sequence[Plan]) -> list[BeginResult]:
        """See `working.Begins`."""
        assert self.host is not None  # noqa: S101 (set before anything is asked)
        found = self.host.begin(plans)
        for each in found:
            if isinstance(each, NotBegun):
                self.left[each.portfolio] = Left(each.portfolio, each.hindrance.value, each.detail)
            else:
                self._noted(each)
        return found

    def _noted(self, held: Held) -> None:
        self.begun[held.saga.id] = held.saga.portfolio
        self.left.pop(held.saga.portfolio, None)


def balance_once(settings: Settings, database_url: str | None = None, *, batch: int = 200) -> OnceDone:
    """One look at every portfolio of the settings' broker. A signal stops it as it stops a worker: what
    runs gets some seconds to end, the rest is given back. Call it from the main thread.

    Raises what `open_autobalance`, `open_outlets` and `open_broker` raise, and `Unavailable`.
    """
    stopping = threading.Event()
    kind = settings.autobalance.broker.kind.value
    with (
        asked_to_stop(stopping.set),
        open_autobalance(settings, database_url, config=settings.autobalance.config, broker=kind) as opened,
    ):
        parts = opened.parts
        noted = _Noted(parts)
        looked_at = 0
        with _hosted(noted, open_broker(settings, parts)):
            desk = RequestDesk(noted, noted, parts.enrolments)
            for requests in _requests(parts, kind, batch):
                looked_at += len(requests)
                desk.take(requests)
                if stopping.is_set():
                    break
            _wait(noted, stopping)
        _tell(settings, parts)
    ended = tuple(sorted(noted.ended.values(), key=lambda saga: saga.portfolio))
    unfinished = tuple(sorted(name for saga, name in noted.begun.items() if saga not in noted.ended))
    left = tuple(noted.left[name] for name in sorted(noted.left))
    return OnceDone(looked_at, ended, left, unfinished)


@contextmanager
def _hosted(noted: _Noted, broker: OpenBroker) -> Iterator[None]:
    host = noted.host = saga_host(noted.parts, broker, noted.on_end)
    host.start()
    try:
        yield
    finally:
        host.stop()


def _requests(parts: Parts, broker: str, batch: int) -> Iterator[list[Request]]:
    names = (each.portfolio for each in parts.portfolios.all() if each.broker == broker)
    for several in in_parts(names, batch):
        now = parts.clock.now()
        yield [Request(name, TRIGGER, now) for name in several]


def _wait(noted: _Noted, stopping: threading.Event) -> None:
    """Until what was begun has ended, or is no longer run here."""
    assert noted.host is not None  # noqa: S101 (set before)
    idle_since: float | None = None
    while noted.begun.keys() - noted.ended.keys() and not stopping.wait(LOOK_S):
        if noted.host.running():
            idle_since = None
            continue
        now = system.elapsed_seconds()
        idle_since = now if idle_since is None else idle_since
        if now - idle_since > LEFT_S:
            return


def _tell(settings: Settings, parts: Parts) -> None:
    """Alerts in the outbox become jobs, and jobs are done; what fails, or takes too long, is the next
    process's, or the next look's. Alerts that a worker left behind when it died are among them."""
    outlets = open_outlets(settings, parts.database)
    try:
        relaying, deadline = housekeeping.Relaying(parts.database, outlets), system.elapsed_seconds() + TELL_S
        outlets.bus.ensure_topic(ALERTS, housekeeping.PARTITIONS)
        _relay(relaying, deadline)
        alerting = Alerting(parts, settings.autobalance.alerts, outlets)
        if _handed_out(alerting):
            _relay(relaying, deadline)
            _send(alerting)
    finally:
        outlets.close()


def _relay(relaying: housekeeping.Relaying, deadline: float) -> None:
    while relaying.turn() and system.elapsed_seconds() < deadline:
        pass


def _handed_out(alerting: Alerting) -> int:
    found: list[int] = []
    consumer = alerting.consumer(lambda read: found.append(read.new))
    try:
        while consumer.turn():
            pass
    finally:
        consumer.close()
    return sum(found)


def _send(alerting: Alerting) -> None:
    with alerting.sent():
        deadline = system.elapsed_seconds() + TELL_S
        while alerting.waiting() and system.elapsed_seconds() < deadline:
            system.pause(LOOK_S)
