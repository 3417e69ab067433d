"""The system's clock, pauses and random ids: the only place that asks the machine for them."""

from __future__ import annotations

import gc
import secrets
import time
from datetime import UTC, datetime

#: 128 bits: a collision is out of reach at any number of ids.
_ID_BYTES = 16
#: Above what a batch holds at any time, which is freed without being looked for.
_NEW_OBJECTS_MAX = 100_000


class SystemClock:
    """The machine's clock, in UTC. Satisfies the kernel's `Clock`."""

    __slots__ = ()

    def now(self) -> datetime:
        return datetime.now(UTC)  # noqa: TID251 (this is the clock that is injected everywhere else)


class RandomIds:
    """Ids of 32 random hex digits after a prefix. Satisfies the kernel's `IdSource`."""

    __slots__ = ("_prefix",)

    def __init__(self, prefix: str = "id") -> None:
        self._prefix = prefix

    def next_id(self) -> str:
        return f"{self._prefix}_{secrets.token_hex(_ID_BYTES)}"


def pause(seconds: float) -> None:
    """Let `seconds` of real time pass."""
    time.sleep(seconds)


def elapsed_seconds() -> float:
    """Seconds of a clock that never goes back, from an arbitrary start: for measuring, never for dating."""
    return time.monotonic()


def settle_memory() -> None:
    """For a process that handles a stream, once it has started: what is there stays, and new objects are
    searched for garbage seldom. The rows of a batch form no cycles; looking through them again and again
    would take a tenth of the worker's time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_NEW_OBJECTS_MAX, 10, 10)
