"""A look that costs something, taken now and then: whoever asks in between gets the last one."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

from fiel.infra import system

Seen = TypeVar("Seen")
#: A look takes at most this share of the time, however large the tables become.
SHARE = 50


class Sampled(Generic[Seen]):
    """`look()` is called at most every `every_s` seconds, and at most a fiftieth of the time is spent in it.

    For any number of threads; one looks, the others meanwhile get what was seen before. What the look
    raises comes out, and is not remembered.
    """

    def __init__(
        self,
        look: Callable[[], Seen],
        every_s: float,
        *,
        elapsed: Callable[[], float] = system.elapsed_seconds,
    ) -> None:
        self._look, self._every_s, self._elapsed = look, every_s, elapsed
        self._lock = threading.Lock()
        self._seen: tuple[Seen] | None = None
        self._next = 0.0

    def __call__(self) -> Seen:
        """What was seen last, or now."""
        seen = self._seen
        if seen is not None and self._elapsed() < self._next:
            return seen[0]
        if not self._lock.acquire(blocking=seen is None):
            # Somebody looks just now.
            assert seen is not None  # noqa: S101 (else we would have waited)
            return seen[0]
        try:
            begun = self._elapsed()
            if self._seen is not None and begun < self._next:
                return self._seen[0]
            found = self._look()
            now = self._elapsed()
            self._seen, self._next = (found,), now + max(self._every_s, SHARE * (now - begun))
            return found
        finally:
            self._lock.release()
