"""All facts of a file in one transaction, each of them once, with what is written beside them."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from fiel.custody.accounts import Account, CashMode
from fiel.custody.bookings import Booked
from fiel.custody.tables import journal, latest_prices
from fiel.infra.storage.database import Session
from fiel.kernel.errors import Conflict, Refused
from tests.custody.facts.kinds import HOLDING
from tests.custody.facts.telling import ANA, BOB, EVA, MARCH, Teller, bought, cash, fact, paid

FILE = (
    HOLDING,
    cash("deposit", 10_000, "in"),
    bought(-40, 60_000, "sold", fee=10, day=1),
    paid("jcp", 850, "jcp", withheld=150, day=2),
    bought(10, 20_000, "eva's", of=EVA),
    fact("move", "move#out", shares=-10, day=3),
    fact("move", "move#in", shares=10, cost=10_000, day=3, of=BOB),
)


def test_accounts_of_a_file_are_opened(book: Teller) -> None:
    """Several accounts in one transaction, each with the mode that was said of it."""
    booked = book.tell(*FILE)
    assert list(booked.entries) == [told.command.command_id for told in FILE]
    accounts = book.bank.look(lambda snapshot: snapshot.accounts())
    assert [(each.user_id, each.cash_mode, each.balance) for each in accounts] == [
        ("ana", CashMode.TRACKED, 500_000 + 10_000 + 59_990 + 850),
        ("bob", CashMode.TRACKED, 0),
        ("eva", CashMode.EXTERNAL, 0),
    ]
    assert book.held() == (50, 50_000, 19_990)
    assert book.held(user="bob") == (10, 10_000, 0)
    book.agrees()
    book.sealed()


def test_the_mode_of_an_account_that_there_is_stays(book: Teller) -> None:
    """What is said of new accounts says nothing of those that are open."""
    book.bookings.book_all([cash("tax", -10)], {ANA: CashMode.EXTERNAL})
    assert book.bank.account() == Account("ana", "BRL", CashMode.TRACKED, 499_990, 0, 2)


@pytest.mark.parametrize("place", [0, 3, len(FILE)])
def test_one_that_is_refused_undoes_all(book: Teller, place: int) -> None:
    """Wherever it stands: no account is opened, no row is written, and afterwards the rest can be booked."""
    before = book.bank.image()
    wrong = fact("opening", "wrong", shares=-1)
    with pytest.raises(Refused) as refusal:
        book.tell(*FILE[:place], wrong, *FILE[place:])
    assert "wrong" in str(refusal.value)
    assert book.bank.image() == before
    book.tell(*FILE)
    book.agrees()


def test_a_file_is_booked_once(book: Teller) -> None:
    """The same commands again answer with the same entries, and change not a byte."""
    first = book.tell(*FILE)
    before, told = book.bank.image(), book.exported()
    book.bank.clock.move(hours=5)
    book.bank.restart()
    again = book.tell(*FILE)
    assert again == Booked(first.entries, ())
    assert (book.bank.image(), book.exported()) == (before, told)


def test_a_longer_file_books_what_is_new(book: Teller) -> None:
    """Also where a command stands in it twice."""
    book.tell(*FILE[:3])
    booked = book.tell(*FILE, *FILE[2:5])
    assert len(booked.entries) == len(FILE)
    assert len(book.booked()) == 1 + 5
    book.agrees()


def test_a_command_of_another_account_is_a_conflict(book: Teller) -> None:
    """Its name is taken: nothing is booked, and nobody believes that it was."""
    book.tell(HOLDING)
    before = book.bank.image()
    for twice in ((HOLDING._replace(account=BOB),), (bought(1, 5, "a"), bought(1, 5, "a", of=BOB))):
        with pytest.raises(Conflict) as refusal:
            book.tell(*twice)
        assert (refusal.value.code, refusal.value.field) == ("command_reused", "command_id")
    assert book.bank.image() == before


def _remember(session: Session, booked: Booked) -> None:
    """Something of the caller's own, by the names that were booked: here as prices."""
    row = {"currency": "BRL", "price": 1, "as_of": MARCH, "source": "beside"}
    session.execute(latest_prices.insert(), [row | {"ticker": name} for name in booked.entries.values()])


def _remembered(book: Teller) -> int:
    asked = select(func.count()).select_from(latest_prices)
    return int(book.bank.look(lambda snapshot: snapshot.connection.execute(asked).scalar_one()))


def test_what_is_beside_is_in_the_same_transaction(book: Teller) -> None:
    """It sees the entries, and is there when they are."""
    seen: list[int] = []

    def beside(session: Session, booked: Booked) -> None:
        _remember(session, booked)
        seen.append(int(session.execute(select(func.count()).select_from(journal)).scalar_one()))

    book.tell(*FILE, beside=beside)
    assert (_remembered(book), seen) == (len(FILE), [1 + len(FILE)])


def test_what_fails_beside_undoes_all(book: Teller) -> None:
    """Of booking and of taking back alike."""

    def fail(session: Session, booked: Booked) -> None:
        _remember(session, booked)
        raise Conflict("not_now", "something beside does not fit")

    before = book.bank.image()
    with pytest.raises(Conflict, match="beside"):
        book.tell(*FILE, beside=fail)
    assert (book.bank.image(), _remembered(book)) == (before, 0)
    book.tell(*FILE)
    before = book.bank.image()
    with pytest.raises(Conflict, match="beside"):
        book.bookings.reverse([book.entry("sold").id], beside=fail)
    assert (book.bank.image(), _remembered(book)) == (before, 0)
