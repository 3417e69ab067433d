"""What the first plan and the first request for the API would wait for, done before anybody asks."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from importlib.util import find_spec
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fiel.entrypoints.http.later import Later
    from fiel.rebalancing.problem import Problem

_log = logging.getLogger("fiel.serve.warming")
#: The first page goes first: Python runs one thread at a time.
DELAY_S = 5.0
#: What a stop waits for the step that is being taken: none is left inside a compiler while a process ends.
STOP_S = 2.0
Step = Callable[[], None]


@contextmanager
def warming(
    later: Later | None, *, delay_s: float = DELAY_S, steps: Sequence[Step] | None = None
) -> Iterator[None]:
    """Beside the block, after `delay_s` seconds; `steps`: others than the routes and two small plans.

    A step that fails is told in the log and stops nothing; the end of the block skips what is left.
    """
    ending = threading.Event()
    taken = _steps(later) if steps is None else steps
    thread = threading.Thread(target=_warm, args=(taken, delay_s, ending), name="fiel-warming", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ending.set()
        thread.join(STOP_S)


def _warm(steps: Sequence[Step], delay_s: float, ending: threading.Event) -> None:
    ending.wait(delay_s)
    for step in steps:
        if ending.is_set():
            return
        try:
            step()
        except Exception:  # noqa: BLE001 (whatever it is, the server goes on)
            # Whoever asks first waits for it then, and is told what is wrong.
            _log.warning("something could not be prepared; it will be when it is asked for", exc_info=True)


def _steps(later: Later | None) -> Sequence[Step]:
    steps: list[Step] = [] if later is None else [later.add]
    return [*steps, *plan_steps()]


def plan_steps() -> Sequence[Step]:
    """A small plan without and with costs; nothing where plans are not compiled."""
    return (_plan_free, _plan_with_costs) if find_spec("numba") is not None else ()


def _plan_free() -> None:
    _plan(costs=False)


def _plan_with_costs() -> None:
    _plan(costs=True)


def _plan(*, costs: bool) -> None:
    """Loads what is compiled. What is not compiled yet is left for the first plan, which tells of it: a
    compiler that works for a minute could not be stopped.
    """
    from fiel.rebalancing.engine import solve
    from fiel.rebalancing.jit import will_compile
    from fiel.rebalancing.kernels import cost_search, lots

    if not will_compile(cost_search.search if costs else lots.search):
        solve(small_problem(costs=costs))


def small_problem(*, costs: bool) -> Problem:
    """Two assets and a contribution of R$ 1,000."""
    from fiel.portfolio.targets import TargetNode
    from fiel.rebalancing.problem import AssetLine, FeeSchedule, Problem

    ten, half = Decimal(10), Decimal(50)
    leaves = tuple(TargetNode(name.lower(), half, asset=name) for name in ("A", "B"))
    lines = tuple(AssetLine(name, ten, quantity) for name, quantity in (("A", ten), ("B", Decimal(3))))
    fees = FeeSchedule(fixed=Decimal(1)) if costs else FeeSchedule()
    return Problem("warming", lines, TargetNode("all", children=leaves), flow=Decimal(1000), fees=fees)
