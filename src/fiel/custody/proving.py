"""Whether a whole book is what it should be: added up again from its journal, and its chain counted again."""

from __future__ import annotations

from dataclasses import dataclass

from fiel.custody.ledger.checker import Finding, check
from fiel.custody.queries import Queries
from fiel.custody.sealing import Verified, Verifier
from fiel.infra.storage.database import Database
from fiel.kernel.errors import Corrupt

_NAMED_MAX = 5


@dataclass(frozen=True, slots=True)
class Proof:
    """What was found. `entries`: of the journal, all of which were added up."""

    entries: int
    accounts: int
    findings: tuple[Finding, ...]
    chain: Verified

    @property
    def sound(self) -> bool:
        """Whether nothing disagrees and no seal is broken."""
        return not self.findings and self.chain.broken is None


def proof_of(database: Database) -> Proof:
    """Add the book up and count its chain; reads every row. Raises `Unavailable`, `Corrupt`."""
    with Queries(database).snapshot() as book:
        record = book.record()
        found = tuple(check(record))
    return Proof(len(record.entries), len(record.accounts), found, Verifier(database).verify())


def require_sound(database: Database) -> None:
    """Raises `Corrupt` (book_unsound) with the first findings."""
    proof = proof_of(database)
    if proof.sound:
        return
    told = [str(finding) for finding in proof.findings[:_NAMED_MAX]]
    if proof.chain.broken is not None:
        broken = proof.chain.broken
        told.append(f"the chain breaks at seal {broken.position} ({broken.reason})")
    raise Corrupt(
        "book_unsound",
        f"the book does not agree with its journal: {'; '.join(told)}",
        details={"findings": str(len(proof.findings)), "first": told[0]},
    )
