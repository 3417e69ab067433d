"""Desks on both engines, for the tests of several folders."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.autobalance.books import Desk
from tests.support.custody_bank import Bank
from tests.support.custody_homes import (
    Home,
)


@pytest.fixture(params=["sqlite", "postgres"])
def home(request: pytest.FixtureRequest) -> Home:
    """An empty book, on one engine and then on the other."""
    found: Home = request.getfixturevalue(f"{request.param}_home")
    return found


@pytest.fixture
def empty_desk(home: Home) -> Iterator[Desk]:
    """A desk where nobody is enrolled."""
    bank = Bank(home)
    yield Desk(bank)
    bank.close()


@pytest.fixture
def desk(empty_desk: Desk) -> Desk:
    """A desk where ana is balanced: R$ 1,000.00 and 10 VALE3."""
    empty_desk.enrol("ana", VALE3=10)
    return empty_desk
