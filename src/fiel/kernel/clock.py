"""Time comes from outside: rooms ask a Clock, and the system's clock lives in `infra`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from fiel.kernel.errors import InvalidInput


class Clock(Protocol):
    """Tells the present instant."""

    def now(self) -> datetime:
        """The instant, aware and in UTC."""


def in_utc(instant: datetime, *, field: str | None = None) -> datetime:
    """The same instant in UTC. Raises `InvalidInput` when it has no time zone: it would be a guess."""
    if instant.tzinfo is None or instant.utcoffset() is None:
        raise InvalidInput(
            "time_zone_missing",
            f"{instant.isoformat()} has no time zone; write it with one, such as 2026-01-02T13:00:00Z",
            field=field,
        )
    return instant.astimezone(UTC)


@dataclass(frozen=True, slots=True)
class FixedClock:
    """A clock stopped at an instant (kept in UTC). Raises `InvalidInput` without a time zone."""

    instant: datetime

    def __post_init__(self) -> None:
        object.__setattr__(self, "instant", in_utc(self.instant))

    def now(self) -> datetime:
        return self.instant
