"""What a wallet has under way and may come back to, for as long as a database is open."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from fiel.copilot.store.papers import (
    DRAFT_ID,
    PLAN,
    TARGETS_DRAFT,
    Paper,
    forget_paper,
    keep_paper,
    paper_named,
    papers_of,
)
from fiel.infra.storage.database import Database

__all__ = ["DRAFT_ID", "PLAN", "TARGETS_DRAFT", "Paper", "PaperDesk"]


@dataclass(frozen=True, slots=True)
class PaperDesk:
    """Papers of one kind (`TARGETS_DRAFT`, `PLAN`)."""

    database: Database
    kind: str

    def keep(self, wallet: str, paper_id: str, body: str, at: datetime) -> None:
        """Keep it, in the place of one with the same id. Raises `InvalidInput` (paper_too_long)."""
        paper = Paper(wallet, self.kind, paper_id, body, at)
        self.database.transact(lambda unit: keep_paper(unit.connection, paper))

    def named(self, wallet: str, paper_id: str) -> Paper | None:
        """One of them, if there is one."""
        with self.database.reading() as connection:
            return paper_named(connection, wallet, self.kind, paper_id)

    def latest(self, wallet: str, limit: int) -> list[Paper]:
        """The latest."""
        with self.database.reading() as connection:
            return papers_of(connection, wallet, self.kind, limit)

    def forget(self, wallet: str, paper_id: str) -> None:
        """Keep it no more."""
        self.database.transact(lambda unit: forget_paper(unit.connection, wallet, self.kind, paper_id))
