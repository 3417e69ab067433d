"""Runs one saga: saves a step, then does what it asks for, until nothing is left to do.

Nothing goes to the broker before the journal has it, and nothing more is done once the lease is another's.
Answers that come in the same moment are saved in one step. A runner that dies at any point loses only
what it was waiting for: whoever takes the saga over asks the broker again.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Any, Protocol

from fiel.autobalance.journal_port import Held, LeaseLost, ToSave
from fiel.autobalance.ports import Broker, OutcomeUnknown
from fiel.autobalance.saga.events import (
    Absent,
    Answered,
    Cancel,
    Command,
    Happened,
    NotDone,
    Place,
    Query,
    QueryFailed,
    SagaAlert,
    Step,
    Unanswered,
    Wake,
    Woken,
)
from fiel.autobalance.saga.model import Attempt, Patience, Saga
from fiel.autobalance.saga.step import step
from fiel.kernel.clock import Clock
from fiel.kernel.errors import Conflict, Corrupt, FielError, NotFound, Rejected, Unavailable

_log = logging.getLogger("fiel.autobalance")
#: Calls to a broker at a time, where nothing else is said.
CALLS_AT_ONCE = 64


class SavesSteps(Protocol):
    """The journal as a runner needs it (`journal_async.AsyncJournal`)."""

    async def save(self, item: ToSave) -> Held | LeaseLost | FielError:
        """The saga as it is saved now, with what is to be done next; `LeaseLost` when it is another's;
        another error when this one step cannot be saved."""


#: Lets time pass; injected so that a simulation can hurry it.
Sleep = Callable[[float], Awaitable[None]]


class Point(StrEnum):
    """Where a worker can die and make a difference: around each save and each call that places."""

    BEFORE_SAVE = "before a save"
    AFTER_SAVE = "after a save"
    BEFORE_PLACE = "before an order went out"
    AFTER_PLACE = "after an order went out"


#: Told of every point a saga passes, with the attempt where there is one; what it raises ends the run there.
AtPoint = Callable[[Point, Saga, str | None], None]


@dataclass(frozen=True, slots=True)
class Runner:
    """Runs sagas, any number at once, within one event loop.

    `still_ours` says whether the lease of a saga is certainly still ours (by our own clock): asked before
    every order that is placed, because a process that was stopped for an hour does not know it. `line` bounds
    the calls to the broker that are under way, over all sagas: who waits in it is not timed yet, so that a
    slow broker is asked one after the other and not all at once, again and again.
    """

    journal: SavesSteps
    broker: Broker
    clock: Clock
    patience: Patience = field(default_factory=Patience)
    sleep: Sleep = asyncio.sleep
    line: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(CALLS_AT_ONCE))
    still_ours: Callable[[Saga], bool] = lambda _saga: True
    at_point: AtPoint = lambda _point, _saga, _attempt: None

    async def run(self, held: Held) -> Saga:
        """The saga at its end. Raises `LeaseLost` when another worker has it now."""
        running = _Running(self, held)
        try:
            return await running.to_the_end()
        finally:
            await running.drop_all()


class _Running:
    """One saga being run: the calls and pauses that are under way, by attempt and kind of command."""

    def __init__(self, runner: Runner, held: Held) -> None:
        self._runner, self._held = runner, held
        self._under_way: dict[tuple[str, type], asyncio.Task[Happened]] = {}

    async def to_the_end(self) -> Saga:
        self._launch(self._held.commands)
        while not self._held.saga.status.is_final:
            happened = await self._next()
            await self._take(happened)
        return self._held.saga

    async def drop_all(self) -> None:
        """Stop what is under way; the journal knows of it."""
        tasks = list(self._under_way.values())
        self._under_way.clear()
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _next(self) -> list[Happened]:
        """Everything that has happened by the time the first thing does, in the order of its asking."""
        if not self._under_way:
            raise Corrupt(
                "saga_stuck", f"saga {self._held.saga.id} is {self._held.saga.status} and waits for nothing"
            )
        await asyncio.wait(self._under_way.values(), return_when=asyncio.FIRST_COMPLETED)
        # Those that were answered in the same moment are saved together.
        await asyncio.sleep(0)
        done = [(key, task) for key, task in self._under_way.items() if task.done()]
        for key, _ in done:
            del self._under_way[key]
        # All are asked before one raises: an error that nobody asks for is complained of later.
        failed = [error for _, task in done if (error := task.exception()) is not None]
        if failed:
            raise failed[0]
        return [task.result() for _, task in done]

    async def _take(self, happened: list[Happened]) -> None:
        merged = merged_step(self._held.saga, happened, self._runner.patience)
        if merged.saga.version == self._held.saga.version:
            self._launch(merged.commands)
            return
        self._runner.at_point(Point.BEFORE_SAVE, self._held.saga, None)
        saved = await self._runner.journal.save(ToSave(self._held, merged))
        if isinstance(saved, LeaseLost | FielError):
            raise saved
        self._held = saved
        self._runner.at_point(Point.AFTER_SAVE, saved.saga, None)
        self._drop_settled()
        self._launch(saved.commands)

    def _launch(self, commands: tuple[Command, ...]) -> None:
        for command in commands:
            key = (command.attempt, type(command))
            replaced = self._under_way.pop(key, None)
            if replaced is not None:
                replaced.cancel()
            self._under_way[key] = asyncio.get_running_loop().create_task(self._carry_out(command))

    def _drop_settled(self) -> None:
        """Pauses and questions about attempts that have ended are no longer needed."""
        for key in list(self._under_way):
            if self._held.saga.attempt(key[0]).state.is_final:
                self._under_way.pop(key).cancel()

    def _carry_out(self, command: Command) -> Coroutine[Any, Any, Happened]:
        attempt = self._held.saga.attempt(command.attempt)
        match command:
            case Place():
                return self._place(attempt, command.after)
            case Query():
                return self._query(attempt, command.after)
            case Cancel():
                return self._cancel(attempt, command.after)
            case Wake():
                return self._wake(attempt, command.after)

    async def _place(self, attempt: Attempt, after: timedelta) -> Happened:
        runner = self._runner
        await self._pause(after)
        async with runner.line:
            return await self._place_now(attempt)

    async def _place_now(self, attempt: Attempt) -> Happened:
        runner = self._runner
        if not runner.still_ours(self._held.saga):
            raise LeaseLost(self._held.saga.id)
        runner.at_point(Point.BEFORE_PLACE, self._held.saga, attempt.id)
        happened = await self._placed(attempt)
        runner.at_point(Point.AFTER_PLACE, self._held.saga, attempt.id)
        return happened

    async def _placed(self, attempt: Attempt) -> Happened:
        runner = self._runner
        try:
            async with asyncio.timeout(runner.patience.answer.total_seconds()):
                report = await runner.broker.place(attempt.order)
        except Unavailable as error:
            return NotDone(attempt.id, error.code, runner.clock.now())
        except (Rejected, NotFound) as error:
            # The adapter cannot even say it to its broker: nothing was sent.
            return NotDone(attempt.id, error.code, runner.clock.now())
        except (TimeoutError, OutcomeUnknown, Conflict):
            return Unanswered(attempt.id, runner.clock.now())
        except Exception:  # noqa: BLE001 (a defect of an adapter must not leave an order unaccounted for)
            _log.exception("placing %s: nobody knows what became of it", attempt.id)
            return Unanswered(attempt.id, runner.clock.now())
        return Answered(attempt.id, report, runner.clock.now())

    async def _query(self, attempt: Attempt, after: timedelta) -> Happened:
        await self._pause(after)
        return await self._ask(attempt, self._runner.broker.query)

    async def _cancel(self, attempt: Attempt, after: timedelta) -> Happened:
        await self._pause(after)
        return await self._ask(attempt, self._runner.broker.cancel)

    async def _ask(self, attempt: Attempt, call: Callable[[str, str], Awaitable[Any]]) -> Happened:
        """A question, or a cancel, which does no harm when it is repeated."""
        runner = self._runner
        try:
            async with runner.line, asyncio.timeout(runner.patience.answer.total_seconds()):
                report = await call(attempt.id, attempt.order.portfolio)
        except (TimeoutError, FielError) as error:
            code = error.code if isinstance(error, FielError) else "no_answer_in_time"
            return QueryFailed(attempt.id, code, runner.clock.now())
        except Exception:  # noqa: BLE001 (a defect of an adapter must not leave an order unaccounted for)
            _log.exception("asking about %s failed", attempt.id)
            return QueryFailed(attempt.id, "defect", runner.clock.now())
        if report is None:
            return Absent(attempt.id, runner.clock.now())
        return Answered(attempt.id, report, runner.clock.now())

    async def _wake(self, attempt: Attempt, after: timedelta) -> Happened:
        await self._pause(after)
        return Woken(attempt.id, self._runner.clock.now())

    async def _pause(self, after: timedelta) -> None:
        if after > timedelta(0):
            await self._runner.sleep(after.total_seconds())


def merged_step(saga: Saga, happened: list[Happened], patience: Patience) -> Step:
    """Several steps as one: the saga after all of them, and everything they say and ask for.

    A later command replaces an earlier one of the same kind about the same attempt.
    """
    told: list[dict[str, object]] = []
    alerts: list[SagaAlert] = []
    commands: dict[tuple[str, type], Command] = {}
    for each in happened:
        done = step(saga, each, patience)
        saga = done.saga
        told += done.told
        alerts += done.alerts
        commands |= {(command.attempt, type(command)): command for command in done.commands}
    return Step(saga, tuple(told), tuple(alerts), tuple(commands.values()))
