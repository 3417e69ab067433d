"""The saga as a pure function: where it stood and what happened give where it stands and what to do.

Total: any event in any state gives a step; what comes late or twice changes nothing. A runner keeps at
most one command of each kind per attempt (a new one takes the place of the old), and tells what one
attempt's calls brought in the order in which they were made.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from fiel.autobalance.orders import BrokerOrder, OrderState
from fiel.autobalance.saga import hearing
from fiel.autobalance.saga.compensating import compensate, round_trip_cost
from fiel.autobalance.saga.draft import Draft
from fiel.autobalance.saga.events import (
    Absent,
    Answered,
    Begun,
    Happened,
    NotDone,
    Place,
    Query,
    QueryFailed,
    ReservationsRefused,
    Resumed,
    Step,
    Unanswered,
    Wake,
    Woken,
)
from fiel.autobalance.saga.model import (
    Attempt,
    AttemptKind,
    AttemptState,
    Operation,
    OpState,
    Patience,
    Saga,
    SagaStatus,
    client_order_id,
)
from fiel.kernel.errors import InvalidInput

__all__ = ["begun_saga", "round_trip_cost", "step", "unfinished"]

_NOW = timedelta(0)


def begun_saga(
    id: str,  # noqa: A002 - the saga's own
    portfolio: str,
    currency: str,
    operations: Sequence[Operation],
    token: int,
    at: datetime,
) -> Saga:
    """A saga of which nothing was done yet; `Begun` starts it. Operations are numbered from 1, in order.

    Raises `InvalidInput` for operations that no order can be made of.
    """
    saga = Saga(id, portfolio, currency, tuple(operations), token, at)
    for place, operation in enumerate(saga.operations, 1):
        if operation.number != place or operation.attempts or operation.state is not OpState.PLANNED:
            raise InvalidInput(
                "operations_not_planned", "operations are new and numbered from 1", field="operations"
            )
        _forward(saga.id, portfolio, currency, operation)
    return saga


def step(saga: Saga, happened: Happened, patience: Patience) -> Step:
    """What `happened` does to the saga. See the module for what the runner owes."""
    if saga.status.is_final:
        return Step(saga)
    draft = Draft(saga, happened.at, patience)
    if isinstance(happened, Resumed):
        if happened.token < saga.token:
            return Step(saga)
        _resume(draft, happened.token)
    elif isinstance(happened, ReservationsRefused):
        _refuse(draft, happened)
    elif not isinstance(happened, Begun):
        attempt = draft.find(happened.attempt)
        if attempt is None:
            return Step(saga)
        _hear(draft, attempt, happened)
    _go_on(draft)
    return draft.step()


def unfinished(saga: Saga) -> list[Attempt]:
    """The attempts that are not over: planned, sent or in doubt."""
    return [
        attempt
        for operation in saga.operations
        for attempt in operation.attempts
        if not attempt.state.is_final
    ]


def _hear(
    draft: Draft,
    attempt: Attempt,
    happened: Answered | Unanswered | NotDone | Absent | QueryFailed | Woken,
) -> None:
    match happened:
        case Answered():
            hearing.answered(draft, attempt, happened.report)
        case Unanswered():
            hearing.unanswered(draft, attempt)
        case NotDone():
            hearing.not_done(draft, attempt, happened.reason)
        case Absent():
            hearing.absent(draft, attempt)
        case QueryFailed():
            hearing.query_failed(draft, attempt, happened.reason)
        case Woken():
            if attempt.state is AttemptState.PLANNED:
                draft.send(attempt)


def _resume(draft: Draft, token: int) -> None:
    """Every order that may be out is asked about; nothing is sent before it is known."""
    draft.token = token
    for attempt in draft.attempts():
        if attempt.state.in_doubt:
            # Two answers "no such order" must have a pause between them; how long ago one came is not known.
            # Nor is it known whether those before us sent it at all: holders that died each time between
            # writing it down and sending it must not use up what it may be sent. We have our own times.
            draft.put(replace(attempt, absent=0, sends=min(attempt.sends, 1)))
            draft.ask(Query(attempt.id, _NOW))
        elif attempt.state is AttemptState.PLANNED:
            draft.ask(Wake(attempt.id, _NOW))


def _refuse(draft: Draft, happened: ReservationsRefused) -> None:
    """The book has not what some orders need. A batch is not begun in parts; compensations are."""
    codes = dict(happened.refused)
    found = [attempt for name in happened.prepared if (attempt := draft.find(name))]
    prepared = [attempt for attempt in found if attempt.state is AttemptState.SENT]
    if not any(attempt.id in codes for attempt in prepared):
        return
    for attempt in prepared:
        never_left = replace(attempt, sends=0, sent_at=None)
        if attempt.id in codes:
            draft.close(never_left, codes[attempt.id], told=None)
        elif attempt.kind is AttemptKind.FORWARD:
            draft.close(never_left, hearing.NOT_SENT, told=OrderState.CANCELLED)
        else:
            draft.ask(Place(attempt.id))


def _go_on(draft: Draft) -> None:
    """What follows from how the attempts stand now."""
    if draft.status is SagaStatus.RUNNING:
        _see_failure(draft)
        if draft.failed is None:
            _next_stage(draft)
            return
        if any(not attempt.state.is_final for attempt in draft.attempts()):
            return
        filled = any(operation.filled for operation in draft.operations)
        draft.status = SagaStatus.COMPENSATING if filled else SagaStatus.ABANDONED
    if draft.status is SagaStatus.COMPENSATING:
        compensate(draft)


def _see_failure(draft: Draft) -> None:
    """The first operation that failed is why the batch is undone; what is open elsewhere is cancelled."""
    if draft.failed is not None:
        return
    for operation in draft.operations:
        forward = operation.forward
        if (
            forward is not None
            and forward.state is AttemptState.FAILED
            and forward.reason != hearing.NOT_SENT
        ):
            code = (forward.reason or "failed").partition(":")[0]
            draft.failed = f"{code}:{operation.ticker}"
            hearing.cancel_open(draft)
            return


def _next_stage(draft: Draft) -> None:
    """The lowest stage that is not done goes out, whole; after the last one the saga is done."""
    waiting = [operation for operation in draft.operations if operation.state is not OpState.DONE]
    if not waiting:
        draft.status = SagaStatus.DONE
        return
    stage = min(operation.stage for operation in waiting)
    for operation in waiting:
        if operation.stage == stage and not operation.attempts:
            draft.send(_forward(draft.saga_id, draft.portfolio, draft.currency, operation))


def _forward(saga_id: str, portfolio: str, currency: str, operation: Operation) -> Attempt:
    name = client_order_id(saga_id, operation.number, AttemptKind.FORWARD, 0)
    order = BrokerOrder(
        name,
        portfolio,
        operation.ticker,
        operation.side,
        operation.quantity,
        operation.limit,
        currency,
    )
    return Attempt(operation.number, AttemptKind.FORWARD, 0, order)
