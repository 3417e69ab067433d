"""Which wallets a book has, in parts of any size."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete, insert

from fiel.copilot.store.accounts import WalletAccount, add_accounts
from fiel.copilot.tables import wallet_accounts
from fiel.copilot.wallets import first_wallets, wallets_after
from fiel.custody import tables
from fiel.custody.accounts import CashMode
from fiel.custody.queries import PAGE_MAX
from fiel.infra.storage.database import Database, UnitOfWork
from tests.support.told_wallets import new_book

NOW = datetime(2026, 5, 4, 13, tzinfo=UTC)
#: Names between which the slash of an account sorts: `ana-b` comes before `ana/b`.
NAMES = ("ana", "ana-b", "ana-b-c", "bia")
LABELS = ("", "b", "c")
Accounts = set[tuple[str, str]]


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """One book, filled anew for each example."""
    with new_book(tmp_path_factory.mktemp("wallets")) as opened:
        yield opened.database


def _holds(book: Database, accounts: Accounts, unused: Accounts) -> None:
    def work(unit: UnitOfWork) -> None:
        unit.connection.execute(delete(tables.accounts))
        unit.connection.execute(delete(wallet_accounts))
        brokers = [
            WalletAccount(wallet, label, f"{wallet}/{label}", label)
            for wallet, label in accounts | unused
            if label
        ]
        add_accounts(unit.connection, brokers, NOW)
        rows = [
            {"user_id": f"{wallet}/{label}".rstrip("/"), "currency": "BRL", "cash_mode": CashMode.TRACKED}
            | {"balance": 0, "blocked": 0, "sequence": 0, "created_at": NOW, "updated_at": NOW}
            for wallet, label in accounts
        ]
        if rows:
            unit.connection.execute(insert(tables.accounts), rows)

    book.transact(work)


_ACCOUNTS = st.sets(st.tuples(st.sampled_from(NAMES), st.sampled_from(LABELS)))


@given(_ACCOUNTS, _ACCOUNTS, st.integers(1, 5))
def test_each_wallet_is_told_once_whatever_the_parts(
    book: Database, accounts: Accounts, unused: Accounts, limit: int
) -> None:
    """In the order of its first account; an account in which nothing is booked is none."""
    _holds(book, accounts, unused - accounts)
    told, after = list[str](), ""
    with book.reading() as connection:
        for _ in itertools.count():
            part, place = wallets_after(connection, after, limit)
            assert len(part) <= limit
            told += part
            if place is None:
                break
            assert len(part) == limit
            after = place
        users = sorted(f"{wallet}/{label}".rstrip("/") for wallet, label in accounts)
        assert told == list(dict.fromkeys(user.partition("/")[0] for user in users))
        assert first_wallets(connection, limit) == told[:limit]


def test_a_wallet_of_many_accounts_is_told_once_over_pages(book: Database) -> None:
    """Its accounts fill more than a page of the book."""
    many = {("ana", f"{number:04}") for number in range(PAGE_MAX + 5)}
    _holds(book, many | {("bia", "")}, set())
    with book.reading() as connection:
        assert wallets_after(connection, "", 5) == (["ana", "bia"], None)
        assert wallets_after(connection, "", 1) == (["ana"], f"ana/{PAGE_MAX + 4:04}")
        assert wallets_after(connection, f"ana/{PAGE_MAX + 4:04}", 5) == (["bia"], None)
        assert wallets_after(connection, "ana/0500", 5) == (["bia"], None)
