"""What passes by itself: counted each time, told now and then."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field

from fiel.infra import system
from fiel.kernel.errors import FielError

_log = logging.getLogger("fiel.worker")
TROUBLE_EVERY_S = 60.0


@dataclass(slots=True)
class Troubles:
    """Called with each. `count` gets its code; the log has the first of a code, and then one a minute."""

    count: Callable[[str], None] = lambda _code: None
    elapsed: Callable[[], float] = system.elapsed_seconds
    _next: dict[str, float] = field(default_factory=dict)

    def __call__(self, error: FielError) -> None:
        self.count(error.code)
        now = self.elapsed()
        if now >= self._next.get(error.code, now):
            self._next[error.code] = now + TROUBLE_EVERY_S
            _log.warning("waiting: %s [%s]", error, error.code)
