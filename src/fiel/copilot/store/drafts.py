"""Imports on their way, in the transaction of the caller: texts as they are kept, and how far each is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from fiel.copilot.tables import import_drafts

OPEN = "open"
_SHORT = tuple(column for column in import_drafts.c if column.name != "body")


@dataclass(frozen=True, slots=True)
class StoredDraft:
    """A draft as it is kept: `body`, `decisions` and `outcome` are JSON (`fiel.copilot.drafts.document`)."""

    id: str
    wallet: str
    state: str
    body: str
    decisions: str
    outcome: str | None
    version: int
    created_at: datetime
    changed_at: datetime


def add_draft(connection: Connection, draft: StoredDraft) -> None:
    """A draft that is new."""
    values = {name: getattr(draft, name) for name in StoredDraft.__dataclass_fields__}
    connection.execute(insert(import_drafts).values(**values))


def draft_named(connection: Connection, draft_id: str) -> StoredDraft | None:
    """One draft with all that was read, if there is one."""
    row = connection.execute(select(import_drafts).where(import_drafts.c.id == draft_id)).first()
    return None if row is None else _draft(row, row.body)


def drafts_of(connection: Connection, wallet: str, limit: int) -> list[StoredDraft]:
    """The latest drafts of a wallet, their bodies left empty."""
    held = import_drafts.c
    asked = select(*_SHORT).where(held.wallet == wallet).order_by(held.created_at.desc(), held.id)
    return [_draft(row, "[]") for row in connection.execute(asked.limit(limit))]


def change_draft(
    connection: Connection, draft_id: str, state: str, version: int, at: datetime, /, **values: str
) -> bool:
    """Change one that is still in this state and version, which grows. `False` when another was quicker."""
    held = import_drafts.c
    seen = (held.id == draft_id, held.version == version, held.state == state)
    changed = update(import_drafts).where(*seen).values(version=version + 1, changed_at=at, **values)
    return connection.execute(changed).rowcount == 1


def remove_draft(connection: Connection, draft_id: str) -> None:
    """Forget a draft that was never booked."""
    held = import_drafts.c
    connection.execute(delete(import_drafts).where(held.id == draft_id, held.state == OPEN))


def _draft(row: Any, body: str) -> StoredDraft:
    return StoredDraft(
        row.id,
        row.wallet,
        row.state,
        body,
        row.decisions,
        row.outcome,
        row.version,
        row.created_at,
        row.changed_at,
    )
