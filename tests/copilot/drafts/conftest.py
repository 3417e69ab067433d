"""Drafts of ana's imports, on both engines."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from fiel.copilot.drafts.desk import DraftDesk
from fiel.kernel.ids import SequentialIds
from tests.custody.conftest import home, open_bank, open_bank_on  # noqa: F401 (fixtures)
from tests.support.booked_wallets import BookedWallet
from tests.support.custody_bank import Bank
from tests.support.custody_homes import FileHome


def desk_of(wallet: BookedWallet) -> DraftDesk:
    """Drafts on the wallet's book, ids in order."""
    return DraftDesk(wallet.bank.database, wallet.desk, wallet.bank.clock, SequentialIds("imp"))


@pytest.fixture
def ana(open_bank: Callable[..., Bank]) -> BookedWallet:  # noqa: F811
    """Ana, who has nothing yet; on SQLite and on PostgreSQL."""
    return BookedWallet(open_bank())


@pytest.fixture
def eva(sqlite_home: FileHome, open_bank_on: Callable[..., Bank]) -> BookedWallet:  # noqa: F811
    """The same, embedded only."""
    return BookedWallet(open_bank_on(home=sqlite_home))


@pytest.fixture
def desk(ana: BookedWallet) -> DraftDesk:
    """Drafts of ana."""
    return desk_of(ana)


@pytest.fixture
def embedded(eva: BookedWallet) -> DraftDesk:
    """Drafts of eva."""
    return desk_of(eva)
