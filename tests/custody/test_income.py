"""What assets pay, in the ledger: money, tax, cost, and the story told backwards."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fiel.custody.accounts import AccountKey, CashMode, Lot, LotKind, Position
from fiel.custody.events import AlertCode, ChangeKind
from fiel.custody.ledger import check, restated
from fiel.custody.ledger.income import IncomeCause
from fiel.custody.ledger.journal import BookAccount
from fiel.income.values import IncomeKind
from fiel.kernel.errors import Corrupt
from tests.custody.stories import E9, START, Book, refused


def rich() -> Book:
    """Ana with R$ 100.00 and 100 PETR4 that cost R$ 1,000.00."""
    book = Book()
    book.deposit(10_000)
    book.bring(100, 100_000)
    return book


def last_postings(book: Book) -> dict[BookAccount, int]:
    entry = book.batch.entries[-1]
    return {p.account: p.amount for p in book.batch.postings if p.entry_id == entry.id}


def test_interest_on_capital_is_posted_with_its_tax() -> None:
    """The account gets the net, the company paid the gross, and the tax between them is kept."""
    book = rich()
    book.income(8_500, IncomeKind.JCP, withheld=1_500)
    assert book.account().balance == 18_500
    assert last_postings(book) == {
        BookAccount.AVAILABLE: 8_500,
        BookAccount.INCOME: -10_000,
        BookAccount.TAXES: 1_500,
    }
    assert book.batch.entries[-1].kind is ChangeKind.INCOME
    book.adds_up()


def test_the_wallet_shows_the_net_once_and_who_paid() -> None:
    """One transaction of what came, with its ticker and the balance after it."""
    book = rich()
    book.income(8_500, IncomeKind.JCP, withheld=1_500)
    row = book.batch.transactions[-1]
    assert (row.type.value, row.amount, row.ticker) == ("INCOME", 8_500, "PETR4")
    assert (row.balance_after, row.sequence, row.order_id) == (18_500, book.account().sequence, None)


@pytest.mark.parametrize("kind", [kind for kind in IncomeKind if not kind.is_capital])
def test_income_leaves_the_cost_alone(kind: IncomeKind) -> None:
    """No kind of income touches shares, cost or profit; of what is not held, it makes no position."""
    book = rich()
    before = book.position()
    book.income(500, kind)
    book.income(500, kind, ticker="SOLD3")
    assert book.position() == before
    assert [key.ticker for key in book.batch.positions] == ["PETR4"]


def test_capital_that_comes_back_lowers_the_cost() -> None:
    """Amortisation, with the tax on it, is no income: the same shares have cost less."""
    book = rich()
    book.income(30_000, IncomeKind.AMORTISATION, withheld=1_000)
    held = book.position()
    assert (held.quantity, held.cost, held.realised) == (100 * E9, 69_000, 0)
    assert last_postings(book)[BookAccount.CAPITAL] == -31_000
    assert BookAccount.INCOME not in last_postings(book)
    assert book.wallet()[-1] == ("CAPITAL_RETURN", 30_000)
    book.adds_up()


def test_capital_beyond_the_cost_is_profit() -> None:
    """The cost ends at zero, never below it; what is more was earned."""
    book = rich()
    book.income(120_000, IncomeKind.REDEMPTION)
    assert (book.position().cost, book.position().realised) == (0, 20_000)
    book.adds_up()


def test_capital_of_what_was_sold_is_profit() -> None:
    """Paid after the last share left, there is no cost to lower."""
    book = rich()
    book.income(700, IncomeKind.AMORTISATION, ticker="HGLG11")
    assert (book.position("HGLG11").quantity, book.position("HGLG11").realised) == (0, 700)
    book.adds_up()


def test_a_payment_told_late_stands_where_it_happened() -> None:
    """Shares bought after the amortisation keep their cost, though the book learned of it last."""
    book = rich()
    early = START - timedelta(days=10)
    book.income(120_000, IncomeKind.AMORTISATION, at=early)
    told_late = rich()
    told_late.deposit(100_000)
    told_late.take(eventTimestamp="2026-05-04T10:00:00Z")
    told_late.take("FILLED", executedPrice=10, eventTimestamp="2026-05-04T11:00:00Z")
    told_late.income(120_000, IncomeKind.AMORTISATION, at=early)
    held = told_late.position()
    assert (held.quantity, held.cost, held.realised) == (200 * E9, 100_000, 20_000)
    assert held.restate is False
    told_late.adds_up()


def test_money_taken_back_is_a_fact() -> None:
    """Taken back after it was spent, it is booked, and the missing money is told."""
    book = rich()
    book.income(8_500, IncomeKind.JCP, withheld=1_500)
    book.withdraw(15_000)
    book.income(-8_500, IncomeKind.JCP, withheld=-1_500)
    assert (book.account().balance, book.account().shortfall) == (-5_000, 5_000)
    assert book.alerts() == {AlertCode.CASH_SHORTFALL}
    assert sum(p.amount for p in book.batch.postings if p.account is BookAccount.TAXES) == 0
    book.adds_up()


def test_money_taken_back_that_is_there_alarms_nobody() -> None:
    """A correction within what is available is no news."""
    book = rich()
    book.income(8_500)
    book.income(-1_500, withheld=1_500)
    assert (book.account().balance, book.alerts()) == (17_000, set())
    book.adds_up()


def test_capital_taken_back_is_cost_again() -> None:
    """What was wrongly given back returns to the cost of what is held."""
    book = rich()
    book.income(30_000, IncomeKind.AMORTISATION)
    book.income(-30_000, IncomeKind.AMORTISATION)
    assert (book.position().cost, book.position().realised) == (100_000, 0)
    book.adds_up()


def test_cash_kept_elsewhere() -> None:
    """The receipt is in the journal, the account's row as it was, and no wallet transaction is made."""
    book = Book()
    book.open(mode=CashMode.EXTERNAL)
    book.income(8_500, IncomeKind.JCP, withheld=1_500)
    book.income(-9_000)
    assert book.account().balance == book.account().sequence == 0
    assert (book.wallet(), book.alerts()) == ([], set())
    external = [p.amount for p in book.batch.postings if p.account is BookAccount.EXTERNAL]
    assert external == [8_500, -9_000]
    book.adds_up()


@pytest.mark.parametrize(
    ("cents", "withheld", "code"),
    [
        (0, 0, "amount_out_of_range"),
        (10**17 + 1, 0, "amount_out_of_range"),
        (True, 0, "amount_out_of_range"),
        (100, -1, "withheld_out_of_range"),
        (100, 10**17 + 1, "withheld_out_of_range"),
        (-100, -(10**17) - 1, "withheld_out_of_range"),
    ],
)
def test_what_is_no_payment(cents: int, withheld: int, code: str) -> None:
    """Refused with its code, and no row is another."""
    book = rich()
    before = book.snapshot()
    assert refused(book.income(cents, withheld=withheld)) == code
    assert book.snapshot() == before


def test_the_book_never_overflows() -> None:
    """A payment that the balance cannot hold is refused whole."""
    book = rich()
    account = book.account()._replace(balance=2**63 - 100)
    book.batch.accounts[AccountKey("ana", "BRL")] = account
    assert refused(book.income(200)) == "amount_overflow"


@given(st.sampled_from(IncomeKind), st.from_regex(r"[A-Z0-9]{1,20}", fullmatch=True), st.text(min_size=1))
def test_a_cause_tells_what_was_paid(kind: IncomeKind, ticker: str, command_id: str) -> None:
    """Kind, ticker and request come back from the text, whatever the request is called."""
    cause = IncomeCause(kind, ticker, command_id)
    assert IncomeCause.parse(str(cause)) == cause


@pytest.mark.parametrize(
    "text", ["", "deposit:1", "income:rent:PETR4:1", "income:jcp::1", "income:jcp:PETR4"]
)
def test_a_cause_of_something_else(text: str) -> None:
    """What tells of no payment is corrupt, not guessed at."""
    with pytest.raises(Corrupt):
        IncomeCause.parse(text)


def test_the_checker_compares_capital_with_its_lot() -> None:
    """A lot of another amount, or none, does not pass for the capital that the journal has."""
    book = rich()
    book.income(30_000, IncomeKind.AMORTISATION)
    entry = book.batch.entries[-1].id
    book.batch.lots[entry] = book.batch.lots[entry]._replace(gross=29_000)
    assert {finding.code for finding in check(book.record())} == {"capital", "cost"}
    del book.batch.lots[entry]
    assert {finding.code for finding in check(book.record())} == {"capital_of_lots", "cost"}


steps = st.lists(st.tuples(st.booleans(), st.integers(1, 50), st.integers(0, 5_000)), max_size=12)


@given(steps)
def test_cost_and_profit_account_for_all_money(moves: list[tuple[bool, int, int]]) -> None:
    """However shares come and capital returns, cost less profit is what was paid in and not given back."""
    paid, lots = 0, []
    for number, (buys, quantity, cents) in enumerate(moves):
        kind, units = (LotKind.TRADE, quantity * E9) if buys else (LotKind.RETURN, 0)
        where = (f"lot-{number}", "ana", "BRL", "HGLG11", 0, 0)
        when = START + timedelta(hours=number)
        lots.append(Lot(*where, kind, units, 0, cents, 0, when, ""))
        paid += cents if buys else -cents
    held = restated(Position("ana", "BRL", "HGLG11"), lots)
    assert held.cost >= 0
    assert held.cost - held.realised == paid
