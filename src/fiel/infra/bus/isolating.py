"""Poison isolated: a record that a handler cannot take is found by halving, and the rest goes on.

Wraps a handler. What the handler raises is an outage (`Unavailable`), a lost partition (`Conflict`,
epoch_lost) or damage (`Corrupt`): those pass through, the batch stays where it is. Anything else is the
fault of a record: the batch is halved until the record stands alone, its dead letter is published, and
the offset moves past it. Later records of its key go on; a handler for which that is wrong parks them.
"""

from __future__ import annotations

from collections.abc import Mapping

from fiel.infra.bus.consuming import Handle, epoch_lost
from fiel.infra.bus.dead_letters import DeadLetters
from fiel.infra.bus.port import Batch, Partition, Record
from fiel.infra.storage import offsets
from fiel.infra.storage.database import Database, UnitOfWork
from fiel.infra.storage.offsets import Assignment
from fiel.kernel.errors import Corrupt, Unavailable

#: So many dead letters in a row are not poison but a broken handler or producer: stop and look.
IN_A_ROW_MAX = 100


class Isolating:
    """A handler (see `consuming.Handle`) that buries poison. For one worker."""

    __slots__ = ("_database", "_handle", "_in_a_row", "_in_a_row_max", "_letters")

    def __init__(
        self, handle: Handle, letters: DeadLetters, database: Database, *, in_a_row_max: int = IN_A_ROW_MAX
    ) -> None:
        self._handle, self._letters, self._database = handle, letters, database
        self._in_a_row, self._in_a_row_max = 0, in_a_row_max

    def __call__(self, batch: Batch, places: Mapping[Partition, Assignment]) -> None:
        """Handle a batch, poison apart. Raises `Corrupt` (too_many_dead_letters), and what passes through."""
        if not batch.records:
            return
        try:
            self._handle(batch, places)
        except (Unavailable, Corrupt):
            raise
        except Exception as error:
            if epoch_lost(error):
                raise
            self._narrow_down(batch, places, error)
        else:
            self._in_a_row = 0

    def _narrow_down(self, batch: Batch, places: Mapping[Partition, Assignment], error: Exception) -> None:
        if len(batch) == 1:
            self._bury(batch.records[0], places, error)
            return
        for half in batch.halves():
            self(half, places)

    def _bury(self, record: Record, places: Mapping[Partition, Assignment], error: Exception) -> None:
        if self._in_a_row >= self._in_a_row_max:
            raise Corrupt(
                "too_many_dead_letters",
                f"{self._in_a_row} records in a row could not be handled, the last at {record.partition} "
                f"{record.offset} ({error}); look at the handler and the producer before going on",
            ) from error
        self._letters.send(record, error)

        def pass_by(unit: UnitOfWork) -> None:
            offsets.advance(unit.connection, places[record.partition], record.offset + 1)

        self._database.transact(pass_by)
        self._in_a_row += 1
