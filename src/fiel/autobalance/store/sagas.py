"""Sagas in the database: written by the batch, read whole."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select

from fiel.autobalance import tables
from fiel.autobalance.alerting.wire import alert_message
from fiel.autobalance.saga.events import SagaAlert
from fiel.autobalance.saga.model import Saga, SagaStatus
from fiel.autobalance.store import rows
from fiel.infra.storage import outbox
from fiel.infra.storage.bulk import (
    Row,
    Shape,
    Writes,
    fetch,
    find_by_index,
    in_list,
    key_list,
    writing,
)
from fiel.infra.storage.types import micros_of
from fiel.infra.storage.upserts import insert_into

#: Said of a portfolio that a saga made STALE.
BY_SAGA = "fiel"


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a new saga comes from: what is stored of it once and never changes."""

    ordinal: int
    request: str
    cause: str
    worst: str
    account_sequence: int


@dataclass(frozen=True, slots=True)
class Change:
    """A saga before and after what is to be saved; `before` is `None` with the `origin` of a new one.

    `cost` in minor units, for one that ended.
    """

    before: Saga | None
    after: Saga
    holder: str
    origin: Origin | None = None
    cost: int | None = None

    @property
    def ended(self) -> bool:
        return self.after.status.is_final


def begin(connection: Connection) -> None:
    """Before anything else in a transaction on many sagas."""
    find_by_index(connection)


def write(connection: Connection, changes: Sequence[Change], at: datetime) -> None:
    """All rows of all changes; portfolios learn of a begin and of an end. Their leases must be held.

    Raises `Conflict` (constraint_broken) for a saga that is there already.
    """
    now = micros_of(at)
    with writing(connection) as write:
        _insert_new([each for each in changes if each.before is None], write, now)
        _update_old([each for each in changes if each.before is not None], write, now)
        ended = [each.after for each in changes if each.ended]
        write.update(rows.ENDED, sorted((saga.portfolio, now, now) for saga in ended))
        write.update(rows.STALE, sorted(_stale_row(saga, now) for saga in ended if _is_stale(saga)))


def _is_stale(saga: Saga) -> bool:
    return saga.status is SagaStatus.STALE


def _stale_row(saga: Saga, now: int) -> Row:
    reason = rows.text_of(saga.failed) or "a compensation failed"
    return (saga.portfolio, "stale", reason, BY_SAGA, now, saga.id)


def _insert_new(new: Sequence[Change], write: Writes, now: int) -> None:
    write.insert(rows.SAGA, [_saga_row(each, now) for each in new])
    write.insert(rows.OPERATION, [rows.operation_row(e.after, o) for e in new for o in e.after.operations])
    attempts = [
        rows.attempt_row(each.after, attempt, now)
        for each in new
        for operation in each.after.operations
        for attempt in operation.attempts
    ]
    write.insert(rows.ATTEMPT, attempts)
    steps = []
    for each in new:
        operations = each.after.operations
        text = rows.step_text((a for o in operations for a in o.attempts), operations, each.after.failed)
        steps.append(_step_row(each, text, now))
    write.insert(rows.STEP, steps)
    begun = ((e.after.portfolio, e.origin.ordinal if e.origin else 0, now, now) for e in new)
    write.update(rows.BEGUN, sorted(begun))


def _update_old(old: Sequence[Change], write: Writes, now: int) -> None:
    operations: list[Row] = []
    fresh: list[Row] = []
    attempts: list[Row] = []
    steps: list[Row] = []
    for each in old:
        before, after = each.before, each.after
        if before is None:
            continue
        moved = list(rows.changed_operations(before, after))
        added, changed = rows.changed_attempts(before, after)
        operations += [(after.id, operation.number, operation.state.value) for operation in moved]
        fresh += [rows.attempt_row(after, attempt, now) for attempt in added]
        attempts += [rows.changed_attempt_row(attempt, now) for attempt in changed]
        why = after.failed if after.failed != before.failed else None
        steps.append(_step_row(each, rows.step_text([*added, *changed], moved, why), now))
    write.update(rows.CHANGED_SAGA, [_changed_saga_row(each, now) for each in old])
    write.update(rows.CHANGED_OPERATION, operations)
    write.insert(rows.ATTEMPT, fresh)
    write.update(rows.CHANGED_ATTEMPT, attempts)
    write.insert(rows.STEP, steps)


def _saga_row(change: Change, now: int) -> Row:
    saga, origin = change.after, change.origin
    assert origin is not None, "a new saga has an origin"  # noqa: S101 - programmer error
    return (
        saga.id,
        saga.portfolio,
        saga.currency,
        origin.ordinal,
        origin.request,
        origin.cause,
        origin.worst,
        origin.account_sequence,
        saga.status.value,
        saga.token,
        saga.version,
        rows.text_of(saga.failed),
        change.cost,
        change.holder,
        micros_of(saga.started_at),
        now,
        now if change.ended else None,
    )


def _changed_saga_row(change: Change, now: int) -> Row:
    saga = change.after
    return (
        saga.id,
        saga.status.value,
        saga.token,
        saga.version,
        rows.text_of(saga.failed),
        change.cost,
        change.holder,
        now,
        now if change.ended else None,
    )


def _step_row(change: Change, text: str, now: int) -> Row:
    saga = change.after
    return (saga.id, saga.version, saga.token, change.holder, saga.status.value, text, now)


def tell(connection: Connection, alerts: Iterable[SagaAlert], at: datetime) -> None:
    """Alerts, each once per saga, code and attempt, kept and put into the outbox."""
    table = tables.saga_alerts
    for alert in alerts:
        message = rows.text_of(alert.message) or ""
        name = {"saga": alert.saga, "code": alert.code.value, "attempt": alert.attempt or ""}
        row = insert_into(table, connection).values(**name, portfolio=alert.portfolio, message=message, at=at)
        added = row.on_conflict_do_nothing().returning(table.c.saga)
        if connection.execute(added).first() is None:
            continue
        outbox.append(connection, [alert_message(alert, at)], at=at)


def versions_locked(connection: Connection, ids: Collection[str]) -> dict[str, tuple[int, int]]:
    """Version and fencing token of sagas, theirs until the end of the transaction."""
    if not ids:
        return {}
    lock = "" if connection.dialect.name == "sqlite" else " FOR NO KEY UPDATE"
    condition = in_list(connection, "id", "text")
    statement = f"SELECT id, version, token FROM sagas WHERE {condition} ORDER BY id{lock}"  # noqa: S608
    found = fetch(connection, statement, (key_list(connection, "text", ids),))
    return {name: (version, token) for name, version, token in found}


def unfinished_of(connection: Connection, portfolios: Collection[str]) -> dict[str, str]:
    """The unfinished saga of each portfolio that has one."""
    if not portfolios:
        return {}
    condition = in_list(connection, "portfolio", "text")
    statement = f"SELECT portfolio, id FROM sagas WHERE ended_at IS NULL AND {condition}"  # noqa: S608
    return dict(fetch(connection, statement, (key_list(connection, "text", portfolios),)))


def counts(connection: Connection) -> dict[SagaStatus, int]:
    """How many sagas there are of each status."""
    asked = select(tables.sagas.c.status, func.count()).group_by(tables.sagas.c.status)
    return dict.fromkeys(SagaStatus, 0) | {
        SagaStatus(status): count for status, count in connection.execute(asked)
    }


def running(connection: Connection) -> dict[SagaStatus, int]:
    """How many sagas there are of each status that is not final: the rest of the journal is not read."""
    held = tables.sagas.c
    asked = select(held.status, func.count()).where(held.ended_at.is_(None)).group_by(held.status)
    return {status: 0 for status in SagaStatus if not status.is_final} | {
        SagaStatus(status): count for status, count in connection.execute(asked)
    }


def portfolios_unfinished(
    connection: Connection, after: str, limit: int, broker: str | None = None
) -> list[str]:
    """Portfolios with an unfinished saga by name, those after `after`; of one broker, if one is named."""
    held = tables.sagas.c
    asked = select(held.portfolio).where(held.ended_at.is_(None), held.portfolio > after)
    if broker is not None:
        enrolled = tables.balanced_portfolios.c
        asked = asked.join(tables.balanced_portfolios, enrolled.portfolio == held.portfolio)
        asked = asked.where(enrolled.broker == broker)
    return list(connection.execute(asked.order_by(held.portfolio).limit(limit)).scalars())


def load(connection: Connection, ids: Collection[str]) -> dict[str, Saga]:
    """Sagas by id, whole; those that there are."""
    if not ids:
        return {}
    operations = _by_saga(connection, rows.OPERATION, "saga", ids)
    attempts = _by_saga(connection, rows.ATTEMPT, "saga", ids)
    found = {}
    for name, own in _by_saga(connection, rows.SAGA, "id", ids).items():
        row = own[0]
        portfolio, currency = row[1], row[2]
        parts = rows.operations_of(portfolio, currency, operations.get(name, ()), attempts.get(name, ()))
        found[name] = rows.saga_of(row, parts)
    return found


def _by_saga(
    connection: Connection, shape: Shape, column: str, ids: Collection[str]
) -> dict[str, list[tuple[Any, ...]]]:
    names = ", ".join(f'"{name}"' for name in shape.columns)
    condition = in_list(connection, column, "text")
    statement = f"SELECT {names} FROM {shape.table} WHERE {condition}"  # noqa: S608 - no input in it
    place = shape.columns.index(column)
    found: dict[str, list[tuple[Any, ...]]] = {}
    for row in fetch(connection, statement, (key_list(connection, "text", ids),)):
        found.setdefault(row[place], []).append(row)
    return found


def ids_of(connection: Connection, portfolio: str, limit: int) -> list[str]:
    """The sagas of a portfolio, the latest first."""
    held = tables.sagas.c
    asked = select(held.id).where(held.portfolio == portfolio).order_by(held.ordinal.desc()).limit(limit)
    return list(connection.execute(asked).scalars())


def in_doubt(connection: Connection, portfolio: str) -> list[str]:
    """Orders of a portfolio that the broker may have without our knowing."""
    return in_doubt_of(connection, [portfolio]).get(portfolio, [])


def in_doubt_of(connection: Connection, portfolios: Collection[str]) -> dict[str, list[str]]:
    """The same of many; those that have any."""
    attempts, owner = tables.saga_attempts.c, tables.sagas.c
    asked = (
        select(owner.portfolio, attempts.client_order_id)
        .join(tables.sagas, owner.id == attempts.saga)
        .where(owner.portfolio.in_(sorted(portfolios)), attempts.state.in_(("sent", "unknown")))
        .order_by(attempts.client_order_id)
    )
    found: dict[str, list[str]] = {}
    for portfolio, order in connection.execute(asked):
        found.setdefault(portfolio, []).append(order)
    return found


@dataclass(frozen=True, slots=True)
class Record:
    """A batch for the history: what asked for it, how it stands, what undoing it cost (minor units)."""

    saga: Saga
    ordinal: int
    request: str
    cause: str
    worst: str
    holder: str
    cost: int | None
    ended_at: datetime | None


def records(connection: Connection, portfolio: str, limit: int) -> list[Record]:
    """The batches of a portfolio, the latest first."""
    held = tables.sagas
    asked = select(held).where(held.c.portfolio == portfolio).order_by(held.c.ordinal.desc()).limit(limit)
    found = list(connection.execute(asked))
    whole = load(connection, [row.id for row in found])
    return [
        Record(
            whole[row.id],
            row.ordinal,
            row.request,
            row.cause,
            row.worst,
            row.holder,
            row.cost,
            row.ended_at,
        )
        for row in found
    ]


def steps_of(connection: Connection, saga: str) -> list[dict[str, Any]]:
    """What each saved step of a saga changed, in order."""
    steps = tables.saga_steps
    asked = select(steps).where(steps.c.saga == saga).order_by(steps.c.version)
    return [
        {"version": row.version, "token": row.token, "holder": row.holder, "status": row.status, "at": row.at}
        | json.loads(row.changed)
        for row in connection.execute(asked)
    ]
