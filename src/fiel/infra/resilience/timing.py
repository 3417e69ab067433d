"""What the pieces know of time and chance: all of it given from outside."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from fiel.infra.system import SystemClock, elapsed_seconds
from fiel.kernel.clock import Clock
from fiel.kernel.errors import InvalidInput


class Pause(Protocol):
    """Lets seconds pass."""

    def __call__(self, seconds: float, /) -> Awaitable[None]: ...


@dataclass(frozen=True, slots=True)
class Timing:
    """`clock` dates what people read; `elapsed` (seconds, never going back) measures; `pause` waits;
    `random` draws from [0, 1)."""

    clock: Clock
    elapsed: Callable[[], float]
    pause: Pause
    random: Callable[[], float]


def system_timing() -> Timing:
    """The machine's clock and real waiting."""
    return Timing(SystemClock(), elapsed_seconds, asyncio.sleep, secrets.SystemRandom().random)


def check_duration(
    value: timedelta,
    field: str,
    *,
    shortest: timedelta = timedelta(milliseconds=1),
    longest: timedelta = timedelta(days=7),
) -> None:
    """Raises `InvalidInput` naming `field` when a configured time is out of range."""
    if not shortest <= value <= longest:
        raise InvalidInput("duration_out_of_range", f"must be from {shortest} to {longest}", field=field)


def check_count(value: int, field: str, *, least: int = 1, most: int = 1_000_000) -> None:
    """Raises `InvalidInput` naming `field` when a configured number is out of range."""
    if isinstance(value, bool) or not least <= value <= most:
        raise InvalidInput("count_out_of_range", f"must be from {least} to {most}", field=field)
