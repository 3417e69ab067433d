"""Journal entries as what they moved: own cash, fees, tax, own shares. Read from the postings alone."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy import Connection, Select, case, func, select

from fiel.custody import tables
from fiel.custody.accounts import Lot
from fiel.custody.events import BookedEntry, ChangeKind
from fiel.custody.ledger.facts import FactCause
from fiel.custody.ledger.income import PAID, IncomeCause
from fiel.custody.ledger.journal import BookAccount
from fiel.custody.store import rows
from fiel.infra.storage.types import micros_of

#: How many names one statement asks for; databases limit their parameters.
_CHUNK = 500
_OWN = (BookAccount.AVAILABLE.value, BookAccount.RESERVED.value, BookAccount.EXTERNAL.value)


def entries_of(connection: Connection, users: Collection[str]) -> list[BookedEntry]:
    """Whatever moved money or shares of the users, by user, occurrence and number; without lots."""
    asked = _asked().where(tables.journal.c.user_id.in_(sorted(users)))
    order = (tables.journal.c.user_id, tables.journal.c.occurred_at, tables.journal.c.seq)
    found = (_entry(row) for row in connection.execute(asked.order_by(*order)))
    return [entry for entry in found if entry.gross or entry.fee or entry.quantity or entry.withheld]


def entries_by_id(connection: Connection, ids: Collection[str]) -> dict[str, BookedEntry]:
    """The entries of these names that there are, each with its lot."""
    found: dict[str, BookedEntry] = {}
    for chunk in _chunks(sorted(ids)):
        for row in connection.execute(_asked().where(tables.journal.c.id.in_(chunk))):
            entry = _entry(row)
            found[entry.id] = entry
        for lot in _lots(connection, chunk):
            found[lot.id] = found[lot.id]._replace(lots=(lot,))
    return found


def _asked() -> Select[Any]:
    journal, postings = tables.journal.c, tables.postings.c
    named = (journal.id, journal.user_id, journal.currency, journal.kind, journal.cause, journal.occurred_at)
    own, is_money = postings.account.in_(_OWN), postings.asset == journal.currency
    sums = (
        func.max(case((own & ~is_money, postings.asset), else_=None)),
        func.sum(case((own & is_money, postings.amount), else_=0)),
        func.sum(case(((postings.account == BookAccount.FEES.value) & is_money, postings.amount), else_=0)),
        func.sum(case((own & ~is_money, postings.amount), else_=0)),
        func.sum(case((postings.account == BookAccount.TAXES.value, postings.amount), else_=0)),
    )
    return (
        select(*named, *sums)
        .join_from(tables.journal, tables.postings, postings.entry_seq == journal.seq)
        .group_by(journal.seq, *named)
    )


def _entry(row: Any) -> BookedEntry:
    entry, user_id, currency, kind, cause, occurred, ticker, cash, fee, quantity, withheld = row
    kind = ChangeKind(kind)
    # A fee or a tax by itself is the entry's money, not something on top of it.
    fee = 0 if kind is ChangeKind.FEE else int(fee)
    withheld = 0 if kind is ChangeKind.TAX else int(withheld)
    head = (entry, user_id, currency, kind, cause, occurred, ticker or _named(kind, cause))
    return BookedEntry(*head, int(cash) + fee, fee, int(quantity), withheld)


def _named(kind: ChangeKind, cause: str) -> str | None:
    """The ticker of an entry that moved no shares, as its cause has it."""
    if kind in PAID:
        return IncomeCause.parse(cause).ticker
    fact = FactCause.parse(cause)
    return None if fact is None else fact.ticker


def _lots(connection: Connection, ids: Collection[str]) -> Iterable[Lot]:
    held = tables.lots.c
    # Lots of no order bear the name of their entry; order and quantity lead their key.
    asked = select(tables.lots).where(held.order_id == 0, held.upto == 0, held.id.in_(ids))
    for row in connection.execute(asked):
        yield rows.lot_of(tuple(micros_of(cell) if hasattr(cell, "tzinfo") else cell for cell in row))


def _chunks(names: list[str]) -> Iterable[list[str]]:
    for start in range(0, len(names), _CHUNK):
        yield names[start : start + _CHUNK]
