"""The host of running sagas: room, leases kept alive or lost, orphans, and how it stops."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, cast

import pytest

from fiel.autobalance.hosting import HostPace, SagaHost
from fiel.autobalance.journal_port import Held, Hindrance, NotBegun, Plan
from fiel.autobalance.saga.model import Saga, SagaStatus
from fiel.infra.storage.leases import Lease
from fiel.kernel.errors import Conflict, Unavailable
from tests.autobalance.running.test_runner import START, held
from tests.support.autobalance.scenes import until

PACE = HostPace(
    in_flight=3,
    time_to_live=timedelta(seconds=30),
    heartbeat=timedelta(milliseconds=10),
    look_every=timedelta(milliseconds=10),
    at_stop=timedelta(milliseconds=50),
)


def saga_of(name: str) -> Held:
    """A saga of a portfolio, under our lease."""
    one = held(1)
    return replace(one, saga=replace(one.saga, id=name), lease=Lease(name, "me", 1, START))


def plan_of(name: str) -> Plan:
    """A plan for it."""
    return Plan(name, "BRL", 1, (), "request", "band", "7")


@dataclass
class Books:
    """A journal in memory: what it is asked, and what it answers."""

    orphans: list[Held] = field(default_factory=list)
    lost: set[str] = field(default_factory=set)
    beats: list[list[str]] = field(default_factory=list)
    given_back: list[str] = field(default_factory=list)
    wanted: list[int] = field(default_factory=list)
    trouble: Exception | None = None
    closed: bool = False

    async def begin(self, plans: Sequence[Plan]) -> list[Any]:
        return [
            NotBegun(plan.portfolio, Hindrance.STALE)
            if plan.portfolio == "stale"
            else saga_of(plan.portfolio)
            for plan in plans
        ]

    async def take_over(self, limit: int) -> list[Held]:
        self.wanted.append(limit)
        if self.trouble is not None:
            trouble, self.trouble = self.trouble, None
            raise trouble
        found, self.orphans = self.orphans[:limit], self.orphans[limit:]
        return found

    async def heartbeat(self, helds: Sequence[Held]) -> list[Held]:
        self.beats.append([each.saga.id for each in helds])
        return [each for each in helds if each.saga.id in self.lost]

    async def give_back(self, helds: Sequence[Held]) -> None:
        self.given_back += [each.saga.id for each in helds]

    async def close(self) -> None:
        self.closed = True


@dataclass
class Runs:
    """A runner whose sagas end when they are told to; `still_ours` is the host's."""

    ends: dict[str, Any] = field(default_factory=dict)
    seen: list[str] = field(default_factory=list)
    cancelled: list[str] = field(default_factory=list)
    still_ours: Callable[[Saga], bool] = lambda _saga: True

    async def run(self, one: Held) -> Saga:
        self.seen.append(one.saga.id)
        try:
            while one.saga.id not in self.ends:
                await asyncio.sleep(0.002)
        except asyncio.CancelledError:
            self.cancelled.append(one.saga.id)
            raise
        found = self.ends[one.saga.id]
        if isinstance(found, Exception):
            raise found
        return replace(one.saga, status=SagaStatus.DONE)


@dataclass
class Stage:
    """A host that was started, on books and runs in memory."""

    books: Books = field(default_factory=Books)
    runs: Runs = field(default_factory=Runs)
    ended: list[str] = field(default_factory=list)
    host: Any = None

    def submit(self, name: str) -> None:
        """A batch that is begun and runs here."""
        self.host.begin([plan_of(name)])

    def start(self, pace: HostPace = PACE) -> SagaHost:
        runs, books = cast("Any", self.runs), cast("Any", self.books)
        self.host = SagaHost(runs, books, pace, lambda saga: self.ended.append(saga.id))
        self.host.start()
        return self.host  # type: ignore[no-any-return]


@pytest.fixture
def stage() -> Iterator[Stage]:
    """Stopped at the end."""
    found = Stage()
    yield found
    if found.host is not None:
        found.host.stop()


def test_what_was_begun_runs_and_its_end_is_told(stage: Stage) -> None:
    """Two plans: the one that was begun runs to its end; the other comes back with what hindered it."""
    host = stage.start()
    stage.runs.ends["ana"] = True
    begun, refused = host.begin([plan_of("ana"), plan_of("stale")])
    assert isinstance(begun, Held)
    assert refused == NotBegun("stale", Hindrance.STALE)
    until(lambda: stage.ended == ["ana"], "its end is told")
    assert host.running() == 0


def test_no_more_than_there_is_room_for(stage: Stage) -> None:
    """Three at once: the fourth waits until one has ended."""
    host = stage.start()
    for name in "abc":
        stage.submit(name)
    fourth = threading.Thread(target=stage.submit, args=("d",))
    fourth.start()
    until(lambda: len(stage.runs.seen) == 3, "three run")
    fourth.join(0.1)
    assert fourth.is_alive()
    assert "d" not in stage.runs.seen
    stage.runs.ends["b"] = True
    fourth.join(30)
    until(lambda: "d" in stage.runs.seen, "the fourth runs")
    assert host.running() == 3


def test_orphans_are_taken_as_far_as_there_is_room(stage: Stage) -> None:
    """Those that nobody holds are run here, never more than fit, the others when there is room."""
    stage.books.orphans = [saga_of(str(number)) for number in range(5)]
    host = stage.start()
    until(lambda: host.running() == 3, "three are taken over")
    assert max(stage.books.wanted) <= 3
    stage.runs.ends |= {"0": True, "1": True}
    until(lambda: {"3", "4"} <= set(stage.runs.seen), "the others, too")


def test_a_lease_that_was_lost_stops_its_saga_alone(stage: Stage) -> None:
    """The heartbeat finds out that one saga is another worker's: it is dropped at once, the other goes on."""
    host = stage.start()
    for name in ("mine", "lost"):
        stage.submit(name)
    until(lambda: host.running() == 2, "both run")
    stage.books.lost = {"lost"}
    until(lambda: stage.runs.cancelled == ["lost"], "it is dropped")
    until(lambda: host.running() == 1, "and gone")
    assert stage.ended == []


def test_ours_as_long_as_the_last_heartbeat_says(stage: Stage) -> None:
    """Without a heartbeat that came through, a lease is ours for its time to live and no longer."""
    host = stage.start(replace(PACE, time_to_live=timedelta(milliseconds=80), heartbeat=timedelta(hours=1)))
    one = saga_of("ana")
    stage.submit("ana")
    until(lambda: host.running() == 1, "it runs")

    def ours() -> bool:
        async def ask() -> bool:
            return host.still_ours(one.saga)

        return asyncio.run_coroutine_threadsafe(ask(), host._loop).result()  # type: ignore[arg-type]

    assert ours()
    until(lambda: not ours(), "nobody renewed it")


def test_heartbeats_renew_it(stage: Stage) -> None:
    """With heartbeats it stays ours far beyond its time to live, and the journal is asked for all of them."""
    host = stage.start(replace(PACE, time_to_live=timedelta(milliseconds=100)))
    one = saga_of("ana")
    stage.submit("ana")
    until(lambda: len(stage.books.beats) > 30, "the heart beats")

    async def ask() -> bool:
        return host.still_ours(one.saga)

    assert asyncio.run_coroutine_threadsafe(ask(), host._loop).result()  # type: ignore[arg-type]
    assert stage.books.beats[-1] == ["ana"]


@pytest.mark.parametrize("trouble", [Unavailable("gone", "x"), Conflict("saga_unsaved", "x")])
def test_a_saga_that_stops_makes_room(stage: Stage, trouble: Exception) -> None:
    """The database is away, or a step cannot be saved: that saga is left to its lease, the others go on."""
    host = stage.start()
    stage.runs.ends["bad"] = trouble
    stage.submit("bad")
    until(lambda: stage.runs.seen == ["bad"] and host.running() == 0, "it has stopped")
    assert stage.ended == []
    for name in "abc":
        stage.submit(name)
    until(lambda: host.running() == 3, "there is room for three")


def test_a_look_for_orphans_that_fails_is_tried_again(stage: Stage) -> None:
    """The database is away for one look: the next one finds them."""
    stage.books.trouble, stage.books.orphans = Unavailable("gone", "x"), [saga_of("ana")]
    host = stage.start()
    until(lambda: host.running() == 1, "it is taken over")


def test_a_stop_gives_back_what_does_not_end(stage: Stage) -> None:
    """Those that end in time have ended; the others are cancelled and given back, the journal is closed."""
    stopped: list[bool] = []

    async def at_end() -> None:
        stopped.append(stage.books.closed)

    host = stage.start()
    host.at_end = at_end
    for name in ("quick", "slow"):
        stage.submit(name)
    until(lambda: host.running() == 2, "both run")
    stage.runs.ends["quick"] = True
    host.stop()
    assert stage.ended == ["quick"]
    assert stage.books.given_back == stage.runs.cancelled == ["slow"]
    assert stopped == [True]


def test_whoever_waits_for_room_at_a_stop_goes_away(stage: Stage) -> None:
    """It is told that this worker stops: nothing was begun, and the thread does not wait for ever."""
    host = stage.start()
    for name in "abc":
        stage.submit(name)
    refused: list[str] = []

    def bring() -> None:
        try:
            stage.submit("d")
        except Unavailable as error:
            refused.append(error.code)

    fourth = threading.Thread(target=bring)
    fourth.start()
    host.stop()
    fourth.join(30)
    assert refused == ["host_stopping"]
    assert "d" not in stage.runs.seen


def test_a_worker_that_slept_takes_its_own_saga_over(stage: Stage) -> None:
    """Its lease ran out while it slept: it goes on under its new token, once; what ran under the old ends."""
    host = stage.start()
    stage.submit("ana")
    until(lambda: stage.runs.seen == ["ana"], "it runs")
    old = saga_of("ana")
    new = Held(replace(old.saga, token=2), Lease("ana", "me", 2, START), ())
    stage.books.orphans = [new]
    until(lambda: stage.runs.cancelled == ["ana"], "the old one is dropped")
    until(lambda: stage.runs.seen == ["ana", "ana"], "the new one runs")
    beats = len(stage.books.beats)
    until(lambda: len(stage.books.beats) > beats + 3, "the heart beats")
    assert stage.books.beats[-1] == ["ana"]
    assert host.running() == 1

    async def ask(token: int) -> bool:
        return host.still_ours(replace(old.saga, token=token))

    loop = host._loop
    assert loop is not None
    assert [asyncio.run_coroutine_threadsafe(ask(token), loop).result() for token in (1, 2)] == [False, True]
    stage.runs.ends["ana"] = True
    until(lambda: stage.ended == ["ana"], "its end is told once")
    assert host._room.taken == 0
