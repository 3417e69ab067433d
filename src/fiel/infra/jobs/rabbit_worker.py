"""The worker of the RabbitMQ queue: an event loop in the thread of `run`, handlers in a pool of threads.

Each kind has a channel with a prefetch of `Pace.in_hand`: RabbitMQ hands out no more until some are
settled. A job that is to be tried again, or is dead, is published to where it goes and confirmed there
before the original is acknowledged: a crash in between makes a duplicate, never a loss. When the
connection breaks, handlers that have begun go on, RabbitMQ hands their jobs out again, and a new
connection is opened. RabbitMQ itself takes a job back from a handler after half an hour
(`consumer_timeout`): longer work belongs in smaller jobs.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from fiel.infra.jobs.port import MALFORMED, Handle, Job, OnTrouble, Pace
from fiel.infra.jobs.rabbit_library import FAULTS, named_errors
from fiel.infra.jobs.rabbit_session import Session, as_told, too_early
from fiel.infra.jobs.rabbit_topology import RabbitSettings
from fiel.infra.jobs.rabbit_wire import burial, read
from fiel.infra.jobs.verdicts import Again, Dead, Verdict, attempt, spent
from fiel.kernel.clock import Clock
from fiel.kernel.errors import FielError, InvalidInput, Unavailable


@dataclass(slots=True)
class _Shift:
    """One connection's worth of work."""

    session: Session
    broken: asyncio.Event = field(default_factory=asyncio.Event)
    ending: bool = False
    #: Ending with the connection whole: what was not begun can be given back.
    orderly: bool = False
    tasks: set[asyncio.Task[None]] = field(default_factory=set)
    #: Handlers in the pool, begun or not.
    handling: set[Future[Verdict]] = field(default_factory=set)
    #: Channel and consumer tag of each kind.
    consumers: list[tuple[Any, Any, str]] = field(default_factory=list)

    #: Deliveries of each kind, and how many there had been at the last look that found jobs waiting.
    delivered: Counter[str] = field(default_factory=Counter)
    waiting: dict[str, int] = field(default_factory=dict)

    def starved(self, kind: str, ready: int) -> bool:
        """Whether jobs waited at two looks in a row and none was handed out in between."""
        before, now = self.waiting.pop(kind, None), self.delivered[kind]
        if ready and not self.tasks:
            self.waiting[kind] = now
        return kind in self.waiting and before == now

    def cancel_unbegun(self) -> None:
        for future in list(self.handling):
            future.cancel()


class RabbitWorker:
    """Satisfies `Worker`; made by `RabbitJobs.worker`."""

    def __init__(
        self,
        settings: RabbitSettings,
        clock: Clock,
        handlers: Mapping[str, Handle],
        pace: Pace,
        on_trouble: OnTrouble | None,
    ) -> None:
        self._settings, self._clock, self._handlers = settings, clock, dict(handlers)
        self._pace, self._on_trouble = pace, on_trouble
        self._pool = ThreadPoolExecutor(pace.threads, thread_name_prefix="job")
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopping = asyncio.Event()
        self._asked_to_stop = False

    def run(self) -> None:
        """Work until `stop`. Not in a thread that has an event loop running."""
        try:
            asyncio.run(self._work())
        finally:
            self._pool.shutdown(cancel_futures=True)

    def stop(self) -> None:
        """Ask `run` to end."""
        self._asked_to_stop = True
        loop = self._loop
        if loop is not None:
            # A loop that has closed meanwhile has nothing left to stop.
            with suppress(RuntimeError):
                loop.call_soon_threadsafe(self._stopping.set)

    async def _work(self) -> None:
        self._loop = asyncio.get_running_loop()
        if self._asked_to_stop:
            return
        failures = 0
        leftover: set[asyncio.Task[None]] = set()
        while not self._stopping.is_set():
            try:
                shift = await self._begin()
            except FielError as error:
                self._tell(error)
                failures += 1
                await self._stopped_within(self._settings.pause_after(failures))
                continue
            failures = 0
            await self._serve(shift)
            leftover |= shift.tasks
        if leftover:
            await asyncio.wait(leftover)

    async def _begin(self) -> _Shift:
        """Connect, declare, and take up the work."""
        session = await Session.open(self._settings, self._clock)
        shift = _Shift(session)
        try:
            await session.ensure(self._handlers)
            with named_errors():
                async with asyncio.timeout(self._settings.answer_timeout_s):
                    for kind in self._handlers:
                        await self._consume(shift, kind)
        except BaseException:
            shift.ending = True
            shift.cancel_unbegun()
            await session.close()
            raise
        return shift

    async def _consume(self, shift: _Shift, kind: str) -> None:
        channel = await shift.session.connection.channel(publisher_confirms=False)
        await channel.set_qos(prefetch_count=self._pace.in_hand)

        async def on_message(message: Any) -> None:
            shift.delivered[kind] += 1
            task = asyncio.create_task(self._take(shift, kind, message))
            shift.tasks.add(task)
            task.add_done_callback(shift.tasks.discard)

        def on_end(*_: object) -> None:
            # The channel closed, or RabbitMQ took the queue away: begin anew.
            shift.broken.set()

        underlay = await channel.get_underlay_channel()
        underlay.on_consumer_cancel_callbacks.add(on_end)
        channel.close_callbacks.add(on_end)
        queue = await channel.get_queue(shift.session.names.queue(kind), ensure=False)
        shift.consumers.append((channel, queue, await queue.consume(on_message)))

    async def _serve(self, shift: _Shift) -> None:
        """Until the connection breaks, or stop: then finish what has begun and give back the rest."""
        lost = asyncio.ensure_future(shift.session.connection.closed())
        broken, stopping = map(asyncio.ensure_future, (shift.broken.wait(), self._stopping.wait()))
        ends = {lost, broken, stopping}
        while not (await _first_of(ends, self._settings.look_s)):
            await self._look(shift)
        for each in ends:
            each.cancel()
        shift.ending = True
        shift.orderly = not (shift.broken.is_set() or shift.session.broken)
        if shift.orderly:
            await self._take_no_more(shift)
        shift.cancel_unbegun()
        while shift.orderly and shift.tasks:
            await asyncio.wait(set(shift.tasks))
        await shift.session.close()

    async def _look(self, shift: _Shift) -> None:
        """Begin anew when a queue does not know its worker any more, or hands out nothing that it has.

        A queue that was deleted and declared again may keep its consumer in name only (RabbitMQ 3.10),
        and tells nobody: jobs would pile up beside an idle worker.
        """
        try:
            for kind in self._handlers:
                ready, listeners = await shift.session.look(kind)
                if not listeners or shift.starved(kind, ready):
                    self._tell(
                        Unavailable(
                            "queue_silent", f"the queue of {kind} hands out nothing; subscribing anew"
                        )
                    )
                    shift.broken.set()
        except FielError as error:
            self._tell(error)
            shift.broken.set()

    async def _take_no_more(self, shift: _Shift) -> None:
        for _, queue, tag in shift.consumers:
            try:
                await queue.cancel(tag, timeout=self._settings.answer_timeout_s)
            except FAULTS as error:
                self._tell(as_told(error))

    async def _take(self, shift: _Shift, kind: str, message: Any) -> None:
        """One delivery, to its end. Left unsettled, it comes again when the connection is closed."""
        try:
            await self._handle(shift, kind, message)
        except (FielError, *FAULTS) as error:
            if not shift.ending:
                self._tell(as_told(error))
            shift.broken.set()

    async def _handle(self, shift: _Shift, kind: str, message: Any) -> None:
        session = shift.session
        try:
            delivered = read(message, kind)
        except InvalidInput as error:
            await self._bury(session, kind, message, Dead(MALFORMED, str(error)), 0)
            return
        job = delivered.job
        if dead := spent(job):
            await self._bury(session, kind, message, dead, job.attempt - 1)
        elif left := too_early(delivered.not_before, self._clock):
            await session.park(job, left, attempts_made=job.attempt - 1)
            await message.ack()
        else:
            verdict = await self._verdict(shift, job)
            if verdict is not None:
                await self._settle(session, job, message, verdict)
            elif shift.orderly:
                # By hand: a delivery that RabbitMQ takes back would count as an attempt.
                await session.send(job, attempts_made=job.attempt - 1)
                await message.ack()

    async def _verdict(self, shift: _Shift, job: Job) -> Verdict | None:
        """What the handler made of it; `None` when it was not begun."""
        if shift.ending:
            return None
        future = self._pool.submit(attempt, self._handlers[job.kind], job, self._pace.backoff)
        shift.handling.add(future)
        try:
            return await asyncio.wrap_future(future)
        except asyncio.CancelledError:
            if future.cancelled():
                return None
            raise
        finally:
            shift.handling.discard(future)

    async def _settle(self, session: Session, job: Job, message: Any, verdict: Verdict) -> None:
        if isinstance(verdict, Again):
            await session.park(job, verdict.wait, attempts_made=job.attempt)
        elif isinstance(verdict, Dead):
            await self._bury(session, job.kind, message, verdict, job.attempt)
            return
        await message.ack()

    async def _bury(self, session: Session, kind: str, message: Any, dead: Dead, attempts: int) -> None:
        letter = burial(message, dead, attempts=attempts, at=self._clock.now())
        await session.publish(session.names.dead, kind, letter)
        await message.ack()

    async def _stopped_within(self, seconds: float) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), seconds)

    def _tell(self, error: FielError) -> None:
        if self._on_trouble is not None:
            self._on_trouble(error)


async def _first_of(ends: set[asyncio.Future[Any]], within_s: float) -> bool:
    """Whether one of them came to its end in that time."""
    done, _ = await asyncio.wait(ends, timeout=within_s, return_when=asyncio.FIRST_COMPLETED)
    return bool(done)
