"""One transaction for everything, whoever else books at the same time."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest

from fiel.copilot.booking.desk import BookingDesk
from fiel.copilot.booking.sorting import Said
from fiel.custody.bookings import Bookings
from fiel.custody.events import BookFact
from fiel.custody.store import Book
from fiel.kernel.errors import Unavailable
from tests.support.booked_wallets import WALLET, ZONE, BookedWallet, entry, own, read
from tests.support.import_files import negociacao, trade

FILE = read(negociacao(trade(quantity=100, price="30"), trade("VALE3", 10, "60")))


class FailsAtTheEnd(Bookings):
    """Everything is written, and then the power goes."""

    def book_all(self, told: Any, modes: Any = None, beside: Any = None, **other: Any) -> Any:
        def fails(connection: Any, done: Any) -> None:
            beside(connection, done)
            raise Unavailable("power_gone", "somebody pulled the plug")

        return super().book_all(told, modes, fails, **other)


class BooksMore(Bookings):
    """Adds a fact that custody refuses, after good ones."""

    def book_all(self, told: Any, *other: Any, **more: Any) -> Any:
        last = told[-1]
        worse = last.command.__class__
        assert worse is BookFact
        return super().book_all([*told, last._replace(command=_refused(last.command))], *other, **more)


def _refused(command: BookFact) -> BookFact:
    return BookFact("other", command.kind, command.at, command.occurred_at, command.ticker, 0)


@pytest.mark.parametrize("made", [FailsAtTheEnd, BooksMore])
def test_when_one_fact_fails_nothing_at_all_is_written(
    ana: BookedWallet, made: Callable[..., Bookings]
) -> None:
    """Rows, files, accounts, journal and what is remembered are as before; later all of it is booked."""
    before = ana.image()
    bank = ana.bank
    failing = made(Book(bank.database, bank.policy, bank.wire), bank.clock)
    desk = BookingDesk(bank.database, failing, bank.clock, ZONE)
    with pytest.raises(Exception, match=r"plug|quantity"):
        desk.accept(WALLET, [FILE], Said(tickers={"CI FII HG REAL": "HGRE11"}))
    assert ana.image() == before
    assert ana.new(FILE) == 2
    ana.adds_up()


def test_looking_first_writes_nothing(ana: BookedWallet) -> None:
    """A preview names the rows that booking makes."""
    before = ana.image()
    prepared = ana.prepare(FILE)
    assert ana.image() == before
    ana.accept(FILE)
    assert {each.id for each in prepared.planned} == {row.id for row in ana.rows()}


class Meanwhile(Bookings):
    """Books, but somebody else's booking is finished first."""

    def __init__(self, book: Book, clock: Any, other: Callable[[], object]) -> None:
        super().__init__(book, clock)
        object.__setattr__(self, "_others", [other])

    def book_all(self, *told: Any, **more: Any) -> Any:
        others: list[Callable[[], object]] = object.__getattribute__(self, "_others")
        while others:
            others.pop()()
        return super().book_all(*told, **more)


def test_who_prepared_on_an_older_book_looks_again(ana: BookedWallet) -> None:
    """Between looking and booking another desk books the same fact, told by another file: it is once."""
    bank = ana.bank
    typed = own(entry("buy", "2025-01-10", "PETR4", quantity="100", price="30"), institution="EXEMPLO")
    slow = Meanwhile(Book(bank.database, bank.policy, bank.wire), bank.clock, lambda: ana.accept(typed))
    done = BookingDesk(bank.database, slow, bank.clock, ZONE).accept(WALLET, [FILE])
    assert (done.rows, len(done.prepared.files[0].compared.known)) == (1, 1)
    assert ana.held() == {"ana/exemplo PETR4": "100 for 3000.00", "ana/exemplo VALE3": "10 for 600.00"}
    ana.adds_up()


def test_two_desks_that_book_one_file_at_once_book_it_once(ana: BookedWallet) -> None:
    """Eight rounds, two desks each: every row is booked by one of them."""
    for number in range(1, 9):
        file = read(negociacao(*(trade(quantity=number, price=f"{30 + each}") for each in range(5))))
        done: list[int] = []
        start = threading.Barrier(2)

        def book(file: Any = file, done: Any = done, start: Any = start) -> None:
            start.wait()
            done.append(ana.new(file))

        desks = [threading.Thread(target=book) for _ in range(2)]
        for desk in desks:
            desk.start()
        for desk in desks:
            desk.join()
        assert sorted(done) == [0, 5]
    assert len(ana.rows()) == 40
    ana.adds_up()
