"""A program on a real terminal: what it writes there is read, and keys are pressed as a person does."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Thread

from tests.support.processes import Process

CTRL_C = b"\x03"
#: The terminal becomes the one that the program was started from, so that its keys are signals.
_START = (
    "import fcntl, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); "
    "from fiel.entrypoints.cli import main; main()"
)


@dataclass(frozen=True)
class Terminal(Process):
    """`fiel ...` in a session of its own, on a terminal whose `keyboard` this is."""

    keyboard: int

    def press(self, keys: bytes) -> None:
        """Type something."""
        os.write(self.keyboard, keys)

    def is_alone(self) -> bool:
        """Whether nothing of its session is left."""
        try:
            os.killpg(self.popen.pid, 0)
        except ProcessLookupError:
            return True
        return False


@contextmanager
def fiel_on_a_terminal(folder: Path, *arguments: str, **environment: str) -> Iterator[Terminal]:
    """Start it; killed at the end if it still lives."""
    log = folder / "terminal"
    ours, its = os.openpty()
    popen = subprocess.Popen(
        [sys.executable, "-c", _START, *arguments],
        stdin=its,
        stdout=its,
        stderr=its,
        start_new_session=True,
        env={**os.environ, "FIEL_LANG": "en", "FIEL_DATA_DIR": str(folder), "COLUMNS": "120", **environment},
    )
    os.close(its)
    log.touch()
    reading = Thread(target=_kept, args=(ours, log), daemon=True)
    reading.start()
    try:
        yield Terminal(popen, log, ours)
    finally:
        popen.kill()
        popen.wait()
        reading.join()
        os.close(ours)


def _kept(ours: int, log: Path) -> None:
    """Until nobody has the terminal any more, which Linux tells with an error."""
    with log.open("ab", buffering=0) as stream, contextlib.suppress(OSError):
        while data := os.read(ours, 4096):
            stream.write(data)
