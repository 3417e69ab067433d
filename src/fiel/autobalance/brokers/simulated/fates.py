"""What goes wrong with an order, decided by its name: the same order meets the same fate in any run.

Nothing depends on when or in what order calls come, but for outages, which are windows of time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from hashlib import blake2b
from typing import Protocol

from fiel.autobalance.brokers.simulated.books import PLAIN, Handling
from fiel.autobalance.orders import BrokerOrder
from fiel.kernel.errors import InvalidInput

_MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Fate:
    """What becomes of one arrival of an order. Nothing unusual, unless told otherwise.

    `unavailable`: the broker turns it away before anything. `lost`: it never arrives, and nobody answers.
    `unanswered`: it is taken, and the answer never comes. `cancel_unanswered`: the same for the first
    cancel. `silent_queries`: so many of the first questions about it get no answer. `latency_s`: half of
    it before the order is taken, half after.
    """

    handling: Handling = PLAIN
    unavailable: bool = False
    lost: bool = False
    unanswered: bool = False
    cancel_unanswered: bool = False
    silent_queries: int = 0
    latency_s: float = 0.0


#: Nothing out of the ordinary.
SMOOTH = Fate()


@dataclass(frozen=True, slots=True)
class Outage:
    """Nothing is taken or answered from `start` on, until `end` (aware)."""

    start: datetime
    end: datetime


class Fates(Protocol):
    """Decides. Both must be functions of what they are given alone."""

    def fate(self, order: BrokerOrder, arrival: int) -> Fate:
        """What becomes of the `arrival`-th (from 1) arrival of an order."""

    def is_out(self, at: datetime) -> bool:
        """Whether nobody is there at that instant."""


class NoFaults:
    """A market where nothing ever goes wrong."""

    def fate(self, order: BrokerOrder, arrival: int) -> Fate:  # noqa: ARG002 - the port's
        return SMOOTH

    def is_out(self, at: datetime) -> bool:  # noqa: ARG002 - the port's
        return False


@dataclass(frozen=True, slots=True)
class Rates:
    """How often each thing happens, as a share of orders from 0 to 1.

    `timeout_rate` is of answers that never come: of those, the share `timeouts_lost` never arrived, the
    rest was taken. `rest_never_rate` is of the partial ones: their rest is only got rid of by a cancel.
    `latency_s` is the longest; each order's is between a half and the whole of it.
    """

    fail_rate: float = 0.0
    timeout_rate: float = 0.0
    timeouts_lost: float = 0.5
    partial_rate: float = 0.0
    rest_never_rate: float = 0.5
    unavailable_rate: float = 0.0
    duplicate_rate: float = 0.0
    cancel_timeout_rate: float = 0.0
    silent_query_rate: float = 0.0
    latency_s: float = 0.0

    def __post_init__(self) -> None:
        for each in fields(self):
            rate = getattr(self, each.name)
            highest = 60.0 if each.name == "latency_s" else 1.0
            if not 0 <= rate <= highest:
                raise InvalidInput("rate_out_of_range", f"from 0 to {highest:g}", field=each.name)


class SeededFates:
    """Fates by seed and name. Faults of the wire happen to the first arrival of an order only."""

    def __init__(self, seed: int, rates: Rates | None = None, outages: Sequence[Outage] = ()) -> None:
        self._seed, self._rates, self._outages = seed, rates or Rates(), tuple(outages)

    def fate(self, order: BrokerOrder, arrival: int) -> Fate:
        name, rates, first = order.client_order_id, self._rates, arrival == 1
        timeout = first and self._happens(name, "timeout", rates.timeout_rate)
        lost = timeout and self._happens(name, "lost", rates.timeouts_lost)
        latency = rates.latency_s
        if latency:
            latency *= 0.5 + self._draw(name, "latency") / _MILLION / 2
        return Fate(
            handling=self._handling(name),
            unavailable=first and self._happens(name, "unavailable", rates.unavailable_rate),
            lost=lost,
            unanswered=timeout and not lost,
            cancel_unanswered=self._happens(name, "cancel", rates.cancel_timeout_rate),
            silent_queries=int(self._happens(name, "silent", rates.silent_query_rate)),
            latency_s=latency,
        )

    def is_out(self, at: datetime) -> bool:
        return any(outage.start <= at < outage.end for outage in self._outages)

    def _handling(self, name: str) -> Handling:
        rates = self._rates
        if self._happens(name, "fail", rates.fail_rate):
            return Handling(reject="rejected by the simulated exchange")
        twice = self._happens(name, "twice", rates.duplicate_rate)
        if not self._happens(name, "partial", rates.partial_rate):
            return Handling(published_twice=True) if twice else PLAIN
        first = 100_000 + self._draw(name, "first") * 8 // 10
        never = self._happens(name, "never", rates.rest_never_rate)
        return Handling(
            first_ppm=first,
            rest_after=None if never else 1 + self._draw(name, "rest") % 3,
            published_twice=twice,
        )

    def _happens(self, name: str, what: str, rate: float) -> bool:
        return bool(rate) and self._draw(name, what) < rate * _MILLION

    def _draw(self, name: str, what: str) -> int:
        """From 0 to 999 999."""
        text = f"{self._seed}\x1f{name}\x1f{what}".encode()
        return int.from_bytes(blake2b(text, digest_size=8).digest(), "big") % _MILLION


class ScriptedFates:
    """Fates that a test writes down: by name, one per arrival, the last one for all that follow.

    `down` are outages; everything not named gets `otherwise`.
    """

    def __init__(
        self,
        script: Mapping[str, Fate | Sequence[Fate]] | None = None,
        otherwise: Fate = SMOOTH,
        down: Sequence[Outage] = (),
    ) -> None:
        self._script = {
            name: (told,) if isinstance(told, Fate) else tuple(told) for name, told in (script or {}).items()
        }
        self._otherwise, self._outages = otherwise, tuple(down)

    def fate(self, order: BrokerOrder, arrival: int) -> Fate:
        told = self._script.get(order.client_order_id)
        return told[min(arrival, len(told)) - 1] if told else self._otherwise

    def is_out(self, at: datetime) -> bool:
        return any(outage.start <= at < outage.end for outage in self._outages)
