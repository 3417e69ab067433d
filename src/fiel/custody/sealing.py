"""The worker that seals the journal, and the verification of what was sealed."""

from __future__ import annotations

from dataclasses import dataclass

from fiel.custody.chain import GENESIS, Break, Head, Seal, continued, first_break
from fiel.custody.store import seals as store
from fiel.infra.storage.database import Database, UnitOfWork
from fiel.kernel.clock import Clock
from fiel.kernel.errors import Conflict

#: Entries per transaction.
TURN = 1_000


@dataclass(frozen=True, slots=True)
class Verified:
    """What a verification found: the head reached, how many entries wait to be sealed, the first break."""

    head: Head
    unsealed: int
    broken: Break | None


@dataclass(frozen=True, slots=True)
class Sealer:
    """Seals what was committed, beside the stream and never in its way."""

    database: Database
    clock: Clock

    def turn(self, limit: int = TURN) -> int:
        """Seals up to `limit` entries; gives back how many. Two at once: one waits for the other."""
        upto = self.database.transact(lambda unit: store.horizon(unit.connection))

        def work(unit: UnitOfWork) -> int:
            connection = unit.connection
            store.lock_sealing(connection)
            last = store.last_seal(connection)
            contents = store.sealable(connection, last.seq, upto, limit)
            store.add(connection, continued(Head(last.position, last.hash), contents), self.clock.now())
            return len(contents)

        return self.database.transact(work)

    def drain(self, turns_max: int = 100_000) -> int:
        """Seals everything there is."""
        done = 0
        for _ in range(turns_max):
            sealed = self.turn()
            done += sealed
            if sealed < TURN:
                break
        return done

    def waiting(self) -> int:
        """How many entries have no seal yet."""
        with self.database.reading() as connection:
            return store.unsealed(connection, store.last_seal(connection).seq)


@dataclass(frozen=True, slots=True)
class Verifier:
    """Counts every seal again from the journal's rows."""

    database: Database

    def verify(self, known: Head | None = None) -> Verified:
        """The whole chain, from its first entry. `known` is a head kept elsewhere that must lie on it.

        Raises `Conflict` (chain_head_missing, chain_head_differs) when it does not.
        """
        head, seq = Head(0, GENESIS), 0
        if known is not None and known.position == 0:
            known = None
        while True:
            with self.database.reading() as connection:
                seals = store.seals_after(connection, head, TURN)
                if not seals:
                    # What has no seal yet is not broken; the sealer comes to it.
                    waiting = store.unsealed(connection, seq)
                    break
                upto = seals[-1].seq
                contents = store.sealable(connection, seq, upto, store.EVERYTHING)
            found = first_break(head, seals, contents)
            if isinstance(found, Break):
                return Verified(head, 0, found)
            _hold_to(known, head, seals)
            head, seq = found, upto
        if known is not None and known.position > head.position:
            raise Conflict(
                "chain_head_missing", f"the chain ends at {head.position}, before {known.position}"
            )
        return Verified(head, waiting, None)


def _hold_to(known: Head | None, before: Head, seals: list[Seal]) -> None:
    if known is None or not before.position < known.position <= seals[-1].position:
        return
    seal = seals[known.position - before.position - 1]
    if seal.hash != known.hash:
        raise Conflict(
            "chain_head_differs",
            f"the seal at {known.position} is not the one that was kept: history before it was rewritten",
        )
