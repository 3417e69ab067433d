"""A saga as a value: the batch of one portfolio, its operations, and every attempt at each.

    PLANNED -> SENT -> DONE | FAILED | UNKNOWN -> (compensating) -> ROLLED_BACK

An *attempt* is one order at the broker: the forward order of an operation, or one try to reverse what it
filled. Its `client_order_id` is a pure function of saga, operation and attempt, so that after any crash
the same question can be asked and no order is ever sent under two names.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from fiel.autobalance.orders import BrokerOrder, Execution
from fiel.custody.order_events.event import Side


class SagaStatus(StrEnum):
    """Where a batch stands. The last four are final."""

    RUNNING = "running"
    COMPENSATING = "compensating"
    #: Every operation executed in full.
    DONE = "done"
    #: Something failed and everything that had executed was reversed.
    ROLLED_BACK = "rolled_back"
    #: Nothing ever executed: nothing to reverse.
    ABANDONED = "abandoned"
    #: Reversing failed: a person must look.
    STALE = "stale"

    @property
    def is_final(self) -> bool:
        """Whether nothing more will happen."""
        return self not in (SagaStatus.RUNNING, SagaStatus.COMPENSATING)


class OpState(StrEnum):
    """Where an operation stands."""

    PLANNED = "planned"
    SENT = "sent"
    DONE = "done"
    FAILED = "failed"
    UNKNOWN = "unknown"
    ROLLED_BACK = "rolled_back"


class AttemptKind(StrEnum):
    FORWARD = "forward"
    COMPENSATION = "compensation"


class AttemptState(StrEnum):
    """Where one order stands: to be sent, sent and not known, known to be executed (in full), known to
    have ended with less (perhaps nothing)."""

    PLANNED = "planned"
    SENT = "sent"
    UNKNOWN = "unknown"
    DONE = "done"
    FAILED = "failed"

    @property
    def is_final(self) -> bool:
        return self in (AttemptState.DONE, AttemptState.FAILED)

    @property
    def in_doubt(self) -> bool:
        """Whether the broker may have it without our knowing."""
        return self in (AttemptState.SENT, AttemptState.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Attempt:
    """One order. `number` is 0 for the forward order and 1, 2, 3... for the tries of the compensation.

    `absent` counts the answers "no such order" in a row since it was last sent, `sends` how often it was
    sent under its one name (0: it never left), `doubts` the questions in a row that nobody answered.
    `reason` says why it FAILED; before that, what was heard of it so far (words of `saga.hearing`).
    """

    operation: int
    kind: AttemptKind
    number: int
    order: BrokerOrder
    state: AttemptState = AttemptState.PLANNED
    executions: tuple[Execution, ...] = ()
    sends: int = 0
    absent: int = 0
    reason: str | None = None
    sent_at: datetime | None = None
    doubts: int = 0

    @property
    def id(self) -> str:
        """Its name everywhere: the client order id."""
        return self.order.client_order_id

    @property
    def filled(self) -> int:
        """Executed quantity in billionths."""
        return sum(each.quantity for each in self.executions)


@dataclass(frozen=True, slots=True)
class Operation:
    """One net order of the batch. `stage` 1 goes out first; `stage` 2 when all of stage 1 is DONE.

    `price` is the market price that the plan was made at (billionths); `limit` is what is reserved at.
    """

    number: int
    stage: int
    ticker: str
    side: Side
    quantity: int
    price: int
    limit: int
    attempts: tuple[Attempt, ...] = ()
    state: OpState = OpState.PLANNED

    @property
    def forward(self) -> Attempt | None:
        """The order that was to do it, once it was prepared."""
        return self.attempts[0] if self.attempts else None

    @property
    def filled(self) -> int:
        """What its forward order executed, in billionths."""
        return self.attempts[0].filled if self.attempts else 0

    @property
    def reversed(self) -> int:
        """What the compensations took back, in billionths."""
        return sum(each.filled for each in self.attempts[1:])

    @property
    def open_quantity(self) -> int:
        """What is still to be reversed if the batch must be undone."""
        return self.filled - self.reversed


@dataclass(frozen=True, slots=True)
class Saga:
    """A batch. `id` is deterministic (portfolio and its ordinal); `token` the fencing token it runs under.

    `version` grows by one with each saved step. `started_at` is when it was begun, `failed` says why it
    is being undone.
    """

    id: str
    portfolio: str
    currency: str
    operations: tuple[Operation, ...]
    token: int
    started_at: datetime
    status: SagaStatus = SagaStatus.RUNNING
    version: int = 0
    failed: str | None = None

    def operation(self, number: int) -> Operation:
        """By its number, from 1."""
        return self.operations[number - 1]

    def attempt(self, attempt_id: str) -> Attempt:
        """By its client order id. Raises `KeyError`."""
        for operation in self.operations:
            for attempt in operation.attempts:
                if attempt.id == attempt_id:
                    return attempt
        raise KeyError(attempt_id)


@dataclass(frozen=True, slots=True)
class Patience:
    """How long and how often a saga tries; times are real time, all bounded.

    | | |
    |---|---|
    | `answer` | how long a call to the broker may take before its outcome is UNKNOWN |
    | `fill` | how long an order may stay open before it is cancelled |
    | `poll` | between two questions about an open order |
    | `first_query`, `longest_query` | between two questions about an order in doubt (doubling) |
    | `grace` | before a second "no such order" is believed and the same order is sent again |
    | `sends` | how often one order may be sent under its one name |
    | `tries` | compensations of one operation before the portfolio is STALE |
    | `delay`, `jitter` | before the second and third try (doubling); part of it that is random |
    | `width` | how far from the last execution a compensation may trade, as a fraction (doubling) |
    | `worry` | unanswered questions in a row before a person hears of the doubt |
    """

    answer: timedelta = timedelta(seconds=10)
    fill: timedelta = timedelta(seconds=60)
    poll: timedelta = timedelta(seconds=1)
    first_query: timedelta = timedelta(seconds=1)
    longest_query: timedelta = timedelta(seconds=60)
    grace: timedelta = timedelta(seconds=5)
    sends: int = 3
    tries: int = 3
    delay: timedelta = timedelta(seconds=5)
    jitter: float = 0.25
    width: Decimal = Decimal("0.05")
    worry: int = 5


def client_order_id(saga_id: str, operation: int, kind: AttemptKind, number: int) -> str:
    """The name of an order: the same for the same saga, operation and attempt, for ever.

    >>> client_order_id("sg_0123", 2, AttemptKind.COMPENSATION, 1)
    'sg_0123.2.c1'
    """
    return f"{saga_id}.{operation}.{'f' if kind is AttemptKind.FORWARD else f'c{number}'}"


def saga_of(name: str) -> str:
    """The saga of an order's name.

    >>> saga_of("sg_0123.2.c1")
    'sg_0123'
    """
    return name.partition(".")[0]
