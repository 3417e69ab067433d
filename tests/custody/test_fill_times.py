"""The same fill told twice with two times: the earlier one counts, whichever report arrives first."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import pytest

from fiel.custody.ledger import Verdict
from tests.custody.stories import Book, wire
from tests.support.custody_bank import Bank


def _noon(minute: int) -> list[int]:
    return [2026, 5, 4, 12, minute]


PARTLY: dict[str, Any] = {
    "status": "PARTIALLY_FILLED",
    "filledQuantity": 100,
    "executedPrice": "9.00",
    "eventId": "part",
}
WHOLE: dict[str, Any] = {"status": "FILLED", "executedPrice": "9.00", "eventId": "whole"}
SALE: dict[str, Any] = {
    "orderId": 2,
    "side": "SELL",
    "quantity": 50,
    "executedPrice": "11.00",
    "eventTimestamp": _noon(5),
}


@pytest.mark.parametrize(("partly_at", "whole_at"), [(1, 9), (9, 1)])
def test_every_order_of_arrival_keeps_the_earlier_time(partly_at: int, whole_at: int) -> None:
    """A sale between the two times has its cost from the lot, whichever of them is told first."""
    told: list[dict[str, Any]] = [
        PARTLY | {"eventTimestamp": _noon(partly_at)},
        WHOLE | {"eventTimestamp": _noon(whole_at)},
        SALE | {"status": "FILLED", "eventId": "sale"},
    ]
    ends = set()
    for arrival in permutations(told):
        book = Book()
        book.deposit(500_000)
        book.bring(100, 100_00)
        book.take()
        book.take(**SALE | {"status": "PENDING", "executedPrice": None})
        for fields in arrival:
            book.take(**fields)
        record = book.record()
        position = book.position()
        ends.add((frozenset(record.lots), position, tuple(order.fills for order in record.orders)))
        book.adds_up()
    assert len(ends) == 1
    ((_, position, fills),) = ends
    assert [lot.occurred_at.minute for lot in fills[0]] == [1]
    # 100 at 1.00 and 100 at 9.00 are 5.00 on average; 50 were sold of them.
    assert position.cost == 750_00


def test_an_earlier_time_moves_nothing_and_alerts_nobody(bank: Bank) -> None:
    """Only the lot's time changes: no journal entry, no alert; told again it is nothing new."""
    bank.send(wire(), wire(**WHOLE | {"eventTimestamp": _noon(9)}))
    before = bank.record()
    earlier = wire(**PARTLY | {"eventTimestamp": _noon(1)})
    assert bank.send(earlier).verdicts == {Verdict.APPLIED: 1}
    after = bank.record()
    assert (after.entries, after.accounts) == (before.entries, before.accounts)
    assert [lot.occurred_at.minute for lot in after.lots] == [1]
    assert bank.order().fills == tuple(after.lots)
    assert bank.alerts() == []
    assert bank.send(earlier | {"eventId": "again"}).verdicts == {Verdict.IGNORED: 1}
    bank.adds_up()
