"""Facts, payments and orders mixed: the order of arrival does not matter, what was taken back never was."""

from __future__ import annotations

from collections.abc import Iterable
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fiel.custody.accounts import AccountKey, CashMode, PositionKey
from fiel.custody.bookings import Told
from fiel.custody.events import BookedEntry, Reverse
from fiel.custody.ledger import Verdict
from fiel.custody.ledger.journal import entry_id
from fiel.custody.order_events import parse_order_event
from tests.custody.facts.drawn import TICKERS, WHATS, Drawn, histories
from tests.custody.facts.kinds import HOLDING
from tests.custody.facts.telling import ANA, EVA, Teller, bought, fact, paid
from tests.custody.stories import Book, wire
from tests.support.custody_bank import encoded

OWNERS = (ANA, EVA)
_OF_COMPANIES = (
    "split",
    "grouping",
    "bonus",
    "conversion in",
    "conversion out",
    "fraction",
    "opening",
    "bought",
    "sold",
)


class Ledger(Book):
    """A book in memory that is told what was drawn."""

    def __init__(self, happened: Iterable[Drawn] = ()) -> None:
        super().__init__()
        self.open("ana")
        self.open("eva", mode=CashMode.EXTERNAL)
        for each in happened:
            self.happen(each)

    def happen(self, one: Drawn) -> None:
        if one.what != "order":
            self.tell(one.told())
            return
        for message in one.events():
            read = parse_order_event(encoded(message))
            assert self.batch.take(read, self.now) is Verdict.APPLIED  # type: ignore[arg-type]

    def tell(self, told: Told) -> None:
        assert isinstance(self.batch.run(told.account, told.command), tuple)

    def undo(self, one: Drawn) -> None:
        """As `Bookings.reverse` does, with the entry read from the rows here."""
        told = one.told()
        name = entry_id(told.command.command_id)
        (entry,) = (each for each in self.batch.entries if each.id == name)
        command: Any = told.command
        lots = tuple(lot for lot in self.batch.lots.values() if lot.id == name)
        moved = (command.amount, getattr(command, "fee", 0), getattr(command, "quantity", 0))
        head = (name, *told.account, entry.kind, entry.cause, entry.occurred_at, command.ticker)
        booked = BookedEntry(*head, *moved, getattr(command, "withheld", 0), lots)
        assert isinstance(self.batch.run(told.account, Reverse(booked, self.now)), tuple)

    def held(self) -> dict[PositionKey, tuple[int, int, int]]:
        """What each account holds, and what it cost and brought."""
        self.batch.restate(self._stored)
        found = self.batch.positions.values()
        held = {each.key: (each.quantity, each.cost, each.realised) for each in found}
        return {key: numbers for key, numbers in held.items() if any(numbers)}

    def balances(self) -> dict[AccountKey, int]:
        return {key: each.balance for key, each in self.batch.accounts.items()}


def in_any_order(happened: list[Drawn], chance: Random) -> None:
    """The history as it happened and in another order: one result, and both add up."""
    straight = Ledger(sorted(happened))
    mixed = Ledger(chance.sample(happened, len(happened)))
    assert mixed.held() == straight.held()
    assert mixed.balances() == straight.balances()
    for ledger in (straight, mixed):
        ledger.adds_up()


@given(histories(), st.randoms(use_true_random=False))
def test_the_order_of_arrival_does_not_matter(happened: list[Drawn], chance: Random) -> None:
    """Quantity, cost, profit and balance are those of the history as it happened."""
    in_any_order(happened, chance)


@given(histories(*_OF_COMPANIES), st.randoms(use_true_random=False))
def test_what_companies_did_may_be_told_late(happened: list[Drawn], chance: Random) -> None:
    """The same of splits, bonuses and conversions, which stand among few trades more often."""
    in_any_order(happened, chance)


@given(histories(), st.data())
def test_what_was_taken_back_never_was(happened: list[Drawn], data: st.DataObject) -> None:
    """Whatever is taken back, whenever: the rest counts as if it had been told alone."""
    facts = [each for each in happened if each.what != "order"]
    gone = data.draw(st.lists(st.sampled_from(facts), unique=True)) if facts else []
    book = Ledger()
    for each in happened:
        book.happen(each)
        if each in gone and data.draw(st.booleans()):
            book.undo(each)
    names = {each.cause for each in book.batch.entries}
    for each in gone:
        if not any(name.endswith(f":reverse:{entry_id(each.command)}") for name in names):
            book.undo(each)
    alone = Ledger(each for each in happened if each not in gone)
    assert book.held() == alone.held()
    assert book.balances() == alone.balances()
    book.adds_up()


@given(histories())
def test_sums_are_those_of_what_was_told(happened: list[Drawn]) -> None:
    """Balance and quantity, counted here again from nothing but what was drawn."""
    book = Ledger(happened)
    for owner in OWNERS:
        mine = [each for each in happened if each.user == owner.user_id]
        money = sum(each.moved()[0] for each in mine)
        assert book.balances()[owner] == (0 if owner is EVA else money)
        for ticker in TICKERS:
            shares = sum(each.moved()[1] for each in mine if each.ticker == ticker)
            held = book.batch.positions.get(PositionKey(*owner, ticker))
            assert (held.quantity if held else 0) == shares


def test_every_kind_is_drawn() -> None:
    """Nothing that can be told is left out of what Hypothesis draws, but money of no asset."""
    kinds = {
        str(Drawn(1, False, "PETR4", what, 1, 1, 0).told().command.kind) for what in WHATS if what != "order"
    }
    assert {
        "trade",
        "opening",
        "delivery",
        "move",
        "split",
        "bonus",
        "conversion",
        "fraction",
        "tax",
    } <= kinds


@pytest.fixture
def told_late(book: Teller) -> Teller:
    """An order is filled in May; only afterwards a file tells of a buy in March."""
    book.bank.send(wire(), wire("FILLED", executedPrice="9.50"))
    assert book.held() == (100, 95_000, 0)
    book.tell(bought(100, 60_000, "march"))
    return book


def test_facts_before_a_fill_that_is_booked(told_late: Teller) -> None:
    """The sale after both takes half of both, though the first buy was told last."""
    told_late.bank.send(
        wire(orderId=2, side="SELL", eventTimestamp=[2026, 5, 5, 10, 0]),
        wire("FILLED", orderId=2, side="SELL", executedPrice="10.00", eventTimestamp=[2026, 5, 5, 10, 1]),
    )
    assert told_late.held() == (100, 77_500, 100_000 - 77_500)
    told_late.tell(fact("split", shares=200, day=90), bought(-100, 60_000, "half", day=91))
    told_late.agrees()
    told_late.undo("march")
    assert told_late.held()[0] == 100
    told_late.agrees()
    told_late.sealed()


def test_a_split_between_two_fills(told_late: Teller) -> None:
    """Told after the sale that it made possible: cost per share is halved for that sale, too."""
    told_late.bank.send(
        wire(orderId=2, side="SELL", quantity=300, eventTimestamp=[2026, 5, 6, 10, 0]),
        wire(
            "FILLED",
            orderId=2,
            side="SELL",
            quantity=300,
            executedPrice="5",
            eventTimestamp=[2026, 5, 6, 10, 1],
        ),
    )
    assert told_late.held()[0] == -100
    told_late.tell(fact("split", shares=200, day=64))
    assert told_late.held() == (100, 155_000 // 4, 150_000 - 155_000 * 3 // 4)
    told_late.agrees()


def test_a_spin_off_told_in_legs(book: Teller) -> None:
    """The parent goes out and comes in with what is left of its cost, the child brings the rest."""
    legs = (
        fact("conversion", "spin#1", shares=-100, cost=-100_000),
        fact("conversion", "spin#2", shares=100, cost=70_000),
        fact("conversion", "spin#3", shares=25, cost=30_000, ticker="AXIA3"),
    )
    book.tell(*legs[::-1])
    book.tell(HOLDING, bought(-50, 45_000, "sold", day=1))
    assert book.held() == (50, 35_000, 10_000)
    assert book.held("AXIA3") == (25, 30_000, 0)
    book.undo("spin#1", "spin#2", "spin#3")
    assert (book.held(), book.held("AXIA3")) == ((50, 50_000, -5_000), (0, 0, 0))
    book.agrees()


def test_shares_between_two_accounts_of_one_owner(book: Teller) -> None:
    """What left with its cost arrives with it: together they hold and cost what they did."""
    book.tell(
        HOLDING,
        fact("move", "m#out", shares=-40, day=1),
        fact("move", "m#in", shares=40, cost=40_000, day=1, of=EVA),
    )
    assert (book.held(), book.held(user="eva")) == ((60, 60_000, 0), (40, 40_000, 0))
    book.undo("m#in", "m#out")
    assert (book.held(), book.held(user="eva")) == ((100, 100_000, 0), (0, 0, 0))
    book.agrees()


def test_capital_that_comes_back_out_of_order(book: Teller) -> None:
    """An amortisation told before the buy that it lowers counts when the buy is there."""
    book.tell(paid("amortisation", 30_000, "back", day=1))
    assert book.held() == (0, 0, 30_000)
    book.tell(HOLDING)
    assert book.held() == (100, 70_000, 0)
    book.agrees()


def test_a_parked_fill_finds_the_facts(book: Teller) -> None:
    """A fill that waits for its order is booked beside facts of the same ticker when it comes."""
    book.bank.send(wire("FILLED", executedPrice="9.50"))
    book.tell(bought(100, 60_000, "march"))
    book.bank.send(wire())
    assert book.held() == (200, 155_000, 0)
    book.agrees()
