"""The search alone: time inside the compiled kernel while the engine answers, conversion left out."""

from __future__ import annotations

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

GOALS = {20: "<= 1 ms, aim 50 us", 40: "<= 20 ms, aim 1 ms"}


def kernel(*, count: int = 100) -> list[Row]:
    """Median and 99th percentile over `count` instances, for 20 and 40 assets, without and with costs."""
    rows = []
    for module, profiles, goals in ((lots, PROFILES_FREE, GOALS), (cost_search, PROFILES_COSTLY, {})):
        for profile in profiles:
            rows += [_row(module, profile, n, goals.get(n, ""), count) for n in (20, 40)]
    return rows


def _row(module: ModuleType, profile: str, n: int, goal: str, count: int) -> Row:
    questions = problems(profile, n, count)
    solve(questions[0])
    with recorded(module) as seconds:
        for question in questions:
            solve(question)
    times = Times(tuple(seconds))
    return Row(
        "the search kernel alone",
        f"{profile}, {n} assets, {count} instances",
        f"{duration(times.median)}, p99 {duration(times.p99)}",
        times.spread,
        goal,
    )


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
