"""What whoever watches the program is shown of the database: small looks, none over a table that grows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from fiel.infra.storage.database import Database
from fiel.infra.storage.looking import DatabaseLook, look
from fiel.infra.storage.schema import version_of
from fiel.market.store.desk import Contact, Desk
from fiel.market.store.symbols import StoredSymbols

if TYPE_CHECKING:
    from fiel.autobalance.parts import Parts


@dataclass(frozen=True, slots=True)
class Looked:
    """What was seen at `at`. `oldest_quote`, `newest_quote`: ages of the last believed quotes.

    `sagas` (those that have not ended) and `portfolios` are counts by status.
    """

    at: datetime
    schema: str
    database: DatabaseLook
    contacts: tuple[Contact, ...]
    oldest_quote: timedelta | None
    newest_quote: timedelta | None
    sagas: Mapping[str, int]
    portfolios: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Operations:
    """Looks at the database of the auto-balancer, which is put together for the first look."""

    database: Database
    balancer: Callable[[], Parts]

    def look(self) -> Looked:
        """Once, now. Raises `Unavailable`."""
        parts = self.balancer()
        now = parts.clock.now()
        first, last = StoredSymbols(self.database).quoted_between()
        return Looked(
            now,
            version_of(self.database).found or "-",
            look(self.database, now),
            tuple(Desk(self.database).contacts()),
            None if first is None else now - first,
            None if last is None else now - last,
            {status.value: count for status, count in parts.journal.running().items()},
            {status.value: count for status, count in parts.portfolios.counts().items()},
        )
