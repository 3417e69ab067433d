"""Accounts and holdings of many users in one question."""

from __future__ import annotations

import pytest

from fiel.custody.queries import Holding
from fiel.kernel.errors import InvalidInput
from tests.custody.stories import wire
from tests.support.custody_bank import Bank

E9 = 10**9


def test_many_users_are_read_at_once(bank: Bank) -> None:
    """Each user asked for is in the answer, with what the single questions say; nobody else is."""
    bank.custody.deposit("bia", "100.00")
    bank.custody.deposit("cid", "1.00")
    bank.send(wire(quantity=10), wire("FILLED", quantity=10, executedPrice="10.00"))
    bank.send(wire(orderId=2, side="SELL", quantity=4))
    asked = ["bia", "ana", "nobody", "ana"]
    accounts = bank.look(lambda book: book.accounts_of(asked))
    assert accounts == {"ana": [bank.account("ana")], "bia": [bank.account("bia")], "nobody": []}
    positions = bank.look(lambda book: book.positions_of(asked))
    assert positions == {"ana": [bank.position("PETR4")], "bia": [], "nobody": []}
    found = bank.look(lambda book: book.holdings_of(asked))
    assert found == [Holding("ana", "BRL", "PETR4", 10 * E9, 4 * E9)]


@pytest.mark.parametrize("name", ["accounts_of", "positions_of", "holdings_of"])
def test_more_than_a_thousand_are_refused(bank: Bank, name: str) -> None:
    """A question has a bound; nobody asks for everything by mistake."""
    everybody = [f"u{number}" for number in range(1_001)]
    with pytest.raises(InvalidInput) as refused:
        bank.look(lambda book: getattr(book, name)(everybody))
    assert refused.value.code == "too_many_users"
    assert bank.look(lambda book: getattr(book, name)([])) in ({}, [])
