"""What every transaction of the journal works with: the book, the clock, leases by portfolio, the step."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_HALF_EVEN, Decimal

from fiel.autobalance.saga.events import Step
from fiel.autobalance.saga.model import Patience, Saga
from fiel.autobalance.saga.step import round_trip_cost
from fiel.autobalance.settling import Stepping, settled
from fiel.custody.joint import JointBook
from fiel.infra.storage import leases
from fiel.infra.storage.database import Session
from fiel.infra.storage.leases import LONGEST, Lease
from fiel.kernel.clock import Clock
from fiel.kernel.errors import InvalidInput
from fiel.kernel.money import currency_decimals

_LEASE = "autobalance:"


@dataclass(frozen=True, slots=True)
class JournalConfig:
    """`time_to_live` of a lease without a heartbeat, `longest` with them; sagas per transaction.

    `broker`: only sagas of portfolios enrolled with it are begun and taken over (`None`: all).
    """

    time_to_live: timedelta = timedelta(seconds=60)
    longest: timedelta = LONGEST
    together: int = 64
    broker: str | None = None

    def __post_init__(self) -> None:
        if not timedelta(0) < self.time_to_live <= self.longest <= LONGEST:
            raise InvalidInput(
                "lease_out_of_range", f"0 < time_to_live <= longest <= {LONGEST}", field="time_to_live"
            )
        if not 1 <= self.together <= 1000:
            raise InvalidInput("together_out_of_range", "1 to 1000 sagas per transaction", field="together")


@dataclass(frozen=True, slots=True)
class Means:
    """The parts of a journal."""

    book: JointBook
    clock: Clock
    config: JournalConfig
    patience: Patience
    stepping: Stepping

    def settled(self, session: Session, steps: Sequence[Step], at: datetime) -> list[Step]:
        """The steps once the book has taken what they tell."""
        return settled(session, steps, self.book, self.stepping, self.patience, at)

    def leased(self, session: Session, portfolios: Collection[str], holder: str) -> dict[str, Lease]:
        """The leases of the portfolios that are free, by portfolio."""
        config, wanted = self.config, [_LEASE + name for name in portfolios]
        found = leases.take_many(session, wanted, holder, config.time_to_live, longest=config.longest)
        return {name.removeprefix(_LEASE): lease for name, lease in found.items()}


def unheld(session: Session, portfolios: Collection[str]) -> list[str]:
    """Of the portfolios, in their order, those that nobody holds by the database's clock."""
    free = leases.lapsed(session, [_LEASE + name for name in portfolios])
    return [name.removeprefix(_LEASE) for name in free]


def cost_of(saga: Saga) -> int | None:
    """What undoing an ended saga cost, in minor units (half to even); `None` when nothing was undone."""
    if not saga.status.is_final or not any(operation.reversed for operation in saga.operations):
        return None
    exact = Decimal(round_trip_cost(saga)).scaleb(currency_decimals(saga.currency) - 18)
    return int(exact.to_integral_value(ROUND_HALF_EVEN))
