"""An event loop whose clock jumps to the next timer when nothing else is left to do: a day passes in no time.

    def story(clock: VirtualClock) -> Awaitable[...]: ...
    run(story, start=datetime(2026, 1, 2, 13, tzinfo=UTC))

Timers fire in the order of their instants, always the same one. What is given to a thread
(`asyncio.to_thread`) is done at once, on the loop's own thread and in no simulated time, so that a day with a
database in it is the same day each time. What really waits (sockets) does not hold the clock back while a
timer is set: such tests belong on a real loop.
"""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import Executor
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

T = TypeVar("T")

START = datetime(2026, 1, 2, 13, 0, tzinfo=UTC)
#: How long, really, a loop without timers may wait for a thread before it counts as stuck.
_REAL_WAIT_SECONDS = 5.0
#: Turns left to tasks that are being cancelled after a limit was met.
_GRACE_TURNS = 10_000


class OutOfTime(AssertionError):
    """The story went past its limit of simulated time or turns, or waits for what never comes."""


class VirtualClock:
    """The kernel's `Clock` on the loop's time; `pause` is how long things are waited for."""

    def __init__(self, loop: VirtualLoop, start: datetime) -> None:
        self._loop, self._start = loop, start.astimezone(UTC)

    def now(self) -> datetime:
        return self._start + timedelta(seconds=self._loop.time())

    async def pause(self, seconds: float) -> None:
        """Let simulated seconds pass."""
        await asyncio.sleep(seconds)

    @property
    def elapsed(self) -> float:
        """Simulated seconds since the start."""
        return self._loop.time()


class _JumpingSelector(selectors.BaseSelector):
    """Never waits while a timer is set: it moves the clock to it instead."""

    def __init__(self, seconds_max: float, turns_max: int) -> None:
        self.inner = selectors.DefaultSelector()
        self.elapsed, self.turns = 0.0, 0
        self.seconds_max, self.turns_max = seconds_max, turns_max

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        self.turns += 1
        if self.turns > self.turns_max:
            self.turns_max += _GRACE_TURNS
            raise OutOfTime(f"still busy after {self.turns - 1} turns, {self.elapsed:.3f} simulated seconds")
        if timeout is None:
            found = self.inner.select(_REAL_WAIT_SECONDS)
            if not found:
                raise OutOfTime(f"stuck at {self.elapsed:.3f} simulated seconds: no timer is set")
            return found
        found = self.inner.select(0)
        if timeout > 0 and not found:
            self.elapsed += timeout
            if self.elapsed > self.seconds_max:
                self.seconds_max = float("inf")
                raise OutOfTime(f"{self.elapsed:.0f} simulated seconds have passed")
        return found

    def register(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        return self.inner.register(fileobj, events, data)

    def unregister(self, fileobj: Any) -> selectors.SelectorKey:
        return self.inner.unregister(fileobj)

    def modify(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        return self.inner.modify(fileobj, events, data)

    def get_map(self) -> Mapping[Any, selectors.SelectorKey]:
        return self.inner.get_map()

    def get_key(self, fileobj: Any) -> selectors.SelectorKey:
        return self.inner.get_key(fileobj)

    def close(self) -> None:
        self.inner.close()


class VirtualLoop(asyncio.SelectorEventLoop):
    """Its time is simulated seconds from 0."""

    def __init__(self, limit: timedelta, turns_max: int) -> None:
        self._jumping = _JumpingSelector(limit.total_seconds(), turns_max)
        super().__init__(self._jumping)

    def time(self) -> float:
        return self._jumping.elapsed

    def run_in_executor(  # type: ignore[override]
        self, executor: Executor | None, func: Callable[..., T], *args: Any
    ) -> asyncio.Future[T]:
        """Done before it returns: no timer can overtake it. What it raises comes out of the future."""
        done: asyncio.Future[T] = self.create_future()
        try:
            done.set_result(func(*args))
        except Exception as error:  # noqa: BLE001 -- as an executor hands it on
            done.set_exception(error)
        return done


def run(
    main: Callable[[VirtualClock], Awaitable[T]],
    start: datetime = START,
    *,
    limit: timedelta = timedelta(days=400),
    turns_max: int = 20_000_000,
) -> T:
    """What `main` returns, run on simulated time. Raises `OutOfTime` past `limit` or `turns_max`."""
    loop = VirtualLoop(limit, turns_max)
    clock = VirtualClock(loop, start)

    async def story() -> T:
        return await main(clock)

    with asyncio.Runner(loop_factory=lambda: loop) as runner:
        return runner.run(story())
