"""What assets pay, on a stored book: booked once, read back, exported, sealed and told."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from fiel.custody.accounts import Account, AccountKey, CashMode
from fiel.custody.export import write_export
from fiel.custody.queries import PAGE_MAX, IncomeReceipt, Queries, Snapshot
from fiel.custody.sealing import Sealer, Verifier
from fiel.custody.service import IncomeAnswer
from fiel.custody.statements import Axis, Statements
from fiel.custody.topics import WALLET_EVENTS
from fiel.income.values import IncomeKind
from fiel.kernel.errors import Conflict, InvalidInput, NotFound
from tests.custody.stories import wire
from tests.support.custody_bank import E9, START, Bank
from tests.support.custody_homes import FileHome

ANA = AccountKey("ana", "BRL")
PAID = datetime(2026, 3, 30, 15, tzinfo=UTC)


def book_jcp(bank: Bank, key: str | None = "jcp-1", **other: Any) -> IncomeAnswer:
    """R$ 85.00 of PETR4 after 15.00 of tax, on 30 March."""
    asked: dict[str, Any] = {"ticker": "PETR4", "kind": "jcp", "amount": "85.00"}
    asked |= {"withheld": "15.00", "occurred_at": PAID} | other
    return bank.custody.book_income("ana", key=key, **asked)


def receipts(bank: Bank, user: str = "ana", since: datetime | None = None) -> list[IncomeReceipt]:
    found: list[IncomeReceipt] = bank.look(lambda book: book.income_received(user, since))
    return found


def exported(bank: Bank) -> dict[str, Any]:
    pieces: list[str] = []
    bank.look(lambda book: write_export(book, pieces.append))
    found: dict[str, Any] = json.loads("".join(pieces))
    return found


def test_income_is_booked_and_read_back(bank: Bank) -> None:
    """The receipt tells asset, kind, net, tax, and both times; its name is the entry that was answered."""
    answer = book_jcp(bank)
    assert (answer.account.balance, answer.repeated) == (508_500, False)
    (receipt,) = receipts(bank)
    assert receipt == IncomeReceipt(
        entry_id=answer.entry_id,
        command_id=receipt.command_id,
        user_id="ana",
        currency="BRL",
        ticker="PETR4",
        kind=IncomeKind.JCP,
        net=8_500,
        withheld=1_500,
        occurred_at=PAID,
        recorded_at=START,
    )
    bank.adds_up()


def test_a_key_books_once(bank: Bank) -> None:
    """The same request again is answered as it was first, after other things have happened."""
    first = book_jcp(bank)
    bank.custody.deposit("ana", "1.00")
    again = book_jcp(bank)
    assert (again.entry_id, again.account, again.repeated) == (first.entry_id, first.account, True)
    assert len(receipts(bank)) == 1


def test_without_a_key_every_request_books(bank: Bank) -> None:
    """Two payments alike are two payments."""
    assert book_jcp(bank, key=None).entry_id != book_jcp(bank, key=None).entry_id
    assert bank.account().balance == 517_000


@pytest.mark.parametrize(
    ("field", "other"),
    [
        ("ticker", "VALE3"),
        ("kind", "dividend"),
        ("amount", "85.01"),
        ("withheld", "0"),
        ("occurred_at", PAID + timedelta(days=1)),
    ],
)
def test_a_key_with_another_body_is_a_conflict(sqlite_bank: Bank, field: str, other: Any) -> None:
    """The field that differs is named, and nothing is booked."""
    book_jcp(sqlite_bank)
    with pytest.raises(Conflict) as refusal:
        book_jcp(sqlite_bank, **{field: other})
    assert (refusal.value.code, refusal.value.field) == ("idempotency_key_reused", field)
    assert len(receipts(sqlite_bank)) == 1


@pytest.fixture
def sqlite_bank(sqlite_home: FileHome, open_bank_on: Callable[..., Bank]) -> Bank:
    """The same bank, embedded only: for refusals that reach no database."""
    found = open_bank_on(home=sqlite_home)
    found.custody.deposit("ana", "5000.00")
    return found


@pytest.mark.parametrize(
    ("field", "given", "code"),
    [
        ("amount", "0", "amount_zero"),
        ("amount", "0.001", None),
        ("amount", 1.5, None),
        ("amount", "1000000000000000.01", "amount_too_large"),
        ("withheld", "-0.01", "withheld_out_of_range"),
        ("withheld", "NaN", None),
        ("kind", "rent", "income_kind_unknown"),
        ("kind", 5, "income_kind_unknown"),
        ("ticker", "PE:TR4", None),
        ("occurred_at", datetime(2026, 3, 30, 12), None),  # noqa: DTZ001 - no zone is the point
    ],
)
def test_what_cannot_be_booked_names_its_field(
    sqlite_bank: Bank, field: str, given: Any, code: str | None
) -> None:
    """Inexact, zero, too large, of no known kind, at no known instant: refused before the book is touched."""
    before = sqlite_bank.image()
    with pytest.raises(InvalidInput) as refusal:
        book_jcp(sqlite_bank, **{field: given})
    assert refusal.value.field == field
    assert code in (None, refusal.value.code)
    assert sqlite_bank.image() == before


def test_income_opens_no_account(bank: Bank) -> None:
    """A name that is mistyped is not found, and its key stays free."""
    with pytest.raises(NotFound):
        bank.custody.book_income("anna", "PETR4", "dividend", "1.00", key="k")
    bank.custody.deposit("anna", "1.00")
    assert not bank.custody.book_income("anna", "PETR4", "dividend", "1.00", key="k").repeated


def test_capital_lowers_a_stored_position(bank: Bank) -> None:
    """Also when it was paid before the last trade that the book knows, and after a restart."""
    bank.custody.bring_shares("ana", "HGLG11", "10", "1500.00", occurred_at=PAID - timedelta(days=30))
    bank.send(
        wire(ticker="HGLG11", quantity=10, price=160),
        wire("FILLED", ticker="HGLG11", quantity=10, executedPrice=160),
    )
    bank.restart()
    book_jcp(bank, ticker="HGLG11", kind="amortisation", amount="1590.00", withheld="10.00")
    held = bank.position("HGLG11")
    assert (held.quantity, held.cost, held.realised) == (20 * E9, 160_000, 10_000)
    (receipt,) = receipts(bank)
    assert (receipt.kind, receipt.net, receipt.withheld) == (IncomeKind.AMORTISATION, 159_000, 1_000)
    bank.adds_up()


def test_receipts_of_an_account_whose_cash_is_elsewhere(bank: Bank) -> None:
    """What was received is known there, too, though no balance is kept."""
    bank.custody.open_account("eva", cash_mode=CashMode.EXTERNAL)
    answer = bank.custody.book_income("eva", "PETR4", "jcp", "85.00", withheld="15.00", occurred_at=PAID)
    assert answer.account == Account("eva", "BRL", CashMode.EXTERNAL)
    (receipt,) = receipts(bank, "eva")
    assert (receipt.ticker, receipt.net, receipt.withheld) == ("PETR4", 8_500, 1_500)
    assert bank.wallet("eva") == []
    bank.adds_up()


def test_receipts_since_a_moment(bank: Bank) -> None:
    """By occurrence, that moment included; what was taken back stands among them, below zero."""
    book_jcp(bank, key="late", occurred_at=PAID + timedelta(days=2), ticker="VALE3", kind="dividend")
    book_jcp(bank)
    book_jcp(bank, key="back", amount="-85.00", withheld="-15.00", occurred_at=PAID + timedelta(days=1))
    assert [(r.ticker, r.net, r.withheld) for r in receipts(bank)] == [
        ("PETR4", 8_500, 1_500),
        ("PETR4", -8_500, -1_500),
        ("VALE3", 8_500, 1_500),
    ]
    assert [r.net for r in receipts(bank, since=PAID + timedelta(days=1))] == [-8_500, 8_500]
    assert receipts(bank, "nobody") == []
    with pytest.raises(InvalidInput):
        receipts(bank, since=datetime(2026, 1, 1))  # noqa: DTZ001 - no zone is the point


def test_many_wallets_are_read_in_pages(bank: Bank) -> None:
    """Every user once, in some order of the database, with lots and receipts of a page at a time."""
    users = ["ana", "Zoe", "Éva", "bia 1", "bia-2"]
    for user in users[1:]:
        bank.custody.deposit(user, "10.00")
        bank.custody.deposit(user, "10.00", "USD")
    bank.custody.book_income("Zoe", "VALE3", "dividend", "3.00")
    bank.custody.bring_shares("Éva", "PETR4", "7", "70.00")
    bank.custody.bring_shares("Éva", "PETR4", "3", "30.00", occurred_at=PAID)
    with Queries(bank.database).snapshot() as book:
        seen: list[str] = []
        while page := book.user_ids(seen[-1] if seen else "", limit=2):
            seen += page
        lots, paid = book.lots_of(users), book.income_of(users)
    assert (sorted(seen), len(seen)) == (sorted(users), len(users))
    assert set(lots) == set(paid) == set(users)
    assert [lot.quantity for lot in lots.pop("Éva")] == [3 * E9, 7 * E9]
    assert [receipt.net for receipt in paid.pop("Zoe")] == [300]
    assert not any([*lots.values(), *paid.values()])


def test_a_page_has_its_limit(sqlite_bank: Bank) -> None:
    """More users than one question may name are refused, not cut."""
    users = [f"user-{number}" for number in range(PAGE_MAX + 1)]
    for ask in (Snapshot.lots_of, Snapshot.income_of):
        with (
            Queries(sqlite_bank.database).snapshot() as book,
            pytest.raises(InvalidInput, match="at most 1000"),
        ):
            ask(book, users)


def test_movements_of_a_renamed_ticker(bank: Bank) -> None:
    """Signed movements add up to what is held of each ticker; capital moves no share."""
    bank.custody.bring_shares("ana", "BRDT3", "10", "100.00")
    bank.custody.book_income("ana", "BRDT3", "amortisation", "5.00")
    held = bank.position("BRDT3")
    bank.custody.rename(held.key, "VBBR3", command_key="r", occurred_at=START + timedelta(hours=1))
    moved: dict[str, int] = {}
    for lot in bank.look(lambda book: book.lots_of(["ana"]))["ana"]:
        moved[lot.ticker] = moved.get(lot.ticker, 0) + lot.quantity
    assert moved == {"BRDT3": 0, "VBBR3": 10 * E9}
    assert bank.position("VBBR3").cost == 9_500
    bank.adds_up()


def test_the_export_tells_payments(bank: Bank) -> None:
    """Asset, kind and tax of each, in an order that has nothing to do with keys or arrival."""
    for key, ticker, kind, tax in (
        ("a", "VALE3", "jcp", "15.00"),
        ("b", "PETR4", "jcp", "16.00"),
        ("c", "PETR4", "dividend", "15.00"),
        ("d", "PETR4", "amortisation", "0"),
    ):
        book_jcp(bank, key=key, ticker=ticker, kind=kind, withheld=tax)
    told = [line for line in exported(bank)["transactions"] if line["transactionType"] != "DEPOSIT"]
    assert [(t["transactionType"], t["ticker"], t["incomeKind"], t["withheld"]) for t in told] == [
        ("CAPITAL_RETURN", "PETR4", "amortisation", "0.00"),
        ("INCOME", "PETR4", "dividend", "15.00"),
        ("INCOME", "VALE3", "jcp", "15.00"),
        ("INCOME", "PETR4", "jcp", "16.00"),
    ]
    assert {t["amount"] for t in told} == {"85.00"}
    assert all("incomeKind" not in line for line in exported(bank)["transactions"] if line not in told)


def test_two_ways_to_one_export(book_file: FileHome, open_bank_on: Callable[..., Bank]) -> None:
    """The same payments in another order, under other keys: the same document."""
    payments = [(t, k, w) for t in ("PETR4", "VALE3") for k in ("jcp", "dividend") for w in ("0", "15.00")]
    documents = []
    for number, order in enumerate((payments, payments[::-1])):
        bank = open_bank_on(home=book_file.copy())
        bank.custody.deposit("ana", "1.00")
        for place, (ticker, kind, tax) in enumerate(order):
            book_jcp(bank, key=f"{number}-{place}", ticker=ticker, kind=kind, withheld=tax)
        documents.append(exported(bank))
    assert documents[0] == documents[1]


def test_statement_and_past_know_payments(bank: Bank) -> None:
    """By occurrence the money is there since March; by recording since it was booked."""
    book_jcp(bank)
    past = Statements(Queries(bank.database))
    (line,) = past.statement(ANA, PAID, PAID + timedelta(days=1)).lines
    assert (line.transaction.type.value, line.transaction.amount, line.balance) == ("INCOME", 8_500, 8_500)
    assert past.account_at(ANA, PAID, Axis.OCCURRED).balance == 8_500
    assert past.account_at(ANA, PAID, Axis.RECORDED).balance == 0


def test_past_average_price_after_amortisation(bank: Bank) -> None:
    """Before the capital came back the shares had cost more."""
    bank.custody.bring_shares("ana", "HGLG11", "10", "1500.00", occurred_at=PAID - timedelta(days=30))
    book_jcp(bank, ticker="HGLG11", kind="amortisation", amount="100.00", withheld="0")
    past = Statements(Queries(bank.database))
    prices = [
        past.account_at(ANA, at).holdings[0].average_price for at in (PAID - timedelta(seconds=1), PAID)
    ]
    assert [str(price) for price in prices] == ["150.000000000000", "140.000000000000"]


def test_payments_are_sealed(bank: Bank) -> None:
    """The chain covers them like every other entry."""
    book_jcp(bank)
    Sealer(bank.database, bank.clock).drain()
    found = Verifier(bank.database).verify()
    assert (found.broken, found.unsealed, found.head.position) == (None, 0, 2)


def test_payments_are_told(bank: Bank) -> None:
    """The wallet's topic carries the net with its ticker, and capital under its own name."""
    book_jcp(bank)
    book_jcp(bank, key="c", kind="redemption", amount="10.00")
    *_, income, capital = bank.told(WALLET_EVENTS)
    assert (income["transactionType"], income["amount"], income["ticker"]) == ("INCOME", 85.0, "PETR4")
    assert (income["balanceAfter"], income["orderId"]) == (5085.0, None)
    assert (capital["transactionType"], capital["amount"]) == ("CAPITAL_RETURN", 10.0)
