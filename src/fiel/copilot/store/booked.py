"""Files and rows that were booked, in the transaction of the caller."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, func, select, text, update

from fiel.copilot.tables import booked_files, booked_rows
from fiel.infra.storage import bulk
from fiel.infra.storage.types import micros_of
from fiel.infra.storage.upserts import insert_into

_ROW = bulk.Shape.of(booked_rows)
#: The first key of a pair of locks: nobody else's. Two names of one hash only wait for each other.
_WALLET_LOCKS = 726_351_985
_LOCK_WALLET = text("SELECT pg_advisory_xact_lock(:lock, hashtext(:name))")
#: Names in one question: databases limit them.
_NAMES_MAX = 5_000


@dataclass(frozen=True, slots=True)
class BookedFile:
    """A file that was booked; `first_day` and `last_day` are those of its rows, if it had any."""

    wallet: str
    sha256: str
    name: str
    format: str
    first_day: date | None
    last_day: date | None
    rows: int
    booked_at: datetime


@dataclass(frozen=True, slots=True)
class BookedRow:
    """A row that was booked. `sha256` is empty for one that a person typed. `entries`: journal entries.

    A row that was taken back stays, with the time: what it told is then known, and counts for nothing.
    """

    wallet: str
    id: str
    sha256: str
    row: int
    family: str
    user_id: str
    day: date
    identity: str
    kind: str
    asset: str
    said: Mapping[str, str]
    entries: tuple[str, ...]
    booked_at: datetime
    reversed_at: datetime | None = None


def files_of(connection: Connection, wallet: str) -> list[BookedFile]:
    """The files of a wallet, latest first."""
    held = booked_files.c
    asked = select(booked_files).where(held.wallet == wallet)
    return [
        BookedFile(
            row.wallet,
            row.sha256,
            row.name,
            row.format,
            None if row.first_day is None else date.fromisoformat(row.first_day),
            None if row.last_day is None else date.fromisoformat(row.last_day),
            row.rows,
            row.booked_at,
        )
        for row in connection.execute(asked.order_by(held.booked_at.desc(), held.sha256))
    ]


def rows_of(
    connection: Connection,
    wallet: str,
    *,
    first: date | None = None,
    last: date | None = None,
    ids: Collection[str] | None = None,
) -> list[BookedRow]:
    """The rows of a wallet by day and name: of a span of days, or of these names."""
    held = booked_rows.c
    asked = select(booked_rows).where(held.wallet == wallet)
    if first is not None:
        asked = asked.where(held.day >= first.isoformat())
    if last is not None:
        asked = asked.where(held.day <= last.isoformat())
    if ids is None:
        return [_row(row) for row in connection.execute(asked.order_by(held.day, held.id))]
    names = sorted(set(ids))
    found = [
        _row(row)
        for at in range(0, len(names), _NAMES_MAX)
        for row in connection.execute(asked.where(held.id.in_(names[at : at + _NAMES_MAX])))
    ]
    return sorted(found, key=lambda row: (row.day, row.id))


def hold(connection: Connection, wallet: str) -> None:
    """Nobody else books rows of the wallet before this transaction ends; the last lock that it takes.

    SQLite has one writer anyway.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(_LOCK_WALLET, {"lock": _WALLET_LOCKS, "name": wallet})


def state_of(connection: Connection, wallet: str) -> tuple[int, int]:
    """How many rows a wallet has, and how many of them were taken back: both only ever grow."""
    held = booked_rows.c
    asked = select(func.count(), func.count(held.reversed_at)).where(held.wallet == wallet)
    rows, reversed_rows = connection.execute(asked).one()
    return rows, reversed_rows


def rows_with_entries(connection: Connection, wallet: str, entries: Collection[str]) -> list[BookedRow]:
    """The rows that made any of these journal entries."""
    wanted = frozenset(entries)
    return [row for row in rows_of(connection, wallet) if wanted & frozenset(row.entries)]


def _row(row: Any) -> BookedRow:
    return BookedRow(
        row.wallet,
        row.id,
        row.sha256,
        row.row,
        row.family,
        row.user_id,
        date.fromisoformat(row.day),
        row.identity,
        row.kind,
        row.asset,
        json.loads(row.said),
        tuple(json.loads(row.entries)),
        row.booked_at,
        row.reversed_at,
    )


def add_file(connection: Connection, file: BookedFile) -> None:
    """The file, once; booked again, only its name and time of the first stay."""
    new = insert_into(booked_files, connection).values(
        wallet=file.wallet,
        sha256=file.sha256,
        name=file.name,
        format=file.format,
        first_day=None if file.first_day is None else file.first_day.isoformat(),
        last_day=None if file.last_day is None else file.last_day.isoformat(),
        rows=file.rows,
        booked_at=file.booked_at,
    )
    connection.execute(new.on_conflict_do_nothing())


def add_rows(connection: Connection, rows: Sequence[BookedRow]) -> None:
    """Rows that are new. Raises `Conflict` (constraint_broken) for one that is there."""
    with bulk.writing(connection) as write:
        write.insert(_ROW, [_cells(row) for row in rows])


def _cells(row: BookedRow) -> tuple[Any, ...]:
    return (
        row.wallet,
        row.id,
        row.sha256,
        row.row,
        row.family,
        row.user_id,
        row.day.isoformat(),
        row.identity,
        row.kind,
        row.asset,
        json.dumps(dict(row.said), ensure_ascii=False),
        json.dumps(list(row.entries)),
        micros_of(row.booked_at),
        None if row.reversed_at is None else micros_of(row.reversed_at),
    )


def set_entries(connection: Connection, wallet: str, row_id: str, entries: Sequence[str]) -> None:
    """A row that was booked again, as these journal entries."""
    held = booked_rows.c
    which = (held.wallet == wallet, held.id == row_id)
    connection.execute(update(booked_rows).where(*which).values(entries=json.dumps(list(entries))))


def mark_reversed(connection: Connection, wallet: str, ids: Iterable[str], at: datetime) -> None:
    """Rows that count no more."""
    held = booked_rows.c
    for each in ids:
        connection.execute(
            update(booked_rows)
            .where(held.wallet == wallet, held.id == each, held.reversed_at.is_(None))
            .values(reversed_at=at)
        )


def mark_replaced(connection: Connection, wallet: str, ids: Sequence[str], at: datetime, prefix: str) -> None:
    """Rows whose place others take: taken back, and their identity marked, so that nothing equals them."""
    held = booked_rows.c
    for each in ids:
        connection.execute(
            update(booked_rows)
            .where(held.wallet == wallet, held.id == each, held.reversed_at.is_(None))
            .values(reversed_at=at, identity=prefix + held.identity)
        )
