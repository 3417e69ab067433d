"""The one total table: every order status against every event status."""

from __future__ import annotations

from datetime import timedelta
from itertools import product
from typing import Any

import pytest

from fiel.custody.ledger import Verdict
from fiel.custody.order_events import EventStatus
from fiel.custody.reservations import TRANSITIONS, Action, OrderStatus, Policy
from tests.custody.stories import Book

#: Written by hand a second time, in another shape, from the contract: who is applied, parked or refused.
PARKED = {(OrderStatus.UNSEEN, status) for status in EventStatus if status is not EventStatus.PENDING}
DEAD = {(OrderStatus.FILLED, EventStatus.REJECTED)}
ENDS = {EventStatus.REJECTED, EventStatus.CANCELLED, EventStatus.EXPIRED}
ENDED = {OrderStatus.FILLED, OrderStatus.REJECTED, OrderStatus.CANCELLED, OrderStatus.EXPIRED}
STALE = ({(order, event) for order in ENDED for event in ENDS} - DEAD) | {
    (order, EventStatus.PENDING) for order in ENDED | {OrderStatus.REFUSED, OrderStatus.TIMED_OUT}
}


def expected(pair: tuple[OrderStatus, EventStatus]) -> Verdict:
    if pair in PARKED:
        return Verdict.PARKED
    if pair in DEAD:
        return Verdict.DEAD_LETTER
    return Verdict.IGNORED if pair in STALE else Verdict.APPLIED


def book_with(status: OrderStatus) -> Book:
    """A book in which order 1 (100 at 10.00) has the status, reached through events only."""
    book = Book(Policy(reserve_for=timedelta(hours=1)))
    book.deposit(1 if status is OrderStatus.REFUSED else 500_000)
    if status is OrderStatus.UNSEEN:
        return book
    book.take()
    match status:
        case OrderStatus.PARTIALLY_FILLED:
            book.take("PARTIALLY_FILLED", filledQuantity=40, executedPrice=10)
        case OrderStatus.FILLED:
            book.take("FILLED", executedPrice=10)
        case OrderStatus.REJECTED | OrderStatus.CANCELLED | OrderStatus.EXPIRED:
            book.take(status.value)
        case OrderStatus.TIMED_OUT:
            book.tick(timedelta(hours=2))
            book.time_out(1)
    assert book.order().status is status
    return book


def message(status: EventStatus) -> dict[str, Any]:
    """An event that tells something new: other terms, or a fill beyond what is booked."""
    common: dict[str, Any] = {"eventId": "new"}
    match status:
        case EventStatus.PENDING:
            return common | {"quantity": 120}
        case EventStatus.PARTIALLY_FILLED:
            return common | {"filledQuantity": 110, "executedPrice": "9.99"}
        case EventStatus.FILLED:
            return common | {"filledQuantity": 120, "executedPrice": "9.99"}
        case _:
            return common


def test_the_table_is_total() -> None:
    """No pair of order status and event status is without its action."""
    assert set(TRANSITIONS) == set(product(OrderStatus, EventStatus))
    assert set(TRANSITIONS.values()) == set(Action)


@pytest.mark.parametrize("pair", sorted(TRANSITIONS), ids="-".join)
def test_every_pair(pair: tuple[OrderStatus, EventStatus]) -> None:
    """Each event meets each status with the outcome of the contract, and the book adds up after it."""
    status, event_status = pair
    book = book_with(status)
    before = book.snapshot()
    verdict = book.take(event_status.value, **message(event_status))
    assert verdict is expected(pair)
    if verdict is not Verdict.APPLIED:
        assert book.snapshot() == before
    book.adds_up()


@pytest.mark.parametrize("pair", sorted(TRANSITIONS), ids="-".join)
def test_every_pair_twice(pair: tuple[OrderStatus, EventStatus]) -> None:
    """The same event once more changes nothing in any status, even under another event id."""
    status, event_status = pair
    book = book_with(status)
    book.take(event_status.value, **message(event_status))
    before = book.snapshot()
    book.take(event_status.value, **message(event_status))
    assert book.snapshot() == before
    if event_status is not EventStatus.PENDING:
        book.take(event_status.value, **message(event_status) | {"eventId": "another id"})
        assert book.snapshot() == before
