"""What statements, the past, the export and the income queries say of facts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from fiel.custody.bookings import Told
from fiel.custody.queries import Queries
from fiel.custody.statements import Axis, Statements
from tests.custody.facts.kinds import HOLDING
from tests.custody.facts.telling import ANA, MARCH, Teller, bought, cash, fact, paid
from tests.support.custody_bank import START, Bank
from tests.support.custody_homes import FileHome

#: R$ 1,000.00 of shares, and a little of everything afterwards.
YEAR: tuple[Told, ...] = (
    HOLDING,
    bought(50, 60_000, "buy", fee=10),
    fact("split", shares=150, day=1),
    fact("fraction", shares=-0.5, day=2),
    cash("fraction_sale", 260, ticker="PETR4", day=3),
    bought(-99.5, 60_000, "sale", fee=12, day=4),
    cash("tax", -3000, "darf", day=5),
    cash("fee", -150, "custody", day=6),
    paid("amortisation", 1000, "back", day=7),
)


@pytest.fixture
def year(book: Teller) -> Teller:
    """Ana's book after all of it."""
    book.tell(*YEAR)
    return book


def test_a_statement_tells_each_step(year: Teller) -> None:
    """By occurrence: with its type, ticker and the balance after it; what moves no money has no line."""
    past = Statements(Queries(year.bank.database))
    found = past.statement(ANA, MARCH, MARCH + timedelta(days=30))
    told = [(each.transaction.type.value, each.transaction.ticker, each.balance) for each in found.lines]
    assert told == [
        ("SETTLEMENT", "PETR4", -60_000),
        ("FEE", "PETR4", -60_010),
        ("SETTLEMENT", "PETR4", -59_750),
        ("SETTLEMENT", "PETR4", 250),
        ("FEE", "PETR4", 238),
        ("TAX", None, -2762),
        ("FEE", None, -2912),
        ("CAPITAL_RETURN", "PETR4", -1912),
    ]
    assert (found.opening, found.closing) == (0, -1912)


def test_the_past_knows_facts_by_both_times(year: Teller) -> None:
    """What was held on a day is known by occurrence; what the book said, by when it learned of it."""
    past = Statements(Queries(year.bank.database))
    held = {}
    for day in (-10, 0, 1, 2, 5):
        holdings = past.account_at(ANA, MARCH + timedelta(days=day)).holdings
        held[day] = [(each.quantity // 10**8, str(each.average_price)[:7]) for each in holdings]
    assert held == {
        -10: [],
        0: [(1500, "10.6673")],
        1: [(3000, "5.33366")],
        2: [(2995, "5.33365")],
        5: [(2000, "5.33365")],
    }
    assert past.account_at(ANA, MARCH + timedelta(days=5), Axis.RECORDED).holdings == ()
    (known,) = past.account_at(ANA, START, Axis.RECORDED).holdings
    assert known.quantity == 200 * 10**9


def test_the_past_after_something_was_taken_back(year: Teller) -> None:
    """By occurrence it never was; by recording it was there until then."""
    year.bank.clock.move(days=1)
    year.undo("sale")
    past = Statements(Queries(year.bank.database))
    at = START + timedelta(hours=1)
    by_axis = {axis: past.account_at(ANA, at, axis) for axis in Axis}
    assert {axis: each.holdings[0].quantity // 10**8 for axis, each in by_axis.items()} == {
        Axis.OCCURRED: 2995,
        Axis.RECORDED: 2000,
    }
    assert by_axis[Axis.RECORDED].balance - by_axis[Axis.OCCURRED].balance == 60_000 - 12


def test_the_export_tells_each_fact(year: Teller) -> None:
    """One transaction each, its kind and ticker with the money that it came to."""
    told = [
        (each["transactionType"], each["ticker"], each["amount"]) for each in year.exported()["transactions"]
    ]
    assert told == [
        ("DEPOSIT", None, "5000.00"),
        ("FEE", None, "-1.50"),
        ("TAX", None, "-30.00"),
        ("TRADE", "PETR4", "-600.10"),
        ("TRADE", "PETR4", "2.60"),
        ("TRADE", "PETR4", "599.88"),
        ("CAPITAL_RETURN", "PETR4", "10.00"),
    ]
    (account,) = year.exported()["accounts"]
    assert [(each["ticker"], each["quantity"]) for each in account["positions"]] == [("PETR4", "200")]


def test_the_export_does_not_depend_on_the_way(
    book_file: FileHome, open_bank_on: Callable[..., Bank]
) -> None:
    """The same facts backwards, one by one, under other names, with a ticker that sorts otherwise."""
    documents = []
    more = (cash("tax", -5, "t1", ticker="VALE3"), cash("tax", -5, "t2", ticker="ABEV3"))
    for turn, order in enumerate(((*YEAR, *more), (*more, *YEAR)[::-1])):
        book = Teller(open_bank_on(home=book_file.copy()))
        for told in order:
            command = replace(told.command, command_id=f"{turn}-{told.command.command_id}")
            book.tell(told._replace(command=command))
        documents.append(book.exported())
    assert documents[0] == documents[1]
    taxes = [each["ticker"] for each in documents[0]["transactions"] if each["amount"] == "-0.05"]
    assert taxes == ["ABEV3", "VALE3"]


def test_receipts_of_what_was_taken_back(year: Teller) -> None:
    """Both stand among the receipts, of one day, and come to nothing."""
    year.undo("back")
    found = year.bank.look(lambda snapshot: snapshot.income_received("ana"))
    assert [(each.net, each.kind.value, each.ticker) for each in found] == [
        (1000, "amortisation", "PETR4"),
        (-1000, "amortisation", "PETR4"),
    ]
    assert found[1].command_id == f"reverse:{found[0].entry_id}"
