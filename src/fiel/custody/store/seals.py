"""Reading what is to be sealed, and writing seals."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, text

from fiel.custody import tables
from fiel.custody.chain import GENESIS, Head, Seal, Sealable
from fiel.infra.storage.bulk import Shape, fetch, insert
from fiel.infra.storage.types import micros_of

#: Writers share it while they give out numbers; the sealer waits for them, so that no number below the
#: horizon can still appear.
NUMBERING_LOCK = 7_263_519_842
_SEALER_LOCK = 7_263_519_843
#: No limit: the seals at hand limit what is read.
EVERYTHING = 2**31
_SEAL = Shape.of(tables.seals)
_TRANSACTION_COLUMNS = (
    "entry_seq, user_id, currency, sequence, id, order_id, ticker, type, amount, balance_after, "
    "blocked_after, occurred_at, recorded_at"
)


def horizon(connection: Connection) -> int:
    """The number up to which the journal is complete. In a transaction of its own, which must end soon."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": NUMBERING_LOCK})
    (last,) = fetch(connection, "SELECT coalesce(max(seq), 0) FROM journal")[0]
    return int(last)


def lock_sealing(connection: Connection) -> None:
    """One sealer at a time."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _SEALER_LOCK})


def last_seal(connection: Connection) -> Seal:
    """The last seal; before the first one, position and number are 0."""
    found = fetch(connection, "SELECT position, entry_seq, hash FROM seals ORDER BY position DESC LIMIT 1")
    return Seal(*found[0]) if found else Seal(0, 0, GENESIS)


def seals_after(connection: Connection, head: Head, limit: int) -> list[Seal]:
    """The seals that follow a head, in order."""
    mark = _mark(connection)
    asked = (
        f"SELECT position, entry_seq, hash FROM seals WHERE position > {mark} ORDER BY position LIMIT {mark}"
    )
    return [Seal(*row) for row in fetch(connection, asked, (head.position, limit))]


def sealable(connection: Connection, above: int, upto: int, limit: int) -> list[Sealable]:
    """Entries with numbers in (above, upto], in order, at most `limit`, whole."""
    mark = _mark(connection)
    given = (above, upto)
    between = f"> {mark} AND {{}} <= {mark}"
    entries = fetch(
        connection,
        f"SELECT seq, id, user_id, currency, kind, cause, order_id, occurred_at, recorded_at FROM journal "
        f"WHERE seq {between.format('seq')} ORDER BY seq LIMIT {mark}",
        (*given, limit),
    )
    if not entries:
        return []
    given = (above, int(entries[-1][0]))
    postings = _grouped(
        fetch(
            connection,
            f"SELECT entry_seq, line, account, asset, amount FROM postings "
            f"WHERE entry_seq {between.format('entry_seq')} ORDER BY entry_seq, line",
            given,
        )
    )
    transactions = _grouped(
        fetch(
            connection,
            f"SELECT {_TRANSACTION_COLUMNS} FROM wallet_transactions "
            f"WHERE entry_seq {between.format('entry_seq')} "
            "ORDER BY entry_seq, user_id, currency, sequence",
            given,
        )
    )
    return [
        Sealable(row[0], tuple(row[1:]), tuple(postings[row[0]]), tuple(transactions[row[0]]))
        for row in entries
    ]


def _grouped(found: Sequence[tuple[Any, ...]]) -> dict[int, list[tuple[Any, ...]]]:
    groups: dict[int, list[tuple[Any, ...]]] = defaultdict(list)
    for row in found:
        groups[row[0]].append(tuple(row[1:]))
    return groups


def unsealed(connection: Connection, above: int) -> int:
    """How many entries have a number above the last one sealed."""
    asked = f"SELECT count(*) FROM journal WHERE seq > {_mark(connection)}"
    (waiting,) = fetch(connection, asked, (above,))[0]
    return int(waiting)


def add(connection: Connection, seals: Sequence[Seal], at: datetime) -> None:
    """Adds seals; two sealers at once meet at the position's key, and one of them goes back."""
    now = micros_of(at)
    insert(connection, _SEAL, [(seal.position, seal.seq, seal.hash, now) for seal in seals])


def _mark(connection: Connection) -> str:
    return "?" if connection.dialect.name == "sqlite" else "%s"
