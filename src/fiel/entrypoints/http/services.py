"""What the HTTP interface is given by the composition root."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from fiel.custody.ports import PriceSource
from fiel.custody.queries import Queries
from fiel.custody.service import Custody
from fiel.kernel.clock import Clock

#: Raises when its component does not answer.
Probe = Callable[[], None]


@dataclass(frozen=True, slots=True)
class HttpServices:
    """Commands, reads, prices, the clock, and the probes that health asks, by component.

    `metrics` writes the Prometheus text; `None` leaves `/metrics` out.
    """

    custody: Custody
    queries: Queries
    prices: PriceSource
    clock: Clock
    probes: Mapping[str, Probe] = field(default_factory=dict)
    metrics: Callable[[], bytes] | None = None
