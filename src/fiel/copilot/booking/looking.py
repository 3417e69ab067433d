"""What was booked, looked at: rows, files and accounts of a wallet. Nothing is written."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from fiel.copilot.store import booked
from fiel.copilot.store.accounts import accounts_of, owners, users_of
from fiel.copilot.store.booked import BookedFile, BookedRow
from fiel.custody.accounts import Account, Lot, Position
from fiel.custody.queries import Snapshot
from fiel.infra.storage.database import Database

__all__ = ["BookedFile", "BookedRow", "Looking", "NamedAccount", "wallet_of_account"]


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

    def positions(self, wallet: str, *, closed: bool = False) -> list[Position]:
        """What all accounts of the wallet hold; `closed`: what they held once, too."""
        with self.database.reading() as connection:
            book, users = Snapshot(connection), users_of(connection, wallet)
            return [each for user in users for each in book.positions(user, closed=closed)]

    def lots_of_entries(self, wallet: str, entries: Collection[str]) -> list[Lot]:
        """The lots that these journal entries of the wallet wrote, as far as they still count."""
        wanted = frozenset(entries)
        with self.database.reading() as connection:
            lots = Snapshot(connection).lots_together(users_of(connection, wallet))
        return [lot for lot in lots if lot.id in wanted]


def wallet_of_account(database: Database, account: str) -> str:
    """The wallet that an account of the book is of; one that stands for itself is its own."""
    with database.reading() as connection:
        return owners(connection, [account]).get(account, account)
