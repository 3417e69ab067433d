"""Banks on both engines: a test that asks for `bank` runs on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

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
def open_bank(home: Home, open_bank_on: Callable[..., Bank]) -> Callable[..., Bank]:
    """Opens banks on the book (or on the home given), with a policy; they are closed at the end."""
    return lambda **settings: open_bank_on(**({"home": home} | settings))


@pytest.fixture
def open_bank_on() -> Iterator[Callable[..., Bank]]:
    """The same on the home that is given, whichever engine it is of."""
    opened: list[Bank] = []

    def open_one(**settings: Any) -> Bank:
        bank = Bank(**settings)
        opened.append(bank)
        return bank

    yield open_one
    for bank in opened:
        bank.close()


@pytest.fixture
def bank(open_bank: Callable[..., Bank]) -> Bank:
    """A bank where ana has R$ 5,000.00."""
    found = open_bank()
    found.custody.deposit("ana", "5000.00")
    return found
