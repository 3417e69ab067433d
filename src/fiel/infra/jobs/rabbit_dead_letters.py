"""Dead letters in RabbitMQ: a queue per kind, looked through by taking its messages and giving them back.

While somebody looks, others see only what is not in his hands. A letter that was buried twice (a worker
died between burying and acknowledging) is listed twice; replay and discard take every copy.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, TypeAlias

from fiel.infra.jobs.faults import unknown_dead_letter
from fiel.infra.jobs.port import DeadLetter, checked_kind, checked_limit
from fiel.infra.jobs.rabbit_library import named_errors
from fiel.infra.jobs.rabbit_session import Session
from fiel.infra.jobs.rabbit_wire import letter, letter_id, revival

#: How many letters a search for one id looks through.
SEARCHED_MAX = 10_000
#: Runs a coroutine on the session of the queue, from any thread.
OnSession: TypeAlias = Callable[[Callable[[Session], Any]], Any]


@dataclass(frozen=True, slots=True)
class RabbitDeadLetters:
    """Satisfies `DeadLetters`."""

    on_session: OnSession

    def list(self, kind: str, *, limit: int = 100) -> Sequence[DeadLetter]:
        """The oldest ones."""
        checked_kind(kind)
        checked_limit(limit)

        async def looked(session: Session) -> list[DeadLetter]:
            async with _taken(session, kind, limit) as messages:
                return [letter(each, kind) for each in messages]

        found: list[DeadLetter] = self.on_session(looked)
        return found

    def show(self, kind: str, job_id: str) -> DeadLetter:
        """One of them. Raises `NotFound`."""

        async def looked(session: Session) -> DeadLetter:
            async with _found(session, kind, job_id) as copies:
                return letter(copies[0], kind)

        shown: DeadLetter = self.on_session(looked)
        return shown

    def replay(self, kind: str, job_id: str) -> None:
        """Have it handled again. Raises `NotFound`."""

        async def replayed(session: Session) -> None:
            async with _found(session, kind, job_id) as copies:
                await session.publish(session.names.jobs, kind, revival(copies[0]))
                for each in copies:
                    await each.ack()

        self.on_session(replayed)

    def discard(self, kind: str, job_id: str) -> None:
        """Throw it away. Raises `NotFound`."""

        async def discarded(session: Session) -> None:
            async with _found(session, kind, job_id) as copies:
                for each in copies:
                    await each.ack()

        self.on_session(discarded)


@asynccontextmanager
async def _found(session: Session, kind: str, job_id: str) -> AsyncIterator[Sequence[Any]]:
    """Every copy of a letter, in hand."""
    async with _taken(session, checked_kind(kind), SEARCHED_MAX) as messages:
        copies = [each for each in messages if letter_id(each) == job_id]
        if not copies:
            raise unknown_dead_letter(kind, job_id)
        yield copies


@asynccontextmanager
async def _taken(session: Session, kind: str, limit: int) -> AsyncIterator[Sequence[Any]]:
    """Up to `limit` letters in hand; what is not acknowledged inside goes back to its place."""
    await session.ensure([kind])
    with named_errors():
        channel = await session.connection.channel(publisher_confirms=False)
        try:
            queue = await channel.get_queue(session.names.dead_queue(kind), ensure=False)
            messages: list[Any] = []
            while len(messages) < limit:
                message = await queue.get(fail=False, timeout=session.settings.answer_timeout_s)
                if message is None:
                    break
                messages.append(message)
            yield messages
        finally:
            await channel.close()
