"""A batch whose history is written while it is still being decided ends like many small ones."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from fiel.custody.ledger import Verdict
from fiel.custody.ledger.journal import WalletTransaction
from fiel.custody.receiving import AHEAD, BATCH_MAX
from fiel.custody.wallet_events import WalletEvents
from tests.custody.stories import wire
from tests.support.custody_bank import Bank
from tests.support.custody_homes import Home

USERS = ("ana", "bia", "caio")
Message = dict[str, Any] | bytes


class Brittle(WalletEvents):
    """Cannot write of one ticker."""

    def writer(self) -> Callable[[WalletTransaction], str]:
        body = super().writer()

        def brittle(of: WalletTransaction) -> str:
            if of.ticker == "BROKEN":
                raise ValueError("of this nothing can be written")
            return body(of)

        return brittle


def lively(orders: int) -> list[Message]:
    """Orders with everything that is seldom: fills that come first, come twice, or tell of earlier times."""
    messages: list[Message] = []
    for number in range(1, orders + 1):
        place: dict[str, Any] = {
            "orderId": number,
            "userId": USERS[number % 3],
            "ticker": f"TK{number % 7}",
            "quantity": 10,
        }
        told: dict[str, Any] = {"executedPrice": "9.50", "eventTimestamp": [2026, 5, 4, 11, 59 - number % 50]}
        filled = wire("FILLED", **place, **told)
        pending = wire(**place)
        early = number % 5 == 0
        messages += [filled, pending] if early else [pending, filled]
        if number % 11 == 0:
            messages += [filled, b"no message"]
    return messages


def ended(bank: Bank) -> list[Any]:
    """Everything that the book says, whichever order its rows are in."""
    record = bank.record()
    kinds = (record.accounts, record.orders, record.positions, record.lots, record.entries, record.postings)
    told = bank.told("wallet-events-v1")
    by_user = [[each for each in told if each["userId"] == user] for user in USERS]
    rows = [sorted(map(repr, kind)) for kind in (*kinds, record.transactions)]
    return [rows, by_user, bank.alerts(), bank.dead(), bank.waiting()]


@pytest.mark.parametrize("size", [BATCH_MAX, AHEAD + 1])
def test_a_long_batch_ends_like_short_ones(
    open_bank_on: Callable[..., Bank], postgres_home: Home, sqlite_home: Home, size: int
) -> None:
    """Parked, repeated, unreadable and restated in long batches: the same rows as in batches of seven."""
    messages = lively(220)
    long, short = open_bank_on(home=postgres_home), open_bank_on(home=sqlite_home)
    for bank, step in ((long, size), (short, 7)):
        for user in USERS:
            bank.custody.deposit(user, "90000.00", key=user)
        for start in range(0, len(messages), step):
            bank.send(*messages[start : start + step])
        bank.adds_up()
    assert ended(long) == ended(short)


@pytest.mark.parametrize("place", [3, AHEAD + 7, AHEAD + 40])
def test_poison_beside_written_history(open_bank: Callable[..., Bank], place: int) -> None:
    """What breaks before, during or after the first half is written is set apart, and all else is booked."""
    bank = open_bank(wire=Brittle())
    bank.custody.deposit("ana", "90000.00")
    messages = [wire(orderId=number, quantity=1) for number in range(1, AHEAD + 50)]
    messages[place]["ticker"] = "BROKEN"
    received = bank.send(*messages)
    assert received.verdicts == {Verdict.APPLIED: len(messages) - 1, Verdict.DEAD_LETTER: 1}
    assert bank.dead() == ["processing_failed"]
    bank.adds_up()
