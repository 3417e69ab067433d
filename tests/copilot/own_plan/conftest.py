"""A book of this test alone."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from fiel.bootstrap import open_custody
from fiel.settings import Settings
from tests.copilot.own_plan.books import SavedBook


@pytest.fixture
def book(tmp_path: Path) -> Iterator[SavedBook]:
    """Ana's book, empty."""
    settings = Settings.read({"FIEL_DATA_DIR": str(tmp_path)}, tmp_path, sys.platform)
    with open_custody(settings, f"sqlite:///{tmp_path}/book.db") as opened:
        yield SavedBook(opened)
