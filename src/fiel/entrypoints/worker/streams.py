"""Consumers of a process that has several, each in a thread of its own.

What can pass by itself is waited for; what cannot ends the process.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from fiel.entrypoints.worker.troubles import Troubles
from fiel.infra.bus.consuming import Consumer
from fiel.kernel.errors import FielError, NotFound

_log = logging.getLogger("fiel.worker")
#: A topic that is not there yet is looked for this often.
TOPIC_EVERY_S = 1.0
JOIN_S = 15.0


@dataclass(frozen=True, slots=True)
class Stream:
    """A consumer to be: `make` is called again when it had to leave its group."""

    name: str
    make: Callable[[Callable[[FielError], None]], Consumer]


@dataclass
class Streams:
    """Runs streams from `start` to `stop`; `on_fatal` gets what nobody should go on after."""

    streams: Sequence[Stream]
    on_fatal: Callable[[FielError], None]
    _stopping: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)
    _trouble: Troubles = field(default_factory=Troubles)

    def start(self) -> None:
        """Start every stream."""
        for each in self.streams:
            thread = threading.Thread(target=self._run, args=(each,), name=f"stream-{each.name}", daemon=True)
            self._threads.append(thread)
            thread.start()

    def stop(self) -> None:
        """Batches in hand are finished, groups left."""
        self._stopping.set()
        for thread in self._threads:
            thread.join(JOIN_S)
            if thread.is_alive():
                _log.warning("%s is still busy and is left behind", thread.name)

    def _run(self, stream: Stream) -> None:
        consumer: Consumer | None = None
        try:
            while not self._stopping.is_set():
                consumer = consumer or stream.make(self._trouble)
                try:
                    consumer.turn()
                except NotFound as error:
                    self._trouble(error)
                    consumer.close()
                    consumer = None
                    self._stopping.wait(TOPIC_EVERY_S)
        except FielError as error:
            _log.error("%s stops: %s [%s]", stream.name, error, error.code)
            self.on_fatal(error)
        except Exception as error:  # noqa: BLE001 (a thread that died in silence would be worse)
            _log.exception("%s stops", stream.name)
            self.on_fatal(FielError("defect", f"{stream.name} stopped ({type(error).__name__}: {error})"))
        finally:
            if consumer is not None:
                consumer.close()
