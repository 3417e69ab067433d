"""Chores: what a process does again and again beside its main work, each in a thread of its own.

| a turn raises                            | then                                                      |
|------------------------------------------|-----------------------------------------------------------|
| `Unavailable`                            | the next turn after a pause that doubles; told once       |
| `Corrupt`, or a wrong version of a schema| the whole process stops: `on_fatal`                       |
| anything else                            | a defect: told with its place, the next turn after a pause|
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from fiel.infra import system
from fiel.kernel.errors import Conflict, Corrupt, FielError, Unavailable

_log = logging.getLogger("fiel.worker")
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.5, 30.0
#: How long a stopping process waits for the turn that is running, and for what `to_end` still does.
JOIN_S, TO_END_S = 10.0, 5.0


@dataclass(frozen=True, slots=True)
class Chore:
    """`turn` says whether there is more to do at once; else it is called every `every_s` seconds.

    `rest` is the share of politeness: after a turn with more to come, so many times its length is left
    to the others (threads share the interpreter). `to_end`: when the process stops, there is one
    more turn, and for a few seconds others while there is more to do.
    """

    name: str
    turn: Callable[[], bool]
    every_s: float
    rest: float = 0.0
    to_end: bool = False


@dataclass(slots=True)
class _Running:
    chore: Chore
    stop: threading.Event = field(default_factory=threading.Event)
    thread: threading.Thread | None = None
    failures: int = 0
    more: bool = False


class Chores:
    """Runs chores from `start` to `stop`. `on_failure` counts, `on_fatal` ends the process."""

    def __init__(
        self,
        chores: Sequence[Chore],
        *,
        on_fatal: Callable[[FielError], None],
        on_failure: Callable[[str], None] = lambda _name: None,
    ) -> None:
        self._running = [_Running(chore) for chore in chores]
        self._on_fatal, self._on_failure = on_fatal, on_failure

    def start(self) -> None:
        """Start every chore."""
        for each in self._running:
            # Daemons: one that hangs in a network call must not keep a stopping process alive.
            each.thread = threading.Thread(
                target=self._work, args=(each,), name=f"chore-{each.chore.name}", daemon=True
            )
            each.thread.start()

    def stop(self) -> None:
        """Stop them one after the other, in the order in which they were given."""
        for each in self._running:
            each.stop.set()
            if each.thread is not None:
                each.thread.join(JOIN_S + (TO_END_S if each.chore.to_end else 0))
                if each.thread.is_alive():
                    _log.warning("%s is still busy and is left behind", each.chore.name)

    def _work(self, running: _Running) -> None:
        pause: float | None = 0.0
        while pause is not None and not running.stop.wait(pause):
            pause = self._turn(running)
        if pause is not None and running.chore.to_end:
            self._to_end(running)

    def _to_end(self, running: _Running) -> None:
        """Once more, for what came since the last turn; and on while there is more, without politeness."""
        deadline = system.elapsed_seconds() + TO_END_S
        self._turn(running)
        while running.more and system.elapsed_seconds() < deadline:
            self._turn(running)

    def _turn(self, running: _Running) -> float | None:
        """One turn; seconds until the next one, `None` for never."""
        chore = running.chore
        started = system.elapsed_seconds()
        running.more = False
        try:
            running.more = chore.turn()
        except Exception as error:  # noqa: BLE001 (a thread that died in silence would be worse)
            return self._failed(running, error)
        if running.failures:
            _log.info("%s works again after %d failures", chore.name, running.failures)
            running.failures = 0
        return (system.elapsed_seconds() - started) * chore.rest if running.more else chore.every_s

    def _failed(self, running: _Running, error: Exception) -> float | None:
        running.failures += 1
        name = running.chore.name
        self._on_failure(name)
        if isinstance(error, Unavailable):
            if running.failures == 1:
                _log.warning("%s waits: %s [%s]", name, error, error.code)
        elif isinstance(error, FielError) and is_fatal(error):
            self._on_fatal(error)
            return None
        else:
            _log.error("%s failed", name, exc_info=error)
        return min(FIRST_PAUSE_S * (1 << min(running.failures - 1, 16)), LONGEST_PAUSE_S)


def is_fatal(error: FielError) -> bool:
    """Whether going on could only make it worse: damage, or a schema that is not this program's."""
    return isinstance(error, Corrupt) or (isinstance(error, Conflict) and error.code.startswith("database_"))
