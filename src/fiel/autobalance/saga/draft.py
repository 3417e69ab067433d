"""A saga while one step works on it: a copy that is changed, and what the step has to say."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from fiel.autobalance.order_events import closed, executed, pending
from fiel.autobalance.orders import Execution, OrderState
from fiel.autobalance.saga.events import Command, Place, SagaAlert, SagaAlertCode, Step
from fiel.autobalance.saga.model import (
    Attempt,
    AttemptState,
    Operation,
    OpState,
    Patience,
    Saga,
    SagaStatus,
)


class Draft:
    """The working copy. `at` is when the event happened."""

    __slots__ = (
        "_alerts",
        "_before",
        "_commands",
        "_told",
        "at",
        "failed",
        "operations",
        "patience",
        "status",
        "token",
    )

    def __init__(self, saga: Saga, at: datetime, patience: Patience) -> None:
        self._before = saga
        self.at = at
        self.patience = patience
        self.operations: list[Operation] = [*saga.operations]
        self.status: SagaStatus = saga.status
        self.failed = saga.failed
        self.token = saga.token
        self._told: list[dict[str, object]] = []
        self._alerts: list[SagaAlert] = []
        self._commands: list[Command] = []

    @property
    def saga_id(self) -> str:
        return self._before.id

    @property
    def portfolio(self) -> str:
        return self._before.portfolio

    @property
    def currency(self) -> str:
        return self._before.currency

    def attempts(self) -> Iterator[Attempt]:
        """Every attempt, by operation and number, as it stands now."""
        for operation in [*self.operations]:
            yield from operation.attempts

    def find(self, attempt_id: str) -> Attempt | None:
        """By its client order id."""
        return next((attempt for attempt in self.attempts() if attempt.id == attempt_id), None)

    def put(self, attempt: Attempt) -> None:
        """The attempt as it stands now; a new one goes to the end of its operation."""
        index = attempt.operation - 1
        operation = self.operations[index]
        attempts = (
            *operation.attempts[: attempt.number],
            attempt,
            *operation.attempts[attempt.number + 1 :],
        )
        # Built, not `replace`d: of a step's time, a third went there.
        self.operations[index] = Operation(
            operation.number,
            operation.stage,
            operation.ticker,
            operation.side,
            operation.quantity,
            operation.price,
            operation.limit,
            attempts,
            _state(attempts),
        )

    def send(self, attempt: Attempt) -> None:
        """A new order goes out: known as SENT and reserved in the book before the network hears of it."""
        self.put(replace(attempt, state=AttemptState.SENT, sends=1, sent_at=self.at))
        self._told.append(pending(attempt.order, self.at))
        self.ask(Place(attempt.id))

    def close(self, attempt: Attempt, reason: str, *, told: OrderState | None) -> None:
        """It ended with less than ordered; the book hears of it as `told`, or not at all."""
        self.put(replace(attempt, state=AttemptState.FAILED, reason=reason, absent=0, doubts=0))
        if told is not None:
            self._told.append(closed(attempt.order, told, self.at))

    def book(self, attempt: Attempt, execution: Execution, upto: int) -> None:
        """An execution that the book has not heard of."""
        self._told.append(executed(attempt.order, execution, upto))

    def alert(self, code: SagaAlertCode, attempt: Attempt | None, message: str) -> None:
        """A person must look."""
        about = attempt.id if attempt else None
        self._alerts.append(SagaAlert(code, self._before.id, self._before.portfolio, about, message))

    def ask(self, command: Command) -> None:
        """To be done once the step is saved."""
        self._commands.append(command)

    def step(self) -> Step:
        """What came of it. The version grows when there is something to save."""
        before, operations = self._before, tuple(self.operations)
        same = (before.status, before.failed, before.token) == (self.status, self.failed, self.token)
        if same and operations == before.operations and not self._told and not self._alerts:
            return Step(before, commands=tuple(self._commands))
        after = Saga(
            before.id,
            before.portfolio,
            before.currency,
            operations,
            self.token,
            before.started_at,
            self.status,
            before.version + 1,
            self.failed,
        )
        return Step(after, tuple(self._told), tuple(self._alerts), tuple(self._commands))


def _state(attempts: tuple[Attempt, ...]) -> OpState:
    """Where an operation stands, from its attempts: one in doubt makes all of it unknown."""
    forward, tries = attempts[0], attempts[1:]
    if any(attempt.state is AttemptState.UNKNOWN for attempt in attempts):
        return OpState.UNKNOWN
    if forward.state is AttemptState.SENT:
        return OpState.SENT
    if tries and forward.filled == sum(attempt.filled for attempt in tries):
        return OpState.ROLLED_BACK
    return OpState.DONE if forward.state is AttemptState.DONE else OpState.FAILED
