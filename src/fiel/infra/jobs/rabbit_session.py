"""One connection to RabbitMQ with a confirmed publishing channel. When it breaks, a new one is opened."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from fiel.infra.jobs.port import Job
from fiel.infra.jobs.rabbit_library import FAULTS, aio_pika, named, named_errors
from fiel.infra.jobs.rabbit_topology import Names, RabbitSettings, declare_kind, declare_shared
from fiel.infra.jobs.rabbit_wire import message_of
from fiel.kernel.clock import Clock
from fiel.kernel.errors import FielError, Unavailable

_MILLISECOND = timedelta(milliseconds=1)


@dataclass(slots=True)
class Session:
    """For one event loop. A session that raised `Unavailable` is to be closed and not used again."""

    settings: RabbitSettings
    clock: Clock
    connection: Any
    publishing: Any
    kinds: set[str] = field(default_factory=set)
    declaring: asyncio.Lock = field(default_factory=asyncio.Lock)

    @classmethod
    async def open(cls, settings: RabbitSettings, clock: Clock) -> Session:
        """Connect and declare what all kinds share. Raises `Unavailable`, `Conflict` (queue_differs)."""
        connection = None
        try:
            with named_errors():
                connection = await aio_pika.connect(_address(settings), timeout=settings.connect_timeout_s)
                channel = await connection.channel(publisher_confirms=True, on_return_raises=True)
                async with asyncio.timeout(settings.answer_timeout_s):
                    await declare_shared(channel, settings)
        except BaseException:
            if connection is not None:
                await _closed(connection)
            raise
        return cls(settings, clock, connection, channel)

    @property
    def names(self) -> Names:
        """The names of exchanges and queues."""
        return Names(self.settings.prefix)

    @property
    def broken(self) -> bool:
        """Whether connection or channel are gone."""
        return bool(self.connection.is_closed or self.publishing.is_closed)

    async def ensure(self, kinds: Iterable[str]) -> None:
        """Declare the queues of kinds that this session has not declared yet."""
        async with self.declaring:
            for kind in sorted(set(kinds) - self.kinds):
                with named_errors():
                    async with asyncio.timeout(self.settings.answer_timeout_s):
                        await declare_kind(self.publishing, self.settings, kind)
                self.kinds.add(kind)

    async def publish(self, exchange: str, kind: str, message: Any) -> None:
        """Publish and wait until the broker has it. Raises `Unavailable`: returned, refused, no answer."""
        try:
            target = await self.publishing.get_exchange(exchange, ensure=False)
            await target.publish(message, kind, mandatory=True, timeout=self.settings.answer_timeout_s)
        except FAULTS as error:
            raise named(error) from error
        except asyncio.CancelledError as error:
            # The library cancels what waits on a channel that closes; only our own task may be cancelled.
            task = asyncio.current_task()
            if task is not None and task.cancelling():
                raise
            raise Unavailable("queue_unavailable", "RabbitMQ closed the channel") from error

    async def send(self, job: Job, *, attempts_made: int = 0) -> None:
        """Put a job into the queue of its kind, or to wait when it is not to be run yet."""
        wait = timedelta(0) if job.run_after is None else job.run_after - self.clock.now()
        if wait > timedelta(0):
            await self.park(job, wait, attempts_made=attempts_made)
        else:
            await self.publish(self.names.jobs, job.kind, message_of(job, attempts_made=attempts_made))

    async def park(self, job: Job, wait: timedelta, *, attempts_made: int) -> None:
        """Have a job wait; beyond the longest step it comes back, is seen too early, and waits again."""
        not_before = self.clock.now() + wait
        step_ms, expires = step_for(self.settings, wait)
        message = message_of(job, attempts_made=attempts_made, not_before=not_before, expires=expires)
        await self.publish(self.names.retry(step_ms), job.kind, message)

    async def look(self, kind: str) -> tuple[int, int]:
        """Jobs waiting in the queue of a kind and its consumers. Raises `Unavailable` (it may be deleted)."""
        with named_errors():
            channel = await self.connection.channel(publisher_confirms=False)
            try:
                queue = await channel.declare_queue(
                    self.names.queue(kind), passive=True, timeout=self.settings.answer_timeout_s
                )
            finally:
                await channel.close()
        found = queue.declaration_result
        return int(found.message_count), int(found.consumer_count)

    async def close(self) -> None:
        """Close; what was delivered on this connection and not acknowledged goes to others."""
        await _closed(self.connection)


def step_for(settings: RabbitSettings, wait: timedelta) -> tuple[int, timedelta]:
    """The shortest waiting queue that holds `wait`, else the longest, and how long to stay in it."""
    steps = settings.steps_ms()
    wanted_ms = max(-(-wait // _MILLISECOND), 1)
    step_ms = next((step for step in steps if step >= wanted_ms), steps[-1])
    return step_ms, min(wanted_ms, step_ms) * _MILLISECOND


def too_early(not_before: datetime | None, clock: Clock) -> timedelta | None:
    """How long a job has still to wait, if at all."""
    if not_before is None:
        return None
    left = not_before - clock.now()
    return left if left > timedelta(0) else None


def as_told(error: BaseException) -> FielError:
    """Any fault in the house's words."""
    return error if isinstance(error, FielError) else named(error)


def _address(settings: RabbitSettings) -> str:
    return f"{settings.url}{'&' if '?' in settings.url else '?'}heartbeat={settings.heartbeat_s}"


async def _closed(connection: Any) -> None:
    try:
        async with asyncio.timeout(2.0):
            await connection.close()
    except FAULTS:
        # It is gone already.
        return
