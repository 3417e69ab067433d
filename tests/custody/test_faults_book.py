"""The faults of accounts, replays, names and rows, by number, on the pure core."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from fiel.custody.accounts import Position, PositionKey
from fiel.custody.events import Deposit
from fiel.custody.ledger import Record, Verdict, check
from fiel.custody.ledger.journal import BookAccount
from fiel.custody.ledger.requests import read_amount
from fiel.custody.reservations import OrderStatus, Policy, TickerChange
from fiel.kernel.errors import InvalidInput
from tests.custody.stories import E9, START, Book, event, refused


@pytest.fixture
def book() -> Book:
    """Ana with R$ 5,000.00, 100 PETR4 bought and a part of a sale done."""
    book = Book()
    book.deposit(500_000)
    book.take()
    book.take("FILLED", executedPrice="9.90")
    book.take(orderId=2, side="SELL")
    book.take("PARTIALLY_FILLED", orderId=2, side="SELL", filledQuantity=30, executedPrice="10.10")
    return book


def test_fault_03_entry_and_rows_are_one_change(book: Book) -> None:
    """Fault 3: rows and journal come from the same change; each sum of postings equals its row."""
    book.adds_up()
    available = sum(
        p.amount for p in book.batch.postings if p.account is BookAccount.AVAILABLE and p.asset == "BRL"
    )
    assert available == book.account().available


def test_fault_25_withdrawal_against_a_reservation() -> None:
    """Fault 25: of a withdrawal and an order that together exceed the cash, the second is refused."""
    book = Book()
    book.deposit(150_000)
    book.take()
    before = book.snapshot()
    assert refused(book.withdraw(50_001)) == "available_exceeded"
    assert book.snapshot() == before
    book.withdraw(50_000)
    assert book.account().available == 0
    book.adds_up()


def test_fault_26_a_retried_deposit_names_the_same_rows() -> None:
    """Fault 26: a deposit under one command id makes the same entry id each time, so it is kept once."""
    first, second = Book(), Book()
    first.deposit(1_000, command_id="key-1")
    second.tick()
    second.deposit(1_000, command_id="key-1")
    assert [row.id for row in first.batch.entries] == [row.id for row in second.batch.entries]
    assert [row.id for row in first.batch.transactions] == [row.id for row in second.batch.transactions]


@pytest.mark.parametrize("amount", [0, -1, 10**17 + 1, True, 1.5])
def test_deposits_and_withdrawals_are_validated(amount: Any) -> None:
    """Only whole minor units above zero and within the book come in or go out."""
    book = Book()
    assert refused(book.deposit(amount)) == "amount_out_of_range"
    assert refused(book.withdraw(amount)) == "amount_out_of_range"


@pytest.mark.parametrize("text", ["0", "-1", "1.001", "NaN", "1e3", "1,5", "", 1.5, None, True, "9" * 19])
def test_amounts_are_read_exactly(text: object) -> None:
    """An amount that is not exact money above zero is refused with its field."""
    with pytest.raises(InvalidInput) as refusal:
        read_amount(text, "BRL")
    assert refusal.value.field == "amount"
    assert read_amount("1000.00", "BRL") == 100_000


@pytest.mark.parametrize(("quantity", "cost"), [(0, 0), (-5, 0), (1, -1)])
def test_brought_shares_are_validated(quantity: int, cost: int) -> None:
    """Shares come in with a quantity above zero and a cost that is not negative."""
    book = Book()
    code = refused(book.bring(quantity, cost))
    assert code in ("quantity_out_of_range", "cost_out_of_range")


def test_fault_31_currency_mismatch(book: Book) -> None:
    """Fault 31: an event in another currency than the account's or the order's is a dead letter."""
    before = book.snapshot()
    assert book.take(orderId=9, currency="USD") is Verdict.DEAD_LETTER
    book.open(currency="USD")
    assert book.take("FILLED", currency="USD", executedPrice=1, eventId="x") is Verdict.DEAD_LETTER
    assert book.dead() == ["currency_mismatch", "order_mismatch"]
    assert book.snapshot()[1:] == before[1:]


def test_two_currencies_never_mix() -> None:
    """Orders of each currency hold and pay from their own account only."""
    book = Book()
    book.deposit(100_000)
    usd = book.open(currency="USD")
    book.batch.run(usd, Deposit("usd-1", 50_000, START))
    book.take(orderId=1, currency="USD", quantity=10)
    book.take("FILLED", orderId=1, currency="USD", quantity=10, executedPrice=10)
    assert book.account().balance == 100_000
    assert book.batch.accounts[usd].balance == 40_000
    assert PositionKey("ana", "USD", "PETR4") in book.batch.positions
    book.adds_up()


def test_fault_32_unknown_account(book: Book) -> None:
    """Fault 32: an event of a user without account is a dead letter; the next events go on."""
    assert book.take(orderId=7, userId="nobody") is Verdict.DEAD_LETTER
    assert book.dead() == ["account_unknown"]
    assert book.take(orderId=8) is Verdict.APPLIED


@pytest.mark.parametrize("field", [{"side": "SELL"}, {"ticker": "VALE3"}, {"userId": "bia"}])
def test_an_event_that_contradicts_its_order(field: dict[str, str]) -> None:
    """An event that names a known order with another side, ticker or user is a dead letter."""
    book = Book()
    book.deposit(500_000)
    book.open("bia")
    book.take()
    before = book.snapshot()
    assert book.take("FILLED", executedPrice=1, **field) is Verdict.DEAD_LETTER
    assert (book.dead(), book.snapshot()) == (["order_mismatch"], before)


def test_fault_33_poison_in_the_middle(book: Book) -> None:
    """Fault 33: an event that is refused leaves those before and after it as they would be without it."""
    without = Book()
    for each in (book, without):
        each.now = START
        each.deposit(500_000, user="bia", command_id="bia-1")
    book.take("FILLED", eventId="poison", executedPrice="1", ticker="VALE3")
    for each in (book, without):
        each.now = START
        each.take(orderId=50, userId="bia")
        each.take("FILLED", orderId=50, userId="bia", executedPrice="9")
    assert book.dead() == ["order_mismatch"]
    assert book.account("bia") == without.account("bia")
    assert book.position(user="bia") == without.position(user="bia")
    book.adds_up()


def test_fault_34_dead_letter_replayed_twice() -> None:
    """Fault 34: a dead letter is not in the inbox, so its replay is applied, and only once."""
    book = Book()
    assert book.take() is Verdict.DEAD_LETTER
    book.deposit(500_000)
    assert [book.take(), book.take()] == [Verdict.APPLIED, Verdict.DUPLICATE]
    book.adds_up()


def test_fault_37_topic_read_again(book: Book) -> None:
    """Fault 37: the whole stream once more, from offset zero, changes no row."""
    before, stream = book.snapshot(), [*book.batch.inbox]
    assert {book.batch.take(again, book.tick()) for again in stream} == {Verdict.DUPLICATE}
    assert book.snapshot() == before


def test_fault_45_event_times_far_away() -> None:
    """Fault 45: time of occurrence and of recording are both kept, and only arrival orders the money."""
    book = Book()
    book.deposit(500_000)
    book.take(eventTimestamp=[2016, 1, 2, 3, 4])
    entry = book.batch.entries[-1]
    assert entry.occurred_at == datetime(2016, 1, 2, 3, 4, tzinfo=UTC)
    assert entry.recorded_at == book.now
    book.take(orderId=2, eventTimestamp=[2036, 1, 2])
    assert book.order(2).status is OrderStatus.PENDING


def test_fault_44_orders_of_arrival_and_execution() -> None:
    """Fault 44: average cost follows the order of execution, also when fills arrive the other way."""
    ends = []
    for numbers in ((1, 2, 3), (3, 2, 1)):
        book = Book()
        book.deposit(1_000_000)
        book.bring(100, 50_000)
        for number in numbers:
            side = "SELL" if number == 2 else "BUY"
            terms: dict[str, Any] = {"orderId": number, "side": side, "quantity": 50, "price": number}
            book.take(**terms, eventTimestamp=[2026, 5, number])
            book.take("FILLED", **terms, executedPrice=number, eventTimestamp=[2026, 5, number])
        book.adds_up()
        ends.append(book.position())
    assert ends[0] == ends[1]


def test_fault_61_reserved_from_two_sides(book: Book) -> None:
    """Fault 61: whoever reserves, user or rebalance, the sum held never exceeds the balance."""
    for number in range(3, 12):
        book.take(orderId=number, eventId=f"saga-{number}")
    assert 0 <= book.account().available < 100_000
    book.adds_up()


def test_fault_62_buys_without_their_sales(book: Book) -> None:
    """Fault 62: a buy that counts on a sale not yet done is refused; after the sale it is held."""
    book.withdraw(book.account().available)
    book.take(orderId=3, quantity=70)
    assert book.order(3).status is OrderStatus.REFUSED
    book.take("FILLED", orderId=2, side="SELL", executedPrice="10.10")
    book.take(orderId=4, quantity=70)
    assert book.order(4).status is OrderStatus.PENDING
    assert book.account().available == 70 * 10


def test_fault_63_rename_between_reservation_and_fill() -> None:
    """Fault 63: shares and their reservation go to the new name with their cost; a fill finds them there."""
    book = Book(Policy(ticker_changes=(TickerChange("PETR4", "PTRB4", date(2026, 5, 5)),)))
    book.bring(100, 90_000)
    book.take(side="SELL", quantity=40)
    old = PositionKey("ana", "BRL", "PETR4")
    when = datetime(2026, 5, 5, tzinfo=UTC)
    book.batch.rename(old, "PTRB4", command_id="rename-1", occurred_at=when, at=book.tick())
    assert (book.position("PETR4").quantity, book.position("PETR4").cost) == (0, 0)
    moved = book.position("PTRB4")
    assert (moved.quantity, moved.reserved, moved.cost) == (100 * E9, 40 * E9, 90_000)
    book.adds_up()
    book.take("FILLED", side="SELL", quantity=40, executedPrice=10, eventTimestamp=[2026, 5, 6])
    book.take(orderId=2, quantity=1, eventTimestamp=[2026, 5, 6])
    assert book.order(2).ticker == "PTRB4"
    moved = book.position("PTRB4")
    assert (moved.quantity, moved.cost, moved.realised) == (60 * E9, 54_000, 4_000)
    book.adds_up()


def _edits(record: Record) -> dict[str, Record]:
    """The record with one row edited by hand, by the row that the checker must name."""
    account, order, position = record.accounts[0], record.orders[0], record.positions[0]
    posting, step, lot = record.postings[-1], record.transactions[1], record.lots[0]

    def with_last(rows: Any, row: Any) -> Any:
        return [row if other == rows else other for other in record_rows(record, rows)]

    return {
        "account ana/BRL": replace(record, accounts=with_last(account, account._replace(balance=1))),
        "order 1": replace(record, orders=with_last(order, order._replace(filled=1))),
        "position ana/BRL/PETR4": replace(record, positions=with_last(position, position._replace(cost=1))),
        f"journal entry {posting.entry_id}": replace(
            record, postings=with_last(posting, posting._replace(amount=posting.amount + 1))
        ),
        f"transaction {step.id}": replace(
            record, transactions=with_last(step, step._replace(balance_after=step.balance_after + 1))
        ),
        f"lot {lot.id}": replace(record, lots=[*record.lots, lot._replace(order_id=99)][1:]),
        f"posting {posting.entry_id}/{posting.line}": replace(record, entries=record.entries[:-1]),
    }


def record_rows(record: Record, row: object) -> Any:
    """The rows of the record among which `row` is."""
    tables: list[Any] = [record.accounts, record.orders, record.positions]
    tables += [record.postings, record.transactions, record.lots]
    return next(table for table in tables if row in table)


def test_fault_64_a_row_edited_by_hand(book: Book) -> None:
    """Fault 64: whatever row is edited or lost, the checker finds it and names it."""
    record = book.record()
    assert check(record) == []
    for row, edited in _edits(record).items():
        assert row in {finding.row for finding in check(edited)}, row


def test_fault_64_a_lost_row(book: Book) -> None:
    """Fault 64: an account, position or transaction that is missing is named."""
    record = book.record()
    assert "account ana/BRL" in {finding.row for finding in check(replace(record, accounts=[]))}
    assert "position ana/BRL/PETR4" in {finding.row for finding in check(replace(record, positions=[]))}
    missing = replace(record, transactions=record.transactions[1:])
    assert any(finding.code == "sequence" for finding in check(missing))


def test_average_price_is_exact() -> None:
    """The average is cost by quantity to 12 decimals, half even, and unknown when nothing is held."""
    position = Position("ana", "BRL", "PETR4", quantity=3 * E9, cost=1_000)
    assert position.average_price == Decimal("3.333333333333")
    assert Position("ana", "BRL", "PETR4").average_price is None


def test_events_are_deterministic() -> None:
    """Two books that take the same stream have the same rows to the last id."""
    books = [Book(), Book()]
    for book in books:
        book.deposit(500_000, command_id="d")
        for read in (event(), event("FILLED", executedPrice="9.90")):
            book.batch.take(read, book.tick())
    assert books[0].snapshot() == books[1].snapshot()
