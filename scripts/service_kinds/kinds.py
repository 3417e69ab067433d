"""The table of services."""

from __future__ import annotations

import signal
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from .home import Place


@dataclass(frozen=True, slots=True)
class Launch:
    """What to run in the foreground, and what to add to a bare environment."""

    command: Sequence[str]
    environment: Mapping[str, str]


class Kind(Protocol):
    """One service."""

    @property
    def name(self) -> str:
        """What people call it."""

    @property
    def default_port(self) -> int:
        """The first of its ports."""

    @property
    def user(self) -> str | None:
        """Who runs it when we are root; None for ourselves."""

    @property
    def gentle(self) -> signal.Signals:
        """The signal that asks it to stop in good order."""

    def missing(self) -> list[str]:
        """The Debian packages that are needed and not there."""

    def fetch(self) -> None:
        """Bring what does not come in packages."""

    def prepare(self, place: Place) -> None:
        """Create the data when there is none, and write the settings."""

    def launch(self, place: Place) -> Launch:
        """How the server is run."""

    def ask(self, port: int) -> None:
        """Return when the service answers; raise NotYet or OSError when it does not."""

    def ports(self, port: int) -> Sequence[int]:
        """All the ports that it listens on."""

    def urls(self, port: int) -> Mapping[str, str]:
        """Environment variable: address."""


def table() -> dict[str, Kind]:
    """Every service by name, in the order of starting: the slow ones first."""
    from .kafka import Kafka
    from .postgres import Postgres
    from .rabbitmq import RabbitMQ
    from .redis import Redis

    kinds: list[Kind] = [RabbitMQ(), Kafka(), Postgres(), Redis()]
    return {kind.name: kind for kind in kinds}
