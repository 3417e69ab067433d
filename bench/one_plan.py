"""One plan through the public API: Decimal in, orders, proof and reasons out. Compiled and interpreted."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from bench.table import Row
from bench.timing import Times, duration, measure_each

ROOT = Path(__file__).parents[1]
ASSETS = 20
#: Profile, mode of the plan, goal compiled, goal interpreted.
CASES = (
    ("flow-5", "contribution", "<= 10 ms, aim 1 ms", "<= 150 ms"),
    ("flow-50", "contribution", "<= 10 ms, aim 1 ms", "<= 150 ms"),
    ("fees-minimum", "full", "<= 100 ms, aim 5 ms", ""),
    ("taxes", "full", "<= 100 ms, aim 5 ms", ""),
)
INTERPRETED_CASES = ("flow-5", "flow-50")


def one_plan(*, count: int = 20) -> list[Row]:
    """`fiel.plan(portfolio, cash=...)` for 20 assets, the kernels compiled and interpreted."""
    compiled = _in_a_process(count, is_compiled=True)
    interpreted = _in_a_process(max(3, count // 4), is_compiled=False)
    return [_row(c, compiled, "compiled", c[2]) for c in CASES] + [
        _row(c, interpreted, "interpreted", c[3]) for c in CASES if c[0] in INTERPRETED_CASES
    ]


def _row(case: tuple[str, str, str, str], measured: dict[str, list[float]], how: str, goal: str) -> Row:
    times = Times(tuple(measured[case[0]]))
    return Row(
        "one plan through fiel.plan, with reasons",
        f"{case[0]}, {ASSETS} assets, {how}",
        duration(times.median),
        times.spread,
        goal,
    )


def _in_a_process(count: int, *, is_compiled: bool) -> dict[str, list[float]]:
    """Medians per instance and case, from a process of its own, where numba is hidden or not."""
    command = [sys.executable, "-c", _PROGRAM, str(count), "compiled" if is_compiled else "interpreted"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(done.stderr.strip().splitlines()[-1] if done.stderr else f"exit {done.returncode}")
    result: dict[str, list[float]] = json.loads(done.stdout)
    return result


_PROGRAM = """
import sys
sys.path.insert(0, ".")
if sys.argv[2] == "interpreted":
    sys.modules["numba"] = None
from bench.one_plan import medians
import json
print(json.dumps(medians(int(sys.argv[1]), is_compiled=sys.argv[2] == "compiled")))
"""


def medians(count: int, *, is_compiled: bool) -> dict[str, list[float]]:
    """Seconds of a plan: one median per instance, by case. Run in the process that is measured."""
    import fiel
    from bench.problems import portfolios
    from fiel.rebalancing import jit

    assert is_compiled == jit.COMPILED, "numba is not there" if is_compiled else "numba is still there"
    found = {}
    for profile, mode, _, _ in CASES:
        if not is_compiled and profile not in INTERPRETED_CASES:
            continue

        def plan_of(portfolio: Any, cash: Any, mode: str = mode) -> Any:
            return lambda: fiel.plan(portfolio, cash=cash, mode=mode)

        works = [plan_of(p, c) for p, c in portfolios(profile, ASSETS, count)]
        found[profile] = list(measure_each(works, repeats=5 if is_compiled else 1).samples)
    return found
