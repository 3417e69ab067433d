"""How times are taken and told: repeated, median and the range, never the best alone."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

#: Seconds to nanoseconds and the words for each scale.
_SCALES = ((1.0, "s"), (1e-3, "ms"), (1e-6, "us"), (1e-9, "ns"))


@dataclass(frozen=True, slots=True)
class Times:
    """Seconds of many runs of the same thing."""

    samples: tuple[float, ...]

    @property
    def median(self) -> float:
        return statistics.median(self.samples)

    @property
    def p99(self) -> float:
        ordered = sorted(self.samples)
        return ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))]

    @property
    def spread(self) -> str:
        return f"{duration(min(self.samples))} .. {duration(max(self.samples))}"


def measure(work: Callable[[], object], *, repeats: int = 5, warm_up: int = 1) -> Times:
    """Time `work` on its own `repeats` times, after `warm_up` runs that do not count (caches)."""
    for _ in range(warm_up):
        work()
    samples = []
    for _ in range(repeats):
        start = time.perf_counter_ns()
        work()
        samples.append((time.perf_counter_ns() - start) / 1e9)
    return Times(tuple(samples))


def measure_each(works: list[Callable[[], object]], *, repeats: int = 3, warm_up: int = 1) -> Times:
    """One median per piece of work: the samples are different problems, not repetitions of one."""
    return Times(tuple(measure(w, repeats=repeats, warm_up=warm_up).median for w in works))


def duration(seconds: float) -> str:
    """A time in the unit that people would use, three digits."""
    for scale, word in _SCALES:
        if seconds >= scale or word == "ns":
            return f"{seconds / scale:.3g} {word}"
    raise AssertionError("the scales end with nanoseconds")


def count(number: float) -> str:
    """A rate or a count, short: 12.3 M, 45.6 k."""
    for scale, word in ((1e9, " G"), (1e6, " M"), (1e3, " k")):
        if number >= scale:
            return f"{number / scale:.3g}{word}"
    return f"{number:.3g}"
