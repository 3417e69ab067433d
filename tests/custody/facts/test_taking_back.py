"""Entries taken back: what they moved moves back, on their day, and cost and profit are as without them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from fiel.custody.accounts import CashMode
from fiel.custody.bookings import Told
from fiel.custody.events import Adjust
from fiel.custody.ledger.facts import FactCause, reversed_entry
from fiel.custody.store.book import BookUnit
from fiel.custody.topics import WALLET_EVENTS
from fiel.income.values import IncomeKind
from fiel.kernel.errors import Refused
from tests.custody.facts.kinds import CONTRACTS, HOLDING
from tests.custody.facts.telling import ANA, EVA, MARCH, Teller, bought, cash, fact, paid
from tests.custody.stories import wire
from tests.support.custody_bank import E9

INCOMES = {kind.value: paid(kind, 8500, kind.value, withheld=1500) for kind in IncomeKind}
INCOMES |= {"more than it cost": paid("redemption", 150_000, "all", withheld=1)}
ALL = {name: contract.told for name, contract in CONTRACTS.items()} | INCOMES
EVERY = pytest.mark.parametrize("told", ALL.values(), ids=ALL.keys())


def state(book: Teller, user: str = "ana") -> tuple[Any, ...]:
    """What a person has."""
    account = book.bank.account(user)
    return account.balance, account.blocked, book.held(user=user)


@EVERY
def test_every_kind_is_taken_back(book: Teller, told: Told) -> None:
    """Money, shares, cost and profit as before; receipts and entries sum to nothing; the chain holds."""
    book.tell(HOLDING)
    before = state(book)
    book.tell(told)
    command = told.command.command_id
    original = book.entry(command)
    undone = book.undo(command)
    assert state(book) == before
    assert undone.alerts == ()
    pair = [each for each in book.booked() if each.occurred_at == MARCH]
    assert [each.id for each in pair] == [original.id, undone.entries[original.id]]
    for moved in ("gross", "fee", "quantity", "withheld"):
        assert sum(getattr(each, moved) for each in pair) == 0
    assert len({(each.kind, each.ticker) for each in pair}) == 1
    receipts = book.bank.look(lambda snapshot: snapshot.income_received("ana"))
    assert sum(each.net for each in receipts) == sum(each.withheld for each in receipts) == 0
    assert len({(each.kind, each.ticker) for each in receipts}) == bool(receipts)
    book.agrees()
    book.sealed()


@pytest.mark.parametrize("name", [name for name in ALL if name not in ("deposit", "withdrawal")])
def test_where_cash_is_elsewhere(book: Teller, name: str) -> None:
    """The same without a balance."""
    told = ALL[name]
    book.tell(HOLDING._replace(account=EVA))
    before = state(book, "eva")
    book.tell(told._replace(account=EVA))
    book.undo(told.command.command_id)
    assert state(book, "eva") == before
    assert book.bank.account("eva").cash_mode is CashMode.EXTERNAL
    book.agrees()


@EVERY
def test_twice_is_once(book: Teller, told: Told) -> None:
    """Who asks again gets the same answer and changes nothing; what was booked stays so under its command."""
    book.tell(HOLDING, told)
    first = book.undo(told.command.command_id, told.command.command_id)
    before = book.bank.image()
    assert book.undo(told.command.command_id).entries == first.entries
    book.tell(HOLDING, told)
    assert book.bank.image() == before


@EVERY
def test_a_reversal_is_not_taken_back(book: Teller, told: Told) -> None:
    """It is refused; to have the entry again it is booked again, under a new name."""
    book.tell(HOLDING, told)
    there = state(book)
    (reversal,) = book.undo(told.command.command_id).entries.values()
    before = book.bank.image()
    with pytest.raises(Refused) as refusal:
        book.bookings.reverse([reversal])
    assert refusal.value.code == "entry_reverses"
    assert book.bank.image() == before
    again = replace(told.command, command_id="again")
    book.tell(told._replace(command=again))
    assert state(book) == there
    book.agrees()


def test_requests_are_taken_back(book: Teller) -> None:
    """Deposits, withdrawals and shares that were brought by a person are entries without an order, too."""
    book.bank.custody.bring_shares("ana", "PETR4", "10", "100.00", occurred_at=MARCH)
    book.bank.custody.withdraw("ana", "50.00")
    ids = [each.id for each in book.booked()]
    undone = book.bookings.reverse(ids)
    assert state(book) == (0, 0, (0, 0, 0))
    with pytest.raises(Refused, match="takes another one back"):
        book.bookings.reverse([undone.entries[ids[0]]])
    book.agrees()
    book.sealed()


@pytest.mark.parametrize("kind", ["FILL", "CORRECTION", "ADJUSTMENT", "RESERVE"])
def test_what_orders_did_is_not_taken_back(book: Teller, kind: str) -> None:
    """Fills and corrections are the broker's to correct, and an adjustment was agreed on; all stay."""
    book.bank.send(wire(), wire("FILLED", executedPrice="9.50"), wire(orderId=2))
    book.bank.custody.correct_fill(1, "ana", 100 * E9, 9 * E9, key="wrong")
    if kind == "ADJUSTMENT":
        book.bank.custody.book.transact(_adjust)
    entries = [each for each in book.bank.record().entries if each.kind.value == kind]
    before = book.bank.image()
    for entry in entries:
        with pytest.raises(Refused) as refusal:
            book.bookings.reverse([entry.id])
        assert refusal.value.code == "entry_not_reversible"
    assert entries
    assert book.bank.image() == before


def _adjust(unit: BookUnit) -> None:
    batch = unit.load("ana")
    batch.run(ANA, Adjust("adjust", MARCH, MARCH, amount=7))
    unit.save(batch, MARCH)


def test_half_a_renaming_is_not_taken_back(book: Teller) -> None:
    """What left the old ticker and came to the new are one thing, and orders may hold shares of it."""
    book.tell(HOLDING)
    before = {each.id for each in book.booked()}
    old = book.bank.position().key
    book.bank.custody.rename(old, "PETR99", command_key="r", occurred_at=MARCH)
    legs = [each.id for each in book.booked() if each.id not in before]
    assert len(legs) == 2
    for leg in legs:
        with pytest.raises(Refused) as refusal:
            book.bookings.reverse([leg])
        assert refusal.value.code == "entry_not_reversible"


def test_one_that_is_refused_keeps_all(book: Teller) -> None:
    """A fill among the entries: none is taken back."""
    book.bank.send(wire(), wire("FILLED", executedPrice="9.50"))
    book.tell(HOLDING, cash("tax", -5))
    before = book.bank.image()
    with pytest.raises(Refused):
        book.bookings.reverse([each.id for each in book.booked()])
    assert book.bank.image() == before


def test_a_reversal_names_what_it_takes_back(book: Teller) -> None:
    """Its cause has the kind and ticker of the fact, and the entry; the wallet's topic tells the money."""
    book.tell(bought(10, 5000, "trade", fee=3))
    entry = book.entry("trade")
    (own,) = book.undo("trade").entries.values()
    (reversal,) = [each for each in book.bank.record().entries if each.id == own]
    cause = FactCause.parse(reversal.cause)
    assert cause is not None
    assert (cause.kind, cause.ticker, cause.reverses) == ("trade", "PETR4", entry.id)
    assert reversed_entry("trade") is None
    assert (reversal.occurred_at, reversal.kind) == (entry.occurred_at, entry.kind)
    told = [(each["transactionType"], each["amount"]) for each in book.bank.told(WALLET_EVENTS)][-2:]
    assert told == [("SETTLEMENT", 50.0), ("CORRECTION", 0.03)]


def test_money_that_was_spent_since(book: Teller) -> None:
    """What is missing after taking back is told, and the entry is taken back."""
    book.tell(cash("deposit", 10_000), bought(10, 505_000, "all", day=1))
    undone = book.undo("deposit")
    assert [text.split()[0] for text in undone.alerts] == ["5000"]
    book.undo("all")
    book.tell(fact("opening", shares=10, cost=5), bought(-8, 100, "sold", day=1))
    assert [text.split()[0] for text in book.undo("opening").alerts] == [str(8 * E9)]
    assert set(book.bank.alerts()) == {"cash_shortfall", "shares_short"}
    book.agrees()


def test_from_the_middle_of_a_history(book: Teller) -> None:
    """What came after is counted as if the entry had never been: a dearer buy, capital, a split."""
    book.tell(
        HOLDING,
        bought(100, 300_000, "dear", day=1),
        paid("amortisation", 40_000, "back", day=2),
        fact("split", shares=200, day=3),
        bought(-100, 100_000, "sold", day=4),
    )
    assert book.held() == (300, 270_000, 10_000)
    book.undo("back")
    assert book.held() == (300, 300_000, 0)
    book.undo("dear")
    assert book.held() == (200, 100_000 * 2 // 3 + 1, 100_000 - 33_333)
    book.undo("split")
    assert book.held() == (0, 0, 0)
    book.agrees()


def test_taking_back_and_booking_in_one(book: Teller) -> None:
    """A person corrects a row: the old entry goes and the new one comes, or neither."""
    book.tell(HOLDING, bought(10, 50_000, "wrong", day=1))
    wrong = book.entry("wrong").id
    before = book.bank.image()
    with pytest.raises(Refused):
        book.bookings.book_all([bought(10, -5, "right")], reversing=[wrong])
    assert book.bank.image() == before
    booked = book.bookings.book_all([bought(10, 5000, "right", day=1)], reversing=[wrong])
    assert set(booked.entries) == {wrong, "right"}
    assert state(book) == (495_000, 0, (110, 105_000, 0))
    book.agrees()


def test_lots_that_were_taken_back_are_not_told(book: Teller) -> None:
    """Who counts lots sees those that count."""
    book.tell(HOLDING, bought(10, 50_000, "wrong", day=1), paid("amortisation", 100, "back"))
    book.undo("wrong", "back")
    lots = book.bank.look(lambda snapshot: snapshot.lots_of(["ana"]))["ana"]
    assert [(lot.kind.value, lot.gross) for lot in lots] == [("MOVE", 100_000)]
    zeroes = [lot for lot in book.bank.record().lots if not (lot.quantity or lot.gross or lot.fee)]
    assert len(zeroes) == 2


def test_fees_of_fees(book: Teller) -> None:
    """A fee beside a fee or a tax is one sum, and goes back as one."""
    book.tell(cash("fee", -500, fee=5), cash("tax", -700, fee=7))
    assert [each.gross - each.fee for each in book.booked() if each.occurred_at == MARCH] == [-505, -707]
    book.undo("fee", "tax")
    assert book.bank.account().balance == 500_000
    book.agrees()
