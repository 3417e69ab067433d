"""Run a service's own programs: as the right user, in a session of its own, with a bare environment."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from . import answers, packages, processes
from .home import CannotBeHad, Failed, Place, PortTaken, Record, locked
from .kinds import Kind

_LOG_BYTES_MAX = 20_000_000
_PASSED_ON = ("PATH", "LANG", "LC_ALL", "TZ", "TMPDIR", "JAVA_HOME")


def possible(kind: Kind) -> bool:
    """True when the programs are here or can be brought from Debian."""
    return sys.platform == "linux" and (not kind.missing() or packages.can_install())


def bring(kinds: Sequence[tuple[Kind, Place]], *, refresh: bool) -> None:
    """Install and fetch what is missing, all packages in one go.

    Raises CannotBeHad, or Failed.
    """
    if not kinds:
        return
    home = kinds[0][1].home
    with locked(home / "locks/install"):
        # Twice: the default Java of an older Debian is too old, and is told from none only when it is there.
        for _ in range(2):
            needed = sorted({name for kind, _place in kinds for name in kind.missing()})
            if needed:
                say(f"installing {' '.join(needed)} (log: {home / 'install.log'})")
                packages.install(needed, home / "install.log", refresh=refresh)
    for kind, _ in kinds:
        left = kind.missing()
        if left:
            raise CannotBeHad(f"{kind.name}: {' '.join(left)} installed, but its programs were not found")
        kind.fetch()


def start(kind: Kind, place: Place, *, held: bool) -> Record:
    """Start the server and note it; it may not answer yet.

    Raises PortTaken.
    """
    place.create()
    # A crash may have left processes behind, which hold the data and the ports.
    processes.kill(place.folder, 0, 0)
    for wanted in kind.ports(place.port):
        if answers.taken(wanted):
            what = f"{kind.name}: port {wanted} is taken by another program"
            raise PortTaken(f"{what}; set {place.port_variable}")
    _own(kind.user, place.folder)
    kind.prepare(place)
    _own(kind.user, place.folder)
    launch = kind.launch(place)
    if place.log.exists() and place.log.stat().st_size > _LOG_BYTES_MAX:
        place.log.unlink()
    with place.log.open("ab") as out:
        process = subprocess.Popen(
            list(launch.command),
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            start_new_session=True,
            **_as_user(kind.user, place, launch.environment),
        )
    record = Record("native", place.port, held, process.pid, processes.started(process.pid))
    place.write(record)
    return record


def alive(place: Place, record: Record) -> bool:
    """True while the server that was started runs."""
    return processes.is_ours(place.folder, record.pid, record.started)


def run_as(user: str | None, place: Place, command: Sequence[str]) -> None:
    """Run a program to its end as the service's user; its output goes to the service's log.

    Raises Failed when it does.
    """
    _own(user, place.folder)
    with place.log.open("ab") as out:
        done = subprocess.run(
            list(command),
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            check=False,
            **_as_user(user, place, {}),
        )
    if done.returncode:
        raise Failed(
            f"{place.kind}: {Path(command[0]).name} failed with {done.returncode}\n{tail(place.log)}"
        )


def tail(log: Path, lines: int = 15) -> str:
    """The end of a log, indented."""
    if not log.exists():
        return f"  (no {log})"
    text = log.read_bytes()[-8000:].decode("utf-8", "replace").splitlines()[-lines:]
    return "\n".join(f"  {line}" for line in [*text, f"(from {log})"])


def say(text: str) -> None:
    """Progress goes to standard error: standard output is for URLs."""
    print(f"services: {text}", file=sys.stderr, flush=True)


def stop(kind: Kind, place: Place, record: Record) -> None:
    """Stop the server gently, or by force when it does not listen within 30 s."""
    was_alive, began = alive(place, record), time.monotonic()
    went = processes.end(place.folder, record.pid, record.started, kind.gentle, 30.0)
    how = "" if went else " (killed: it did not stop by itself)"
    if was_alive:
        say(f"{kind.name} stopped in {time.monotonic() - began:.1f} s{how}")


def _user(name: str | None) -> pwd.struct_passwd | None:
    """The entry of the user to change to; None when we stay who we are."""
    if os.geteuid() != 0 or name is None:
        return None
    try:
        return pwd.getpwnam(name)
    except KeyError:
        raise Failed(f"the package made no user {name!r}") from None


def _as_user(name: str | None, place: Place, extra: Mapping[str, str]) -> dict[str, Any]:
    """The arguments of Popen for the user, with a bare environment and the folder as home."""
    kept = {key: place.settings[key] for key in _PASSED_ON if key in place.settings}
    environment = {**kept, "HOME": str(place.folder), **extra, processes.MARK: str(place.folder)}
    arguments: dict[str, Any] = {"env": environment, "cwd": place.folder}
    if entry := _user(name):
        arguments |= {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": [], "umask": 0o077}
    return arguments


def _own(name: str | None, folder: Path) -> None:
    """Give what we wrote to the user of the service; the folder itself stays ours, and writable to both."""
    entry = _user(name)
    if entry is None:
        return
    folder.chmod(0o1775)
    os.chown(folder, os.getuid(), entry.pw_gid)
    for path in folder.iterdir():
        if path.name not in _KEPT and path.stat().st_uid != entry.pw_uid:
            shutil.chown(path, entry.pw_uid, entry.pw_gid)


#: Read and written by this program, not by the service.
_KEPT = frozenset({".fiel-service", "record.json", "record.new", "holders", "service.log"})
