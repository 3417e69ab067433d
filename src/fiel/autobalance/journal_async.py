"""The journal for an event loop: one writer thread, and what comes at the same moment shares a commit.

While a transaction runs, others queue up; the next transaction takes all of them (up to the journal's
`together`). There is no timer: alone, a step is written at once.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

from fiel.autobalance.journal import Also, Journal, SaveResult
from fiel.autobalance.journal_port import BeginResult, Held, LeaseLost, Plan, ToSave

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class _Begin:
    """A call of `begin` that waits for its transaction."""

    plans: Sequence[Plan]
    also: Also | None
    answer: asyncio.Future[list[BeginResult]]


@dataclass(frozen=True, slots=True)
class _Save:
    """The same for `save`."""

    item: ToSave
    answer: asyncio.Future[Held]


class AsyncJournal:
    """`Journal` for one worker (`holder`) in one event loop. `close` it at the end."""

    def __init__(self, journal: Journal, holder: str) -> None:
        self.journal, self.holder = journal, holder
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="fiel-journal")
        self._begins: deque[_Begin] = deque()
        self._saves: deque[_Save] = deque()
        self._draining: asyncio.Task[None] | None = None

    async def begin(self, plans: Sequence[Plan], also: Also | None = None) -> list[BeginResult]:
        """See `Journal.begin`. With `also`, in a transaction of its own."""
        call = _Begin(plans, also, asyncio.get_running_loop().create_future())
        self._begins.append(call)
        self._drain()
        return await call.answer

    async def save(self, item: ToSave) -> Held | LeaseLost:
        """See `Journal.save`; an error other than `LeaseLost` is raised."""
        call = _Save(item, asyncio.get_running_loop().create_future())
        self._saves.append(call)
        self._drain()
        try:
            return await call.answer
        except LeaseLost as lost:
            return lost

    async def take_over(self, limit: int) -> list[Held]:
        """See `Journal.take_over`."""
        return await self._written(lambda: self.journal.take_over(self.holder, limit))

    async def heartbeat(self, helds: Sequence[Held]) -> list[Held]:
        """See `Journal.heartbeat`."""
        return await self._written(lambda: self.journal.heartbeat(helds))

    async def give_back(self, helds: Sequence[Held]) -> None:
        """See `Journal.give_back`."""
        await self._written(lambda: self.journal.give_back(helds))

    async def close(self) -> None:
        """What was asked for is written; then the thread ends."""
        while self._draining is not None:
            await self._draining
        await asyncio.to_thread(self._writer.shutdown)

    def _drain(self) -> None:
        if self._draining is None:
            self._draining = asyncio.get_running_loop().create_task(self._write_all())

    async def _write_all(self) -> None:
        try:
            while self._begins or self._saves:
                # Whoever is ready at this moment still comes along.
                await asyncio.sleep(0)
                if self._saves:
                    await self._write_saves()
                if self._begins:
                    await self._write_begins()
        finally:
            self._draining = None

    async def _write_saves(self) -> None:
        most = min(len(self._saves), self.journal.config.together)
        calls = [self._saves.popleft() for _ in range(most)]
        try:
            found = await self._written(lambda: self.journal.save([call.item for call in calls]))
        except Exception as error:  # noqa: BLE001 - handed to those who asked
            found = [error] * len(calls)  # type: ignore[list-item]
        for call, answer in zip(calls, found, strict=True):
            _settle_save(call, answer)

    async def _write_begins(self) -> None:
        calls = self._begins_together()
        plans = [plan for call in calls for plan in call.plans]
        also = calls[0].also
        try:
            found = await self._written(lambda: self.journal.begin(plans, self.holder, also))
        except Exception as error:  # noqa: BLE001 - handed to those who asked
            for call in calls:
                if not call.answer.done():
                    call.answer.set_exception(error)
            return
        start = 0
        for call in calls:
            if not call.answer.done():
                call.answer.set_result(found[start : start + len(call.plans)])
            start += len(call.plans)

    def _begins_together(self) -> list[_Begin]:
        """The first, and those after it that fit into its transaction."""
        calls = [self._begins.popleft()]
        room = self.journal.config.together - len(calls[0].plans)
        while self._begins and calls[0].also is None:
            following = self._begins[0]
            if following.also is not None or len(following.plans) > room:
                break
            room -= len(following.plans)
            calls.append(self._begins.popleft())
        return calls

    async def _written(self, work: Callable[[], Answer]) -> Answer:
        return await asyncio.get_running_loop().run_in_executor(self._writer, work)


def _settle_save(call: _Save, answer: SaveResult | Exception) -> None:
    if call.answer.done():
        return
    if isinstance(answer, Held):
        call.answer.set_result(answer)
    else:
        call.answer.set_exception(answer)
