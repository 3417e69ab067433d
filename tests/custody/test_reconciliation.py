"""Fault 66: a broker's statement differs from the book by a share or a cent, and a person decides."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from fiel.custody.accounts import CashMode
from fiel.custody.broker_statement import BYTES_MAX, CASH, read_statement
from fiel.custody.differences import Item, ItemStatus
from fiel.custody.ledger.journal import BookAccount
from fiel.custody.reconciliation import Reconciled, Reconciliation
from fiel.kernel.errors import Conflict, InvalidInput, InvalidInputs, NotFound
from tests.custody.stories import wire
from tests.support.custody_bank import E9, START, Bank

HEADER = "userId,currency,asset,quantity\n"
AS_OF = START + timedelta(days=1)


@pytest.fixture
def holder(bank: Bank) -> Bank:
    """Ana with R$ 4,000.00 and 100 PETR4 that cost 1,000.00; a day later than the statement's instant."""
    bank.send(wire(), wire("FILLED", executedPrice="10.00"))
    bank.clock.move(days=2)
    return bank


def desk(bank: Bank) -> Reconciliation:
    return Reconciliation(bank.custody.book, bank.clock)


def compared(bank: Bank, *lines: str, name: str = "xp-05", as_of: datetime = AS_OF) -> Reconciled:
    content = HEADER + "".join(f"{line}\n" for line in lines)
    return desk(bank).reconcile(read_statement(content.encode()), name, as_of)


def told(items: Sequence[Item]) -> list[tuple[str, int, int]]:
    return [(item.difference.asset, item.difference.ours, item.difference.theirs) for item in items]


def test_fault_66_a_statement_that_agrees_leaves_nothing(holder: Bank) -> None:
    """Fault 66: equal to the cent and the share, there is no item."""
    found = compared(holder, "ana,BRL,CASH,4000.00", "ana,BRL,PETR4,100")
    assert (found.items, found.accounts) == ((), 1)


def test_fault_66_one_cent_and_one_share(holder: Bank) -> None:
    """Fault 66: each difference is an item; nothing is booked before a person approves."""
    before = holder.record()
    found = compared(holder, "ana,BRL,CASH,4000.01", "ana,BRL,PETR4,99")
    assert told(found.items) == [("CASH", 400_000, 400_001), ("PETR4", 100 * E9, 99 * E9)]
    assert {item.status for item in found.items} == {ItemStatus.OPEN}
    assert holder.record() == before


def test_fault_66_the_same_statement_gives_the_same_items(holder: Bank) -> None:
    """Fault 66: ids follow from the contents, whenever and in whatever order of lines it is read."""
    first = compared(holder, "ana,BRL,CASH,4000.01", "ana,BRL,PETR4,99")
    holder.clock.move(hours=1)
    again = compared(holder, "ana,BRL,PETR4,99", "ana,BRL,CASH,4000.01")
    assert again.items == first.items
    assert desk(holder).items() == list(first.items)
    other = compared(holder, "ana,BRL,CASH,4000.01", "ana,BRL,PETR4,99", name="xp-06")
    assert not {item.id for item in other.items} & {item.id for item in first.items}


def test_fault_66_what_one_side_does_not_name_is_zero(holder: Bank) -> None:
    """Fault 66: a ticker that only one side knows, and cash that the statement leaves out, differ."""
    found = compared(holder, "ana,BRL,VALE3,5")
    assert told(found.items) == [("CASH", 400_000, 0), ("PETR4", 100 * E9, 0), ("VALE3", 0, 5 * E9)]


def test_fault_66_approved_once_however_often_it_is_approved(holder: Bank) -> None:
    """Fault 66: an approval books one adjusting entry against outside; then the statement agrees."""
    lines = ("ana,BRL,CASH,3999.99", "ana,BRL,PETR4,101")
    cash, shares = compared(holder, *lines).items
    entries = len(holder.record().entries)
    done = desk(holder).approve(cash.id, "bia")
    assert (done.item.status, done.item.decided_by, done.repeated) == (ItemStatus.APPROVED, "bia", False)
    assert holder.account().balance == 399_999
    assert holder.wallet()[-1] == ("CORRECTION", -1)
    desk(holder).approve(shares.id, "bia", cost="10.00")
    position = holder.position()
    assert (position.quantity, position.cost) == (101 * E9, 101_000)
    image = holder.image()
    again = desk(holder).approve(cash.id, "carla")
    assert (again.repeated, again.item) == (True, done.item)
    assert holder.image() == image
    assert len(holder.record().entries) == entries + 2
    assert compared(holder, *lines).items == ()
    outside = [p.amount for p in holder.record().postings if p.account is BookAccount.OUTSIDE]
    assert sorted(outside)[-1] == 1
    holder.adds_up()


def test_fault_66_shares_leave_with_their_part_of_the_cost(holder: Bank) -> None:
    """Fault 66: one share too many leaves with a hundredth of the cost, and with no profit."""
    (item,) = compared(holder, "ana,BRL,CASH,4000.00", "ana,BRL,PETR4,99").items
    desk(holder).approve(item.id, "bia")
    position = holder.position()
    assert (position.quantity, position.cost, position.realised) == (99 * E9, 99_000, 0)
    assert holder.wallet()[-1][0] != "CORRECTION"
    assert [lot.gross for lot in holder.record().lots if lot.quantity < 0] == [1_000]
    holder.adds_up()


def test_fault_66_the_book_moved_meanwhile(holder: Bank) -> None:
    """Fault 66: an item whose figure is no longer the book's is not booked: reconcile again."""
    (item,) = compared(holder, "ana,BRL,CASH,4000.01", "ana,BRL,PETR4,100").items
    holder.custody.deposit("ana", "0.01", occurred_at=AS_OF - timedelta(hours=1))
    image = holder.image()
    with pytest.raises(Conflict, match="reconcile again") as caught:
        desk(holder).approve(item.id, "bia")
    assert caught.value.code == "item_outdated"
    assert holder.image() == image
    assert compared(holder, "ana,BRL,CASH,4000.01", "ana,BRL,PETR4,100").items == ()


def test_fault_66_what_happened_after_the_statement_does_not_count(holder: Bank) -> None:
    """Fault 66: the statement speaks of its instant; later money neither differs nor stands in the way."""
    (item,) = compared(holder, "ana,BRL,CASH,4000.01", "ana,BRL,PETR4,100").items
    holder.custody.deposit("ana", "500.00")
    desk(holder).approve(item.id, "bia")
    assert holder.account().balance == 450_001
    holder.adds_up()


def test_fault_66_a_shortfall_is_told(holder: Bank) -> None:
    """Fault 66: what was approved is booked; a shortfall of money or shares that it leaves is an alert."""
    holder.send(wire(orderId=2, price="30.00"), wire(orderId=3, side="SELL", quantity=100))
    found = compared(holder, "ana,BRL,CASH,900.00", "ana,BRL,PETR4,90")
    for item in found.items:
        assert len(desk(holder).approve(item.id, "bia").alerts) == 1
    assert (holder.account().balance, holder.account().shortfall) == (90_000, 210_000)
    assert holder.position().free == -10 * E9
    assert holder.alerts() == ["cash_shortfall", "shares_short"]
    holder.adds_up()


def test_fault_66_dismissed_is_dismissed(holder: Bank) -> None:
    """Fault 66: a dismissed item books nothing, is not opened again, and cannot be approved."""
    lines = ("ana,BRL,CASH,4000.01", "ana,BRL,PETR4,100")
    (item,) = compared(holder, *lines).items
    desk(holder).dismiss(item.id, "bia")
    assert desk(holder).dismiss(item.id, "bia").repeated
    assert [each.status for each in compared(holder, *lines).items] == [ItemStatus.DISMISSED]
    assert desk(holder).items() == []
    with pytest.raises(Conflict) as caught:
        desk(holder).approve(item.id, "bia")
    assert caught.value.code == "item_settled"
    assert holder.account().balance == 400_000


def test_fault_66_the_same_difference_can_come_back(holder: Bank) -> None:
    """Fault 66: approved, undone by a late deposit in the past, differing by the same cent: a new item."""
    lines = ("ana,BRL,CASH,4000.01", "ana,BRL,PETR4,100")
    (first,) = compared(holder, *lines).items
    desk(holder).approve(first.id, "bia")
    holder.custody.withdraw("ana", "0.01", occurred_at=AS_OF - timedelta(hours=1))
    (second,) = compared(holder, *lines).items
    assert (second.difference, second.status) == (first.difference, ItemStatus.OPEN)
    desk(holder).approve(second.id, "bia")
    assert compared(holder, *lines).items == ()
    holder.adds_up()


def test_fault_66_money_kept_elsewhere_is_not_compared(holder: Bank) -> None:
    """Fault 66: of an account whose money is not kept here only the shares are compared."""
    holder.custody.open_account("bob", cash_mode=CashMode.EXTERNAL)
    found = compared(holder, "bob,BRL,CASH,12.00", "bob,BRL,VALE3,1")
    assert told(found.items) == [("VALE3", 0, E9)]
    assert [key.user_id for key in found.cash_elsewhere] == ["bob"]
    desk(holder).approve(found.items[0].id, "bia")
    assert holder.position("VALE3", "bob").quantity == E9
    holder.adds_up()


def test_fault_66_who_is_unknown_and_what_is_not_wanted(holder: Bank) -> None:
    """Fault 66: unknown items and accounts, nameless people, a cost of money, a time to come: refused."""
    (item,) = compared(holder, "eva,BRL,CASH,1.00").items
    with pytest.raises(NotFound) as caught:
        desk(holder).approve(item.id, "bia")
    assert caught.value.code == "account_unknown"
    with pytest.raises(NotFound) as caught:
        desk(holder).approve("reconciliation_none", "bia")
    assert caught.value.code == "item_unknown"
    (cash,) = compared(holder, "ana,BRL,CASH,1.00", "ana,BRL,PETR4,100").items
    for wrong in ({"by": " "}, {"by": "bia", "cost": "1.00"}):
        with pytest.raises(InvalidInput):
            desk(holder).approve(cash.id, **wrong)
    with pytest.raises(InvalidInput) as refusal:
        compared(holder, "ana,BRL,CASH,1.00", as_of=datetime(2030, 1, 1, tzinfo=UTC))
    assert refusal.value.code == "as_of_in_future"
    assert holder.account().balance == 400_000


@pytest.mark.parametrize(
    ("line", "code", "column"),
    [
        ("ana,BRL,CASH,10.001", "too_many_decimals", "quantity"),
        ('ana,BRL,CASH,"10,00"', "number_malformed", "quantity"),
        ("ana,BRL,CASH,", "number_missing", "quantity"),
        ("ana,BRL,CASH,1e400", "number_with_exponent", "quantity"),
        ("ana,BRL,PETR4,NaN", "number_not_finite", "quantity"),
        ("ana,BRL,PETR4,9300000000.5", "number_too_large", "quantity"),
        ("ana,BRL,PETR 4,1", "ticker_malformed", "asset"),
        ("ana,BR,CASH,1", "currency_malformed", "currency"),
        ("ana,XXA,CASH,1", "currency_unknown", "currency"),
        (",BRL,CASH,1", "text_length", "userId"),
        ("ana,BRL,CASH", "columns_wrong", None),
        ("", "columns_wrong", None),
        ("ana,BRL,VALE3,2", "row_twice", "asset"),
    ],
)
def test_fault_66_a_bad_line_names_its_place(line: str, code: str, column: str | None) -> None:
    """Fault 66: every line that cannot be read is named with its column; then nothing of the file counts."""
    content = f"{HEADER}ana,BRL,VALE3,1\n{line}\n"
    with pytest.raises(InvalidInputs) as caught:
        read_statement(content.encode(), file="xp.csv")
    (problem,) = caught.value.problems
    assert (problem.code, problem.field, problem.details["line"]) == (code, column, "3")
    assert problem.details["file"] == "xp.csv"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "statement_header"),
        (b"user,currency,asset,quantity\n", "statement_header"),
        (HEADER.encode(), "statement_empty"),
        (b"\xff\xfe", "statement_not_text"),
        (HEADER.encode() + b'ana,BRL,"CASH,1\n', "statement_malformed"),
        (b" " * (BYTES_MAX + 1), "statement_too_large"),
        (HEADER.encode() + b"x\n" * 200_002, "statement_too_large"),
    ],
)
def test_fault_66_a_file_that_is_no_statement(content: bytes, code: str) -> None:
    """Fault 66: a file that is something else, or too large, is refused in bounded time."""
    with pytest.raises(InvalidInput) as caught:
        read_statement(content)
    assert code in {caught.value.code, *_codes(caught.value)}


def _codes(error: InvalidInput) -> list[str]:
    return [problem.code for problem in error.problems] if isinstance(error, InvalidInputs) else []


def test_fault_66_a_file_as_spreadsheets_write_it() -> None:
    """Fault 66: byte order mark, CRLF and quotes are CSV too; below zero is allowed; 20 problems are told."""
    content = (
        "\ufeff" + HEADER.replace("\n", "\r\n") + '"ana",BRL,"CASH",-10.5\r\nana,usd,aapl,0.000000001\r\n'
    )
    cash, shares = read_statement(content.encode())
    assert (cash.asset, cash.amount, shares.asset, shares.amount) == (CASH, -1050, "AAPL", 1)
    assert shares.key.currency == "USD"
    with pytest.raises(InvalidInputs) as caught:
        read_statement((HEADER + "ana,BRL,CASH,x\n" * 50).encode())
    assert len(caught.value.problems) == 20
