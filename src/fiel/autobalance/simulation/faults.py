"""What goes wrong in a simulation: orders refused, answers lost, rollbacks that cannot work, dead workers.

All of it is decided by seed and name, so that the same seed meets the same faults whatever the timing.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import blake2b

from fiel.autobalance.brokers.simulated.books import Handling
from fiel.autobalance.brokers.simulated.fates import Fate, Fates, Rates
from fiel.autobalance.orders import BrokerOrder
from fiel.autobalance.runner import Point
from fiel.autobalance.saga.model import Saga, saga_of
from fiel.kernel.errors import InvalidInput, Unavailable

#: Of the batches in which something can fail, this part cannot be rolled back either.
DOOMED = 0.2
_MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Troubles:
    """How often things go wrong, as shares from 0 to 1: orders refused, answers lost, workers that die.

    Raises `InvalidInput` naming the field.
    """

    fail_rate: float = 0.0
    timeout_rate: float = 0.0
    crash_rate: float = 0.0

    def __post_init__(self) -> None:
        for name, most in (("fail_rate", 1.0), ("timeout_rate", 1.0), ("crash_rate", 0.5)):
            if not 0 <= getattr(self, name) <= most:
                raise InvalidInput("out_of_range", f"{name}: write 0 to {most:g}", field=name)

    @property
    def rates(self) -> Rates:
        """The same for the exchange's fates."""
        return Rates(fail_rate=self.fail_rate, timeout_rate=self.timeout_rate)


class WorkerDied(Unavailable):
    """Raised where a worker is to die: nothing after this point is done by it."""


def drawn(seed: int, *parts: object) -> float:
    """A number from 0 up to 1 that is a function of its arguments alone."""
    text = "\x1f".join(str(part) for part in (seed, *parts)).encode()
    return int.from_bytes(blake2b(text, digest_size=8).digest(), "big") / 2**64


@dataclass
class SimulatedFates:
    """The fates of `inner`, and for doomed sagas the refusal of every order that would undo something.

    `made_to_fail` are the portfolios of which every try to reverse an operation was refused, as the exchange
    saw it: those, and no others, must end STALE.
    """

    seed: int
    inner: Fates
    is_doomed: bool
    tries: int
    made_to_fail: set[str] = field(default_factory=set)
    #: The tries that arrived, of each operation of each saga.
    _tried: dict[str, set[str]] = field(default_factory=dict)

    def fate(self, order: BrokerOrder, arrival: int) -> Fate:
        """See `Fates`."""
        operation, _, attempt = order.client_order_id.rpartition(".")
        fate = self.inner.fate(order, arrival)
        if attempt == "f":
            return fate
        if self.is_doomed and drawn(self.seed, "doomed", saga_of(operation)) < DOOMED:
            fate = replace(fate, handling=Handling(reject="nobody wants it"), unavailable=False)
        tried = self._tried.setdefault(operation, set())
        tried.add(attempt)
        if fate.handling.reject is not None and len(tried) == self.tries:
            self.made_to_fail.add(order.portfolio)
        return fate

    def is_out(self, at: datetime) -> bool:
        """See `Fates`."""
        return self.inner.is_out(at)


@dataclass
class Crashes:
    """Kills the worker of a saga at its points: `rate` of them, by name and fencing token.

    The token grows with every take-over, so that the next worker meets another fate at the same point.
    """

    seed: int
    rate: float
    count: int = 0

    def __call__(self, point: Point, saga: Saga, attempt: str | None) -> None:
        """Raises `WorkerDied`."""
        if (
            self.rate
            and drawn(self.seed, "crash", point, saga.id, saga.token, saga.version, attempt) < self.rate
        ):
            self.count += 1
            raise WorkerDied("worker_died", f"the simulated worker died {point} ({saga.id})")
