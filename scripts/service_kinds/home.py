"""Where services live: one folder each, its record, its holders and its lock."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from . import processes

MARK = ".fiel-service"


class Failed(Exception):
    """Something that should have worked did not; the text is one line for a person."""


class PortTaken(Failed):
    """Another program listens on a port of the service."""


class CannotBeHad(Exception):
    """The service is not here and nothing on this machine can bring it."""


@dataclass(frozen=True, slots=True)
class Record:
    """What was started. `held`: by test sessions, hence to be stopped with the last of them."""

    mode: str
    port: int
    held: bool
    pid: int = 0
    started: int = 0


@dataclass(frozen=True, slots=True)
class Place:
    """The folder of one service, and the settings of the environment that concern it."""

    kind: str
    home: Path
    settings: Mapping[str, str]
    default_port: int

    @property
    def folder(self) -> Path:
        return self.home / self.kind

    @property
    def log(self) -> Path:
        return self.folder / "service.log"

    @property
    def port(self) -> int:
        """The port to start on: FIEL_SERVICES_<KIND>_PORT, else the default.

        Raises Failed for what is not a port.
        """
        name = self.port_variable
        text = self.settings.get(name, "") or str(self.default_port)
        if not text.isascii() or not text.isdecimal() or not 1024 <= int(text) <= 65000:
            raise Failed(f"{name} must be a port from 1024 to 65000, not {text!r}")
        return int(text)

    @property
    def port_variable(self) -> str:
        return f"FIEL_SERVICES_{self.kind.upper()}_PORT"

    @property
    def port_is_chosen(self) -> bool:
        """True when somebody set the port, who then wants that one or none."""
        return bool(self.settings.get(self.port_variable))

    def on_port(self, port: int) -> Place:
        """The same service on this port."""
        return replace(self, settings={**self.settings, self.port_variable: str(port)})

    def create(self) -> None:
        """Make the folder; refuse one that holds something else."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o755)
        for path in (self.home, self.folder):
            # In a shared /var/tmp somebody else may have been there first.
            if path.is_symlink() or path.stat().st_uid != os.getuid():
                raise Failed(f"{path} is not a folder of this user; set FIEL_SERVICES_HOME")
        if not (self.folder / MARK).exists():
            if any(self.folder.iterdir()):
                raise Failed(f"{self.folder} holds files of something else; set FIEL_SERVICES_HOME")
            (self.folder / MARK).touch()

    def remove(self) -> None:
        """Remove all data; only ever of a folder that this program made."""
        if (self.folder / MARK).exists():
            shutil.rmtree(self.folder)

    def read(self) -> Record | None:
        """The record of what was started last and not taken down since."""
        try:
            return Record(**json.loads((self.folder / "record.json").read_text(encoding="utf-8")))
        except (FileNotFoundError, ValueError, TypeError):
            return None

    def write(self, record: Record | None) -> None:
        path = self.folder / "record.json"
        if record is None:
            path.unlink(missing_ok=True)
            return
        partial = path.with_suffix(".new")
        partial.write_text(json.dumps(asdict(record)) + "\n", encoding="utf-8")
        partial.replace(path)

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """One verb at a time on one service, over all processes."""
        with locked(self.home / "locks" / self.kind):
            yield

    def hold(self, pid: int) -> None:
        """Note that process `pid` uses the service."""
        holders = self.folder / "holders"
        holders.mkdir(exist_ok=True)
        (holders / f"{pid}-{processes.started(pid)}").touch()

    def release(self, pid: int) -> bool:
        """Forget holder `pid` and those that died; True when none is left."""
        alive = 0
        for path in (self.folder / "holders").glob("*-*"):
            holder, _, started = path.name.partition("-")
            if int(holder) == pid or processes.started(int(holder)) != int(started):
                path.unlink(missing_ok=True)
            else:
                alive += 1
        return alive == 0


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold an exclusive lock on a file; the kernel frees it when the process dies."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def home_of(settings: Mapping[str, str]) -> Path:
    """FIEL_SERVICES_HOME, else a folder of this user on disk (/tmp may be memory)."""
    named = settings.get("FIEL_SERVICES_HOME")
    return Path(named).absolute() if named else Path(f"/var/tmp/fiel-services-{os.getuid()}")  # noqa: S108


def cache_of(settings: Mapping[str, str]) -> Path:
    """FIEL_SERVICES_CACHE, else ~/.cache/fiel/services."""
    named = settings.get("FIEL_SERVICES_CACHE")
    return Path(named).absolute() if named else Path.home() / ".cache/fiel/services"
