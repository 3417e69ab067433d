"""Waits between attempts: doubling up to a limit, each shortened a little so that no two jobs march in step.

The jitter is computed from the job's id and the attempt, not drawn: the same failure waits the same time
on every machine and in every replay.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import timedelta

from fiel.kernel.errors import InvalidInput

_SHORTEST = timedelta(milliseconds=1)
_LONGEST = timedelta(days=1)
_PERCENT_MAX = 90
_DOUBLINGS_MAX = 40


@dataclass(frozen=True, slots=True)
class Backoff:
    """`first` after the first failure, then twice as long each time up to `longest`.

    Each wait is shortened by up to `jitter_percent`. Raises `InvalidInput` out of range.
    """

    first: timedelta = timedelta(seconds=1)
    longest: timedelta = timedelta(minutes=15)
    jitter_percent: int = 20

    def __post_init__(self) -> None:
        if not _SHORTEST <= self.first <= self.longest <= _LONGEST:
            raise InvalidInput("backoff_out_of_range", f"waits go from {_SHORTEST} to {_LONGEST}, growing")
        if not 0 <= self.jitter_percent <= _PERCENT_MAX:
            raise InvalidInput("jitter_out_of_range", f"0 to {_PERCENT_MAX}", field="jitter_percent")

    def base(self, failures: int) -> timedelta:
        """The wait after failure number `failures` (from 1), before the jitter."""
        return min(self.first * (1 << min(failures - 1, _DOUBLINGS_MAX)), self.longest)

    def wait(self, job_id: str, failures: int) -> timedelta:
        """The wait after failure number `failures` of a job."""
        base = self.base(failures)
        digest = hashlib.sha256(f"{failures}:{job_id}".encode()).digest()
        share = int.from_bytes(digest[:4], "big")
        return base - base * self.jitter_percent * share // (100 << 32)

    def steps(self) -> tuple[timedelta, ...]:
        """The different waits there are before the jitter, shortest first."""
        found: list[timedelta] = []
        while not found or found[-1] < self.longest:
            found.append(self.base(len(found) + 1))
        return tuple(found)
