"""`fiel` as a process of its own, with what it writes to standard error in a file."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

#: Far beyond what anything here takes, even on a busy machine.
PATIENCE_S = 600.0


@dataclass(frozen=True)
class Process:
    """A running `fiel ...`."""

    popen: subprocess.Popen[bytes]
    log: Path

    @property
    def alive(self) -> bool:
        return self.popen.poll() is None

    def said(self) -> str:
        """Everything it has written so far."""
        return self.log.read_text(encoding="utf-8", errors="replace")

    def says(self, pattern: str) -> re.Match[str]:
        """Wait until it writes something; the match. Fails when it ends without."""
        found: list[re.Match[str]] = []

        def look() -> bool:
            match = re.search(pattern, self.said())
            found.extend([match] if match else [])
            return match is not None or not self.alive

        until(look, f"the process says {pattern!r}")
        assert found, f"ended without saying {pattern!r}:\n{self.said()}"
        return found[0]

    def kill9(self) -> None:
        """As a power cut does."""
        self.popen.send_signal(signal.SIGKILL)
        self.popen.wait()

    def ended(self, by: signal.Signals | None = None) -> int:
        """Its exit code, after the signal `by` if one is given."""
        if by is not None:
            self.popen.send_signal(by)
        return self.popen.wait(PATIENCE_S)


@contextlib.contextmanager
def fiel(folder: Path, *arguments: str, **environment: str) -> Iterator[Process]:
    """Start it; killed at the end if it still lives."""
    folder.mkdir(parents=True, exist_ok=True)
    log = folder / f"log-{len(list(folder.glob('log-*')))}"
    with log.open("wb") as stream:
        popen = subprocess.Popen(
            [sys.executable, "-c", "from fiel.entrypoints.cli import main; main()", *arguments],
            stderr=stream,
            stdout=stream,
            env={**os.environ, "FIEL_LANG": "en", "FIEL_DATA_DIR": str(folder), **environment},
        )
    try:
        yield Process(popen, log)
    finally:
        popen.kill()
        popen.wait()


def until(condition: Callable[[], bool], what: str | Callable[[], str]) -> None:
    """Wait for a condition. Fails when it does not come; `what` may say what is missing by then."""
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"waited in vain until {what if isinstance(what, str) else what()}")
        time.sleep(0.05)
