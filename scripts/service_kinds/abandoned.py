"""Private services whose test session was killed before it could remove them."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from . import processes
from .home import Place, home_of
from .kinds import Kind
from .lifecycle import stop_all
from .native import say

#: On disk, and open to the users that run the servers; pytest's folders are neither.
FOLDER = Path("/var/tmp")  # noqa: S108
PREFIX = "fiel-services-private-"
_OWNER = "owner"


def own(home: Path) -> None:
    """Write down that this process will remove the services of `home`."""
    (home / _OWNER).write_text(f"{os.getpid()} {processes.started(os.getpid())}\n", encoding="utf-8")


def sweep(kinds: Sequence[Kind], settings: Mapping[str, str], folder: Path = FOLDER) -> list[Path]:
    """Stop and remove private services whose owner is gone; the homes that were removed."""
    with _alone(home_of(settings) / "locks/sweep") as alone:
        gone = [home for home in folder.glob(f"{PREFIX}*") if alone and _is_abandoned(home)]
        for home in gone:
            say(f"removing services that a test session left in {home}")
            stop_all([(kind, Place(kind.name, home, settings, kind.default_port)) for kind in kinds])
            shutil.rmtree(home, ignore_errors=True)
    return gone


def _is_abandoned(home: Path) -> bool:
    """True when the owner is written down and dead. A home of another user, or of nobody, is left alone."""
    try:
        if home.is_symlink() or home.stat().st_uid != os.getuid():
            return False
        pid, started = (int(word) for word in (home / _OWNER).read_text(encoding="utf-8").split())
    except (OSError, ValueError):
        return False
    return processes.started(pid) != started


@contextlib.contextmanager
def _alone(path: Path) -> Iterator[bool]:
    """False while another process sweeps."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
