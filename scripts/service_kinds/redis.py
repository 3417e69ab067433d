"""Redis from Debian's package, with its append-only file on."""

from __future__ import annotations

import shutil
import signal
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from . import answers
from .home import Place
from .kinds import Launch

_SETTINGS = """\
bind {host}
port {port}
dir {data}
daemonize no
protected-mode yes
databases 64
appendonly yes
appendfsync everysec
# The command line must stay readable: it proves whose process this is.
set-proc-title no
"""


@dataclass(frozen=True, slots=True)
class Redis:
    """One server; each test claims one of its 64 databases."""

    name: str = "redis"
    default_port: int = 19379
    user: str | None = "redis"
    gentle: signal.Signals = signal.SIGTERM

    def missing(self) -> list[str]:
        return [] if shutil.which("redis-server") else ["redis-server"]

    def fetch(self) -> None:
        """Nothing: all of it is in the package."""

    def prepare(self, place: Place) -> None:
        data = place.folder / "data"
        data.mkdir(exist_ok=True)
        text = _SETTINGS.format(host=answers.HOST, port=place.port, data=data)
        (place.folder / "redis.conf").write_text(text, encoding="utf-8")

    def launch(self, place: Place) -> Launch:
        return Launch(["redis-server", str(place.folder / "redis.conf")], {})

    def ask(self, port: int) -> None:
        answers.redis(port)

    def ports(self, port: int) -> Sequence[int]:
        return [port]

    def urls(self, port: int) -> Mapping[str, str]:
        return {"FIEL_TEST_REDIS_URL": f"redis://{answers.HOST}:{port}/0"}
