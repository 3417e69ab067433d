"""How long sessions live, and how fast passwords may be guessed. Pure rules; times are given."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from fiel.kernel.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class Brake:
    """After `free` failures each further one doubles the wait, from `first` up to `longest`.

    A failure is forgotten `memory` after the last one.
    """

    free: int
    first: timedelta
    longest: timedelta
    memory: timedelta = timedelta(days=1)

    def wait(self, failures: int) -> timedelta:
        """How long nothing is tried after so many failures.

        >>> Brake(3, timedelta(seconds=1), timedelta(seconds=30)).wait(6)
        datetime.timedelta(seconds=4)
        """
        over = failures - self.free
        if over <= 0:
            return timedelta(0)
        return self.longest if over > 40 else min(self.first * 2 ** (over - 1), self.longest)

    def counted(self, failures: int, last: datetime, now: datetime) -> int:
        """The failures that still count."""
        return failures if now - last < self.memory else 0


@dataclass(frozen=True, slots=True)
class AccessPolicy:
    """Idle and absolute ends of a session, and the two brakes.

    The brake on a name stays short: a stranger who keeps guessing must not be able to keep the owner out.
    """

    idle: timedelta = timedelta(hours=12)
    absolute: timedelta = timedelta(days=14)
    sessions_max: int = 20
    keys_max: int = 200
    by_name: Brake = field(default_factory=lambda: Brake(5, timedelta(seconds=1), timedelta(seconds=30)))
    by_address: Brake = field(default_factory=lambda: Brake(10, timedelta(seconds=2), timedelta(hours=1)))
    #: A use is written down at most so often: reading must not become writing.
    touch_every: timedelta = timedelta(minutes=1)

    def __post_init__(self) -> None:
        if not timedelta(minutes=1) <= self.idle <= self.absolute <= timedelta(days=366):
            raise InvalidInput(
                "session_span", "a session's idle time is at least a minute, and not beyond its absolute end"
            )


def address_group(address: str) -> str:
    """What the brake counts as one place: an IPv4 address, or the /64 that one IPv6 customer has.

    >>> address_group("2001:db8:1:2:3::4"), address_group("::ffff:192.0.2.7"), address_group("unix")
    ('2001:db8:1:2::/64', '192.0.2.7', 'unknown')
    """
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return "unknown"
    if isinstance(found, ipaddress.IPv4Address):
        return str(found)
    if found.ipv4_mapped is not None:
        return str(found.ipv4_mapped)
    return str(ipaddress.ip_network((found, 64), strict=False))
