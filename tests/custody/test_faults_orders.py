"""The faults of order streams, by number, on the pure core: what must be in the rows afterwards."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from itertools import permutations
from typing import Any

import pytest

from fiel.custody.accounts import AMOUNT_MAX
from fiel.custody.events import AlertCode
from fiel.custody.ledger import Verdict
from fiel.custody.ledger.batch import overdue
from fiel.custody.reservations import OrderStatus
from tests.custody.stories import E9, Book, refused


@pytest.fixture
def book() -> Book:
    """Ana with R$ 5,000.00."""
    book = Book()
    book.deposit(500_000)
    return book


def part(book: Book, upto: int | str, executed: str, **fields: object) -> Verdict:
    return book.take("PARTIALLY_FILLED", filledQuantity=upto, executedPrice=executed, **fields)


def test_a_buy_from_end_to_end(book: Book) -> None:
    """A BUY holds its cash, pays what was executed, gets the surplus back, and the wallet tells it all."""
    book.take()
    assert (book.account().blocked, book.account().available) == (100_000, 400_000)
    book.take("FILLED", executedPrice="9.90")
    assert (book.account().balance, book.account().blocked) == (401_000, 0)
    assert (book.position().quantity, book.position().cost) == (100 * E9, 99_000)
    assert book.position().average_price == Decimal("9.9")
    assert book.wallet() == [
        ("DEPOSIT", 500_000),
        ("RESERVE", 100_000),
        ("SETTLEMENT", -99_000),
        ("REFUND", 1_000),
    ]
    assert [(row.balance_after, row.blocked_after) for row in book.batch.transactions] == [
        (500_000, 0),
        (500_000, 100_000),
        (401_000, 1_000),
        (401_000, 0),
    ]
    book.adds_up()


def test_fault_05_same_event_twice_in_one_batch(book: Book) -> None:
    """Fault 5: the second copy of an event is a duplicate and leaves one journal entry."""
    assert [book.take(), book.take()] == [Verdict.APPLIED, Verdict.DUPLICATE]
    assert [entry.kind for entry in book.batch.entries] == ["DEPOSIT", "RESERVE"]


def test_fault_07_same_id_other_payload(book: Book) -> None:
    """Fault 7: an id that comes again with another payload is a dead letter and an alert, no duplicate."""
    book.take()
    before = book.snapshot()
    assert book.take(quantity=99) is Verdict.DEAD_LETTER
    assert book.dead() == ["event_id_reused"]
    assert AlertCode.EVENT_ID_REUSED in book.alerts()
    assert book.snapshot() == before


def test_fault_08_filled_before_pending(book: Book) -> None:
    """Fault 8: a FILLED that comes first waits, and ends in the same rows as the usual order."""
    usual = Book()
    usual.deposit(500_000)
    usual.take()
    usual.take("FILLED", executedPrice="9.90")
    assert book.take("FILLED", executedPrice="9.90") is Verdict.PARKED
    assert book.account().balance == 500_000
    book.take()
    assert (book.account(), book.position()) == (usual.account(), usual.position())
    assert book.wallet() == usual.wallet()
    assert [entry.id for entry in book.batch.entries] == [entry.id for entry in usual.batch.entries]
    book.adds_up()


def test_fault_09_rejected_before_pending(book: Book) -> None:
    """Fault 9: a REJECTED that comes first waits, then leaves nothing blocked."""
    assert book.take("REJECTED") is Verdict.PARKED
    book.take()
    assert (book.account().balance, book.account().blocked) == (500_000, 0)
    assert book.order().status is OrderStatus.REJECTED
    book.adds_up()


def test_fault_10_pending_never_comes(book: Book) -> None:
    """Fault 10: without PENDING the fill stays parked, is alerted after its deadline, and frees nothing."""
    book.take(orderId=2)
    book.take("FILLED", executedPrice=10)
    held = book.account().blocked
    waiting = book.batch.newly_parked
    assert overdue(waiting, book.now) == []
    late = overdue(waiting, book.now + timedelta(hours=25))
    assert [(alert.code, alert.order_id) for alert in late] == [(AlertCode.PENDING_NEVER_CAME, 1)]
    assert book.account().blocked == held == 100_000


@pytest.mark.parametrize("last", ["FILLED", "REJECTED", "CANCELLED", "EXPIRED"])
def test_fault_11_pending_after_the_end(book: Book, last: str) -> None:
    """Fault 11: a late copy of PENDING under another id is stale once the order is over."""
    book.take()
    book.take(last, executedPrice=10)
    before = book.snapshot()
    assert book.take(eventId="late") is Verdict.IGNORED
    assert book.snapshot() == before


def test_fault_12_refused_then_rejected(book: Book) -> None:
    """Fault 12: a refused order holds nothing, so its REJECTED releases nothing, also not of others."""
    book.take(orderId=2)
    book.take(quantity=401)
    assert book.order().status is OrderStatus.REFUSED
    assert AlertCode.ORDER_REFUSED in book.alerts()
    book.take("REJECTED", quantity=401)
    assert (book.account().balance, book.account().blocked) == (500_000, 100_000)
    book.adds_up()


def test_fault_13_refused_then_filled(book: Book) -> None:
    """Fault 13: a fill of a refused order is booked; what is missing is a shortfall, and alerted."""
    book.take(quantity=600)
    book.take("FILLED", quantity=600, executedPrice=10)
    assert (book.account().balance, book.account().shortfall) == (-100_000, 100_000)
    assert {AlertCode.CASH_SHORTFALL, AlertCode.FILL_OF_REFUSED} <= book.alerts()
    assert book.position().quantity == 600 * E9
    book.deposit(150_000)
    assert (book.account().shortfall, book.account().available) == (0, 50_000)
    book.adds_up()


def test_fault_14_two_orders_exceed_the_cash(book: Book) -> None:
    """Fault 14: of two orders that together exceed the cash, exactly one is reserved."""
    book.take(quantity=300)
    book.take(quantity=300, orderId=2)
    assert [book.order(n).status for n in (1, 2)] == [OrderStatus.PENDING, OrderStatus.REFUSED]
    assert book.account().blocked == 300_000


def test_fault_15_three_parts_and_the_whole(book: Book) -> None:
    """Fault 15: parts at three prices and the last fill add up exactly, and nothing stays held."""
    book.take()
    for upto, price in ((30, "9.99"), (50, "9.98"), (90, "10.00")):
        part(book, upto, price)
    assert book.account().blocked == 10_000
    book.take("FILLED", executedPrice="9.50")
    spent = 30 * 999 + 20 * 998 + 40 * 1000 + 10 * 950
    assert (book.account().balance, book.account().blocked) == (500_000 - spent, 0)
    assert (book.position().quantity, book.position().cost) == (100 * E9, spent)
    book.adds_up()


@pytest.mark.parametrize("last", ["CANCELLED", "CANCELED", "REJECTED", "EXPIRED"])
def test_fault_16_part_then_the_end(book: Book, last: str) -> None:
    """Fault 16: what was filled stays, what the order still held is released."""
    book.take()
    part(book, 40, "9.90")
    book.take(last)
    assert (book.account().balance, book.account().blocked) == (500_000 - 39_600, 0)
    assert book.position().quantity == 40 * E9
    book.adds_up()


def test_fault_17_overfill(book: Book) -> None:
    """Fault 17: more than was ordered is booked, marked on the order and alerted."""
    book.take()
    part(book, 130, "10.00")
    assert book.order().is_overfilled
    assert AlertCode.OVERFILLED in book.alerts()
    assert (book.account().balance, book.account().blocked) == (370_000, 0)
    book.adds_up()


def test_fault_18_fill_above_the_limit(book: Book) -> None:
    """Fault 18: what a fill costs above its reservation comes from available, else it is a shortfall."""
    book.take()
    book.take("FILLED", executedPrice="11.00")
    assert (book.account().balance, book.account().shortfall) == (390_000, 0)
    book.take(orderId=2, quantity=390)
    book.take("FILLED", orderId=2, quantity=390, executedPrice="10.01")
    assert book.account().shortfall == 390
    assert AlertCode.CASH_SHORTFALL in book.alerts()
    book.adds_up()


def test_fault_19_fill_below_the_limit(book: Book) -> None:
    """Fault 19: the surplus of the reservation goes back to available at once."""
    book.take()
    book.take("FILLED", executedPrice="8.00")
    assert (book.account().available, book.account().blocked) == (420_000, 0)
    assert book.wallet()[-1] == ("REFUND", 20_000)


def test_fault_20_same_fill_under_another_id(book: Book) -> None:
    """Fault 20: a fill told again, under another id, is known by its cumulative quantity and price."""
    book.take()
    part(book, 40, "9.90", eventId="stream-1")
    before = book.snapshot()
    assert part(book, 40, "9.90", eventId="reconciled-1") is Verdict.IGNORED
    assert book.snapshot() == before
    assert part(book, 40, "9.91", eventId="reconciled-2") is Verdict.DEAD_LETTER
    assert book.dead() == ["fill_conflict"]


@pytest.mark.parametrize("order", [*permutations([(30, "9.99"), (50, "9.98"), (90, "10.00")])])
def test_parts_in_any_order(book: Book, order: tuple[tuple[int, str], ...]) -> None:
    """Partial fills end in the same money, shares and cost in whatever order they arrive."""
    book.take()
    for upto, price in order:
        part(book, upto, price)
    spent = 30 * 999 + 20 * 998 + 40 * 1000
    assert (book.account().balance, book.account().blocked) == (500_000 - spent, 10_000)
    assert (book.position().quantity, book.position().cost) == (90 * E9, spent)
    book.adds_up()


def test_fault_21_bust_and_correction(book: Book) -> None:
    """Fault 21: a fill taken back leaves money, lots and average as if it had never been."""
    book.take()
    part(book, 40, "9.90")
    before = book.account(), book.position()
    part(book, 60, "7.00")
    book.correct(1, 60, None)
    assert book.account().balance == before[0].balance
    assert (book.position().quantity, book.position().cost) == (before[1].quantity, before[1].cost)
    assert book.wallet()[-1] == ("CORRECTION", 14_000)
    book.correct(1, 40, 9_800_000_000)
    assert book.position().average_price == Decimal("9.8")
    assert refused(book.correct(1, 41, None)) == "fill_unknown"
    book.adds_up()


def test_fault_22_amend(book: Book) -> None:
    """Fault 22: new terms change the reservation at once; terms that cannot be held change nothing."""
    book.take(sequence=1)
    book.take(sequence=2, quantity=200)
    assert book.account().blocked == 200_000
    book.take(sequence=3, quantity=200, price="5.00")
    assert book.account().blocked == 100_000
    book.take(sequence=4, quantity=2_000)
    assert (book.account().blocked, book.order().quantity) == (100_000, 200 * E9)
    assert book.take(sequence=0, quantity=7) is Verdict.IGNORED
    assert [kind for kind, _ in book.wallet()] == ["DEPOSIT", "RESERVE", "RESERVE", "REFUND"]
    book.adds_up()


def test_fault_22_amend_of_a_part_filled_order(book: Book) -> None:
    """Fault 22: of a partly filled order only what is open is held anew."""
    book.take(sequence=1)
    part(book, 40, "10.00")
    book.take(sequence=5, quantity=50)
    assert book.account().blocked == 10_000
    book.adds_up()


def test_fault_23_sell_holds_shares(book: Book) -> None:
    """Fault 23: a SELL holds shares and no cash, and is refused beyond the shares that are free."""
    book.bring(100, 90_000)
    book.take(side="SELL", quantity=60)
    assert (book.position().reserved, book.account().blocked) == (60 * E9, 0)
    book.take(orderId=2, side="SELL", quantity=41)
    assert book.order(2).refusal == "shares_not_available"
    assert book.position().reserved == 60 * E9
    book.adds_up()


def test_fault_24_sell_filled(book: Book) -> None:
    """Fault 24: a sale brings its money in, takes its share of the cost, and states its profit."""
    book.bring(300, 100_001)
    book.take(side="SELL")
    book.take("FILLED", side="SELL", executedPrice="10.50")
    assert (book.account().balance, book.account().blocked) == (605_000, 0)
    position = book.position()
    assert (position.quantity, position.reserved, position.cost) == (200 * E9, 0, 66_667)
    assert position.realised == 105_000 - 33_334
    assert book.wallet()[-1] == ("SETTLEMENT", 105_000)
    book.adds_up()


def test_a_sale_of_what_is_not_held_is_kept_visible(book: Book) -> None:
    """An oversold position goes below zero with an alert, and is whole again when bought back."""
    book.take(side="SELL")
    book.take("FILLED", side="SELL", executedPrice="10.00")
    assert book.position().quantity == -100 * E9
    assert AlertCode.SHARES_SHORT in book.alerts()
    book.take(orderId=2, eventTimestamp=[2026, 5, 5, 10, 0])
    book.take("FILLED", orderId=2, executedPrice="9.00", eventTimestamp=[2026, 5, 5, 10, 1])
    assert (book.position().quantity, book.position().cost, book.position().realised) == (0, 0, 10_000)
    book.adds_up()


def test_fault_28_overflow(book: Book) -> None:
    """Fault 28: the largest quantity times the largest price is refused before anything wraps."""
    most = "9223372036.854775807"
    before = book.snapshot()
    assert book.take(quantity=most, price=most) is Verdict.DEAD_LETTER
    assert book.snapshot() == before
    book.take()
    assert part(book, 1, most) is Verdict.APPLIED
    assert book.take("FILLED", quantity=most, executedPrice=most) is Verdict.DEAD_LETTER
    assert book.dead() == ["amount_overflow", "amount_overflow"]
    book.adds_up()


def test_fault_28_balance_overflow() -> None:
    """Fault 28: deposits stop before the balance leaves 64 bits."""
    book = Book()
    answers = [book.deposit(AMOUNT_MAX) for _ in range(93)]
    assert refused(answers[-1]) == "amount_overflow"
    assert book.account().balance == 92 * AMOUNT_MAX
    book.adds_up()


def test_fault_29_rounding_does_not_drift() -> None:
    """Fault 29: fills of a third of a unit stay within half a cent of the exact cost of their order."""
    book = Book()
    book.deposit(10_000_000)
    book.take(quantity=1000, price="0.01")
    third = 333_333_333
    for number in range(1, 1001):
        units, billionths = divmod(third * number, E9)
        part(book, f"{units}.{billionths:09d}", "0.01", quantity=1000, price="0.01")
    order = book.order()
    assert order.filled == 1000 * third
    assert order.gross * 10**16 + order.rest == 1000 * third * 10**7
    assert abs(order.rest) <= 5 * 10**15
    book.adds_up()


def test_fault_30_cost_is_zero_at_zero(book: Book) -> None:
    """Fault 30: after a position is sold out its cost is exactly zero, and a new one starts afresh."""
    story = [
        ("BUY", 3, "10.01"),
        ("BUY", 4, "9.97"),
        ("SELL", 2, "9.99"),
        ("SELL", 5, "10.00"),
        ("BUY", 7, "1.01"),
    ]
    for number, (side, quantity, price) in enumerate(story, 1):
        terms: dict[str, Any] = {"orderId": number, "side": side, "quantity": quantity, "price": price}
        book.take(**terms, eventTimestamp=[2026, 5, number, 10, 0])
        book.take("FILLED", **terms, executedPrice=price, eventTimestamp=[2026, 5, number, 11, 0])
        if number == 4:
            assert (book.position().quantity, book.position().cost) == (0, 0)
            assert book.position().realised == 2 * 999 + 5 * 1000 - 3 * 1001 - 4 * 997
    assert book.position().average_price == Decimal("1.01")
    book.adds_up()
