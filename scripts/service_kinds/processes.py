"""Which processes are ours, and how they end: read from /proc, never guessed from a pid alone."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from pathlib import Path

#: Every process of a service carries this in its environment, with the service's folder.
MARK = "FIEL_SERVICE_FOLDER"
_PROC = Path("/proc")


def started(pid: int) -> int:
    """When process `pid` started, in clock ticks since boot; 0 when there is none or it is a zombie.

    Pids are used again; pid and start together are not. Without /proc, 1 for a living process.
    """
    if not _PROC.joinpath("self/stat").exists():
        return int(_exists(pid))
    stat = _stat(pid)
    return int(stat[19]) if stat and stat[0] != "Z" else 0


def members(folder: Path, pid: int, start: int) -> list[int]:
    """The living processes of the service in `folder`: the one recorded first, then all it begat."""
    leader = [pid] if is_ours(folder, pid, start) else []
    marked = [other for other in _all() if _marked(other, folder)]
    found = dict.fromkeys(leader + marked)
    parents = {other: _parent(other) for other in _all()}
    grown = True
    while grown:
        grown = False
        for other, parent in parents.items():
            if parent in found and other not in found:
                found[other] = None
                grown = True
    return [other for other in found if started(other)]


def is_ours(folder: Path, pid: int, start: int) -> bool:
    """True when `pid` is still the process that was started for `folder`."""
    while pid and start and started(pid) == start:
        if _marked(pid, folder) or os.fsencode(folder) in _bytes(pid, "cmdline"):
            return True
        # Both are empty for a moment while a new process becomes its program.
        if _bytes(pid, "cmdline"):
            return False
        time.sleep(0.005)
    return False


def end(folder: Path, pid: int, start: int, gentle: signal.Signals, patience: float) -> bool:
    """Stop the service: `gentle` to its first process, then TERM, then KILL; True if it went gently."""
    if is_ours(folder, pid, start):
        _send(pid, gentle)
        _wait_until_gone([pid], patience)
    went = not is_ours(folder, pid, start)
    # What outlives its parent by design, such as Erlang's port mapper.
    rest = members(folder, pid, start)
    for other in rest:
        _send(other, signal.SIGTERM)
    _wait_until_gone(rest, 2.0)
    kill(folder, pid, start)
    return went


def kill(folder: Path, pid: int, start: int) -> int:
    """SIGKILL to every process of the service at once, as a crash does; the number of them."""
    doomed = members(folder, pid, start)
    # Held first, so that no parent can start another child between two signals.
    for other in doomed:
        _send(other, signal.SIGSTOP)
    doomed = members(folder, pid, start)
    for other in doomed:
        _send(other, signal.SIGKILL)
    _wait_until_gone(doomed, 10.0)
    return len(doomed)


def _wait_until_gone(pids: list[int], patience: float) -> None:
    deadline = time.monotonic() + patience
    while any(started(pid) for pid in pids) and time.monotonic() < deadline:
        for pid in pids:
            with contextlib.suppress(ChildProcessError):
                os.waitpid(pid, os.WNOHANG)
        time.sleep(0.02)


def _send(pid: int, what: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, what)


def _all() -> list[int]:
    return [int(path.name) for path in _PROC.glob("[0-9]*")]


def _marked(pid: int, folder: Path) -> bool:
    return os.fsencode(f"{MARK}={folder}") in _bytes(pid, "environ").split(b"\0")


def _parent(pid: int) -> int:
    stat = _stat(pid)
    return int(stat[1]) if stat else 0


def _stat(pid: int) -> list[str]:
    """The fields of /proc/PID/stat from the third on: state, parent, ..., start at index 19."""
    return _bytes(pid, "stat").decode("utf-8", "replace").rpartition(")")[2].split()


def _bytes(pid: int, name: str) -> bytes:
    try:
        return (_PROC / str(pid) / name).read_bytes()
    except OSError:
        return b""


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
