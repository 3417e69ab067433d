"""For those who look after it: what was not believed, and how it went with each source."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from fiel.infra.storage import outbox
from fiel.infra.storage.database import Database, UnitOfWork
from fiel.infra.storage.outbox import OutboxMessage
from fiel.infra.storage.upserts import insert_into
from fiel.market.tables import market_contacts as contacts
from fiel.market.tables import market_quarantine as quarantine

_DETAIL_MAX = 1_000


@dataclass(frozen=True, slots=True)
class Disbelieved:
    """Something read and not believed; `times` it was seen."""

    provider: str
    topic: str
    kind: str
    detail: str
    times: int
    first_at: datetime
    last_at: datetime


@dataclass(frozen=True, slots=True)
class Contact:
    """How it went with one source about one topic."""

    provider: str
    topic: str
    calls: int
    failures: int
    last_success_at: datetime | None
    last_failure_at: datetime | None
    last_failure: str | None


@dataclass(frozen=True, slots=True)
class Desk:
    """Quarantine and contacts."""

    database: Database

    def disbelieve(
        self,
        provider: str,
        topic: str,
        kind: str,
        detail: str,
        at: datetime,
        messages: Sequence[OutboxMessage] = (),
    ) -> None:
        """Note it; the same again is counted. Messages go with the note."""
        told = detail[:_DETAIL_MAX]

        def write(unit: UnitOfWork) -> None:
            given = insert_into(quarantine, unit.connection).values(
                provider=provider,
                topic=topic,
                kind=kind,
                fingerprint=hashlib.sha256(told.encode()).hexdigest()[:32],
                detail=told,
                times=1,
                first_at=at,
                last_at=at,
            )
            unit.connection.execute(
                given.on_conflict_do_update(
                    index_elements=["provider", "topic", "kind", "fingerprint"],
                    set_={"times": quarantine.c.times + 1, "last_at": given.excluded.last_at},
                )
            )
            if messages:
                outbox.append(unit.connection, messages, at=at)

        self.database.transact(write)

    def disbelieved(self, limit: int = 100) -> Sequence[Disbelieved]:
        """The latest first."""
        names = ("provider", "topic", "kind", "detail", "times", "first_at", "last_at")
        asked = select(*(quarantine.c[name] for name in names)).order_by(quarantine.c.last_at.desc())
        with self.database.reading() as connection:
            return [Disbelieved(*row) for row in connection.execute(asked.limit(limit))]

    def note(self, provider: str, topic: str, failure: str | None, at: datetime) -> None:
        """One call went well (`failure` is `None`) or not."""

        def write(unit: UnitOfWork) -> None:
            failed = int(failure is not None)
            given = insert_into(contacts, unit.connection).values(
                provider=provider,
                topic=topic,
                calls=1,
                failures=failed,
                last_success_at=None if failed else at,
                last_failure_at=at if failed else None,
                last_failure=None if failure is None else failure[:_DETAIL_MAX],
            )
            changes: dict[str, object] = {
                "calls": contacts.c.calls + 1,
                "failures": contacts.c.failures + failed,
            }
            names = ("last_failure_at", "last_failure") if failed else ("last_success_at",)
            changes |= {name: given.excluded[name] for name in names}
            unit.connection.execute(
                given.on_conflict_do_update(index_elements=["provider", "topic"], set_=changes)
            )

        self.database.transact(write)

    def contacts(self) -> Sequence[Contact]:
        """All, by provider and topic."""
        with self.database.reading() as connection:
            found = connection.execute(select(contacts).order_by(contacts.c.provider, contacts.c.topic))
            return [Contact(*row) for row in found]
