"""Ana's book on a new embedded database."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.copilot.performing.books import Wallet
from tests.support.told_wallets import new_book


@pytest.fixture
def ana(tmp_path: Path) -> Iterator[Wallet]:
    """A wallet with nothing."""
    with new_book(tmp_path) as opened:
        yield Wallet(opened)
