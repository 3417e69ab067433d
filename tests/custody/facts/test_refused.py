"""Facts that say nothing that could be booked: refused with the field named, and nothing is booked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from fiel.custody import bookings
from fiel.custody.accounts import AMOUNT_MAX, INT64_MAX, AccountKey
from fiel.custody.bookings import Told
from fiel.custody.events import FactKind
from fiel.kernel.errors import FielError, InvalidInput, NotFound, Refused
from tests.custody.facts.kinds import HOLDING
from tests.custody.facts.telling import ANA, MARCH, Teller, bought, cash, fact, paid
from tests.support.custody_bank import E9

OTHER_SIGN = [
    *((cash("deposit", -1), "amount"), (cash("withdrawal", 1), "amount")),
    *((cash(kind, -1, ticker="PETR4"), "amount") for kind in ("fraction_sale", "rights_sale")),
    (fact("trade", shares=1, amount=1), "amount"),
    (fact("trade", shares=-1, amount=-1), "amount"),
    *((fact(kind, shares=-1), "quantity") for kind in ("opening", "bonus")),
    *((fact(kind, shares=1), "quantity") for kind in ("delivery", "fraction")),
    *((fact(kind, shares=1, cost=-1), "cost") for kind in ("opening", "move", "bonus")),
    (fact("split", shares=1, cost=5), "cost"),
    (bought(1, 100, "x", fee=-1), "fee"),
    (bought(1, 100, "x", price=-1), "price"),
]
NO_SHARES = ("deposit", "withdrawal", "fee", "tax", "fraction_sale", "rights_sale")
OF_SHARES = tuple(kind.value for kind in FactKind if kind.value not in NO_SHARES)
OF_COMPANIES = tuple(kind for kind in OF_SHARES if kind != "trade")
INCOMPLETE = [
    *((fact(kind, ticker="PETR4" if "sale" in kind else None), "amount") for kind in NO_SHARES),
    *((fact(kind, amount=5, shares=1), "quantity") for kind in ("fee", "tax", "fraction_sale")),
    *((cash(kind, 5), "ticker") for kind in ("fraction_sale", "rights_sale")),
    *((fact(kind), "quantity") for kind in OF_SHARES),
    *((fact(kind, ticker=None, shares=1), "ticker") for kind in OF_SHARES),
    *((fact(kind, shares=1, amount=-5), "amount") for kind in OF_COMPANIES if kind != "trade"),
    *((fact(kind, shares=1, fee=5), "fee") for kind in OF_COMPANIES),
    (bought(1, 5, "x", ticker="BRL"), "ticker"),
]
_NO_AMOUNTS: tuple[Any, ...] = (1.5, True, "5", None)
TOO_LARGE = [
    *((bought(-1, AMOUNT_MAX + 1, "x"), "amount"), (bought(1, 1, "x", fee=AMOUNT_MAX + 1), "fee")),
    (fact("opening", shares=1, cost=AMOUNT_MAX + 1), "cost"),
    (bought(1, 1, "x", price=INT64_MAX + 1), "price"),
    (fact("trade", shares=INT64_MAX // E9 + 1), "quantity"),
    *((cash("deposit", odd), "amount") for odd in _NO_AMOUNTS),
]


def refusal_of(book: Teller, *told: Told) -> FielError:
    """Nothing may have changed."""
    before = book.bank.image()
    with pytest.raises(FielError) as refusal:
        book.tell(*told)
    assert book.bank.image() == before
    return refusal.value


@pytest.mark.parametrize(("told", "field"), [*OTHER_SIGN, *INCOMPLETE, *TOO_LARGE], ids=str)
def test_a_fact_that_cannot_be(file_book: Teller, told: Told, field: str) -> None:
    """The other sign, a part too few or too many, no whole number or too large a one: its field is named."""
    refusal = refusal_of(file_book, HOLDING, told)
    assert isinstance(refusal, Refused)
    assert refusal.field == field
    assert told.command.command_id in str(refusal)


def test_a_book_that_would_overflow(book: Teller) -> None:
    """Sums beyond 64 bits are refused, though each part can be stored."""
    half = (INT64_MAX // E9) * 3 // 4
    refusal = refusal_of(book, fact("opening", "one", shares=half), fact("opening", "two", shares=half))
    assert (refusal.code, refusal.field) == ("amount_overflow", "quantity")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        (lambda told: told._replace(account=AccountKey("", "BRL")), "userId"),
        (lambda told: told._replace(account=AccountKey("ana", "REAL")), "currency"),
        (lambda told: _with(told, ticker="PE TR"), "ticker"),
        (lambda told: _with(told, ticker=""), "ticker"),
        (lambda told: _with(told, command_id=""), "command_id"),
        (lambda told: _with(told, command_id="a\nb"), "command_id"),
        (lambda told: _with(told, command_id="x" * (bookings.COMMAND_MAX + 1)), "command_id"),
        (lambda told: _with(told, command_id="reverse:entry_1"), "command_id"),
        (lambda told: _with(told, occurred_at=datetime(2026, 3, 2)), "occurred_at"),  # noqa: DTZ001
    ],
)
@pytest.mark.parametrize("told", [bought(1, 100, "x"), paid("jcp", 85, "x")], ids=["fact", "income"])
def test_names_and_times_are_read(
    file_book: Teller, told: Told, change: Callable[[Told], Told], field: str
) -> None:
    """A user, currency, ticker, command or time that cannot be is refused before the book is touched."""
    refusal = refusal_of(file_book, change(told))
    assert isinstance(refusal, InvalidInput)
    assert refusal.field == field


def _with(told: Told, **fields: Any) -> Told:
    return told._replace(command=replace(told.command, **fields))


def test_names_are_spelt_as_everywhere(book: Teller) -> None:
    """A ticker in small letters is the same ticker, and its currency the same account."""
    small = AccountKey("ana", "brl")
    book.tell(bought(1, 100, "a", ticker="petr4", of=small), paid("jcp", 85, "b", ticker="petr4"))
    assert book.held() == (1, 100, 0)
    assert [each.ticker for each in book.booked()] == ["PETR4", "PETR4", None]
    book.agrees()


def test_more_than_one_transaction_holds(file_book: Teller) -> None:
    """There is a limit, and it says so before anything is read."""
    many, asked = bookings.FACTS_MAX + 1, file_book.bookings
    calls: tuple[tuple[str, Callable[[], object]], ...] = (
        ("facts", lambda: asked.book_all([HOLDING] * many)),
        ("entries", lambda: asked.reverse(["entry"] * many)),
        ("entries", lambda: asked.book_all([], reversing=["entry"] * many)),
    )
    for field, ask in calls:
        with pytest.raises(InvalidInput) as refusal:
            ask()
        assert (refusal.value.code, refusal.value.field) == (f"too_many_{field}", field)


def test_an_entry_that_there_is_not(book: Teller) -> None:
    """It is named, and the others are not taken back either."""
    book.tell(HOLDING)
    known = book.entry("start").id
    before = book.bank.image()
    with pytest.raises(NotFound) as refusal:
        book.bookings.reverse([known, "entry_0"])
    assert "entry_0" in str(refusal.value)
    assert book.bank.image() == before


def test_a_free_day_is_a_day(book: Teller) -> None:
    """Whatever the time a fact tells, before all others or after now, it is booked there."""
    book.tell(
        fact("opening", "late", shares=1, cost=1, day=4000), fact("opening", "early", shares=1, day=-9000)
    )
    assert [each.occurred_at < MARCH for each in book.booked()][:1] == [True]
    assert book.bank.account(ANA.user_id).balance == 500_000
    book.agrees()
