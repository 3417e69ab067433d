"""The numbered faults at their full width, on the pure core: accounts held back, replays, times and names."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import permutations
from typing import Any

import pytest

from fiel.custody.accounts import PositionKey
from fiel.custody.events import AlertCode, Parked, ParkReason
from fiel.custody.ledger import Verdict
from fiel.custody.ledger.batch import overdue
from fiel.custody.order_events import LogPlace, OrderEvent, parse_order_event
from fiel.custody.reservations import OrderStatus, Policy, TickerChange
from tests.custody.stories import E9, START, Book, event, refused, wire


@pytest.fixture
def book() -> Book:
    """Ana with R$ 5,000.00."""
    book = Book()
    book.deposit(500_000)
    return book


def part(book: Book, upto: int | str, executed: str, **fields: object) -> Verdict:
    return book.take("PARTIALLY_FILLED", filledQuantity=upto, executedPrice=executed, **fields)


def placed(offset: int, status: str = "PENDING", **fields: Any) -> OrderEvent:
    """An event that stands in the log."""
    read = parse_order_event(wire(status, **fields), LogPlace("order-events-v1", 0, offset))
    assert isinstance(read, OrderEvent), read
    return read


def money(book: Book) -> tuple[object, ...]:
    """All rows but the times at which they were written."""
    orders = [order._replace(created_at=None, updated_at=None) for order in book.batch.orders.values()]
    positions = [book.position(key.ticker, key.user_id) for key in sorted(book.batch.positions)]
    accounts = [account._replace(sequence=0) for account in book.batch.accounts.values()]
    return accounts, sorted(orders), positions, sorted(book.batch.lots.values())


def test_fault_33_later_events_of_the_account_wait(book: Book) -> None:
    """Fault 33: behind a poison message its account's events wait, told once; all others are booked."""
    book.deposit(500_000, user="bia")
    book.take()
    before = book.account()
    book.batch.hold_back("ana", "log:order-events-v1:0:7")
    book.batch.hold_back("ana", "log:order-events-v1:0:9")
    assert book.take("FILLED", executedPrice="9.90") is Verdict.PARKED
    assert book.take("FILLED", executedPrice="9.90") is Verdict.DUPLICATE
    assert book.take(orderId=2, userId="bia") is Verdict.APPLIED
    assert book.account() == before
    assert [alert.code for alert in book.batch.alerts] == [AlertCode.ACCOUNT_HELD_BACK]
    (waiting,) = book.batch.still_parked()
    assert waiting.reason is ParkReason.BEHIND_POISON
    assert [alert.code for alert in overdue([waiting], waiting.deadline)] == [AlertCode.HELD_BACK_TOO_LONG]
    book.adds_up()


@pytest.mark.parametrize("order", [*permutations(range(3))])
def test_fault_33_replay_restores_the_order(order: tuple[int, ...]) -> None:
    """Fault 33: after the poison is replayed, what waited is applied in the order of the log."""
    stream = [
        placed(10, sequence=1),
        placed(11, sequence=2, quantity=200),
        placed(12, "PARTIALLY_FILLED", filledQuantity=40, executedPrice="9.90"),
        placed(13, "CANCELLED"),
    ]
    books = [Book(), Book()]
    for book in books:
        book.deposit(500_000, command_id="d")
    straight, held = books
    for each in stream:
        straight.batch.take(each, START)
    held.batch.hold_back("ana", "log:order-events-v1:0:10")
    for each in stream[1:]:
        assert held.batch.take(each, START) is Verdict.PARKED
    parked = held.batch.still_parked()
    held.batch.held.clear()  # the replay's own transaction: the poison goes first
    held.batch.take(stream[0], START)
    verdicts = held.batch.release("ana", [parked[number] for number in order], START)
    assert verdicts == [Verdict.APPLIED] * 3
    assert held.snapshot()[:-1] == straight.snapshot()[:-1]
    assert held.batch.still_parked() == []
    held.adds_up()


def test_fault_33_released_without_its_pending(book: Book) -> None:
    """Fault 33: a fill released before its PENDING goes on waiting, now for that; others' events stay."""
    book.batch.hold_back("ana", "poison")
    book.take("FILLED", executedPrice="9.90")
    (parked,) = book.batch.still_parked()
    other = Parked(event("FILLED", userId="bia", executedPrice=1), START, START, ParkReason.BEHIND_POISON)
    unseen = Parked(event("FILLED", orderId=5, executedPrice=1), START, START)
    assert book.batch.release("ana", [other, unseen, parked], book.tick()) == [Verdict.PARKED]
    assert [waiting.reason for waiting in book.batch.still_parked()] == [ParkReason.ORDER_UNSEEN]
    assert book.batch.unparked == [parked]
    book.take()
    assert book.account().balance == 401_000
    assert book.batch.still_parked() == []
    book.adds_up()


def test_fault_34_a_dead_letter_of_a_held_account_replayed_twice(book: Book) -> None:
    """Fault 34: releasing what was released already, by a second replay, changes nothing."""
    book.batch.hold_back("ana", "poison")
    book.take(orderId=2)
    parked = book.batch.still_parked()
    book.batch.release("ana", parked, START)
    before = book.snapshot()
    assert book.batch.release("ana", parked, START) == [Verdict.IGNORED]
    assert book.snapshot() == before


def test_fault_37_the_whole_log_again_with_new_ids(book: Book) -> None:
    """Fault 37: even under other event ids a stream that is booked moves nothing when it comes again."""
    stream: list[tuple[str, dict[str, Any]]] = [
        ("PENDING", {}),
        ("PARTIALLY_FILLED", {"filledQuantity": 40, "executedPrice": "9.90"}),
        ("FILLED", {"executedPrice": "9.80"}),
        ("PENDING", {"orderId": 2, "side": "SELL", "quantity": 30}),
        ("CANCELLED", {"orderId": 2, "side": "SELL", "quantity": 30}),
    ]
    for status, fields in stream:
        book.take(status, **fields)
    before = book.snapshot()
    for number, (status, fields) in enumerate(stream):
        assert book.take(status, **fields, eventId=f"copy-{number}") is Verdict.IGNORED
    assert book.snapshot() == before


def test_fault_44_the_clock_jumps_back(book: Book) -> None:
    """Fault 44: a clock that runs backwards between events changes no money; the log's order counts."""
    usual = Book()
    usual.deposit(500_000)
    for each, step in ((usual, timedelta(seconds=1)), (book, timedelta(hours=-1))):
        for status, fields in (("PENDING", {}), ("FILLED", {"executedPrice": "9.90"})):
            each.batch.take(event(status, **fields), each.tick(step))
    assert money(book) == money(usual)
    book.adds_up()


@pytest.mark.parametrize("year", [1990, 2016, 2099])
def test_fault_45_fills_of_any_year(book: Book, year: int) -> None:
    """Fault 45: a fill keeps when it happened and when we learned of it, however far they are apart."""
    book.take(eventTimestamp=[year, 1, 1])
    book.take("FILLED", executedPrice="9.90", eventTimestamp=[year, 1, 2])
    (lot,) = book.batch.lots.values()
    entry = book.batch.entries[-1]
    assert lot.occurred_at == entry.occurred_at == datetime(year, 1, 2, tzinfo=UTC)
    assert entry.recorded_at == book.now
    assert book.account().balance == 401_000
    book.adds_up()


def test_fault_61_deposits_and_orders_of_both_sides(book: Book) -> None:
    """Fault 61: user and rebalance reserve, withdraw and deposit in turn; nothing is held twice."""
    book.take(orderId=1, eventId="saga-1", quantity=300)
    book.take(orderId=2, eventId="user-1", quantity=300)
    assert refused(book.withdraw(200_001)) == "available_exceeded"
    book.deposit(100_000)
    book.take(orderId=3, eventId="saga-2", quantity=300)
    assert [book.order(n).status for n in (1, 2, 3)] == [
        OrderStatus.PENDING,
        OrderStatus.REFUSED,
        OrderStatus.PENDING,
    ]
    assert (book.account().blocked, book.account().available) == (600_000, 0)
    book.adds_up()


def test_fault_62_cash_of_a_part_of_the_sale(book: Book) -> None:
    """Fault 62: buys may use what a sale has brought so far, never what it is still to bring."""
    book.withdraw(500_000)
    book.bring(100, 90_000)
    book.take(side="SELL")
    part(book, 50, "10.00", side="SELL")
    book.take(orderId=2, quantity=51)
    book.take(orderId=3, quantity=50)
    assert [book.order(n).status for n in (2, 3)] == [OrderStatus.REFUSED, OrderStatus.PENDING]
    assert book.account().available == 0
    book.adds_up()


RENAME = TickerChange("PETR4", "PTRB4", date(2026, 5, 5))
RENAMED_AT = datetime(2026, 5, 5, tzinfo=UTC)


def rename(book: Book) -> None:
    old = PositionKey("ana", "BRL", "PETR4")
    book.batch.rename(old, "PTRB4", command_id="rename-1", occurred_at=RENAMED_AT, at=book.tick())


def test_fault_63_a_fill_of_before_told_after_the_rename() -> None:
    """Fault 63: a sale done before the rename and told after it ends as if it had been told in time."""
    ends = []
    sale: dict[str, Any] = {"side": "SELL", "quantity": 40, "eventTimestamp": [2026, 5, 4, 15, 0]}
    for told_late in (False, True):
        book = Book(Policy(ticker_changes=(RENAME,)))
        book.bring(100, 90_000)
        book.take(**sale)
        if not told_late:
            book.take("FILLED", **sale, executedPrice=10)
        rename(book)
        if told_late:
            book.take("FILLED", **sale, executedPrice=10)
        book.adds_up()
        old, new = book.position("PETR4"), book.position("PTRB4")
        assert (old.quantity, old.cost) == (0, 0)
        ends.append((new.quantity, new.reserved, new.cost, old.realised + new.realised))
    assert ends[0] == ends[1] == (60 * E9, 0, 54_000, 4_000)


def test_fault_63_rename_onto_a_ticker_that_is_held(book: Book) -> None:
    """Fault 63: shares that come under a new name join those that are there, quantity and cost."""
    book.bring(100, 90_000)
    book.bring(50, 60_000, ticker="PTRB4")
    rename(book)
    joined = book.position("PTRB4")
    assert (joined.quantity, joined.cost, joined.realised) == (150 * E9, 150_000, 0)
    book.adds_up()


def test_fault_63_rename_of_a_short_position(book: Book) -> None:
    """Fault 63: a position below zero takes its proceeds along, so that its profit is right in the end."""
    book.take(side="SELL")
    book.take("FILLED", side="SELL", executedPrice="10.00")
    rename(book)
    assert (book.position("PETR4").quantity, book.position("PETR4").cost) == (0, 0)
    assert (book.position("PTRB4").quantity, book.position("PTRB4").cost) == (-100 * E9, -100_000)
    back: dict[str, Any] = {"orderId": 2, "ticker": "PTRB4", "eventTimestamp": [2026, 5, 6]}
    book.take(**back)
    book.take("FILLED", **back, executedPrice="9.00")
    covered = book.position("PTRB4")
    assert (covered.quantity, covered.cost, covered.realised) == (0, 0, 10_000)
    book.adds_up()


def test_fault_63_parked_under_the_old_name() -> None:
    """Fault 63: a fill under the old name that waits finds its order under the new one."""
    book = Book(Policy(ticker_changes=(RENAME,)))
    book.deposit(500_000)
    book.take("FILLED", executedPrice="9.90", eventTimestamp=[2026, 5, 6])
    book.take(eventTimestamp=[2026, 5, 6])
    assert book.position("PTRB4").quantity == 100 * E9
    assert book.dead() == []
    book.adds_up()
