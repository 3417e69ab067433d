"""PostgreSQL from Debian's package: one cluster of ours, durable as in production."""

from __future__ import annotations

import shutil
import signal
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from . import answers
from .home import Failed, Place
from .kinds import Launch
from .native import run_as
from .processes import started

_SETTINGS = {
    "listen_addresses": answers.HOST,
    "unix_socket_directories": "",
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "max_connections": "200",
    "shared_buffers": "256MB",
    "max_wal_size": "2GB",
    "timezone": "UTC",
    "log_timezone": "UTC",
}


@dataclass(frozen=True, slots=True)
class Postgres:
    """A cluster with the superuser `fiel`; its password is asked over TCP, as a real one does."""

    name: str = "postgres"
    default_port: int = 19432
    user: str | None = "postgres"
    #: "Fast shutdown": ends the sessions, writes a checkpoint.
    gentle: signal.Signals = signal.SIGINT

    def missing(self) -> list[str]:
        return [] if _newest() else ["postgresql"]

    def fetch(self) -> None:
        """Nothing: all of it is in the package."""

    def prepare(self, place: Place) -> None:
        data = place.folder / "data"
        if data.exists():
            _forget_the_dead(data / "postmaster.pid")
            return
        partial = place.folder / "data.new"
        shutil.rmtree(partial, ignore_errors=True)
        secret = place.folder / "password"
        secret.write_text(answers.NAME + "\n", encoding="utf-8")
        options = [
            "--auth-local=reject",
            "--auth-host=password",
            f"--username={answers.NAME}",
            f"--pwfile={secret}",
            "--encoding=UTF8",
            "--locale=C",
            "--data-checksums",
        ]
        run_as(self.user, place, [str(_programs(place) / "initdb"), f"--pgdata={partial}", *options])
        partial.rename(data)

    def launch(self, place: Place) -> Launch:
        settings = [word for name, value in _SETTINGS.items() for word in ("-c", f"{name}={value}")]
        data = str(place.folder / "data")
        return Launch([str(_programs(place) / "postgres"), "-D", data, "-p", str(place.port), *settings], {})

    def ask(self, port: int) -> None:
        answers.postgres(port)

    def ports(self, port: int) -> Sequence[int]:
        return [port]

    def urls(self, port: int) -> Mapping[str, str]:
        login = f"{answers.NAME}:{answers.NAME}@{answers.HOST}:{port}"
        return {"FIEL_TEST_POSTGRES_URL": f"postgresql://{login}/postgres"}


def _forget_the_dead(note: Path) -> None:
    """Remove the note of a server that was killed and that init has not buried yet.

    PostgreSQL takes such a zombie for a living server and would not start.
    """
    if note.exists() and not started(int(note.read_text(encoding="utf-8").split()[0])):
        note.unlink()


def _programs(place: Place) -> Path:
    """The programs of the version that made the data, or the newest for new data."""
    made_by = place.folder / "data/PG_VERSION"
    if not made_by.exists():
        newest = _newest()
        if newest is None:
            raise Failed("postgres: initdb was not found below /usr/lib/postgresql")
        return newest
    version = made_by.read_text(encoding="utf-8").strip()
    programs = Path(f"/usr/lib/postgresql/{version}/bin")
    if not (programs / "postgres").exists():
        raise Failed(f"postgres: the data is of version {version}, which is gone: down --purge postgres")
    return programs


def _newest() -> Path | None:
    found = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    versions = {int(path.parent.name): path for path in found if path.parent.name.isdecimal()}
    return versions[max(versions)] if versions else None
