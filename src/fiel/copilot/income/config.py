"""When and where the day's reconciliation begins."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time

from fiel.infra.zones import DEFAULT_ZONE


@dataclass(frozen=True, slots=True)
class IncomeConfig:
    """`at`: the time of day, in each wallet's own zone, from which the day's jobs are handed out.

    `zone`: the zone of wallets that have none of their own.
    """

    at: time = time(6, 0)
    zone: str = DEFAULT_ZONE
