"""Ana's book on a new embedded database."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from fiel.bootstrap import open_custody
from fiel.settings import Settings
from tests.copilot.performing.books import Wallet


@pytest.fixture
def ana(tmp_path: Path) -> Iterator[Wallet]:
    """A wallet with nothing."""
    settings = Settings.read({"FIEL_DATA_DIR": str(tmp_path)}, tmp_path, sys.platform)
    with open_custody(settings, f"sqlite:///{tmp_path}/book.db") as opened:
        yield Wallet(opened)
