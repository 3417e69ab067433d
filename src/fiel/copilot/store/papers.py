"""Papers of a wallet, in the transaction of the caller: a draft of its targets, plans that were kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, select

from fiel.copilot.tables import wallet_papers
from fiel.infra.storage.upserts import insert_into
from fiel.kernel.errors import InvalidInput

#: The text of targets that is being edited; there is one per wallet, with this id.
TARGETS_DRAFT, DRAFT_ID = "targets_draft", "1"
#: A plan that was kept.
PLAN = "plan"
BODY_MAX = 2_000_000
#: Papers of one kind that a wallet keeps: the oldest go.
PAPERS_MAX = 100


@dataclass(frozen=True, slots=True)
class Paper:
    """`body` as it was written."""

    wallet: str
    kind: str
    id: str
    body: str
    changed_at: datetime


def keep_paper(connection: Connection, paper: Paper) -> None:
    """Keep it, in the place of one with the same id. Raises `InvalidInput` (paper_too_long)."""
    if len(paper.body) > BODY_MAX:
        raise InvalidInput("paper_too_long", f"at most {BODY_MAX} characters are kept", field=paper.kind)
    row = {
        "wallet": paper.wallet,
        "kind": paper.kind,
        "id": paper.id,
        "body": paper.body,
        "changed_at": paper.changed_at,
    }
    new = insert_into(wallet_papers, connection).values(**row)
    changed = {name: new.excluded[name] for name in ("body", "changed_at")}
    connection.execute(new.on_conflict_do_update(index_elements=["wallet", "kind", "id"], set_=changed))
    for old in papers_of(connection, paper.wallet, paper.kind, PAPERS_MAX + 10)[PAPERS_MAX:]:
        forget_paper(connection, old.wallet, old.kind, old.id)


def paper_named(connection: Connection, wallet: str, kind: str, paper_id: str) -> Paper | None:
    """One of them, if there is one."""
    held = wallet_papers.c
    asked = select(wallet_papers).where(held.wallet == wallet, held.kind == kind, held.id == paper_id)
    row = connection.execute(asked).first()
    return None if row is None else Paper(row.wallet, row.kind, row.id, row.body, row.changed_at)


def papers_of(connection: Connection, wallet: str, kind: str, limit: int) -> list[Paper]:
    """The latest of a kind."""
    held = wallet_papers.c
    asked = select(wallet_papers).where(held.wallet == wallet, held.kind == kind)
    found = connection.execute(asked.order_by(held.changed_at.desc(), held.id).limit(limit))
    return [Paper(row.wallet, row.kind, row.id, row.body, row.changed_at) for row in found]


def forget_paper(connection: Connection, wallet: str, kind: str, paper_id: str) -> None:
    """Keep it no more."""
    held = wallet_papers.c
    mine = (held.wallet == wallet, held.kind == kind, held.id == paper_id)
    connection.execute(delete(wallet_papers).where(*mine))
