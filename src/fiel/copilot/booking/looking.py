"""What was booked, looked at: rows, files and accounts of a wallet. Nothing is written."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from fiel.copilot.store import booked
from fiel.copilot.store.accounts import accounts_of
from fiel.copilot.store.booked import BookedFile, BookedRow
from fiel.custody.accounts import Account
from fiel.custody.queries import Snapshot
from fiel.infra.storage.database import Database

__all__ = ["BookedFile", "BookedRow", "Looking", "NamedAccount"]


@dataclass(frozen=True, slots=True)
class NamedAccount:
    """An account of the book. `label` and `name` are `None` for the wallet's own."""

    account: Account
    label: str | None = None
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Looking:
    """Reads what was booked."""

    database: Database

    def rows(
        self,
        wallet: str,
        *,
        first: date | None = None,
        last: date | None = None,
        asset: str | None = None,
        taken_back: bool = False,
    ) -> list[BookedRow]:
        """Rows by day and name: of a span of days, of one asset; those taken back only when asked for."""
        with self.database.reading() as connection:
            found = booked.rows_of(connection, wallet, first=first, last=last)
        return [
            row for row in found if (taken_back or row.reversed_at is None) and asset in (None, row.asset)
        ]

    def files(self, wallet: str) -> list[BookedFile]:
        """Files, latest first."""
        with self.database.reading() as connection:
            return booked.files_of(connection, wallet)

    def accounts(self, wallet: str) -> list[NamedAccount]:
        """The wallet's own accounts, then those of institutions by label; one for each currency."""
        with self.database.reading() as connection:
            book = Snapshot(connection)
            own = [NamedAccount(each) for each in book.accounts(wallet)]
            return own + [
                NamedAccount(each, named.label, named.name)
                for named in accounts_of(connection, wallet)
                for each in book.accounts(named.user_id)
            ]
