"""The ledger: `decide(state, command)` says what happens, `evolve(state, event)` makes the rows of it.

`batch` folds a stream over rows loaded from anywhere; `checker` adds everything up again from scratch.
"""

from __future__ import annotations

from fiel.custody.ledger.batch import Batch, Verdict
from fiel.custody.ledger.checker import Finding, Record, check
from fiel.custody.ledger.deciding import decide
from fiel.custody.ledger.evolving import evolve
from fiel.custody.ledger.journal import JournalEntry, Posting, WalletTransaction, journal_rows
from fiel.custody.ledger.positions import restated

__all__ = [
    "Batch",
    "Finding",
    "JournalEntry",
    "Posting",
    "Record",
    "Verdict",
    "WalletTransaction",
    "check",
    "decide",
    "evolve",
    "journal_rows",
    "restated",
]
