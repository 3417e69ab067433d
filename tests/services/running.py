"""scripts/services from Python: the shared services, or private ones on ports and data of their own."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from scripts.service_kinds import abandoned

SCRIPT = Path(__file__).resolve().parents[2] / "scripts/services"
#: Names of the services, and the offset of each in a block of ports of a private home.
OFFSETS = {"rabbitmq": 0, "kafka": 4, "postgres": 6, "redis": 7}
_BLOCKS = [range(first, first + 8) for first in range(20_000, 24_000, 8)]


class ServiceFailed(Exception):
    """The script failed; the text is its last word."""


class ServiceNotAvailable(ServiceFailed):
    """A service cannot be had on this machine; the text is one line."""


_CANNOT_BE_HAD = 4


@dataclass(frozen=True)
class Services:
    """One set of services. With no environment of its own: the one that the whole machine shares."""

    environment: Mapping[str, str] = field(default_factory=dict)

    def run(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run the script; raises ServiceFailed when it fails and `check` is on."""
        result = subprocess.run(
            [sys.executable, str(SCRIPT), *arguments],
            env={**os.environ, **self.environment},
            capture_output=True,
            text=True,
            check=False,
        )
        if check and result.returncode:
            said = result.stderr.rpartition("services: ")[2].strip()
            raise (ServiceNotAvailable if result.returncode == _CANNOT_BE_HAD else ServiceFailed)(said)
        return result

    def up(self, *names: str, holder: int | None = None) -> dict[str, str]:
        """Start services and wait until they answer; the variables with their addresses."""
        held = [] if holder is None else ["--holder", str(holder)]
        lines = self.run("up", *held, *names).stdout.splitlines()
        return dict(line.split("=", 1) for line in lines)

    def down(self, *names: str, purge: bool = False) -> None:
        """Stop services, and remove their data if wanted."""
        self.run("down", *(["--purge"] if purge else []), *names)

    def kill9(self, *names: str) -> None:
        """Kill services as a crash does."""
        self.run("kill9", *names)

    def restart(self, *names: str) -> None:
        """Bring services back with their data, and wait until they answer."""
        self.run("restart", *names)

    def status(self, *names: str) -> subprocess.CompletedProcess[str]:
        """What the script says of the services, with its exit status."""
        return self.run("status", *names, check=False)


@contextlib.contextmanager
def private() -> Iterator[Services]:
    """Services of nobody else, which may be killed at will; everything is gone at the end."""
    home = Path(tempfile.mkdtemp(prefix=abandoned.PREFIX, dir=abandoned.FOLDER))
    home.chmod(0o755)
    abandoned.own(home)
    try:
        with _claimed_ports() as first:
            ports = {f"FIEL_SERVICES_{name.upper()}_PORT": str(first + n) for name, n in OFFSETS.items()}
            services = Services({"FIEL_SERVICES_HOME": str(home), **ports})
            try:
                yield services
            finally:
                services.down(purge=True)
    finally:
        shutil.rmtree(home, ignore_errors=True)


@contextlib.contextmanager
def _claimed_ports() -> Iterator[int]:
    """The first port of a block that no other test uses, below the ports that the kernel gives out."""
    for block in _BLOCKS:
        with claimed(f"ports-{block.start}") as ours:
            if ours and all(map(_free, block)):
                yield block.start
                return
    raise ServiceNotAvailable("no free block of ports from 20000 to 24000")


@contextlib.contextmanager
def claimed(name: str) -> Iterator[bool]:
    """True while this process alone has the name, on this machine; freed by the kernel if it dies."""
    folder = Path(tempfile.gettempdir()) / f"fiel-tests-{os.getuid()}"
    folder.mkdir(exist_ok=True)
    with (folder / f"{name}.lock").open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


def _free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
