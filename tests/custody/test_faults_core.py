"""The numbered faults at their full width, on the pure core: orders and their fills."""

from __future__ import annotations

from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest

from fiel.custody.accounts import AMOUNT_MAX, Rejection
from fiel.custody.events import AlertCode
from fiel.custody.ledger import Verdict
from fiel.custody.ledger.batch import overdue
from fiel.custody.ledger.matching import Execution, match_executions
from fiel.custody.order_events import parse_order_event
from fiel.custody.reservations import OrderStatus
from tests.custody.stories import E9, START, Book, refused, wire


@pytest.fixture
def book() -> Book:
    """Ana with R$ 5,000.00."""
    book = Book()
    book.deposit(500_000)
    return book


def part(book: Book, upto: int | str, executed: str, **fields: object) -> Verdict:
    return book.take("PARTIALLY_FILLED", filledQuantity=upto, executedPrice=executed, **fields)


def money(book: Book) -> tuple[object, ...]:
    """All rows but the times at which they were written."""
    orders = [order._replace(created_at=None, updated_at=None) for order in book.batch.orders.values()]
    positions = [book.position(key.ticker, key.user_id) for key in sorted(book.batch.positions)]
    accounts = [account._replace(sequence=0) for account in book.batch.accounts.values()]
    return accounts, sorted(orders), positions, sorted(book.batch.lots.values())


def test_fault_07_same_id_other_payload_while_it_waits(book: Book) -> None:
    """Fault 7: the id of an event that is still parked cannot be used for another payload either."""
    book.take("FILLED", executedPrice="9.90")
    assert book.take("FILLED", executedPrice="9.80") is Verdict.DEAD_LETTER
    book.take()
    assert book.account().balance == 401_000
    assert book.dead() == ["event_id_reused"]


@pytest.mark.parametrize("arrival", [*permutations(range(3))])
def test_fault_08_all_fills_before_pending(book: Book, arrival: tuple[int, ...]) -> None:
    """Fault 8: parts and the last fill, all before PENDING and in any order, end as the usual order does."""
    usual = Book()
    usual.deposit(500_000)
    usual.take()
    fills: list[tuple[str, dict[str, Any]]] = [
        ("PARTIALLY_FILLED", {"filledQuantity": 30, "executedPrice": "9.99"}),
        ("PARTIALLY_FILLED", {"filledQuantity": 50, "executedPrice": "9.50"}),
        ("FILLED", {"executedPrice": "9.90"}),
    ]
    for status, fields in fills:
        usual.take(status, **fields)
    for number in arrival:
        status, fields = fills[number]
        assert book.take(status, **fields) is Verdict.PARKED
    book.take()
    assert money(book) == money(usual)
    assert book.batch.still_parked() == []
    book.adds_up()


def test_fault_08_what_waited_for_a_refused_order(book: Book) -> None:
    """Faults 8 and 13: the PENDING that a fill waited for is refused; the fill is booked all the same."""
    book.take("FILLED", quantity=600, executedPrice=10)
    book.take(quantity=600)
    assert (book.order().status, book.order().refusal) == (OrderStatus.FILLED, "cash_not_available")
    assert (book.account().shortfall, book.account().blocked) == (100_000, 0)
    assert {AlertCode.ORDER_REFUSED, AlertCode.CASH_SHORTFALL, AlertCode.FILL_OF_REFUSED} <= book.alerts()
    book.adds_up()


def test_fault_10_parked_long_ago_still_counts(book: Book) -> None:
    """Fault 10: what was told overdue is booked when its PENDING comes after all."""
    book.take("FILLED", executedPrice="9.90")
    book.tick(timedelta(days=30))
    assert len(overdue(book.batch.newly_parked, book.now)) == 1
    book.take()
    assert book.account().balance == 401_000
    book.adds_up()


def test_fault_17_overfill_of_a_filled_order(book: Book) -> None:
    """Fault 17: a fill beyond an order that was filled already is booked and told, under any status."""
    book.take()
    book.take("FILLED", executedPrice="10.00")
    assert book.alerts() == set()
    assert part(book, 101, "10.00") is Verdict.APPLIED
    assert book.alerts() == {AlertCode.OVERFILLED}
    assert book.order().status is OrderStatus.FILLED
    assert book.account().balance == 500_000 - 101_000
    book.adds_up()


def executions(*told: tuple[int, str, int, str | None]) -> list[Execution]:
    return [
        Execution(quantity * E9, int(float(price) * 100) * 10**7, START + timedelta(seconds=seconds), name)
        for quantity, price, seconds, name in told
    ]


def test_fault_20_a_statement_is_matched_with_the_stream(book: Book) -> None:
    """Fault 20: executions of another source are known by id, else by quantity, price and time."""
    book.take()
    part(book, 40, "9.75", eventId="x-1", eventTimestamp=[2026, 5, 4, 13, 0, 1])
    part(book, 60, "9.50", eventTimestamp=[2026, 5, 4, 13, 0, 2])
    part(book, 80, "9.50", eventTimestamp=[2026, 5, 4, 13, 0, 3])
    part(book, 90, "9.25", eventTimestamp=[2026, 5, 4, 13, 0, 4])
    told = executions(
        (40, "1.00", 900, "x-1"), (20, "9.50", 3, "s-3"), (20, "9.50", 2, "s-2"), (10, "9.00", 4, None)
    )
    found = match_executions(told, book.order().fills)
    assert [(e.execution_id, lot.upto // E9) for e, lot in found.booked] == [
        ("s-2", 60),
        ("s-3", 80),
        ("x-1", 40),
    ]
    assert (found.missing, [lot.upto // E9 for lot in found.unknown]) == ((told[3],), [90])


def test_fault_20_equal_executions_are_two(book: Book) -> None:
    """Fault 20: of two equal executions one lot proves one; a busted lot and a far time prove none."""
    book.take()
    part(book, 20, "9.50", eventTimestamp=[2026, 5, 4, 13, 0, 2])
    twice = executions((20, "9.50", 2, "s-2"), (20, "9.50", 2, "s-3"))
    assert [each.execution_id for each in match_executions(twice, book.order().fills).missing] == ["s-3"]
    assert match_executions(reversed(twice), book.order().fills) == match_executions(
        twice, book.order().fills
    )
    far = executions((20, "9.50", 60, None))
    assert len(match_executions(far, book.order().fills).missing) == 1
    book.correct(1, 20, None)
    busted = match_executions(twice, book.order().fills)
    assert (len(busted.missing), busted.unknown) == (2, ())


def test_fault_20_the_same_fill_told_in_pieces(book: Book) -> None:
    """Fault 20: a whole fill told again as its pieces, under other ids, moves no money and no shares."""
    book.take()
    book.take("FILLED", executedPrice="9.90", eventId="stream-1")
    before = book.account().balance, book.position().quantity, book.position().cost
    part(book, 60, "9.90", eventId="drop-copy-1")
    book.take("FILLED", executedPrice="9.90", eventId="drop-copy-2")
    assert (book.account().balance, book.position().quantity, book.position().cost) == before
    book.adds_up()


def test_fault_21_a_busted_fill_told_again(book: Book) -> None:
    """Fault 21: the original report of a busted fill, come again, does not bring it back."""
    book.take()
    book.take("FILLED", executedPrice="9.90")
    book.correct(1, 100, None)
    assert (book.account().balance, book.position().quantity, book.position().cost) == (500_000, 0, 0)
    before = book.snapshot()
    assert book.take("FILLED", executedPrice="9.90", eventId="again") is Verdict.IGNORED
    assert book.snapshot() == before
    book.adds_up()


def test_fault_21_a_bust_after_the_shares_were_sold(book: Book) -> None:
    """Fault 21: a bought lot taken back after its sale leaves the sale short, at its own price, and told."""
    book.take()
    book.take("FILLED", executedPrice="9.00", eventTimestamp=[2026, 5, 4, 10, 0])
    sale: dict[str, Any] = {"orderId": 2, "side": "SELL", "eventTimestamp": [2026, 5, 4, 11, 0]}
    book.take(**sale)
    book.take("FILLED", **sale, executedPrice="10.00")
    assert book.position().realised == 10_000
    book.correct(1, 100, None)
    position = book.position()
    assert (position.quantity, position.cost, position.realised) == (-100 * E9, -100_000, 0)
    assert book.account().balance == 600_000
    assert AlertCode.SHARES_SHORT in book.alerts()
    book.adds_up()


@pytest.mark.parametrize(
    ("terms", "blocked"),
    [
        ({"quantity": 150}, 150_000),
        ({"quantity": 50}, 50_000),
        ({"price": "12.34"}, 123_400),
        ({"price": "0.01"}, 100),
        ({"quantity": 500}, 500_000),
        ({"quantity": 501}, 100_000),
        ({"quantity": 100, "price": "50.01"}, 100_000),
    ],
)
def test_fault_22_buy_amended(book: Book, terms: dict[str, Any], blocked: int) -> None:
    """Fault 22: quantity and price, up and down; terms a cent too dear leave the reserve as it was."""
    book.take(sequence=1)
    before = book.order()
    book.take(sequence=2, **terms)
    assert (book.account().blocked, book.order().held_cash) == (blocked, blocked)
    if blocked == 100_000:
        assert (book.order().quantity, book.order().price) == (before.quantity, before.price)
        assert AlertCode.ORDER_REFUSED in book.alerts()
    book.take("CANCELLED")
    assert book.account().blocked == 0
    book.adds_up()


def test_fault_22_sell_amended(book: Book) -> None:
    """Fault 22: a SELL holds its new quantity, or the old one when so many shares are not free."""
    book.bring(100, 90_000)
    book.take(sequence=1, side="SELL", quantity=60)
    book.take(sequence=2, side="SELL", quantity=100)
    assert book.position().reserved == 100 * E9
    book.take(sequence=3, side="SELL", quantity=101)
    assert (book.position().reserved, book.order().quantity) == (100 * E9, 100 * E9)
    book.take(sequence=4, side="SELL", quantity=10, price="99.00")
    assert (book.position().reserved, book.account().blocked) == (10 * E9, 0)
    book.adds_up()


def test_fault_22_amended_below_what_was_filled(book: Book) -> None:
    """Fault 22: terms below what is filled already hold nothing more, and the fills stay."""
    book.take(sequence=1)
    part(book, 40, "10.00")
    book.take(sequence=2, quantity=30)
    assert (book.account().balance, book.account().blocked) == (460_000, 0)
    assert book.position().quantity == 40 * E9
    book.adds_up()


BAD = ["0", "-1", "NaN", "Infinity", "1e400", "1,0", "0.1234567891", "9" * 200, True, None, "", [], {}]


@pytest.mark.parametrize("value", BAD)
@pytest.mark.parametrize("field", ["executedPrice", "filledQuantity"])
def test_fault_27_bad_numbers_of_fills(field: str, value: object) -> None:
    """Fault 27: the numbers of a fill are read as strictly as those of an order."""
    fill = {"executedPrice": 10, "filledQuantity": 40} | {field: value}
    read = parse_order_event(wire("PARTIALLY_FILLED", **fill))
    assert isinstance(read, Rejection)
    assert read.field == field


def test_fault_28_cost_overflow() -> None:
    """Fault 28: the cost of a position stops before it leaves 64 bits, and nothing of the last step stays."""
    book = Book()
    for _ in range(92):
        book.bring(1, AMOUNT_MAX)
    before = book.snapshot()
    assert refused(book.bring(1, AMOUNT_MAX)) == "amount_overflow"
    assert book.snapshot() == before
    assert book.position().cost == 92 * AMOUNT_MAX
    book.adds_up()


def thirds(orders: int, fills: int) -> tuple[int, int]:
    """Fills of a third of a unit at 10.01 over some orders: cents paid, and their exact cost in 10^-18."""
    book = Book()
    book.deposit(10**12)
    third, price = 333_333_333, 10_010_000_000
    for number in range(1, orders + 1):
        terms: dict[str, Any] = {"orderId": number, "quantity": fills, "price": "10.01"}
        book.take(**terms)
        for count in range(1, fills + 1):
            units, billionths = divmod(third * count, E9)
            part(book, f"{units}.{billionths:09d}", "10.01", **terms)
    sums: dict[tuple[str, str], int] = {}
    for posting in book.batch.postings:
        key = (posting.entry_id, posting.asset)
        sums[key] = sums.get(key, 0) + posting.amount
    assert not any(sums.values())
    book.adds_up()
    return 10**12 - book.account().balance, orders * fills * third * price


def test_fault_29_drift_is_bounded_by_orders_not_by_fills() -> None:
    """Fault 29: however many fills, each order is at most half a cent from its exact cost."""
    paid, exact = thirds(orders=20, fills=150)
    assert abs(paid * 10**16 - exact) <= 20 * 5 * 10**15


@pytest.mark.nightly
def test_fault_29_a_million_fills() -> None:
    """Fault 29: a million fills of a third of a unit over ten thousand orders drift below fifty reais."""
    paid, exact = thirds(orders=10_000, fills=100)
    assert abs(paid * 10**16 - exact) <= 10_000 * 5 * 10**15
