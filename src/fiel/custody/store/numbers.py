"""Numbers for journal entries: growing, never used before, not always without gaps.

They are asked for with the rows that a batch loads, so that writing its history waits for no answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import islice

from sqlalchemy import Connection

from fiel.custody.store.seals import NUMBERING_LOCK
from fiel.infra.storage.arrays import Cell
from fiel.infra.storage.bulk import BY_INDEX_PLANNED_ONCE, Asked, ask, fetch

#: The lock first, then the numbers: the sealer must not see a later one committed before these.
QUESTION = (
    "WITH shared AS MATERIALIZED (SELECT pg_advisory_xact_lock_shared(%s)) "
    "SELECT nextval('journal_seq') AS number FROM shared, generate_series(1, %s)"
)
#: Before one statement for all tables: planning it anew would cost more than all the rest.
_FEW = QUESTION.replace("AS number FROM", f", {BY_INDEX_PLANNED_ONCE} FROM")


def given(wanted: int) -> tuple[Cell, Cell]:
    """What `QUESTION` is given. Accounts are locked before: whoever holds the lock waits for no account."""
    return (NUMBERING_LOCK, wanted)


def ask_numbers(connection: Connection, wanted: int) -> Asked:
    """Send the question, on PostgreSQL."""
    return ask(connection, QUESTION, given(wanted))


@dataclass(slots=True)
class Numbers:
    """Those that the transaction has and did not use yet, and where to get more."""

    connection: Connection
    kept: list[int] = field(default_factory=list)

    def keep(self, found: Iterable[int]) -> None:
        """Add numbers that were asked for."""
        self.kept += found

    def take(self, wanted: int, *, few: bool = False) -> Sequence[int]:
        """The next ones; asks for what is missing."""
        if wanted > len(self.kept):
            self.keep(self._more(wanted - len(self.kept), few=few))
        taken = [*islice(self.kept, wanted)]
        del self.kept[:wanted]
        return taken

    def _more(self, wanted: int, *, few: bool) -> Iterable[int]:
        if self.connection.dialect.name == "sqlite":
            # The write lock is ours since BEGIN IMMEDIATE.
            (last,) = fetch(self.connection, "SELECT coalesce(max(seq), 0) FROM journal")[0]
            return range(last + 1, last + 1 + wanted)
        return (row[0] for row in fetch(self.connection, _FEW if few else QUESTION, given(wanted)))
