"""Fees, time-outs, external cash and positions below zero: rules of the book beside the numbered faults."""

from __future__ import annotations

from datetime import timedelta

import pytest

from fiel.custody.accounts import CashMode
from fiel.custody.ledger import Verdict
from fiel.custody.reservations import Fees, OrderStatus, Policy, ReservationStatus
from tests.custody.stories import E9, Book, refused


@pytest.fixture
def book() -> Book:
    """Ana with R$ 5,000.00."""
    book = Book()
    book.deposit(500_000)
    return book


def part(book: Book, upto: int, executed: str) -> Verdict:
    return book.take("PARTIALLY_FILLED", filledQuantity=upto, executedPrice=executed)


def test_fees_are_held_and_charged_once() -> None:
    """The estimated fee is held with a BUY; what is charged depends on what was executed in all."""
    book = Book(Policy(fees=Fees(fixed=490, rate_ppm=300)))
    book.deposit(200_000)
    book.take()
    assert book.account().blocked == 100_000 + 490 + 30
    part(book, 50, "10.00")
    book.take("FILLED", executedPrice="10.00")
    assert (book.account().balance, book.account().blocked) == (200_000 - 100_520, 0)
    assert book.position().cost == 100_520
    assert sum(amount for kind, amount in book.wallet() if kind == "FEE") == -520
    book.adds_up()


def test_time_out_of_a_reservation() -> None:
    """A silent order's reservation is released in time, once, and its late fill is still booked."""
    book = Book(Policy(reserve_for=timedelta(hours=1)))
    book.deposit(500_000)
    book.take()
    book.time_out(1)
    assert book.account().blocked == 100_000
    book.tick(timedelta(hours=1))
    book.time_out(1)
    before = book.snapshot()
    book.time_out(1)
    assert book.snapshot() == before
    assert (book.account().blocked, book.order().reservation) == (0, ReservationStatus.EXPIRED)
    book.take("FILLED", executedPrice=10)
    assert (book.account().balance, book.order().reservation) == (400_000, ReservationStatus.POSTED)
    book.adds_up()


def test_external_cash() -> None:
    """Of an account whose cash is elsewhere the shares are kept, no money is held, and entries balance."""
    book = Book()
    book.open(mode=CashMode.EXTERNAL)
    book.take()
    book.take("FILLED", executedPrice=10)
    assert (book.account().balance, book.account().blocked, book.wallet()) == (0, 0, [])
    assert book.position().cost == 100_000
    assert refused(book.deposit(1)) == "cash_is_external"
    book.adds_up()


def test_a_sale_through_zero() -> None:
    """A sale of more than is held closes the long part at its cost and opens the rest as short."""
    book = Book()
    book.bring(100, 90_000)
    book.take(side="SELL", quantity=150)
    book.take("FILLED", side="SELL", quantity=150, executedPrice="10.00")
    position = book.position()
    assert (position.quantity, position.cost, position.realised) == (-50 * E9, -50_000, 10_000)
    book.adds_up()


def test_what_waited_is_applied_as_the_world_did_it(book: Book) -> None:
    """Of a part and an end that waited together the part goes first, so that nobody is alarmed."""
    book.take("CANCELLED")
    part(book, 40, "9.90")
    book.take()
    assert book.alerts() == set()
    assert (book.order().status, book.order().filled) == (OrderStatus.CANCELLED, 40 * E9)
    assert book.account().balance == 500_000 - 39_600
