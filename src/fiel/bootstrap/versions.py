"""One text that changes with everything that a page may show: what was reckoned before it can be kept."""

from __future__ import annotations

from fiel.copilot.store.versions import copilot_version
from fiel.custody.queries import Snapshot
from fiel.infra.storage.database import Database
from fiel.market.store.versions import market_version


def version_of(database: Database) -> str:
    """The version of all that the database tells of wallets and of the market. Raises `Unavailable`."""
    with database.reading() as connection:
        parts = Snapshot(connection).version(), copilot_version(connection), market_version(connection)
    return "/".join(parts)
