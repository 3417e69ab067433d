"""The search alone: time inside the compiled kernel while the engine answers, conversion left out."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

from bench.problems import PROFILES_COSTLY, PROFILES_FREE, problems
from bench.table import Row
from bench.timing import Times, duration
from fiel.rebalancing.engine import solve
from fiel.rebalancing.kernels import cost_search, lots
from fiel.rebalancing.problem import Problem

GOALS = {20: "<= 1 ms, aim 50 us", 40: "<= 20 ms, aim 1 ms"}
#: With costs there are fewer instances: the worst of them meet the cap on nodes after many seconds.
COSTLY_GOALS = {20: "<= 100 ms, aim 5 ms"}
COSTLY_PART = 5
REPEATS = 3


def kernel(*, count: int = 100) -> list[Row]:
    """Median and 99th percentile over `count` instances, 20 and 40 assets; with costs 20 only."""
    rows = []
    for profile in PROFILES_FREE:
        rows += [_row(lots, profile, n, goal, count) for n, goal in GOALS.items()]
    for profile in PROFILES_COSTLY:
        rows += [
            _row(cost_search, profile, n, goal, count // COSTLY_PART) for n, goal in COSTLY_GOALS.items()
        ]
    return rows


def _row(module: ModuleType, profile: str, n: int, goal: str, count: int) -> Row:
    questions = problems(profile, n, count)
    solve(questions[0])
    times = Times(tuple(_inside(module, question) for question in questions))
    return Row(
        "the search kernel alone",
        f"{profile}, {n} assets, {count} instances",
        f"{duration(times.median)}, p99 {duration(times.p99)}",
        times.spread,
        goal,
    )


def _inside(module: ModuleType, question: Problem) -> float:
    """Seconds in the search during one answer: the median of three, against the noise of neighbours."""
    samples = []
    for _ in range(REPEATS):
        with recorded(module) as seconds:
            solve(question)
        samples.append(sum(seconds))
    return statistics.median(samples)


@contextmanager
def recorded(module: ModuleType) -> Iterator[list[float]]:
    """The seconds of every call of the module's `search` while the context is open."""
    original = module.search
    seconds: list[float] = []

    def timed(*arguments: Any) -> Any:
        start = time.perf_counter_ns()
        result = original(*arguments)
        seconds.append((time.perf_counter_ns() - start) / 1e9)
        return result

    vars(module)["search"] = timed
    try:
        yield seconds
    finally:
        vars(module)["search"] = original
