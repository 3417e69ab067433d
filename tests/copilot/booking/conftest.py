"""Wallets whose files are booked, on both engines."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.custody.conftest import home, open_bank, open_bank_on  # noqa: F401 (fixtures)
from tests.support.booked_wallets import BookedWallet
from tests.support.custody_bank import Bank
from tests.support.custody_homes import FileHome


@pytest.fixture
def ana(open_bank: Callable[..., Bank]) -> BookedWallet:  # noqa: F811
    """Ana, who has nothing yet; on SQLite and on PostgreSQL."""
    return BookedWallet(open_bank())


@pytest.fixture
def eva(sqlite_home: FileHome, open_bank_on: Callable[..., Bank]) -> BookedWallet:  # noqa: F811
    """The same, embedded only: for what does not reach the database."""
    return BookedWallet(open_bank_on(home=sqlite_home))
