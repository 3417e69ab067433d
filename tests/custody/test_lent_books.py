"""The tests' own books: one that is lent again has nothing of before, and an image misses nothing."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import text

from fiel.custody.ports import LastPrice
from fiel.custody.store.prices import StoredPrices
from fiel.custody.tables import APPEND_ONLY
from tests.support.custody_bank import Bank
from tests.support.custody_homes import BookServer


def _said(bank: Bank, statement: str) -> None:
    with bank.database.unit_of_work() as unit:
        unit.connection.execute(text(statement))


def test_a_book_that_was_given_back_is_as_new(
    book_server: BookServer, open_bank_on: Callable[..., Bank]
) -> None:
    """No rows, numbers from one, guards up, and no table that a test brought."""
    home = book_server.take()
    bank = open_bank_on(home=home)
    empty = bank.image()
    first = bank.custody.deposit("ana", "5.00")
    _said(bank, "CREATE TABLE of_a_test (id int)")
    _said(bank, f"ALTER TABLE {APPEND_ONLY[0]} DISABLE TRIGGER ALL")
    assert bank.image() != empty
    bank.close()
    book_server.take_back(home)

    again = book_server.take()
    assert again.name == home.name
    bank = open_bank_on(home=again)
    assert bank.image() == empty
    with bank.database.reading() as connection:
        brought = connection.execute(text("SELECT to_regclass('of_a_test')")).scalar_one()
        down = connection.execute(text("SELECT count(*) FROM pg_trigger WHERE tgenabled <> 'O'")).scalar_one()
        used = connection.execute(text("SELECT count(last_value) FROM pg_sequences")).scalar_one()
    assert (brought, down, used) == (None, 0, 0)
    assert bank.custody.deposit("ana", "5.00").account == first.account
    bank.close()
    book_server.take_back(again)


@pytest.mark.parametrize(
    "change", ["DROP INDEX ix_orders_due_at", "ALTER TABLE orders ADD COLUMN of_a_test int"]
)
def test_a_book_of_another_shape_is_not_lent_again(
    change: str, book_server: BookServer, open_bank_on: Callable[..., Bank]
) -> None:
    """An index or a column that a test changed would be found by the next one."""
    home = book_server.take()
    bank = open_bank_on(home=home)
    _said(bank, change)
    bank.close()
    book_server.take_back(home)
    again = book_server.take()
    assert again.name != home.name
    book_server.take_back(again)


def test_an_image_sees_what_the_record_does_not_hold(bank: Bank) -> None:
    """A last price is in no entry, and still another state."""
    before = bank.image()
    StoredPrices(bank.database).put([LastPrice("PETR4", 30 * 10**9, "BRL", bank.clock.now(), "test")])
    assert bank.image() != before
