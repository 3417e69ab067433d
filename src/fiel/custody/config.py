"""Custody's own settings, as values: where the order service's clock hangs, fees, and how long to wait."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta, tzinfo

from fiel.custody.reservations import Fees, Policy
from fiel.infra.zones import DEFAULT_ZONE, zone_of

PARK_FOR = timedelta(hours=24)


def default_zone() -> tzinfo:
    """São Paulo: the services of a Brazilian broker write the time that its people read."""
    return zone_of(DEFAULT_ZONE)


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
