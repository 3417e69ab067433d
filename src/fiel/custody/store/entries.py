"""Journal entries as what they moved: own cash, fees, tax, own shares. Read from the postings alone."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, Select, case, func, select

from fiel.custody import tables
from fiel.custody.accounts import AccountKey
from fiel.custody.events import BookedEntry, ChangeKind
from fiel.custody.ledger.facts import REVERSIBLE, cause_of
from fiel.custody.ledger.journal import BookAccount
from fiel.custody.store import rows
from fiel.infra.storage.bulk import fetch, in_list, key_list

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
    return with_lots(connection, heads_by_id(connection, ids))


def heads_by_id(connection: Connection, ids: Collection[str]) -> dict[str, BookedEntry]:
    """The same without lots: what never changes once it is there."""
    found: dict[str, BookedEntry] = {}
    for chunk in _chunks(sorted(ids)):
        for row in connection.execute(_asked().where(tables.journal.c.id.in_(chunk))):
            entry = _entry(row)
            found[entry.id] = entry
    return found


def with_lots(connection: Connection, found: Mapping[str, BookedEntry]) -> dict[str, BookedEntry]:
    """Each with its lot as it is now: lots of no order bear the name of their entry."""
    complete = dict(found)
    if not found:
        return complete
    names = ", ".join(f'"{name}"' for name in rows.LOT.columns)
    # Order and quantity lead the key.
    condition = f"order_id = 0 AND upto = 0 AND {in_list(connection, 'id', 'text')}"
    asked = f"SELECT {names} FROM lots WHERE {condition}"
    for row in fetch(connection, asked, (key_list(connection, "text", found),)):
        lot = rows.lot_of(row)
        complete[lot.id] = complete[lot.id]._replace(lots=(lot,))
    return complete


def owners_of(connection: Connection, ids: Collection[str]) -> dict[str, AccountKey]:
    """Of these names, those of entries that are booked, with the account each is of."""
    condition = in_list(connection, "id", "text")
    asked = f"SELECT id, user_id, currency FROM journal WHERE {condition}"
    found = fetch(connection, asked, (key_list(connection, "text", ids),)) if ids else ()
    return {entry: AccountKey(user_id, currency) for entry, user_id, currency in found}


def _asked() -> Select[Any]:
    journal, postings = tables.journal.c, tables.postings.c
    named = (journal.id, journal.user_id, journal.currency, journal.kind, journal.cause, journal.occurred_at)
    own, is_money = postings.account.in_(_OWN), postings.asset == journal.currency
    sums = (
        # Of an entry that moved no shares it is its order's; of one without an order, its cause says it.
        func.coalesce(func.max(case((own & ~is_money, postings.asset))), func.max(tables.orders.c.ticker)),
        func.sum(case((own & is_money, postings.amount), else_=0)),
        func.sum(case(((postings.account == BookAccount.FEES.value) & is_money, postings.amount), else_=0)),
        func.sum(case((own & ~is_money, postings.amount), else_=0)),
        func.sum(case((postings.account == BookAccount.TAXES.value, postings.amount), else_=0)),
    )
    return (
        select(*named, *sums)
        .join_from(tables.journal, tables.postings, postings.entry_seq == journal.seq)
        .outerjoin(tables.orders, tables.orders.c.order_id == journal.order_id)
        .group_by(journal.seq, *named)
    )


def _entry(row: Any) -> BookedEntry:
    entry, user_id, currency, kind, cause, occurred, ticker, cash, fee, quantity, withheld = row
    kind = ChangeKind(kind)
    # A fee or a tax by itself is the entry's money, not something on top of it.
    fee = 0 if kind is ChangeKind.FEE else int(fee)
    withheld = 0 if kind is ChangeKind.TAX else int(withheld)
    moved = (int(cash) + fee, fee, int(quantity), withheld)
    found = BookedEntry(entry, user_id, currency, kind, cause, occurred, ticker, *moved)
    # Names that orders gave their entries say nothing, whatever they look like.
    if ticker is not None or kind not in REVERSIBLE:
        return found
    told = cause_of(found)
    return found if isinstance(told, str) else found._replace(ticker=told.ticker)


def _chunks(names: list[str]) -> Iterable[list[str]]:
    for start in range(0, len(names), _CHUNK):
        yield names[start : start + _CHUNK]
