"""What the first plan and the first request for the API would wait for, done before anybody asks."""

from __future__ import annotations

import logging
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fiel.entrypoints.http.later import Later

_log = logging.getLogger("fiel.serve.warming")
#: The first page goes first: Python runs one thread at a time.
DELAY_S = 5.0
#: What a stop waits for the step that is being taken: none is left inside a compiler while a process ends.
STOP_S = 2.0
#: How often a stop is looked for while another process compiles, and what compiling may take.
LOOK_S, COMPILE_MAX_S = 0.5, 600.0
Step = Callable[[threading.Event], None]
#: Compiles everything that is not compiled yet.
COMPILE = (sys.executable, "-c", "from fiel.entrypoints.cli import main; main()", "compile")


@contextmanager
def warming(
    later: Later | None, *, delay_s: float = DELAY_S, steps: Sequence[Step] | None = None
) -> Iterator[None]:
    """Beside the block, after `delay_s` seconds; `steps`: others than the routes, the compiler and two plans.

    A step that fails is told in the log and stops nothing; the end of the block skips what is left. Each
    step is given what is set when the block ends.
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
            step(ending)
        except Exception:  # noqa: BLE001 (whatever it is, the server goes on)
            # Whoever asks first waits for it then, and is told what is wrong.
            _log.warning("something could not be prepared; it will be when it is asked for", exc_info=True)


def _steps(later: Later | None) -> Sequence[Step]:
    steps: list[Step] = [] if later is None else [lambda _: later.add()]
    # Nothing is compiled without it, and looking costs nothing.
    return [*steps, prepare_plans] if find_spec("numba") is not None else steps


def prepare_plans(ending: threading.Event, command: Sequence[str] = COMPILE) -> None:
    """Compile in another process, which can be stopped and holds up no request; then load what it left."""
    from fiel.rebalancing.compiling import PARTS, cold_parts, compile_part

    compile_first(ending, command)
    cold = cold_parts()
    for name in PARTS:
        if name != "fleet" and name not in cold and not ending.is_set():
            compile_part(name)


def compile_first(ending: threading.Event, command: Sequence[str] = COMPILE) -> None:
    """Compile in another process and wait for it, unless all is compiled, or nothing ever is. For a worker
    before it takes leases: it could not keep them while it compiled.
    """
    if find_spec("numba") is None:
        return
    from fiel.rebalancing.compiling import cold_parts

    if cold_parts():
        _log.info("compiling the engine, once per installation: about half a minute")
        run_beside(command, ending)


def run_beside(
    command: Sequence[str], ending: threading.Event, *, seconds_max: float = COMPILE_MAX_S
) -> None:
    """Run a command until it ends, `ending` is set or its time is over; what it says is not shown."""
    quiet = subprocess.DEVNULL
    beside = subprocess.Popen(command, stdin=quiet, stdout=quiet, stderr=quiet)  # noqa: S603 (our own words)
    try:
        for _ in range(int(seconds_max / LOOK_S)):
            if beside.poll() is not None or ending.wait(LOOK_S):
                break
    finally:
        if beside.poll() is None:
            beside.kill()
        beside.wait()
    if beside.returncode != 0 and not ending.is_set():
        _log.warning(
            "compiling ended with status %d; hard plans compile when they are asked for", beside.returncode
        )
