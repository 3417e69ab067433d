"""Which wallets a book has: its users, and of the accounts at brokers the wallet that each is of."""

from __future__ import annotations

from collections.abc import Collection
from itertools import islice

from fiel.copilot.store.accounts import owners, users_of, users_of_all
from fiel.custody.queries import PAGE_MAX, Snapshot
from fiel.infra.storage.database import Session


def first_wallets(connection: Session, limit: int) -> list[str]:
    """The first wallets of the book, in the order of their first users."""
    return wallets_after(connection, "", limit)[0]


def is_known(connection: Session, wallet: str) -> bool:
    """Whether the book has an account of that wallet."""
    book = Snapshot(connection)
    return any(book.accounts(each) for each in users_of(connection, wallet))


def wallets_after(connection: Session, after: str, limit: int) -> tuple[list[str], str | None]:
    """Wallets in the order of their first users after the user `after`, and the place to go on from.

    A wallet stands at its first account, so that it is told once; the place is `None` at the end.
    """
    book, found = Snapshot(connection), list[str]()
    while page := book.user_ids(after):
        of = owners(connection, page)
        told = _begun(connection, book, set(of.values()), after)
        for user in page:
            wallet = of.get(user, user)
            if wallet not in told:
                if len(found) == limit:
                    return found, after
                told.add(wallet)
                found.append(wallet)
            after = user
    return found, None


def _begun(connection: Session, book: Snapshot, wallets: Collection[str], after: str) -> set[str]:
    """Those of the wallets that have an account up to `after`: they were told before."""
    of = {user: wallet for user, wallet in users_of_all(connection, wallets).items() if user <= after}
    begun, left = set[str](), iter(of)
    while few := list(islice(left, PAGE_MAX)):
        begun |= {of[user] for user, accounts in book.accounts_of(few).items() if accounts}
    return begun
