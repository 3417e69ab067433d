"""A book of this test alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.copilot.own_plan.books import SavedBook
from tests.support.told_wallets import new_book


@pytest.fixture
def book(tmp_path: Path) -> Iterator[SavedBook]:
    """Ana's book, empty."""
    with new_book(tmp_path) as opened:
        yield SavedBook(opened)
