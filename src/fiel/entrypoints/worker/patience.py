"""Services start in any order: a process that finds the others not there yet waits a while for them."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import TypeVar

from fiel.infra import system
from fiel.kernel.errors import Unavailable

Opened = TypeVar("Opened")

_log = logging.getLogger("fiel.worker")
PATIENCE_S, PAUSE_S = 60.0, 1.0
#: Waiting brings no driver, and no disk space.
_HOPELESS = frozenset({"driver_missing", "database_halted"})


def opened_in_time(
    opening: Callable[[], Opened], stopping: threading.Event, *, patience_s: float = PATIENCE_S
) -> Opened | None:
    """What `opening` gives, tried again while it raises `Unavailable`; `None` when asked to stop meanwhile.

    Raises its last `Unavailable` when the patience is over, and everything else at once.
    """
    deadline, told = system.elapsed_seconds() + patience_s, False
    while True:
        try:
            return opening()
        except Unavailable as error:
            if error.code in _HOPELESS or system.elapsed_seconds() >= deadline:
                raise
            if not told:
                _log.warning("waiting: %s [%s]", error, error.code)
                told = True
        if stopping.wait(PAUSE_S):
            return None
