"""Transfers of the book whose cost changes when something before them is told later: booked again.

What leaves takes its share of whatever the shares cost then; what arrives was told a cost when it was booked.
A purchase or a note with costs that comes afterwards, and is older, would leave the two apart.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from hashlib import sha256
from operator import attrgetter

from fiel.copilot.booking.facts_of import command
from fiel.copilot.booking.tally import Tally
from fiel.copilot.importing.rows import RowKind
from fiel.copilot.store.accounts import users_of
from fiel.copilot.store.booked import BookedRow, rows_of
from fiel.custody.accounts import AccountKey, Lot
from fiel.custody.bookings import Told
from fiel.custody.events import BookFact, FactKind
from fiel.custody.queries import Snapshot
from fiel.infra.storage.database import Session


@dataclass(frozen=True, slots=True)
class Moved:
    """A transfer as the book has it: one lot leaves, one arrives."""

    row: BookedRow
    leaving: Lot
    arriving: Lot

    @property
    def at(self) -> datetime:
        """When it moved."""
        return self.leaving.occurred_at


@dataclass(frozen=True, slots=True)
class Recosted:
    """A transfer to be booked again: `undone` are the journal entries that it had."""

    row_id: str
    told: tuple[Told, ...]
    undone: tuple[str, ...]


def moved_later(rows: Iterable[BookedRow], tally: Tally, since: Mapping[str, datetime]) -> list[Moved]:
    """Transfers after the instant from which something about their asset is told anew."""
    lots = {lot.id: lot for held in tally.lots.values() for lot in held}
    found = []
    for row in rows:
        own = [lots[each] for each in row.entries if each in lots]
        if row.kind != RowKind.TRANSFER or row.reversed_at is not None or len(own) != 2:
            continue
        leaving, arriving = sorted(own, key=attrgetter("quantity"))
        if row.asset in since and leaving.occurred_at >= since[row.asset]:
            found.append(Moved(row, leaving, arriving))
    return found


def recost(moved: Moved, tally: Tally, now: datetime) -> Recosted | None:
    """Look at the cost again, when all before it is in the tally; `None` when it is as it was."""
    out, into = moved.leaving, moved.arriving
    cost = tally.share_cost(AccountKey(out.user_id, out.currency), out.ticker, -out.quantity, moved.at)
    tally.keep(out._replace(gross=cost), into._replace(gross=cost))
    if cost == into.gross:
        return None
    # Named by what it takes the place of: the same however often it is looked at.
    mark = sha256("".join(moved.row.entries).encode()).hexdigest()[:8]
    told = tuple(
        Told(
            AccountKey(lot.user_id, lot.currency),
            BookFact(
                f"{command(moved.row.id)}~{mark}#{end}",
                FactKind.MOVE,
                now,
                moved.at,
                lot.ticker,
                lot.quantity,
                cost=cost,
            ),
        )
        for lot, end in ((out, "out"), (into, "in"))
    )
    return Recosted(moved.row.id, told, moved.row.entries)


def recost_without(
    connection: Session, wallet: str, entries: Sequence[str], now: datetime, zone: tzinfo
) -> list[Recosted]:
    """Transfers of the book that cost otherwise when these journal entries are taken back."""
    lots = Snapshot(connection).lots_together(users_of(connection, wallet))
    gone, since = frozenset(entries), dict[str, datetime]()
    for lot in lots:
        if lot.id in gone:
            since[lot.ticker] = min(lot.occurred_at, since.get(lot.ticker, lot.occurred_at))
    if not since:
        return []
    first = min(since.values()).astimezone(zone).date()
    rows = [row for row in rows_of(connection, wallet, first=first) if gone.isdisjoint(row.entries)]
    tally = Tally.of((lot for lot in lots if lot.id not in gone), zone)
    moved = moved_later(rows, tally, since)
    tally.forget(each for one in moved for each in one.row.entries)
    found = (recost(one, tally, now) for one in sorted(moved, key=lambda one: (one.at, one.row.id)))
    return [each for each in found if each is not None]
