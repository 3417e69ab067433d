"""SIGTERM and SIGINT ask a process to stop; a second one ends it at once."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

_SIGNALS = (signal.SIGTERM, signal.SIGINT)


@contextmanager
def asked_to_stop(stop: Callable[[], None]) -> Iterator[None]:
    """Inside the block the first signal calls `stop`; the second does what signals do by themselves."""
    before: dict[signal.Signals, Any] = {}

    def asked(_number: int, _frame: FrameType | None) -> None:
        for each in _SIGNALS:
            signal.signal(each, signal.SIG_DFL)
        stop()

    for each in _SIGNALS:
        before[each] = signal.signal(each, asked)
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
