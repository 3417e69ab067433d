"""Records of income, the wallets that were visited, and titles, in the transaction of the caller."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, func, or_, select, update

from fiel.copilot.income_record_text import record_of, record_text
from fiel.copilot.tables import income_links, income_records, income_titles, income_wallets
from fiel.income.values import IncomeRecord
from fiel.infra.storage import bulk
from fiel.infra.storage.types import micros_of
from fiel.infra.storage.upserts import insert_into


@dataclass(frozen=True, slots=True)
class Visited:
    """How far a wallet's income was reconciled: the last day that was done, and what came of it."""

    wallet: str
    zone: str
    done_day: date | None
    done_at: datetime | None
    records: int
    changed: int


@dataclass(frozen=True, slots=True)
class Progress:
    """Of all wallets ever visited: how many are done up to a day, and the ones that lag, oldest first."""

    visited: int
    done: int
    lagging: tuple[Visited, ...]


def lock_wallet(connection: Connection, wallet: str, zone: str) -> Visited:
    """The wallet's row, made when it is new, held until the end of the transaction.

    Two transactions for one wallet follow each other: SQLite has one writer, PostgreSQL locks the row.
    """
    new = insert_into(income_wallets, connection).values(wallet=wallet, zone=zone)
    connection.execute(new.on_conflict_do_nothing())
    asked = select(income_wallets).where(income_wallets.c.wallet == wallet).with_for_update()
    return _visited(connection.execute(asked).one())


def wallet_visited(connection: Connection, wallet: str) -> Visited | None:
    """The wallet's row, if it was ever visited."""
    row = connection.execute(select(income_wallets).where(income_wallets.c.wallet == wallet)).first()
    return None if row is None else _visited(row)


def mark_done(
    connection: Connection, wallet: str, day: date, *, at: datetime, records: int, changed: int
) -> None:
    """The wallet is reconciled up to `day`; a later day that was done before stays."""
    mine = income_wallets.c
    connection.execute(
        update(income_wallets)
        .where(mine.wallet == wallet, or_(mine.done_day.is_(None), mine.done_day <= day.isoformat()))
        .values(done_day=day.isoformat(), done_at=at, records=records, changed=changed)
    )


def set_zone(connection: Connection, wallet: str, zone: str) -> None:
    """In which zone the wallet's days begin."""
    row = insert_into(income_wallets, connection).values(wallet=wallet, zone=zone)
    connection.execute(row.on_conflict_do_update(index_elements=["wallet"], set_={"zone": zone}))


def zones(connection: Connection, wallets: Collection[str]) -> dict[str, str]:
    """The zones of those wallets that have one of their own."""
    mine = income_wallets.c
    asked = select(mine.wallet, mine.zone).where(mine.wallet.in_(sorted(wallets)))
    return {row.wallet: row.zone for row in connection.execute(asked)}


def zones_in_use(connection: Connection) -> tuple[str, ...]:
    """Every zone that some wallet has."""
    return tuple(connection.execute(select(income_wallets.c.zone).distinct()).scalars())


def progress(connection: Connection, day: date, *, limit: int = 20) -> Progress:
    """How far the reconciliation of `day` is."""
    mine = income_wallets.c
    visited = connection.execute(select(func.count()).select_from(income_wallets)).scalar_one()
    is_done = mine.done_day >= day.isoformat()
    done = connection.execute(select(func.count()).select_from(income_wallets).where(is_done)).scalar_one()
    lagging = (
        select(income_wallets)
        .where(or_(mine.done_day.is_(None), mine.done_day < day.isoformat()))
        .order_by(mine.done_day, mine.wallet)
        .limit(limit)
    )
    return Progress(visited, done, tuple(_visited(row) for row in connection.execute(lagging)))


def records_of(connection: Connection, wallet: str) -> tuple[IncomeRecord, ...]:
    """All records of a wallet, by payment date, com date and event."""
    mine = income_records.c
    asked = (
        select(mine.body)
        .where(mine.wallet == wallet)
        .order_by(mine.payment_date, mine.com_date, mine.event_id)
    )
    return tuple(record_of(body) for body in connection.execute(asked).scalars())


def save_records(
    connection: Connection, records: Sequence[IncomeRecord], known: Collection[str], *, at: datetime
) -> None:
    """Write records that are new, and those that changed: they are of events that were `known` before.

    The wallet is locked (`lock_wallet`), so nobody else adds or changes its records meanwhile. Raises
    `Conflict` (constraint_broken, by the unit) when `known` was not what is there.
    """
    moment = micros_of(at)
    with bulk.writing(connection) as writes:
        writes.insert(_RECORD, [_row(each, moment) for each in records if each.event_id not in known])
        writes.update(_RECORD, [_row(each, moment) for each in records if each.event_id in known])


_RECORD = bulk.Shape.of(income_records)


def _row(record: IncomeRecord, moment: int) -> bulk.Row:
    """In the order of the table's columns. The texts come from the database or were read by the market."""
    com, paid = record.com_date, record.payment_date
    return (
        record.wallet,
        record.event_id,
        record.record_id,
        record.asset,
        record.state.value,
        None if com is None else com.isoformat(),
        None if paid is None else paid.isoformat(),
        record_text(record),
        moment,
    )


def links_of(connection: Connection, wallet: str) -> dict[str, str]:
    """The record that a person linked each receipt to."""
    mine = income_links.c
    asked = select(mine.receipt_id, mine.record_id).where(mine.wallet == wallet)
    return {row.receipt_id: row.record_id for row in connection.execute(asked)}


def save_link(connection: Connection, wallet: str, receipt_id: str, record_id: str, *, at: datetime) -> None:
    """Link a receipt to a record; the same again changes nothing, another record replaces the link."""
    row = insert_into(income_links, connection).values(
        wallet=wallet, receipt_id=receipt_id, record_id=record_id, linked_at=at
    )
    put = row.on_conflict_do_update(
        index_elements=["wallet", "receipt_id"],
        set_={"record_id": record_id, "linked_at": at},
        where=income_links.c.record_id != record_id,
    )
    connection.execute(put)


def titles_of(connection: Connection, wallet: str) -> dict[str, str]:
    """The bodies of a wallet's titles by id."""
    mine = income_titles.c
    asked = select(mine.title_id, mine.body).where(mine.wallet == wallet).order_by(mine.title_id)
    return {row.title_id: row.body for row in connection.execute(asked)}


def save_title(connection: Connection, wallet: str, title_id: str, body: str, *, at: datetime) -> None:
    """Keep a title's terms; the same id again replaces them."""
    row = insert_into(income_titles, connection).values(
        wallet=wallet, title_id=title_id, body=body, changed_at=at
    )
    connection.execute(
        row.on_conflict_do_update(
            index_elements=["wallet", "title_id"], set_={"body": body, "changed_at": at}
        )
    )


def remove_title(connection: Connection, wallet: str, title_id: str) -> bool:
    """Forget a title; `False` when it was not there."""
    mine = income_titles.c
    gone = delete(income_titles).where(mine.wallet == wallet, mine.title_id == title_id)
    return connection.execute(gone.returning(mine.title_id)).first() is not None


def _visited(row: Row[Any]) -> Visited:
    day = None if row.done_day is None else date.fromisoformat(row.done_day)
    return Visited(row.wallet, row.zone, day, row.done_at, row.records, row.changed)
