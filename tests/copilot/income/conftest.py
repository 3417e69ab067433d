"""An open town on a new database of either engine."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from fiel.settings import Settings
from tests.support.income_wallets import Town, open_town


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """The defaults, with a data folder of the test."""
    return Settings.read({"FIEL_DATA_DIR": str(tmp_path)}, tmp_path, sys.platform)


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest) -> str:
    """The address of a database with the whole schema."""
    return str(request.getfixturevalue(f"migrated_{request.param}"))


@pytest.fixture
def town(settings: Settings, database_url: str) -> Iterator[Town]:
    """The desk, and the clock in the test's hands."""
    made = open_town(settings, database_url)
    yield made
    made.opened.close()
