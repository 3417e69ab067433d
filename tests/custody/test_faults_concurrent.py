"""Two workers at once on one book, and what both sides of a portfolio ask for. On SQLite and PostgreSQL."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier
from typing import TypeVar

import pytest

from fiel.custody.ledger import Verdict
from fiel.custody.service import CashAnswer
from fiel.kernel.errors import Conflict, Refused
from tests.custody.stories import wire
from tests.support.custody_bank import Bank, encoded

Result = TypeVar("Result")
Workers = tuple[Bank, Bank]


@pytest.fixture
def workers(open_bank: Callable[..., Bank]) -> Workers:
    """Two processes on the book, where ana has R$ 5,000.00."""
    pair = open_bank(patient=True), open_bank(patient=True)
    pair[0].custody.deposit("ana", "5000.00")
    return pair


def at_once(*jobs: Callable[[], Result]) -> list[Result | Refused]:
    """All jobs started at the same moment, each in a thread; refusals are answers."""
    start = Barrier(len(jobs))

    def run(job: Callable[[], Result]) -> Result | Refused:
        start.wait(timeout=30)
        try:
            return job()
        except Refused as refusal:
            return refusal

    with ThreadPoolExecutor(len(jobs)) as pool:
        return [future.result(timeout=120) for future in [pool.submit(run, job) for job in jobs]]


def test_fault_06_the_same_events_from_two_partitions(workers: Workers) -> None:
    """Fault 6: two workers, the same events at once in opposite order: each applied once, no deadlock."""
    one, other = workers
    for user in ("bia", "caio"):
        one.custody.deposit(user, "5000.00")
    for turn in range(10):
        events = [
            wire(orderId=turn * 10 + number, userId=user, quantity=1)
            for number, user in enumerate(("ana", "bia", "caio"))
        ]
        answers = at_once(
            lambda batch=events: one.send(*batch).verdicts,  # type: ignore[misc]
            lambda batch=events[::-1]: other.send(*batch).verdicts,  # type: ignore[misc]
        )
        total: Counter[Verdict] = Counter()
        for verdicts in answers:
            assert isinstance(verdicts, Counter)
            total.update(verdicts)
        assert total == {Verdict.APPLIED: 3, Verdict.DUPLICATE: 3}
    assert {one.account(user).blocked for user in ("ana", "bia", "caio")} == {10_000}
    one.adds_up()


def test_fault_14_two_orders_exceed_the_cash(workers: Workers) -> None:
    """Fault 14: of two orders at once that together exceed the cash, exactly one is held."""
    one, other = workers
    for turn in range(0, 20, 2):
        at_once(
            lambda number=turn: one.send(wire(orderId=number, quantity=300)),  # type: ignore[misc]
            lambda number=turn + 1: other.send(wire(orderId=number, quantity=300)),  # type: ignore[misc]
        )
        pair = {one.order(turn).status.value, one.order(turn + 1).status.value}
        assert pair == {"PENDING", "REFUSED"}
        assert one.account().blocked == 300_000
        one.send(*(wire("CANCELLED", orderId=number, quantity=300) for number in (turn, turn + 1)))
    one.adds_up()


def test_fault_25_withdrawal_at_the_same_time_as_an_order(workers: Workers) -> None:
    """Fault 25: a withdrawal and an order at once that together exceed the cash never both succeed."""
    one, other = workers
    for number in range(10):
        taken, _ = at_once(
            lambda: one.custody.withdraw("ana", "3000.00"),
            lambda order=number: other.send(wire(orderId=order, quantity=300)),  # type: ignore[misc]
        )
        account = one.account()
        assert account.available >= 0
        assert (one.order(number).status == "PENDING") is isinstance(taken, Refused)
        if isinstance(taken, CashAnswer):
            one.custody.deposit("ana", "3000.00")
        else:
            one.send(wire("CANCELLED", orderId=number, quantity=300))
    one.adds_up()


def test_fault_26_a_retried_request(workers: Workers) -> None:
    """Fault 26: a deposit retried, even by two at once, is done once per key, with the first answer."""
    one, other = workers
    answers = at_once(
        lambda: one.custody.deposit("ana", "10.00", key="pix-1"),
        lambda: other.custody.deposit("ana", "10.00", key="pix-1"),
    )
    found = [answer for answer in answers if isinstance(answer, CashAnswer)]
    assert sorted(answer.repeated for answer in found) == [False, True]
    assert {(answer.account, answer.at) for answer in found} == {(one.account(), one.clock.now())}
    one.custody.withdraw("ana", "10.00", key="pix-1")
    before = one.image()
    assert one.custody.withdraw("ana", "10", key="pix-1").account.balance == 500_000
    with pytest.raises(Conflict) as refusal:
        one.custody.deposit("ana", "10.01", key="pix-1")
    assert (refusal.value.code, refusal.value.field) == ("idempotency_key_reused", "amount")
    assert one.image() == before


def test_fault_26_a_refused_request_is_refused_again(bank: Bank) -> None:
    """Fault 26: a withdrawal that was refused leaves its key free; with the money there it is done once."""
    before = bank.image()
    for _ in range(2):
        with pytest.raises(Refused, match="available"):
            bank.custody.withdraw("ana", "6000.00", key="w")
    assert bank.image() == before
    bank.custody.deposit("ana", "1000.00")
    assert [bank.custody.withdraw("ana", "6000.00", key="w").repeated for _ in range(2)] == [False, True]
    assert bank.account().balance == 0


def test_fault_43_a_hot_account(workers: Workers) -> None:
    """Fault 43: two workers with one account's events only: all are booked, in order, without a deadlock."""
    one, other = workers
    one.custody.deposit("ana", "100000.00")

    def lives(first: int) -> list[bytes]:
        return [
            encoded(wire(status, orderId=number, quantity=1, executedPrice="9.00"))
            for number in range(first, first + 150)
            for status in ("PENDING", "FILLED")
        ]

    def work(bank: Bank, events: list[bytes]) -> None:
        for start in range(0, len(events), 25):
            bank.send(*events[start : start + 25])

    at_once(lambda: work(one, lives(0)), lambda: work(other, lives(1000)))
    account = one.account()
    assert (account.balance, account.blocked) == (10_500_000 - 300 * 900, 0)
    # Number 1 and 2 are the deposits; each life reserves, pays and takes back what the limit held too much.
    assert account.sequence == 2 + 3 * 300
    one.adds_up()


def test_fault_61_user_and_rebalance_reserve_at_once(workers: Workers) -> None:
    """Fault 61: orders of user and rebalance, and deposits, at once: never more is held than is there."""
    one, other = workers
    for turn in range(0, 40, 4):
        user = [wire(orderId=turn + n, quantity=90) for n in (0, 1)]
        saga = [wire(orderId=turn + n, quantity=80, eventId=f"saga-{turn + n}") for n in (2, 3)]
        at_once(
            partial(one.send, *user),
            partial(other.send, *saga),
            lambda: one.custody.deposit("ana", "1.00"),
        )
        account = one.account()
        assert 0 <= account.blocked <= account.balance
    assert one.account().available < 80_000
    assert one.account().balance == 501_000
    one.adds_up()


def test_fault_62_buys_that_wait_for_sales(bank: Bank) -> None:
    """Fault 62: a buy without cash is refused while its sale is open, and held once the sale is filled."""
    bank.custody.bring_shares("ana", "VALE3", 100, "500.00")
    bank.send(wire(orderId=1, quantity=500), wire(orderId=2, side="SELL", ticker="VALE3"))
    bank.send(wire(orderId=3, quantity=100))
    assert (bank.order(3).status, bank.account().available) == ("REFUSED", 0)
    bank.send(wire("FILLED", orderId=2, side="SELL", ticker="VALE3", executedPrice="10.00"))
    bank.send(wire(orderId=4, quantity=100))
    assert (bank.order(4).status, bank.account().available) == ("PENDING", 0)
    bank.adds_up()
