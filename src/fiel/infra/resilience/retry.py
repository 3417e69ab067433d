"""Trying again: only when it can help, with growing random pauses, within a number and a time.

Full jitter: each pause is drawn between nothing and the doubled one, so that callers who failed together do
not come back together. A pause asked for by the service is kept, or, if too long, ends the attempts.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

from fiel.infra.resilience.attempts import Attempt
from fiel.infra.resilience.timing import Timing, check_count, check_duration

Value = TypeVar("Value")
_DOUBLINGS_MAX = 30


@dataclass(frozen=True, slots=True)
class RetryConfig:
    """Up to `attempts` calls, the last one begun within `total` of the first.

    Pauses are drawn up to `first`, doubled each time up to `longest`; the service may ask for up to
    `asked_longest`. Raises `InvalidInput` out of range.
    """

    attempts: int = 3
    first: timedelta = timedelta(milliseconds=500)
    longest: timedelta = timedelta(seconds=10)
    asked_longest: timedelta = timedelta(seconds=10)
    total: timedelta = timedelta(seconds=20)

    def __post_init__(self) -> None:
        check_count(self.attempts, "attempts", most=20)
        check_duration(self.first, "first", longest=timedelta(hours=1))
        check_duration(self.longest, "longest", shortest=self.first, longest=timedelta(hours=1))
        check_duration(self.asked_longest, "asked_longest", shortest=timedelta(), longest=timedelta(hours=1))
        check_duration(self.total, "total", shortest=timedelta(), longest=timedelta(days=1))

    def pause(self, failed: int, chance: float, asked: timedelta | None) -> float | None:
        """Seconds before trying again after `failed` calls; `None` when the service wants too long a pause.

        `chance` is from [0, 1).
        """
        if asked is not None and asked > self.asked_longest:
            return None
        most = min(
            self.first.total_seconds() * 2.0 ** min(failed - 1, _DOUBLINGS_MAX), self.longest.total_seconds()
        )
        return max(chance * most, asked.total_seconds() if asked else 0.0)


async def retrying(
    call: Callable[[int], Awaitable[Attempt[Value]]], config: RetryConfig, timing: Timing
) -> Attempt[Value]:
    """The first attempt that is taken or that another cannot better, else the last one.

    `call` gets the number of the attempt, from 1; what it raises ends the attempts.
    """
    begun = timing.elapsed()
    number = 1
    while True:
        attempt = await call(number)
        if attempt.taken or not attempt.retry or number >= config.attempts:
            return attempt
        pause = config.pause(number, timing.random(), attempt.wait)
        spent = timing.elapsed() - begun
        if pause is None or spent + pause > config.total.total_seconds():
            return attempt
        if pause > 0:
            await timing.pause(pause)
        number += 1
