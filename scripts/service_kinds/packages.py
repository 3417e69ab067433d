"""Debian's packages, without a service that starts by itself on its default port."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

from .home import Failed

_POLICY = Path("/usr/sbin/policy-rc.d")
_DENY = "#!/bin/sh\n# Written by Fiel's scripts/services while packages are installed.\nexit 101\n"
#: Another apt-get is waited for; a mirror that is silent is not, for long.
_APT = (
    "apt-get", "-q", "-y", "-o", "DPkg::Lock::Timeout=300", "-o", "Acquire::Retries=2",
    "-o", "Acquire::http::Timeout=30", "-o", "Acquire::https::Timeout=30",
)  # fmt: skip
_NETWORK_SECONDS = 300.0
#: Package: the system services that it would start at the next boot.
_UNITS = {
    "postgresql": ["postgresql.service"],
    "redis-server": ["redis-server.service"],
    "rabbitmq-server": ["rabbitmq-server.service", "epmd.service", "epmd.socket"],
}


def can_install() -> bool:
    """True on Debian and its kin, as root."""
    return os.geteuid() == 0 and Path("/etc/debian_version").exists() and shutil.which("apt-get") is not None


def install(names: Sequence[str], log: Path, *, refresh: bool) -> None:
    """Install packages; their services are neither started now nor at the next boot.

    `refresh`: bring the lists up to date when the packages cannot be had by those that are there.
    Raises Failed.
    """
    get = ["install", "--no-install-recommends", *names]
    with log.open("ab") as out:
        # All that waits for the network comes first, has a limit, and may be interrupted.
        there = _apt([*get, "--download-only"], out.fileno())
        if not there and refresh:
            _apt(["update"], out.fileno())
            there = _apt([*get, "--download-only"], out.fileno())
        if not there:
            raise Failed(f"apt-get cannot bring {' '.join(names)}; see {log}")
        with nothing_starts(), _not_interrupted():
            if not _apt(get, out.fileno(), limit=None):
                raise Failed(f"apt-get cannot install {' '.join(names)}; see {log}")
            _disable([unit for name in names for unit in _UNITS.get(name, [])], out.fileno())


def _apt(arguments: Sequence[str], out: int, limit: float | None = _NETWORK_SECONDS) -> bool:
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C.UTF-8"}
    try:
        result = subprocess.run(
            [*_APT, *arguments],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            check=False,
            timeout=limit,
        )
    except subprocess.TimeoutExpired:
        os.write(out, f"given up after {limit} s: apt-get {' '.join(arguments)}\n".encode())
        return False
    return result.returncode == 0


@contextlib.contextmanager
def _not_interrupted() -> Iterator[None]:
    """Signals wait, for us and for what we run: a dpkg that is killed leaves a machine to repair by hand."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM, signal.SIGHUP})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _disable(units: Sequence[str], out: int) -> None:
    if units and shutil.which("systemctl"):
        subprocess.run(["systemctl", "disable", *units], stdout=out, stderr=out, check=False)


@contextlib.contextmanager
def nothing_starts(policy: Path = _POLICY) -> Iterator[None]:
    """Deny every start by the packages' scripts; a policy that denies already stays as it is."""
    if _denies(policy):
        yield
        return
    aside = policy.with_name(policy.name + ".before-fiel")
    if policy.exists() and not _is_ours(policy):
        policy.rename(aside)
    try:
        policy.write_text(_DENY, encoding="utf-8")
        policy.chmod(0o755)
        yield
    finally:
        policy.unlink(missing_ok=True)
        if aside.exists():
            aside.rename(policy)


def _is_ours(policy: Path) -> bool:
    """Left behind by an installation that was killed."""
    return policy.read_text(encoding="utf-8", errors="replace") == _DENY


def _denies(policy: Path) -> bool:
    if not os.access(policy, os.X_OK) or _is_ours(policy):
        return False
    asked = subprocess.run([policy, "redis-server", "start"], capture_output=True, check=False)
    return asked.returncode == 101
