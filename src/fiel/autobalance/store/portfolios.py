"""Balanced portfolios in the database, their models, and what people said of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Select, func, select, update

from fiel.autobalance import tables
from fiel.infra.storage.bulk import Shape, fetch, in_list, key_list, writing
from fiel.infra.storage.types import micros_of
from fiel.infra.storage.upserts import insert_into

_table = tables.balanced_portfolios
_VERDICT = Shape.of(_table, (_table.c.portfolio, _table.c.verdict, _table.c.verdict_at))


class PortfolioStatus(StrEnum):
    """Whether a portfolio is balanced. STALE: a batch could not be undone, a person must look."""

    ACTIVE = "active"
    PAUSED = "paused"
    STALE = "stale"


@dataclass(frozen=True, slots=True)
class Standing:
    """What a new batch must know of its portfolio."""

    status: PortfolioStatus
    currency: str
    sagas_begun: int
    broker: str = ""


@dataclass(frozen=True, slots=True)
class BalancedPortfolio:
    """An enrolment. `model` is the id of what it is balanced to, `policy` JSON text.

    `status_by` says who made it so, and `status_reason` why; `verdict` why nothing was done at `verdict_at`.
    """

    portfolio: str
    currency: str
    model: str
    policy: str
    broker: str
    status: PortfolioStatus
    status_reason: str | None
    status_by: str | None
    status_at: datetime
    stale_saga: str | None
    sagas_begun: int
    last_begun_at: datetime | None
    last_done_at: datetime | None
    verdict: str | None
    verdict_at: datetime | None
    enrolled_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Note:
    """What a person did to a portfolio; never changed nor removed."""

    portfolio: str
    number: int
    action: str
    saga: str | None
    reason: str | None
    by: str
    at: datetime


def standings(connection: Connection, names: Collection[str]) -> dict[str, Standing]:
    """Of the portfolios named, those that are enrolled."""
    if not names:
        return {}
    statement = (
        "SELECT portfolio, status, currency, sagas_begun, broker FROM balanced_portfolios "  # noqa: S608
        f"WHERE {in_list(connection, 'portfolio', 'text')}"
    )
    found = fetch(connection, statement, (key_list(connection, "text", sorted(set(names))),))
    return {name: Standing(PortfolioStatus(status), *rest) for name, status, *rest in found}


def find(connection: Connection, name: str, *, lock: bool = False) -> BalancedPortfolio | None:
    """An enrolment; `lock` keeps it as it is until the end of the transaction."""
    asked = select(_table).where(_table.c.portfolio == name)
    row = connection.execute(asked.with_for_update() if lock else asked).mappings().first()
    return None if row is None else _portfolio(row)


def find_all(connection: Connection, names: Collection[str]) -> list[BalancedPortfolio]:
    """Enrolments by name; those that there are."""
    asked = select(_table).where(_table.c.portfolio.in_(sorted(names))).order_by(_table.c.portfolio)
    return rows(connection, asked)


def page(
    connection: Connection, after: str, limit: int, status: PortfolioStatus | None = None
) -> list[BalancedPortfolio]:
    """Enrolments by name, those after `after`."""
    asked = select(_table).where(_table.c.portfolio > after).order_by(_table.c.portfolio).limit(limit)
    if status is not None:
        asked = asked.where(_table.c.status == status.value)
    return rows(connection, asked)


def count(connection: Connection) -> dict[PortfolioStatus, int]:
    """How many enrolments there are of each status."""
    asked = select(_table.c.status, func.count()).group_by(_table.c.status)
    return dict.fromkeys(PortfolioStatus, 0) | {
        PortfolioStatus(status): number for status, number in connection.execute(asked)
    }


def rows(connection: Connection, asked: Select[Any]) -> list[BalancedPortfolio]:
    """The enrolments that a question about whole rows finds, in its order."""
    return [_portfolio(row) for row in connection.execute(asked).mappings()]


def _portfolio(row: Any) -> BalancedPortfolio:
    return BalancedPortfolio(**(dict(row) | {"status": PortfolioStatus(row["status"])}))


def add(connection: Connection, new: BalancedPortfolio) -> None:
    """A new enrolment."""
    connection.execute(insert_into(_table, connection).values(**_values(new)))


def add_many(connection: Connection, new: Sequence[BalancedPortfolio]) -> None:
    """New enrolments, written together."""
    if new:
        connection.execute(insert_into(_table, connection), [_values(each) for each in new])


def note_first(connection: Connection, enrolled: Sequence[tuple[str, str]], by: str, at: datetime) -> None:
    """The first note of portfolios that were just enrolled: (portfolio, reason)."""
    if enrolled:
        rows = [
            {"portfolio": name, "number": 1, "action": "enrolled", "saga": None, "reason": reason, "by": by}
            for name, reason in enrolled
        ]
        connection.execute(insert_into(tables.balance_notes, connection), [row | {"at": at} for row in rows])


def change(connection: Connection, changed: BalancedPortfolio) -> None:
    """What people may change of an enrolment; what batches write stays as it is."""
    names = ("currency", "model", "policy", "broker", "status", "status_reason", "status_by", "status_at")
    values = {name: value for name, value in _values(changed).items() if name in names}
    mine = update(_table).where(_table.c.portfolio == changed.portfolio)
    connection.execute(mine.values(**values, stale_saga=changed.stale_saga, updated_at=changed.updated_at))


def _values(portfolio: BalancedPortfolio) -> dict[str, Any]:
    names = (column.name for column in _table.columns)
    return {name: getattr(portfolio, name) for name in names} | {"status": portfolio.status.value}


def keep_model(connection: Connection, name: str, body: str, at: datetime) -> None:
    """A model, once per content."""
    row = insert_into(tables.balance_models, connection).values(id=name, body=body, created_at=at)
    connection.execute(row.on_conflict_do_nothing())


def models(connection: Connection, names: Collection[str]) -> dict[str, str]:
    """Bodies of models, by id."""
    if not names:
        return {}
    condition = in_list(connection, "id", "text")
    statement = f"SELECT id, body FROM balance_models WHERE {condition}"  # noqa: S608 - no input in it
    return dict(fetch(connection, statement, (key_list(connection, "text", sorted(set(names))),)))


def note(
    connection: Connection,
    portfolio: str,
    action: str,
    *,
    by: str,
    at: datetime,
    reason: str | None = None,
    saga: str | None = None,
) -> None:
    """Add a note; the enrolment is locked, so numbers have no gap and no twin."""
    notes = tables.balance_notes
    counted = select(func.count()).select_from(notes).where(notes.c.portfolio == portfolio)
    number = int(connection.execute(counted).scalar_one()) + 1
    values = {"portfolio": portfolio, "number": number, "action": action, "saga": saga}
    connection.execute(insert_into(notes, connection).values(**values, reason=reason, by=by, at=at))


def notes_of(connection: Connection, portfolio: str, limit: int) -> list[Note]:
    """The notes of a portfolio, the latest first."""
    notes = tables.balance_notes
    asked = select(notes).where(notes.c.portfolio == portfolio).order_by(notes.c.number.desc()).limit(limit)
    return [Note(**row) for row in connection.execute(asked).mappings()]


def keep_verdicts(connection: Connection, verdicts: Iterable[tuple[str, str]], at: datetime) -> None:
    """Why nothing was done, by portfolio; the last word of each counts."""
    last: Sequence[tuple[str, str]] = sorted(dict(verdicts).items())
    now = micros_of(at)
    with writing(connection) as write:
        write.update(_VERDICT, [(name, text, now) for name, text in last])
