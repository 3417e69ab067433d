"""Simulated time and chance for the pieces that bound, pace and retry; and a host that counts its callers."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from fiel.infra.resilience.attempts import Attempt, Held, Source
from fiel.infra.resilience.timing import Timing
from fiel.kernel.errors import Unavailable
from tests.support.virtual_time import START, VirtualClock


def timing_of(clock: VirtualClock, seed: int = 0) -> Timing:
    """Everything on the loop's simulated time; chance from a seed."""
    return Timing(clock, lambda: clock.elapsed, clock.pause, random.Random(seed).random)


@dataclass(slots=True)
class HandClock:
    """Time moved by hand, for pieces that never wait. A `Clock`, too."""

    seconds: float = 0.0

    def now(self) -> datetime:
        return START + timedelta(seconds=self.seconds)

    def timing(self) -> Timing:
        async def pause(seconds: float) -> None:
            self.seconds += seconds

        return Timing(self, lambda: self.seconds, pause, lambda: 0.5)


ILL: Attempt[str] = Attempt(taken=False, retry=True, breaker_failure=True, reason="upstream_down")
UNKNOWN: Attempt[str] = Attempt(taken=False, absent=True, reason="not_found")
WRONG: Attempt[str] = Attempt(taken=False, value="wrong", reason="implausible")


def good(value: str = "good") -> Attempt[str]:
    """A value that may be served."""
    return Attempt(taken=True, value=value)


@dataclass(slots=True)
class Service:
    """Answers what it is told to, the last answer for ever; each call takes `seconds`."""

    answers: Sequence[Attempt[str] | Exception] = (good(),)
    seconds: float = 0.0
    calls: int = 0
    at_once: int = 0
    most_at_once: int = 0

    async def __call__(self) -> Attempt[str]:
        answer = self.answers[min(self.calls, len(self.answers) - 1)]
        self.calls += 1
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            await asyncio.sleep(self.seconds)
        finally:
            self.at_once -= 1
        if isinstance(answer, Exception):
            raise answer
        return answer

    def source(self, name: str = "first", **others: object) -> Source[str]:
        """This service as a source, its host by its name."""
        settings: dict[str, Any] = {"name": name, "host": name, "topic": "PETR4", **others}
        return Source(call=self, **settings)


@dataclass(slots=True)
class Shelf:
    """A caller's cache in a dict; `down` raises."""

    held: dict[str, Held[str]] = field(default_factory=dict)
    down: bool = False
    seconds: float = 0.0

    async def look(self, key: str) -> Held[str] | None:
        await asyncio.sleep(self.seconds)
        self._check()
        return self.held.get(key)

    async def put(self, key: str, value: str, source: str) -> None:
        self._check()
        self.held[key] = Held(value, fresh=True)

    async def put_absent(self, key: str, reason: str) -> None:
        self._check()
        self.held[key] = Held(None, fresh=True)

    def _check(self) -> None:
        if self.down:
            raise Unavailable("cache_down", "the cache cannot be asked")
