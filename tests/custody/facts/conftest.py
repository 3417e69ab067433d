"""Books that facts are told to."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.custody.facts.telling import Teller
from tests.support.custody_bank import Bank
from tests.support.custody_homes import FileHome


@pytest.fixture
def book(bank: Bank) -> Teller:
    """Ana has R$ 5,000.00 and no shares; on SQLite and on PostgreSQL."""
    return Teller(bank)


@pytest.fixture
def file_book(sqlite_home: FileHome, open_bank_on: Callable[..., Bank]) -> Teller:
    """The same, embedded only: for what does not reach the database."""
    found = open_bank_on(home=sqlite_home)
    found.custody.deposit("ana", "5000.00")
    return Teller(found)
