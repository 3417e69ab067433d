"""RabbitMQ, through aio-pika. Import this only where RabbitMQ was named.

At least once, no order. Every job of a call is confirmed by a majority of the queue's replicas before
`enqueue` returns, and a job that no queue takes is an error. A job enqueued twice is delivered twice:
`job_runs` makes its effect happen once. Jobs of a transaction go through the outbox (`relaying`).

Calls may come from any thread: the connection lives on a loop in a thread of its own, is opened at the
first call, and is opened again after it broke.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from contextlib import suppress
from typing import Any, TypeVar

from fiel.infra.jobs.faults import NotEnqueued
from fiel.infra.jobs.port import Handle, Job, OnTrouble, Pace, checked_handlers, checked_kind
from fiel.infra.jobs.rabbit_dead_letters import RabbitDeadLetters
from fiel.infra.jobs.rabbit_session import Session
from fiel.infra.jobs.rabbit_topology import RabbitSettings
from fiel.infra.jobs.rabbit_worker import RabbitWorker
from fiel.kernel.clock import Clock
from fiel.kernel.errors import FielError, Unavailable

__all__ = ["RabbitJobs", "RabbitSettings"]

Result = TypeVar("Result")
#: How many jobs are on their way to be confirmed at once.
_IN_FLIGHT = 500


class RabbitJobs:
    """The queue; satisfies `JobQueue`."""

    def __init__(self, settings: RabbitSettings, clock: Clock) -> None:
        self._settings, self._clock = settings, clock
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._starting = threading.Lock()
        self._session: Session | None = None
        self._opening: asyncio.Lock | None = None
        self._closed = False

    @property
    def dead_letters(self) -> RabbitDeadLetters:
        """The jobs that nobody could do."""
        return RabbitDeadLetters(self._on_session)

    def enqueue(self, jobs: Sequence[Job]) -> None:
        """Add jobs, confirmed. Raises `NotEnqueued` with those that were not."""
        failures: dict[int, str] = {}
        places = _first_places(jobs)

        async def sent(session: Session) -> None:
            await session.ensure({job.kind for job in jobs})
            for start in range(0, len(places), _IN_FLIGHT):
                part = places[start : start + _IN_FLIGHT]
                answers = await asyncio.gather(*(_answer(session, jobs[place]) for place in part))
                failures.update({p: told for p, told in zip(part, answers, strict=True) if told is not None})
            if failures:
                # Perhaps a queue was deleted: the next call declares it again.
                session.kinds.clear()

        try:
            if jobs:
                self._on_session(sent)
        except Unavailable as error:
            raise NotEnqueued(dict.fromkeys(places, error.message)) from error
        if failures:
            raise NotEnqueued(failures)

    def worker(
        self, handlers: Mapping[str, Handle], *, pace: Pace | None = None, on_trouble: OnTrouble | None = None
    ) -> RabbitWorker:
        """A worker for the kinds in `handlers`, with a connection of its own."""
        return RabbitWorker(
            self._settings, self._clock, checked_handlers(handlers), pace or Pace(), on_trouble
        )

    def depth(self, kind: str) -> int:
        """How many wait in the queue of a kind."""
        return self._look(kind)[0]

    def listeners(self, kind: str) -> int:
        """How many workers RabbitMQ hands jobs of a kind to; none means that they only pile up."""
        return self._look(kind)[1]

    def _look(self, kind: str) -> tuple[int, int]:
        checked_kind(kind)

        async def looked(session: Session) -> tuple[int, int]:
            await session.ensure([kind])
            return await session.look(kind)

        return self._on_session(looked)

    def close(self) -> None:
        """Close the connection and end its thread. A second call does nothing."""
        with self._starting:
            loop, thread = self._loop, self._thread
            self._loop = self._thread = None
            self._closed = True
        if loop is None or thread is None:
            return
        asyncio.run_coroutine_threadsafe(self._disconnect(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()

    def _on_session(self, work: Callable[[Session], Awaitable[Result]]) -> Result:
        """`work` on the session, in the loop's thread. After a fault the session is given up."""

        async def done() -> Result:
            session = await self._connected()
            try:
                return await work(session)
            except Unavailable:
                await session.close()
                raise

        return self._run(done())

    def _run(self, coroutine: Coroutine[Any, Any, Result]) -> Result:
        with self._starting:
            if self._closed:
                coroutine.close()
                raise Unavailable("queue_closed", "the queue was closed; open another one")
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                self._thread = threading.Thread(
                    target=self._loop.run_forever, name="rabbitmq-jobs", daemon=True
                )
                self._thread.start()
            future = asyncio.run_coroutine_threadsafe(coroutine, self._loop)
        return future.result()

    async def _connected(self) -> Session:
        # Of this loop, so it is made here.
        self._opening = self._opening or asyncio.Lock()
        async with self._opening:
            if self._session is None or self._session.broken:
                if self._session is not None:
                    await self._session.close()
                self._session = await Session.open(self._settings, self._clock)
            return self._session

    async def _disconnect(self) -> None:
        if self._session is not None:
            await self._session.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        with suppress(asyncio.CancelledError):
            await asyncio.gather(*others, return_exceptions=True)


async def _answer(session: Session, job: Job) -> str | None:
    """Why a job was not taken, if so."""
    try:
        await session.send(job)
    except FielError as error:
        return error.message
    return None


def _first_places(jobs: Sequence[Job]) -> list[int]:
    """The positions of the first job of each kind and id."""
    first: dict[tuple[str, str], int] = {}
    for place, job in enumerate(jobs):
        first.setdefault((job.kind, job.id), place)
    return list(first.values())
