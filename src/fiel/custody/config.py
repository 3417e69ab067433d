"""Custody's own settings, as values: where the order service's clock hangs, fees, and how long to wait."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from fiel.custody.reservations import Fees, Policy

#: Orders are those of a Brazilian broker, and its services write the time that its people read.
DEFAULT_ZONE = "America/Sao_Paulo"
PARK_FOR = timedelta(hours=24)


def default_zone() -> tzinfo:
    """The zone of São Paulo; on a machine that knows no zones UTC-3, which it has had since 2019."""
    try:
        return ZoneInfo(DEFAULT_ZONE)
    except ZoneInfoNotFoundError:
        return timezone(timedelta(hours=-3), "-03:00")


@dataclass(frozen=True, slots=True)
class CustodyConfig:
    """`zone` is what the times on the wire are local to, coming in and going out.

    `fees` estimate what an order costs beside its price. `park_for` is how long an event waits for its
    order before people are told; `reserve_for` (`None`: for ever) how long a silent order holds its money.
    """

    zone: tzinfo = field(default_factory=default_zone)
    fees: Fees = field(default_factory=Fees)
    park_for: timedelta = PARK_FOR
    reserve_for: timedelta | None = None

    @property
    def policy(self) -> Policy:
        """What the ledger needs of it."""
        return Policy(self.fees, self.park_for, self.reserve_for)
