"""Sagas as rows and back: whole numbers and text, instants in microseconds, as the database stores them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from fiel.autobalance import tables
from fiel.autobalance.orders import BrokerOrder, Execution
from fiel.autobalance.saga.model import (
    Attempt,
    AttemptKind,
    AttemptState,
    Operation,
    OpState,
    Saga,
    SagaStatus,
)
from fiel.custody.order_events.event import Side
from fiel.infra.storage.bulk import Row, Shape
from fiel.infra.storage.types import instant_of, micros_of, storable_text

_SAGA, _ATTEMPT, _OPERATION = tables.sagas.c, tables.saga_attempts.c, tables.saga_operations.c
SAGA = Shape.of(tables.sagas)
CHANGED_SAGA = Shape.of(
    tables.sagas,
    (
        _SAGA.id,
        _SAGA.status,
        _SAGA.token,
        _SAGA.version,
        _SAGA.failed,
        _SAGA.cost,
        _SAGA.holder,
        _SAGA.updated_at,
        _SAGA.ended_at,
    ),
)
OPERATION = Shape.of(tables.saga_operations)
CHANGED_OPERATION = Shape.of(tables.saga_operations, (_OPERATION.saga, _OPERATION.number, _OPERATION.state))
ATTEMPT = Shape.of(tables.saga_attempts)
CHANGED_ATTEMPT = Shape.of(
    tables.saga_attempts,
    (
        _ATTEMPT.client_order_id,
        _ATTEMPT.state,
        _ATTEMPT.sends,
        _ATTEMPT.absent,
        _ATTEMPT.doubts,
        _ATTEMPT.executions,
        _ATTEMPT.reason,
        _ATTEMPT.sent_at,
        _ATTEMPT.updated_at,
    ),
)
STEP = Shape.of(tables.saga_steps)
_PORTFOLIO = tables.balanced_portfolios.c
BEGUN = Shape.of(
    tables.balanced_portfolios,
    (_PORTFOLIO.portfolio, _PORTFOLIO.sagas_begun, _PORTFOLIO.last_begun_at, _PORTFOLIO.updated_at),
)
ENDED = Shape.of(
    tables.balanced_portfolios, (_PORTFOLIO.portfolio, _PORTFOLIO.last_done_at, _PORTFOLIO.updated_at)
)
STALE = Shape.of(
    tables.balanced_portfolios,
    (
        _PORTFOLIO.portfolio,
        _PORTFOLIO.status,
        _PORTFOLIO.status_reason,
        _PORTFOLIO.status_by,
        _PORTFOLIO.status_at,
        _PORTFOLIO.stale_saga,
    ),
)

_REASON_MAX = 2000


def text_of(told: str | None) -> str | None:
    """Words of others (a broker's reason), so that any database can hold them."""
    if told is None:
        return None
    plain = told[:_REASON_MAX].replace("\x00", "?")
    return storable_text(plain.encode("utf-8", "replace").decode("utf-8"))


def operation_row(saga: Saga, operation: Operation) -> Row:
    return (
        saga.id,
        operation.number,
        operation.stage,
        operation.ticker,
        operation.side.value,
        operation.quantity,
        operation.price,
        operation.limit,
        operation.state.value,
    )


def attempt_row(saga: Saga, attempt: Attempt, now: int) -> Row:
    order = attempt.order
    return (
        order.client_order_id,
        saga.id,
        attempt.operation,
        attempt.kind.value,
        attempt.number,
        order.side.value,
        order.quantity,
        order.limit,
        *_standing(attempt),
        now,
    )


def changed_attempt_row(attempt: Attempt, now: int) -> Row:
    return (attempt.id, *_standing(attempt), now)


def _standing(attempt: Attempt) -> Row:
    """What changes of an attempt."""
    return (
        attempt.state.value,
        attempt.sends,
        attempt.absent,
        attempt.doubts,
        executions_text(attempt.executions),
        text_of(attempt.reason),
        None if attempt.sent_at is None else micros_of(attempt.sent_at),
    )


def executions_text(executions: Sequence[Execution]) -> str:
    """As compact JSON: [[number, quantity, price, microseconds], ...]."""
    if not executions:
        return "[]"
    told = (f"[{each[0]},{each[1]},{each[2]},{micros_of(each[3])}]" for each in executions)
    return f"[{','.join(told)}]"


def executions_of(text: str) -> tuple[Execution, ...]:
    return tuple(
        Execution(number, quantity, price, instant_of(at)) for number, quantity, price, at in json.loads(text)
    )


def changed_operations(before: Saga, after: Saga) -> Iterator[Operation]:
    """Those whose own row is another now."""
    for old, new in zip(before.operations, after.operations, strict=True):
        if old.state is not new.state:
            yield new


def changed_attempts(before: Saga, after: Saga) -> tuple[list[Attempt], list[Attempt]]:
    """Those that are new, and those that changed."""
    added: list[Attempt] = []
    changed: list[Attempt] = []
    for old, new in zip(before.operations, after.operations, strict=True):
        if old.attempts is new.attempts:
            continue
        known = len(old.attempts)
        added += new.attempts[known:]
        pairs = zip(old.attempts, new.attempts, strict=False)
        changed += [ours for theirs, ours in pairs if theirs is not ours and theirs != ours]
    return added, changed


def step_text(attempts: Iterable[Attempt], operations: Iterable[Operation], failed: str | None) -> str:
    """What a step changed, for the history."""
    told: dict[str, Any] = {
        "attempts": [
            [each.id, each.state.value, each.sends, each.absent, each.filled, text_of(each.reason)]
            for each in attempts
        ],
        "operations": [[each.number, each.state.value] for each in operations],
    }
    if failed is not None:
        told["failed"] = text_of(failed)
    return json.dumps(told, ensure_ascii=False, separators=(",", ":"))


def operations_of(
    portfolio: str, currency: str, operations: Iterable[Any], attempts: Iterable[Any]
) -> tuple[Operation, ...]:
    """From the rows of one saga, in any order."""
    own: dict[int, list[Any]] = {}
    for row in sorted(attempts, key=lambda row: row[4]):
        own.setdefault(row[2], []).append(row)
    return tuple(
        Operation(
            number,
            stage,
            ticker,
            Side(side),
            quantity,
            price,
            limit,
            tuple(_attempt_of(row, portfolio, ticker, currency) for row in own.get(number, ())),
            OpState(state),
        )
        for _, number, stage, ticker, side, quantity, price, limit, state in sorted(operations)
    )


def _attempt_of(row: Any, portfolio: str, ticker: str, currency: str) -> Attempt:
    name, _, operation, kind, number, side, quantity, limit = row[:8]
    state, sends, absent, doubts, executions, reason, sent_at = row[8:15]
    return Attempt(
        operation,
        AttemptKind(kind),
        number,
        BrokerOrder(name, portfolio, ticker, Side(side), quantity, limit, currency),
        AttemptState(state),
        executions=executions_of(executions),
        sends=sends,
        absent=absent,
        reason=reason,
        sent_at=None if sent_at is None else instant_of(sent_at),
        doubts=doubts,
    )


def saga_of(row: Any, operations: tuple[Operation, ...]) -> Saga:
    """A row of `sagas`, all its columns, as it is stored."""
    named = dict(zip(SAGA.columns, row, strict=True))
    return Saga(
        id=named["id"],
        portfolio=named["portfolio"],
        currency=named["currency"],
        operations=operations,
        token=named["token"],
        started_at=instant_of(named["started_at"]),
        status=SagaStatus(named["status"]),
        version=named["version"],
        failed=named["failed"],
    )
