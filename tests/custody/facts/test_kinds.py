"""The contract of each kind of fact, on the stored book."""

from __future__ import annotations

import pytest

from fiel.custody.accounts import Account, CashMode, LotKind
from fiel.custody.events import BookFact, FactKind
from fiel.custody.ledger.facts import FactCause
from fiel.custody.topics import WALLET_EVENTS
from fiel.kernel.errors import Corrupt, Refused
from tests.custody.facts.kinds import CONTRACTS, HOLDING
from tests.custody.facts.telling import EVA, MARCH, Line, Teller, bought, cash, fact, paid
from tests.support.custody_bank import E9, START

TELL = pytest.mark.parametrize("name", CONTRACTS)
OF_CASH = ("deposit", "withdrawal")


@TELL
def test_what_a_fact_books(book: Teller, name: str) -> None:
    """Its entry with kind, cause and times, its postings, what the wallet shows, quantity and cost."""
    told, entry, money, shares, wallet, held = CONTRACTS[name]
    book.tell(HOLDING)
    before = book.bank.account()
    booked = book.tell(told)
    command = told.command
    written = book.entry(command.command_id)
    assert booked.entries == {command.command_id: written.id}
    assert isinstance(command, BookFact)
    assert (written.kind.value, written.order_id) == (entry, None)
    assert (written.occurred_at, written.recorded_at) == (MARCH, START)
    told_cause = FactCause(command.kind, command.ticker, command.command_id)
    assert FactCause.parse(written.cause) == told_cause
    assert book.postings(written.id) == {*money, *shares}
    assert book.bank.wallet()[1:] == list(wallet)
    assert book.bank.account().balance == before.balance + sum(amount for _, amount in wallet)
    assert book.held() == held
    assert booked.alerts == ()
    book.agrees()


@TELL
def test_an_account_whose_cash_is_elsewhere(book: Teller, name: str) -> None:
    """Its money comes from there and goes there: shares and costs are the same, no balance is kept."""
    told, _, money, shares, wallet, held = CONTRACTS[name]
    book.tell(HOLDING._replace(account=EVA))
    command = told.command
    assert isinstance(command, BookFact)
    if command.kind.value in OF_CASH:
        before = book.bank.image()
        with pytest.raises(Refused) as refusal:
            book.tell(told._replace(account=EVA))
        assert refusal.value.code == "cash_is_external"
        assert book.bank.image() == before
        return
    book.tell(told._replace(account=EVA))
    lines: set[Line] = {
        ("external" if account == "available" else account, asset, amount) for account, asset, amount in money
    }
    assert book.postings(book.entry(command.command_id).id) == {*lines, *shares}
    assert book.bank.account("eva") == Account("eva", "BRL", CashMode.EXTERNAL)
    assert book.bank.wallet("eva") == []
    assert book.held(user="eva") == held
    mine = book.booked("eva")[-1]
    assert mine.gross - mine.fee == sum(amount for _, amount in wallet)
    book.agrees()


@TELL
def test_an_entry_reads_as_it_was_told(book: Teller, name: str) -> None:
    """`entries_of` gives back amount, fee, quantity and ticker of the fact, whatever its postings are."""
    told = CONTRACTS[name].told
    command = told.command
    assert isinstance(command, BookFact)
    book.tell(HOLDING, told)
    (found,) = [each for each in book.booked() if each.cause.endswith(f":{command.command_id}")]
    assert (found.gross, found.fee, found.quantity) == (command.amount, command.fee, command.quantity)
    assert (found.ticker, found.withheld, found.lots) == (command.ticker, 0, ())
    named = book.bank.look(lambda snapshot: snapshot.entries_named([found.id, "entry_unknown"]))
    lots = [each for each in book.bank.record().lots if each.id == found.id]
    assert named == {found.id: found._replace(lots=tuple(lots))}
    assert len(lots) == bool(command.quantity)


def test_only_what_moved_is_read(book: Teller) -> None:
    """Entries come by user and occurrence, those of orders with their ticker, without mere reservations."""
    order = {
        "orderId": 1,
        "userId": "ana",
        "ticker": "VALE3",
        "quantity": 10,
        "price": "10.00",
        "side": "BUY",
        "eventTimestamp": [2026, 3, 3, 10, 0],
    }
    book.bank.send(order | {"status": "PENDING", "executedPrice": None, "eventId": "fact:like:a:fact"})
    book.bank.send(order | {"status": "FILLED", "executedPrice": "9.50", "eventId": "income:likewise"})
    book.bank.custody.correct_fill(1, "ana", 10 * E9, 9 * E9, key="wrong")
    book.tell(
        paid("jcp", 850, "jcp", withheld=150, day=-1),
        HOLDING,
        cash("deposit", 5, of=EVA._replace(user_id="bob")),
    )
    mine = [(each.kind.value, each.ticker, each.gross, each.withheld) for each in book.booked()]
    assert mine == [
        ("TRANSFER", "PETR4", 0, 0),
        ("INCOME", "PETR4", 850, 150),
        ("FILL", "VALE3", -9500, 0),
        ("DEPOSIT", None, 500_000, 0),
        ("CORRECTION", "VALE3", 500, 0),
    ]
    everybody = book.bank.look(lambda snapshot: snapshot.entries_of(["bob", "ana", "nobody"]))
    assert [each.user_id for each in everybody] == ["ana"] * 5 + ["bob"]


def test_a_tax_is_told_to_the_other_services(book: Teller) -> None:
    """The topic of the wallet carries it under its own name, with its ticker if it has one."""
    book.tell(cash("tax", -700, "darf"), cash("tax", -5, "kept", ticker="PETR4"))
    *_, darf, kept = book.bank.told(WALLET_EVENTS)
    assert (darf["transactionType"], darf["amount"], darf["ticker"]) == ("TAX", -7.0, None)
    assert (kept["transactionType"], kept["amount"], kept["ticker"]) == ("TAX", -0.05, "PETR4")


def test_lots_are_of_their_kind(book: Teller) -> None:
    """A lot bears the name of its entry, and its kind says how it is counted."""
    split, fraction = fact("split", shares=150), fact("fraction", shares=-0.5)
    book.tell(HOLDING, bought(50, 60_000, "trade", price=12 * E9), split, fraction)
    found = {each.id: each for each in book.bank.record().lots}
    of = {name: found[book.entry(name).id] for name in ("start", "trade", "split", "fraction")}
    assert {name: lot.kind for name, lot in of.items()} == {
        "start": LotKind.MOVE,
        "trade": LotKind.TRADE,
        "split": LotKind.CHANGE,
        "fraction": LotKind.MOVE,
    }
    assert (of["trade"].price, of["trade"].gross) == (12 * E9, 60_000)
    assert all(each.id == each.event_id and each.order_id == each.upto == 0 for each in of.values())


def test_what_is_missing_is_told_and_booked(book: Teller) -> None:
    """Money and shares that are not there: the fact stands, and a person gets to know of it."""
    unheld = (bought(-30, 90_000, "unheld"), fact("delivery", ticker="VALE3", shares=-1))
    booked = book.tell(bought(10, 600_000, "dear"), *unheld)
    assert book.bank.alerts() == ["cash_shortfall", "shares_short", "shares_short"]
    assert [text.split()[0] for text in booked.alerts] == ["100000", str(20 * E9), str(E9)]
    # A third of the sale was of what was held; the rest is owed, and its proceeds are kept as cost.
    assert book.held() == (-20, -60_000, 30_000 - 600_000)
    assert book.held("VALE3") == (-1, 0, 0)
    assert book.bank.account().balance == 500_000 - 600_000 + 90_000
    book.agrees()


def test_money_that_is_elsewhere_is_never_missing(book: Teller) -> None:
    """Nobody knows how much there is; shares are known."""
    book.tell(bought(10, 600_000, "dear", of=EVA), cash("tax", -10, of=EVA))
    assert book.bank.alerts() == []
    book.tell(bought(-30, 700_000, "unheld", of=EVA))
    assert book.bank.alerts() == ["shares_short"]


def test_a_cause_that_nobody_wrote_is_corrupt() -> None:
    """A cause of a fact that does not parse is damage, another one is nobody's fact."""
    for text in ("fact:", "fact:trade:PETR4", "fact:trade:PETR4:", "fact:magic:PETR4:x", "fact:trade::x"):
        with pytest.raises(Corrupt):
            FactCause.parse(text)
    assert FactCause.parse("income:jcp:PETR4:x") is None
    assert FactCause.parse("fact:fee:-:a:b") == FactCause(FactKind.FEE, None, "a:b")
