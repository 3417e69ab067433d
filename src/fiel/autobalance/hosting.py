"""Hosts running sagas: up to a number at once, their leases kept alive, orphans taken over, all of it
given back when the host stops.

The host has an event loop in a thread of its own; `begin` is called from others.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, Protocol

from fiel.autobalance.config import AutobalanceConfig
from fiel.autobalance.journal_port import BeginResult, Held, LeaseLost, Plan, ToSave
from fiel.autobalance.runner import Runner
from fiel.autobalance.saga.model import Saga
from fiel.kernel.errors import FielError, Unavailable

_log = logging.getLogger("fiel.autobalance")
#: Orphans that are taken over at a time.
TAKEN_MAX = 100


class HostJournal(Protocol):
    """The journal within the host's loop: `journal_async.AsyncJournal`."""

    async def begin(self, plans: Sequence[Plan]) -> list[BeginResult]:
        """What was begun, in the order of the plans."""

    async def save(self, item: ToSave) -> Held | LeaseLost:
        """See `runner.SavesSteps`."""

    async def take_over(self, limit: int) -> list[Held]:
        """Unfinished sagas whose lease ran out, under our token now."""

    async def heartbeat(self, helds: Sequence[Held]) -> list[Held]:
        """Renew their leases; those that are no longer ours."""

    async def give_back(self, helds: Sequence[Held]) -> None:
        """End their leases, so that another takes them over at once."""

    async def close(self) -> None:
        """What was asked for is written first."""


@dataclass(frozen=True, slots=True)
class HostPace:
    """How many sagas at once, how long a lease lives unrenewed, how often it is renewed, and how often
    orphans are looked for; at a stop, how long running sagas may still take.
    """

    in_flight: int = 1_000
    time_to_live: timedelta = timedelta(seconds=30)
    heartbeat: timedelta = timedelta(seconds=10)
    look_every: timedelta = timedelta(seconds=5)
    at_stop: timedelta = timedelta(seconds=10)

    @classmethod
    def of(cls, config: AutobalanceConfig) -> HostPace:
        """As the house sets it."""
        return cls(config.in_flight, config.lease.time_to_live, config.lease.heartbeat)


@dataclass(slots=True)
class _Guest:
    held: Held
    task: asyncio.Task[None]
    sure_until: float


@dataclass(slots=True)
class _Room:
    """How many more there may be; waited for by those who bring new ones."""

    most: int
    taken: int = 0
    changed: threading.Condition = field(default_factory=threading.Condition)

    def take(self, wanted: int, timeout_s: float) -> int:
        """Up to `wanted`, as soon as there is any; 0 when there was none in time."""
        with self.changed:
            self.changed.wait_for(lambda: self.taken < self.most, timeout_s)
            got = max(0, min(wanted, self.most - self.taken))
            self.taken += got
            return got

    def take_anyway(self) -> None:
        with self.changed:
            self.taken += 1

    def give_back(self, count: int = 1) -> None:
        with self.changed:
            self.taken -= count
            self.changed.notify_all()


@dataclass
class SagaHost:
    """`start`, `begin` and `stop`. `on_end` is told of every saga that came to its end here, from the
    host's thread; it must not block. `at_end` is awaited in the loop before it ends.
    """

    runner: Runner
    journal: HostJournal
    pace: HostPace = field(default_factory=HostPace)
    on_end: Callable[[Saga], None] = lambda _saga: None
    at_end: Callable[[], Awaitable[None]] | None = None
    _guests: dict[str, _Guest] = field(default_factory=dict)
    _room: _Room = field(init=False)
    _loop: asyncio.AbstractEventLoop | None = None
    _thread: threading.Thread | None = None
    _stopping: threading.Event = field(default_factory=threading.Event)
    _ready: threading.Event = field(default_factory=threading.Event)
    _door: threading.Lock = field(default_factory=threading.Lock)
    _is_shut: bool = False
    _begins: set[asyncio.Task[Any]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.runner = replace(self.runner, still_ours=self.still_ours)
        self._room = _Room(self.pace.in_flight)

    def start(self) -> None:
        """Begin to host; orphans are looked for at once."""
        self._thread = threading.Thread(target=self._serve, name="saga-host", daemon=True)
        self._thread.start()
        self._ready.wait()

    def begin(self, plans: Sequence[Plan]) -> list[BeginResult]:
        """Begin batches, and run those that were begun. Waits while the host is full: what is begun runs at
        once, with its lease kept alive. From any thread but its own.

        Raises `Unavailable`, also when the host stops meanwhile: the rest was not begun.
        """
        found: list[BeginResult] = []
        while len(found) < len(plans):
            room = self._room_for(len(plans) - len(found))
            part = plans[len(found) : len(found) + room]
            begun = 0
            try:
                results = self._handed_over(part).result()
                begun = sum(isinstance(each, Held) for each in results)
            finally:
                self._room.give_back(room - begun)
            found += results
        return found

    def _handed_over(self, plans: Sequence[Plan]) -> Future[list[BeginResult]]:
        """To the loop, unless it is about to end: nobody would answer."""
        with self._door:
            assert self._loop is not None, "start the host first"  # noqa: S101 (programmer error)
            if self._is_shut:
                raise _stops()
            return asyncio.run_coroutine_threadsafe(self._begin(plans), self._loop)

    async def _begin(self, plans: Sequence[Plan]) -> list[BeginResult]:
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 (a coroutine of the loop)
        self._begins.add(task)
        try:
            found = await self.journal.begin(plans)
            for each in found:
                if isinstance(each, Held):
                    self._admit(each)
            return found
        finally:
            self._begins.discard(task)

    def _room_for(self, wanted: int) -> int:
        while not self._stopping.is_set():
            room = self._room.take(wanted, 0.5)
            if room:
                return room
        raise _stops()

    def still_ours(self, saga: Saga) -> bool:
        """Whether the lease was renewed recently enough, by our own monotonic clock."""
        guest = self._guests.get(saga.id)
        # A worker that slept may have taken its own saga over: the old token is then another's.
        mine = guest is not None and guest.held.lease.token == saga.token
        return mine and guest is not None and asyncio.get_running_loop().time() < guest.sure_until

    def running(self) -> int:
        """How many sagas run here now."""
        return len(self._guests)

    def stop(self) -> None:
        """Take nothing new, let running sagas end for a while, give the rest back. From another thread."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join()

    def _serve(self) -> None:
        asyncio.run(self._main())

    async def _main(self) -> None:
        self._loop = asyncio.get_running_loop()
        beating = self._loop.create_task(self._every(self.pace.heartbeat, self._beat))
        adopting = self._loop.create_task(self._every(self.pace.look_every, self._adopt))
        self._ready.set()
        while not self._stopping.is_set():
            await asyncio.sleep(0.05)
        # New work is refused from here on; the heartbeat goes on while the last ones end.
        adopting.cancel()
        with self._door:
            self._is_shut = True
        await asyncio.sleep(0)
        if self._begins:
            await asyncio.wait(self._begins)
        tasks = [guest.task for guest in self._guests.values()]
        if tasks:
            await asyncio.wait(tasks, timeout=self.pace.at_stop.total_seconds())
        left = [guest for guest in self._guests.values() if not guest.task.done()]
        for guest in left:
            guest.task.cancel()
        await asyncio.gather(*(guest.task for guest in left), adopting, return_exceptions=True)
        beating.cancel()
        await asyncio.gather(beating, return_exceptions=True)
        if left:
            await self._give_back([guest.held for guest in left])
        await self.journal.close()
        if self.at_end is not None:
            await self.at_end()

    async def _every(self, span: timedelta, turn: Callable[[], Awaitable[None]]) -> None:
        while True:
            try:
                await turn()
            except Unavailable as error:
                _log.warning("the saga host waits: %s [%s]", error, error.code)
            except FielError:
                _log.exception("a chore of the saga host failed")
            await asyncio.sleep(span.total_seconds())

    async def _beat(self) -> None:
        """Renew all leases; what was lost meanwhile is dropped at once."""
        helds = [guest.held for guest in self._guests.values()]
        if not helds:
            return
        began = asyncio.get_running_loop().time()
        lost = {held.saga.id for held in await self.journal.heartbeat(helds)}
        for held in helds:
            guest = self._guests.get(held.saga.id)
            if guest is None or guest.held is not held:
                continue
            if held.saga.id in lost:
                guest.task.cancel()
            else:
                guest.sure_until = began + self.pace.time_to_live.total_seconds()

    async def _adopt(self) -> None:
        """Go on with sagas that nobody holds."""
        room = self.pace.in_flight - self._room.taken
        if room <= 0:
            return
        for held in await self.journal.take_over(min(room, TAKEN_MAX)):
            _log.info("takes over saga %s of %s", held.saga.id, held.saga.portfolio)
            self._room.take_anyway()
            self._admit(held)

    def _admit(self, held: Held) -> None:
        loop = asyncio.get_running_loop()
        before = self._guests.get(held.saga.id)
        if before is not None:
            # Our own, which ran out while we slept: what runs under the old token ends.
            before.task.cancel()
        task = loop.create_task(self._run(held))
        self._guests[held.saga.id] = _Guest(held, task, loop.time() + self.pace.time_to_live.total_seconds())

    async def _run(self, held: Held) -> None:
        try:
            ended = await self.runner.run(held)
            self.on_end(ended)
        except LeaseLost:
            _log.warning("saga %s is another worker's now", held.saga.id)
        except Unavailable as error:
            # The database is away: the lease runs out and the saga is taken over, by us or another.
            _log.warning("saga %s is left alone for now: %s", held.saga.id, error)
        except FielError:
            _log.exception("saga %s stopped", held.saga.id)
        finally:
            guest = self._guests.get(held.saga.id)
            if guest is not None and guest.held is held:
                del self._guests[held.saga.id]
            self._room.give_back()

    async def _give_back(self, helds: Sequence[Held]) -> None:
        try:
            await self.journal.give_back(helds)
        except FielError as error:
            _log.warning("leases could not be given back (%s); they run out by themselves", error)


def _stops() -> Unavailable:
    return Unavailable("host_stopping", "this worker stops; another begins what is left")
