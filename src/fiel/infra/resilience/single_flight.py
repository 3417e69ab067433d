"""Callers who ask the same at the same time share one call."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from fiel.kernel.errors import Unavailable

Value = TypeVar("Value")


@dataclass(slots=True)
class _Flight(Generic[Value]):
    task: asyncio.Task[Value]
    waiting: int = 0


@dataclass(slots=True)
class SingleFlight(Generic[Value]):
    """One call per key at a time; its value or error goes to every caller.

    A caller that is cancelled leaves the others theirs; the call is cancelled when the last one leaves.
    `landed` counts calls that ended: whoever saw it change may look for the result where it was put.
    """

    landed: int = 0
    joined: int = 0
    _flights: dict[str, _Flight[Value]] = field(default_factory=dict)

    def __len__(self) -> int:
        """Keys that are being asked now."""
        return len(self._flights)

    async def run(self, key: str, call: Callable[[], Awaitable[Value]]) -> Value:
        """The value of the one call. Raises what it raised; `Unavailable` if somebody else cancelled it."""
        flight = self._flights.get(key)
        if flight is None:
            flight = self._start(key, call)
        else:
            self.joined += 1
        flight.waiting += 1
        try:
            return await asyncio.shield(flight.task)
        except asyncio.CancelledError:
            current = asyncio.current_task()
            if flight.task.cancelled() and not (current and current.cancelling()):
                raise Unavailable("call_cancelled", "the shared call was cancelled") from None
            raise
        finally:
            flight.waiting -= 1
            if not flight.waiting and not flight.task.done():
                # Forgotten at once, so that whoever comes next does not join a call that is being ended.
                self._forget(key, flight)
                flight.task.cancel()

    def _start(self, key: str, call: Callable[[], Awaitable[Value]]) -> _Flight[Value]:
        async def fly() -> Value:
            return await call()

        flight = _Flight(asyncio.get_running_loop().create_task(fly()))
        self._flights[key] = flight
        flight.task.add_done_callback(lambda _task: self._land(key, flight))
        return flight

    def _land(self, key: str, flight: _Flight[Value]) -> None:
        self.landed += 1
        self._forget(key, flight)
        if not flight.task.cancelled():
            flight.task.exception()  # seen: nobody may be left to hear it

    def _forget(self, key: str, flight: _Flight[Value]) -> None:
        if self._flights.get(key) is flight:
            del self._flights[key]
