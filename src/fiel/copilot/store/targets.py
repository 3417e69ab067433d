"""The targets of wallets, in the transaction of the caller: the text, as a person wrote it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from fiel.copilot.tables import wallet_targets
from fiel.infra.storage.upserts import insert_into


@dataclass(frozen=True, slots=True)
class SavedTargets:
    """The text of a wallet's targets, and when it was saved."""

    wallet: str
    body: str
    changed_at: datetime


def targets_of(connection: Connection, wallet: str) -> SavedTargets | None:
    """What was saved last, if anything was."""
    asked = select(wallet_targets).where(wallet_targets.c.wallet == wallet)
    row = connection.execute(asked).first()
    return None if row is None else SavedTargets(row.wallet, row.body, row.changed_at)


def save_targets(connection: Connection, wallet: str, body: str, *, at: datetime) -> None:
    """Put the text in the place of the one before."""
    new = insert_into(wallet_targets, connection).values(wallet=wallet, body=body, changed_at=at)
    changed = {name: new.excluded[name] for name in ("body", "changed_at")}
    connection.execute(new.on_conflict_do_update(index_elements=["wallet"], set_=changed))
